//! The model of the rack: what it holds, as plain data that can be read, written and compared.
//!
//! A [`Rack`] holds a [`Chain`], which audio passes in series; a chain holds [`Slot`]s, each with a
//! child, and [`Split`]s, each with chains side by side. How the model becomes sound:
//!
//! 1. [`edit`]: the ways to change the model.
//! 2. [`score`]: the same tree with what plays it: children's audio halves, [`controls`], [`meters`].
//! 3. [`compile`]: the tree's shape, with what the children settled for, becomes a flat plan.
//! 4. [`schedule`]: the plan, with what plays it, becomes what the audio thread runs.
//! 5. [`conductor`]: brings one score after the other to the audio thread, so that nothing clicks.
//! 6. [`exchange`]: hands schedules to the audio thread and takes old ones back.
//!
//! `rack` knows the contract of a child ([`crate::child`]), not its kinds. The model keeps whatever
//! it does not understand, so that a document of a later version, or with somebody's own notes in
//! it, comes back out as it went in. As text it is read and written by [`crate::state`].

pub mod ahead;
#[cfg(test)]
pub(crate) mod arbitrary;
mod chain;
mod child_state;
pub mod compile;
pub mod conductor;
pub mod controls;
pub mod crossover;
pub mod delay;
mod depth;
pub mod desk;
pub mod edit;
pub mod exchange;
#[cfg(test)]
mod fakes;
mod fields;
mod host_parameter;
pub mod host_values;
mod ids;
mod labels;
pub mod levels;
pub mod limits;
pub mod mapping;
pub mod meters;
pub mod plugin_reference;
pub mod points;
pub mod ramp;
pub mod routing;
pub mod schedule;
pub mod score;
pub mod sidechain;
pub mod slot;
pub mod slot_midi;
mod slot_window;
pub mod split;
#[cfg(test)]
mod tests;
mod walk;
pub mod wiring;
mod words;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

pub use chain::{Chain, Item};
pub use child_state::{ChildState, MAX_RACK_STATES_BYTES, MAX_STATE_BYTES};
pub use depth::MAX_DEPTH;
pub use host_parameter::{
    HOST_PARAMETERS, HostId, HostSettings, HostTable, MidiControl, MidiMessage,
};
pub use ids::{ChainId, ItemId, Place, SlotId, SplitId};
pub use labels::Bearer;
pub use limits::db_to_gain;
pub use plugin_reference::PluginReference;
pub use routing::{Labels, Routing, Source};
pub use sidechain::Sidechain;
pub use slot::{Slot, SlotChannels};
pub use slot_midi::{MidiSource, SlotMidi};
pub use split::{Split, SplitChain, SplitKind};
pub use words::{path_in_numbers, path_in_words};

pub(crate) use words::chain_in_words;

use crate::audio::DEFAULT_MIN_SPLIT_FRAMES;
use fields::{Fields, Mistake, is_default, write_number};
use limits::{MIN_SPLIT, RUNAWAY_LIMIT};

/// The version of the rack document that this Matryoshka writes, and the newest that it reads.
pub const DOCUMENT_VERSION: u32 = 1;

/// Everything one Matryoshka instance holds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Rack {
    /// The document's version; [`DOCUMENT_VERSION`] in every rack at hand, since older documents
    /// are migrated when they are read.
    pub version: u32,
    /// What the musician calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Chains side by side may run on as many cores, where that pays.
    #[serde(skip_serializing_if = "is_default")]
    pub all_cores: bool,
    /// The peak level above which a child is taken to run away and is muted, 0 to 80.
    #[serde(skip_serializing_if = "is_usual", serialize_with = "write_number")]
    pub runaway_limit_dbfs: f32,
    /// What is kept for the host's parameters: names, values, MIDI. What they move stands in the chain,
    /// with what is moved.
    #[serde(skip_serializing_if = "HostTable::is_empty")]
    pub host_parameters: HostTable,
    /// For children that cannot be told when a parameter changes, a block is split into parts of at least
    /// so many samples, 1 to 512.
    #[serde(skip_serializing_if = "is_usual_split")]
    pub min_split_frames: u32,
    /// What it holds.
    pub chain: Chain,
    /// Fields of the document that are not understood; kept for saving.
    #[serde(flatten)]
    pub unknown: Map<String, Value>,
    /// The id that the next new slot, split or chain gets.
    #[serde(skip)]
    next_id: u32,
    /// What is to be said of labels that were taken off.
    #[serde(skip)]
    lost_labels: Vec<String>,
}

