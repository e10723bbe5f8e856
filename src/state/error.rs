//! What can be wrong with a rack document, in the musician's words.

use std::io;
use std::path::PathBuf;

use serde_json::error::Category;
use thiserror::Error;

use crate::rack::DOCUMENT_VERSION;

/// Why a rack document cannot be read.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StateError {
    /// There is no such file.
    #[error("{} does not exist", path.display())]
    NotFound {
        /// The file.
        path: PathBuf,
    },
    /// The file is there, but the system does not let us read it.
    #[error("{} cannot be read: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Something is wrong with what the file holds.
    #[error("{}: {problem}", path.display())]
    InFile {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: Box<StateError>,
    },
    /// There are bytes that no text has.
    #[error("this is not a rack: it is not text (UTF-8)")]
    NotText,
    /// There is nothing but white space.
    #[error("this is not a rack: it is empty")]
    Empty,
    /// It is longer than any rack should be.
    #[error("this is too long for a rack (more than {} MiB)", super::MAX_TEXT_BYTES >> 20)]
    TooLong,
    /// It begins as JSON, but ends too early.
    #[error(
        "this rack is cut off: it ends too early, at line {line}, column {column}; a part of it is \
         missing"
    )]
    Truncated {
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
    },
    /// It is not JSON.
    #[error("this is not a rack: it is not JSON at line {line}, column {column} ({reason})")]
    NotJson {
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
        /// What the parser stumbled over.
        reason: String,
    },
    /// It is JSON, but not a rack.
    #[error("this is not a rack: {reason}")]
    NotARack {
        /// What is missing or in the way.
        reason: &'static str,
    },
    /// It is of a version that came after this Matryoshka.
    #[error(
        "this rack was made by a newer Matryoshka (document version {version}; this one knows \
         {DOCUMENT_VERSION}); update Matryoshka to open it"
    )]
    TooNew {
        /// The document's version.
        version: u64,
    },
}

impl From<serde_json::Error> for StateError {
    fn from(error: serde_json::Error) -> Self {
        let (line, column) = (error.line(), error.column());
        match error.classify() {
            Category::Eof => Self::Truncated { line, column },
            _ => {
                let text = error.to_string();
                // The place is told apart from the reason.
                let reason = text.split(" at line ").next().unwrap_or(&text).to_owned();
                Self::NotJson {
                    line,
                    column,
                    reason,
                }
            }
        }
    }
}
