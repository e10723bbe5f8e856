//! `juce::MidiBuffer`, filled and read on the audio thread without allocating.
//!
//! ```
//! use matryoshka::juce::midi::MidiBuffer;
//!
//! let mut midi = MidiBuffer::with_capacity(2)?; // or less, if they are longer than three bytes
//! assert!(midi.add(&[0xf0, 1, 2, 0xf7], 9));
//! assert!(!midi.add(&[0x80, 60, 0], 9), "there is no more room");
//! midi.clear();
//! assert!(midi.add(&[0x90, 60, 100], 5));
//! let messages: Vec<(u32, &[u8])> = midi.iter().collect();
//! assert_eq!(messages, [(5, &[0x90, 60, 100][..])]);
//! # Ok::<(), matryoshka::juce::Error>(())
//! ```
#![allow(unsafe_code)]

use super::Error;
use super::owned::Owned;

/// JUCE stores an event as time (4 bytes), length (2) and data (`juce_MidiBuffer.cpp`).
const HEADER_BYTES: usize = 4 + 2;
/// What a message of three bytes takes.
const BYTES_PER_MESSAGE: usize = HEADER_BYTES + 3;
/// JUCE counts a message with its header in 16 bits.
pub const MAX_MESSAGE_BYTES: usize = u16::MAX as usize - HEADER_BYTES;

#[cxx::bridge(namespace = "matryoshka")]
pub(super) mod ffi {
    unsafe extern "C++" {
        include!("matryoshka/cpp/include/midi.h");

        type MidiBuffer;

        fn midi_buffer_new(bytes: usize) -> Result<UniquePtr<MidiBuffer>>;
        fn midi_buffer_clear(buffer: Pin<&mut MidiBuffer>);
        fn midi_buffer_add(buffer: Pin<&mut MidiBuffer>, message: &[u8], offset: u32) -> bool;
        fn midi_buffer_data(buffer: &MidiBuffer) -> &[u8];
    }
}

/// A list of MIDI messages in the order of time, with room for a fixed number of them.
pub struct MidiBuffer {
    inner: Owned<ffi::MidiBuffer>,
    /// In bytes, as the capacity.
    room: usize,
    capacity: usize,
    /// JUCE's buffer holds none. Known here, since on the audio thread most never hold any.
    empty: bool,
}

// SAFETY: juce::MidiBuffer is an array of bytes with no ties to a thread; `&mut self` guards writes.
unsafe impl Send for MidiBuffer {}

impl MidiBuffer {
    /// A buffer with room for `capacity` messages of three bytes, or for fewer longer ones. Allocates.
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
            room: bytes,
            capacity: bytes,
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

    /// Adds a message at a sample: one of one to three bytes, or a longer one that is system exclusive.
    /// Returns false if it is none, or if there is no room for it: the buffer never grows.
    pub fn add(&mut self, message: &[u8], offset: u32) -> bool {
        let is_message = match message {
            [] => false,
            [0xf0, ..] => message.len() <= MAX_MESSAGE_BYTES,
            _ => message.len() <= 3,
        };
        let bytes = HEADER_BYTES + message.len();
        if !is_message || bytes > self.room || i32::try_from(offset).is_err() {
            return false;
        }
        let added = ffi::midi_buffer_add(self.inner.pin_mut(), message, offset);
        if added {
            self.room -= bytes;
            self.empty = false;
        }
        added
    }

    /// For how many messages of three bytes there is room.
    pub fn room(&self) -> usize {
        self.room / BYTES_PER_MESSAGE
    }

    /// Whether it holds no messages.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.empty
    }

    /// The messages, each with its sample. What a plugin dates before the block's start is at its start.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &[u8])> {
        let mut data: &[u8] = if self.empty {
            &[]
        } else {
            ffi::midi_buffer_data(&self.inner)
        };
        std::iter::from_fn(move || {
            let (offset, rest) = data.split_first_chunk()?;
            let (length, rest) = rest.split_first_chunk()?;
            let length = usize::from(u16::from_ne_bytes(*length));
            let (message, rest) = rest.split_at_checked(length)?;
            data = rest;
            Some((i32::from_ne_bytes(*offset).max(0).unsigned_abs(), message))
        })
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
