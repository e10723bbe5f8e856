//! The steps of a plan, done. Blocks that come here are as announced: the plan's channels, all of
//! the block's length, which is at most the maximum.

use std::ops::Range;

use arrayvec::ArrayVec;

use super::cell::{Lease, Leased, ProcessorCell};
use super::fader::Fader;
use super::fork::{Chains, Cores, Outs};
use super::lanes::{ChannelList, Lanes, ReadList, add};
use super::splitting::{SplitState, chain_lanes, fade_chain};
use super::strip::{Strip, Surroundings};
use super::ticks;
use super::work::Players;
use super::{Ground, Parts};
use crate::audio::{EventList, Events};
use crate::rack::compile::{
    Base, FeedSource, MidiFeed, Plan, SEND_CHANNELS, SlotStep, SplitStep, Step,
};
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
    /// What is kept for who listens to it.
    kept: Lanes,
    kept_events: Outs,
    /// What is sent away.
    sent: Lanes,
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
            kept: Lanes::new(plan.kept_lanes(), max_frames),
            kept_events: Outs::new(plan.event_lists),
            sent: Lanes::new(SEND_CHANNELS * plan.sends.len(), max_frames),
            plan,
            children: parts.children,
            strips: parts.strips,
            splits: parts.splits,
            faders: parts.faders,
        }
    }

    /// Runs a whole block: the channels of the rack, and those of its auxiliary outputs.
    pub fn run_block<'a>(
        &mut self,
        block: &mut [&'a mut [f32]],
        turn: &mut Turn<'_>,
        ground: &Ground<'_, 'a>,
        cores: Option<&dyn Cores>,
    ) {
        self.forget(ground.frames);
        let (main, aux) = block.split_at_mut(self.plan.channels.min(block.len()));
        let steps = 0..self.plan.steps.len();
        self.run(steps, main, None, turn, ground, cores);
        aux.iter_mut().for_each(|channel| channel.fill(0.0));
        for index in 0..self.plan.sends.len() {
            let sent = self.sent(index, ground);
            let bus = self.plan.sends.get(index).map_or(0, |send| send.bus);
            let sides = aux.iter_mut().skip(SEND_CHANNELS * bus);
            for (side, sent) in sides.zip(&sent) {
                add(sent, side);
            }
        }
    }

    /// Silences what was kept and sent in the block before: not every step runs in every block.
    #[allow(unsafe_code)]
    fn forget(&mut self, frames: usize) {
        for kept in &self.plan.kept {
            // SAFETY: no step runs, so that nobody else has any channel or list.
            let lanes = unsafe { self.kept.list(kept.lane, kept.channels, frames) };
            lanes.into_iter().for_each(|lane| lane.fill(0.0));
        }
        for index in 0..self.plan.sends.len() {
            // SAFETY: as above.
            let lanes = unsafe { self.sent.list(SEND_CHANNELS * index, SEND_CHANNELS, frames) };
            lanes.into_iter().for_each(|lane| lane.fill(0.0));
        }
        for index in 0..self.kept_events.len() {
            // SAFETY: as above.
            if let Some(list) = unsafe { self.kept_events.list(index) } {
                list.clear();
            }
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
                    let Some(strip) = self.strips.get(step.slot) else {
                        continue;
                    };
                    let levels = match step.base {
                        Base::Main => self.slot(strip, step, main, known, turn, ground),
                        Base::Lanes(first) => {
                            let mut chain = self.chain(first, step.channels, ground);
                            self.slot(strip, step, &mut chain, known, turn, ground)
                        }
                    };
                    known = levels;
                    let ended = ticks::now();
                    let share = ended.wrapping_sub(started) as f32 * ground.share_per_tick;
                    if let Some(strip) = strip.open(&mut turn.lease.strips) {
                        strip.meters.cost.take(share, ground.factors);
                    }
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

    /// Runs a slot on its chain, and returns what is known of the chain's levels then.
    fn slot<'a>(
        &self,
        strip: &Leased<Strip>,
        step: &SlotStep,
        chain: &mut [&'a mut [f32]],
        known: Option<Levels>,
        turn: &mut Turn<'_>,
        ground: &Ground<'_, 'a>,
    ) -> Option<Levels> {
        let strip = strip.open(&mut turn.lease.strips)?;
        let end = step.first_child + step.children;
        let mut own_events = step.keeps_events.and_then(|list| self.events_of(list));
        let players = Players {
            children: (self.children.get(step.first_child..end)).unwrap_or_default(),
            key: &mut turn.lease.children,
            events: match step.midi {
                MidiFeed::Host => ground.events,
                MidiFeed::Kept { list, .. } => self.kept_events(list),
                MidiFeed::Nothing => Events::NONE,
            },
            events_out: match &mut own_events {
                Some(list) => list,
                None => &mut *turn.events_out,
            },
        };
        // Lists are long, and seldom needed.
        let mut source = ReadList::new();
        let mut kept = ChannelList::new();
        let mut sent = ChannelList::new();
        if let Some(FeedSource::Kept(index)) = step.feed.map(|feed| feed.source) {
            source = self.kept(index, ground);
        }
        if let Some(index) = step.keeps {
            kept = self.keeping(index, ground);
        }
        let send = step.send.and_then(|send| self.plan.sends.get(send));
        if let Some(index) = step.send {
            sent = self.sent(index, ground);
        }
        let mut around = Surroundings {
            source: &source,
            kept: &mut kept,
            send,
            sent: &mut sent,
        };
        let lanes = &self.lanes;
        let levels = strip.run(step, chain, known, players, &mut around, ground, lanes);
        if let Some(list) = own_events {
            let events = list.as_events();
            for event in events.iter() {
                turn.events_out.push_from(&events, event, 0);
            }
        }
        Some(levels)
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
                    if step.one_by_one {
                        self.fade_chain(step, chain, turn, ground);
                    }
                }
            }
        }
        if step.forks
            && let Some(state) = state.open(&mut turn.lease.splits)
        {
            let share = ticks::now().wrapping_sub(started) as f32 * ground.share_per_tick;
            state.trial.take(cores.is_some(), share);
        }
        for chain in (0..step.chains).filter(|_| !step.one_by_one) {
            self.fade_chain(step, chain, turn, ground);
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

    /// Makes what a chain of a split put out ready to be summed.
    fn fade_chain(
        &self,
        step: &SplitStep,
        chain: usize,
        turn: &mut Turn<'_>,
        ground: &Ground<'_, '_>,
    ) {
        let index = step.first_chain + chain;
        let (Some(plan), Some(fader)) = (self.plan.chains.get(index), self.faders.get(index))
        else {
            return;
        };
        let mut kept = ChannelList::new();
        if let Some(index) = plan.keeps {
            kept = self.keeping(index, ground);
        }
        if let Some(fader) = fader.open(&mut turn.lease.faders) {
            fade_chain(fader, step, chain, plan, &mut kept, ground, &self.lanes);
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

    /// What was kept, for who listens to it.
    #[allow(unsafe_code)]
    fn kept(&self, index: usize, ground: &Ground<'_, '_>) -> ReadList<'_> {
        let Some(kept) = self.plan.kept.get(index) else {
            return ReadList::new();
        };
        // SAFETY: what keeps it has run, and runs no more in this block; it does not run at the same time,
        // as `Schedule::new` has checked.
        unsafe { self.kept.read(kept.lane, kept.channels, ground.frames) }
    }

    /// Where something is to be kept.
    #[allow(unsafe_code)]
    fn keeping(&self, index: usize, ground: &Ground<'_, '_>) -> ChannelList<'_> {
        let Some(kept) = self.plan.kept.get(index) else {
            return ChannelList::new();
        };
        // SAFETY: one step or chain alone keeps anything there, and who reads it runs later, as
        // `Schedule::new` has checked.
        unsafe { self.kept.list(kept.lane, kept.channels, ground.frames) }
    }

    /// The channels of a send.
    #[allow(unsafe_code)]
    fn sent(&self, index: usize, ground: &Ground<'_, '_>) -> ChannelList<'_> {
        let first = SEND_CHANNELS * index;
        // SAFETY: one step alone has the send, as `Schedule::new` has checked, and what is sent is summed
        // when all steps have run.
        unsafe { self.sent.list(first, SEND_CHANNELS, ground.frames) }
    }

    /// The events of a slot, for who listens to them.
    #[allow(unsafe_code)]
    fn kept_events(&self, list: usize) -> Events<'_> {
        // SAFETY: as for `kept`.
        let list = unsafe { self.kept_events.read(list) };
        list.map_or(Events::NONE, EventList::as_events)
    }

    /// Where the events of a slot are to be kept.
    #[allow(unsafe_code)]
    #[allow(clippy::mut_from_ref)]
    fn events_of(&self, list: usize) -> Option<&mut EventList> {
        // SAFETY: as for `keeping`.
        unsafe { self.kept_events.list(list) }
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
