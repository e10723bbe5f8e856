//! A slot at work: what stands around its children, and what it remembers from block to block.
//!
//! ```text
//!  in ─┬─ input gain ─ children ─ guard ─ output gain ─┐
//!      │                                              mix ─┐
//!      ├─ delay by the children's latency ─────────────┘  presence ─ recovery ─ out
//!      └──────────────────────────────────────────────────┘
//! ```
//!
//! *Mix* is 0 where the slot is bypassed or muted. *Presence* is 1 but for slots that come or go: the
//! path around everything has no delay, since a slot that is not there has no latency. *Recovery* is
//! 1 but after a child was caught putting out what nobody may hear.
//!
//! Where all of these are at rest, a slot is its children, the guard, and nothing else.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use super::guard::GuardWords;
use super::lanes::{ChannelList, Lanes, blend, copy, copy_all, from_mid_side, to_mid_side};
use super::work::{Players, play};
use super::{Ground, Settings};
use crate::rack::compile::{Scatter, SlotStep, WEIGHT_LANES, Work};
use crate::rack::controls::{SlotControls, Trouble};
use crate::rack::delay::{Line, Ring};
use crate::rack::levels::Levels;
use crate::rack::meters::SlotMeters;
use crate::rack::ramp::Ramp;

/// What a slot remembers.
#[derive(Debug)]
pub struct Strip {
    controls: Arc<SlotControls>,
    pub(super) meters: Arc<SlotMeters>,
    pub(super) input: Ramp,
    pub(super) output: Ramp,
    wet: Ramp,
    presence: Ramp,
    recovery: Ramp,
    line: Line,
    /// Makes linked children equally late, where they are not.
    pub(super) links: Vec<Line>,
    /// The children are not called: bypassed, muted or gone.
    rests: bool,
    /// For how many samples more the children put out what they heard before they rested.
    cold: u32,
    pub(super) guard_words: Option<GuardWords>,
}

impl Strip {
    /// A slot that is there from the first sample on. `latency` is the slot's own, `latencies` are
    /// those of its children.
    pub fn new(
        controls: Arc<SlotControls>,
        meters: Arc<SlotMeters>,
        channels: usize,
        latency: u32,
        latencies: &[u32],
        settings: &Settings,
    ) -> Self {
        let slowest = latencies.iter().max().copied().unwrap_or(0);
        let differ = latencies.iter().any(|latency| *latency != slowest);
        let links = latencies.iter().filter(|_| differ);
        let line = |channels, delay| Line::new(channels, delay as usize, settings.max_frames);
        let is_off = controls.bypass.load(Relaxed) || controls.trouble().is_some();
        let mix = controls.mix.load(Relaxed);
        Self {
            input: Ramp::at(controls.input_gain.load(Relaxed)),
            output: Ramp::at(controls.output_gain.load(Relaxed)),
            wet: Ramp::at(if is_off { 0.0 } else { mix }),
            presence: Ramp::at(1.0),
            recovery: Ramp::at(1.0),
            line: line(channels, latency),
            links: links.map(|latency| line(1, slowest - latency)).collect(),
            rests: is_off,
            cold: 0,
            guard_words: settings
                .guard_words
                .then(|| GuardWords::new(settings.max_frames)),
            controls,
            meters,
        }
    }

    /// Has it fade in, once its children are warm.
    pub fn entering(mut self) -> Self {
        self.presence = Ramp::at(0.0);
        self
    }

    /// Whether nothing of it is heard any more.
    pub(super) fn has_left(&self) -> bool {
        self.presence.is_at(0.0)
    }

    /// Forgets what it heard, and is where it was going.
    pub(super) fn reset(&mut self) {
        self.line.reset();
        self.links.iter_mut().for_each(Line::reset);
        for ramp in [
            &mut self.input,
            &mut self.output,
            &mut self.wet,
            &mut self.presence,
            &mut self.recovery,
        ] {
            ramp.snap();
        }
    }

    /// Takes a larger ring for its delay, and leaves the old one in its place.
    pub(super) fn grow(&mut self, ring: &mut Ring) {
        self.line.grow(ring);
    }

    /// Runs the slot on its chain. `entry` is what is known of the chain's levels; returned is what is
    /// known of them afterwards.
    pub(super) fn run<'a>(
        &mut self,
        step: &SlotStep,
        chain: &mut [&'a mut [f32]],
        entry: Option<Levels>,
        mut players: Players<'_>,
        ground: &Ground<'_, 'a>,
        lanes: &Lanes,
    ) -> Levels {
        let entry = entry.unwrap_or_else(|| Levels::of_channels(chain));
        self.meters.input.take(entry, chain.len(), ground.factors);

        self.follow(step, ground.frames, &ground.settings);
        let exit = if self.presence.is_at(0.0) {
            entry
        } else if !self.rests && self.is_plain(step) {
            match play(
                self,
                step,
                chain,
                None,
                &mut players,
                ground,
                lanes,
                &mut [],
            ) {
                Ok(levels) => levels,
                Err(trouble) => {
                    self.mute(trouble, step);
                    Levels::of_channels(chain)
                }
            }
        } else {
            self.run_blended(step, chain, &mut players, ground, lanes);
            Levels::of_channels(chain)
        };
        self.meters.output.take(exit, chain.len(), ground.factors);
        exit
    }

