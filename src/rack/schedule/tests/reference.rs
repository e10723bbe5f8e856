//! The rules of `compile`, said again over whole signals, without steps, blocks or scratch.

use std::collections::HashMap;

use super::*;
use crate::rack::crossover::Crossover;
use crate::rack::fakes::weighed;

/// What comes of a case.
pub struct Played {
    /// The rack's channels, then its auxiliary outputs.
    pub signal: Signal,
    pub latency: usize,
    pub events: Vec<Event>,
}

pub fn play_all(case: &Case) -> Played {
    let mut world = World {
        case,
        sources: sources(&case.items, &mut 0),
        id: 0,
        audio: HashMap::new(),
        events: HashMap::new(),
        events_out: Vec::new(),
        sends: Vec::new(),
    };
    let (mut signal, latency) = play(&case.items, case.main.clone(), 0, &mut world);
    let frames = signal[0].len();
    let mut aux = vec![vec![0.0; frames]; 2 * case.aux_buses];
    for (bus, played_at, sides) in &world.sends {
        for (side, sent) in aux[2 * bus..].iter_mut().zip(sides) {
            for (sample, sent) in side.iter_mut().zip(delayed(sent, latency - played_at)) {
                *sample += sent;
            }
        }
    }
    signal.append(&mut aux);
    let mut events = world.events_out;
    events.sort_by_key(|event| event.offset);
    Played {
        signal,
        latency,
        events,
    }
}

/// What surrounds a chain.
struct World<'c> {
    case: &'c Case,
    sources: Vec<Source>,
    /// The last id that was given, in the order of the score.
    id: u32,
    /// What sources put out, and by how much it is late.
    audio: HashMap<Source, (Signal, usize)>,
    events: HashMap<Source, Vec<Event>>,
    events_out: Vec<Event>,
    /// Bus, by how much it is late, both sides.
    sends: Vec<(usize, usize, Signal)>,
}

/// What becomes of a signal that is late by `arrival`, and by how much it is later then.
fn play(
    items: &[Item],
    mut chain: Signal,
    arrival: usize,
    world: &mut World<'_>,
) -> (Signal, usize) {
    let mut latency = 0;
    for item in items {
        world.id += 1;
        let at = arrival + latency;
        let (played, late) = match item {
            Item::Slot(slot) => play_slot(slot, chain, at, world),
            Item::Split(kind, chains) => play_split(kind, chains, chain, at, world),
        };
        chain = played;
        latency += late;
    }
    (chain, latency)
}

/// A child's sidechain, and by how much the source is later than the slot.
fn feed(slot: &Slot, channels: usize, at: usize, world: &World<'_>) -> (Signal, usize) {
    if channels == 0 {
        return (vec![], 0);
    }
    let host = (world.case.sidechain.clone(), 0);
    let (signal, late) = match slot.sidechain.among(&world.sources) {
        Source::Host => host,
        source => world.audio.get(&source).cloned().unwrap_or((vec![], at)),
    };
    let frames = world.case.main[0].len();
    let adapted = (0..channels).map(|channel| match (signal.len(), channels) {
        (0, _) => vec![0.0; frames],
        (1, _) => signal[0].clone(),
        (count, 1) => (0..frames)
            .map(|frame| {
                let sum = signal
                    .iter()
                    .map(|channel| channel[frame])
                    .reduce(|a, b| a + b);
                sum.unwrap() * (1.0 / count as f32)
            })
            .collect(),
        _ => signal.get(channel).cloned().unwrap_or(vec![0.0; frames]),
    });
    let adapted: Signal = adapted.collect();
    (
        all_delayed(&adapted, at.saturating_sub(late)),
        late.saturating_sub(at),
    )
}

/// What a slot hears of MIDI.
fn listen(slot: &Slot, world: &World<'_>) -> Vec<Event> {
    let events = match slot.midi.among(&world.sources) {
        Source::Host => world.case.events.clone(),
        source => world.events.get(&source).cloned().unwrap_or_default(),
    };
    let events = Events::from(&events[..]).heard_by(slot.listening);
    events.iter().collect()
}

fn delayed(channel: &[f32], samples: usize) -> Vec<f32> {
    let silence = std::iter::repeat_n(0.0, samples);
    (silence.chain(channel.iter().copied()))
        .take(channel.len())
        .collect()
}

fn all_delayed(chain: &Signal, samples: usize) -> Signal {
    chain
        .iter()
        .map(|channel| delayed(channel, samples))
        .collect()
}

fn scaled(channel: &[f32], gain: f32) -> Vec<f32> {
    channel.iter().map(|sample| sample * gain).collect()
}

fn mid_side(chain: &mut Signal, scale: f32) {
    if chain.len() > 1 {
        for at in 0..chain[0].len() {
            let (one, other) = (chain[0][at], chain[1][at]);
            chain[0][at] = (one + other) * scale;
            chain[1][at] = (one - other) * scale;
        }
    }
}

