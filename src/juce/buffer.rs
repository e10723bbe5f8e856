//! `juce::AudioBuffer<float>`: borrowed views of somebody else's channels, and buffers with memory of
//! their own.
//!
//! The C++ class points into itself, so Rust must not move it: it is built in place, pinned, by an
//! initialiser of the crate `pinned-init`. A view is built on the audio thread's stack, without
//! allocation, and its lifetime is that of the samples it borrows:
//!
//! ```
//! use matryoshka::juce::AudioBuffer;
//! use pin_init::stack_pin_init;
//!
//! let (mut left, mut right) = ([0.5_f32; 64], [0.25_f32; 64]);
//! let mut channels = [&mut left[..], &mut right[..]];
//! let view = AudioBuffer::borrow(&mut channels).expect("two channels of equal length");
//! stack_pin_init!(let view = view);
//! assert_eq!(view.channel(1), Some(&[0.25_f32; 64][..]));
//! ```
#![allow(unsafe_code)]

use std::marker::{PhantomData, PhantomPinned};
use std::mem::MaybeUninit;
use std::pin::Pin;

use cxx::{ExternType, type_id};
use pin_init::{PinInit, pin_init_from_closure};

/// The size of `juce::AudioBuffer<float>` in pointers; checked by `cpp/include/buffer.h`.
const WORDS: usize = 37;

/// From this many channels on, JUCE's class keeps its list of channels on the heap
/// (`preallocatedChannelSpace` in `juce_AudioSampleBuffer.h`), so a view would allocate.
pub const MAX_BORROWED_CHANNELS: usize = 31;

/// A `juce::AudioBuffer<float>` of channels x frames that borrows its samples for `'buffer`, or owns
/// them (`'static`).
#[repr(C)]
pub struct AudioBuffer<'buffer> {
    _storage: [MaybeUninit<*mut ()>; WORDS],
    _samples: PhantomData<&'buffer mut [f32]>,
    _pinned: PhantomPinned,
}

// SAFETY: the name is the alias in cpp/include/buffer.h, which also asserts size and alignment.
// Opaque: cxx never moves it or takes it by value.
unsafe impl ExternType for AudioBuffer<'_> {
    type Id = type_id!("matryoshka::AudioBufferFloat");
    type Kind = cxx::kind::Opaque;
}

// SAFETY: the buffer holds pointers to samples that it borrows mutably or owns, and has no ties to a
// thread (juce_AudioSampleBuffer.h keeps plain members only).
unsafe impl Send for AudioBuffer<'_> {}

#[cxx::bridge(namespace = "matryoshka")]
pub(super) mod ffi {
    unsafe extern "C++" {
        include!("matryoshka/cpp/include/buffer.h");

        type AudioBufferFloat<'a> = super::AudioBuffer<'a>;

        unsafe fn audio_buffer_borrow(
            place: *mut AudioBufferFloat,
            channels: *const *const f32,
            count: usize,
            frames: usize,
        );
        unsafe fn audio_buffer_own(
            place: *mut AudioBufferFloat,
            count: usize,
            frames: usize,
        ) -> Result<()>;
        unsafe fn audio_buffer_destroy(place: *mut AudioBufferFloat);

        fn audio_buffer_set_frames(buffer: Pin<&mut AudioBufferFloat>, frames: usize);
        fn audio_buffer_channels(buffer: &AudioBufferFloat) -> usize;
        fn audio_buffer_frames(buffer: &AudioBufferFloat) -> usize;
        fn audio_buffer_read(buffer: &AudioBufferFloat, channel: usize) -> *const f32;
        fn audio_buffer_write(buffer: Pin<&mut AudioBufferFloat>, channel: usize) -> *mut f32;
    }
}

/// The channels that a view is built from: at most [`MAX_BORROWED_CHANNELS`] pointers and one length.
struct ChannelList {
    pointers: [*const f32; MAX_BORROWED_CHANNELS],
    count: usize,
    frames: usize,
}

