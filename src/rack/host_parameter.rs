//! The host's parameters in the rack document: their numbers, and what is kept for them.

use std::collections::BTreeMap;
use std::fmt;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::fields::{Fields, Mistake, is_default, mistake};

/// How many host parameters there are.
pub const HOST_PARAMETERS: usize = 512;

/// The number of a host parameter, from `p000` to `p511`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HostId(u16);

impl HostId {
    /// The host parameter of a number, from 0; `None` for one that is none.
    pub fn new(number: usize) -> Option<Self> {
        let number = u16::try_from(number).ok()?;
        (usize::from(number) < HOST_PARAMETERS).then_some(Self(number))
    }

    /// Reads "p000".
    pub fn parse(text: &str) -> Option<Self> {
        Self::new(text.strip_prefix('p')?.parse().ok()?)
    }

    /// The number, from 0.
    pub fn number(self) -> usize {
        usize::from(self.0)
    }

    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..HOST_PARAMETERS as u16).map(Self)
    }
}

impl fmt::Display for HostId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "p{:03}", self.0)
    }
}

/// What is kept for a host parameter, mapped or not.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct HostSettings {
    /// The musician's own name for it, in place of the child's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The value, from 0 to 1, exactly as the host has set it; zero where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// The settings that the children had when they were saved are not those of the value, which counts: the
    /// host had modulated it, or they had not played since it was set.
    #[serde(skip_serializing_if = "is_default")]
    pub ahead: bool,
    /// The MIDI messages that move it, too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub midi: Option<MidiControl>,
    /// Fields of the document that are not understood; kept for saving.
    #[serde(flatten)]
    pub unknown: Map<String, Value>,
}

/// MIDI messages that move a host parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MidiControl {
    /// The MIDI channel, from 0 to 15; `None` for any.
    pub channel: Option<u8>,
    /// Which messages.
    pub message: MidiMessage,
}

/// A kind of MIDI message with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MidiMessage {
    /// A controller of 7 bits, from 0 to 127.
    Controller(u8),
    /// A controller of 14 bits, from 0 to 31, whose lower bits come as the controller 32 above it.
    FineController(u8),
    /// Pitch bend: the middle is 8192 of 16383.
    PitchBend,
    /// Channel pressure.
    Pressure,
    /// Program change.
    Program,
}

impl HostSettings {
    fn read(value: &Value) -> Result<Self, Mistake> {
        let Value::Object(object) = value else {
            return Err("it is no object ({..})".to_owned());
        };
        let mut fields = Fields::new(object);
        let value = match fields.take("value") {
            None => None,
            Some(value) => Some(
                (value.as_f64().filter(|number| (0.0..=1.0).contains(number)))
                    .ok_or_else(|| mistake("value", value, "0 to 1"))?,
            ),
        };
        Ok(Self {
            name: fields.text("name")?,
            value,
            ahead: fields.flag("ahead")?,
            midi: fields.take("midi").map(MidiControl::read).transpose()?,
            unknown: fields.rest(),
        })
    }

    /// Whether there is nothing to keep.
    pub fn is_blank(&self) -> bool {
        *self == Self::default()
    }
}

impl MidiControl {
    /// Whether there are such messages.
    pub fn is_sound(&self) -> bool {
        let exists = match self.message {
            MidiMessage::Controller(number) => number < 128,
            MidiMessage::FineController(number) => number < 32,
            MidiMessage::PitchBend | MidiMessage::Pressure | MidiMessage::Program => true,
        };
        exists && self.channel.is_none_or(|channel| channel < 16)
    }

    fn read(value: &Value) -> Result<Self, Mistake> {
        let can_be = r#"{"cc": 0 to 127}, {"cc14": 0 to 31}, or {"message": "pitch_bend", "pressure" or "program"}, each with "channel": 1 to 16 if wanted"#;
        let wrong = || mistake("midi", value, can_be);
        let object = value.as_object().ok_or_else(wrong)?;
        let number = |name: &str, low: u8, high: u8| match object.get(name) {
            None => Ok(None),
            Some(value) => (value.as_u64())
                .and_then(|number| u8::try_from(number).ok())
                .filter(|number| (low..=high).contains(number))
                .map(Some)
                .ok_or_else(wrong),
        };
        let message = object.get("message").map(Value::as_str);
        let message = match (number("cc", 0, 127)?, number("cc14", 0, 31)?, message) {
            (Some(controller), None, None) => MidiMessage::Controller(controller),
            (None, Some(controller), None) => MidiMessage::FineController(controller),
            (None, None, Some(Some("pitch_bend"))) => MidiMessage::PitchBend,
            (None, None, Some(Some("pressure"))) => MidiMessage::Pressure,
            (None, None, Some(Some("program"))) => MidiMessage::Program,
            _ => return Err(wrong()),
        };
        Ok(Self {
            channel: number("channel", 1, 16)?.map(|channel| channel - 1),
            message,
        })
    }
}

impl Serialize for MidiControl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match self.message {
            MidiMessage::Controller(number) => map.serialize_entry("cc", &number)?,
            MidiMessage::FineController(number) => map.serialize_entry("cc14", &number)?,
            MidiMessage::PitchBend => map.serialize_entry("message", "pitch_bend")?,
            MidiMessage::Pressure => map.serialize_entry("message", "pressure")?,
            MidiMessage::Program => map.serialize_entry("message", "program")?,
        }
        if let Some(channel) = self.channel {
            map.serialize_entry("channel", &(channel + 1))?;
        }
        map.end()
    }
}

/// What is kept for the host's parameters. Entries with a mistake in them are kept as they came.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HostTable {
    settings: BTreeMap<HostId, HostSettings>,
    unreadable: Map<String, Value>,
    mistakes: Vec<String>,
}

impl HostTable {
    pub(super) fn read(value: &Value) -> Result<Self, Mistake> {
        let Value::Object(object) = value else {
            return Err(mistake("host_parameters", value, "an object ({..})"));
        };
        let mut table = Self::default();
        for (name, value) in object {
            let read = match HostId::parse(name) {
                Some(id) => HostSettings::read(value).map(|settings| (id, settings)),
                None => Err("there are p000 to p511".to_owned()),
            };
            match read {
                Ok((id, settings)) => {
                    table.settings.insert(id, settings);
                }
                Err(mistake) => {
                    table.unreadable.insert(name.clone(), value.clone());
                    table.mistakes.push(format!("{name}: {mistake}"));
                }
            }
        }
        Ok(table)
    }

    /// What is kept for one of them.
    pub fn get(&self, id: HostId) -> Option<&HostSettings> {
        self.settings.get(&id)
    }

    /// Those for which anything is kept.
    pub fn iter(&self) -> impl Iterator<Item = (HostId, &HostSettings)> {
        self.settings.iter().map(|(id, settings)| (*id, settings))
    }

    /// Changes what is kept for one of them.
    pub fn change(&mut self, id: HostId, change: impl FnOnce(&mut HostSettings)) {
        let settings = self.settings.entry(id).or_default();
        change(settings);
        if settings.is_blank() {
            self.settings.remove(&id);
        }
    }

    pub(super) fn mistakes(&self) -> &[String] {
        &self.mistakes
    }

    pub(super) fn is_empty(&self) -> bool {
        self.settings.is_empty() && self.unreadable.is_empty()
    }
}

impl Serialize for HostTable {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (id, settings) in &self.settings {
            map.serialize_entry(&id.to_string(), settings)?;
        }
        for (name, value) in &self.unreadable {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}