fn play_split(
    kind: &SplitKind,
    chains: &[Chain],
    mut main: Signal,
    at: usize,
    world: &mut World<'_>,
) -> (Signal, usize) {
    if chains.is_empty() {
        return (main, 0);
    }
    if *kind == SplitKind::MidSide {
        mid_side(&mut main, 0.5);
    }
    let frames = main[0].len();
    let inputs: Vec<Signal> = match kind {
        SplitKind::Parallel => vec![main.clone(); chains.len()],
        SplitKind::LeftRight | SplitKind::MidSide => (0..2)
            .map(|side| vec![main.get(side).cloned().unwrap_or(vec![0.0; frames])])
            .collect(),
        SplitKind::Bands { crossovers_hz } => {
            let mut crossover = Crossover::new(crossovers_hz, main.len(), 48000.0);
            let mut bands = vec![vec![vec![0.0; frames]; main.len()]; chains.len()];
            for (index, channel) in main.iter().enumerate() {
                let mut outputs: Vec<&mut [f32]> =
                    bands.iter_mut().map(|band| &mut band[index][..]).collect();
                crossover.process(index, channel, &mut outputs);
            }
            bands
        }
    };
    let played: Vec<(Signal, usize)> = (chains.iter().zip(inputs))
        .map(|(chain, input)| {
            world.id += 1;
            let source = Source::Chain(ChainId(world.id));
            let (signal, latency) = play(&chain.items, input, at, world);
            let channels = signal.len();
            let fade = |(index, channel): (usize, &Vec<f32>)| {
                let gain = match (chain.heard, index, channels) {
                    (false, ..) => 0.0,
                    (_, 0, 2..) => chain.gain * (1.0 - chain.pan).clamp(0.0, 1.0),
                    (_, 1, 2..) => chain.gain * (1.0 + chain.pan).clamp(0.0, 1.0),
                    _ => chain.gain,
                };
                scaled(channel, gain)
            };
            let signal: Signal = signal.iter().enumerate().map(fade).collect();
            world.audio.insert(source, (signal.clone(), at + latency));
            (signal, latency)
        })
        .collect();
    let slowest = played.iter().map(|(_, latency)| *latency).max().unwrap();
    let faded: Vec<Signal> = (played.iter())
        .map(|(signal, latency)| all_delayed(signal, slowest - latency))
        .collect();
    match kind {
        SplitKind::Parallel | SplitKind::Bands { .. } => {
            for (index, channel) in main.iter_mut().enumerate() {
                for (at, sample) in channel.iter_mut().enumerate() {
                    let sum = faded.iter().map(|chain| chain[index][at]);
                    *sample = sum.reduce(|sum, next| sum + next).unwrap();
                }
            }
        }
        SplitKind::LeftRight | SplitKind::MidSide => {
            for (index, channel) in main.iter_mut().enumerate() {
                *channel = match faded.get(index) {
                    Some(side) => side[0].clone(),
                    None => delayed(channel, slowest),
                };
            }
            if *kind == SplitKind::MidSide {
                mid_side(&mut main, 1.0);
            }
        }
    }
    (main, slowest)
}

