//! Whether anything that egui draws has moved: levels in view, controls that automation turns, host parameters;
//! and, less eagerly, costs.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::Ordering::Relaxed;

use super::meters::{MeterId, Reading};
use crate::rack::SlotId;
use crate::session::{HOST_PARAMETERS, View};

/// How many looks pass between two looks at costs: about a second.
const COST_PATIENCE: u32 = 60;
/// A cost is drawn again when it has changed by so much of the time that the host has, ..
const COST_STEP: f32 = 0.003;
/// .. and by so much of itself. A still rack's costs waver all the time.
const COST_SHARE: f32 = 0.3;

/// What was drawn last.
#[derive(Default)]
pub struct Pulse {
    last: u64,
    looks: u32,
    costs: BTreeMap<Option<SlotId>, f32>,
}

impl Pulse {
    /// Whether what is drawn of this picture, with these of its meters, would look other than when last asked.
    pub fn has_moved(&mut self, view: &View, meters: &[MeterId]) -> bool {
        let now = sum(view, meters);
        let moved = std::mem::replace(&mut self.last, now) != now;
        self.looks += 1;
        let costs_moved = self.looks >= COST_PATIENCE && self.costs_have_moved(view);
        moved || costs_moved
    }

    fn costs_have_moved(&mut self, view: &View) -> bool {
        self.looks = 0;
        let costs = || {
            let desks = view.slots.iter();
            let slots = desks
                .filter_map(|(id, slot)| Some((Some(*id), slot.desk.as_ref()?.1.cost.smoothed())));
            // The rack's as a whole, too.
            slots.chain([(None, view.cost.smoothed())])
        };
        let moved = costs().any(|(id, now)| {
            let drawn = self.costs.get(&id).copied().unwrap_or(f32::INFINITY);
            (now - drawn).abs() > COST_STEP.max(drawn * COST_SHARE) || !drawn.is_finite()
        });
        if moved {
            self.costs = costs().collect();
        }
        moved
    }
}

fn sum(view: &View, meters: &[MeterId]) -> u64 {
    let mut sum = DefaultHasher::new();
    for meter in meters {
        Reading::of(meter.find(view)).hash(&mut sum);
    }
    for (controls, _) in view.slots.values().filter_map(|slot| slot.desk.as_ref()) {
        controls.bypass.load(Relaxed).hash(&mut sum);
        for control in [&controls.mix, &controls.input_gain, &controls.output_gain] {
            control.load(Relaxed).to_bits().hash(&mut sum);
        }
    }
    for (controls, _) in view.chains.values() {
        controls.gain.load(Relaxed).to_bits().hash(&mut sum);
        controls.pan.load(Relaxed).to_bits().hash(&mut sum);
        controls.muted.load(Relaxed).hash(&mut sum);
    }
    let values = view.host.values();
    for parameter in 0..HOST_PARAMETERS {
        values.value(parameter).to_bits().hash(&mut sum);
    }
    sum.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::SlotView;

    fn view() -> View {
        let mut view = View::default();
        let slot = SlotView {
            desk: Some(Default::default()),
            ..SlotView::default()
        };
        view.slots.insert(SlotId(1), slot);
        view
    }

    #[test]
    fn a_still_rack_is_drawn_once_and_what_automation_turns_is_drawn_again() {
        let (mut pulse, view) = (Pulse::default(), view());
        let mut look = |times: u32| (0..times).filter(|_| pulse.has_moved(&view, &[])).count();
        // Once for the levels and once for the costs.
        assert_eq!(look(5 * COST_PATIENCE), 2);
        let (controls, _) = view.slots[&SlotId(1)].desk.as_ref().expect("a desk");
        controls.mix.store(0.5, Relaxed);
        assert_eq!(look(5 * COST_PATIENCE), 1);
        view.host.set_value(511, 0.25);
        assert_eq!(look(5 * COST_PATIENCE), 1);
    }
}
