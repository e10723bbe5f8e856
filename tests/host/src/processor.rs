//! The audio half of a plugin: blocks in, blocks out.

use anyhow::{Context, Result, anyhow};
use clack_extensions::tail::{PluginTail, TailLength};
use clack_host::events::event_types::{TransportEvent, TransportFlags};
use clack_host::events::{EventFlags, EventHeader};
use clack_host::prelude::*;
use clack_host::utils::{BeatTime, SecondsTime};

use crate::buffers::Buffers;
use crate::callbacks::{Handlers, as_audio_thread};
use crate::{Event, Ports};

/// Events that a block may hold, in and out, before a buffer would have to grow.
const EVENT_CAPACITY: usize = 16_384;

/// How to activate, and how awkward a host to be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Setup {
    /// In Hz.
    pub sample_rate: f64,
    /// The shortest block, in frames.
    pub min_frames: u32,
    /// The longest block, in frames.
    pub max_frames: u32,
    /// Main input and main output are the same memory, as in most DAWs.
    pub in_place: bool,
    /// Which of the declared input ports are handed over.
    pub inputs: Inputs,
    /// What is odd about the channels' memory.
    pub oddity: Oddity,
    /// Blocks may be longer than announced by so many frames.
    pub overrun: usize,
    /// A playing transport of this tempo in beats a minute; none at all if `None`.
    pub tempo: Option<f64>,
}

impl Setup {
    /// Blocks of 1 to `max_frames`, buffers apart, all ports, no transport.
    pub fn new(sample_rate: f64, max_frames: u32) -> Self {
        Self {
            sample_rate,
            min_frames: 1,
            max_frames,
            in_place: false,
            inputs: Inputs::All,
            oddity: Oddity::None,
            overrun: 0,
            tempo: None,
        }
    }

    /// The same, with main input and output in the same memory.
    pub fn in_place(self) -> Self {
        let in_place = true;
        Self { in_place, ..self }
    }
}

/// What is odd about the memory of the channels that are handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Oddity {
    /// Nothing.
    None,
    /// All channels of the main output are the same memory, as Ardour hands over those that are not
    /// connected.
    OneOutput,
    /// Each channel of the main input is the memory of another channel of the main output.
    Crossed,
    /// The sidechain is the memory of the main output.
    SidechainInOutput,
    /// A channel of the main input has no memory, and is silent.
    NullInput(usize),
    /// A channel of the main output has no memory.
    NullOutput(usize),
    /// The main output has one channel fewer than declared.
    FewerOutputs,
}

/// Which of the declared input ports are handed over to the plugin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inputs {
    /// All, as CLAP wants it.
    All,
    /// Only the first, whatever is declared, as Qtractor does. Behind it, where a second port would
    /// stand in memory, stands a very loud one that is not announced: a plugin that looks there
    /// lets it be heard rather than crash.
    First,
}

/// An active plugin, processing. It may go to another thread, and comes back to
/// [`Instance::deactivate`](crate::Instance::deactivate).
///
/// For each block: [`begin`](Self::begin), fill inputs and push events, [`process`](Self::process),
/// read outputs and events.
pub struct Processor {
    plugin: StartedPluginAudioProcessor<Handlers>,
    setup: Setup,
    buffers: Buffers,
    events_in: EventBuffer,
    events_out: EventBuffer,
    transport: TransportEvent,
    /// Frames in the current block.
    frames: u32,
    /// Frames processed since activation.
    position: u64,
}

impl Processor {
    pub(crate) fn start(
        stopped: StoppedPluginAudioProcessor<Handlers>,
        setup: Setup,
        ports: &Ports,
    ) -> Result<Self> {
        let plugin = as_audio_thread(|| stopped.start_processing())
            .map_err(|_| anyhow!("the plugin refuses to start processing"))?;
        Ok(Self {
            plugin,
            setup,
            buffers: Buffers::new(&setup, ports),
            events_in: EventBuffer::with_capacity(EVENT_CAPACITY),
            events_out: EventBuffer::with_capacity(EVENT_CAPACITY),
            transport: transport_at_zero(setup.tempo.unwrap_or_default()),
            frames: 0,
            position: 0,
        })
    }

    pub(crate) fn stop(self) -> StoppedPluginAudioProcessor<Handlers> {
        as_audio_thread(|| self.plugin.stop_processing())
    }

    /// How it was activated.
    pub fn setup(&self) -> Setup {
        self.setup
    }

    /// Starts a block of `frames`: inputs silent, no events.
    pub fn begin(&mut self, frames: usize) {
        self.buffers.begin(frames);
        self.frames = u32::try_from(frames).unwrap();
        self.events_in.clear();
        self.events_out.clear();

        if let Some(tempo) = self.setup.tempo {
            let seconds = self.position as f64 / self.setup.sample_rate;
            self.transport.song_pos_seconds = SecondsTime::from_float(seconds);
            self.transport.song_pos_beats = BeatTime::from_float(seconds * tempo / 60.0);
        }
    }

