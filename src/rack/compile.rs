//! From the rack's shape to a flat plan: a pure function, without children and without sound.
//!
//! # How a child fits a chain
//!
//! A child works on the channels it settled for; the chain adapts. With *n* channels at hand (all of
//! the chain's, or the one that the slot [works on](SlotShape::channels)):
//!
//! - As many inputs and outputs as there are channels: **in place**, no copy.
//! - One input, one output, and more channels: **per channel**, *n* linked instances.
//! - Anything else is **adapted** through scratch channels:
//!   - *In:* one input hears the mean of the channels; a single channel is copied to all inputs;
//!     otherwise input *i* hears channel *i*, and inputs beyond the channels hear silence.
//!   - *Out:* one output goes to all channels; a single channel takes the mean of the first two
//!     outputs; otherwise output *i* replaces channel *i*. Channels beyond the outputs keep their
//!     audio, delayed by the child's latency.
//!   - A child without inputs (an instrument, a generator) is added to the audio at hand, which is
//!     delayed by its latency: an instrument must not silence what stands before it.
//!   - A child without outputs (an analyser) leaves the audio as it is, and adds no latency.
//!
//! # Latency
//!
//! A slot lags by its child's latency, bypassed or not, so that bypass changes neither the total nor
//! the place of the audio in time. Of linked children the slowest counts. The chains of a split are
//! aligned to the slowest one. What is on its way out ([`present`](SlotShape::present) is false) no
//! longer counts.
//!
//! # Memory
//!
//! Audio that is not in the host's buffers is in scratch channels, numbered from 0. They are given out
//! like a stack: what a slot needs is free again for the next one, and the chains of a split that run
//! one after the other share all but the channels they are summed from. Chains that run at the same
//! time share nothing.

mod plan;
mod shape;
#[cfg(test)]
mod tests;

pub use plan::{Base, ChainPlan, Gather, Plan, Scatter, SlotStep, SplitStep, Spread, Step, Work};
pub use shape::{ChainShape, ChildShape, Fit, ItemShape, RackShape, SlotShape, SplitShape, fit};

use crate::audio::MAX_CHANNELS;
use crate::rack::SlotChannels;

/// Scratch channels that every slot and split may use besides those of its audio: the gains of a
/// block, sample by sample.
pub const WEIGHT_LANES: usize = 1;

/// Compiles a rack. A slot that cannot be run (no children; a child wider than [`MAX_CHANNELS`])
/// passes its audio. Of several children that are not one mono child for each channel, the first works
/// alone.
pub fn compile(rack: &RackShape) -> Plan {
    let channels = rack.channels.min(MAX_CHANNELS);
    let mut compiler = Compiler {
        plan: Plan {
            channels,
            sidechain_channels: rack.sidechain_channels.min(MAX_CHANNELS),
            ..Plan::default()
        },
        all_cores: rack.all_cores,
        is_forked: false,
    };
    let latency = compiler.chain(&rack.items, Base::Main, channels, 0);
    compiler.plan.latency_samples = latency;
    compiler.plan
}

struct Compiler {
    plan: Plan,
    all_cores: bool,
    /// Within a chain that runs beside others.
    is_forked: bool,
}

impl Compiler {
    /// Adds the steps of a chain whose scratch channels begin at `free`. Returns its latency.
    fn chain(&mut self, items: &[ItemShape], base: Base, channels: usize, free: usize) -> u32 {
        let mut latency = 0u32;
        for item in items {
            let (own, present) = match item {
                ItemShape::Slot(slot) => (self.slot(slot, base, channels, free), slot.present),
                ItemShape::Split(split) => (self.split(split, base, channels, free), split.present),
            };
            if present {
                latency = latency.saturating_add(own);
            }
        }
        latency
    }

