//! A slot at work: what stands around its children, and what it remembers from block to block.
//!
//! ```text
//!  in ─┬─ input gain ─ children ─ guard ─ output gain ─┐
//!      │                                              mix ─┐
//!      ├─ delay by the children's latency ─────────────┘  presence ─ recovery ─ out
//!      └──────────────────────────────────────────────────┘
//! ```
//!
//! *Mix* is 0 where the slot is bypassed or muted. *Presence* is 1 but for slots that come or go: the
//! path around everything has no delay, since a slot that is not there has no latency. *Recovery* is
//! 1 but after a child was caught putting out what nobody may hear.
//!
//! Where the children's sidechain is later than their audio, that is delayed before the input gain. Where
//! they play to an auxiliary output, what is mixed goes there instead of into the mix, which is all dry.
//!
//! Where all of these are at rest, a slot is its children, the guard, and nothing else.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use super::feed::{FeedState, Heard};
use super::guard::GuardWords;
use super::lanes::{ChannelList, Lanes, blend, copy, copy_all, from_mid_side, to_mid_side};
use super::send::SendState;
use super::work::{Beside, Players, feed_lanes, play};
use super::{Ground, Settings};
use crate::audio::Listening;
use crate::rack::compile::{AuxSend, MidiFeed, Scatter, SlotStep, WEIGHT_LANES, Work};
use crate::rack::controls::{SlotControls, Trouble};
use crate::rack::delay::{Line, Ring};
use crate::rack::levels::Levels;
use crate::rack::meters::SlotMeters;
use crate::rack::ramp::Ramp;

/// One of a slot's delays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StripLine {
    /// Of what passes the children by.
    Dry,
    /// Of what the children hear.
    Entry,
    /// Of the children's sidechain.
    Feed,
    /// Of what goes to an auxiliary output.
    Output,
}

/// What surrounds a slot in a block, besides its chain.
pub(super) struct Surroundings<'s, 'l> {
    /// What is kept of the source of its sidechain, where that is another slot or chain.
    pub source: &'s [&'l [f32]],
    /// Where what it puts out is kept; no channels where it is not.
    pub kept: &'s mut [&'l mut [f32]],
    /// Where it plays to, if not on in the chain.
    pub send: Option<&'s AuxSend>,
    /// The channels of that, which are silent at first.
    pub sent: &'s mut [&'l mut [f32]],
}

/// What a slot remembers.
#[derive(Debug)]
pub struct Strip {
    controls: Arc<SlotControls>,
    pub(super) meters: Arc<SlotMeters>,
    pub(super) input: Ramp,
    pub(super) output: Ramp,
    wet: Ramp,
    presence: Ramp,
    recovery: Ramp,
    line: Line,
    /// Delays what the children hear, where their sidechain is later.
    entry: Line,
    feed: FeedState,
    send: SendState,
    /// What the children listened to when they were last called.
    heard: Option<(Listening, MidiFeed)>,
    /// Notes that the children hold may have ended while they were not called.
    must_release: bool,
    /// Makes linked children equally late, where they are not.
    pub(super) links: Vec<Line>,
    /// The children are not called: bypassed, muted or gone.
    rests: bool,
    /// For how many samples more the children put out what they heard before they rested.
    cold: u32,
    pub(super) guard_words: Option<GuardWords>,
}

impl Strip {
    /// A slot that is there from the first sample on. `latency` is the slot's own, `latencies` are
    /// those of its children.
    pub fn new(
        controls: Arc<SlotControls>,
        meters: Arc<SlotMeters>,
        channels: usize,
        latency: u32,
        latencies: &[u32],
        settings: &Settings,
    ) -> Self {
        let slowest = latencies.iter().max().copied().unwrap_or(0);
        let differ = latencies.iter().any(|latency| *latency != slowest);
        let links = latencies.iter().filter(|_| differ);
        let line = |channels, delay| Line::new(channels, delay as usize, settings.max_frames);
        let is_off = controls.bypass.load(Relaxed) || controls.trouble().is_some();
        let mix = controls.mix.load(Relaxed);
        Self {
            input: Ramp::at(controls.input_gain.load(Relaxed)),
            output: Ramp::at(controls.output_gain.load(Relaxed)),
            wet: Ramp::at(if is_off { 0.0 } else { mix }),
            presence: Ramp::at(1.0),
            recovery: Ramp::at(1.0),
            line: line(channels, latency),
            entry: line(channels, 0),
            feed: FeedState::new(0, 0, settings.max_frames),
            send: SendState::new(0, settings.max_frames),
            heard: None,
            must_release: false,
            links: links.map(|latency| line(1, slowest - latency)).collect(),
            rests: is_off,
            cold: 0,
            guard_words: settings
                .guard_words
                .then(|| GuardWords::new(settings.max_frames)),
            controls,
            meters,
        }
    }

