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
//! # Sidechains
//!
//! A child's sidechain is the rack's, or what a slot or a chain before it puts out: of a slot, the audio
//! of the chain behind it, or what it sends away; of a chain, what goes into the sum, with gain and pan,
//! but not yet aligned to its neighbours. A single channel is copied to all channels of the child's
//! sidechain, a single channel of the child's hears the mean, otherwise channel *i* hears channel *i*.
//!
//! It is delayed to be as late as the audio that the child hears. The source may be later, where it stands
//! in another chain of the same split: then the slot's own audio is delayed to match, and the slot lags by
//! that, too. A source that does not stand before the slot is silent. Chains that listen to each other run
//! one after the other.
//!
//! # Auxiliary outputs
//!
//! What a slot sends to one is what its children put out, with the output gain, as far as the mix and the
//! bypass let it be heard; a single channel goes to both sides, of more, the first two. What becomes of the
//! chain does not touch it: gain, pan, mute and solo of a split's chains are for the sum. The chain goes on
//! with what came in, delayed by the children's latency. The output is as late as the rack's own. Where the
//! rack has no such output, the slot plays on in the chain.
//!
//! # Memory
//!
//! Audio that is not in the host's buffers is in scratch channels, numbered from 0. They are given out
//! like a stack: what a slot needs is free again for the next one, and the chains of a split that run
//! one after the other share all but the channels they are summed from. Chains that run at the same
//! time share nothing. What is kept for who listens to it, and what is sent away, has memory of its own.

mod plan;
mod shape;
mod sources;
#[cfg(test)]
mod tests;

pub use plan::{
    AuxSend, Base, ChainPlan, Feed, FeedSource, Gather, Kept, MidiFeed, Plan, SEND_CHANNELS,
    Scatter, SlotStep, SplitStep, Spread, Step, Work,
};
pub use shape::{ChainShape, ChildShape, Fit, ItemShape, RackShape, SlotShape, SplitShape, fit};

use crate::audio::MAX_CHANNELS;
use crate::rack::limits::MAX_AUX_BUSES;
use crate::rack::{SlotChannels, Source};
use sources::{Sources, Stay, hear_each_other};

/// Scratch channels that every slot and split may use besides those of its audio: the gains of a
/// block, sample by sample.
pub const WEIGHT_LANES: usize = 1;

/// Compiles a rack. A slot that cannot be run (no children; a child wider than [`MAX_CHANNELS`])
/// passes its audio. Of several children that are not one mono child for each channel, the first works
/// alone.
pub fn compile(rack: &RackShape) -> Plan {
    let channels = rack.channels.min(MAX_CHANNELS);
    let room_for_buses = (MAX_CHANNELS - channels) / SEND_CHANNELS;
    let mut compiler = Compiler {
        plan: Plan {
            channels,
            sidechain_channels: rack.sidechain_channels.min(MAX_CHANNELS),
            aux_buses: rack.aux_buses.min(MAX_AUX_BUSES).min(room_for_buses),
            ..Plan::default()
        },
        sources: Sources::wanted_by(&rack.items),
        sent_at: Vec::new(),
        all_cores: rack.all_cores,
        is_forked: false,
        is_present: true,
    };
    let latency = compiler.chain(&rack.items, Base::Main, channels, 0, 0);
    let mut plan = compiler.plan;
    plan.latency_samples = latency;
    for (send, played_at) in plan.sends.iter_mut().zip(compiler.sent_at) {
        send.late_by = latency.saturating_sub(played_at);
        send.warm_up = latency;
    }
    plan
}

struct Compiler {
    plan: Plan,
    sources: Sources,
    /// By how much each of the sends is late as it is played.
    sent_at: Vec<u32>,
    all_cores: bool,
    /// Within a chain that runs beside others.
    is_forked: bool,
    /// Within nothing that is on its way out.
    is_present: bool,
}

impl Compiler {
    /// Adds the steps of a chain whose scratch channels begin at `free`, and whose audio comes late by
    /// `arrival`. Returns its latency.
    fn chain(
        &mut self,
        items: &[ItemShape],
        base: Base,
        channels: usize,
        free: usize,
        arrival: u32,
    ) -> u32 {
        let mut latency = 0u32;
        for item in items {
            let at = arrival.saturating_add(latency);
            let (own, present) = match item {
                ItemShape::Slot(slot) => (self.slot(slot, base, channels, free, at), slot.present),
                ItemShape::Split(split) => {
                    (self.split(split, base, channels, free, at), split.present)
                }
            };
            if present {
                latency = latency.saturating_add(own);
            }
        }
        latency
    }

