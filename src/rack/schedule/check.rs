//! What a plan must promise before the audio thread runs it: all that its steps name is there, and no
//! two things that happen at the same time have anything in common. The unsafe code of this module's
//! neighbours relies on it, so it is checked, whoever made the plan.

use std::ops::Range;

use super::{Brand, Leased, Parts};
use crate::audio::MAX_CHANNELS;
use crate::rack::compile::{
    Base, ChainPlan, FeedSource, MidiFeed, Plan, SEND_CHANNELS, SlotStep, SplitStep, Step,
    WEIGHT_LANES, Work,
};

/// Why a schedule cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleProblem {
    /// The plan was compiled for another number of parts.
    #[error("the plan is for {planned} {what}, but there are {given}")]
    Count {
        /// Of what.
        what: &'static str,
        /// How many the plan is for.
        planned: usize,
        /// How many were given.
        given: usize,
    },
    /// A part has the brand of another lease.
    #[error("a part belongs to another exchange")]
    ForeignPart,
    /// The same part stands at two places.
    #[error("the same part stands at two places")]
    PartTwice,
    /// A step names what the plan does not have, or what another step has.
    #[error("step {0} of the plan names something that is not there, or not its own")]
    BrokenStep(usize),
}

pub(super) fn check(brand: Brand, plan: &Plan, parts: &Parts) -> Result<(), ScheduleProblem> {
    check_parts(brand, "children", plan.children, &parts.children)?;
    check_parts(brand, "slots", plan.slots, &parts.strips)?;
    check_parts(brand, "splits", plan.splits, &parts.splits)?;
    check_parts(brand, "chains", plan.chains.len(), &parts.faders)?;
    let mut walk = Walk {
        plan,
        children: vec![false; plan.children],
        slots: vec![false; plan.slots],
        splits: vec![false; plan.splits],
        chains: vec![false; plan.chains.len()],
        kept: vec![Keeping::Nothing; plan.kept.len()],
        events: vec![Keeping::Nothing; plan.event_lists],
        sends: vec![false; plan.sends.len()],
    };
    let is_wide = plan.block_channels() > MAX_CHANNELS || plan.sidechain_channels > MAX_CHANNELS;
    if is_wide || !are_kept_apart(plan) {
        return Err(ScheduleProblem::BrokenStep(0));
    }
    walk.chain(0..plan.steps.len(), Base::Main, plan.channels, 0, false)
        .map(drop)
}

fn check_parts<T>(
    brand: Brand,
    what: &'static str,
    planned: usize,
    parts: &[Leased<T>],
) -> Result<(), ScheduleProblem> {
    let given = parts.len();
    if given != planned {
        return Err(ScheduleProblem::Count {
            what,
            planned,
            given,
        });
    }
    if parts.iter().any(|part| part.brand() != brand) {
        return Err(ScheduleProblem::ForeignPart);
    }
    let mut addresses: Vec<usize> = parts.iter().map(Leased::address).collect();
    addresses.sort_unstable();
    if addresses.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(ScheduleProblem::PartTwice);
    }
    Ok(())
}

/// Whether no two sources are kept in the same channels.
fn are_kept_apart(plan: &Plan) -> bool {
    let mut end = 0;
    plan.kept.iter().all(|kept| {
        let follows = kept.lane == end && kept.channels <= MAX_CHANNELS;
        end += kept.channels;
        follows
    })
}

/// What there is to read of something that is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Keeping {
    /// It has not been written yet.
    Nothing,
    /// It was written, and can be read.
    All,
    /// It is being written by a chain that runs at the same time.
    Forbidden,
}

/// Goes through the steps, and ticks off what they take.
struct Walk<'p> {
    plan: &'p Plan,
    children: Vec<bool>,
    slots: Vec<bool>,
    splits: Vec<bool>,
    chains: Vec<bool>,
    kept: Vec<Keeping>,
    events: Vec<Keeping>,
    sends: Vec<bool>,
}

