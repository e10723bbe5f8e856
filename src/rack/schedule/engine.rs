//! The steps of a plan, done. Blocks that come here are as announced: the plan's channels, all of
//! the block's length, which is at most the maximum.

use std::ops::Range;

use arrayvec::ArrayVec;

use super::cell::{Lease, Leased, ProcessorCell};
use super::fader::Fader;
use super::fork::{Chains, Cores, Outs};
use super::lanes::Lanes;
use super::splitting::{SplitState, chain_lanes, fade_chain};
use super::strip::Strip;
use super::ticks;
use super::work::Players;
use super::{Ground, Parts};
use crate::audio::EventList;
use crate::rack::compile::{Base, Plan, SplitStep, Step};
use crate::rack::levels::Levels;

/// Of more chains than these, the first are looked at to see whether a fork pays.
const MAX_COSTS: usize = 32;

/// Steps, what they work with, and scratch memory.
#[derive(Debug)]
pub(super) struct Engine {
    pub plan: Plan,
    pub children: Vec<ProcessorCell>,
    pub strips: Vec<Leased<Strip>>,
    pub splits: Vec<Leased<SplitState>>,
    pub faders: Vec<Leased<Fader>>,
    pub lanes: Lanes,
    pub outs: Outs,
}

/// What is whose turn: the right to touch things, and where events go.
pub(super) struct Turn<'t> {
    pub lease: &'t mut Lease,
    pub events_out: &'t mut EventList,
}

impl Engine {
    pub fn new(plan: Plan, parts: Parts, max_frames: usize) -> Self {
        let forks =
            (plan.steps.iter()).any(|step| matches!(step, Step::Split(split) if split.forks));
        Self {
            lanes: Lanes::new(plan.lanes, max_frames),
            outs: Outs::new(if forks { plan.chains.len() } else { 0 }),
            plan,
            children: parts.children,
            strips: parts.strips,
            splits: parts.splits,
            faders: parts.faders,
        }
    }

    /// Runs steps on the audio of a chain: in `main`, or in scratch channels.
    pub fn run<'a>(
        &self,
        steps: Range<usize>,
        main: &mut [&'a mut [f32]],
        mut known: Option<Levels>,
        turn: &mut Turn<'_>,
        ground: &Ground<'_, 'a>,
        cores: Option<&dyn Cores>,
    ) {
        let mut next = steps.start;
        let mut started = ticks::now();
        while let Some(step) = self.plan.steps.get(next).filter(|_| next < steps.end) {
            next += 1;
            match step {
                Step::Slot(step) => {
                    let Some(strip) = (self.strips.get(step.slot))
                        .and_then(|strip| strip.open(&mut turn.lease.strips))
                    else {
                        continue;
                    };
                    let end = step.first_child + step.children;
                    let players = Players {
                        children: (self.children.get(step.first_child..end)).unwrap_or_default(),
                        key: &mut turn.lease.children,
                        events_out: &mut *turn.events_out,
                    };
                    let levels = match step.base {
                        Base::Main => strip.run(step, main, known, players, ground, &self.lanes),
                        Base::Lanes(first) => {
                            let mut chain = self.chain(first, step.channels, ground);
                            strip.run(step, &mut chain, known, players, ground, &self.lanes)
                        }
                    };
                    known = Some(levels);
                    let ended = ticks::now();
                    let share = ended.wrapping_sub(started) as f32 * ground.share_per_tick;
                    strip.meters.cost.take(share, ground.factors);
                    started = ended;
                }
                Step::Split(step) => {
                    match step.base {
                        Base::Main => self.split(step, main, turn, ground, cores),
                        Base::Lanes(first) => {
                            let mut chain = self.chain(first, step.channels, ground);
                            self.split(step, &mut chain, turn, ground, cores);
                        }
                    }
                    next = step.end;
                    known = None;
                    started = ticks::now();
                }
            }
        }
    }

