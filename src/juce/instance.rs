//! `juce::AudioPluginInstance`: one loaded plugin, in a control half and an audio half.
//!
//! JUCE wants everything but `processBlock` on the message thread; `processBlock` may run elsewhere
//! at the same time, except during `prepareToPlay`, `releaseResources`, `reset` and bus changes. The
//! types say so: [`Instance`] is not `Send` and has the control calls; [`AudioHalf`] is `Send` and has
//! `process`; what must not overlap with it takes the audio half as proof, or checks that none is
//! out. The C++ object goes when both halves have gone, on the message thread.
#![allow(unsafe_code)]

use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;

use cxx::UniquePtr;

use super::Error;
use super::buffer::AudioBuffer;
use super::description::PluginDescription;
use super::message_loop::MESSAGE_LOOP;
use super::midi::MidiBuffer;
use crate::threads::{self, MessageThread};

pub use ffi::{BusInfo, ParameterInfo, Position};

#[cxx::bridge(namespace = "matryoshka")]
pub(super) mod ffi {
    /// One audio bus.
    #[derive(Clone, Debug, PartialEq, Eq)]
    struct BusInfo {
        /// The bus's name.
        name: String,
        /// Whether audio goes in by it.
        is_input: bool,
        /// Channels in use; zero while it is off.
        channels: u32,
        /// Channels that it has, or last had, when it is on.
        enabled_channels: u32,
        /// Whether it is on.
        enabled: bool,
    }

    /// One parameter.
    #[derive(Clone, Debug, Default, PartialEq)]
    struct ParameterInfo {
        /// The format's identifier.
        id: String,
        /// The name.
        name: String,
        /// The unit.
        unit: String,
        /// The value, 0 to 1.
        value: f32,
        /// The default, 0 to 1.
        default_value: f32,
        /// The number of steps; 0 where it is continuous.
        steps: i32,
        /// Whether the host may automate it.
        automatable: bool,
        /// The value in the plugin's words.
        text: String,
        /// The value 0 in the plugin's words.
        min_text: String,
        /// The value 1 in the plugin's words.
        max_text: String,
        /// The default in the plugin's words.
        default_text: String,
    }

    /// `juce::AudioPlayHead::PositionInfo`: what is known of the song at a block's start.
    #[derive(Clone, Copy, Debug, Default, PartialEq)]
    struct Position {
        /// The song is playing.
        playing: bool,
        /// The host is recording.
        recording: bool,
        /// Whether `tempo_bpm` is known.
        has_tempo: bool,
        /// Quarter notes per minute.
        tempo_bpm: f64,
        /// Whether the time signature is known.
        has_time_signature: bool,
        /// Beats in a bar.
        numerator: i32,
        /// The note value of a beat.
        denominator: i32,
        /// Whether `samples` is known.
        has_samples: bool,
        /// Samples since the song's start.
        samples: i64,
        /// Whether `seconds` is known.
        has_seconds: bool,
        /// Seconds since the song's start.
        seconds: f64,
        /// Whether `beats` is known.
        has_beats: bool,
        /// Quarter notes since the song's start.
        beats: f64,
        /// Whether `bar_start_beats` is known.
        has_bar_start: bool,
        /// Quarter notes from the song's start to the bar's.
        bar_start_beats: f64,
        /// Whether a loop is active.
        has_loop: bool,
        /// The loop's start in quarter notes.
        loop_start_beats: f64,
        /// The loop's end in quarter notes.
        loop_end_beats: f64,
    }

