//! The window that a host makes for a plugin's editor (X11).

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use x11rb::COPY_DEPTH_FROM_PARENT;
use x11rb::connection::Connection;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    AtomEnum, ConfigureWindowAux, ConnectionExt as _, CreateWindowAux, EventMask, PropMode,
    WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

/// How long a window manager may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// A size in physical pixels: width and height.
pub type Size = (u32, u32);

/// A window of the host's, with a frame and a title as the window manager gives them. It goes when
/// this is dropped.
pub struct HostWindow {
    connection: RustConnection,
    window: u32,
}

impl HostWindow {
    /// A window of that size, on the screen. Returns when it can be seen.
    pub fn open(title: &str, (width, height): Size) -> Result<Self> {
        let (connection, screen) = x11rb::connect(None).context("no X display")?;
        let screen = &connection.setup().roots[screen];
        let window = connection.generate_id()?;
        let wishes = CreateWindowAux::new()
            .background_pixel(screen.black_pixel)
            .event_mask(EventMask::STRUCTURE_NOTIFY);
        connection.create_window(
            COPY_DEPTH_FROM_PARENT,
            window,
            screen.root,
            0,
            0,
            u16::try_from(width)?,
            u16::try_from(height)?,
            0,
            WindowClass::INPUT_OUTPUT,
            0,
            &wishes,
        )?;
        for (property, value) in [
            (AtomEnum::WM_NAME, title.as_bytes()),
            (AtomEnum::WM_CLASS, b"test-host\0Test host\0"),
        ] {
            let kind = AtomEnum::STRING;
            connection.change_property8(PropMode::REPLACE, window, property, kind, value)?;
        }
        connection.map_window(window)?;
        connection.flush()?;
        let opened = Self { connection, window };
        opened.wait_for(
            "it is mapped",
            |event| matches!(event, Event::MapNotify(it) if it.window == window),
        )?;
        Ok(opened)
    }

    /// X's number of it.
    pub fn id(&self) -> u32 {
        self.window
    }

    /// Its size now.
    pub fn size(&self) -> Result<Size> {
        let geometry = self.connection.get_geometry(self.window)?.reply()?;
        Ok((geometry.width.into(), geometry.height.into()))
    }

    /// Gives it another size. Returns when it has that.
    pub fn resize(&self, size: Size) -> Result<()> {
        let (width, height) = size;
        let wishes = ConfigureWindowAux::new().width(width).height(height);
        self.connection.configure_window(self.window, &wishes)?;
        self.connection.flush()?;
        let deadline = Instant::now() + PATIENCE;
        while self.size()? != size {
            ensure!(
                Instant::now() < deadline,
                "the window manager gives {:?} and not {size:?}",
                self.size()?
            );
            thread::sleep(Duration::from_millis(2));
        }
        Ok(())
    }

    /// The windows that the plugin has put into it.
    pub fn children(&self) -> Result<Vec<u32>> {
        Ok(self.connection.query_tree(self.window)?.reply()?.children)
    }

    fn wait_for(&self, what: &str, is_it: impl Fn(&Event) -> bool) -> Result<()> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match self.connection.poll_for_event()? {
                Some(event) if is_it(&event) => return Ok(()),
                Some(Event::Error(error)) => bail!("X has an error: {error:?}"),
                Some(_) => {}
                None => {
                    ensure!(Instant::now() < deadline, "waited in vain until {what}");
                    thread::sleep(Duration::from_millis(2));
                }
            }
        }
    }
}

impl Drop for HostWindow {
    fn drop(&mut self) {
        // The display may be gone; then so is the window.
        let _ = self.connection.destroy_window(self.window);
        let _ = self.connection.sync();
    }
}
