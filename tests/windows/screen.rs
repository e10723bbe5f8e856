//! A screen of our own: an X server without a display, with a window manager, and what can be seen and
//! done there by somebody who is neither the rack nor its children.

use std::collections::HashSet;
use std::process::Command;
use std::time::{Duration, Instant};

use x11rb::connection::Connection;
use x11rb::protocol::xproto::{
    Atom, AtomEnum, ClientMessageEvent, ConnectionExt, CreateWindowAux, EventMask, ImageFormat,
    MapState, PropMode, Window, WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

/// How long anything may take.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Looks again and again until there is an answer.
pub fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(answer) = look() {
            return answer;
        }
        assert!(Instant::now() < deadline, "{what}: it never came");
        std::thread::sleep(Duration::from_millis(5));
    }
}

pub fn xdotool(arguments: &[&str]) {
    let done = Command::new("xdotool").args(arguments).status();
    assert!(done.is_ok_and(|done| done.success()), "{arguments:?}");
}

/// What somebody at the screen sees and does.
pub struct Desktop {
    pub server: RustConnection,
    pub root: Window,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Area {
    pub x: i32,
    pub y: i32,
    pub width: i32,
    pub height: i32,
}

impl Desktop {
    pub fn at(display: &str) -> Self {
        let (server, screen) = RustConnection::connect(Some(display)).expect("the display");
        let root = server.setup().roots[screen].root;
        Self { server, root }
    }

    /// The one that this process is on.
    pub fn here() -> Self {
        Self::at(&std::env::var("DISPLAY").expect("a display"))
    }

    pub fn atom(&self, name: &str) -> Atom {
        let cookie = self.server.intern_atom(false, name.as_bytes()).expect("X");
        cookie.reply().expect("an atom").atom
    }

    fn numbers(&self, window: Window, property: &str) -> Vec<u32> {
        let property = self.atom(property);
        let cookie = (self.server)
            .get_property(false, window, property, AtomEnum::ANY, 0, 1024)
            .expect("X");
        let numbers = |reply: x11rb::protocol::xproto::GetPropertyReply| {
            Some(reply.value32()?.collect::<Vec<u32>>())
        };
        cookie.reply().ok().and_then(numbers).unwrap_or_default()
    }

    pub fn number(&self, window: Window, property: &str) -> Option<u32> {
        self.numbers(window, property).first().copied()
    }

    /// The windows that the window manager knows, the lowest first.
    pub fn clients(&self) -> Vec<Window> {
        self.numbers(self.root, "_NET_CLIENT_LIST_STACKING")
    }

    pub fn title(&self, window: Window) -> Option<String> {
        let property = self.atom("WM_NAME");
        let cookie = (self.server)
            .get_property(false, window, property, AtomEnum::ANY, 0, 1024)
            .ok()?;
        String::from_utf8(cookie.reply().ok()?.value).ok()
    }

    /// The window of this title, once it is to be seen.
    pub fn find(&self, title: &str) -> Option<Window> {
        let windows = self.clients();
        (windows.into_iter())
            .find(|&window| self.title(window).as_deref() == Some(title) && self.is_seen(window))
    }

    fn is_seen(&self, window: Window) -> bool {
        let Ok(cookie) = self.server.get_window_attributes(window) else {
            return false;
        };
        (cookie.reply()).is_ok_and(|attributes| attributes.map_state == MapState::VIEWABLE)
    }

    /// Where the inside of a window is on the screen.
    pub fn area(&self, window: Window) -> Option<Area> {
        let geometry = self.server.get_geometry(window).ok()?.reply().ok()?;
        let corner = self.server.translate_coordinates(window, self.root, 0, 0);
        let corner = corner.ok()?.reply().ok()?;
        Some(Area {
            x: corner.dst_x.into(),
            y: corner.dst_y.into(),
            width: geometry.width.into(),
            height: geometry.height.into(),
        })
    }

    /// Where a window is with its frame.
    pub fn frame(&self, window: Window) -> Option<Area> {
        let area = self.area(window)?;
        let extents = self.numbers(window, "_NET_FRAME_EXTENTS");
        let [left, right, top, bottom] = extents[..] else {
            return None;
        };
        Some(Area {
            x: area.x - left as i32,
            y: area.y - top as i32,
            width: area.width + (left + right) as i32,
            height: area.height + (top + bottom) as i32,
        })
    }

    /// A window in this one, however deep, that another client has made.
    pub fn of_another_client(&self, window: Window) -> Option<Window> {
        let of_client = !self.server.setup().resource_id_mask;
        let tree = self.server.query_tree(window).ok()?.reply().ok()?;
        (tree.children.into_iter()).find_map(|child| {
            if child & of_client == window & of_client {
                self.of_another_client(child)
            } else {
                Some(child)
            }
        })
    }

