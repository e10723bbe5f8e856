//! The rules of `compile`, said again over whole signals, without steps, blocks or scratch.

use super::*;
use crate::rack::crossover::Crossover;

/// What becomes of a signal, and by how much it is late.
pub fn play(items: &[Item], mut chain: Signal, sidechain: &Signal) -> (Signal, usize) {
    let mut latency = 0;
    for item in items {
        let (played, late) = match item {
            Item::Slot(slot) => play_slot(slot, chain, sidechain),
            Item::Split(kind, chains) => play_split(kind, chains, chain, sidechain),
        };
        chain = played;
        latency += late;
    }
    (chain, latency)
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
    sidechain: &Signal,
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
        .map(|(chain, input)| play(&chain.items, input, sidechain))
        .collect();
    let slowest = played.iter().map(|(_, latency)| *latency).max().unwrap();
    let faded: Vec<Signal> = (chains.iter().zip(played))
        .map(|(chain, (signal, latency))| {
            let channels = signal.len();
            let fade = |(index, channel): (usize, &Vec<f32>)| {
                let gain = match (chain.heard, index, channels) {
                    (false, ..) => 0.0,
                    (_, 0, 2..) => chain.gain * (1.0 - chain.pan).clamp(0.0, 1.0),
                    (_, 1, 2..) => chain.gain * (1.0 + chain.pan).clamp(0.0, 1.0),
                    _ => chain.gain,
                };
                scaled(&delayed(channel, slowest - latency), gain)
            };
            signal.iter().enumerate().map(fade).collect()
        })
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

fn play_slot(slot: &Slot, chain: Signal, sidechain: &Signal) -> (Signal, usize) {
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
    let dry = all_delayed(&chain, latency);
    if slot.bypass {
        return (dry, latency);
    }
    let is_mid_side = matches!(slot.channels, SlotChannels::Mid | SlotChannels::Side);
    let (mut wet, mut input) = (dry.clone(), chain);
    if is_mid_side {
        mid_side(&mut wet, 0.5);
        mid_side(&mut input, 0.5);
    }
    let played = if linked {
        let linked = slot.children.iter().zip(&input[sides.clone()]);
        linked
            .map(|(child, channel)| {
                let input = vec![scaled(channel, slot.input_gain)];
                let output = call(child, &input, sidechain).remove(0);
                scaled(&delayed(&output, latency - child.latency), slot.output_gain)
            })
            .collect()
    } else {
        play_child(
            slot,
            child,
            &input[sides.clone()],
            &wet[sides.clone()],
            sidechain,
        )
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
    (wet, latency)
}

/// One child on the channels at hand, of which `late` is what passes it by.
fn play_child(
    slot: &Slot,
    child: &FakeSpec,
    channels: &[Vec<f32>],
    late: &[Vec<f32>],
    sidechain: &Signal,
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
    let outputs: Signal = call(child, &inputs, sidechain)
        .iter()
        .map(|output| scaled(output, slot.output_gain))
        .collect();
    let put = |(index, late): (usize, &Vec<f32>)| {
        let wet = match layout.main_outputs {
            0 => None,
            1 => Some(outputs[0].clone()),
            _ if channels.len() == 1 => {
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
fn call(child: &FakeSpec, inputs: &[Vec<f32>], sidechain: &Signal) -> Signal {
    let frames = sidechain.first().or(inputs.first()).map(Vec::len);
    let sidechain = sidechain.first().filter(|_| child.layout.sidechain > 0);
    (0..child.layout.main_outputs)
        .map(|output| {
            let now: Vec<f32> = (0..frames.unwrap_or(400))
                .map(|at| {
                    let inputs: Vec<f32> = inputs.iter().map(|channel| channel[at]).collect();
                    child.output(output, at, &inputs, sidechain.map(|channel| channel[at]))
                })
                .collect();
            delayed(&now, child.latency)
        })
        .collect()
}
