//! A slot: one place in a chain, with the child it asks for and the settings kept for it.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use super::ahead::{self, Ahead};
use super::fields::{Fields, Mistake, is_default, mistake, write_number};
use super::limits;
use super::mapping::{Holder, Mappings};
use super::slot_window::read_window;
use super::{ChildState, PluginReference, Sidechain, SlotId, SlotMidi};
use crate::child::WindowPlace;

/// One place in a chain: a child with its bypass, mix and gains.
///
/// Audio goes `input gain -> child -> output gain -> mix with what came in`, on the channels that
/// it works on; the others pass. Where it plays to an auxiliary output, that gets the child's part of
/// the mix, and the chain what came in.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Slot {
    /// Unique in its rack.
    #[serde(skip)]
    pub id: SlotId,
    /// The plugin that it asks for.
    pub plugin: PluginReference,
    /// What it is called where others listen to it. Unique in its rack.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The audio passes the child by, delayed by the child's latency.
    #[serde(skip_serializing_if = "is_default")]
    pub bypass: bool,
    /// How much of what comes out is the child's, 0 to 100; the rest is what came in.
    #[serde(skip_serializing_if = "is_full", serialize_with = "write_number")]
    pub mix_percent: f32,
    /// The gain on what the child gets to hear, -144 to 24. The dry part is left as it is.
    #[serde(skip_serializing_if = "is_default", serialize_with = "write_number")]
    pub input_gain_db: f32,
    /// The gain on what comes from the child, before the mix, -144 to 24.
    #[serde(skip_serializing_if = "is_default", serialize_with = "write_number")]
    pub output_gain_db: f32,
    /// What it works on.
    #[serde(skip_serializing_if = "is_default")]
    pub channels: SlotChannels,
    /// What the child gets as its sidechain.
    #[serde(skip_serializing_if = "is_default")]
    pub sidechain: Sidechain,
    /// What the child hears of MIDI.
    #[serde(skip_serializing_if = "is_default")]
    pub midi: SlotMidi,
    /// The auxiliary output that the child plays to, 1 to 15; with 0, it plays on in the chain.
    #[serde(skip_serializing_if = "is_default")]
    pub output: u8,
    /// The host's parameters that move it, or parameters of its child.
    #[serde(skip_serializing_if = "Mappings::is_empty")]
    pub mappings: Mappings,
    /// What was set of the child's parameters, and may not be in its state yet.
    #[serde(skip_serializing_if = "is_default")]
    pub parameters_ahead: Ahead,
    /// What the child wanted to have saved; `None` for a child with its defaults.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<ChildState>,
    /// Where the child's own window was last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window: Option<WindowPlace>,
    /// Fields of the document that are not understood; kept for saving.
    #[serde(flatten)]
    pub unknown: Map<String, Value>,
}

/// What a slot works on. The rest passes, as late as it would be with it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SlotChannels {
    /// All channels.
    #[default]
    All,
    /// The left channel.
    Left,
    /// The right channel.
    Right,
    /// What left and right have in common.
    Mid,
    /// How left and right differ.
    Side,
}

impl Slot {
    /// A slot for a plugin with its defaults, without an id: it gets one when it is inserted.
    pub fn new(plugin: PluginReference) -> Self {
        Self {
            id: SlotId::NONE,
            plugin,
            label: None,
            bypass: false,
            mix_percent: limits::MIX.default,
            input_gain_db: limits::INPUT_GAIN.default,
            output_gain_db: limits::OUTPUT_GAIN.default,
            channels: SlotChannels::default(),
            sidechain: Sidechain::default(),
            midi: SlotMidi::default(),
            output: 0,
            mappings: Mappings::default(),
            parameters_ahead: Ahead::new(),
            state: None,
            window: None,
            unknown: Map::new(),
        }
    }

    pub(super) fn read(object: &Map<String, Value>) -> Result<Self, Mistake> {
        let mut fields = Fields::new(object);
        let plugin = fields.take("plugin").unwrap_or(&Value::Null);
        Ok(Self {
            id: SlotId::NONE,
            plugin: PluginReference::deserialize(plugin).map_err(|error| error.to_string())?,
            label: fields.text("label")?,
            bypass: fields.flag("bypass")?,
            mix_percent: fields.number(&limits::MIX)?,
            input_gain_db: fields.number(&limits::INPUT_GAIN)?,
            output_gain_db: fields.number(&limits::OUTPUT_GAIN)?,
            channels: SlotChannels::read(&mut fields)?,
            sidechain: Sidechain::read(&mut fields)?,
            midi: SlotMidi::read(&mut fields)?,
            output: fields.whole(&limits::OUTPUT)? as u8,
            mappings: Mappings::read(&mut fields, Holder::Slot)?,
            parameters_ahead: ahead::read(&mut fields)?,
            state: Option::deserialize(fields.take("state").unwrap_or(&Value::Null))
                .map_err(|error: serde_json::Error| error.to_string())?,
            window: read_window(&mut fields)?,
            unknown: fields.rest(),
        })
    }
}

impl SlotChannels {
    fn read(fields: &mut Fields<'_>) -> Result<Self, Mistake> {
        let Some(value) = fields.take("channels") else {
            return Ok(Self::All);
        };
        match value.as_str() {
            Some("all") => Ok(Self::All),
            Some("left") => Ok(Self::Left),
            Some("right") => Ok(Self::Right),
            Some("mid") => Ok(Self::Mid),
            Some("side") => Ok(Self::Side),
            _ => {
                let can_be = r#""all", "left", "right", "mid" or "side""#;
                Err(mistake("channels", value, can_be))
            }
        }
    }
}

impl<'de> Deserialize<'de> for Slot {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let object = Map::deserialize(deserializer)?;
        Self::read(&object).map_err(D::Error::custom)
    }
}

fn is_full(mix_percent: &f32) -> bool {
    *mix_percent == limits::MIX.default
}
