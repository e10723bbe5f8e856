//! A split at work: how the audio gets into its chains, and out of them again.

use super::fader::Fader;
use super::lanes::{ChannelList, Lanes, add, blend, copy, copy_all, from_mid_side, to_mid_side};
use super::trial::Trial;
use super::{Ground, Settings};
use crate::audio::MAX_CHANNELS;
use crate::rack::SplitKind;
use crate::rack::compile::{ChainPlan, SplitStep, WEIGHT_LANES};
use crate::rack::crossover::Crossover;
use crate::rack::delay::{Line, Ring};
use crate::rack::ramp::Ramp;

/// What a split remembers.
#[derive(Debug)]
pub struct SplitState {
    presence: Ramp,
    crossover: Option<Crossover>,
    /// Delays the channels beyond left and right, which neither mid nor side knows.
    others: Line,
    pub(super) trial: Trial,
}

impl SplitState {
    /// A split that is there from the first sample on.
    pub fn new(kind: &SplitKind, channels: usize, latency: u32, settings: &Settings) -> Self {
        let crossover = match kind {
            SplitKind::Bands { crossovers_hz } => {
                let rate = settings.sample_rate;
                Some(Crossover::new(crossovers_hz, channels, rate))
            }
            SplitKind::Parallel | SplitKind::LeftRight | SplitKind::MidSide => None,
        };
        let others = Self::delayed_channels(kind, channels);
        let delay = if others > 0 { latency as usize } else { 0 };
        Self {
            presence: Ramp::at(1.0),
            crossover,
            others: Line::new(others, delay, settings.max_frames),
            trial: Trial::default(),
        }
    }

    /// How many channels no chain works on, which must be as late as the chains.
    pub fn delayed_channels(kind: &SplitKind, channels: usize) -> usize {
        match kind {
            SplitKind::Parallel | SplitKind::Bands { .. } => 0,
            SplitKind::LeftRight | SplitKind::MidSide => channels.saturating_sub(2),
        }
    }

    /// Has it fade in, once what is in it is warm.
    pub fn entering(mut self) -> Self {
        self.presence = Ramp::at(0.0);
        self
    }

    /// Whether nothing of it is heard any more.
    pub(super) fn has_left(&self) -> bool {
        self.presence.is_at(0.0)
    }

    /// Whether it has come or gone for good: what is in it has been there for as long as it lags.
    pub(super) fn is_warm(&self) -> bool {
        self.presence.is_steady()
    }

    pub(super) fn reset(&mut self) {
        self.presence.snap();
        self.others.reset();
        if let Some(crossover) = &mut self.crossover {
            crossover.reset();
            crossover.snap();
        }
    }

    /// Takes a larger ring for its delay, and leaves the old one in its place.
    pub(super) fn grow(&mut self, ring: &mut Ring) {
        self.others.grow(ring);
    }

    /// Fills the chains. False if nothing of the split is heard: the audio passes, and its chains have
    /// nothing to do.
    pub(super) fn open(
        &mut self,
        step: &SplitStep,
        channels: &mut [&mut [f32]],
        frames: usize,
        settings: &Settings,
        lanes: &Lanes,
    ) -> bool {
        let fade = settings.fade_frames;
        if step.present {
            self.presence.aim(1.0, step.latency, fade);
        } else {
            self.presence.aim(0.0, 0, fade);
        }
        if self.presence.is_at(0.0) {
            return false;
        }
        let Scratch {
            mut entry,
            mut weights,
        } = Scratch::of(step, frames, lanes);
        if !self.presence.is_at(1.0) {
            copy_all(channels, &mut entry);
        }
        match &step.kind {
            SplitKind::Parallel => {
                for chain in 0..step.chains {
                    copy_all(channels, &mut chain_lanes(step, chain, frames, lanes));
                }
            }
            SplitKind::LeftRight | SplitKind::MidSide => {
                let is_mid_side = step.kind == SplitKind::MidSide && channels.len() > 1;
                if is_mid_side {
                    to_mid_side(channels);
                }
                for chain in 0..step.chains {
                    let mut into = chain_lanes(step, chain, frames, lanes);
                    match (channels.get(chain), into.first_mut()) {
                        (Some(from), Some(into)) if chain < 2 => copy(from, into),
                        (_, Some(into)) => into.fill(0.0),
                        _ => {}
                    }
                }
                if let (Some(others), Some(weights)) = (channels.get_mut(2..), weights.first_mut())
                {
                    self.others.aim(step.latency as usize);
                    self.others.process(others, frames, fade, weights);
                }
            }
            SplitKind::Bands { crossovers_hz } => {
                let Some(crossover) = &mut self.crossover else {
                    return true;
                };
                crossover.set(crossovers_hz);
                for (index, channel) in channels.iter().enumerate() {
                    let mut bands = band_lanes(step, index, frames, lanes);
                    crossover.process(index, channel, &mut bands);
                }
            }
        }
        true
    }