    /// Gives it what a step of these channels needs besides, with its send, if it has one.
    pub(in crate::rack) fn with_step(
        mut self,
        step: &SlotStep,
        send: Option<&AuxSend>,
        settings: &Settings,
    ) -> Self {
        let max_frames = settings.max_frames;
        self.entry = Line::new(step.channels, step.entry_delay as usize, max_frames);
        if let Some(feed) = step.feed {
            self.feed = FeedState::new(feed.channels, feed.delay, max_frames);
        }
        self.send = SendState::new(send.map_or(0, |send| send.late_by), max_frames);
        self
    }

    /// Has its children end their notes at the start of the next block.
    pub fn end_all_notes(&mut self) {
        self.must_release = true;
    }

    /// Has it fade in, once its children are warm.
    pub fn entering(mut self) -> Self {
        self.presence = Ramp::at(0.0);
        // They may have played elsewhere before.
        self.must_release = true;
        self
    }

    /// Has what it hears and sends beside the chain fade in, where the surroundings have played.
    pub(in crate::rack) fn joining(mut self) -> Self {
        self.feed.enter();
        self.send.enter();
        self
    }

    /// Whether nothing of it is heard any more.
    pub(super) fn has_left(&self) -> bool {
        self.presence.is_at(0.0)
    }

    /// Whether nothing of what its children hear as their sidechain is heard any more.
    pub(super) fn feed_has_left(&self) -> bool {
        self.feed.has_left()
    }

    /// Whether what it hears and sends beside the chain has come or gone for good.
    pub(super) fn is_warm(&self) -> bool {
        self.feed.is_steady() && self.send.is_steady()
    }

    /// Forgets what it heard, and is where it was going.
    pub(super) fn reset(&mut self) {
        self.line.reset();
        self.entry.reset();
        self.feed.reset();
        self.send.reset();
        self.links.iter_mut().for_each(Line::reset);
        for ramp in [
            &mut self.input,
            &mut self.output,
            &mut self.wet,
            &mut self.presence,
            &mut self.recovery,
        ] {
            ramp.snap();
        }
    }

    /// Takes a larger ring for one of its delays, and leaves the old one in its place.
    pub(super) fn grow(&mut self, line: StripLine, ring: &mut Ring) {
        match line {
            StripLine::Dry => self.line.grow(ring),
            StripLine::Entry => self.entry.grow(ring),
            StripLine::Feed => self.feed.grow(ring),
            StripLine::Output => self.send.grow(ring),
        }
    }

    /// Runs the slot on its chain. `entry` is what is known of the chain's levels; returned is what is
    /// known of them afterwards.
    #[allow(clippy::too_many_arguments)]
    pub(super) fn run<'a>(
        &mut self,
        step: &SlotStep,
        chain: &mut [&'a mut [f32]],
        entry: Option<Levels>,
        mut players: Players<'_>,
        around: &mut Surroundings<'_, '_>,
        ground: &Ground<'_, 'a>,
        lanes: &Lanes,
    ) -> Levels {
        let entry = entry.unwrap_or_else(|| Levels::of_channels(chain));
        self.meters.input.take(entry, chain.len(), ground.factors);

        self.follow(step, ground.frames, &ground.settings);
        let is_gone = self.presence.is_at(0.0);
        let mut sidechain = ChannelList::new();
        let heard = match step.feed.filter(|_| !is_gone) {
            Some(feed) => {
                sidechain = feed_lanes(step, ground.frames, lanes);
                let mut weights = Scratch::of(step, ground.frames, lanes).weights;
                let weights = weights.pop().unwrap_or_default();
                let (rack, fade) = (ground.sidechain, ground.settings.fade_frames);
                self.feed
                    .run(&feed, rack, around.source, &mut sidechain, weights, fade)
            }
            None => Heard::Nothing,
        };
        self.listen(step, &mut players, is_gone);
        let mut beside = Beside {
            heard,
            sidechain: &sidechain,
            sent: &mut *around.sent,
        };
        let exit = if is_gone {
            entry
        } else if !self.rests && self.is_plain(step) {
            match play(
                self,
                step,
                chain,
                None,
                &mut players,
                &mut beside,
                ground,
                lanes,
                &mut [],
            ) {
                Ok(levels) => levels,
                Err(trouble) => {
                    self.mute(trouble, step);
                    Levels::of_channels(chain)
                }
            }
        } else {
            self.run_blended(step, chain, &mut players, &mut beside, ground, lanes);
            Levels::of_channels(chain)
        };
        self.put_out(step, chain, around, ground, lanes);
        self.meters.output.take(exit, chain.len(), ground.factors);
        exit
    }

