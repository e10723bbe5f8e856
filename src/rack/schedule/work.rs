//! How a slot's children do their work on the channels at hand, by the rules of
//! [`compile`](crate::rack::compile).

use super::Ground;
use super::cell::{Key, ProcessorCell};
use super::feed::Heard;
use super::guard::{GuardWords, check};
use super::lanes::{ChannelList, Lanes, add, copy, silence};
use super::send;
use super::strip::{Strip, copy_late};
use crate::audio::{Block, EventList, Events, MAX_CHANNELS, Points};
use crate::child::{Layout, Processor};
use crate::rack::compile::{Gather, Scatter, SlotStep, Spread, WEIGHT_LANES, Work};
use crate::rack::controls::Trouble;
use crate::rack::delay::Line;
use crate::rack::levels::Levels;

/// The children of a slot, and where their events come from and go.
pub(super) struct Players<'p> {
    pub children: &'p [ProcessorCell],
    pub key: &'p mut Key<Box<dyn Processor>>,
    pub events: Events<'p>,
    pub events_out: &'p mut EventList,
}

/// What children hear beside the chain's audio, and what they play to.
pub(super) struct Beside<'s, 'a, 'l> {
    pub heard: Heard<'s, 'a>,
    /// The channels of the sidechain, where it is heard in lanes.
    pub sidechain: &'s [&'s mut [f32]],
    /// Where what they put out goes instead of on in the chain, if anywhere.
    pub sent: &'s mut [&'l mut [f32]],
}

/// Has the children work on the chain's channels at hand, and puts what was late by the children's
/// latency into the others. `late` is all of the chain, delayed, where there is a latency; `weights` is
/// scratch. Where the children's output is sent away, what is then in the channels is nothing to be heard.
/// Returns the levels of the children's output.
///
/// # Errors
///
/// The trouble that a child made. What it put out is then silence, from the bad sample on.
#[allow(clippy::too_many_arguments)]
#[inline]
pub(super) fn play<'a>(
    strip: &mut Strip,
    step: &SlotStep,
    chain: &mut [&'a mut [f32]],
    late: Option<&[&mut [f32]]>,
    players: &mut Players<'_>,
    beside: &mut Beside<'_, 'a, '_>,
    ground: &Ground<'_, 'a>,
    lanes: &Lanes,
    weights: &mut [f32],
) -> Result<Levels, Trouble> {
    let at_hand = step.first_channel..step.first_channel + step.channels_at_hand;
    if let Some(late) = late {
        for (index, channel) in chain.iter_mut().enumerate() {
            if !at_hand.contains(&index) {
                copy_late(late, index, step.mid_side, channel);
            }
        }
    }
    let Some(channels) = chain.get_mut(at_hand) else {
        return Ok(Levels::SILENCE);
    };
    let frames = ground.frames;
    let limit = ground.settings.runaway_limit;
    match step.work {
        Work::InPlace | Work::PerChannel => {
            strip.input.scale(channels, frames, weights);
            let played = if step.work == Work::InPlace {
                call(strip, step, channels, players, beside, 0, ground)
            } else {
                call_each(strip, step, channels, players, beside, ground, weights)
            };
            let checked = finish(played, channels, limit);
            strip.output.scale(channels, frames, weights);
            if step.send.is_some() {
                send::fill(channels, beside.sent);
            }
            checked
        }
        Work::Adapted { inputs, outputs } => {
            let layout = step.layout;
            let mut own = own_lanes(step, frames, lanes);
            gather(inputs, layout, channels, &mut own);
            if let Some(inputs) = own.get_mut(..layout.main_inputs) {
                strip.input.scale(inputs, frames, weights);
            }
            let played = call(strip, step, &mut own, players, beside, 0, ground);
            let heard = own.get_mut(..layout.main_outputs).unwrap_or_default();
            let checked = finish(played, heard, limit);
            strip.output.scale(heard, frames, weights);
            if step.send.is_some() {
                send::fill(heard, beside.sent);
                return checked;
            }
            if let Some(late) = late {
                let replaced = match outputs {
                    Scatter::Replace(Spread::Straight) => layout.main_outputs,
                    Scatter::Replace(_) => channels.len(),
                    Scatter::Add(_) | Scatter::Nothing => 0,
                };
                for (index, channel) in channels.iter_mut().enumerate().skip(replaced) {
                    copy_late(late, step.first_channel + index, step.mid_side, channel);
                }
            }
            scatter(outputs, layout, &own, channels);
            checked
        }
    }
}

/// The levels of what was played, or silence and the reason.
#[inline]
fn finish(
    played: Result<(), Trouble>,
    channels: &mut [&mut [f32]],
    limit: f32,
) -> Result<Levels, Trouble> {
    match played {
        Ok(()) => check(channels, limit),
        Err(trouble) => {
            silence(channels);
            Err(trouble)
        }
    }
}

