//! `juce::AudioPluginInstance`: one loaded plugin, in a control half and an audio half.
//!
//! JUCE wants everything but `processBlock` on the message thread; `processBlock` may run elsewhere
//! at the same time, except during `prepareToPlay`, `releaseResources`, `reset` and bus changes. The
//! types say so: [`Instance`] is not `Send` and has the control calls; [`AudioHalf`] is `Send` and has
//! `process`; what must not overlap with it takes the audio half as proof, or checks that none is
//! out. Parameters are set on either side. The C++ object goes when both halves have gone, on the message thread.
//!
//! ```
//! use matryoshka::juce::{AudioBuffer, MESSAGE_LOOP, MidiBuffer, testing};
//! use matryoshka::threads::Messages;
//! use pin_init::stack_pin_init;
//!
//! // Message thread: load a plugin (here one that halves what it hears) and prepare it. The control
//! // half stays there; the audio half may leave.
//! let messages = Messages::acquire(&MESSAGE_LOOP)?;
//! let half = messages.ask(|thread| {
//!     let mut plugin = testing::plugin(thread, "well")?;
//!     plugin.prepare(48_000.0, 64, false)
//! })??;
//! let mut half = half.expect("numbers that make sense, and no other audio half");
//!
//! // Audio thread: two channels of 64 samples, processed where they are.
//! let mut midi = MidiBuffer::with_capacity(16)?;
//! let mut samples = [1.0_f32; 128];
//! {
//!     let view = AudioBuffer::borrow_slice(&mut samples, 2).expect("twice 64 samples");
//!     stack_pin_init!(let view = view);
//!     half.process(view, &mut midi)?;
//! }
//! assert_eq!(samples, [0.5; 128]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![allow(unsafe_code)]

use std::marker::PhantomData;
use std::pin::Pin;
use std::ptr::NonNull;
use std::sync::Arc;

use cxx::UniquePtr;
use thiserror::Error as ThisError;

use super::Error;
use super::buffer::AudioBuffer;
use super::description::PluginDescription;
use super::editor_window::EditorWindow;
use super::message_loop::MESSAGE_LOOP;
use super::midi::MidiBuffer;
use super::owned::Owned;
use crate::threads::{self, MessageThread};

pub use ffi::BusInfo;

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

    /// How a block went.
    #[derive(Debug)]
    #[repr(u8)]
    enum Outcome {
        /// It was processed, and there are no MIDI messages now.
        Processed,
        /// It was processed, and there are MIDI messages: the plugin's, or those that it left.
        ProcessedWithMidi,
        /// The plugin threw.
        Threw,
        /// The buffer is too narrow or too long, and the plugin was not called.
        Misfit,
    }

    unsafe extern "C++" {
        include!("matryoshka/cpp/include/instance.h");
        include!("matryoshka/src/juce/description.rs.h");

        type AudioBufferFloat<'a> = super::AudioBuffer<'a>;
        type MidiBuffer = crate::juce::midi::ffi::MidiBuffer;
        type PluginDescription = crate::juce::description::PluginDescription;

        type Instance;
        fn process(
            self: &Instance,
            buffer: Pin<&mut AudioBufferFloat>,
            midi: Pin<&mut MidiBuffer>,
        ) -> Outcome;
        fn set_value(self: &Instance, index: usize, value: f32) -> bool;
        fn failure(self: &Instance) -> String;

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
        fn instance_let_rest(instance: &Instance);
        fn instance_set_state(instance: &Instance, state: &[u8]) -> Result<()>;
    }

    impl UniquePtr<Instance> {}
}

/// The most channels of a bus that a plugin is asked for. JUCE would take minutes over billions.
pub const MAX_BUS_CHANNELS: u32 = 1024;

/// Why a block was not processed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ThisError)]
pub enum ProcessError {
    /// The plugin threw; [`Instance::failure`] says what. It should not be called again.
    #[error("the plugin threw an exception")]
    Threw,
    /// The buffer has fewer channels than the plugin, or more frames than were prepared. The plugin
    /// was not called.
    #[error("the buffer does not fit the plugin")]
    Misfit,
}

/// The C++ object.
struct Raw(Owned<ffi::Instance>);

// SAFETY: the halves divide the calls between the threads as JUCE's rules in the module's
// documentation want it, and the object is destroyed on the message thread (`Shared`).
unsafe impl Send for Raw {}
// SAFETY: as above.
unsafe impl Sync for Raw {}

