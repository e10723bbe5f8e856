//! The children's own windows.

use super::Session;
use crate::child::ChildError;
use crate::rack::SlotId;

/// What children's windows are shown with.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Surroundings {
    /// The window that the DAW gave the rack's as its parent, as the system numbers it.
    pub above: Option<u64>,
    /// The DAW's track.
    pub track: Option<String>,
    /// How many pixels the DAW counts as one.
    pub scale: Option<f64>,
}

/// One slot's window as it stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SlotWindow {
    /// The child has one.
    pub available: bool,
    /// It is open.
    pub open: bool,
}

impl Session {
    /// Says what windows are shown with from now on.
    pub fn set_surroundings(&mut self, surroundings: Surroundings) {
        let _ = surroundings;
    }

    /// Opens a slot's window, or brings it to the front.
    ///
    /// # Errors
    ///
    /// If the child has none, or it cannot be shown.
    pub fn open_window(&mut self, slot: SlotId) -> Result<(), ChildError> {
        let _ = slot;
        Ok(())
    }

    /// Closes a slot's window.
    pub fn close_window(&mut self, slot: SlotId) {
        let _ = slot;
    }

    /// Closes all windows.
    pub fn close_windows(&mut self) {}

    /// A slot's window as it stands.
    pub fn window(&self, slot: SlotId) -> SlotWindow {
        let _ = slot;
        SlotWindow::default()
    }
}
