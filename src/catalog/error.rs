//! Why a scan could not be made.

use std::path::PathBuf;

use thiserror::Error;

use super::store::StoreError;
use crate::program::Missing;

/// Why a scan could not be made. What single files do wrong is no error, but a
/// [`Failure`](super::Failure) in the catalog.
#[derive(Debug, Error)]
pub enum ScanError {
    /// The program that looks at plugins is not there.
    #[error(transparent)]
    NoWorker(#[from] Missing),
    /// It would not run.
    #[error(
        "the program that looks at plugins ({}) does not run: {reason}. Install Matryoshka again",
        .program.display()
    )]
    WorkerNotStarted {
        /// The program.
        program: PathBuf,
        /// In the system's words.
        reason: String,
    },
    /// Another DAW or command scans.
    #[error("another scan is under way on this machine; its results will be here, too")]
    Busy,
    /// The catalog could not be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No place for workers to work in.
    #[error("no folder for the scan could be made: {0}")]
    NoFolder(std::io::Error),
}
