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
    /// Only some of the plugins in it (LV2).
    #[serde(default)]
    pub part: Option<Part>,
    /// Only tell which files of the format the system knows (Audio Units, which are in no folder).
    #[serde(default)]
    pub list: bool,
}

/// One of so many parts of a file, of about as many plugins each, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Which, from 0.
    pub index: usize,
    /// Of how many.
    pub count: usize,
}

impl Part {
    /// The place of this part in a list.
    pub fn of<T>(self, list: &[T]) -> &[T] {
        let at = |index: usize| list.len() * index / self.count.max(1);
        list.get(at(self.index)..at(self.index + 1)).unwrap_or(&[])
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_list_are_the_list() {
        for length in 0..9 {
            let list: Vec<usize> = (0..length).collect();
            for count in 1..5 {
                let parts = (0..count).flat_map(|index| Part { index, count }.of(&list));
                assert!(parts.eq(&list));
            }
        }
    }
}