fn play_slot(slot: &Slot, chain: Signal, at: usize, world: &mut World<'_>) -> (Signal, usize) {
    let id = SlotId(world.id);
    let source = Source::Slot(id);
    let sides = match slot.channels {
        SlotChannels::All => 0..chain.len(),
        SlotChannels::Left | SlotChannels::Mid => 0..1,
        SlotChannels::Right | SlotChannels::Side => 1..2,
    };
    let Some(child) = slot.children.first() else {
        return (chain, 0);
    };
    if sides.end > chain.len() {
        return (chain, 0);
    }
    let linked = slot.children.len() > 1
        && slot.children.len() == sides.len()
        && (slot.children.iter()).all(|child| fit(sides.len(), child.layout) == Fit::PerChannel);
    let latency = match child.layout.main_outputs {
        0 => 0,
        _ if linked => slot
            .children
            .iter()
            .map(|child| child.latency)
            .max()
            .unwrap(),
        _ => child.latency,
    };
    let (sidechain, entry_delay) = feed(slot, child.layout.sidechain, at, world);
    let latency = entry_delay + latency;
    let dry = all_delayed(&chain, latency);
    let bus = slot
        .output
        .checked_sub(1)
        .filter(|bus| *bus < world.case.aux_buses);
    if slot.bypass {
        let silence = vec![vec![0.0; chain[0].len()]; 2];
        let kept = if bus.is_some() { silence } else { dry.clone() };
        world.audio.insert(source, (kept, at + latency));
        return (dry, latency);
    }
    let mut events = listen(slot, world);
    world.events_out.extend(&events);
    events.sort_by_key(|event| event.offset);
    world.events.insert(source, events);
    let turns: Vec<ParameterPoint> = (world.case.points.iter())
        .filter_map(|(slot, point)| (*slot == id).then_some(*point))
        .collect();
    let frames = chain[0].len();
    let call =
        |child: &FakeSpec, inputs: &[Vec<f32>]| call(child, inputs, &sidechain, &turns, frames);
    let is_mid_side = matches!(slot.channels, SlotChannels::Mid | SlotChannels::Side);
    let (mut wet, mut input) = (dry.clone(), all_delayed(&chain, entry_delay));
    if is_mid_side {
        mid_side(&mut wet, 0.5);
        mid_side(&mut input, 0.5);
    }
    let outputs: Signal = if linked {
        let linked = slot.children.iter().zip(&input[sides.clone()]);
        let slowest = latency - entry_delay;
        linked
            .map(|(child, channel)| {
                let input = vec![scaled(channel, slot.input_gain)];
                let output = call(child, &input).remove(0);
                scaled(&delayed(&output, slowest - child.latency), slot.output_gain)
            })
            .collect()
    } else {
        play_child(slot, child, &input[sides.clone()], &call)
    };
    if let Some(bus) = bus {
        let silence = vec![0.0; chain[0].len()];
        let pair = match &outputs[..] {
            [] => vec![silence; 2],
            [single] => vec![single.clone(); 2],
            [left, right, ..] => vec![left.clone(), right.clone()],
        };
        let sent: Signal = pair.iter().map(|side| scaled(side, slot.mix)).collect();
        world.audio.insert(source, (sent.clone(), at + latency));
        world.sends.push((bus, at + latency, sent));
        return (dry, latency);
    }
    let played = if linked {
        outputs
    } else {
        put(child, &outputs, &wet[sides.clone()])
    };
    wet.splice(sides, played);
    if is_mid_side {
        mid_side(&mut wet, 1.0);
    }
    for (wet, dry) in wet.iter_mut().zip(&dry) {
        for (wet, dry) in wet.iter_mut().zip(dry) {
            *wet = match slot.mix {
                0.0 => *dry,
                1.0 => *wet,
                mix => dry + (*wet - dry) * mix,
            };
        }
    }
    world.audio.insert(source, (wet.clone(), at + latency));
    (wet, latency)
}

/// What one child on the channels at hand puts out.
fn play_child(
    slot: &Slot,
    child: &FakeSpec,
    channels: &[Vec<f32>],
    call: &dyn Fn(&FakeSpec, &[Vec<f32>]) -> Signal,
) -> Signal {
    let layout = child.layout;
    let frames = channels[0].len();
    let silence = vec![0.0; frames];
    let inputs: Signal = (0..layout.main_inputs)
        .map(|input| match (layout.main_inputs, channels.len()) {
            (1, 2..) => (0..frames)
                .map(|at| {
                    let sum = channels
                        .iter()
                        .map(|channel| channel[at])
                        .reduce(|a, b| a + b);
                    sum.unwrap() * (1.0 / channels.len() as f32)
                })
                .collect(),
            (_, 1) => channels[0].clone(),
            _ => channels.get(input).unwrap_or(&silence).clone(),
        })
        .map(|input: Vec<f32>| scaled(&input, slot.input_gain))
        .collect();
    (call(child, &inputs).iter())
        .map(|output| scaled(output, slot.output_gain))
        .collect()
}

/// The outputs of one child in the channels at hand, of which `late` is what passes it by.
fn put(child: &FakeSpec, outputs: &Signal, late: &[Vec<f32>]) -> Signal {
    let layout = child.layout;
    let at_hand = late.len();
    let put = |(index, late): (usize, &Vec<f32>)| {
        let wet = match layout.main_outputs {
            0 => None,
            1 => Some(outputs[0].clone()),
            _ if at_hand == 1 => {
                let pair = outputs[0].iter().zip(&outputs[1]);
                Some(pair.map(|(left, right)| (left + right) * 0.5).collect())
            }
            _ => outputs.get(index).cloned(),
        };
        match wet {
            None => late.clone(),
            Some(wet) if layout.main_inputs > 0 => wet,
            Some(wet) => late
                .iter()
                .zip(&wet)
                .map(|(late, wet)| late + wet)
                .collect(),
        }
    };
    late.iter().enumerate().map(put).collect()
}

/// What a child makes of a whole signal.
fn call(
    child: &FakeSpec,
    inputs: &[Vec<f32>],
    sidechain: &Signal,
    turns: &[ParameterPoint],
    frames: usize,
) -> Signal {
    let at = |channels: &[Vec<f32>], frame: usize| -> Vec<f32> {
        channels.iter().map(|channel| channel[frame]).collect()
    };
    (0..child.layout.main_outputs)
        .map(|output| {
            let mut turned = 0.0;
            let now: Vec<f32> = (0..frames)
                .map(|frame| {
                    let mut latest_first = turns.iter().rev();
                    let here = latest_first.find(|point| point.offset as usize == frame);
                    turned = here.map_or(turned, |point| point.value);
                    let sidechain = weighed(&at(sidechain, frame));
                    child.output(output, frame, &at(inputs, frame), sidechain) + turned
                })
                .collect();
            delayed(&now, child.latency)
        })
        .collect()
}
