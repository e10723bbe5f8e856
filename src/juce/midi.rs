//! `juce::MidiBuffer`, filled and read on the audio thread without allocating.
//!
//! ```
//! use matryoshka::juce::midi::{MidiBuffer, ShortMessage};
//!
//! let mut midi = MidiBuffer::with_capacity(1)?;
//! assert!(midi.add(&[0x90, 60, 100], 5));
//! assert!(!midi.add(&[0x80, 60, 0], 9), "there is no more room");
//! let mut messages = [ShortMessage::default(); 4];
//! assert_eq!(midi.read(&mut messages), 1);
//! assert_eq!((messages[0].offset, messages[0].bytes), (5, [0x90, 60, 100]));
//! # Ok::<(), matryoshka::juce::Error>(())
//! ```
#![allow(unsafe_code)]

use super::Error;
use super::owned::Owned;

pub use ffi::ShortMessage;

/// JUCE stores an event as time (4 bytes), length (2) and data (`juce_MidiBuffer.cpp`).
const BYTES_PER_MESSAGE: usize = 4 + 2 + 3;

#[cxx::bridge(namespace = "matryoshka")]
pub(super) mod ffi {
    /// A MIDI message of at most three bytes and the sample it belongs to.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    struct ShortMessage {
        /// Samples from the block's start.
        offset: u32,
        /// Status and data, unused ones zero.
        bytes: [u8; 3],
    }

    unsafe extern "C++" {
        include!("matryoshka/cpp/include/midi.h");

        type MidiBuffer;

        fn midi_buffer_new(bytes: usize) -> Result<UniquePtr<MidiBuffer>>;
        fn midi_buffer_clear(buffer: Pin<&mut MidiBuffer>);
        fn midi_buffer_add(buffer: Pin<&mut MidiBuffer>, message: &[u8], offset: u32) -> bool;
        fn midi_buffer_read(buffer: &MidiBuffer, messages: &mut [ShortMessage]) -> usize;
    }
}

/// A list of MIDI messages in the order of time, with room for a fixed number of them.
pub struct MidiBuffer {
    inner: Owned<ffi::MidiBuffer>,
    room: usize,
    capacity: usize,
    /// JUCE's buffer holds none. Known here, since on the audio thread most never hold any.
    empty: bool,
}

// SAFETY: juce::MidiBuffer is an array of bytes with no ties to a thread; `&mut self` guards writes.
unsafe impl Send for MidiBuffer {}

impl MidiBuffer {
    /// A buffer with room for `capacity` short messages. Allocates.
    ///
    /// # Errors
    ///
    /// Where memory runs out, or the capacity is more than C++'s `int` can count.
    pub fn with_capacity(capacity: usize) -> Result<Self, Error> {
        let bytes = capacity
            .checked_mul(BYTES_PER_MESSAGE)
            .filter(|&bytes| i32::try_from(bytes).is_ok())
            .ok_or_else(|| Error::new("more MIDI messages than a buffer can hold"))?;
        Ok(Self {
            inner: Owned::new(ffi::midi_buffer_new(bytes)?)?,
            room: capacity,
            capacity,
            empty: true,
        })
    }

    /// Forgets all messages, keeping the memory.
    #[inline]
    pub fn clear(&mut self) {
        if !self.empty {
            ffi::midi_buffer_clear(self.inner.pin_mut());
            self.empty = true;
        }
        self.room = self.capacity;
    }

    /// Adds a message of one to three bytes at a sample. Returns false if it is none, or if the
    /// room is used up: the buffer never grows.
    pub fn add(&mut self, message: &[u8], offset: u32) -> bool {
        if self.room == 0
            || message.is_empty()
            || message.len() > 3
            || i32::try_from(offset).is_err()
        {
            return false;
        }
        let added = ffi::midi_buffer_add(self.inner.pin_mut(), message, offset);
        self.room -= usize::from(added);
        self.empty &= !added;
        added
    }

    /// Whether it holds no messages.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.empty
    }

    /// Copies out the messages of up to three bytes, as far as `into` has room, and returns how
    /// many they were.
    pub fn read(&self, into: &mut [ShortMessage]) -> usize {
        if self.empty {
            return 0;
        }
        ffi::midi_buffer_read(&self.inner, into)
    }

    /// The C++ object, for a call that may change it. What it says of messages in there must be
    /// [noted](Self::note_empty) afterwards.
    #[inline]
    pub(super) fn raw(&mut self) -> std::pin::Pin<&mut ffi::MidiBuffer> {
        self.empty = false;
        self.inner.pin_mut()
    }

    /// Whether there are no messages in the C++ object, as C++ said.
    #[inline]
    pub(super) fn note_empty(&mut self, empty: bool) {
        self.empty = empty;
    }
}
