//! What the audio thread runs: a plan, what it works with, and all the memory that it will ever need.
//!
//! [`Schedule::run`] allocates, locks, frees and panics for no input. A block that is as it was
//! announced goes straight through the `engine`; any other (longer than the maximum, with more or
//! fewer channels, with channels of the wrong length) is `cut` to size first.
//!
//! What has to outlive a schedule is shared with the next one: children, and what slots ([`Strip`]),
//! splits ([`SplitState`]) and their chains ([`Fader`]) remember. So delay lines go on with what they
//! heard, and a gain goes on from where it is.

pub mod cell;
mod check;
mod cut;
mod engine;
mod fader;
mod feed;
mod fork;
mod guard;
mod lanes;
mod send;
mod splitting;
mod strip;
#[cfg(test)]
mod tests;
mod ticks;
mod trial;
mod work;

use std::fmt;

pub use cell::{Brand, Lease, Leased, ProcessorCell};
pub use check::ScheduleProblem;
pub use fader::Fader;
pub use fork::Cores;
pub use splitting::SplitState;
pub use strip::{Strip, StripLine};

use super::compile::{Plan, Step};
use super::delay::Ring;
use super::levels::{Ballistics, Factors};
use super::meters::CostMeter;
use super::points::PointsBySlot;
use crate::audio::{Block, Events, FloatSettings, Transport};
use crate::child::Activation;
use cut::Cutter;
use engine::{Engine, Turn};
use ticks::Clock;

/// How long a fade takes.
const FADE_SECONDS: f64 = 0.020;

/// What a schedule works with, in the order in which the plan counts them.
#[derive(Clone, Debug, Default)]
pub struct Parts {
    /// The children of all slots, those of bypassed slots included.
    pub children: Vec<ProcessorCell>,
    /// One for each slot.
    pub strips: Vec<Leased<Strip>>,
    /// One for each split.
    pub splits: Vec<Leased<SplitState>>,
    /// One for each chain of a split.
    pub faders: Vec<Leased<Fader>>,
}

/// What holds for all slots.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// Samples per second.
    pub sample_rate: f64,
    /// The longest block.
    pub max_frames: usize,
    /// How many frames a fade takes.
    pub fade_frames: u32,
    /// No child may put out more, linear.
    pub runaway_limit: f32,
    /// Children work on memory of which the surroundings are watched.
    pub guard_words: bool,
}

impl Settings {
    /// The settings for a host that announced `activation`, with a limit in dBFS.
    pub fn new(activation: &Activation, runaway_limit_dbfs: f32) -> Self {
        Self {
            sample_rate: activation.sample_rate,
            max_frames: activation.max_frames.max(1),
            fade_frames: (activation.sample_rate * FADE_SECONDS) as u32,
            runaway_limit: 10f32.powf(runaway_limit_dbfs / 20.0),
            guard_words: cfg!(debug_assertions),
        }
    }
}

/// Larger memory for delay lines, to be taken over by the audio thread with what they heard.
#[derive(Debug, Default)]
pub struct Growth {
    /// Which slot, which of its delays, and its ring.
    pub strips: Vec<(usize, StripLine, Ring)>,
    /// Which split, and its ring.
    pub splits: Vec<(usize, Ring)>,
    /// Which chain, and its ring.
    pub faders: Vec<(usize, Ring)>,
}

/// How the parameters of all children move within a block.
#[derive(Clone, Copy, Debug)]
pub struct Automation<'p> {
    /// What happens to them, and when.
    pub points: &'p PointsBySlot,
    /// The shortest part that a block is split into for it.
    pub min_split_frames: u32,
}

/// What is the same for all steps of a block.
pub(super) struct Ground<'g, 'a> {
    sidechain: &'g [&'a mut [f32]],
    frames: usize,
    events: Events<'g>,
    automation: Automation<'g>,
    transport: &'g Transport,
    settings: Settings,
    factors: Factors,
    /// What a child must not change for the next one.
    float_settings: FloatSettings,
    /// The length of the block.
    seconds: f32,
    /// What share of it a tick is.
    share_per_tick: f32,
}

/// A compiled rack, ready to run.
#[derive(Debug)]
pub struct Schedule {
    brand: Brand,
    engine: Engine,
    cutter: Cutter,
    growth: Growth,
    settings: Settings,
    ballistics: Ballistics,
    clock: Clock,
    waits: bool,
}

