//! Why a scan could not be made.

use std::path::PathBuf;

use thiserror::Error;

use super::store::StoreError;

/// Why a scan could not be made. What single files do wrong is no error, but a
/// [`Failure`](super::Failure) in the catalog.
#[derive(Debug, Error)]
pub enum ScanError {
    /// The program that looks at plugins is not there.
    #[error(
        "the program \"matryoshka\", which looks at plugins so that they cannot crash your DAW, is \
         missing{}. Install Matryoshka again, or set {} to where it is",
        places(.looked_at),
        super::locate::VARIABLE
    )]
    NoWorker {
        /// Where it should be.
        looked_at: Vec<PathBuf>,
    },
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

fn places(looked_at: &[PathBuf]) -> String {
    match looked_at.first() {
        Some(first) => format!(" (it should be {})", first.display()),
        None => String::new(),
    }
}
