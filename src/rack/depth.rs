//! How deep a rack may be nested. What is saved has to be readable again, and reading JSON ends at
//! 127 levels, so that no text can overflow the stack.

use serde_json::Value;

use super::{ChildState, Item, Sidechain, SlotMidi};

/// How many splits can be within each other.
pub const MAX_DEPTH: usize = 24;

/// serde_json's `recursion limit`: the 128th object or list within another is refused.
const MAX_TEXT_LEVELS: usize = 127;

/// The rack, and its chain.
const LEVELS_OF_A_RACK: usize = 2;

/// The split, its "chains", the chain, and its "chain".
const LEVELS_OF_A_SPLIT: usize = 4;

impl Item {
    /// How many splits are within each other, this one with them; 0 for a slot.
    pub fn depth(&self) -> usize {
        let Self::Split(split) = self else {
            return 0;
        };
        let inside = split.chains.iter().flat_map(|chain| &chain.chain.0);
        1 + inside.map(Self::depth).max().unwrap_or(0)
    }
}

/// Whether an item with so many splits around it can be read again once it is saved.
pub(super) fn can_be_saved(item: &Item, depth: usize) -> bool {
    let around = LEVELS_OF_A_RACK + LEVELS_OF_A_SPLIT * depth;
    around + item_levels(item) <= MAX_TEXT_LEVELS
}

/// How many objects and lists are within each other in the text of an item.
fn item_levels(item: &Item) -> usize {
    match item {
        Item::Slot(slot) => {
            let state = match &slot.state {
                Some(ChildState::Damaged { saved, .. }) => value_levels(saved),
                _ => 0,
            };
            let plugin = 1 + deepest(slot.plugin.unknown.values().map(value_levels));
            let unknown = deepest(slot.unknown.values().map(value_levels));
            let sidechain = usize::from(matches!(slot.sidechain, Sidechain::From(_)));
            let midi = if slot.midi == SlotMidi::default() {
                0
            } else {
                1 + deepest(slot.midi.unknown.values().map(value_levels)).max(1)
            };
            1 + state.max(plugin).max(unknown).max(sidechain).max(midi)
        }
        Item::Split(split) => {
            let unknown = deepest(split.unknown.values().map(value_levels));
            let chains = split.chains.iter().map(|chain| {
                let unknown = deepest(chain.unknown.values().map(value_levels));
                let items = 1 + deepest(chain.chain.0.iter().map(item_levels));
                1 + unknown.max(items)
            });
            1 + unknown.max(1 + deepest(chains))
        }
        Item::Unknown(value) => value_levels(value),
    }
}

fn value_levels(value: &Value) -> usize {
    match value {
        Value::Array(list) => 1 + deepest(list.iter().map(value_levels)),
        Value::Object(object) => 1 + deepest(object.values().map(value_levels)),
        _ => 0,
    }
}

fn deepest(levels: impl Iterator<Item = usize>) -> usize {
    levels.max().unwrap_or(0)
}
