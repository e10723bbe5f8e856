//! What a plan must promise before the audio thread runs it: all that its steps name is there, and no
//! two things that happen at the same time have anything in common. The unsafe code of this module's
//! neighbours relies on it, so it is checked, whoever made the plan.

use std::ops::Range;

use super::{Brand, Leased, Parts};
use crate::audio::MAX_CHANNELS;
use crate::rack::compile::{Base, Plan, SlotStep, SplitStep, Step, WEIGHT_LANES, Work};

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
    };
    let is_wide = plan.channels > MAX_CHANNELS || plan.sidechain_channels > MAX_CHANNELS;
    if is_wide {
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

/// Goes through the steps, and ticks off what they take.
struct Walk<'p> {
    plan: &'p Plan,
    children: Vec<bool>,
    slots: Vec<bool>,
    splits: Vec<bool>,
    chains: Vec<bool>,
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
        if !in_order || (step.forks && is_forked) {
            return Err(broken);
        }
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
            if step.forks {
                free = used;
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
            && step.layout.block_channels() <= MAX_CHANNELS
            && takes(&mut self.slots, step.slot..step.slot.saturating_add(1))
            && takes(&mut self.children, children)
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
    step.scratch + 2 * step.channels + WEIGHT_LANES + own
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
