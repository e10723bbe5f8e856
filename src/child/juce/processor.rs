//! The audio half of a JUCE child: the DAW's channels, handed on as a borrowed `juce::AudioBuffer`.
use std::pin::Pin;
use std::sync::Arc;

use arrayvec::ArrayVec;
use pin_init::{InPlaceInit, stack_pin_init};

use super::marks::Marks;
use super::midi_in::MidiIn;
use super::song::Singer;
use super::split::Parts;
use crate::audio::{Block, Event, EventKind, EventList, MAX_CHANNELS, ParameterPoint, Points};
use crate::child::{Failure, Layout, Processor};
use crate::juce::Error;
use crate::juce::buffer::{AudioBuffer, MAX_BORROWED_CHANNELS};
use crate::juce::instance::{AudioHalf, ProcessError};

/// What the processor must know of its child.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    pub layout: Layout,
    /// All buses together, inputs or outputs, whichever are more: the channels of JUCE's buffer.
    pub total_channels: usize,
    pub sample_rate: f64,
    pub max_frames: usize,
    /// The shortest part of a block that it bears.
    pub min_frames: u32,
    pub takes_midi: bool,
    pub makes_midi: bool,
}

/// Runs `processBlock`. JUCE's buffer holds the inputs of all buses one after the other, and on
/// return the outputs in the same way; the main bus comes first, then (inputs) the sidechain.
pub(super) struct JuceProcessor {
    half: AudioHalf,
    singer: Singer,
    marks: Arc<Marks>,
    shape: Shape,
    /// The buffer's channels beyond the block's own: sidechain, auxiliary inputs and outputs.
    extra: Vec<Vec<f32>>,
    /// For children with more channels than a view can borrow without allocating.
    wide: Option<Pin<Box<AudioBuffer<'static>>>>,
    midi: MidiIn,
}

impl JuceProcessor {
    pub(super) fn new(
        half: AudioHalf,
        singer: Singer,
        marks: Arc<Marks>,
        shape: Shape,
    ) -> Result<Self, Error> {
        let extra = shape
            .total_channels
            .saturating_sub(shape.layout.block_channels());
        let wide = if shape.total_channels > MAX_BORROWED_CHANNELS {
            AudioBuffer::new(shape.total_channels, shape.max_frames)
                .map(Box::try_pin_init::<Error>)
                .transpose()?
        } else {
            None
        };
        Ok(Self {
            half,
            singer,
            marks,
            shape,
            extra: vec![vec![0.0; shape.max_frames]; extra],
            wide,
            midi: MidiIn::new()?,
        })
    }

    /// Puts the sidechain, from a sample on, behind the main inputs, and silence where nothing goes in.
    #[inline(never)]
    fn fill_inputs(&mut self, block: &mut Block<'_, '_>, from: usize) {
        let main_inputs = self.shape.layout.main_inputs;
        let inputs_end = main_inputs + self.shape.layout.sidechain;
        let frames = block.frames;
        let channels = block
            .main
            .iter_mut()
            .map(|channel| &mut **channel)
            .chain(self.extra.iter_mut().map(Vec::as_mut_slice));
        for (index, channel) in channels.enumerate().skip(main_inputs) {
            let Some(channel) = channel.get_mut(..frames) else {
                continue;
            };
            let source = (index < inputs_end)
                .then(|| block.sidechain.get(index - main_inputs))
                .flatten()
                .and_then(|source| source.get(from..from + frames));
            match source {
                Some(source) => channel.copy_from_slice(source),
                None => channel.fill(0.0),
            }
        }
    }

    /// Hands out what the child put out, later by so many samples.
    #[inline(never)]
    fn hand_out_midi(&mut self, events_out: &mut EventList, later: usize) {
        let later = u32::try_from(later).unwrap_or(u32::MAX);
        for (offset, message) in self.midi.buffer.iter() {
            let offset = offset.saturating_add(later);
            match *message {
                [0xf0, ..] => events_out.push_sysex(offset, message),
                [status, ref data @ ..] if data.len() < 3 => {
                    let byte = |index: usize| data.get(index).copied().unwrap_or(0);
                    let kind = EventKind::Midi([status, byte(0), byte(1)]);
                    events_out.push(Event { offset, kind })
                }
                _ => false,
            };
        }
    }

    /// Borrows the block's channels, and the extra ones, as one buffer and processes it.
    fn process_borrowed(&mut self, block: &mut Block<'_, '_>) -> Result<(), ProcessError> {
        let frames = block.frames;
        // Filled in place: a list that is collected is copied on its way here.
        let mut extra = ArrayVec::<&mut [f32], MAX_BORROWED_CHANNELS>::new();
        for channel in &mut self.extra {
            let Some(channel) = channel.get_mut(..frames) else {
                return Err(ProcessError::Misfit);
            };
            if extra.try_push(channel).is_err() {
                return Err(ProcessError::Misfit);
            }
        }
        let Some(view) = AudioBuffer::borrow_chained(block.main, &mut extra, frames) else {
            return Err(ProcessError::Misfit);
        };
        stack_pin_init!(let view = view);
        let (half, midi) = (&mut self.half, &mut self.midi.buffer);
        self.singer
            .during(block.transport, || half.process(view, midi))
    }

