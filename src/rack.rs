//! The model of the rack: what it holds, as plain data that can be read, written and compared.
//!
//! A [`Rack`] holds a [`Chain`], which audio passes in series; a chain holds [`Slot`]s. How the
//! model becomes sound:
//!
//! 1. [`edit`]: the ways to change the model.
//! 2. [`compile`]: the model's shape, with what the children settled for, becomes a flat plan.
//! 3. [`schedule`]: the plan, with the children's audio halves, becomes what the audio thread runs.
//! 4. [`exchange`]: hands schedules to the audio thread and takes old ones back.
//!
//! `rack` knows the contract of a child ([`crate::child`]), not its kinds. The model keeps whatever
//! it does not understand, so that a document of a later version, or with somebody's own notes in
//! it, comes back out as it went in. As text it is read and written by [`crate::state`].

pub mod compile;
pub mod delay;
pub mod edit;
pub mod exchange;
#[cfg(test)]
mod fakes;
pub mod plugin_reference;
pub mod schedule;
pub mod slot;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

pub use plugin_reference::PluginReference;
pub use slot::{ChildState, Slot, SlotId};

/// The version of the rack document that this Matryoshka writes, and the newest that it reads.
pub const DOCUMENT_VERSION: u32 = 1;

/// Everything one Matryoshka instance holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "Document")]
pub struct Rack {
    /// The document's version; [`DOCUMENT_VERSION`] in every rack at hand, since older documents
    /// are migrated when they are read.
    pub version: u32,
    /// What the musician calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it holds.
    pub chain: Chain,
    /// Fields of the document that are not understood; kept for saving.
    #[serde(flatten)]
    pub unknown: Map<String, Value>,
    /// The id that the next new slot gets.
    #[serde(skip)]
    next_id: u32,
}

impl Rack {
    /// An empty rack: it passes audio.
    pub fn new() -> Self {
        Document::default().into()
    }

    /// A slot for a plugin, with an id of its own. It is not in the rack until it is
    /// [inserted](edit::Edit::Insert).
    pub fn new_slot(&mut self, plugin: PluginReference) -> Slot {
        let mut slot = Slot::new(plugin);
        slot.id = self.new_id();
        slot
    }

    /// Every slot, in the order in which audio reaches it.
    pub fn slots(&self) -> impl Iterator<Item = &Slot> {
        self.chain.0.iter().filter_map(Item::as_slot)
    }

    /// Every slot, to be changed, in the order in which audio reaches it.
    pub fn slots_mut(&mut self) -> impl Iterator<Item = &mut Slot> {
        self.chain.0.iter_mut().filter_map(Item::as_slot_mut)
    }

    /// The slot of this id.
    pub fn slot(&self, id: SlotId) -> Option<&Slot> {
        self.slots().find(|slot| slot.id == id)
    }

    /// The slot of this id, to be changed.
    pub fn slot_mut(&mut self, id: SlotId) -> Option<&mut Slot> {
        self.slots_mut().find(|slot| slot.id == id)
    }

    /// The place of a slot in its chain.
    pub fn position(&self, id: SlotId) -> Option<usize> {
        self.chain
            .0
            .iter()
            .position(|item| item.as_slot().is_some_and(|slot| slot.id == id))
    }

    fn new_id(&mut self) -> SlotId {
        let id = SlotId(self.next_id);
        self.next_id = self.next_id.wrapping_add(1);
        id
    }

    /// Makes sure that no new slot gets an id that is in use.
    fn keep_clear_of(&mut self, id: SlotId) {
        self.next_id = self.next_id.max(id.0.wrapping_add(1));
    }
}

impl Default for Rack {
    fn default() -> Self {
        Self::new()
    }
}

/// A list that audio passes in series.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Chain(pub Vec<Item>);

/// One place of a chain.
// Nearly every item is a slot: boxing it would cost more than the rare other kind wastes.
#[allow(clippy::large_enum_variant)]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Item {
    /// A place for a child.
    Slot(Slot),
    /// Something that this version does not understand. It passes audio, and is saved as it came.
    Unknown(Value),
}

impl Item {
    /// The slot, if it is one.
    pub fn as_slot(&self) -> Option<&Slot> {
        match self {
            Self::Slot(slot) => Some(slot),
            Self::Unknown(_) => None,
        }
    }

    /// The slot, if it is one, to be changed.
    pub fn as_slot_mut(&mut self) -> Option<&mut Slot> {
        match self {
            Self::Slot(slot) => Some(slot),
            Self::Unknown(_) => None,
        }
    }
}

impl<'de> Deserialize<'de> for Item {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // An item with a mistake in it costs that item, not the rack.
        let value = Value::deserialize(deserializer)?;
        Ok(match Slot::deserialize(&value) {
            Ok(slot) => Self::Slot(slot),
            Err(_) => Self::Unknown(value),
        })
    }
}

/// The rack as it stands in the document, before slots have ids and states are decoded.
#[derive(Default, Deserialize)]
struct Document {
    name: Option<String>,
    chain: Chain,
    #[serde(flatten)]
    unknown: Map<String, Value>,
}

impl From<Document> for Rack {
    fn from(mut document: Document) -> Self {
        document.unknown.remove("version");
        let mut rack = Self {
            version: DOCUMENT_VERSION,
            name: document.name,
            chain: document.chain,
            unknown: document.unknown,
            next_id: 1,
        };
        let mut states_limit = slot::MAX_RACK_STATES_BYTES;
        let mut next_id = rack.next_id;
        for slot in rack.slots_mut() {
            slot.id = SlotId(next_id);
            next_id += 1;
            if let Some(state) = &mut slot.state {
                states_limit -= state.decode_within(states_limit);
            }
        }
        rack.next_id = next_id;
        rack
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rack(text: &str) -> Rack {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn every_slot_of_a_loaded_rack_has_an_id_of_its_own() {
        let mut rack = rack(r#"{"chain": [{"plugin": "A"}, {"split": []}, {"plugin": "A"}]}"#);
        let new = rack.new_slot(PluginReference::from("B"));
        let mut ids: Vec<u32> = rack.slots().map(|slot| slot.id.0).collect();
        ids.push(new.id.0);
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 3);
    }

    #[test]
    fn what_is_not_understood_costs_its_own_place_and_nothing_else() {
        let text = r#"{"version":1,"chain":[{"split":[[],[]]},7,{"plugin":5},{"plugin":"A","bypass":"no"},{"plugin":"B"}]}"#;
        let rack = rack(text);
        assert_eq!(rack.slots().count(), 1);
        assert_eq!(serde_json::to_string(&rack).unwrap(), text);
    }

    #[test]
    fn the_state_bomb_that_would_fill_memory_is_kept_as_text_and_not_unpacked() {
        // 600 MiB of zeros: a few tens of kilobytes, packed.
        let packed = {
            use std::io::Write;
            let mut encoder = zstd::Encoder::new(Vec::new(), 3).unwrap();
            let zeros = vec![0; 1 << 20];
            for _ in 0..600 {
                encoder.write_all(&zeros).unwrap();
            }
            encoder.finish().unwrap()
        };
        use base64::Engine;
        let text = base64::engine::general_purpose::STANDARD.encode(packed);
        let document = serde_json::json!({"version": 1, "chain": [{"plugin": "A", "state": text}]});
        let rack: Rack = serde_json::from_value(document.clone()).unwrap();
        let slot = rack.slots().next().unwrap();
        assert!(slot.state.as_ref().unwrap().damage().is_some());
        assert_eq!(serde_json::to_value(&rack).unwrap(), document);
    }
}
