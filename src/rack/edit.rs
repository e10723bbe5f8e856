//! The ways to change a rack, as values: they can be sent, kept, and undone.

use std::fmt;

use super::{ChildState, Item, PluginReference, Rack, Slot, SlotId};

/// One change of a rack. Places count from zero.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Edit {
    /// Puts a slot at a place of the chain; what stood there and after it moves on by one. A slot
    /// without an id gets one; make it with [`Rack::new_slot`] to know it beforehand.
    Insert {
        /// The place, at most the chain's length.
        at: usize,
        /// The slot.
        slot: Slot,
    },
    /// Takes a slot out.
    Remove {
        /// Which.
        slot: SlotId,
    },
    /// Puts a slot at another place.
    Move {
        /// Which.
        slot: SlotId,
        /// The place it has afterwards.
        to: usize,
    },
    /// Switches a slot's bypass.
    SetBypass {
        /// Which.
        slot: SlotId,
        /// On or off.
        bypass: bool,
    },
    /// Puts another plugin, or the same with other settings, into a slot.
    Replace {
        /// Which.
        slot: SlotId,
        /// The plugin it asks for from now on.
        plugin: PluginReference,
        /// The plugin's settings; `None` for its defaults.
        state: Option<ChildState>,
    },
}

/// An edit that cannot be done. The rack is as it was.
#[derive(Debug)]
pub struct EditError {
    /// Why not.
    pub problem: EditProblem,
    /// The edit, handed back.
    pub edit: Box<Edit>,
}

/// Why an edit cannot be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EditProblem {
    /// There is no slot of this id.
    #[error("the slot is no longer in the rack")]
    NoSuchSlot(SlotId),
    /// The place is beyond the end of the chain.
    #[error("place {} is beyond the end of the chain, which holds {length}", at + 1)]
    BeyondTheEnd {
        /// The place, from zero.
        at: usize,
        /// How many places the chain holds.
        length: usize,
    },
    /// There is a slot of this id already.
    #[error("the slot is in the rack already")]
    AlreadyThere(SlotId),
}

impl fmt::Display for EditError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.problem.fmt(formatter)
    }
}

impl std::error::Error for EditError {}

impl Rack {
    /// Makes a change.
    ///
    /// # Errors
    ///
    /// The edit, handed back with the reason, if it cannot be done; the rack is then as it was.
    pub fn apply(&mut self, edit: Edit) -> Result<(), EditError> {
        if let Err(problem) = self.check(&edit) {
            return Err(EditError {
                problem,
                edit: Box::new(edit),
            });
        }
        match edit {
            Edit::Insert { at, mut slot } => {
                if slot.id == SlotId::NONE {
                    slot.id = self.new_id();
                }
                self.keep_clear_of(slot.id);
                self.chain.0.insert(at, Item::Slot(slot));
            }
            Edit::Remove { slot } => {
                if let Some(at) = self.position(slot) {
                    self.chain.0.remove(at);
                }
            }
            Edit::Move { slot, to } => {
                if let Some(at) = self.position(slot) {
                    let item = self.chain.0.remove(at);
                    self.chain.0.insert(to, item);
                }
            }
            Edit::SetBypass { slot, bypass } => {
                if let Some(slot) = self.slot_mut(slot) {
                    slot.bypass = bypass;
                }
            }
            Edit::Replace {
                slot,
                plugin,
                state,
            } => {
                if let Some(slot) = self.slot_mut(slot) {
                    slot.plugin = plugin;
                    slot.state = state;
                }
            }
        }
        Ok(())
    }

    fn check(&self, edit: &Edit) -> Result<(), EditProblem> {
        let length = self.chain.0.len();
        let find = |slot: SlotId| self.position(slot).ok_or(EditProblem::NoSuchSlot(slot));
        match edit {
            Edit::Insert { at, slot } => {
                if *at > length {
                    return Err(EditProblem::BeyondTheEnd { at: *at, length });
                }
                if slot.id != SlotId::NONE && find(slot.id).is_ok() {
                    return Err(EditProblem::AlreadyThere(slot.id));
                }
            }
            Edit::Move { slot, to } => {
                find(*slot)?;
                if *to >= length {
                    return Err(EditProblem::BeyondTheEnd { at: *to, length });
                }
            }
            Edit::Remove { slot } | Edit::SetBypass { slot, .. } | Edit::Replace { slot, .. } => {
                find(*slot)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rack(names: &[&str]) -> Rack {
        let mut rack = Rack::new();
        for (at, name) in names.iter().enumerate() {
            let slot = Slot::new(PluginReference::from(*name));
            rack.apply(Edit::Insert { at, slot }).unwrap();
        }
        rack
    }

    fn names(rack: &Rack) -> Vec<&str> {
        rack.slots().map(|slot| slot.plugin.name.as_str()).collect()
    }

    fn id(rack: &Rack, name: &str) -> SlotId {
        rack.slots()
            .find(|slot| slot.plugin.name == name)
            .unwrap()
            .id
    }

    #[test]
    fn a_slot_moved_to_a_place_stands_at_that_place() {
        for to in 0..3 {
            let mut rack = rack(&["A", "B", "C"]);
            let slot = id(&rack, "B");
            rack.apply(Edit::Move { slot, to }).unwrap();
            assert_eq!(rack.position(slot), Some(to));
        }
    }

    #[test]
    fn an_edit_that_fails_comes_back_and_leaves_the_rack_as_it_was() {
        let mut rack = rack(&["A", "B"]);
        let known = id(&rack, "A");
        let stranger = SlotId(99);
        let there = rack.slot(known).unwrap().clone();
        for edit in [
            Edit::Insert {
                at: 3,
                slot: Slot::new("C".into()),
            },
            Edit::Insert { at: 0, slot: there },
            Edit::Remove { slot: stranger },
            Edit::Move {
                slot: stranger,
                to: 0,
            },
            Edit::Move { slot: known, to: 2 },
            Edit::SetBypass {
                slot: stranger,
                bypass: true,
            },
            Edit::Replace {
                slot: stranger,
                plugin: "C".into(),
                state: None,
            },
        ] {
            let before = rack.clone();
            let error = rack.apply(edit.clone()).unwrap_err();
            assert_eq!(*error.edit, edit);
            assert_eq!(rack, before);
        }
    }

    #[test]
    fn a_removed_slot_put_back_has_its_id_and_its_settings() {
        let mut rack = rack(&["A", "B"]);
        let slot = id(&rack, "A");
        let state = Some(ChildState::from(vec![1, 2]));
        rack.apply(Edit::Replace {
            slot,
            plugin: "C".into(),
            state,
        })
        .unwrap();
        rack.apply(Edit::SetBypass { slot, bypass: true }).unwrap();
        let before = rack.clone();
        let removed = rack.slot(slot).unwrap().clone();
        rack.apply(Edit::Remove { slot }).unwrap();
        assert_eq!(names(&rack), ["B"]);
        rack.apply(Edit::Insert {
            at: 0,
            slot: removed,
        })
        .unwrap();
        assert_eq!(rack, before);
    }

    #[test]
    fn a_slot_brought_with_a_foreign_id_never_shares_it_with_a_later_one() {
        let mut rack = rack(&["A"]);
        let mut slot = Slot::new("B".into());
        slot.id = SlotId(7);
        rack.apply(Edit::Insert { at: 0, slot }).unwrap();
        assert_eq!(rack.new_slot("C".into()).id, SlotId(8));
    }
}
