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

use std::sync::atomic::Ordering::Relaxed;

use super::compile::{Plan, Step, compile};
use super::delay::{Line, Ring};
use super::exchange::Publisher;
use super::schedule::{
    Brand, Fader, Growth, Leased, Parts, Schedule, ScheduleProblem, Settings, SplitState, Strip,
};
use super::score::{Live, Score, ScoreChain, ScoreItem, ScoreSlot, ScoreSplit};
use super::wiring::Wiring;

/// What a score is performed with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stage {
    /// Channels of the rack's main input and output.
    pub channels: usize,
    /// Channels of the rack's sidechain input.
    pub sidechain_channels: usize,
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
    let plan = compile(&score.shape(stage.channels, stage.sidechain_channels, stage.all_cores));
    let mut casting = Casting {
        brand,
        plan: &plan,
        latencies: Latencies::of(&plan),
        settings: stage.settings,
        parts: Parts::default(),
        growth: Growth::default(),
    };
    casting.chain(&score.items, stage.channels, !is_first);
    let Casting { parts, growth, .. } = casting;
    Schedule::new(brand, plan, parts, growth, stage.settings).map_err(|error| error.problem)
}

/// The latencies of slots and splits by their number.
struct Latencies {
    slots: Vec<u32>,
    splits: Vec<u32>,
}

impl Latencies {
    fn of(plan: &Plan) -> Self {
        let mut latencies = Self {
            slots: vec![0; plan.slots],
            splits: vec![0; plan.splits],
        };
        for step in &plan.steps {
            match step {
                Step::Slot(step) => latencies.slots[step.slot] = step.latency,
                Step::Split(step) => latencies.splits[step.split] = step.latency,
            }
        }
        latencies
    }
}

/// Collects the parts in the order in which the plan counts them.
struct Casting<'p> {
    brand: Brand,
    plan: &'p Plan,
    latencies: Latencies,
    settings: Settings,
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
        let latency = self.latencies.slots[index];
        let live = slot.strip.fill(|| {
            let latencies: Vec<u32> = (slot.children.iter())
                .map(|(shape, _)| shape.latency_samples.min(latency))
                .collect();
            let (controls, meters) = (slot.controls.clone(), slot.meters.clone());
            let strip = Strip::new(controls, meters, channels, latency, &latencies, settings);
            let strip = if enters { strip.entering() } else { strip };
            live(self.brand, strip, latency, settings)
        });
        if let Some(ring) = grown(live, channels, latency, settings) {
            self.growth.strips.push((index, ring));
        }
        self.parts.strips.push(live.cell.clone());
        let cells = slot.children.iter().map(|(_, cell)| cell.clone());
        self.parts.children.extend(cells);
    }

    fn split(&mut self, split: &ScoreSplit, channels: usize, enters: bool) {
        let settings = self.settings;
        let index = self.parts.splits.len();
        let latency = self.latencies.splits[index];
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
            live(self.brand, state, delay, &settings)
        });
        if let Some(ring) = grown(state, others, delay, &settings) {
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
            live(self.brand, fader, late_by, settings)
        });
        if let Some(ring) = grown(live, channels, late_by, settings) {
            self.growth.faders.push((index, ring));
        }
        self.parts.faders.push(live.cell.clone());
    }
}

fn live<T>(brand: Brand, value: T, delay: u32, settings: &Settings) -> Live<T> {
    Live {
        cell: Leased::new(brand, value),
        capacity: Line::capacity_for(delay as usize, settings.max_frames).into(),
    }
}

/// A larger ring, where one is needed.
fn grown<T>(live: &Live<T>, channels: usize, delay: u32, settings: &Settings) -> Option<Ring> {
    let needed = Line::capacity_for(delay as usize, settings.max_frames);
    (needed > live.capacity.fetch_max(needed, Relaxed)).then(|| Ring::new(channels, needed))
}