    fn slot(
        &mut self,
        slot: &SlotShape,
        base: Base,
        channels: usize,
        free: usize,
        arrival: u32,
    ) -> u32 {
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
        let working = if linked { slot.children.len() } else { 1 };
        let sidechains = slot.children.iter().map(|child| child.layout.sidechain);
        let feed_channels = sidechains.take(working).max().unwrap_or(0);
        let stay = self.stay(slot.present);
        let (feed, entry_delay) =
            (self.sources).feed(&self.plan, slot, stay, feed_channels, arrival);
        let latency = latency.saturating_add(entry_delay);
        let midi = self.sources.midi(slot);
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
        // The audio at the slot's entry, as it came and delayed; the weights; the child's own, and its
        // sidechain.
        let scratch = free;
        let feed_lanes = feed.map_or(0, |feed| feed.channels);
        self.plan
            .needs_lanes(scratch + 2 * channels + WEIGHT_LANES + own_lanes + feed_lanes);
        let played_at = arrival.saturating_add(latency);
        let send = (1..=self.plan.aux_buses)
            .contains(&slot.routing.output)
            .then(|| self.send(slot, played_at));
        let (kept_channels, kept_at) = match (send, slot.present) {
            (Some(_), _) => (SEND_CHANNELS, played_at),
            (None, true) => (channels, played_at),
            (None, false) => (channels, arrival),
        };
        let plan = &mut self.plan;
        let source = Source::Slot(slot.id);
        let keeps = (self.sources).keep(plan, source, stay, kept_channels, kept_at);
        let keeps_events = self.sources.keep_events(plan, slot.id, stay);
        self.plan.steps.push(Step::Slot(SlotStep {
            base,
            channels,
            slot: index,
            id: slot.id,
            first_child,
            children: working,
            layout: first.layout,
            feed,
            midi,
            listening: slot.routing.listening,
            work,
            first_channel,
            channels_at_hand: at_hand,
            // On a mono chain there is no other side to be mid or side of.
            mid_side: channels > 1
                && matches!(slot.channels, SlotChannels::Mid | SlotChannels::Side),
            entry_delay,
            latency,
            present: slot.present,
            keeps,
            keeps_events,
            send,
            scratch,
        }));
        latency
    }

    /// Whether something stays that is itself there to stay.
    fn stay(&self, present: bool) -> Stay {
        if present && self.is_present {
            Stay::Stays
        } else {
            Stay::Leaves
        }
    }

    fn send(&mut self, slot: &SlotShape, played_at: u32) -> usize {
        self.plan.sends.push(AuxSend {
            bus: slot.routing.output - 1,
            late_by: 0,
            warm_up: 0,
            present: self.stay(slot.present) == Stay::Stays,
        });
        self.sent_at.push(played_at);
        self.sent_at.len() - 1
    }

    fn split(
        &mut self,
        split: &SplitShape,
        base: Base,
        channels: usize,
        free: usize,
        arrival: u32,
    ) -> u32 {
        let index = self.plan.splits;
        self.plan.splits += 1;
        let chain_channels = split.kind.chain_channels(channels);
        let one_by_one = hear_each_other(split);
        let forks = self.all_cores && !self.is_forked && !one_by_one && split.chains.len() > 1;

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
            one_by_one,
            scratch,
            end: 0,
        }));

        let was_forked = self.is_forked;
        self.is_forked |= forks;
        let was_present = self.is_present;
        let mut chains = Vec::with_capacity(split.chains.len());
        for (place, chain) in split.chains.iter().enumerate() {
            let lane = first_lane + place * chain_channels;
            let first_step = self.plan.steps.len();
            let highest = std::mem::replace(&mut self.plan.lanes, 0);
            let base = Base::Lanes(lane);
            self.is_present = was_present && split.present && chain.present;
            let latency = self.chain(&chain.items, base, chain_channels, free, arrival);
            let played_at = arrival.saturating_add(latency);
            let source = Source::Chain(chain.id);
            let stay = self.stay(true);
            let plan = &mut self.plan;
            let keeps = (self.sources).keep(plan, source, stay, chain_channels, played_at);
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
                keeps,
                present: chain.present,
            });
        }
        self.is_forked = was_forked;
        self.is_present = was_present;

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
