//! The screen: its windows, and pictures of it.

use anyhow::{Context, Result};
use x11rb::connection::Connection;
use x11rb::protocol::xproto::{
    AtomEnum, ClientMessageEvent, ConnectionExt, EventMask, ImageFormat, MapState,
};
use x11rb::rust_connection::RustConnection;

use super::picture::{Area, Picture};
use super::wait_for;

/// A connection to the screen at `DISPLAY`.
pub struct Screen {
    connection: RustConnection,
    root: u32,
}

/// A window that can be seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScreenWindow {
    /// X's number of it.
    pub id: u32,
    /// Its title; empty where it has none.
    pub name: String,
    /// Where it is on the screen, without a frame.
    pub area: Area,
}

impl Screen {
    pub(super) fn open() -> Result<Self> {
        let (connection, screen) = x11rb::connect(None).context("no X display")?;
        let root = connection.setup().roots[screen].root;
        Ok(Self { connection, root })
    }

    /// What is on the screen.
    pub fn picture(&self) -> Picture {
        let picture = self.get_image().expect("a picture of the screen");
        Picture::of_bgrx(picture.0, picture.1, &picture.2)
    }

    /// A part of it, which has to be on the screen.
    pub fn picture_of(&self, area: Area) -> Picture {
        let (x, y) = (area.x as i16, area.y as i16);
        let (width, height) = (area.width as u16, area.height as u16);
        let format = ImageFormat::Z_PIXMAP;
        let image = (self.connection)
            .get_image(format, self.root, x, y, width, height, u32::MAX)
            .map(|cookie| cookie.reply());
        let image = image.expect("a screen").expect("a picture");
        Picture::of_bgrx(area.width, area.height, &image.data)
    }

    fn get_image(&self) -> Result<(u32, u32, Vec<u8>)> {
        let geometry = self.connection.get_geometry(self.root)?.reply()?;
        let (width, height) = (geometry.width, geometry.height);
        let format = ImageFormat::Z_PIXMAP;
        let image = self
            .connection
            .get_image(format, self.root, 0, 0, width, height, u32::MAX)?
            .reply()?;
        Ok((width.into(), height.into(), image.data))
    }

    /// All windows that can be seen, frames and those within others, too; the outermost and lowest first.
    pub fn windows(&self) -> Vec<ScreenWindow> {
        let mut windows = Vec::new();
        self.collect(self.root, &mut windows);
        windows
    }

    fn collect(&self, parent: u32, windows: &mut Vec<ScreenWindow>) {
        // Windows may go while they are looked at.
        let Some(tree) = reply(self.connection.query_tree(parent)) else {
            return;
        };
        for id in tree.children {
            let attributes = reply(self.connection.get_window_attributes(id));
            if attributes.is_none_or(|it| it.map_state != MapState::VIEWABLE) {
                continue;
            }
            if let Some(area) = self.area(id) {
                let name = self.name(id);
                windows.push(ScreenWindow { id, name, area });
                self.collect(id, windows);
            }
        }
    }

    /// The windows within one that can be seen, the lowest first.
    pub fn windows_in(&self, window: u32) -> Vec<ScreenWindow> {
        let mut windows = Vec::new();
        self.collect(window, &mut windows);
        windows
    }

    /// Whether a window has a property of that name.
    pub fn has_property(&self, window: u32, name: &str) -> bool {
        let name = reply(self.connection.intern_atom(false, name.as_bytes()));
        let property = name.and_then(|name| {
            let any = AtomEnum::ANY;
            reply(
                self.connection
                    .get_property(false, window, name.atom, any, 0, 0),
            )
        });
        property.is_some_and(|it| it.type_ != x11rb::NONE)
    }

    /// How many windows there are, seen or not.
    pub fn count_windows(&self) -> usize {
        fn count(connection: &RustConnection, parent: u32) -> usize {
            let tree = reply(connection.query_tree(parent));
            let children = tree.map(|it| it.children).unwrap_or_default();
            children.iter().map(|it| 1 + count(connection, *it)).sum()
        }
        count(&self.connection, self.root)
    }

    /// Where a window is on the screen; `None` where there is no such window.
    pub fn area(&self, window: u32) -> Option<Area> {
        let geometry = reply(self.connection.get_geometry(window))?;
        let place = reply(
            self.connection
                .translate_coordinates(window, self.root, 0, 0),
        )?;
        Some(Area {
            x: place.dst_x.into(),
            y: place.dst_y.into(),
            width: geometry.width.into(),
            height: geometry.height.into(),
        })
    }

    /// Waits for a window whose title holds that text.
    pub fn wait_for_window(&self, title: &str) -> ScreenWindow {
        wait_for(&format!("a window called \"{title}\""), || {
            self.find_window(title)
        })
    }

    /// A window whose title holds that text, if it can be seen.
    pub fn find_window(&self, title: &str) -> Option<ScreenWindow> {
        let mut windows = self.windows().into_iter();
        // The window manager's frame has the title, too; the window itself is within.
        windows.rfind(|it| it.name.contains(title))
    }

    /// Has the window manager close a window, as the button in its frame does.
    pub fn close_window(&self, window: u32) {
        let send = || -> Result<()> {
            let close = self
                .connection
                .intern_atom(false, b"_NET_CLOSE_WINDOW")?
                .reply()?
                .atom;
            // By a pager, which no window is asked about.
            let message = ClientMessageEvent::new(32, window, close, [0, 2, 0, 0, 0]);
            let manager = EventMask::SUBSTRUCTURE_REDIRECT | EventMask::SUBSTRUCTURE_NOTIFY;
            self.connection
                .send_event(false, self.root, manager, message)?
                .check()?;
            Ok(())
        };
        send().expect("a message to the window manager");
    }

    fn name(&self, window: u32) -> String {
        let atom = |name: &[u8]| reply(self.connection.intern_atom(false, name)).map(|it| it.atom);
        let properties = [atom(b"_NET_WM_NAME"), Some(AtomEnum::WM_NAME.into())];
        let names = properties.into_iter().flatten().filter_map(|property| {
            let any = AtomEnum::ANY;
            reply(
                self.connection
                    .get_property(false, window, property, any, 0, 1024),
            )
        });
        names
            .map(|it| String::from_utf8_lossy(&it.value).into_owned())
            .find(|name| !name.is_empty())
            .unwrap_or_default()
    }
}

fn reply<R: x11rb::x11_utils::TryParse>(
    cookie: Result<x11rb::cookie::Cookie<'_, RustConnection, R>, x11rb::errors::ConnectionError>,
) -> Option<R> {
    cookie.ok()?.reply().ok()
}
