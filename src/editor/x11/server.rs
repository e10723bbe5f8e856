//! The connection, and the window that is drawn into.

use thiserror::Error;
use x11rb::connection::{Connection, RequestConnection};
use x11rb::errors::{ConnectError, ConnectionError, ReplyError, ReplyOrIdError};
use x11rb::protocol::xproto::{ConnectionExt as _, Window};
use x11rb::protocol::{ErrorKind, Event, shape};
use x11rb::rust_connection::RustConnection;

/// Why nothing more can be drawn.
#[derive(Debug, Error)]
pub enum Failure {
    /// There is no way to it.
    #[error("the X server cannot be reached: {0}")]
    Unreachable(#[from] ConnectError),
    /// There was a way to it.
    #[error("the connection to the X server is lost: {0}")]
    Lost(#[from] ConnectionError),
    /// It knows no such window, say.
    #[error("the X server refuses: {0}")]
    Answered(#[from] ReplyError),
    /// There are no numbers left for windows, say.
    #[error("the X server refuses: {0}")]
    Numbers(#[from] ReplyOrIdError),
    /// It refused something that was not waited for; the window has gone, say.
    #[error("the X server refuses ({0:?})")]
    Refused(ErrorKind),
    /// What is needed is not there.
    #[error("the X server has no {0}")]
    Lacks(&'static str),
}

/// The connection, and the editor's window.
pub struct Server {
    pub connection: RustConnection,
    /// The editor's.
    pub window: Window,
    /// Where red, green and blue are in a pixel of the window, and what it has besides.
    masks: [u32; 3],
    rest: u32,
}

impl Server {
    /// Reaches the server that this process is to use, and looks at the editor's window.
    pub fn reach(window: Window) -> Result<Self, Failure> {
        let (connection, _) = RustConnection::connect(None)?;
        if (connection.extension_information(shape::X11_EXTENSION_NAME)?).is_none() {
            return Err(Failure::Lacks("windows that clicks pass through"));
        }
        let depth = connection.get_geometry(window)?;
        let visual = connection.get_window_attributes(window)?;
        let (depth, visual) = (depth.reply()?.depth, visual.reply()?.visual);
        let known = (connection.setup().roots.iter())
            .flat_map(|root| &root.allowed_depths)
            .flat_map(|depth| &depth.visuals)
            .find(|known| known.visual_id == visual);
        let masks = known.map(|known| [known.red_mask, known.green_mask, known.blue_mask]);
        let masks = masks.filter(|masks| masks.iter().all(|mask| mask.count_ones() >= 5));
        let masks = masks.ok_or(Failure::Lacks("colours"))?;
        let all = u32::MAX >> (32 - u32::from(depth).clamp(1, 32));
        Ok(Self {
            connection,
            window,
            masks,
            rest: all & !(masks[0] | masks[1] | masks[2]),
        })
    }

    /// A colour, not transparent, as a pixel of the window.
    pub fn pixel(&self, colour: [u8; 3]) -> u32 {
        let parts = self.masks.iter().zip(colour).map(|(mask, part)| {
            let most = u64::from(mask >> mask.trailing_zeros());
            let part = (u64::from(part) * most + 127) / 255;
            (part as u32) << mask.trailing_zeros()
        });
        parts.fold(self.rest, |pixel, part| pixel | part)
    }

    /// What the server has told meanwhile. Waits for nothing.
    pub fn event(&self) -> Result<Option<Event>, Failure> {
        Ok(self.connection.poll_for_event()?)
    }

    /// Sends what was asked for. Waits for nothing but room.
    pub fn flush(&self) -> Result<(), Failure> {
        Ok(self.connection.flush()?)
    }

    /// Waits until all that was asked for is done.
    pub fn wait(&self) -> Result<(), Failure> {
        self.connection.get_input_focus()?.reply()?;
        Ok(())
    }
}