/// Calls one child.
#[allow(clippy::too_many_arguments)]
#[inline]
fn call<'a>(
    strip: &mut Strip,
    step: &SlotStep,
    channels: &mut [&'a mut [f32]],
    players: &mut Players<'_>,
    beside: &Beside<'_, 'a, '_>,
    child: usize,
    ground: &Ground<'_, 'a>,
) -> Result<(), Trouble> {
    let cell = players.children.get(child);
    let Some(processor) = cell.and_then(|cell| cell.open(players.key)) else {
        return Err(Trouble::Failed);
    };
    let processor = processor.as_mut();
    let guard_words = strip.guard_words.as_mut();
    let mut unheard = EventList::with_capacity(0);
    let events = players.events;
    let points = Points {
        list: ground.automation.points.of(step.id),
        min_split_frames: ground.automation.min_split_frames,
    };
    // Of linked children, the first speaks for all.
    let events_out = match child {
        0 => &mut *players.events_out,
        _ => &mut unheard,
    };
    let played = match beside.heard {
        Heard::AsTheyCame(_) | Heard::Nothing => {
            let sidechain = match beside.heard {
                Heard::AsTheyCame(sidechain) => sidechain,
                _ => &[],
            };
            let mut block = Block {
                main: channels,
                sidechain,
                frames: ground.frames,
                events,
                points,
                events_out,
                transport: ground.transport,
            };
            process(processor, guard_words, &mut block)
        }
        Heard::InLanes => {
            // As long as the lanes, which do not live as long as the host's memory.
            let mut main: ChannelList<'_> = (channels.iter_mut())
                .map(|channel| &mut **channel)
                .take(MAX_CHANNELS)
                .collect();
            let mut block = Block {
                main: &mut main,
                sidechain: beside.sidechain,
                frames: ground.frames,
                events,
                points,
                events_out,
                transport: ground.transport,
            };
            process(processor, guard_words, &mut block)
        }
    };
    ground.float_settings.keep();
    played
}

#[inline]
fn process(
    processor: &mut dyn Processor,
    guard_words: Option<&mut GuardWords>,
    block: &mut Block<'_, '_>,
) -> Result<(), Trouble> {
    match guard_words {
        Some(guard_words) => guard_words.process(processor, block),
        None => (processor.process(block)).map_err(|_failure| Trouble::Failed),
    }
}

/// Calls one child for each channel, and makes them equally late.
fn call_each<'a>(
    strip: &mut Strip,
    step: &SlotStep,
    channels: &mut [&'a mut [f32]],
    players: &mut Players<'_>,
    beside: &Beside<'_, 'a, '_>,
    ground: &Ground<'_, 'a>,
    weights: &mut [f32],
) -> Result<(), Trouble> {
    for (child, channel) in channels.chunks_exact_mut(1).enumerate() {
        call(strip, step, channel, players, beside, child, ground)?;
        if let Some(link) = strip.links.get_mut(child) {
            let fade = ground.settings.fade_frames;
            Line::process(link, channel, ground.frames, fade, weights);
        }
    }
    Ok(())
}

/// The scratch channels of a child that is adapted.
#[allow(unsafe_code)]
fn own_lanes<'l>(step: &SlotStep, frames: usize, lanes: &'l Lanes) -> ChannelList<'l> {
    let at = step.scratch + 2 * step.channels + WEIGHT_LANES;
    // SAFETY: these lie behind the lanes that the strip uses and before those of the sidechain, and nobody
    // else has them, as `Schedule::new` has checked.
    unsafe { lanes.list(at, step.layout.block_channels(), frames) }
}

/// The scratch channels of a slot's sidechain.
#[allow(unsafe_code)]
pub(super) fn feed_lanes<'l>(step: &SlotStep, frames: usize, lanes: &'l Lanes) -> ChannelList<'l> {
    let own = match step.work {
        Work::Adapted { .. } => step.layout.block_channels(),
        Work::InPlace | Work::PerChannel => 0,
    };
    let at = step.scratch + 2 * step.channels + WEIGHT_LANES + own;
    let channels = step.feed.map_or(0, |feed| feed.channels);
    // SAFETY: these lie behind the child's own, and nobody else has them, as `Schedule::new` has checked.
    unsafe { lanes.list(at, channels, frames) }
}

/// Fills a child's channels: its inputs from the channels at hand, the others with silence.
fn gather(inputs: Gather, layout: Layout, channels: &[&mut [f32]], own: &mut [&mut [f32]]) {
    let given = match inputs {
        Gather::Nothing => 0,
        Gather::Straight => layout.main_inputs.min(channels.len()),
        Gather::Mean => channels.len().min(1),
        Gather::Copy if channels.is_empty() => 0,
        Gather::Copy => layout.main_inputs,
    };
    for (index, lane) in own.iter_mut().enumerate() {
        let source = if inputs == Gather::Copy { 0 } else { index };
        match channels.get(source) {
            Some(channel) if index < given => copy(channel, lane),
            _ => lane.fill(0.0),
        }
    }
    if inputs == Gather::Mean
        && let Some(lane) = own.first_mut()
    {
        for channel in channels.iter().skip(1) {
            add(channel, lane);
        }
        let share = 1.0 / channels.len().max(1) as f32;
        lane.iter_mut().for_each(|sample| *sample *= share);
    }
}

/// Puts a child's outputs into the channels at hand.
fn scatter(outputs: Scatter, layout: Layout, own: &[&mut [f32]], channels: &mut [&mut [f32]]) {
    let (spread, adds) = match outputs {
        Scatter::Nothing => return,
        Scatter::Replace(spread) => (spread, false),
        Scatter::Add(spread) => (spread, true),
    };
    let put = if adds { add } else { copy };
    match spread {
        Spread::Straight => {
            for (lane, channel) in own.iter().take(layout.main_outputs).zip(channels) {
                put(lane, channel);
            }
        }
        Spread::ToAll => {
            if let Some(lane) = own.first() {
                channels.iter_mut().for_each(|channel| put(lane, channel));
            }
        }
        Spread::FoldPair => {
            if let ([left, right, ..], Some(channel)) = (own, channels.first_mut()) {
                for ((sample, left), right) in channel.iter_mut().zip(&**left).zip(&**right) {
                    let mean = (left + right) * 0.5;
                    *sample = if adds { *sample + mean } else { mean };
                }
            }
        }
    }
}
