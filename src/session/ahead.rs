//! Parameters that were set while nothing played: kept in the document, until a block has brought them to the child.

use std::collections::BTreeMap;

use super::Session;
use crate::rack::SlotId;
use crate::rack::mapping::ParameterName;

/// What was set of each slot's parameters, by their places, and how many blocks had been played then.
pub(super) type SetAhead = BTreeMap<SlotId, BTreeMap<usize, (f32, u64)>>;

impl Session {
    pub(super) fn note_ahead(&mut self, slot: SlotId, index: usize, value: f32) {
        let blocks = self.host.values().blocks();
        let of_slot = self.ahead.entry(slot).or_default();
        of_slot.insert(index, (value, blocks));
    }

    /// Sets what the document says was set ahead, on children that are there now.
    pub(super) fn apply_ahead(&mut self) {
        let mut to_set = Vec::new();
        for slot in self.rack.slots_mut() {
            let loaded = self.slots.get(&slot.id);
            // What a placeholder stands for keeps it.
            let Some(loaded) = loaded.filter(|loaded| loaded.problem().is_none()) else {
                continue;
            };
            for (name, value) in std::mem::take(&mut slot.parameters_ahead) {
                let name = ParameterName {
                    id: Some(name.clone()),
                    name,
                    unit: None,
                };
                if let Some(index) = loaded.find_parameter(&name) {
                    to_set.push((slot.id, index, value));
                }
            }
        }
        for (slot, index, value) in to_set {
            self.set_parameter(slot, index, value);
        }
    }

    /// Writes what children may not have heard of yet into the model, for saving.
    pub(super) fn save_ahead(&mut self) {
        let values = self.host.values().clone();
        let (slots, rack) = (&self.slots, &self.rack);
        self.ahead.retain(|slot, of_slot| {
            of_slot.retain(|_, (_, since)| values.may_be_unheard(*since));
            !of_slot.is_empty() && rack.slot(*slot).is_some()
        });
        for slot in self.rack.slots_mut() {
            let Some(loaded) = slots
                .get(&slot.id)
                .filter(|loaded| loaded.problem().is_none())
            else {
                continue;
            };
            let of_slot = self.ahead.get(&slot.id);
            slot.parameters_ahead = (of_slot.into_iter().flatten())
                .filter_map(|(index, (value, _))| {
                    let known = loaded.described().get(*index)?;
                    let name = match known.id.is_empty() {
                        true => known.name.clone(),
                        false => known.id.clone(),
                    };
                    Some((name, *value))
                })
                .collect();
        }
    }

    /// Takes it out of the model again: the children have it, and may have more by the time the model is looked at
    /// again.
    pub(super) fn forget_saved_ahead(&mut self) {
        for slot in self.rack.slots_mut() {
            let loaded = self.slots.get(&slot.id);
            if loaded.is_some_and(|loaded| loaded.problem().is_none()) {
                slot.parameters_ahead.clear();
            }
        }
    }
}