    fn split(
        &self,
        step: &SplitStep,
        channels: &mut [&mut [f32]],
        turn: &mut Turn<'_>,
        ground: &Ground<'_, '_>,
        cores: Option<&dyn Cores>,
    ) {
        let frames = ground.frames;
        let Some(state) = self.splits.get(step.split) else {
            return;
        };
        let is_heard = state
            .open(&mut turn.lease.splits)
            .is_some_and(|state| state.open(step, channels, frames, &ground.settings, &self.lanes));
        if !is_heard {
            return;
        }
        let started = ticks::now();
        let cores = cores.filter(|cores| step.forks && self.pays(step, turn, ground, *cores));
        match cores {
            Some(cores) => self.fork(step, turn, ground, cores),
            None => {
                for chain in 0..step.chains {
                    self.run_chain(step, chain, turn, ground);
                }
            }
        }
        if step.forks
            && let Some(state) = state.open(&mut turn.lease.splits)
        {
            let share = ticks::now().wrapping_sub(started) as f32 * ground.share_per_tick;
            state.trial.take(cores.is_some(), share);
        }
        for chain in 0..step.chains {
            let index = step.first_chain + chain;
            let (Some(plan), Some(fader)) = (self.plan.chains.get(index), self.faders.get(index))
            else {
                continue;
            };
            if let Some(fader) = fader.open(&mut turn.lease.faders) {
                fade_chain(fader, step, chain, plan, ground, &self.lanes);
            }
        }
        if let Some(state) = state.open(&mut turn.lease.splits) {
            state.close(step, channels, frames, &self.lanes);
        }
    }

    /// Runs one chain of a split.
    pub fn run_chain(
        &self,
        step: &SplitStep,
        chain: usize,
        turn: &mut Turn<'_>,
        ground: &Ground<'_, '_>,
    ) {
        let index = step.first_chain + chain;
        let Some(plan) = self.plan.chains.get(index) else {
            return;
        };
        let started = ticks::now();
        let entry = Levels::of_channels(&chain_lanes(step, chain, ground.frames, &self.lanes));
        let steps = plan.first_step..plan.end_step;
        self.run(steps, &mut [], Some(entry), turn, ground, None);
        if let Some(fader) =
            (self.faders.get(index)).and_then(|fader| fader.open(&mut turn.lease.faders))
        {
            fader.take_entry(entry, step.chain_channels, ground.factors);
            let share = ticks::now().wrapping_sub(started) as f32 * ground.share_per_tick;
            fader.meters.cost.take(share, ground.factors);
        }
    }

    fn fork(
        &self,
        step: &SplitStep,
        turn: &mut Turn<'_>,
        ground: &Ground<'_, '_>,
        cores: &dyn Cores,
    ) {
        let chains = Chains {
            engine: self,
            step,
            ground,
            lease: turn.lease,
        };
        cores.run(step.split, &chains, step.chains);
        // In the order of the chains, as if one had run after the other.
        for chain in step.first_chain..step.first_chain + step.chains {
            #[allow(unsafe_code)]
            // SAFETY: the chains have run, so that nobody else has the list.
            if let Some(list) = unsafe { self.outs.list(chain) } {
                let events = list.as_events();
                for event in events.iter() {
                    turn.events_out.push_from(&events, event, 0);
                }
            }
        }
    }

    /// Whether the chains are worth the trouble of running them at the same time: by what they cost,
    /// and by what came of trying.
    fn pays(
        &self,
        step: &SplitStep,
        turn: &mut Turn<'_>,
        ground: &Ground<'_, '_>,
        cores: &dyn Cores,
    ) -> bool {
        let chains = step.first_chain..step.first_chain + step.chains;
        let faders = self.faders.get(chains).unwrap_or_default();
        let costs_ns: ArrayVec<u64, MAX_COSTS> = (faders.iter())
            .take(MAX_COSTS)
            .map(|fader| {
                let fader = fader.open(&mut turn.lease.faders);
                let share = fader.map_or(0.0, |fader| fader.meters.cost.smoothed());
                (share * ground.seconds * 1e9) as u64
            })
            .collect();
        let state = self.splits.get(step.split);
        cores.pays(&costs_ns)
            && state
                .and_then(|state| state.open(&mut turn.lease.splits))
                .is_some_and(|state| state.trial.suggests_fork())
    }

    #[allow(unsafe_code)]
    fn chain(
        &self,
        first: usize,
        channels: usize,
        ground: &Ground<'_, '_>,
    ) -> super::lanes::ChannelList<'_> {
        // SAFETY: only the steps of the chain use its lanes, one after the other, and a split within
        // it has lanes of its own, as `Schedule::new` has checked.
        unsafe { self.lanes.list(first, channels, ground.frames) }
    }
}
