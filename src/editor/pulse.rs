//! Whether anything that is drawn has moved: levels, costs, controls that automation turns, host parameters.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::Ordering::Relaxed;

use super::level::{cost_step, level_step};
use crate::rack::meters::LevelMeter;
use crate::session::{HOST_PARAMETERS, View};

/// What was drawn last, as one number.
#[derive(Default)]
pub struct Pulse {
    last: u64,
}

impl Pulse {
    /// Whether what is drawn of this picture would look other than when last asked.
    pub fn has_moved(&mut self, view: &View) -> bool {
        let now = sum(view);
        std::mem::replace(&mut self.last, now) != now
    }
}

fn sum(view: &View) -> u64 {
    let mut sum = DefaultHasher::new();
    let level = |meter: &LevelMeter| (level_step(meter.peak()), level_step(meter.rms()));
    for (controls, meters) in view.slots.values().filter_map(|slot| slot.desk.as_ref()) {
        level(&meters.input).hash(&mut sum);
        level(&meters.output).hash(&mut sum);
        cost_step(meters.cost.smoothed()).hash(&mut sum);
        controls.bypass.load(Relaxed).hash(&mut sum);
        for control in [&controls.mix, &controls.input_gain, &controls.output_gain] {
            control.load(Relaxed).to_bits().hash(&mut sum);
        }
    }
    for (controls, meters) in view.chains.values() {
        level(&meters.output).hash(&mut sum);
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
