//! The rack document: a rack as text, the way hosts save it and `*.rack` files hold it.
//!
//! The document is JSON, made to be read, compared and written by hand; the least there can be is
//! `{"chain": [{"plugin": "ZamCompX2"}]}`. Reading forgives what costs only its own place (a slot
//! or split that is not understood, settings that cannot be unpacked) and warns of it; what is not
//! a rack at all is an error. What is not understood is saved again as it came.

mod error;
#[cfg(test)]
mod tests;
mod warnings;

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use serde_json::{Map, Value};

pub use error::StateError;

use crate::rack::{DOCUMENT_VERSION, Rack};

/// The most that a document may be long, in bytes.
pub const MAX_TEXT_BYTES: usize = 512 << 20;

/// A rack that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded {
    /// The rack.
    pub rack: Rack,
    /// What was not as it should be, one sentence each, for the musician.
    pub warnings: Vec<String>,
}

/// Reads a rack document.
///
/// # Errors
///
/// Why the text is not a rack document, or none that this version can read.
pub fn parse(text: &str) -> Result<Loaded, StateError> {
    if text.len() > MAX_TEXT_BYTES {
        return Err(StateError::TooLong);
    }
    // Some editors put a byte order mark before UTF-8.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim().is_empty() {
        return Err(StateError::Empty);
    }
    let document: Value = serde_json::from_str(text)?;
    let Value::Object(document) = document else {
        return Err(StateError::NotARack {
            reason: "the text is JSON, but not an object ({...})",
        });
    };
    let document = migrate(document)?;
    match document.get("chain") {
        Some(Value::Array(_)) => {}
        Some(_) => {
            return Err(StateError::NotARack {
                reason: "its \"chain\" is not a list ([...])",
            });
        }
        None => {
            return Err(StateError::NotARack {
                reason: "it has no \"chain\"",
            });
        }
    }
    if !matches!(
        document.get("name"),
        None | Some(Value::Null | Value::String(_))
    ) {
        return Err(StateError::NotARack {
            reason: "its \"name\" is not a text",
        });
    }
    let mut rack: Rack = serde_json::from_value(Value::Object(document))?;
    let mut warnings = warnings::of(&rack);
    warnings.extend(rack.take_lost_labels());
    Ok(Loaded { rack, warnings })
}

/// Writes a rack document: the same text for the same rack, with a line break at its end.
pub fn to_text(rack: &Rack) -> String {
    // Writing plain data into memory fails only if packing a state does, which needs memory alone.
    let mut text = serde_json::to_string_pretty(rack).expect("a rack can be written");
    text.push('\n');
    text
}

/// Reads a file that holds a rack document.
///
/// # Errors
///
/// Why it cannot be read, with the file's name.
pub fn read_file(path: &Path) -> Result<Loaded, StateError> {
    let read = || -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        File::open(path)?
            .take(MAX_TEXT_BYTES as u64 + 1)
            .read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    let bytes = read().map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => StateError::NotFound {
            path: path.to_owned(),
        },
        _ => StateError::Unreadable {
            path: path.to_owned(),
            source,
        },
    })?;
    let parsed = if bytes.len() > MAX_TEXT_BYTES {
        Err(StateError::TooLong)
    } else {
        str::from_utf8(&bytes)
            .map_err(|_| StateError::NotText)
            .and_then(parse)
    };
    parsed.map_err(|problem| StateError::InFile {
        path: path.to_owned(),
        problem: Box::new(problem),
    })
}

/// Brings a document of an older version to the present one.
fn migrate(mut document: Map<String, Value>) -> Result<Map<String, Value>, StateError> {
    let version = match document.get("version") {
        None => 1,
        Some(version) => {
            (version.as_u64().filter(|version| *version > 0)).ok_or(StateError::NotARack {
                reason: "its \"version\" is not a number from 1",
            })?
        }
    };
    if version > u64::from(DOCUMENT_VERSION) {
        return Err(StateError::TooNew { version });
    }
    // One step for each version that is no more, from the oldest: `if version < 2 { .. }`.
    document.insert("version".to_owned(), DOCUMENT_VERSION.into());
    Ok(document)
}