    unsafe extern "C++" {
        include!("matryoshka/cpp/include/instance.h");
        include!("matryoshka/src/juce/description.rs.h");

        type AudioBufferFloat<'a> = super::AudioBuffer<'a>;
        type MidiBuffer = crate::juce::midi::ffi::MidiBuffer;
        type PluginDescription = crate::juce::description::PluginDescription;

        type Instance;
        unsafe fn process(
            self: &Instance,
            buffer: Pin<&mut AudioBufferFloat>,
            midi: Pin<&mut MidiBuffer>,
        ) -> bool;
        fn set_position(self: &Instance, position: &Position);
        fn failure(self: &Instance) -> String;
        fn take_changes(self: &Instance) -> u8;

        fn instance_description(instance: &Instance) -> Result<PluginDescription>;
        fn instance_buses(instance: &Instance) -> Result<Vec<BusInfo>>;
        fn instance_set_buses(instance: &Instance, inputs: &[u32], outputs: &[u32])
        -> Result<bool>;
        fn instance_prepare(
            instance: &Instance,
            sample_rate: f64,
            max_frames: i32,
            offline: bool,
        ) -> Result<()>;
        fn instance_release(instance: &Instance) -> Result<()>;
        fn instance_reset(instance: &Instance) -> Result<()>;
        fn instance_latency(instance: &Instance) -> Result<i32>;
        fn instance_tail_seconds(instance: &Instance) -> Result<f64>;
        fn instance_accepts_midi(instance: &Instance) -> Result<bool>;
        fn instance_produces_midi(instance: &Instance) -> Result<bool>;
        fn instance_state(instance: &Instance) -> Result<Vec<u8>>;
        fn instance_set_state(instance: &Instance, state: &[u8]) -> Result<()>;
        fn instance_parameters(instance: &Instance) -> Result<Vec<ParameterInfo>>;
        fn instance_set_parameter(instance: &Instance, index: usize, value: f32) -> Result<()>;
    }

    impl UniquePtr<Instance> {}
}

/// The mark that [`Instance::take_changes`] sets when the latency changed.
pub const LATENCY_CHANGED: u8 = 1;
/// The mark that [`Instance::take_changes`] sets when values, names, the program or other state
/// changed.
pub const STATE_CHANGED: u8 = 2;

/// The C++ object.
struct Raw(UniquePtr<ffi::Instance>);

// SAFETY: the halves divide the calls between the threads as JUCE's rules in the module's
// documentation want it, and the object is destroyed on the message thread (`Shared`).
unsafe impl Send for Raw {}
// SAFETY: as above.
unsafe impl Sync for Raw {}

/// The C++ object, shared by the two halves. Whoever drops it last, it goes on the message thread.
struct Shared(Option<Raw>);

impl Shared {
    fn get(&self) -> &ffi::Instance {
        self.0
            .as_ref()
            .and_then(|raw| raw.0.as_ref())
            .expect("set when made, taken only by drop")
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        if let Some(raw) = self.0.take() {
            threads::post_if_running(&MESSAGE_LOOP, move |_thread| drop(raw));
        }
    }
}

/// The control half of a plugin. Not `Send`: it stays on the message thread, where it was made.
pub struct Instance {
    shared: Arc<Shared>,
    prepared: bool,
    _message_thread: PhantomData<*const ()>,
}

/// The audio half of a plugin that was [prepared](Instance::prepare).
pub struct AudioHalf {
    shared: Arc<Shared>,
}

impl Instance {
    pub(super) fn new(_thread: &MessageThread, inner: UniquePtr<ffi::Instance>) -> Option<Self> {
        (!inner.is_null()).then(|| Self {
            shared: Arc::new(Shared(Some(Raw(inner)))),
            prepared: false,
            _message_thread: PhantomData,
        })
    }

    fn raw(&self) -> &ffi::Instance {
        self.shared.get()
    }

    /// Whether an audio half is out.
    pub fn is_processing(&self) -> bool {
        Arc::strong_count(&self.shared) > 1
    }

    /// What it is.
    ///
    /// # Errors
    ///
    /// As in all calls here: what the plugin threw.
    pub fn description(&self) -> Result<PluginDescription, Error> {
        Ok(ffi::instance_description(self.raw())?)
    }

    /// Its buses, inputs first.
    pub fn buses(&self) -> Result<Vec<BusInfo>, Error> {
        Ok(ffi::instance_buses(self.raw())?)
    }

    /// Asks for a number of channels on each bus, inputs and outputs; zero switches a bus off.
    /// False if the plugin refuses, or while it is processing.
    pub fn set_buses(&mut self, inputs: &[u32], outputs: &[u32]) -> Result<bool, Error> {
        if self.is_processing() {
            return Ok(false);
        }
        Ok(ffi::instance_set_buses(self.raw(), inputs, outputs)?)
    }

