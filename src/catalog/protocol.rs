//! What scanner and worker say to each other: JSON, one message a line.
//!
//! 1. The worker says [`Message::Ready`] when it runs.
//! 2. The scanner sends a [`Request`], one line for one file.
//! 3. The worker answers with [`Message::Found`] as soon as everything is known that a rack needs, and
//!    then with [`Message::Done`]; or with [`Message::Failed`]. A worker that dies between the two
//!    loses only what comes last.
//! 4. Again from 2, until the scanner closes the pipe, upon which the worker ends.

use serde::{Deserialize, Serialize};

use super::entry::Entry;

/// Both sides must be of the same.
pub const VERSION: u32 = 1;

/// A file to look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// As what.
    pub format: String,
    /// The file, the bundle, or the system's identifier.
    pub file: String,
    /// Only tell which files of the format the system knows (Audio Units, which are in no folder).
    #[serde(default)]
    pub list: bool,
}

/// What a worker says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Message {
    /// It runs.
    Ready {
        /// The [`VERSION`] that it speaks.
        version: u32,
    },
    /// The plugins in the file.
    Found {
        /// In the file's order.
        plugins: Vec<Entry>,
        /// What is odd about it.
        remarks: Vec<String>,
    },
    /// There is no more to say about the file.
    Done {
        /// Whether each plugin has a window of its own; empty where that was already said.
        editors: Vec<bool>,
        /// What is odd about it.
        remarks: Vec<String>,
    },
    /// The file cannot be read.
    Failed {
        /// Why.
        reason: String,
    },
    /// The files that the system knows.
    Files {
        /// Their identifiers.
        files: Vec<String>,
    },
}