    /// Puts what the chains made of the audio back into it.
    pub(super) fn close(
        &mut self,
        step: &SplitStep,
        channels: &mut [&mut [f32]],
        frames: usize,
        lanes: &Lanes,
    ) {
        for chain in 0..step.chains {
            let played = chain_lanes(step, chain, frames, lanes);
            match step.kind {
                SplitKind::Parallel | SplitKind::Bands { .. } => {
                    for (from, to) in played.iter().zip(channels.iter_mut()) {
                        if chain == 0 {
                            copy(from, to);
                        } else {
                            add(from, to);
                        }
                    }
                }
                SplitKind::LeftRight | SplitKind::MidSide => {
                    if let (Some(from), Some(to), true) =
                        (played.first(), channels.get_mut(chain), chain < 2)
                    {
                        copy(from, to);
                    }
                }
            }
        }
        if step.kind == SplitKind::MidSide && channels.len() > 1 {
            from_mid_side(channels);
        }
        if !self.presence.is_at(1.0) {
            let Scratch { entry, mut weights } = Scratch::of(step, frames, lanes);
            if let Some(weights) = weights.first_mut() {
                self.presence.fill(weights);
                blend(&entry, channels, weights);
            }
        }
    }
}

/// The scratch channels of a split, besides those of its chains.
pub(super) struct Scratch<'l> {
    /// The audio as it came.
    entry: ChannelList<'l>,
    pub weights: ChannelList<'l>,
}

impl<'l> Scratch<'l> {
    #[allow(unsafe_code)]
    pub fn of(step: &SplitStep, frames: usize, lanes: &'l Lanes) -> Self {
        let (at, channels) = (step.scratch, step.channels);
        // SAFETY: the two do not overlap, nor the lanes of the chains, which stand behind them. Nobody
        // else has these, as `Schedule::new` has checked.
        unsafe {
            Self {
                entry: lanes.list(at, channels, frames),
                weights: lanes.list(at + channels, WEIGHT_LANES, frames),
            }
        }
    }
}

/// The channels of a chain.
#[allow(unsafe_code)]
pub(super) fn chain_lanes<'l>(
    step: &SplitStep,
    chain: usize,
    frames: usize,
    lanes: &'l Lanes,
) -> ChannelList<'l> {
    let first = step.first_lane + chain * step.chain_channels;
    // SAFETY: only who runs the split, or the chain, asks for these lanes: the split before and after
    // the chain runs, and one list at a time.
    unsafe { lanes.list(first, step.chain_channels, frames) }
}

/// A channel of every chain.
#[allow(unsafe_code)]
fn band_lanes<'l>(
    step: &SplitStep,
    channel: usize,
    frames: usize,
    lanes: &'l Lanes,
) -> ChannelList<'l> {
    (0..step.chains)
        .filter_map(|chain| {
            let lane = step.first_lane + chain * step.chain_channels + channel;
            // SAFETY: as for `chain_lanes`; each of these is another.
            unsafe { lanes.list(lane, 1, frames) }.pop()
        })
        .take(MAX_CHANNELS)
        .collect()
}

/// Aligns the chains, with their gains.
pub(super) fn fade_chain(
    fader: &mut Fader,
    step: &SplitStep,
    chain: usize,
    plan: &ChainPlan,
    kept: &mut [&mut [f32]],
    ground: &Ground<'_, '_>,
    lanes: &Lanes,
) {
    let frames = ground.frames;
    let mut channels = chain_lanes(step, chain, frames, lanes);
    let mut weights = Scratch::of(step, frames, lanes).weights;
    if let Some(weights) = weights.first_mut() {
        fader.run(plan, step.latency, &mut channels, kept, ground, weights);
    }
}