    /// Goes for what the controls and the schedule say.
    #[inline]
    fn follow(&mut self, step: &SlotStep, frames: usize, settings: &Settings) {
        let fade = settings.fade_frames;
        let is_off = self.controls.bypass.load(Relaxed) || self.controls.trouble().is_some();
        let mix = if is_off {
            0.0
        } else {
            self.controls.mix.load(Relaxed)
        };
        // Children that were not called still hold what they heard long ago: it must be out first.
        self.wet.aim(mix, self.cold, fade);
        self.rests = is_off && self.wet.is_at(0.0);
        self.cold = if self.rests {
            step.latency
        } else {
            self.cold.saturating_sub(frames as u32)
        };
        self.input
            .aim(self.controls.input_gain.load(Relaxed), 0, fade);
        self.output
            .aim(self.controls.output_gain.load(Relaxed), 0, fade);
        if step.present {
            self.presence.aim(1.0, step.latency, fade);
        } else {
            self.presence.aim(0.0, 0, fade);
        }
        self.recovery.aim(1.0, 0, fade);
        self.line.aim(step.latency as usize);
    }

    /// Whether the children's output is all that is heard, on all channels.
    #[inline]
    fn is_plain(&self, step: &SlotStep) -> bool {
        self.presence.is_at(1.0)
            && self.wet.is_at(1.0)
            && self.recovery.is_at(1.0)
            && self.input.is_at(1.0)
            && self.output.is_at(1.0)
            && !self.line.is_in_use()
            && !step.mid_side
            && step.channels_at_hand == step.channels
            && matches!(step.work, Work::InPlace | Work::PerChannel)
    }

    fn run_blended<'a>(
        &mut self,
        step: &SlotStep,
        chain: &mut [&'a mut [f32]],
        players: &mut Players<'_>,
        ground: &Ground<'_, 'a>,
        lanes: &Lanes,
    ) {
        let frames = ground.frames;
        let fade = ground.settings.fade_frames;
        let Scratch {
            mut entry,
            mut late,
            mut weights,
        } = Scratch::of(step, frames, lanes);
        let Some(weights) = weights.first_mut() else {
            return;
        };
        let is_late = self.line.is_in_use();
        let hears_dry = !self.rests && !self.wet.is_at(1.0);

        if !self.presence.is_at(1.0) || (hears_dry && !is_late) {
            copy_all(chain, &mut entry);
        }
        if is_late {
            self.line
                .push(chain.iter().map(|channel| &**channel), frames);
        }
        if self.rests {
            self.line.read(chain, frames, fade, weights);
        } else {
            let replaces_all = matches!(step.work, Work::InPlace | Work::PerChannel)
                && step.channels_at_hand == step.channels;
            if is_late && (hears_dry || !replaces_all) {
                self.line.read(&mut late, frames, fade, weights);
            } else {
                self.line.skip();
            }
            let late_audio = is_late.then_some(&late[..]);
            if step.mid_side {
                to_mid_side(chain);
            }
            let played = play(
                self, step, chain, late_audio, players, ground, lanes, weights,
            );
            if step.mid_side {
                from_mid_side(chain);
            }
            match played {
                Err(trouble) => self.mute(trouble, step),
                Ok(_) if hears_dry => {
                    let dry = if is_late { &late } else { &entry };
                    if self.wet.is_at(0.0) {
                        copy_all(dry, chain);
                    } else {
                        self.wet.fill(weights);
                        blend(dry, chain, weights);
                    }
                }
                Ok(_) => {}
            }
        }
        if !self.presence.is_at(1.0) {
            self.presence.fill(weights);
            blend(&entry, chain, weights);
        }
        // Where a child was caught in this very block, its output is silent already.
        if !self.recovery.is_at(0.0) {
            self.recovery.scale(chain, frames, weights);
        }
    }

    /// Stops calling the children, which have left silence behind; the audio that passes them by comes
    /// back with a fade.
    fn mute(&mut self, trouble: Trouble, step: &SlotStep) {
        self.controls.set_trouble(trouble);
        self.wet = Ramp::at(0.0);
        self.rests = true;
        let adds = matches!(
            step.work,
            Work::Adapted {
                outputs: Scatter::Add(_) | Scatter::Nothing,
                ..
            }
        );
        if !adds {
            self.recovery = Ramp::at(0.0);
        }
    }
}

/// The scratch channels of a slot.
struct Scratch<'l> {
    /// The audio as it came.
    entry: ChannelList<'l>,
    /// The audio as it came, delayed by the children's latency.
    late: ChannelList<'l>,
    weights: ChannelList<'l>,
}

impl<'l> Scratch<'l> {
    #[allow(unsafe_code)]
    fn of(step: &SlotStep, frames: usize, lanes: &'l Lanes) -> Self {
        let at = step.scratch;
        let channels = step.channels;
        // SAFETY: the three do not overlap. Nobody else has these lanes: what the steps around this
        // one have in them stands elsewhere, as `Schedule::new` has checked, and `work` takes the
        // lanes behind these.
        unsafe {
            Self {
                entry: lanes.list(at, channels, frames),
                late: lanes.list(at + channels, channels, frames),
                weights: lanes.list(at + 2 * channels, WEIGHT_LANES, frames),
            }
        }
    }
}

/// The delayed audio of a channel, as mid or side where that is what the slot works on.
pub(super) fn copy_late(late: &[&mut [f32]], channel: usize, mid_side: bool, into: &mut [f32]) {
    match (late, channel) {
        ([left, right, ..], 0 | 1) if mid_side => {
            for ((into, left), right) in into.iter_mut().zip(&**left).zip(&**right) {
                *into = if channel == 0 {
                    (left + right) * 0.5
                } else {
                    (left - right) * 0.5
                };
            }
        }
        _ => {
            if let Some(late) = late.get(channel) {
                copy(late, into);
            }
        }
    }
}
