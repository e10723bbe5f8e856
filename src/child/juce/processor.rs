//! The audio half of a JUCE child: the DAW's channels, handed on as a borrowed `juce::AudioBuffer`.
use std::pin::Pin;

use arrayvec::ArrayVec;
use pin_init::{InPlaceInit, stack_pin_init};

use super::song::Singer;
use crate::audio::{
    Block, DEFAULT_EVENT_CAPACITY, Event, EventKind, EventList, Events, midi_bytes,
};
use crate::child::{Failure, Layout, Processor};
use crate::juce::Error;
use crate::juce::buffer::{AudioBuffer, MAX_BORROWED_CHANNELS};
use crate::juce::instance::{AudioHalf, ProcessError};
use crate::juce::midi::{MidiBuffer, ShortMessage};

/// What the processor must know of its child.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    pub layout: Layout,
    /// All buses together, inputs or outputs, whichever are more: the channels of JUCE's buffer.
    pub total_channels: usize,
    pub max_frames: usize,
    pub takes_midi: bool,
    pub makes_midi: bool,
}

/// Runs `processBlock`. JUCE's buffer holds the inputs of all buses one after the other, and on
/// return the outputs in the same way; the main bus comes first, then (inputs) the sidechain.
pub(super) struct JuceProcessor {
    half: AudioHalf,
    singer: Singer,
    shape: Shape,
    /// The buffer's channels beyond the block's own: sidechain, auxiliary inputs and outputs.
    extra: Vec<Vec<f32>>,
    /// For children with more channels than a view can borrow without allocating.
    wide: Option<Pin<Box<AudioBuffer<'static>>>>,
    midi: MidiBuffer,
    midi_out: Box<[ShortMessage]>,
}

impl JuceProcessor {
    pub(super) fn new(half: AudioHalf, singer: Singer, shape: Shape) -> Result<Self, Error> {
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
            shape,
            extra: vec![vec![0.0; shape.max_frames]; extra],
            wide,
            midi: MidiBuffer::with_capacity(DEFAULT_EVENT_CAPACITY)?,
            midi_out: vec![ShortMessage::default(); DEFAULT_EVENT_CAPACITY].into(),
        })
    }

    /// Puts the sidechain behind the main inputs, and silence where nothing goes in.
    #[inline(never)]
    fn fill_inputs(&mut self, block: &mut Block<'_, '_>) {
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
                .and_then(|source| source.get(..frames));
            match source {
                Some(source) => channel.copy_from_slice(source),
                None => channel.fill(0.0),
            }
        }
    }

    #[inline(never)]
    fn add_midi(&mut self, events: Events<'_>) {
        for event in events.iter() {
            if let Some(message) = event.kind.to_midi() {
                self.midi.add(midi_bytes(&message), event.offset);
            }
        }
    }

    #[inline(never)]
    fn hand_out_midi(&mut self, events_out: &mut EventList) {
        let count = self.midi.read(&mut self.midi_out);
        for message in self.midi_out.iter().take(count) {
            events_out.push(Event {
                offset: message.offset,
                kind: EventKind::Midi(message.bytes),
            });
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
        let (half, midi) = (&mut self.half, &mut self.midi);
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
        let (half, midi) = (&mut self.half, &mut self.midi);
        self.singer
            .during(block.transport, || half.process(wide.as_mut(), midi))?;
        for (index, to) in block.main.iter_mut().enumerate() {
            if let Some(from) = wide.channel(index) {
                to.iter_mut().zip(from).for_each(|(to, from)| *to = *from);
            }
        }
        Ok(())
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
            return Ok(());
        }
        if self.shape.total_channels > self.shape.layout.main_inputs {
            self.fill_inputs(block);
        }
        // None of this calls C++ where no MIDI is about.
        self.midi.clear();
        if self.shape.takes_midi && !block.events.is_empty() {
            self.add_midi(block.events);
        }
        let processed = if self.wide.is_some() {
            self.process_wide(block)
        } else {
            self.process_borrowed(block)
        };
        processed.map_err(|_| Failure)?;
        if self.shape.makes_midi && !self.midi.is_empty() {
            self.hand_out_midi(block.events_out);
        }
        Ok(())
    }
}
