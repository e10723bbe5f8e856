//! What a child wanted to have saved: opaque bytes, packed in the document.

use std::fmt;
use std::io::Read;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::ser::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

/// The most that one child's state may unpack to.
pub const MAX_STATE_BYTES: usize = 512 << 20;

/// The most that all states of one document may unpack to, so that a small document cannot fill the
/// memory.
pub const MAX_RACK_STATES_BYTES: usize = 1 << 30;

/// zstd's own default; higher levels cost much time for few bytes.
const ZSTD_LEVEL: i32 = 3;

/// What a child wanted to have saved. In the document: the bytes, packed with zstd, as base64.
#[derive(Clone, PartialEq)]
pub enum ChildState {
    /// Bytes that only the child understands. Shared, since racks are copied often and states are
    /// large.
    Bytes(Arc<[u8]>),
    /// Something in the document that is no state, kept to be saved as it came. The child starts
    /// with its defaults.
    Damaged {
        /// What stands in the document.
        saved: Value,
        /// What is wrong with it.
        reason: String,
    },
}

impl ChildState {
    /// The child's bytes, where they are whole.
    pub fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            Self::Damaged { .. } => None,
        }
    }

    /// What is wrong with the state, where it is damaged.
    pub fn damage(&self) -> Option<&str> {
        match self {
            Self::Bytes(_) => None,
            Self::Damaged { reason, .. } => Some(reason),
        }
    }

    /// Turns what was read from a document into the child's bytes if they are at most `limit`, and
    /// returns how many they are.
    pub(super) fn decode_within(&mut self, limit: usize) -> usize {
        let Self::Damaged { saved, reason } = self else {
            return 0;
        };
        match decode(saved, limit.min(MAX_STATE_BYTES)) {
            Ok(bytes) => {
                let length = bytes.len();
                *self = Self::Bytes(bytes.into());
                length
            }
            Err(why) => {
                *reason = why;
                0
            }
        }
    }
}

impl From<Vec<u8>> for ChildState {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes.into())
    }
}

impl fmt::Debug for ChildState {
    // States can be megabytes: what they are is enough.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(bytes) => write!(formatter, "Bytes({} bytes)", bytes.len()),
            Self::Damaged { reason, .. } => write!(formatter, "Damaged({reason})"),
        }
    }
}

impl Serialize for ChildState {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Bytes(bytes) => {
                serializer.serialize_str(&encode(bytes).map_err(S::Error::custom)?)
            }
            Self::Damaged { saved, .. } => saved.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for ChildState {
    /// Takes the state as it stands; the rack decodes it, since only the rack knows how much all of
    /// its states may unpack to.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::Damaged {
            saved: Value::deserialize(deserializer)?,
            reason: "it was not read as part of a rack".to_owned(),
        })
    }
}

fn encode(bytes: &[u8]) -> std::io::Result<String> {
    let mut packer = zstd::bulk::Compressor::new(ZSTD_LEVEL)?;
    // So that a state somebody typed into is noticed, and never handed to the child.
    packer.set_parameter(zstd::zstd_safe::CParameter::ChecksumFlag(true))?;
    Ok(BASE64.encode(packer.compress(bytes)?))
}

fn decode(saved: &Value, limit: usize) -> Result<Vec<u8>, String> {
    let text = saved.as_str().ok_or("it is not a string")?;
    if text.is_empty() {
        return Err("it is empty".to_owned());
    }
    let packed = BASE64
        .decode(text)
        .map_err(|error| format!("it is not base64: {error}"))?;
    let unpacker = zstd::Decoder::with_buffer(packed.as_slice())
        .map_err(|error| format!("it cannot be unpacked: {error}"))?;
    let mut bytes = Vec::new();
    unpacker
        .take(limit as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| format!("it cannot be unpacked: {error}"))?;
    if bytes.len() > limit {
        return Err(format!("it unpacks to more than {} MiB", limit >> 20));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(saved: Value) -> ChildState {
        let mut state: ChildState = serde_json::from_value(saved).unwrap();
        state.decode_within(MAX_STATE_BYTES);
        state
    }

    #[test]
    fn a_state_comes_back_to_the_byte_and_is_written_the_same_each_time() {
        for bytes in [vec![], vec![0; 100_000], (0..=255).collect::<Vec<u8>>()] {
            let state = ChildState::from(bytes.clone());
            let saved = serde_json::to_value(&state).unwrap();
            assert_eq!(read(saved.clone()).bytes(), Some(bytes.as_slice()));
            assert_eq!(serde_json::to_value(&state).unwrap(), saved);
        }
    }

    #[test]
    fn a_state_that_somebody_typed_into_is_noticed_and_kept() {
        let saved = serde_json::to_value(ChildState::from(vec![7; 1000])).unwrap();
        let text = saved.as_str().unwrap();
        let mut broken: Vec<Value> = vec!["".into(), "not base64!".into(), 12.into()];
        broken.push(text[..text.len() / 2].into());
        for position in 0..text.len() {
            let mut typed = text.as_bytes().to_vec();
            typed[position] = if typed[position] == b'A' { b'B' } else { b'A' };
            broken.push(String::from_utf8(typed).unwrap().into());
        }
        for saved in broken {
            let state = read(saved.clone());
            // The last bits of base64's last group may carry nothing; otherwise it is noticed.
            if state.bytes() != Some([7; 1000].as_slice()) {
                assert!(state.damage().is_some(), "{saved}");
                assert_eq!(serde_json::to_value(&state).unwrap(), saved);
            }
        }
    }

    #[test]
    fn a_state_beyond_the_limit_is_refused() {
        let mut state: ChildState = serde_json::to_value(ChildState::from(vec![0; 1000]))
            .and_then(serde_json::from_value)
            .unwrap();
        assert_eq!(state.clone().decode_within(1000), 1000);
        assert_eq!(state.decode_within(999), 0);
        assert!(state.damage().is_some());
    }
}
