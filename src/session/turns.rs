//! The way back: what is turned in children's windows, or moved by MIDI, and what children change by
//! themselves, told to the host.

use super::{HostNews, HostRefresh, Learning, Session};
use crate::child::{Turn, TurnKind};
use crate::rack::edit::Edit;
use crate::rack::{HostId, SlotId};
use crate::threads::MessageThread;

impl Session {
    /// Takes in what was turned since the last tick.
    pub(super) fn take_turns(&mut self, thread: &MessageThread) {
        let mut news = Vec::new();
        let mut turned = false;
        let ids: Vec<SlotId> = self.slots.keys().copied().collect();
        for slot in ids {
            // A child that never stops is heard again at the next tick.
            for _ in 0..MOST_TURNS {
                let Some(turn) = self
                    .slots
                    .get_mut(&slot)
                    .and_then(|loaded| loaded.take_turn())
                else {
                    break;
                };
                turned |= matches!(turn.kind, TurnKind::Value(_));
                self.learn_parameter_from(thread, slot, turn);
                self.take_turn(slot, turn, &mut news);
                self.note_turn_ahead(slot, turn);
            }
        }
        self.take_midi(thread, &mut news);
        self.tend_gestures(&mut news);
        self.tell(news);
        if turned {
            self.mark_dirty();
        }
    }

    /// LV2 plugins hear of what is turned, and save it, only with the next block.
    fn note_turn_ahead(&mut self, slot: SlotId, turn: Turn) {
        let loaded = self.slots.get(&slot);
        let is_lv2 = loaded.is_some_and(|loaded| loaded.description().format == "LV2");
        if let TurnKind::Value(value) = turn.kind
            && is_lv2
        {
            self.note_ahead(slot, turn.index, value);
        }
    }

    /// Takes in what was turned in an editor of ours.
    pub(super) fn take_own_turn(&mut self, thread: &MessageThread, slot: SlotId, turn: Turn) {
        let mut news = Vec::new();
        self.learn_parameter_from(thread, slot, turn);
        self.take_turn(slot, turn, &mut news);
        self.tell(news);
        if matches!(turn.kind, TurnKind::Value(_)) {
            self.mark_dirty();
        }
    }

    fn take_turn(&mut self, slot: SlotId, turn: Turn, news: &mut Vec<HostNews>) {
        let values = self.host.values().clone();
        let hosts: Vec<(HostId, f64)> = (self.patchbay.of_parameter(slot, turn.index))
            .map(|mapped| match turn.kind {
                TurnKind::Value(value) => (mapped.host, mapped.range.unmap(f64::from(value))),
                TurnKind::Begin | TurnKind::End => (mapped.host, 0.0),
            })
            .collect();
        for (host, value) in hosts {
            let gestures = &mut self.patchbay.gestures;
            match turn.kind {
                TurnKind::Begin => gestures.begin(host, Some(slot), &values, news),
                TurnKind::End => gestures.end(host, news),
                TurnKind::Value(_) => {
                    gestures.value(host, value, Some(slot), &values, news);
                    self.move_others(host, (slot, turn.index));
                }
            }
        }
    }

    /// A host parameter has followed what it moves: the other things that it moves do, too.
    fn move_others(&mut self, host: HostId, but: (SlotId, usize)) {
        use super::patchbay::End;
        let value = self.host.value(host.number());
        let others: Vec<(End, f32)> = (self.patchbay.of_host(host))
            .filter(|mapped| mapped.end != End::Parameter(but.0, but.1))
            .map(|mapped| (mapped.end.clone(), mapped.range.map(value) as f32))
            .collect();
        for (end, value) in others {
            self.set_end(&end, value);
        }
    }

