//! The desk: the controls and meters of everything in a rack, by id. They outlive schedules, and the
//! model's values are set on them, so that turning something needs no new schedule.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use super::controls::{ChainControls, SlotControls};
use super::meters::{ChainMeters, SlotMeters};
use super::{ChainId, Rack, SlotId, db_to_gain};

/// What can be turned on a slot, and what is measured.
pub type SlotDesk = (Arc<SlotControls>, Arc<SlotMeters>);
/// What can be turned on a chain of a split, and what is measured.
pub type ChainDesk = (Arc<ChainControls>, Arc<ChainMeters>);

/// Controls and meters by id.
#[derive(Debug, Default)]
pub struct Desk {
    slots: BTreeMap<SlotId, SlotDesk>,
    chains: BTreeMap<ChainId, ChainDesk>,
}

impl Desk {
    /// Those of a slot; new ones, at rest, where there are none yet.
    pub fn slot(&mut self, id: SlotId) -> SlotDesk {
        self.slots.entry(id).or_default().clone()
    }

    /// Those of a chain of a split; new ones, at rest, where there are none yet.
    pub fn chain(&mut self, id: ChainId) -> ChainDesk {
        self.chains.entry(id).or_default().clone()
    }

    /// Those of a slot that is there.
    pub fn find_slot(&self, id: SlotId) -> Option<&SlotDesk> {
        self.slots.get(&id)
    }

    /// Those of a chain that is there.
    pub fn find_chain(&self, id: ChainId) -> Option<&ChainDesk> {
        self.chains.get(&id)
    }

    /// Forgets a slot's, so that another child there starts without its trouble.
    pub fn forget_slot(&mut self, id: SlotId) {
        self.slots.remove(&id);
    }

    /// Sets everything as the model has it, and lets go of what the model no longer has.
    pub fn follow(&mut self, rack: &Rack) {
        let slots: HashSet<SlotId> = rack.slots().map(|slot| slot.id).collect();
        let chains: HashSet<ChainId> = rack.chains().map(|(id, _)| id).collect();
        self.slots.retain(|id, _| slots.contains(id));
        self.chains.retain(|id, _| chains.contains(id));
        for slot in rack.slots() {
            let (controls, _) = self.slot(slot.id);
            controls.bypass.store(slot.bypass, Relaxed);
            controls.mix.store(slot.mix_percent / 100.0, Relaxed);
            let (input, output) = (slot.input_gain_db, slot.output_gain_db);
            controls.input_gain.store(db_to_gain(input), Relaxed);
            controls.output_gain.store(db_to_gain(output), Relaxed);
        }
        for split in rack.splits() {
            for chain in &split.chains {
                let (controls, _) = self.chain(chain.id);
                controls.gain.store(db_to_gain(chain.gain_db), Relaxed);
                controls.pan.store(chain.pan, Relaxed);
                controls.muted.store(chain.mute, Relaxed);
                controls.heard.store(chain.is_audible(split), Relaxed);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_model_says_is_what_the_audio_thread_sees_and_what_is_gone_is_let_go() {
        let text = r#"{"chain": [
            {"plugin": "A", "bypass": true, "mix_percent": 25, "input_gain_db": -20},
            {"split": "parallel", "chains": [{"solo": true, "chain": []}, {"chain": []}]}]}"#;
        let rack: Rack = serde_json::from_str(text).unwrap();
        let mut desk = Desk::default();
        desk.follow(&rack);
        let slot = rack.slots().next().unwrap().id;
        let (controls, _) = desk.slot(slot);
        assert!(controls.bypass.load(Relaxed));
        assert_eq!(controls.mix.load(Relaxed), 0.25);
        assert!((controls.input_gain.load(Relaxed) - 0.1).abs() < 1e-7);
        let heard: Vec<bool> = (rack.splits().next().unwrap().chains.iter())
            .map(|chain| desk.find_chain(chain.id).unwrap().0.heard.load(Relaxed))
            .collect();
        assert_eq!(heard, [true, false]);
        desk.follow(&Rack::new());
        assert!(desk.find_slot(slot).is_none() && desk.chains.is_empty());
    }
}