impl Walk<'_> {
    /// Checks the steps of a chain, which may use the scratch channels from `free` on. Returns the
    /// first one behind those that they use.
    fn chain(
        &mut self,
        steps: Range<usize>,
        base: Base,
        channels: usize,
        free: usize,
        is_forked: bool,
    ) -> Result<usize, ScheduleProblem> {
        let mut used = free;
        let mut next = steps.start;
        while next < steps.end {
            let at = next;
            let broken = ScheduleProblem::BrokenStep(at);
            let plan = self.plan;
            let end = match plan.steps.get(at).ok_or(broken)? {
                Step::Slot(step) => {
                    next += 1;
                    let fits = step.base == base && step.channels == channels;
                    let is_sound = fits && step.scratch >= free && self.takes_slot(step);
                    is_sound.then(|| slot_lanes(step)).ok_or(broken)?
                }
                Step::Split(step) => {
                    next = step.end;
                    let fits = step.base == base && step.channels == channels;
                    let runs_on = step.end > at && step.end <= steps.end;
                    if !(fits && runs_on && step.scratch >= free && self.takes_split(step)) {
                        return Err(broken);
                    }
                    self.split(at, step, is_forked)?
                }
            };
            if end > plan.lanes {
                return Err(broken);
            }
            used = used.max(end);
        }
        Ok(used)
    }

    fn split(
        &mut self,
        at: usize,
        step: &SplitStep,
        is_forked: bool,
    ) -> Result<usize, ScheduleProblem> {
        let broken = ScheduleProblem::BrokenStep(at);
        let plan = self.plan;
        let mut free = step.first_lane + step.chains * step.chain_channels;
        let in_order = step.first_lane >= step.scratch + step.channels + WEIGHT_LANES;
        if !in_order || (step.forks && (is_forked || step.one_by_one)) {
            return Err(broken);
        }
        let before = (self.kept.clone(), self.events.clone());
        let mut used = free;
        let mut next = at + 1;
        for place in 0..step.chains {
            let chain = (plan.chains.get(step.first_chain + place)).ok_or(broken)?;
            let lane = step.first_lane + place * step.chain_channels;
            if chain.lane != lane || chain.first_step != next || chain.end_step < next {
                return Err(broken);
            }
            next = chain.end_step;
            let steps = chain.first_step..chain.end_step;
            let forked = is_forked || step.forks;
            let end = self.chain(steps, Base::Lanes(lane), step.chain_channels, free, forked)?;
            used = used.max(end);
            // Chains that are not done with one by one put out what they do when all have run.
            if step.one_by_one && !self.keeps_chain(chain, step) {
                return Err(broken);
            }
            if step.forks {
                free = used;
                forbid_new(&before.0, &mut self.kept);
                forbid_new(&before.1, &mut self.events);
            }
        }
        if step.forks {
            allow_all(&mut self.kept);
            allow_all(&mut self.events);
        }
        if !step.one_by_one {
            for chain in plan.chains.iter().skip(step.first_chain).take(step.chains) {
                if !self.keeps_chain(chain, step) {
                    return Err(broken);
                }
            }
        }
        if next == step.end {
            Ok(used)
        } else {
            Err(broken)
        }
    }

    fn takes_slot(&mut self, step: &SlotStep) -> bool {
        let children = step.first_child..step.first_child.saturating_add(step.children);
        let at_hand = step.first_channel.saturating_add(step.channels_at_hand);
        at_hand <= step.channels
            && self.hears(step)
            && self.puts_out(step)
            && step.layout.block_channels() <= MAX_CHANNELS
            && takes(&mut self.slots, step.slot..step.slot.saturating_add(1))
            && takes(&mut self.children, children)
    }

    /// Whether what a slot listens to is there.
    fn hears(&self, step: &SlotStep) -> bool {
        let is_there = |kept: &[Keeping], index| kept.get(index) == Some(&Keeping::All);
        let feed = step.feed.is_none_or(|feed| {
            feed.channels <= MAX_CHANNELS
                && match feed.source {
                    FeedSource::Kept(kept) => is_there(&self.kept, kept),
                    FeedSource::Host | FeedSource::Nothing => true,
                }
        });
        feed && match step.midi {
            MidiFeed::Kept { list, .. } => is_there(&self.events, list),
            MidiFeed::Host | MidiFeed::Nothing => true,
        }
    }

    /// Takes what a slot keeps and sends away.
    fn puts_out(&mut self, step: &SlotStep) -> bool {
        let plan = self.plan;
        let sends = step.send.is_none_or(|send| {
            let is_a_bus = plan
                .sends
                .get(send)
                .is_some_and(|to| to.bus < plan.aux_buses);
            is_a_bus && takes(&mut self.sends, send..send.saturating_add(1))
        });
        let events = step
            .keeps_events
            .is_none_or(|list| keep(&mut self.events, list));
        let channels = match step.send {
            Some(_) => SEND_CHANNELS,
            None => step.channels,
        };
        sends && events && self.keeps(step.keeps, channels)
    }

    fn keeps_chain(&mut self, chain: &ChainPlan, step: &SplitStep) -> bool {
        self.keeps(chain.keeps, step.chain_channels)
    }

    /// Takes where a source is kept, if it is kept anywhere.
    fn keeps(&mut self, kept: Option<usize>, channels: usize) -> bool {
        kept.is_none_or(|index| {
            let fits = self
                .plan
                .kept
                .get(index)
                .is_some_and(|kept| kept.channels == channels);
            fits && keep(&mut self.kept, index)
        })
    }

    fn takes_split(&mut self, step: &SplitStep) -> bool {
        let chains = step.first_chain..step.first_chain.saturating_add(step.chains);
        step.chain_channels <= step.channels
            && takes(&mut self.splits, step.split..step.split.saturating_add(1))
            && takes(&mut self.chains, chains)
    }
}

/// The first scratch channel behind those of a slot.
fn slot_lanes(step: &SlotStep) -> usize {
    let own = match step.work {
        Work::Adapted { .. } => step.layout.block_channels(),
        Work::InPlace | Work::PerChannel => 0,
    };
    let feed = step.feed.map_or(0, |feed| feed.channels);
    step.scratch + 2 * step.channels + WEIGHT_LANES + own + feed
}

fn keep(kept: &mut [Keeping], index: usize) -> bool {
    (kept.get_mut(index))
        .is_some_and(|kept| std::mem::replace(kept, Keeping::All) == Keeping::Nothing)
}

/// What a chain has written is not to be read by those beside it.
fn forbid_new(before: &[Keeping], now: &mut [Keeping]) {
    for (before, now) in before.iter().zip(now) {
        if before != now {
            *now = Keeping::Forbidden;
        }
    }
}

fn allow_all(kept: &mut [Keeping]) {
    for kept in kept {
        if *kept == Keeping::Forbidden {
            *kept = Keeping::All;
        }
    }
}

/// Takes what is there and was not taken before.
fn takes(taken: &mut [bool], wanted: Range<usize>) -> bool {
    let Some(wanted) = taken.get_mut(wanted) else {
        return false;
    };
    let is_free = wanted.iter().all(|taken| !taken);
    wanted.fill(true);
    is_free
}
