//! The steps of a plan, done. Blocks that come here are as announced: the plan's channels, all of
//! the block's length, which is at most the maximum.

use super::cell::{Lease, ProcessorCell};
use super::lanes::Lanes;
use crate::audio::{Block, EventList};
use crate::child::Layout;
use crate::rack::compile::{Gather, Plan, Scatter, Spread, Step};
use crate::rack::delay::DelayLine;

/// Steps, children, and what they need.
#[derive(Debug)]
pub(super) struct Engine {
    steps: Vec<Step>,
    children: Vec<ProcessorCell>,
    delays: Vec<DelayLine>,
    scratch: Lanes,
    /// Holds nothing: takes the events of linked children, of which the first speaks for all.
    unheard: EventList,
}

/// What became of a child's turn.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Turn {
    Played,
    /// It failed just now.
    Broke,
    /// It failed earlier, or is not there.
    Absent,
}

impl Engine {
    pub fn new(plan: Plan, children: Vec<ProcessorCell>, max_frames: usize) -> Self {
        Self {
            steps: plan.steps,
            children,
            delays: (plan.delays.iter())
                .map(|delay| DelayLine::new(delay.samples, delay.channels))
                .collect(),
            scratch: Lanes::new(plan.scratch_channels, max_frames),
            unheard: EventList::with_capacity(0),
        }
    }

    pub fn reset(&mut self) {
        for delay in &mut self.delays {
            delay.reset();
        }
    }

    pub fn run(&mut self, lease: &mut Lease, block: &mut Block<'_, '_>) {
        for step in &self.steps {
            match *step {
                Step::InPlace { child, sidechain } => {
                    let Some(cell) = self.children.get(child) else {
                        continue;
                    };
                    let mut view = Block {
                        main: &mut *block.main,
                        sidechain: if sidechain { block.sidechain } else { &[] },
                        frames: block.frames,
                        events: block.events,
                        events_out: &mut *block.events_out,
                        transport: block.transport,
                    };
                    if take_turn(cell, lease, &mut view) == Turn::Broke {
                        silence(block.main);
                    }
                }
                Step::PerChannel {
                    first_child,
                    sidechain,
                } => {
                    let cells = self.children.get(first_child..).unwrap_or_default();
                    let channels = block.main.chunks_exact_mut(1);
                    for (index, (cell, channel)) in cells.iter().zip(channels).enumerate() {
                        let events_out = match index {
                            0 => &mut *block.events_out,
                            _ => &mut self.unheard,
                        };
                        let mut view = Block {
                            main: &mut *channel,
                            sidechain: if sidechain { block.sidechain } else { &[] },
                            frames: block.frames,
                            events: block.events,
                            events_out,
                            transport: block.transport,
                        };
                        if take_turn(cell, lease, &mut view) == Turn::Broke {
                            silence(channel);
                        }
                    }
                }
                Step::Adapted {
                    child,
                    layout,
                    inputs,
                    outputs,
                } => {
                    let Some(cell) = self.children.get(child).filter(|cell| !cell.failed()) else {
                        continue;
                    };
                    let mut lanes = self.scratch.list(layout.block_channels(), block.frames);
                    gather(inputs, layout, block.main, &mut lanes);
                    let mut view = Block {
                        main: &mut lanes,
                        sidechain: if layout.sidechain > 0 {
                            block.sidechain
                        } else {
                            &[]
                        },
                        frames: block.frames,
                        events: block.events,
                        events_out: &mut *block.events_out,
                        transport: block.transport,
                    };
                    match take_turn(cell, lease, &mut view) {
                        Turn::Played => scatter(outputs, layout, &lanes, block.main),
                        Turn::Broke => scatter_silence(outputs, layout, block.main),
                        Turn::Absent => {}
                    }
                }
                Step::Delay {
                    line,
                    first_channel,
                } => {
                    if let (Some(delay), Some(channels)) = (
                        self.delays.get_mut(line),
                        block.main.get_mut(first_channel..),
                    ) {
                        let channels = channels.iter_mut().map(|channel| &mut **channel);
                        delay.process(channels, block.frames);
                    }
                }
            }
        }
    }
}

#[inline]
fn take_turn(cell: &ProcessorCell, lease: &mut Lease, block: &mut Block<'_, '_>) -> Turn {
    if cell.failed() {
        return Turn::Absent;
    }
    let Some(processor) = cell.processor(lease) else {
        return Turn::Absent;
    };
    match processor.process(block) {
        Ok(()) => Turn::Played,
        Err(_) => {
            cell.mark_failed();
            Turn::Broke
        }
    }
}

/// Fills a child's channels: its inputs from the chain, the others with silence.
fn gather(inputs: Gather, layout: Layout, chain: &[&mut [f32]], lanes: &mut [&mut [f32]]) {
    let given = match inputs {
        Gather::Nothing => 0,
        Gather::Straight => layout.main_inputs.min(chain.len()),
        Gather::Mean => chain.len().min(1),
        Gather::Copy if chain.is_empty() => 0,
        Gather::Copy => layout.main_inputs,
    };
    for (index, lane) in lanes.iter_mut().enumerate() {
        let source = if inputs == Gather::Copy { 0 } else { index };
        match chain.get(source) {
            Some(channel) if index < given => copy(channel, lane),
            _ => lane.fill(0.0),
        }
    }
    if inputs == Gather::Mean
        && let Some(lane) = lanes.first_mut()
    {
        for channel in chain.iter().skip(1) {
            add(channel, lane);
        }
        let share = 1.0 / chain.len().max(1) as f32;
        lane.iter_mut().for_each(|sample| *sample *= share);
    }
}

/// Puts a child's outputs into the chain.
fn scatter(outputs: Scatter, layout: Layout, lanes: &[&mut [f32]], chain: &mut [&mut [f32]]) {
    let (spread, adds) = match outputs {
        Scatter::Nothing => return,
        Scatter::Replace(spread) => (spread, false),
        Scatter::Add(spread) => (spread, true),
    };
    let put = if adds { add } else { copy };
    match spread {
        Spread::Straight => {
            for (lane, channel) in lanes.iter().take(layout.main_outputs).zip(chain) {
                put(lane, channel);
            }
        }
        Spread::ToAll => {
            if let Some(lane) = lanes.first() {
                chain.iter_mut().for_each(|channel| put(lane, channel));
            }
        }
        Spread::FoldPair => {
            if let ([left, right, ..], Some(channel)) = (lanes, chain.first_mut()) {
                for ((sample, left), right) in channel.iter_mut().zip(&**left).zip(&**right) {
                    let mean = (left + right) * 0.5;
                    *sample = if adds { *sample + mean } else { mean };
                }
            }
        }
    }
}

/// Leaves silence where a child that failed would have put its outputs.
fn scatter_silence(outputs: Scatter, layout: Layout, chain: &mut [&mut [f32]]) {
    if let Scatter::Replace(spread) = outputs {
        let replaced = match spread {
            Spread::Straight => layout.main_outputs.min(chain.len()),
            Spread::ToAll | Spread::FoldPair => chain.len(),
        };
        silence(chain.get_mut(..replaced).unwrap_or_default());
    }
}

fn silence(channels: &mut [&mut [f32]]) {
    channels.iter_mut().for_each(|channel| channel.fill(0.0));
}

fn copy(from: &[f32], to: &mut [f32]) {
    to.iter_mut().zip(from).for_each(|(to, from)| *to = *from);
}

fn add(from: &[f32], to: &mut [f32]) {
    to.iter_mut().zip(from).for_each(|(to, from)| *to += *from);
}
