//! Blocks that are not as announced, cut into blocks that are: off the usual road.
//!
//! The sidechain is copied on the way, since what is lent as `&[&mut [f32]]` cannot be cut without.

use std::ops::Range;

use super::Automation;
use super::lanes::ChannelList;
use crate::audio::{Block, DEFAULT_EVENT_CAPACITY, Event, EventList, Events, MAX_CHANNELS, Points};
use crate::rack::compile::Plan;
use crate::rack::points::PointsBySlot;

/// The memory for cutting blocks.
#[derive(Debug)]
pub(super) struct Cutter {
    /// Stands in for channels that the host did not give.
    missing: Spare,
    sidechain: Spare,
    events: Vec<Event>,
    events_out: EventList,
    points: PointsBySlot,
    channels: usize,
    sidechain_channels: usize,
    max_frames: usize,
    sample_rate: f64,
}

impl Cutter {
    pub fn new(plan: &Plan, max_frames: usize, sample_rate: f64) -> Self {
        Self {
            missing: Spare::new(plan.block_channels(), max_frames),
            sidechain: Spare::new(plan.sidechain_channels, max_frames),
            events: Vec::with_capacity(DEFAULT_EVENT_CAPACITY),
            events_out: EventList::default(),
            points: PointsBySlot::default(),
            channels: plan.block_channels(),
            sidechain_channels: plan.sidechain_channels,
            max_frames,
            sample_rate,
        }
    }

    /// Has `run` run the block, in parts that are as announced.
    pub fn run(
        &mut self,
        block: &mut Block<'_, '_>,
        automation: Automation<'_>,
        mut run: impl FnMut(&mut Block<'_, '_>, Automation<'_>),
    ) {
        let mut start = 0;
        while start < block.frames {
            let end = block.frames.min(start.saturating_add(self.max_frames));
            self.run_part(&mut run, block, automation, start..end);
            start = end;
        }
    }

    fn run_part(
        &mut self,
        run: &mut impl FnMut(&mut Block<'_, '_>, Automation<'_>),
        block: &mut Block<'_, '_>,
        automation: Automation<'_>,
        Range { start, end }: Range<usize>,
    ) {
        let frames = end - start;
        let shift = u32::try_from(start).unwrap_or(u32::MAX);

        let mut main = ChannelList::new();
        let mut given = block.main.iter_mut();
        let mut missing = self.missing.iter(frames);
        for _ in 0..self.channels {
            let given = given.next().and_then(|channel| channel.get_mut(start..end));
            let stand_in = || {
                let lane = missing.next()?;
                lane.fill(0.0);
                Some(lane)
            };
            if let Some(channel) = given.or_else(stand_in) {
                // There is room: a plan has no more channels than a list.
                let _ = main.try_push(channel);
            }
        }

        let heard = block.sidechain.len().min(self.sidechain_channels);
        let mut sidechain = self.sidechain.list(heard, frames);
        for (lane, channel) in sidechain.iter_mut().zip(block.sidechain) {
            match channel.get(start..end) {
                Some(samples) => lane.copy_from_slice(samples),
                None => lane.fill(0.0),
            }
        }

        // An event beyond the block's end, though there should be none, goes with the last part.
        let last = end == block.frames;
        self.events.clear();
        for event in block.events.all() {
            let offset = event.offset as usize;
            let is_here = offset >= start && (offset < end || last);
            if is_here && self.events.len() < self.events.capacity() {
                self.events.push(Event {
                    offset: event.offset - shift,
                    kind: event.kind,
                });
            }
        }

        self.points.cut(automation.points, start, end, last);
        let automation = Automation {
            points: &self.points,
            ..automation
        };

        self.events_out.clear();
        let mut part = Block {
            main: &mut main,
            sidechain: &sidechain,
            frames,
            events: Events::new(&self.events, block.events.bytes()),
            points: Points::NONE,
            events_out: &mut self.events_out,
            transport: &block.transport.after(start, self.sample_rate),
        };
        run(&mut part, automation);
        let events_out = self.events_out.as_events();
        for event in events_out.iter() {
            block.events_out.push_from(&events_out, event, shift);
        }
    }
}

/// Channels to stand in for others, all of the same length.
#[derive(Debug)]
struct Spare {
    samples: Vec<f32>,
    max_frames: usize,
}

impl Spare {
    fn new(channels: usize, max_frames: usize) -> Self {
        let max_frames = max_frames.max(1);
        Self {
            samples: vec![0.0; channels.min(MAX_CHANNELS) * max_frames],
            max_frames,
        }
    }

    /// The channels one by one, cut to a block's length. None where the block is too long.
    fn iter(&mut self, frames: usize) -> impl Iterator<Item = &mut [f32]> {
        self.samples
            .chunks_exact_mut(self.max_frames)
            .filter_map(move |lane| lane.get_mut(..frames))
    }

    /// The first channels as a list, cut to a block's length.
    fn list(&mut self, channels: usize, frames: usize) -> ChannelList<'_> {
        self.iter(frames).take(channels.min(MAX_CHANNELS)).collect()
    }
}