    fn slot(&mut self, slot: &SlotShape, base: Base, channels: usize, free: usize) -> u32 {
        let first_child = self.plan.children;
        self.plan.children += slot.children.len();
        let index = self.plan.slots;
        self.plan.slots += 1;

        let (first_channel, at_hand) = channels_at_hand(slot.channels, channels);
        let Some(first) = slot.children.first() else {
            return 0;
        };
        if at_hand == 0 || first.layout.block_channels() > MAX_CHANNELS {
            return 0;
        }
        let linked = slot.children.len() > 1
            && slot.children.len() == at_hand
            && (slot.children.iter()).all(|child| fit(at_hand, child.layout) == Fit::PerChannel);
        let latencies = slot.children.iter().map(|child| child.latency_samples);
        let latency = match first.layout.main_outputs {
            0 => 0,
            _ if linked => latencies.max().unwrap_or(0),
            _ => first.latency_samples,
        };
        let work = if linked {
            Work::PerChannel
        } else if fit(at_hand, first.layout) == Fit::InPlace {
            Work::InPlace
        } else {
            adapted(at_hand, first.layout)
        };
        let own_lanes = match work {
            Work::Adapted { .. } => first.layout.block_channels(),
            Work::InPlace | Work::PerChannel => 0,
        };
        // The audio at the slot's entry, as it came and delayed; the weights; the child's own.
        let scratch = free;
        self.plan
            .needs_lanes(scratch + 2 * channels + WEIGHT_LANES + own_lanes);
        self.plan.steps.push(Step::Slot(SlotStep {
            base,
            channels,
            slot: index,
            first_child,
            children: if linked { slot.children.len() } else { 1 },
            layout: first.layout,
            sidechain: slot.children.iter().any(|child| child.layout.sidechain > 0),
            work,
            first_channel,
            channels_at_hand: at_hand,
            // On a mono chain there is no other side to be mid or side of.
            mid_side: channels > 1
                && matches!(slot.channels, SlotChannels::Mid | SlotChannels::Side),
            latency,
            present: slot.present,
            scratch,
        }));
        latency
    }

    fn split(&mut self, split: &SplitShape, base: Base, channels: usize, free: usize) -> u32 {
        let index = self.plan.splits;
        self.plan.splits += 1;
        let chain_channels = split.kind.chain_channels(channels);
        let forks = self.all_cores && !self.is_forked && split.chains.len() > 1;

        // The audio at the split's entry and the weights; then the chains' own channels.
        let scratch = free;
        let first_lane = scratch + channels + WEIGHT_LANES;
        let mut free = first_lane + split.chains.len() * chain_channels;
        self.plan.needs_lanes(free);

        let step = self.plan.steps.len();
        self.plan.steps.push(Step::Split(SplitStep {
            base,
            channels,
            split: index,
            kind: split.kind.clone(),
            first_chain: 0,
            chains: split.chains.len(),
            chain_channels,
            first_lane,
            latency: 0,
            present: split.present,
            forks,
            scratch,
            end: 0,
        }));

        let was_forked = self.is_forked;
        self.is_forked |= forks;
        let mut chains = Vec::with_capacity(split.chains.len());
        for (place, chain) in split.chains.iter().enumerate() {
            let lane = first_lane + place * chain_channels;
            let first_step = self.plan.steps.len();
            let highest = std::mem::replace(&mut self.plan.lanes, 0);
            let latency = self.chain(&chain.items, Base::Lanes(lane), chain_channels, free);
            if forks {
                free = free.max(self.plan.lanes);
            }
            self.plan.lanes = self.plan.lanes.max(highest);
            chains.push(ChainPlan {
                first_step,
                end_step: self.plan.steps.len(),
                lane,
                latency,
                late_by: 0,
                present: chain.present,
            });
        }
        self.is_forked = was_forked;

        let slowest = (chains.iter())
            .filter(|chain| chain.present)
            .map(|chain| chain.latency)
            .max()
            .unwrap_or(0);
        for chain in chains.iter_mut().filter(|_| !split.crosses) {
            chain.late_by = slowest.saturating_sub(chain.latency);
        }
        let end = self.plan.steps.len();
        if let Some(Step::Split(step)) = self.plan.steps.get_mut(step) {
            step.first_chain = self.plan.chains.len();
            step.latency = slowest;
            step.end = end;
        }
        self.plan.chains.extend(chains);
        slowest
    }
}

/// Which channels of a chain of `channels` a slot works on: the first, and how many. What works on one
/// side has nothing to do where there is no such side.
pub fn channels_at_hand(works_on: SlotChannels, channels: usize) -> (usize, usize) {
    match works_on {
        SlotChannels::All => (0, channels),
        SlotChannels::Left | SlotChannels::Mid => (0, channels.min(1)),
        SlotChannels::Right | SlotChannels::Side => (1, usize::from(channels > 1)),
    }
}

fn adapted(channels: usize, layout: crate::child::Layout) -> Work {
    let inputs = match layout.main_inputs {
        0 => Gather::Nothing,
        1 if channels > 1 => Gather::Mean,
        _ if channels == 1 => Gather::Copy,
        _ => Gather::Straight,
    };
    let spread = match layout.main_outputs {
        1 => Spread::ToAll,
        _ if channels == 1 => Spread::FoldPair,
        _ => Spread::Straight,
    };
    let outputs = match (layout.main_inputs, layout.main_outputs) {
        (_, 0) => Scatter::Nothing,
        (0, _) => Scatter::Add(spread),
        _ => Scatter::Replace(spread),
    };
    Work::Adapted { inputs, outputs }
}