/// The C++ object, shared by the two halves. Whoever drops it last, it goes on the message thread.
struct Shared(Option<Raw>);

impl Shared {
    fn get(&self) -> &ffi::Instance {
        let raw = self.0.as_ref().expect("set when made, taken only by drop");
        &raw.0
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
    /// The first member, so that it goes before the plugin.
    pub(super) window: Option<EditorWindow>,
    shared: Arc<Shared>,
    prepared: bool,
    _message_thread: PhantomData<*const ()>,
}

/// The audio half of a plugin that was [prepared](Instance::prepare).
pub struct AudioHalf {
    /// The object that `_shared` keeps: one step less on the way to it, for each block.
    instance: NonNull<ffi::Instance>,
    _shared: Arc<Shared>,
}

// SAFETY: as `Raw`, whose address `instance` is.
unsafe impl Send for AudioHalf {}
// SAFETY: as `Raw`.
unsafe impl Sync for AudioHalf {}

impl Instance {
    pub(super) fn new(_thread: &MessageThread, inner: UniquePtr<ffi::Instance>) -> Option<Self> {
        let raw = Raw(Owned::new(inner).ok()?);
        Some(Self {
            window: None,
            shared: Arc::new(Shared(Some(raw))),
            prepared: false,
            _message_thread: PhantomData,
        })
    }

    pub(super) fn raw(&self) -> &ffi::Instance {
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
    /// False if the plugin refuses, if it has more or fewer buses, or while it is processing.
    pub fn set_buses(&mut self, inputs: &[u32], outputs: &[u32]) -> Result<bool, Error> {
        let too_many = |&channels: &u32| channels > MAX_BUS_CHANNELS;
        if self.is_processing() || inputs.iter().chain(outputs).any(too_many) {
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
            instance: self.raw().into(),
            _shared: self.shared.clone(),
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

    /// Has the plugin never process while a program or a state is brought to it: the call waits for the
    /// block that is being processed, and blocks that come meanwhile leave their audio as it is. LV2
    /// plugins may want that, and JUCE leaves it to its host. Does nothing once it processes.
    pub fn let_rest(&mut self) {
        if !self.is_processing() {
            ffi::instance_let_rest(self.raw());
        }
    }

    /// Brings a [state](Self::state) back.
    pub fn set_state(&mut self, state: &[u8]) -> Result<(), Error> {
        if i32::try_from(state.len()).is_err() {
            return Err(Error::new("the state is larger than 2 GiB"));
        }
        Ok(ffi::instance_set_state(self.raw(), state)?)
    }

    /// What the plugin threw when [`AudioHalf::process`] failed for the first time; empty before.
    pub fn failure(&self) -> String {
        self.raw().failure()
    }
}

impl AudioHalf {
    /// Processes a block in place; `midi` holds what comes in, and then what goes out. The buffer
    /// has the channels of all buses, inputs or outputs, whichever are more. Nothing happens for a
    /// block without frames. Audio thread.
    ///
    /// # Errors
    ///
    /// If the buffer does not fit, or the plugin threw.
    #[inline]
    pub fn process(
        &mut self,
        buffer: Pin<&mut AudioBuffer<'_>>,
        midi: &mut MidiBuffer,
    ) -> Result<(), ProcessError> {
        // SAFETY: the object lives as long as `_shared`.
        let instance = unsafe { self.instance.as_ref() };
        match instance.process(buffer, midi.raw()) {
            ffi::Outcome::Processed => {
                midi.note_empty(true);
                Ok(())
            }
            ffi::Outcome::ProcessedWithMidi => Ok(()),
            ffi::Outcome::Misfit => Err(ProcessError::Misfit),
            _ => Err(ProcessError::Threw),
        }
    }

    /// Sets a parameter, from 0 to 1, and tells no listener. The plugin hears of it with the next block.
    /// False where there is no such parameter, or the plugin threw; what is no number sets nothing.
    ///
    /// Nothing waits: JUCE's VST3 and LV2 hosts keep atomics for it, and of LADSPA's the mutex was taken
    /// out (`cpp/juce_patches.cmake`). The list of an Audio Unit's parameters may be made anew meanwhile
    /// if the plugin wants it, as in any host made with JUCE.
    pub fn set_parameter(&mut self, index: usize, value: f32) -> bool {
        // SAFETY: the object lives as long as `_shared`.
        let instance = unsafe { self.instance.as_ref() };
        !value.is_nan() && instance.set_value(index, value.clamp(0.0, 1.0))
    }
}