impl Rack {
    /// An empty rack: it passes audio.
    pub fn new() -> Self {
        Self {
            version: DOCUMENT_VERSION,
            name: None,
            all_cores: false,
            runaway_limit_dbfs: RUNAWAY_LIMIT.default,
            host_parameters: HostTable::default(),
            min_split_frames: DEFAULT_MIN_SPLIT_FRAMES,
            chain: Chain::default(),
            unknown: Map::new(),
            next_id: 1,
            lost_labels: Vec::new(),
        }
    }

    /// A slot for a plugin, with an id of its own. It is not in the rack until it is
    /// [inserted](edit::Edit::Insert).
    pub fn new_slot(&mut self, plugin: PluginReference) -> Slot {
        let mut slot = Slot::new(plugin);
        slot.id = SlotId(self.new_id());
        slot
    }

    /// A split with the empty chains that its kind needs, with an id of its own; its chains get
    /// theirs when it is [inserted](edit::Edit::Insert).
    pub fn new_split(&mut self, kind: SplitKind) -> Split {
        let mut split = Split::new(kind);
        split.id = SplitId(self.new_id());
        split
    }

    /// What is wrong with the rack's own settings. They have their defaults then, and what stood
    /// there is kept.
    pub(crate) fn mistakes(&self) -> Vec<String> {
        let mut fields = Fields::new(&self.unknown);
        let mistakes = [
            fields.flag("all_cores").err(),
            fields.number(&RUNAWAY_LIMIT).err(),
            (fields.take("host_parameters")).and_then(|value| HostTable::read(value).err()),
            fields.whole(&MIN_SPLIT).err(),
        ];
        let of_parameters = self.host_parameters.mistakes().iter().cloned();
        (mistakes.into_iter().flatten())
            .chain(of_parameters)
            .collect()
    }

    /// What is to be said of the labels that somebody had before, so that their bearers lost them; once.
    pub(crate) fn take_lost_labels(&mut self) -> Vec<String> {
        std::mem::take(&mut self.lost_labels)
    }

    /// Reads a document whose states may unpack to so many bytes together.
    fn read(document: &Map<String, Value>, mut states_limit: usize) -> Result<Self, Mistake> {
        let mut fields = Fields::new(document);
        fields.take("version");
        let mut rack = Self {
            name: fields.text("name")?,
            chain: Chain::read(fields.list("chain")?, 0),
            ..Self::new()
        };
        // A mistake in a setting of the rack costs that setting: it is kept with the unknown.
        let mut settings = fields.clone();
        if let Ok(all_cores) = settings.flag("all_cores") {
            rack.all_cores = all_cores;
            fields.take("all_cores");
        }
        if let Ok(limit) = settings.number(&RUNAWAY_LIMIT) {
            rack.runaway_limit_dbfs = limit;
            fields.take(RUNAWAY_LIMIT.field);
        }
        if let Some(Ok(table)) = settings.take("host_parameters").map(HostTable::read) {
            rack.host_parameters = table;
            fields.take("host_parameters");
        }
        if let Ok(frames) = settings.whole(&MIN_SPLIT) {
            rack.min_split_frames = frames as u32;
            fields.take(MIN_SPLIT.field);
        }
        rack.unknown = fields.rest();
        rack.give_ids();
        rack.lost_labels = rack.drop_second_labels();
        for slot in rack.slots_mut() {
            if let Some(state) = &mut slot.state {
                states_limit -= state.decode_within(states_limit);
            }
        }
        Ok(rack)
    }
}

impl Default for Rack {
    fn default() -> Self {
        Self::new()
    }
}

impl<'de> Deserialize<'de> for Rack {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let document = Map::deserialize(deserializer)?;
        Self::read(&document, MAX_RACK_STATES_BYTES).map_err(D::Error::custom)
    }
}

fn is_usual_split(frames: &u32) -> bool {
    *frames == DEFAULT_MIN_SPLIT_FRAMES
}

fn is_usual(limit_dbfs: &f32) -> bool {
    *limit_dbfs == RUNAWAY_LIMIT.default
}
