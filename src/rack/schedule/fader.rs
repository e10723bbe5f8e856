//! A chain of a split, as it goes into the sum: aligned to its neighbours, with gain and pan.

use std::sync::Arc;

use super::lanes::copy_all;
use super::{Ground, Settings};
use crate::rack::compile::ChainPlan;
use crate::rack::controls::ChainControls;
use crate::rack::delay::{Line, Ring};
use crate::rack::levels::{Factors, Levels};
use crate::rack::meters::ChainMeters;
use crate::rack::ramp::Ramp;

/// What a chain of a split remembers.
#[derive(Debug)]
pub struct Fader {
    controls: Arc<ChainControls>,
    pub(super) meters: Arc<ChainMeters>,
    /// One for each channel.
    gains: Vec<Ramp>,
    line: Line,
    /// It has not been there for long enough to be warm.
    is_new: bool,
    /// For how many samples it has been there.
    age: u32,
}

impl Fader {
    /// A chain that is there from the first sample on.
    pub fn new(
        controls: Arc<ChainControls>,
        meters: Arc<ChainMeters>,
        channels: usize,
        late_by: u32,
        settings: &Settings,
    ) -> Self {
        Self {
            gains: (0..channels)
                .map(|channel| Ramp::at(controls.gain_of(channel, channels)))
                .collect(),
            line: Line::new(channels, late_by as usize, settings.max_frames),
            is_new: false,
            age: 0,
            controls,
            meters,
        }
    }

    /// Has it fade in, once what is in it is warm.
    pub fn entering(mut self) -> Self {
        self.gains.fill(Ramp::at(0.0));
        self.is_new = true;
        self
    }

    /// Has it be heard until its neighbour is warm, which takes its place.
    pub fn leaving(mut self) -> Self {
        self.is_new = true;
        self
    }

    /// Whether nothing of it is heard any more.
    pub(super) fn has_left(&self) -> bool {
        self.gains.iter().all(|gain| gain.is_at(0.0))
    }

    /// Whether what is in it has been there for as long as it lags.
    pub(super) fn is_warm(&self) -> bool {
        !self.is_new
    }

    pub(super) fn reset(&mut self) {
        self.line.reset();
        self.gains.iter_mut().for_each(Ramp::snap);
    }

    /// Takes a larger ring for its delay, and leaves the old one in its place.
    pub(super) fn grow(&mut self, ring: &mut Ring) {
        self.line.grow(ring);
    }

    /// Makes a block of the chain ready to be summed. `slowest` is the latency of the split. In `kept` is
    /// then what goes into the sum, but not aligned, for who listens to it.
    pub(super) fn run(
        &mut self,
        plan: &ChainPlan,
        slowest: u32,
        channels: &mut [&mut [f32]],
        kept: &mut [&mut [f32]],
        ground: &Ground<'_, '_>,
        weights: &mut [f32],
    ) {
        let (fade, frames) = (ground.settings.fade_frames, ground.frames);
        copy_all(channels, kept);
        self.line.aim(plan.late_by as usize);
        self.line.process(channels, frames, fade, weights);
        let count = self.gains.len();
        self.is_new &= self.age < slowest;
        let warm_up = if self.is_new { slowest - self.age } else { 0 };
        self.age = self.age.saturating_add(frames as u32);
        for (index, gain) in self.gains.iter_mut().enumerate() {
            let target = if plan.present {
                self.controls.gain_of(index, count)
            } else {
                0.0
            };
            gain.aim(target, warm_up, fade);
            if let Some(kept) = kept.get_mut(index..=index) {
                gain.clone().scale(kept, frames, weights);
            }
            if let Some(channel) = channels.get_mut(index..=index) {
                gain.scale(channel, frames, weights);
            }
        }
        let levels = Levels::of_channels(channels);
        let meter = &self.meters.output;
        meter.take(levels, channels.len(), ground.factors);
    }

    /// Takes in what goes into the chain.
    pub(super) fn take_entry(&self, levels: Levels, channels: usize, factors: Factors) {
        self.meters.input.take(levels, channels, factors);
    }
}