/// A schedule that cannot be made: a mistake of the caller.
#[derive(Debug)]
pub struct ScheduleError {
    /// Why not.
    pub problem: ScheduleProblem,
    /// What it was to work with, handed back.
    pub parts: Box<Parts>,
}

impl fmt::Display for ScheduleError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.problem.fmt(formatter)
    }
}

impl std::error::Error for ScheduleError {}

impl Schedule {
    /// Brings together a plan and what it works with. Takes all memory that running will need; not
    /// for the audio thread.
    ///
    /// # Errors
    ///
    /// The parts, handed back with the reason, if they and the plan do not belong together.
    pub fn new(
        brand: Brand,
        plan: Plan,
        parts: Parts,
        growth: Growth,
        settings: Settings,
    ) -> Result<Self, ScheduleError> {
        if let Err(problem) = check::check(brand, &plan, &parts) {
            let parts = Box::new(parts);
            return Err(ScheduleError { problem, parts });
        }
        let (max_frames, sample_rate) = (settings.max_frames, settings.sample_rate);
        Ok(Self {
            brand,
            cutter: Cutter::new(&plan, max_frames, sample_rate),
            engine: Engine::new(plan, parts, max_frames),
            growth,
            settings,
            ballistics: Ballistics::new(sample_rate),
            clock: Clock::new(),
            waits: false,
        })
    }

    /// Has it wait until everything that is on its way out in the schedule before it has faded out.
    pub fn waiting(mut self) -> Self {
        self.waits = true;
        self
    }

    /// Whether it [waits](Self::waiting).
    pub(super) fn waits(&self) -> bool {
        self.waits
    }

    /// The mark of the lease that it runs with.
    pub fn brand(&self) -> Brand {
        self.brand
    }

    /// By how much its output lags.
    pub fn latency_samples(&self) -> u32 {
        self.engine.plan.latency_samples
    }

    /// How many bytes of scratch memory it has.
    pub fn scratch_bytes(&self) -> usize {
        self.engine.plan.lanes * self.settings.max_frames * size_of::<f32>()
    }

    /// Hands the larger memory over to the delay lines. To be called once, before the first block.
    pub(super) fn begin(&mut self, lease: &mut Lease) {
        let engine = &self.engine;
        for (index, line, ring) in &mut self.growth.strips {
            if let Some(strip) =
                (engine.strips.get(*index)).and_then(|strip| strip.open(&mut lease.strips))
            {
                strip.grow(*line, ring);
            }
        }
        for (index, ring) in &mut self.growth.splits {
            if let Some(split) =
                (engine.splits.get(*index)).and_then(|split| split.open(&mut lease.splits))
            {
                split.grow(ring);
            }
        }
        for (index, ring) in &mut self.growth.faders {
            if let Some(fader) =
                (engine.faders.get(*index)).and_then(|fader| fader.open(&mut lease.faders))
            {
                fader.grow(ring);
            }
        }
    }

    /// Whether nothing is heard any more of what is on its way out.
    pub(super) fn has_faded_out(&self, lease: &mut Lease) -> bool {
        let engine = &self.engine;
        let steps_have = engine.plan.steps.iter().all(|step| match step {
            Step::Slot(step) if !step.present => (engine.strips.get(step.slot))
                .and_then(|strip| strip.open(&mut lease.strips))
                .is_none_or(|strip| strip.has_left()),
            Step::Split(step) if !step.present => (engine.splits.get(step.split))
                .and_then(|split| split.open(&mut lease.splits))
                .is_none_or(|split| split.has_left()),
            Step::Slot(step) if step.feed.is_some_and(|feed| feed.leaves) => {
                (self.engine.strips.get(step.slot))
                    .and_then(|strip| strip.open(&mut lease.strips))
                    .is_none_or(|strip| strip.feed_has_left())
            }
            Step::Slot(_) | Step::Split(_) => true,
        });
        let chains = engine.plan.chains.iter().zip(&engine.faders);
        steps_have
            && chains
                .filter(|(chain, _)| !chain.present)
                .all(|(_, fader)| {
                    (fader.open(&mut lease.faders)).is_none_or(|fader| fader.has_left())
                })
    }