    /// Prepares for `sample_rate` and blocks of up to `max_frames`, and hands out the audio half.
    /// `None` while another audio half is out, or if a number makes no sense.
    pub fn prepare(
        &mut self,
        sample_rate: f64,
        max_frames: usize,
        offline: bool,
    ) -> Result<Option<AudioHalf>, Error> {
        let sensible = sample_rate.is_finite() && sample_rate > 0.0 && max_frames > 0;
        let Some(frames) = i32::try_from(max_frames).ok().filter(|_| sensible) else {
            return Ok(None);
        };
        if self.is_processing() {
            return Ok(None);
        }
        self.release()?;
        ffi::instance_prepare(self.raw(), sample_rate, frames, offline)?;
        self.prepared = true;
        Ok(Some(AudioHalf {
            shared: self.shared.clone(),
        }))
    }

    /// Lets go of what was prepared. Does nothing while the audio half is out.
    pub fn release(&mut self) -> Result<(), Error> {
        if !self.is_processing() && std::mem::take(&mut self.prepared) {
            ffi::instance_release(self.raw())?;
        }
        Ok(())
    }

    /// Silences tails. The caller sees to it that no block is being processed; JUCE's plugin formats
    /// guard against an overlap by locks of their own.
    pub fn reset(&mut self) -> Result<(), Error> {
        Ok(ffi::instance_reset(self.raw())?)
    }

    /// The latency in samples.
    pub fn latency_samples(&self) -> Result<u32, Error> {
        Ok(u32::try_from(ffi::instance_latency(self.raw())?).unwrap_or(0))
    }

    /// The tail in seconds; infinity where it never ends.
    pub fn tail_seconds(&self) -> Result<f64, Error> {
        Ok(ffi::instance_tail_seconds(self.raw())?)
    }

    /// Whether it takes MIDI.
    pub fn accepts_midi(&self) -> Result<bool, Error> {
        Ok(ffi::instance_accepts_midi(self.raw())?)
    }

    /// Whether it makes MIDI.
    pub fn produces_midi(&self) -> Result<bool, Error> {
        Ok(ffi::instance_produces_midi(self.raw())?)
    }

    /// Its state, as bytes.
    pub fn state(&self) -> Result<Vec<u8>, Error> {
        Ok(ffi::instance_state(self.raw())?)
    }

    /// Brings a state back.
    pub fn set_state(&mut self, state: &[u8]) -> Result<(), Error> {
        if i32::try_from(state.len()).is_err() {
            return Ok(());
        }
        Ok(ffi::instance_set_state(self.raw(), state)?)
    }

    /// Its parameters.
    pub fn parameters(&self) -> Result<Vec<ParameterInfo>, Error> {
        Ok(ffi::instance_parameters(self.raw())?)
    }

    /// Sets a parameter, from 0 to 1; does nothing where there is none.
    pub fn set_parameter(&mut self, index: usize, value: f32) -> Result<(), Error> {
        if value.is_nan() || i32::try_from(index).is_err() {
            return Ok(());
        }
        Ok(ffi::instance_set_parameter(
            self.raw(),
            index,
            value.clamp(0.0, 1.0),
        )?)
    }

    /// What changed since the last call: [`LATENCY_CHANGED`], [`STATE_CHANGED`].
    pub fn take_changes(&self) -> u8 {
        self.raw().take_changes()
    }

    /// What the plugin threw when [`AudioHalf::process`] failed.
    pub fn failure(&self) -> String {
        self.raw().failure()
    }
}

impl AudioHalf {
    /// Says where in the song the next block begins. Audio thread.
    pub fn set_position(&mut self, position: &Position) {
        self.shared.get().set_position(position);
    }

    /// Processes a block in place; `midi` holds what comes in, and then what goes out. The buffer
    /// has the channels of all buses, inputs or outputs, whichever are more, and is as long as was
    /// prepared for at most. False if the plugin threw. Audio thread.
    ///
    /// # Safety
    ///
    /// The buffer must have at least as many channels as the plugin's buses, inputs and outputs
    /// counted apart, and at most as many frames as were prepared: plugins do not check.
    pub unsafe fn process(
        &mut self,
        buffer: Pin<&mut AudioBuffer<'_>>,
        midi: &mut MidiBuffer,
    ) -> bool {
        // SAFETY: the size is the caller's promise; only this half processes, and `&mut self` keeps
        // it to one thread at a time.
        unsafe { self.shared.get().process(buffer, midi.raw()) }
    }
}
