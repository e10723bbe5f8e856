//! The editor's own way to the X server, past OpenGL: a connection whose errors come back as values and end
//! nothing.
//!
//! | file | what it holds |
//! |---|---|
//! | `server.rs` | the connection, and the window that is drawn into |
//! | `meter_windows.rs` | a small window over each meter, with its bars |
//! | `drop_target.rs` | files that are dragged here |
//! | `uris.rs` | which files those are |

mod drop_target;
mod meter_windows;
mod server;
mod uris;

use parking_lot::Mutex;
use x11rb::protocol::Event;

use self::drop_target::DropTarget;
use self::meter_windows::MeterWindows;
use self::server::Server;
use super::meters::{Inks, MeterId, PlacedMeter};
use super::outside::{FilesOver, Looked};
use crate::session::View;

pub use self::server::Failure;

/// What lies over an editor's window, for as long as that is open.
pub struct Overlay {
    server: Server,
    meters: MeterWindows,
    drops: DropTarget,
}

impl Overlay {
    /// Nothing yet, over this window.
    ///
    /// # Errors
    ///
    /// If the server cannot be reached, does not know the window, or cannot let clicks pass through one.
    pub fn over(window: u64) -> Result<Self, Failure> {
        let server = Server::reach(window as u32)?;
        let meters = MeterWindows::new(&server)?;
        let drops = DropTarget::new(&server)?;
        Ok(Self {
            server,
            meters,
            drops,
        })
    }

    /// See [`Outside::publish`](super::outside::Outside::publish).
    ///
    /// # Errors
    ///
    /// If the connection is lost.
    pub fn publish(&mut self, free: &[PlacedMeter], inks: Inks) -> Result<(), Failure> {
        self.meters.publish(&self.server, free, inks)
    }

    /// See [`Outside::look`](super::outside::Outside::look).
    ///
    /// # Errors
    ///
    /// If the connection is lost, or the window is.
    pub fn look(&mut self, view: &View, files: &Mutex<FilesOver>) -> Result<Looked, Failure> {
        let mut looked = Looked::default();
        while let Some(event) = self.server.event()? {
            match event {
                Event::Expose(event) => self.meters.draw_anew(event.window),
                Event::Error(error) => return Err(Failure::Refused(error.error_kind)),
                event => {
                    let files = &mut files.lock();
                    looked.files |= self.drops.hear(&self.server, &event, files)?;
                }
            }
        }
        self.drops.look(&self.server)?;
        looked.levels = self.meters.look(&self.server, view)?;
        self.server.flush()?;
        Ok(looked)
    }

    /// Whether this meter is drawn here.
    pub fn draws(&self, meter: MeterId) -> bool {
        self.meters.draws(meter)
    }
}

impl Drop for Overlay {
    fn drop(&mut self) {
        // Where the connection is lost, nothing is left to do; nor is there if the window has gone.
        let _ = self.drops.end(&self.server);
    }
}