    /// Whether all of its splits and chains have been there for as long as they lag, and what slots hear and
    /// send beside their chains with them. Before, what is in them still begins somewhere, and a change there
    /// would have it heard.
    pub(super) fn is_warm(&self, lease: &mut Lease) -> bool {
        let engine = &self.engine;
        let sides = engine.plan.steps.iter().all(|step| match step {
            Step::Slot(step) if step.feed.is_some() || step.send.is_some() => {
                (engine.strips.get(step.slot))
                    .and_then(|strip| strip.open(&mut lease.strips))
                    .is_none_or(|strip| strip.is_warm())
            }
            Step::Slot(_) | Step::Split(_) => true,
        });
        let splits = (engine.splits.iter())
            .all(|split| (split.open(&mut lease.splits)).is_none_or(|split| split.is_warm()));
        sides
            && splits
            && (engine.faders.iter())
                .all(|fader| (fader.open(&mut lease.faders)).is_none_or(|fader| fader.is_warm()))
    }

    /// Forgets what its delay lines and filters heard, and ends all fades.
    pub fn reset(&mut self, lease: &mut Lease) {
        let engine = &self.engine;
        for strip in &engine.strips {
            if let Some(strip) = strip.open(&mut lease.strips) {
                strip.reset();
            }
        }
        for split in &engine.splits {
            if let Some(split) = split.open(&mut lease.splits) {
                split.reset();
            }
        }
        for fader in &engine.faders {
            if let Some(fader) = fader.open(&mut lease.faders) {
                fader.reset();
            }
        }
    }

    /// Has all children end their notes at the start of the next block.
    pub fn end_all_notes(&mut self, lease: &mut Lease) {
        for strip in &self.engine.strips {
            if let Some(strip) = strip.open(&mut lease.strips) {
                strip.end_all_notes();
            }
        }
    }

    /// Runs one block in place, on other cores too where there are any and it pays. Audio thread.
    /// `cost` is told how long this thread was busy with it: chains on other cores count for as long as they are
    /// waited for.
    ///
    /// The block's channels are the rack's, then two for each auxiliary output. What these held before is
    /// not heard. Channels beyond those of the plan are left as they are; missing ones are made up for with
    /// silence, and what becomes of them is lost. Sidechain channels beyond the plan's are not
    /// heard. A block of zero frames does nothing. With a lease of another brand, the audio passes.
    ///
    /// A child that fails, or puts out what nobody may hear, leaves silence behind for the rest of
    /// that block; its slot is then [muted](super::controls::SlotControls::trouble): the child is not
    /// called again, and the audio that passes it by comes back with a fade.
    pub fn run(
        &mut self,
        lease: &mut Lease,
        cores: Option<&dyn Cores>,
        cost: &CostMeter,
        block: &mut Block<'_, '_>,
        automation: Automation<'_>,
    ) {
        if block.frames == 0 || lease.brand() != self.brand {
            return;
        }
        let whole =
            |channels: &[&mut [f32]]| channels.iter().all(|channel| channel.len() == block.frames);
        let is_as_announced = block.frames <= self.settings.max_frames
            && block.main.len() == self.engine.plan.block_channels()
            && whole(block.main)
            && whole(block.sidechain);
        let seconds_per_tick = self.clock.seconds_per_tick();
        let Self {
            engine,
            cutter,
            settings,
            ballistics,
            ..
        } = self;
        let mut run = |block: &mut Block<'_, '_>, automation: Automation<'_>| {
            let heard = block.sidechain.len().min(engine.plan.sidechain_channels);
            let seconds = block.frames as f64 / settings.sample_rate;
            let ground = Ground {
                sidechain: block.sidechain.get(..heard).unwrap_or_default(),
                frames: block.frames,
                events: block.events,
                automation,
                transport: block.transport,
                settings: *settings,
                factors: ballistics.step(block.frames),
                float_settings: FloatSettings::now(),
                seconds: seconds as f32,
                share_per_tick: (seconds_per_tick / seconds) as f32,
            };
            let mut turn = Turn {
                lease: &mut *lease,
                events_out: &mut *block.events_out,
            };
            let started = ticks::now();
            engine.run_block(block.main, &mut turn, &ground, cores);
            let took = ticks::now().wrapping_sub(started);
            cost.take(took as f32 * ground.share_per_tick, ground.factors);
        };
        if is_as_announced {
            run(block, automation);
        } else {
            cutter.run(block, automation, run);
        }
    }
}
