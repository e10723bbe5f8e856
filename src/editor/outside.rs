//! What is drawn into the window outside of egui, and what reaches the window past egui.
//!
//! 1. A frame is [published](Outside::publish) before it is shown: which meters it has, and which of them nothing
//!    covers. Of those that were drawn outside, the ones that are no longer where they were are hidden at once.
//! 2. The link [looks](Outside::look) at the levels. Meters in full view whose place has stood for a moment are
//!    drawn here from then on, and move without egui.
//! 3. What egui still [draws itself](Outside::left_to_egui), it has to draw again when it moves.
//!
//! Files that another program [drags over](FilesOver) the window reach egui by
//! [`FileDrops`](super::file_drops::FileDrops).
//!
//! On Linux this is done by `x11`. Elsewhere, and where that fails, egui draws everything.

use std::path::PathBuf;
use std::sync::Arc;

use parking_lot::Mutex;

use super::meters::{Inks, MeterId, PlacedMeter};
#[cfg(target_os = "linux")]
use super::x11::Overlay;
use crate::session::View;

/// Files that another program drags over the window. Places are in the window's pixels, from its corner.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FilesOver {
    /// Where they are.
    pub over: Option<[i32; 2]>,
    /// What was let go since this was last taken, and where.
    pub dropped: Vec<([i32; 2], Vec<PathBuf>)>,
    /// What was let go and could not be taken.
    pub trouble: Option<String>,
}

/// What a [look](Outside::look) has found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Looked {
    /// Levels that were drawn anew.
    pub levels: bool,
    /// [Files](FilesOver) that are elsewhere now: egui has to draw that.
    pub files: bool,
}

/// See the [module](self). One for each time that the window is open; any thread.
#[derive(Default)]
pub struct Outside {
    /// The meters of the last frame.
    frame: Mutex<Vec<MeterId>>,
    files: Mutex<FilesOver>,
    #[cfg(target_os = "linux")]
    overlay: Mutex<Option<Overlay>>,
}

impl Outside {
    /// The window is there: its system's number of it. Where nothing can be drawn into it, the log says why.
    pub fn begin(&self, window: u64) {
        #[cfg(target_os = "linux")]
        match Overlay::over(window) {
            Ok(overlay) => *self.overlay.lock() = Some(overlay),
            Err(error) => tracing::info!("the editor draws its meters with OpenGL: {error}"),
        }
        #[cfg(not(target_os = "linux"))]
        let _ = window;
    }

    /// A frame is about to be shown. `all` are its meters, `free` are those that nothing covers.
    pub fn publish(&self, all: Vec<MeterId>, free: Vec<PlacedMeter>, inks: Inks) {
        *self.frame.lock() = all;
        #[cfg(target_os = "linux")]
        self.with_overlay(|overlay| overlay.publish(&free, inks));
        #[cfg(not(target_os = "linux"))]
        let _ = (free, inks);
    }

    /// Draws the levels that have moved, and hears of files.
    pub fn look(&self, view: &Arc<View>) -> Looked {
        #[cfg(target_os = "linux")]
        return self
            .with_overlay(|overlay| overlay.look(view, &self.files))
            .unwrap_or_default();
        #[cfg(not(target_os = "linux"))]
        {
            let _ = view;
            Looked::default()
        }
    }

    /// The files over the window. What was dropped is given once.
    pub fn take_files(&self) -> FilesOver {
        let mut files = self.files.lock();
        FilesOver {
            over: files.over,
            dropped: std::mem::take(&mut files.dropped),
            trouble: None,
        }
    }

    /// What was dropped and could not be taken, once.
    pub fn take_trouble(&self) -> Option<String> {
        self.files.lock().trouble.take()
    }

    /// The meters in the window that egui has to draw again when they move.
    pub fn left_to_egui(&self) -> Vec<MeterId> {
        let mut left = self.frame.lock().clone();
        #[cfg(target_os = "linux")]
        if let Some(overlay) = &*self.overlay.lock() {
            left.retain(|meter| !overlay.draws(*meter));
        }
        left
    }

    /// What does not work any more is given up: then egui draws everything.
    #[cfg(target_os = "linux")]
    fn with_overlay<T>(
        &self,
        act: impl FnOnce(&mut Overlay) -> Result<T, super::x11::Failure>,
    ) -> Option<T> {
        let mut overlay = self.overlay.lock();
        match act(overlay.as_mut()?) {
            Ok(answer) => Some(answer),
            Err(error) => {
                // As when the window has just gone.
                tracing::debug!("the editor's meters are OpenGL's again: {error}");
                *overlay = None;
                self.files.lock().over = None;
                None
            }
        }
    }
}