impl<'buffer> AudioBuffer<'buffer> {
    /// An initialiser for a view of `channels`, which stay mutably borrowed for the view's life.
    /// `None` if they differ in length, are more than [`MAX_BORROWED_CHANNELS`], or are longer than
    /// C++'s `int`. Allocates nothing.
    #[inline]
    pub fn borrow<'samples: 'buffer>(
        channels: &'buffer mut [&'samples mut [f32]],
    ) -> Option<impl PinInit<Self> + use<'buffer, 'samples>> {
        let frames = channels.first().map_or(0, |channel| channel.len());
        Self::borrow_chained(channels, &mut [], frames)
    }

    /// Like [`borrow`](Self::borrow), from two lists, one after the other, of `frames` samples each.
    #[inline]
    pub fn borrow_chained<'samples: 'buffer, 'more: 'buffer>(
        channels: &'buffer mut [&'samples mut [f32]],
        more: &'buffer mut [&'more mut [f32]],
        frames: usize,
    ) -> Option<impl PinInit<Self> + use<'buffer, 'samples, 'more>> {
        let count = channels.len() + more.len();
        if count > MAX_BORROWED_CHANNELS || i32::try_from(frames).is_err() {
            return None;
        }
        let mut list = ChannelList {
            pointers: [std::ptr::null(); MAX_BORROWED_CHANNELS],
            count,
            frames,
        };
        let samples = channels
            .iter_mut()
            .map(|channel| &mut **channel)
            .chain(more.iter_mut().map(|channel| &mut **channel));
        for (pointer, channel) in list.pointers.iter_mut().zip(samples) {
            if channel.len() != frames {
                return None;
            }
            *pointer = channel.as_mut_ptr();
        }
        let build = move |place: *mut Self| {
            // SAFETY: `place` is valid for writes of this size (pinned-init's contract), and is only
            // ever destroyed by our `Drop`. The pointers come from mutable slices of `frames`
            // samples that `'buffer` keeps borrowed, and are fewer than JUCE's preallocated list.
            unsafe {
                ffi::audio_buffer_borrow(place, list.pointers.as_ptr(), list.count, list.frames);
            }
            Ok(())
        };
        // SAFETY: on `Ok` the place is fully initialised; there is no `Err`; the value is pinned.
        Some(unsafe { pin_init_from_closure(build) })
    }

    fn index(&self, channel: usize) -> Option<usize> {
        (channel < self.channels()).then_some(channel)
    }

    /// The number of channels.
    pub fn channels(&self) -> usize {
        ffi::audio_buffer_channels(self)
    }

    /// The number of samples in each channel.
    pub fn frames(&self) -> usize {
        ffi::audio_buffer_frames(self)
    }

    /// A channel's samples.
    pub fn channel(&self, channel: usize) -> Option<&[f32]> {
        let channel = self.index(channel)?;
        // SAFETY: JUCE keeps `frames` samples behind the pointer of each channel below the count;
        // they live as long as the buffer, which `self` borrows.
        Some(unsafe {
            std::slice::from_raw_parts(ffi::audio_buffer_read(self, channel), self.frames())
        })
    }

    /// A channel's samples, to write.
    pub fn channel_mut(self: Pin<&mut Self>, channel: usize) -> Option<&mut [f32]> {
        let channel = self.index(channel)?;
        let frames = self.frames();
        // SAFETY: as in `channel`, and `self` is borrowed mutably.
        Some(unsafe {
            std::slice::from_raw_parts_mut(ffi::audio_buffer_write(self, channel), frames)
        })
    }
}

impl AudioBuffer<'static> {
    /// An initialiser for a buffer with zeroed memory of its own, which it allocates. `None` if a
    /// number is beyond C++'s `int`.
    pub fn new(channels: usize, frames: usize) -> Option<impl PinInit<Self, super::Error>> {
        let samples = channels.checked_mul(frames)?;
        i32::try_from(channels).ok()?;
        i32::try_from(samples).ok()?;
        let build = move |place: *mut Self| {
            // SAFETY: `place` is valid for writes; where C++ throws, nothing was built there.
            unsafe { Ok(ffi::audio_buffer_own(place, channels, frames)?) }
        };
        // SAFETY: on `Ok` the place is initialised, on `Err` it is not; the value is pinned.
        Some(unsafe { pin_init_from_closure(build) })
    }
}

impl AudioBuffer<'static> {
    /// Says how many samples each channel has from now on; what they held is lost. Allocates only if
    /// the buffer never was as long before.
    pub fn set_frames(self: Pin<&mut Self>, frames: usize) {
        if i32::try_from(frames).is_ok() {
            ffi::audio_buffer_set_frames(self, frames);
        }
    }
}

impl Drop for AudioBuffer<'_> {
    fn drop(&mut self) {
        // SAFETY: every buffer was built by one of the initialisers, and is dropped once.
        unsafe { ffi::audio_buffer_destroy(self) }
    }
}
