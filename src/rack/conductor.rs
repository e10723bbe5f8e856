//! Brings one score after the other to the audio thread, so that nothing clicks.
//!
//! 1. What the new score has in common with the sounding one stays.
//! 2. If anything leaves, a bridge is sent first: in it, what leaves fades out and no
//!    longer counts for the latency, and what takes its place fades in.
//! 3. Then comes the new score, to be swapped in when that has happened. What else is new in it is
//!    warmed up unheard, for as long as its latency, and fades in.
//!
//! While one change is under way, the next has to wait: [`is_ready`](Conductor::is_ready).

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use super::compile::{Plan, SEND_CHANNELS, SlotStep, Step, compile};
use super::delay::{Line, Ring};
use super::exchange::Publisher;
use super::meters::CostMeter;
use super::schedule::{
    Brand, Fader, Growth, Leased, Parts, Schedule, ScheduleProblem, Settings, SplitState, Strip,
    StripLine,
};
use super::score::{LINES, Live, Score, ScoreChain, ScoreItem, ScoreSlot, ScoreSplit};
use super::wiring::Wiring;

/// What a score is performed with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stage {
    /// Channels of the rack's main input and output.
    pub channels: usize,
    /// Channels of the rack's sidechain input.
    pub sidechain_channels: usize,
    /// Auxiliary stereo outputs of the rack.
    pub aux_buses: usize,
    /// The chains of a split may run at the same time.
    pub all_cores: bool,
    /// What holds for all slots.
    pub settings: Settings,
}

/// What came of performing a score.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Performance {
    /// By how much the rack lags.
    pub latency_samples: u32,
}

/// Owns the control thread's end of the exchange.
#[derive(Debug)]
pub struct Conductor {
    publisher: Publisher,
    sounding: Option<Score>,
}

impl Conductor {
    /// Begins with silence: audio passes.
    pub fn new(publisher: Publisher) -> Self {
        Self {
            publisher,
            sounding: None,
        }
    }

    /// The mark that children must have.
    pub fn brand(&self) -> Brand {
        self.publisher.brand()
    }

    /// Whether the audio thread has taken in what was sent, so that the next score can come.
    pub fn is_ready(&self) -> bool {
        self.publisher.is_idle()
    }

    /// Drops what came back from the audio thread. To be called now and then.
    pub fn collect(&mut self) {
        self.publisher.collect();
    }

    /// Hands the audio thread what the host's parameters move from now on.
    ///
    /// # Errors
    ///
    /// The wiring, while there is no room.
    pub fn rewire(&mut self, wiring: Box<Wiring>) -> Result<(), Box<Wiring>> {
        self.publisher.rewire(wiring)
    }

    /// Forgets the sounding score, for when the player was [retired](super::exchange::Player::retire).
    /// The next score is there from its first sample on, without fades.
    pub fn rest(&mut self) {
        self.sounding = None;
        self.publisher.collect();
    }

    /// What the rack as a whole costs.
    pub fn cost(&self) -> &Arc<CostMeter> {
        self.publisher.cost()
    }

    /// Has all notes end in the next block.
    pub fn end_all_notes(&self) {
        self.publisher.end_all_notes();
    }

    /// Sets the shortest part that a block is split into for automation, from the next block on.
    pub fn set_min_split_frames(&self, frames: u32) {
        self.publisher.set_min_split_frames(frames);
    }

    /// Sends a score to the audio thread. Only while [ready](Self::is_ready).
    ///
    /// # Errors
    ///
    /// If the score has the same child twice, or a child of another exchange.
    pub fn perform(
        &mut self,
        mut score: Score,
        stage: &Stage,
    ) -> Result<Performance, ScheduleProblem> {
        let brand = self.brand();
        let is_first = self.sounding.is_none();
        let before = self.sounding.as_ref();
        let bridge = before.and_then(|before| score.bridge(before));
        if let Some(bridge) = &bridge {
            let schedule = prepare(brand, bridge, stage, is_first)?;
            // There is room for two: it is ready.
            drop(self.publisher.publish(schedule));
        }
        let mut schedule = prepare(brand, &score, stage, is_first)?;
        if bridge.is_some() {
            schedule = schedule.waiting();
        }
        let latency_samples = schedule.latency_samples();
        drop(self.publisher.publish(schedule));
        self.sounding = Some(score);
        Ok(Performance { latency_samples })
    }
}

/// Compiles a score, gives its places what they need to remember, and makes the schedule.
fn prepare(
    brand: Brand,
    score: &Score,
    stage: &Stage,
    is_first: bool,
) -> Result<Schedule, ScheduleProblem> {
    let (sidechain, aux) = (stage.sidechain_channels, stage.aux_buses);
    let plan = compile(&score.shape(stage.channels, sidechain, aux, stage.all_cores));
    let mut casting = Casting {
        brand,
        plan: &plan,
        places: Places::of(&plan),
        settings: stage.settings,
        is_first,
        parts: Parts::default(),
        growth: Growth::default(),
    };
    casting.chain(&score.items, stage.channels, !is_first);
    let Casting { parts, growth, .. } = casting;
    Schedule::new(brand, plan, parts, growth, stage.settings).map_err(|error| error.problem)
}

/// What the plan has for slots and splits, by their number.
struct Places<'p> {
    /// None for a slot that does nothing.
    slots: Vec<Option<&'p SlotStep>>,
    /// The latencies of splits.
    splits: Vec<u32>,
}

