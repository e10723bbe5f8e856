//! Scanning from within a DAW: in the background, in other processes, and only on request.
//!
//! One scan serves all instances in the process. Nothing here waits for it, nor does it wait for the
//! message thread; what it finds is there for the next plugin that a rack asks for.

use super::Handle;
use crate::catalog::{self, Catalog, Progress, ScanOptions, StoreError};

impl Handle {
    /// Whether this machine was never scanned as a whole: an editor offers it then.
    ///
    /// # Errors
    ///
    /// If the catalog cannot be read.
    pub fn needs_scan(&self) -> Result<bool, StoreError> {
        Ok(!Catalog::current()?.is_whole)
    }

    /// Starts a scan, unless one is under way in this process; tells which.
    pub fn start_scan(&self, options: ScanOptions) -> bool {
        catalog::start_scan(options)
    }

    /// How the scan stands, or how the last one ended: a copy, for an editor to draw.
    pub fn scan_progress(&self) -> Progress {
        catalog::progress()
    }

    /// Stops the scan. What is done is kept.
    pub fn stop_scan(&self) {
        catalog::stop_scan();
    }
}
