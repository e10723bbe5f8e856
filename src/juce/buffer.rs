//! `juce::AudioBuffer<float>` and `<double>`: borrowed views of somebody else's channels, and buffers
//! with memory of their own.
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
//!
//! What the compiler refuses is in `tests/compile_fail`: a view that outlives its samples, samples
//! that are used while a view borrows them, and moving or swapping a buffer.
#![allow(unsafe_code)]

use std::marker::{PhantomData, PhantomPinned};
use std::mem::MaybeUninit;
use std::pin::Pin;

use cxx::{ExternType, type_id};
use pin_init::{PinInit, pin_init_from_closure};

use super::Error;
use super::sample::Sample;

/// The size of `juce::AudioBuffer` in pointers; checked by `cpp/include/buffer.h`.
const WORDS: usize = 37;

/// From this many channels on, JUCE's class keeps its list of channels on the heap
/// (`preallocatedChannelSpace` in `juce_AudioSampleBuffer.h`), so a view would allocate. Who needs
/// more on the audio thread keeps a buffer of that size ready and copies.
pub const MAX_BORROWED_CHANNELS: usize = 31;

/// A `juce::AudioBuffer` of channels x frames that borrows its samples for `'buffer`, or owns them
/// (`'static`).
#[repr(C)]
pub struct AudioBuffer<'buffer, T: Sample = f32> {
    _storage: [MaybeUninit<*mut ()>; WORDS],
    _samples: PhantomData<&'buffer mut [T]>,
    _pinned: PhantomPinned,
}

// SAFETY: the name is the alias in cpp/include/buffer.h, which also asserts size and alignment.
// Opaque: cxx never moves it or takes it by value.
unsafe impl ExternType for AudioBuffer<'_, f32> {
    type Id = type_id!("matryoshka::AudioBufferFloat");
    type Kind = cxx::kind::Opaque;
}

// SAFETY: as above.
unsafe impl ExternType for AudioBuffer<'_, f64> {
    type Id = type_id!("matryoshka::AudioBufferDouble");
    type Kind = cxx::kind::Opaque;
}

// SAFETY: the buffer holds pointers to samples that it borrows mutably or owns, and has no ties to a
// thread (juce_AudioSampleBuffer.h keeps plain members only).
unsafe impl<T: Sample> Send for AudioBuffer<'_, T> {}

/// One instantiation of the template, as the bridge names it.
type Float<'a> = AudioBuffer<'a, f32>;
/// The other.
type Double<'a> = AudioBuffer<'a, f64>;

#[cxx::bridge(namespace = "matryoshka")]
pub(super) mod ffi {
    unsafe extern "C++" {
        include!("matryoshka/cpp/include/buffer.h");

        type AudioBufferFloat<'a> = super::Float<'a>;
        type AudioBufferDouble<'a> = super::Double<'a>;

        #[cxx_name = "audio_buffer_borrow"]
        unsafe fn borrow_f32(
            place: *mut AudioBufferFloat,
            channels: *const *const f32,
            count: usize,
            frames: usize,
        );
        #[cxx_name = "audio_buffer_own"]
        unsafe fn own_f32(place: *mut AudioBufferFloat, count: usize, frames: usize) -> Result<()>;
        #[cxx_name = "audio_buffer_destroy"]
        unsafe fn destroy_f32(place: *mut AudioBufferFloat);
        #[cxx_name = "audio_buffer_set_frames"]
        fn set_frames_f32(buffer: Pin<&mut AudioBufferFloat>, frames: usize) -> Result<()>;
        #[cxx_name = "audio_buffer_channels"]
        fn channels_f32(buffer: &AudioBufferFloat) -> usize;
        #[cxx_name = "audio_buffer_frames"]
        fn frames_f32(buffer: &AudioBufferFloat) -> usize;
        #[cxx_name = "audio_buffer_read"]
        unsafe fn read_f32(buffer: &AudioBufferFloat, channel: usize) -> *const f32;
        #[cxx_name = "audio_buffer_write"]
        unsafe fn write_f32(buffer: Pin<&mut AudioBufferFloat>, channel: usize) -> *mut f32;

        #[cxx_name = "audio_buffer_borrow"]
        unsafe fn borrow_f64(
            place: *mut AudioBufferDouble,
            channels: *const *const f64,
            count: usize,
            frames: usize,
        );
        #[cxx_name = "audio_buffer_own"]
        unsafe fn own_f64(place: *mut AudioBufferDouble, count: usize, frames: usize)
        -> Result<()>;
        #[cxx_name = "audio_buffer_destroy"]
        unsafe fn destroy_f64(place: *mut AudioBufferDouble);
        #[cxx_name = "audio_buffer_set_frames"]
        fn set_frames_f64(buffer: Pin<&mut AudioBufferDouble>, frames: usize) -> Result<()>;
        #[cxx_name = "audio_buffer_channels"]
        fn channels_f64(buffer: &AudioBufferDouble) -> usize;
        #[cxx_name = "audio_buffer_frames"]
        fn frames_f64(buffer: &AudioBufferDouble) -> usize;
        #[cxx_name = "audio_buffer_read"]
        unsafe fn read_f64(buffer: &AudioBufferDouble, channel: usize) -> *const f64;
        #[cxx_name = "audio_buffer_write"]
        unsafe fn write_f64(buffer: Pin<&mut AudioBufferDouble>, channel: usize) -> *mut f64;
    }
}