impl<'p> Places<'p> {
    fn of(plan: &'p Plan) -> Self {
        let mut places = Self {
            slots: vec![None; plan.slots],
            splits: vec![0; plan.splits],
        };
        for step in &plan.steps {
            match step {
                Step::Slot(step) => places.slots[step.slot] = Some(step),
                Step::Split(step) => places.splits[step.split] = step.latency,
            }
        }
        places
    }
}

/// Collects the parts in the order in which the plan counts them.
struct Casting<'p> {
    brand: Brand,
    plan: &'p Plan,
    places: Places<'p>,
    settings: Settings,
    /// Nothing has played before.
    is_first: bool,
    parts: Parts,
    growth: Growth,
}

impl Casting<'_> {
    /// What has not played yet enters, where its surroundings have played.
    fn chain(&mut self, items: &[ScoreItem], channels: usize, enters: bool) {
        for item in items {
            match item {
                ScoreItem::Slot(slot) => self.slot(slot, channels, enters),
                ScoreItem::Split(split) => self.split(split, channels, enters),
            }
        }
    }

    fn slot(&mut self, slot: &ScoreSlot, channels: usize, enters: bool) {
        let settings = &self.settings;
        let index = self.parts.strips.len();
        let step = self.places.slots[index];
        let latency = step.map_or(0, |step| step.latency);
        let send = step.and_then(|step| self.plan.sends.get(step.send?));
        let feed = step.and_then(|step| step.feed);
        let feed_channels = feed.map_or(0, |feed| feed.channels);
        let entry_delay = step.map_or(0, |step| step.entry_delay);
        // In the order in which they are counted.
        let lines = [
            (StripLine::Dry, channels, latency),
            (StripLine::Entry, channels, entry_delay),
            (
                StripLine::Feed,
                feed_channels,
                feed.map_or(0, |feed| feed.delay),
            ),
            (
                StripLine::Output,
                SEND_CHANNELS,
                send.map_or(0, |send| send.late_by),
            ),
        ];
        let live = slot.strip.fill(|| {
            let latencies: Vec<u32> = (slot.children.iter())
                .map(|(shape, _)| shape.latency_samples.min(latency))
                .collect();
            let (controls, meters) = (slot.controls.clone(), slot.meters.clone());
            let mut strip = Strip::new(controls, meters, channels, latency, &latencies, settings);
            if let Some(step) = step {
                strip = strip.with_step(step, send, settings);
            }
            let strip = if enters { strip.entering() } else { strip };
            let strip = if self.is_first {
                strip
            } else {
                strip.joining()
            };
            live(
                self.brand,
                strip,
                lines.map(|(_, _, delay)| delay),
                settings,
            )
        });
        for (line, channels, delay) in lines {
            if let Some(ring) = grown(live, line as usize, channels, delay, settings) {
                self.growth.strips.push((index, line, ring));
            }
        }
        self.parts.strips.push(live.cell.clone());
        let cells = slot.children.iter().map(|(_, cell)| cell.clone());
        self.parts.children.extend(cells);
    }

    fn split(&mut self, split: &ScoreSplit, channels: usize, enters: bool) {
        let settings = self.settings;
        let index = self.parts.splits.len();
        let latency = self.places.splits[index];
        let others = SplitState::delayed_channels(&split.kind, channels);
        let delay = if others > 0 { latency } else { 0 };
        let is_new = split.state.is_blank();
        let state = split.state.fill(|| {
            let state = SplitState::new(&split.kind, channels, latency, &settings);
            let state = if enters && !split.crosses {
                state.entering()
            } else {
                state
            };
            live(self.brand, state, [delay, 0, 0, 0], &settings)
        });
        if let Some(ring) = grown(state, 0, others, delay, &settings) {
            self.growth.splits.push((index, ring));
        }
        self.parts.splits.push(state.cell.clone());

        // What is in a split that enters, enters with it.
        let enters = enters && !is_new;
        let channels = split.kind.chain_channels(channels);
        for chain in &split.chains {
            let enters = enters && !chain.fader.is_blank();
            self.chain(&chain.items, channels, enters);
        }
        for chain in &split.chains {
            let enters = enters || split.crosses;
            self.fader(chain, channels, enters);
        }
    }

    fn fader(&mut self, chain: &ScoreChain, channels: usize, enters: bool) {
        let settings = &self.settings;
        let index = self.parts.faders.len();
        let late_by = self.plan.chains.get(index).map_or(0, |plan| plan.late_by);
        let live = chain.fader.fill(|| {
            let (controls, meters) = (chain.controls.clone(), chain.meters.clone());
            let fader = Fader::new(controls, meters, channels, late_by, settings);
            let fader = match (enters, chain.present) {
                (false, _) => fader,
                (true, true) => fader.entering(),
                (true, false) => fader.leaving(),
            };
            live(self.brand, fader, [late_by, 0, 0, 0], settings)
        });
        if let Some(ring) = grown(live, 0, channels, late_by, settings) {
            self.growth.faders.push((index, ring));
        }
        self.parts.faders.push(live.cell.clone());
    }
}

fn live<T>(brand: Brand, value: T, delays: [u32; LINES], settings: &Settings) -> Live<T> {
    let capacity = |delay| Line::capacity_for(delay as usize, settings.max_frames);
    Live {
        cell: Leased::new(brand, value),
        capacities: delays.map(|delay| capacity(delay).into()),
    }
}

/// A larger ring for one of a place's delay lines, where it needs one.
fn grown<T>(
    live: &Live<T>,
    line: usize,
    channels: usize,
    delay: u32,
    settings: &Settings,
) -> Option<Ring> {
    let needed = Line::capacity_for(delay as usize, settings.max_frames);
    let had = live.capacities.get(line)?.fetch_max(needed, Relaxed);
    (needed > had).then(|| Ring::new(channels, needed))
}
