//! What a slot's plugin hears of MIDI, as the document says it.

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::fields::{Fields, Mistake, is_default, mistake};
use super::limits::TRANSPOSE;
use crate::audio::Listening;

/// Every MIDI channel.
const ALL_CHANNELS: u16 = u16::MAX;

/// What a slot's plugin hears of MIDI.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SlotMidi {
    /// A bit for each MIDI channel that is heard; the first channel is bit 0.
    #[serde(skip_serializing_if = "is_all", serialize_with = "write_channels")]
    pub channels: u16,
    /// By how many semitones notes are moved, -127 to 127.
    #[serde(skip_serializing_if = "is_default")]
    pub transpose: i8,
    /// Whose MIDI it is.
    #[serde(skip_serializing_if = "is_default")]
    pub from: MidiSource,
    /// Expressions of single notes are told by a MIDI channel for each note (MPE).
    #[serde(skip_serializing_if = "is_default")]
    pub mpe: bool,
    /// Fields of the document that are not understood; kept for saving.
    #[serde(flatten)]
    pub unknown: Map<String, Value>,
}

/// Whose MIDI a slot's plugin hears.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum MidiSource {
    /// The host's.
    #[default]
    Host,
    /// Nobody's.
    None,
    /// What the slot of this label puts out. Nothing where there is none of that label, or where it comes
    /// later than the slot.
    From(String),
}

impl Default for SlotMidi {
    fn default() -> Self {
        Self {
            channels: ALL_CHANNELS,
            transpose: 0,
            from: MidiSource::Host,
            mpe: false,
            unknown: Map::new(),
        }
    }
}

impl SlotMidi {
    /// What the plugin listens to of the events that it gets.
    pub fn listening(&self) -> Listening {
        Listening {
            channels: self.channels,
            transpose: self.transpose,
            mpe: self.mpe,
            release: false,
        }
    }

    pub(super) fn read(fields: &mut Fields<'_>) -> Result<Self, Mistake> {
        let object = match fields.take("midi") {
            None => return Ok(Self::default()),
            Some(Value::Object(object)) => object,
            Some(other) => return Err(mistake("midi", other, "an object ({..})")),
        };
        let mut fields = Fields::new(object);
        let read = |fields: &mut Fields<'_>| {
            Ok(Self {
                channels: read_channels(fields)?,
                transpose: fields.whole(&TRANSPOSE)? as i8,
                from: match fields.text("from")? {
                    None => MidiSource::Host,
                    Some(word) if word == "host" => MidiSource::Host,
                    Some(word) if word == "none" => MidiSource::None,
                    Some(label) => MidiSource::From(label),
                },
                mpe: fields.flag("mpe")?,
                unknown: Map::new(),
            })
        };
        let midi = read(&mut fields).map_err(|mistake: Mistake| format!("of its MIDI, {mistake}"));
        Ok(Self {
            unknown: fields.rest(),
            ..midi?
        })
    }
}

fn read_channels(fields: &mut Fields<'_>) -> Result<u16, Mistake> {
    let Some(value) = fields.take("channels") else {
        return Ok(ALL_CHANNELS);
    };
    let channel = |value: &Value| {
        let number = value.as_u64().filter(|number| (1..=16).contains(number))?;
        Some(1_u16 << (number - 1))
    };
    let channels = value.as_array().and_then(|list| {
        (list.iter()).try_fold(0, |channels, value| Some(channels | channel(value)?))
    });
    channels.ok_or_else(|| mistake("channels", value, "a list of numbers from 1 to 16"))
}

fn is_all(channels: &u16) -> bool {
    *channels == ALL_CHANNELS
}

fn write_channels<S: Serializer>(channels: &u16, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq((1..=16_u8).filter(|channel| channels & (1 << (channel - 1)) != 0))
}

impl Serialize for MidiSource {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(match self {
            Self::Host => "host",
            Self::None => "none",
            Self::From(label) => label,
        })
    }
}
