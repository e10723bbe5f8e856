//! What the audio thread runs: a plan with its children, its delay lines and all the memory that it
//! will ever need.
//!
//! [`Schedule::run`] allocates, locks, frees and panics for no input. A block that is as it was
//! announced goes straight through the `engine`; any other (longer than the maximum, with more or
//! fewer channels, with channels of the wrong length) is cut to size by `split` first.

pub mod cell;
mod engine;
mod lanes;
mod split;
#[cfg(test)]
mod tests;

use std::fmt;

pub use cell::{Brand, Lease, ProcessorCell};

use super::compile::{Plan, Step};
use crate::audio::Block;
use crate::child::Activation;
use engine::Engine;
use split::Splitter;

/// A compiled rack, ready to run.
#[derive(Debug)]
pub struct Schedule {
    brand: Brand,
    engine: Engine,
    splitter: Splitter,
    channels: usize,
    sidechain_channels: usize,
    max_frames: usize,
    latency_samples: u32,
}

/// A schedule that cannot be made: a mistake of the caller.
#[derive(Debug)]
pub struct ScheduleError {
    /// Why not.
    pub problem: ScheduleProblem,
    /// The children, handed back.
    pub children: Vec<ProcessorCell>,
}

/// Why a schedule cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleProblem {
    /// The plan was compiled for another number of children.
    #[error("the plan is for {planned} children, but there are {given}")]
    ChildCount {
        /// Children in the plan.
        planned: usize,
        /// Children given.
        given: usize,
    },
    /// A child has the brand of another lease.
    #[error("child {0} belongs to another exchange")]
    ForeignChild(usize),
    /// The same child stands at two places.
    #[error("the same child stands at two places")]
    ChildTwice,
    /// A step of the plan names a child, channel or delay line that the plan does not have.
    #[error("step {0} of the plan names something that is not there")]
    BrokenStep(usize),
}

impl fmt::Display for ScheduleError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.problem.fmt(formatter)
    }
}

impl std::error::Error for ScheduleError {}

impl Schedule {
    /// Brings together a plan and its children, in the order of the slots, those of bypassed slots
    /// included. Takes all memory that running will need; not for the audio thread.
    ///
    /// # Errors
    ///
    /// The children, handed back with the reason, if they and the plan do not belong together.
    pub fn new(
        brand: Brand,
        plan: Plan,
        children: Vec<ProcessorCell>,
        activation: &Activation,
    ) -> Result<Self, ScheduleError> {
        if let Err(problem) = check(brand, &plan, &children) {
            return Err(ScheduleError { problem, children });
        }
        let max_frames = activation.max_frames.max(1);
        Ok(Self {
            brand,
            splitter: Splitter::new(&plan, max_frames, activation.sample_rate),
            channels: plan.channels,
            sidechain_channels: plan.sidechain_channels,
            max_frames,
            latency_samples: plan.latency_samples,
            engine: Engine::new(plan, children, max_frames),
        })
    }

    /// The mark of the lease that it runs with.
    pub fn brand(&self) -> Brand {
        self.brand
    }

    /// By how much its output lags.
    pub fn latency_samples(&self) -> u32 {
        self.latency_samples
    }

    /// Forgets what its delay lines heard.
    pub fn reset(&mut self) {
        self.engine.reset();
    }

    /// Runs one block in place. Audio thread.
    ///
    /// Channels beyond those of the plan are left as they are; missing ones are made up for with
    /// silence, and what becomes of them is lost. Sidechain channels beyond the plan's are not
    /// heard. A block of zero frames does nothing. With a lease of another brand, the audio passes.
    ///
    /// A child that fails leaves silence behind for that block (what was in its channels is
    /// undefined), and is then [marked](ProcessorCell::failed) and never called again: its slot
    /// passes audio, without the child's latency, until a schedule without it comes.
    pub fn run(&mut self, lease: &mut Lease, block: &mut Block<'_, '_>) {
        if block.frames == 0 || lease.brand() != self.brand {
            return;
        }
        if self.is_as_announced(block) {
            let heard = block.sidechain.len().min(self.sidechain_channels);
            let mut block = Block {
                main: &mut *block.main,
                sidechain: block.sidechain.get(..heard).unwrap_or_default(),
                frames: block.frames,
                events: block.events,
                events_out: &mut *block.events_out,
                transport: block.transport,
            };
            self.engine.run(lease, &mut block);
        } else {
            self.splitter.run(&mut self.engine, lease, block);
        }
    }

    fn is_as_announced(&self, block: &Block<'_, '_>) -> bool {
        let whole =
            |channels: &[&mut [f32]]| channels.iter().all(|channel| channel.len() == block.frames);
        block.frames <= self.max_frames
            && block.main.len() == self.channels
            && whole(block.main)
            && whole(block.sidechain)
    }
}

fn check(brand: Brand, plan: &Plan, children: &[ProcessorCell]) -> Result<(), ScheduleProblem> {
    if children.len() != plan.children {
        return Err(ScheduleProblem::ChildCount {
            planned: plan.children,
            given: children.len(),
        });
    }
    if let Some(stranger) = children.iter().position(|child| child.brand() != brand) {
        return Err(ScheduleProblem::ForeignChild(stranger));
    }
    let mut addresses: Vec<usize> = children.iter().map(ProcessorCell::address).collect();
    addresses.sort_unstable();
    if addresses.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(ScheduleProblem::ChildTwice);
    }
    let sound = |step: &Step| match *step {
        Step::InPlace { child, .. } => child < plan.children,
        Step::PerChannel { first_child, .. } => {
            first_child.saturating_add(plan.channels) <= plan.children
        }
        Step::Adapted { child, layout, .. } => {
            child < plan.children && layout.block_channels() <= plan.scratch_channels
        }
        Step::Delay {
            line,
            first_channel,
        } => (plan.delays.get(line))
            .is_some_and(|delay| first_channel.saturating_add(delay.channels) <= plan.channels),
    };
    match plan.steps.iter().position(|step| !sound(step)) {
        Some(step) => Err(ScheduleProblem::BrokenStep(step)),
        None => Ok(()),
    }
}