    /// Has the children hear what they listen to, and end their notes first where they missed anything.
    #[inline]
    fn listen(&mut self, step: &SlotStep, players: &mut Players<'_>, is_gone: bool) {
        if self.rests || is_gone {
            self.must_release = true;
            return;
        }
        let now = (step.listening, step.midi);
        let release = self.must_release || self.heard.is_some_and(|before| before != now);
        (self.heard, self.must_release) = (Some(now), false);
        players.events = players.events.heard_by(Listening {
            release,
            ..step.listening
        });
    }

    /// Keeps what the slot puts out for who listens to it, and has what is sent away be late enough.
    #[inline]
    fn put_out(
        &mut self,
        step: &SlotStep,
        chain: &[&mut [f32]],
        around: &mut Surroundings<'_, '_>,
        ground: &Ground<'_, '_>,
        lanes: &Lanes,
    ) {
        let Some(send) = around.send else {
            copy_all(chain, around.kept);
            return;
        };
        copy_all(around.sent, around.kept);
        if let Some(weights) = Scratch::of(step, ground.frames, lanes).weights.pop() {
            let fade = ground.settings.fade_frames;
            self.send.run(send, around.sent, weights, fade);
        }
    }

    /// Goes for what the controls and the schedule say.
    #[inline]
    fn follow(&mut self, step: &SlotStep, frames: usize, settings: &Settings) {
        let fade = settings.fade_frames;
        let is_off = self.controls.bypass.load(Relaxed) || self.controls.trouble().is_some();
        let mix = if is_off {
            0.0
        } else {
            self.controls.mix.load(Relaxed)
        };
        // Children that were not called still hold what they heard long ago: it must be out first.
        self.wet.aim(mix, self.cold, fade);
        if self.rests {
            // What is on the way to the children is from long ago.
            self.entry.forget(step.entry_delay as usize);
        }
        self.rests = is_off && self.wet.is_at(0.0);
        self.cold = if self.rests {
            step.latency
        } else {
            self.cold.saturating_sub(frames as u32)
        };
        self.input
            .aim(self.controls.input_gain.load(Relaxed), 0, fade);
        self.output
            .aim(self.controls.output_gain.load(Relaxed), 0, fade);
        if step.present {
            self.presence.aim(1.0, step.latency, fade);
        } else {
            self.presence.aim(0.0, 0, fade);
        }
        self.recovery.aim(1.0, 0, fade);
        self.line.aim(step.latency as usize);
        self.entry.aim(step.entry_delay as usize);
    }

    /// Whether the children's output is all that is heard, on all channels.
    #[inline]
    fn is_plain(&self, step: &SlotStep) -> bool {
        self.presence.is_at(1.0)
            && self.wet.is_at(1.0)
            && self.recovery.is_at(1.0)
            && self.input.is_at(1.0)
            && self.output.is_at(1.0)
            && !self.line.is_in_use()
            && !self.entry.is_in_use()
            && step.send.is_none()
            && !step.mid_side
            && step.channels_at_hand == step.channels
            && matches!(step.work, Work::InPlace | Work::PerChannel)
    }