    /// The samples of an input channel in this block, to fill. Port 0 is the main input.
    pub fn input_mut(&mut self, port: usize, channel: usize) -> &mut [f32] {
        self.buffers.input_mut(port, channel)
    }

    /// Adds an event to this block, in any order. Offsets beyond the block are the test's mistake.
    pub fn push(&mut self, event: Event) {
        assert!(event.at < self.frames, "{event:?} lies behind the block");
        event.push_to(&mut self.events_in);
    }

    /// Runs the plugin on the block. Allocates nothing and calls nothing but the plugin, unless it
    /// fails: this is the call that the real-time test brackets.
    pub fn process(&mut self) -> Result<ProcessStatus> {
        self.events_in.sort();
        let inputs_outputs = self.buffers.raw();
        let (inputs, outputs) = raw_buffers(inputs_outputs, self.frames);
        let mut outputs = outputs;
        let transport = self.setup.tempo.map(|_| &self.transport);

        let status = as_audio_thread(|| {
            self.plugin.process(
                &inputs,
                &mut outputs,
                &self.events_in.as_input(),
                &mut self.events_out.as_output(),
                Some(self.position),
                transport,
            )
        });
        self.position += u64::from(self.frames);
        let status = status.context("the plugin's process call failed")?;
        self.buffers.check_guards()?;
        Ok(status)
    }

    /// The samples of an output channel after [`process`](Self::process). Port 0 is the main output.
    pub fn output(&self, port: usize, channel: usize) -> &[f32] {
        self.buffers.output(port, channel)
    }

    /// The events the plugin sent in this block, as it sent them.
    pub fn events_out(&self) -> impl Iterator<Item = Event> + '_ {
        self.events_out.iter().filter_map(Event::read)
    }

    /// How many channels an input port has; 0 if it is not handed over.
    pub fn input_channels(&self, port: usize) -> usize {
        self.buffers.input_channels(port)
    }

    /// How many channels an output port has; 0 if there is none.
    pub fn output_channels(&self, port: usize) -> usize {
        self.buffers.output_channels(port)
    }

    /// The tail in samples; `None` if it never ends, and 0 where the plugin does not say.
    pub fn tail(&mut self) -> Option<u32> {
        as_audio_thread(|| {
            let handle = self.plugin.plugin_handle();
            match handle.shared().get_extension::<PluginTail>() {
                Some(tail) => match tail.get(&handle) {
                    TailLength::Finite(samples) => Some(samples),
                    TailLength::Infinite => None,
                },
                None => Some(0),
            }
        })
    }

    /// Clears the plugin's memory of what it has heard (CLAP's reset).
    pub fn reset(&mut self) {
        as_audio_thread(|| self.plugin.reset());
    }
}

/// Wraps CLAP's raw ports for clack. clack's own builder takes two exclusive slices and so cannot
/// say that input and output are the same memory, which CLAP allows and DAWs do.
#[allow(unsafe_code)]
fn raw_buffers<'a>(
    (inputs, outputs): (
        &'a [clap_sys::audio_buffer::clap_audio_buffer],
        &'a mut [clap_sys::audio_buffer::clap_audio_buffer],
    ),
    frames: u32,
) -> (InputAudioBuffers<'a>, OutputAudioBuffers<'a>) {
    // SAFETY: `Buffers::raw` has just written the pointers: each port's channels are live, at least
    // the longest block long, and stay so while its borrow `'a` lasts.
    unsafe {
        (
            InputAudioBuffers::from_raw_buffers(inputs, frames),
            OutputAudioBuffers::from_raw_buffers(outputs, frames),
        )
    }
}

fn transport_at_zero(tempo: f64) -> TransportEvent {
    let zero_beats = BeatTime::from_int(0);
    let zero_seconds = SecondsTime::from_int(0);
    TransportEvent {
        header: EventHeader::new_core(0, EventFlags::empty()),
        flags: TransportFlags::HAS_TEMPO
            | TransportFlags::HAS_BEATS_TIMELINE
            | TransportFlags::HAS_SECONDS_TIMELINE
            | TransportFlags::HAS_TIME_SIGNATURE
            | TransportFlags::IS_PLAYING,
        song_pos_beats: zero_beats,
        song_pos_seconds: zero_seconds,
        tempo,
        tempo_inc: 0.0,
        loop_start_beats: zero_beats,
        loop_end_beats: zero_beats,
        loop_start_seconds: zero_seconds,
        loop_end_seconds: zero_seconds,
        bar_start: zero_beats,
        bar_number: 0,
        time_signature_numerator: 4,
        time_signature_denominator: 4,
    }
}

/// A processor may go to an audio thread: checked here, where a change would break it.
const _: fn() = || {
    fn is_send<T: Send>() {}
    is_send::<Processor>();
};