    /// What MIDI has moved, and what is learned from it.
    fn take_midi(&mut self, thread: &MessageThread, news: &mut Vec<HostNews>) {
        let values = self.host.values().clone();
        for moved in values.take_moved() {
            if let Some(host) = HostId::new(moved) {
                let value = values.value(moved);
                self.patchbay
                    .gestures
                    .value(host, value, None, &values, news);
            }
        }
        let mut learned = self.patchbay.learning.tick();
        while learned.is_none()
            && let Some(heard) = values.take_heard()
        {
            learned = self.patchbay.learning.hear(heard);
        }
        if let Some((host, midi)) = learned {
            values.set_learning(false);
            let name =
                (self.rack.host_parameters.get(host)).and_then(|settings| settings.name.clone());
            let midi = Some(midi);
            let learned = self.edit(thread, Edit::SetHostParameter { host, name, midi });
            if let Err(error) = learned {
                tracing::error!("{}", error.problem);
            }
        }
    }

    fn learn_parameter_from(&mut self, thread: &MessageThread, slot: SlotId, turn: Turn) {
        let Learning::Parameter(host) = self.patchbay.learning else {
            return;
        };
        // Children also tell values that nobody has touched.
        let known = (self.slots.get(&slot)).and_then(|slot| slot.described().get(turn.index));
        let is_touched = match turn.kind {
            TurnKind::Begin => true,
            TurnKind::Value(value) => known.is_some_and(|known| known.value != value),
            TurnKind::End => false,
        };
        if !is_touched {
            return;
        }
        let Some(mapping) = self.mapping_to(host, slot, turn.index) else {
            return;
        };
        self.patchbay.learning = Learning::Nothing;
        let known = self.rack.slot(slot).map(|slot| slot.mappings.list.clone());
        let mut mappings = known.unwrap_or_default();
        let is_there = mappings
            .iter()
            .any(|there| (there.host, &there.target) == (mapping.host, &mapping.target));
        if is_there {
            return;
        }
        mappings.push(mapping);
        if let Err(error) = self.edit(thread, Edit::MapSlot { slot, mappings }) {
            tracing::error!("{}", error.problem);
        }
    }

    /// Ends the gestures that are over, or whose child has gone.
    fn tend_gestures(&mut self, news: &mut Vec<HostNews>) {
        if self.patchbay.gestures.is_empty() {
            return;
        }
        let values = self.host.values().clone();
        let mut gestures = std::mem::take(&mut self.patchbay.gestures);
        let free = gestures.tick(&values, news, |host, slot| {
            let is_mapped = self.patchbay.is_mapped(host);
            let is_alive = slot.is_none_or(|slot| {
                let loaded = self.slots.get(&slot);
                loaded.is_some_and(|loaded| loaded.problem().is_none())
            });
            is_mapped && is_alive
        });
        self.patchbay.gestures = gestures;
        // What the host said of them meanwhile may have been more than an echo.
        self.patchbay.to_apply.extend(free);
        self.apply_host_values();
    }

    /// Waits for a parameter to be turned in a child's window, or for a MIDI message, or for nothing any more.
    /// What comes is mapped.
    pub fn learn(&mut self, learning: Learning) {
        if matches!(learning, Learning::Parameter(_)) {
            // What is touched is told from what is not by the values of now.
            for loaded in self.slots.values_mut() {
                loaded.describe_again();
            }
        }
        let midi = matches!(learning, Learning::Midi { .. });
        self.host.values().set_learning(midi);
        self.patchbay.learning = learning;
    }

    /// What is waited for.
    pub fn learning(&self) -> Learning {
        self.patchbay.learning
    }

    /// Has what changed by itself in a child's state told to the host.
    pub(super) fn note_changes(&mut self, slot: SlotId, changes: crate::child::Changes) {
        let is_own = (self.slots.get(&slot)).is_some_and(|loaded| loaded.is_settled());
        if changes.values && is_own {
            let aligned = self.slots.get_mut(&slot).map(|loaded| loaded.align());
            if let Some(Err(error)) = aligned {
                tracing::error!("{error}");
            }
        }
        if changes.values {
            self.follow_child(slot);
        }
        let changed = changes.values || changes.state || changes.parameters;
        if changed {
            // What can be seen of it is in few pictures: plugins move meters of their own all the time.
            self.glance();
        }
        let refresh = HostRefresh {
            texts: changes.parameters,
            dirty: is_own && changed,
            ..HostRefresh::default()
        };
        self.host.tell([], refresh);
    }
}

/// How many turns of a child are taken in at one tick.
const MOST_TURNS: usize = 4096;