/// Pointers to channels, on the stack just for JUCE's constructor.
type ChannelList<T> = [MaybeUninit<*const T>; MAX_BORROWED_CHANNELS];

/// An initialiser for a view of `count` channels of `frames` samples each. `None` if there are too many
/// channels, or if they are longer than C++'s `int`.
///
/// The list is filled when the view is built: an initialiser that held it would be copied on its way,
/// which takes longer than the call.
///
/// # Safety
///
/// `fill` writes the first `count` pointers, from mutable slices of `frames` samples, all different,
/// that stay borrowed for `'buffer`.
#[inline]
unsafe fn view<'buffer, T: Sample>(
    count: usize,
    frames: usize,
    fill: impl FnOnce(&mut ChannelList<T>),
) -> Option<impl PinInit<AudioBuffer<'buffer, T>>> {
    if count > MAX_BORROWED_CHANNELS || i32::try_from(frames).is_err() {
        return None;
    }
    let build = move |place: *mut AudioBuffer<'buffer, T>| {
        let mut list = [const { MaybeUninit::uninit() }; MAX_BORROWED_CHANNELS];
        fill(&mut list);
        // SAFETY: `place` is valid for writes of this size (pinned-init's contract), and is only ever
        // destroyed by our `Drop`; the rest is this function's contract, and the sizes were seen to.
        unsafe { T::borrow(place, list.as_ptr().cast(), count, frames) };
        Ok(())
    };
    // SAFETY: on `Ok` the place is fully initialised; there is no `Err`; the value is pinned.
    Some(unsafe { pin_init_from_closure(build) })
}

/// Writes the channels' pointers into a list, as many as it takes.
#[inline]
fn list_channels<T>(list: &mut [MaybeUninit<*const T>], channels: &mut [&mut [T]]) {
    for (entry, channel) in list.iter_mut().zip(channels) {
        entry.write(channel.as_mut_ptr());
    }
}