    fn run_blended<'a>(
        &mut self,
        step: &SlotStep,
        chain: &mut [&'a mut [f32]],
        players: &mut Players<'_>,
        beside: &mut Beside<'_, 'a, '_>,
        ground: &Ground<'_, 'a>,
        lanes: &Lanes,
    ) {
        let frames = ground.frames;
        let fade = ground.settings.fade_frames;
        let Scratch {
            mut entry,
            mut late,
            mut weights,
        } = Scratch::of(step, frames, lanes);
        let Some(weights) = weights.first_mut() else {
            return;
        };
        let is_late = self.line.is_in_use();
        let sends = step.send.is_some();
        let hears_dry = !self.rests && (sends || !self.wet.is_at(1.0));

        if !self.presence.is_at(1.0) || (hears_dry && !is_late) {
            copy_all(chain, &mut entry);
        }
        if is_late {
            self.line
                .push(chain.iter().map(|channel| &**channel), frames);
        }
        if self.rests {
            self.line.read(chain, frames, fade, weights);
        } else {
            let replaces_all = matches!(step.work, Work::InPlace | Work::PerChannel)
                && step.channels_at_hand == step.channels;
            if is_late && (hears_dry || !replaces_all) {
                self.line.read(&mut late, frames, fade, weights);
            } else {
                self.line.skip();
            }
            self.entry.process(chain, frames, fade, weights);
            let late_audio = is_late.then_some(&late[..]);
            if step.mid_side {
                to_mid_side(chain);
            }
            let played = play(
                self, step, chain, late_audio, players, beside, ground, lanes, weights,
            );
            if step.mid_side {
                from_mid_side(chain);
            }
            let dry = if is_late { &late } else { &entry };
            if sends {
                self.wet.scale(beside.sent, frames, weights);
                copy_all(dry, chain);
            }
            match played {
                Err(trouble) => self.mute(trouble, step),
                Ok(_) if hears_dry && !sends => {
                    if self.wet.is_at(0.0) {
                        copy_all(dry, chain);
                    } else {
                        self.wet.fill(weights);
                        blend(dry, chain, weights);
                    }
                }
                Ok(_) => {}
            }
        }
        if !self.presence.is_at(1.0) {
            self.presence.fill(weights);
            blend(&entry, chain, weights);
        }
        // Where a child was caught in this very block, its output is silent already.
        if !self.recovery.is_at(0.0) {
            self.recovery.scale(chain, frames, weights);
        }
    }

    /// Stops calling the children, which have left silence behind; the audio that passes them by comes
    /// back with a fade.
    fn mute(&mut self, trouble: Trouble, step: &SlotStep) {
        self.controls.set_trouble(trouble);
        self.wet = Ramp::at(0.0);
        self.rests = true;
        let adds = matches!(
            step.work,
            Work::Adapted {
                outputs: Scatter::Add(_) | Scatter::Nothing,
                ..
            }
        );
        if !adds && step.send.is_none() {
            self.recovery = Ramp::at(0.0);
        }
    }
}

/// The scratch channels of a slot.
struct Scratch<'l> {
    /// The audio as it came.
    entry: ChannelList<'l>,
    /// The audio as it came, delayed by the children's latency.
    late: ChannelList<'l>,
    weights: ChannelList<'l>,
}

impl<'l> Scratch<'l> {
    #[allow(unsafe_code)]
    fn of(step: &SlotStep, frames: usize, lanes: &'l Lanes) -> Self {
        let at = step.scratch;
        let channels = step.channels;
        // SAFETY: the three do not overlap. Nobody else has these lanes: what the steps around this
        // one have in them stands elsewhere, as `Schedule::new` has checked, and `work` takes the
        // lanes behind these.
        unsafe {
            Self {
                entry: lanes.list(at, channels, frames),
                late: lanes.list(at + channels, channels, frames),
                weights: lanes.list(at + 2 * channels, WEIGHT_LANES, frames),
            }
        }
    }
}

/// The delayed audio of a channel, as mid or side where that is what the slot works on.
pub(super) fn copy_late(late: &[&mut [f32]], channel: usize, mid_side: bool, into: &mut [f32]) {
    match (late, channel) {
        ([left, right, ..], 0 | 1) if mid_side => {
            for ((into, left), right) in into.iter_mut().zip(&**left).zip(&**right) {
                *into = if channel == 0 {
                    (left + right) * 0.5
                } else {
                    (left - right) * 0.5
                };
            }
        }
        _ => {
            if let Some(late) = late.get(channel) {
                copy(late, into);
            }
        }
    }
}
