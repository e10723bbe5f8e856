//! What the catalog knows: plugins, the files they are in, and what went wrong with those.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::fingerprint::Fingerprint;
use crate::child::Description;

/// One plugin in one format.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// Its format: "VST3", "LV2", "LADSPA", "AudioUnit".
    pub format: String,
    /// The format's own identifier within the file, in hexadecimal; as racks have it.
    pub id: String,
    /// What it is loaded by: a file, or a URI (LV2).
    pub file: String,
    /// Who made it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub vendor: String,
    /// Its version, in its maker's words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub version: String,
    /// Its category, in its maker's or its format's words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub category: String,
    /// What it is, in words that are the same for all formats, the chief one first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// It is an instrument.
    #[serde(default, skip_serializing_if = "is_default")]
    pub is_instrument: bool,
    /// Its audio buses, inputs first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub buses: Vec<EntryBus>,
    /// Whether it takes MIDI.
    #[serde(default, skip_serializing_if = "is_default")]
    pub takes_midi: bool,
    /// Whether it makes MIDI.
    #[serde(default, skip_serializing_if = "is_default")]
    pub makes_midi: bool,
    /// Whether it has a window of its own; `None` where asking did not go well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub has_editor: Option<bool>,
}

/// One audio bus of an [`Entry`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryBus {
    /// Its name; empty where it has none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Whether audio goes in by it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub is_input: bool,
    /// Channels, when it is on.
    pub channels: usize,
    /// It is off until it is asked for, as sidechains are.
    #[serde(default, skip_serializing_if = "is_default")]
    pub is_off: bool,
}

impl Entry {
    /// What loading the plugin takes.
    pub fn description(&self) -> Description {
        Description {
            name: self.name.clone(),
            format: self.format.clone(),
            vendor: self.vendor.clone(),
            version: self.version.clone(),
            category: self.category.clone(),
            file: self.file.clone(),
            id: self.id.clone(),
            is_instrument: self.is_instrument,
        }
    }

    /// Channels of all inputs together that are on by themselves, and of all such outputs.
    pub fn channels(&self) -> (usize, usize) {
        let sum = |is_input| {
            let buses = self
                .buses
                .iter()
                .filter(|bus| bus.is_input == is_input && !bus.is_off);
            buses.map(|bus| bus.channels).sum()
        };
        (sum(true), sum(false))
    }
}

/// What was learned of one plugin file (a bundle is one file).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRecord {
    /// The format that it was looked at as.
    pub format: String,
    /// Where it is; for Audio Units, the system's identifier.
    pub path: String,
    /// What it looked like.
    pub fingerprint: Fingerprint,
    /// When it was scanned, in seconds since 1970.
    pub scanned_at: u64,
    /// How long that took, in milliseconds.
    pub millis: u64,
    /// What came of it.
    pub outcome: Outcome,
    /// What is odd about it, though it was read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
}

/// What came of scanning a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// The plugins that are in it.
    Plugins(Vec<Entry>),
    /// Why it was put into quarantine.
    Failed(Failure),
}

/// Why a file is in quarantine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Failure {
    /// It crashed.
    Signal {
        /// The signal's number.
        signal: i32,
        /// What was last printed, or nothing.
        message: String,
    },
    /// It did not answer in time.
    Timeout {
        /// How long it was waited for, in milliseconds.
        millis: u64,
    },
    /// It ended the worker.
    Exit {
        /// The exit code.
        code: i32,
        /// What was last printed, or nothing.
        message: String,
    },
    /// It could not be read, in its own, the format's or the system's words.
    Message {
        /// The words.
        message: String,
    },
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (what, message) = match self {
            Self::Signal { signal, message } => {
                (format!("it crashed ({})", name(*signal)), message)
            }
            Self::Timeout { millis } => {
                let seconds = *millis as f64 / 1000.0;
                return write!(formatter, "it did not answer within {seconds} s");
            }
            Self::Exit { code, message } => (
                format!("it ended the program that looked at it (exit code {code})"),
                message,
            ),
            Self::Message { message } => return formatter.write_str(message),
        };
        formatter.write_str(&what)?;
        if message.is_empty() {
            return Ok(());
        }
        write!(formatter, ", having said \"{message}\"")
    }
}

/// A signal as musicians may have heard of it.
fn name(signal: i32) -> String {
    // The numbers that are the same on all systems.
    match signal {
        4 => "illegal instruction".to_owned(),
        6 => "aborted".to_owned(),
        8 => "arithmetic error".to_owned(),
        9 => "killed".to_owned(),
        11 => "segmentation fault".to_owned(),
        other => format!("signal {other}"),
    }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