impl<'buffer, T: Sample> AudioBuffer<'buffer, T> {
    /// An initialiser for a view of `channels`, which stay mutably borrowed for the view's life.
    /// `None` if they differ in length, are more than [`MAX_BORROWED_CHANNELS`], or are longer than
    /// C++'s `int`. Allocates nothing.
    #[inline]
    pub fn borrow<'samples: 'buffer>(
        channels: &'buffer mut [&'samples mut [T]],
    ) -> Option<impl PinInit<Self> + use<'buffer, 'samples, T>> {
        let frames = channels.first().map_or(0, |channel| channel.len());
        if channels.iter().any(|channel| channel.len() != frames) {
            return None;
        }
        // SAFETY: so many channels of so many samples, mutably borrowed for as long.
        unsafe {
            view(channels.len(), frames, move |list| {
                list_channels(list, channels)
            })
        }
    }

    /// Like [`borrow`](Self::borrow), from two lists, one after the other, of `frames` samples each.
    #[inline]
    pub fn borrow_chained<'samples: 'buffer, 'more: 'buffer>(
        channels: &'buffer mut [&'samples mut [T]],
        more: &'buffer mut [&'more mut [T]],
        frames: usize,
    ) -> Option<impl PinInit<Self> + use<'buffer, 'samples, 'more, T>> {
        let (first, count) = (channels.len(), channels.len() + more.len());
        if channels.iter().any(|channel| channel.len() != frames)
            || more.iter().any(|channel| channel.len() != frames)
        {
            return None;
        }
        let fill = move |list: &mut ChannelList<T>| {
            list_channels(list, channels);
            list_channels(list.get_mut(first..).unwrap_or_default(), more);
        };
        // SAFETY: so many channels of so many samples, mutably borrowed for as long.
        unsafe { view(count, frames, fill) }
    }

    /// An initialiser for a view of one slice that holds `channels` channels, one behind the other.
    /// One channel is mono. `None` if it does not divide evenly, and as in [`borrow`](Self::borrow).
    ///
    /// ```
    /// use matryoshka::juce::AudioBuffer;
    /// use pin_init::stack_pin_init;
    ///
    /// let mut samples = [1.0_f64, 2.0, 3.0, 4.0];
    /// let view = AudioBuffer::borrow_slice(&mut samples, 2).expect("twice two samples");
    /// stack_pin_init!(let view = view);
    /// assert_eq!(view.channel(1), Some(&[3.0, 4.0][..]));
    /// ```
    #[inline]
    pub fn borrow_slice(
        samples: &'buffer mut [T],
        channels: usize,
    ) -> Option<impl PinInit<Self> + use<'buffer, T>> {
        let frames = samples.len().checked_div(channels)?;
        if frames * channels != samples.len() {
            return None;
        }
        let first = samples.as_mut_ptr();
        let fill = move |list: &mut ChannelList<T>| {
            for (channel, entry) in list.iter_mut().enumerate().take(channels) {
                entry.write(first.wrapping_add(channel * frames));
            }
        };
        // SAFETY: so many channels of so many samples are in the slice, which is borrowed for as long.
        unsafe { view(channels, frames, fill) }
    }

    /// The number of channels.
    #[inline]
    pub fn channels(&self) -> usize {
        T::channels(self)
    }

    /// The number of samples in each channel.
    #[inline]
    pub fn frames(&self) -> usize {
        T::frames(self)
    }

    /// A channel's samples.
    #[inline]
    pub fn channel(&self, channel: usize) -> Option<&[T]> {
        // SAFETY: the index is below the count. JUCE keeps `frames` samples behind the pointer of
        // each such channel; they live as long as the buffer, which `self` borrows.
        (channel < self.channels())
            .then(|| unsafe { std::slice::from_raw_parts(T::read(self, channel), self.frames()) })
    }

    /// A channel's samples, to write.
    #[inline]
    pub fn channel_mut(self: Pin<&mut Self>, channel: usize) -> Option<&mut [T]> {
        let frames = self.frames();
        // SAFETY: as in `channel`, and `self` is borrowed mutably.
        (channel < self.channels())
            .then(|| unsafe { std::slice::from_raw_parts_mut(T::write(self, channel), frames) })
    }
}

impl<T: Sample> AudioBuffer<'static, T> {
    /// An initialiser for a buffer with zeroed memory of its own, which it allocates. `None` if a
    /// number is beyond C++'s `int`.
    pub fn zeroed(channels: usize, frames: usize) -> Option<impl PinInit<Self, Error>> {
        let samples = channels.checked_mul(frames)?;
        for number in [channels, frames, samples] {
            i32::try_from(number).ok()?;
        }
        let build = move |place: *mut Self| {
            // SAFETY: `place` is valid for writes, and the numbers fit; where C++ throws, nothing
            // was built there.
            unsafe { Ok(T::own(place, channels, frames)?) }
        };
        // SAFETY: on `Ok` the place is initialised, on `Err` it is not; the value is pinned.
        Some(unsafe { pin_init_from_closure(build) })
    }

    /// Says how many samples each channel has from now on; what they held is lost. Allocates only if
    /// the buffer never was as long before.
    ///
    /// # Errors
    ///
    /// If memory runs out, or the number is beyond C++'s `int`.
    pub fn set_frames(self: Pin<&mut Self>, frames: usize) -> Result<(), Error> {
        let samples = self.channels().checked_mul(frames);
        if i32::try_from(frames).is_err() || samples.is_none_or(|it| i32::try_from(it).is_err()) {
            return Err(Error::new("more samples than a buffer can hold"));
        }
        Ok(T::set_frames(self, frames)?)
    }
}

impl AudioBuffer<'static> {
    /// [`zeroed`](Self::zeroed) for `f32`, without having to say so.
    ///
    /// ```
    /// use matryoshka::juce::{AudioBuffer, Error};
    /// use pin_init::InPlaceInit;
    ///
    /// let buffer = AudioBuffer::new(2, 512).expect("small numbers");
    /// let buffer = Box::try_pin_init::<Error>(buffer)?;
    /// assert_eq!((buffer.channels(), buffer.frames()), (2, 512));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn new(channels: usize, frames: usize) -> Option<impl PinInit<Self, Error>> {
        Self::zeroed(channels, frames)
    }
}

impl<T: Sample> Drop for AudioBuffer<'_, T> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: every buffer was built by one of the initialisers, and is dropped once.
        unsafe { T::destroy(self) }
    }
}