    /// How many windows there are, those in others too.
    pub fn count(&self) -> usize {
        self.count_in(self.root)
    }

    pub fn count_in(&self, window: Window) -> usize {
        let Ok(cookie) = self.server.query_tree(window) else {
            return 0;
        };
        let Ok(tree) = cookie.reply() else { return 0 };
        1 + (tree.children.into_iter())
            .map(|child| self.count_in(child))
            .sum::<usize>()
    }

    /// How many colours there are to be seen within an area.
    pub fn colours(&self, area: Area) -> usize {
        let colours: HashSet<[u8; 3]> = self.pixels(area).into_iter().collect();
        colours.len()
    }

    /// What is to be seen within an area, as far as it is on the screen.
    pub fn pixels(&self, area: Area) -> Vec<[u8; 3]> {
        let screen = self
            .server
            .get_geometry(self.root)
            .expect("X")
            .reply()
            .expect("a size");
        let (x, y) = (area.x.max(0), area.y.max(0));
        let width = area.width.min(i32::from(screen.width) - x);
        let height = area.height.min(i32::from(screen.height) - y);
        if width <= 0 || height <= 0 {
            return Vec::new();
        }
        let picture = self.server.get_image(
            ImageFormat::Z_PIXMAP,
            self.root,
            x as i16,
            y as i16,
            width as u16,
            height as u16,
            !0,
        );
        let picture = picture.expect("X").reply().expect("a picture");
        // What is in the fourth byte is seen by nobody, and differs.
        let pixels = picture.data.chunks_exact(4);
        pixels.map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect()
    }

    fn tell(&self, window: Window, message: &str, data: [u32; 5]) {
        let event = ClientMessageEvent::new(32, window, self.atom(message), data);
        let to = EventMask::SUBSTRUCTURE_REDIRECT | EventMask::SUBSTRUCTURE_NOTIFY;
        let sent = self.server.send_event(false, self.root, to, event);
        sent.expect("X").check().expect("a message");
    }

    /// Closes the window as the button in its title bar does, by the window manager's key for it.
    pub fn close(&self, window: Window) {
        self.raise(window);
        until("the window to be in use", || {
            (self.number(self.root, "_NET_ACTIVE_WINDOW") == Some(window)).then_some(())
        });
        xdotool(&["key", "alt+F4"]);
    }

    /// Moves a window: the top left of its frame.
    pub fn drag(&self, window: Window, x: i32, y: i32) {
        // North west gravity, x and y.
        let flags = 1 | 1 << 8 | 1 << 9 | 2 << 12;
        self.tell(
            window,
            "_NET_MOVERESIZE_WINDOW",
            [flags, x as u32, y as u32, 0, 0],
        );
    }

    /// Gives a window another size.
    pub fn stretch(&self, window: Window, width: i32, height: i32) {
        let flags = 1 | 1 << 10 | 1 << 11 | 2 << 12;
        let data = [flags, 0, 0, width as u32, height as u32];
        self.tell(window, "_NET_MOVERESIZE_WINDOW", data);
    }

    /// Brings a window to the front, as a click does.
    pub fn raise(&self, window: Window) {
        self.tell(
            window,
            "_NET_ACTIVE_WINDOW",
            [2, x11rb::CURRENT_TIME, 0, 0, 0],
        );
    }

    /// A DAW's window, with the one in it that it gives to the rack.
    pub fn daw(&self) -> (Window, Window) {
        let outer = self.window(self.root, 300, 200, 900, 600);
        let name: &[u8] = b"DAW";
        (self.server)
            .change_property8(
                PropMode::REPLACE,
                outer,
                AtomEnum::WM_NAME,
                AtomEnum::STRING,
                name,
            )
            .expect("X");
        let inner = self.window(outer, 20, 20, 600, 400);
        self.server.map_window(inner).expect("X");
        // Openbox, while it starts, may not hear of it the first time.
        until("the DAW's window", || {
            self.server.map_window(outer).ok()?.check().ok()?;
            self.find("DAW")
        });
        (outer, inner)
    }

    fn window(&self, parent: Window, x: i16, y: i16, width: u16, height: u16) -> Window {
        let window = self.server.generate_id().expect("a number");
        let looks = CreateWindowAux::new().background_pixel(0x00_80_80_80);
        (self.server)
            .create_window(
                x11rb::COPY_DEPTH_FROM_PARENT,
                window,
                parent,
                x,
                y,
                width,
                height,
                0,
                WindowClass::INPUT_OUTPUT,
                x11rb::COPY_FROM_PARENT,
                &looks,
            )
            .expect("X")
            .check()
            .expect("a window");
        window
    }
}