    /// Copies into the wide buffer, processes, and copies back.
    #[cold]
    fn process_wide(&mut self, block: &mut Block<'_, '_>) -> Result<(), ProcessError> {
        let Some(wide) = &mut self.wide else {
            return Err(ProcessError::Misfit);
        };
        if wide.as_mut().set_frames(block.frames).is_err() {
            return Err(ProcessError::Misfit);
        }
        let channels = block
            .main
            .iter()
            .map(|channel| &**channel)
            .chain(self.extra.iter().map(Vec::as_slice));
        for (index, from) in channels.enumerate() {
            if let Some(to) = wide.as_mut().channel_mut(index) {
                to.iter_mut().zip(from).for_each(|(to, from)| *to = *from);
            }
        }
        let (half, midi) = (&mut self.half, &mut self.midi.buffer);
        self.singer
            .during(block.transport, || half.process(wide.as_mut(), midi))?;
        for (index, to) in block.main.iter_mut().enumerate() {
            if let Some(from) = wide.channel(index) {
                to.iter_mut().zip(from).for_each(|(to, from)| *to = *from);
            }
        }
        Ok(())
    }

    /// Processes a block, or a part of one that begins at a sample of it, when its MIDI is ready. The
    /// sidechain is the whole block's.
    fn process_part(&mut self, part: &mut Block<'_, '_>, from: usize) -> Result<(), Failure> {
        if self.shape.total_channels > self.shape.layout.main_inputs {
            self.fill_inputs(part, from);
        }
        let processed = if self.wide.is_some() {
            self.process_wide(part)
        } else {
            self.process_borrowed(part)
        };
        processed.map_err(|_| Failure)?;
        if self.shape.makes_midi && !self.midi.buffer.is_empty() {
            self.hand_out_midi(part.events_out, from);
        }
        Ok(())
    }

    #[inline]
    fn process_whole(&mut self, block: &mut Block<'_, '_>) -> Result<(), Failure> {
        // None of this calls C++ where no MIDI is about.
        self.midi.clear();
        if self.shape.takes_midi && !block.events.is_empty() {
            self.midi.add_all(block.events);
        }
        self.process_part(block, 0)
    }

    /// Processes a block in parts, so that each point is heard at its sample. Events are told with the
    /// part that they fall into.
    #[inline(never)]
    fn process_split(&mut self, block: &mut Block<'_, '_>) -> Result<(), Failure> {
        if block.main.len() > MAX_CHANNELS {
            self.set(block.points.list);
            return self.process_whole(block);
        }
        let mut events = block.events.iter().peekable();
        for part in Parts::new(block.points, self.shape.min_frames, block.frames) {
            self.set(part.points);
            let frames = part.frames.len();
            if frames == 0 {
                break;
            }
            let (from, end) = (part.frames.start, part.frames.end);
            self.midi.clear();
            let is_last = end == block.frames;
            while let Some(event) = events.next_if(|event| is_last || (event.offset as usize) < end)
            {
                if self.shape.takes_midi {
                    self.midi.add(block.events, event, from as u32);
                }
            }
            let transport = block.transport.after(from, self.shape.sample_rate);
            let mut main = ArrayVec::<&mut [f32], MAX_CHANNELS>::new();
            for channel in block.main.iter_mut() {
                let channel = channel.get_mut(from..end).ok_or(Failure)?;
                main.try_push(channel).map_err(|_| Failure)?;
            }
            let mut part = Block {
                main: &mut main,
                sidechain: block.sidechain,
                frames,
                events: block.events,
                points: Points::NONE,
                events_out: &mut *block.events_out,
                transport: &transport,
            };
            self.process_part(&mut part, from)?;
        }
        Ok(())
    }

    fn set(&mut self, points: &[ParameterPoint]) {
        for point in points {
            let (index, value) = (point.index as usize, point.heard());
            if value.is_nan() {
                continue;
            }
            self.marks.set_by_point(index, value);
            self.half.set_parameter(index, value);
        }
    }
}

impl Processor for JuceProcessor {
    fn process(&mut self, block: &mut Block<'_, '_>) -> Result<(), Failure> {
        if block.frames > self.shape.max_frames
            || block.main.len() != self.shape.layout.block_channels()
        {
            return Err(Failure);
        }
        // DPF's plugins assert on empty blocks, and there is nothing to do for any other.
        if block.frames == 0 {
            self.set(block.points.list);
            return Ok(());
        }
        if block.points.list.is_empty() {
            self.process_whole(block)
        } else {
            self.process_split(block)
        }
    }
}
