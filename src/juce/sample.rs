//! The two kinds of sample that `juce::AudioBuffer` is a template over.
//!
//! A C++ template has no counterpart in a bridge: each instantiation is a type of its own there. This
//! trait brings `juce::AudioBuffer<float>` and `<double>` together again, as one generic type.
//!
//! ```
//! use matryoshka::juce::{AudioBuffer, Sample};
//!
//! fn first<T: Sample>(buffer: &AudioBuffer<'_, T>) -> Option<T> {
//!     buffer.channel(0)?.first().copied()
//! }
//!
//! let mut samples = [0.5_f64];
//! let view = AudioBuffer::borrow_slice(&mut samples, 1).expect("one channel");
//! pin_init::stack_pin_init!(let view = view);
//! assert_eq!(first(&view), Some(0.5));
//! ```
#![allow(unsafe_code)]

use std::pin::Pin;

use super::buffer::{AudioBuffer, ffi};

mod sealed {
    /// Keeps [`Sample`](super::Sample) to the types that JUCE's buffer is instantiated for.
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}

/// A sample of an [`AudioBuffer`]: `f32` or `f64`. Sealed.
pub trait Sample: sealed::Sealed + Copy + Default + PartialOrd + Send + Sync + 'static {
    /// # Safety
    ///
    /// `place` is valid for writes, and `channels` holds `count` pointers to `frames` samples each
    /// that nobody else uses while the buffer exists. `count` and `frames` fit C++'s `int`, and
    /// `count` JUCE's preallocated list.
    #[doc(hidden)]
    unsafe fn borrow(
        place: *mut AudioBuffer<'_, Self>,
        channels: *const *const Self,
        count: usize,
        frames: usize,
    );
    /// # Safety
    ///
    /// `place` is valid for writes; `count`, `frames` and their product fit C++'s `int`.
    #[doc(hidden)]
    unsafe fn own(
        place: *mut AudioBuffer<'_, Self>,
        count: usize,
        frames: usize,
    ) -> Result<(), cxx::Exception>;
    /// # Safety
    ///
    /// `place` holds a buffer that is not used again.
    #[doc(hidden)]
    unsafe fn destroy(place: *mut AudioBuffer<'_, Self>);
    #[doc(hidden)]
    fn set_frames(
        buffer: Pin<&mut AudioBuffer<'_, Self>>,
        frames: usize,
    ) -> Result<(), cxx::Exception>;
    #[doc(hidden)]
    fn channels(buffer: &AudioBuffer<'_, Self>) -> usize;
    #[doc(hidden)]
    fn frames(buffer: &AudioBuffer<'_, Self>) -> usize;
    /// # Safety
    ///
    /// `channel` is below the number of channels.
    #[doc(hidden)]
    unsafe fn read(buffer: &AudioBuffer<'_, Self>, channel: usize) -> *const Self;
    /// # Safety
    ///
    /// `channel` is below the number of channels.
    #[doc(hidden)]
    unsafe fn write(buffer: Pin<&mut AudioBuffer<'_, Self>>, channel: usize) -> *mut Self;
}

/// Binds the calls of one instantiation, whose names in the bridge end alike.
macro_rules! sample {
    ($sample:ty, $borrow:ident, $own:ident, $destroy:ident, $set_frames:ident, $channels:ident,
     $frames:ident, $read:ident, $write:ident) => {
        impl Sample for $sample {
            #[inline]
            unsafe fn borrow(
                place: *mut AudioBuffer<'_, Self>,
                channels: *const *const Self,
                count: usize,
                frames: usize,
            ) {
                // SAFETY: the trait's contract is C++'s.
                unsafe { ffi::$borrow(place, channels, count, frames) }
            }
            unsafe fn own(
                place: *mut AudioBuffer<'_, Self>,
                count: usize,
                frames: usize,
            ) -> Result<(), cxx::Exception> {
                // SAFETY: the trait's contract is C++'s.
                unsafe { ffi::$own(place, count, frames) }
            }
            #[inline]
            unsafe fn destroy(place: *mut AudioBuffer<'_, Self>) {
                // SAFETY: the trait's contract is C++'s.
                unsafe { ffi::$destroy(place) }
            }
            fn set_frames(
                buffer: Pin<&mut AudioBuffer<'_, Self>>,
                frames: usize,
            ) -> Result<(), cxx::Exception> {
                ffi::$set_frames(buffer, frames)
            }
            #[inline]
            fn channels(buffer: &AudioBuffer<'_, Self>) -> usize {
                ffi::$channels(buffer)
            }
            #[inline]
            fn frames(buffer: &AudioBuffer<'_, Self>) -> usize {
                ffi::$frames(buffer)
            }
            #[inline]
            unsafe fn read(buffer: &AudioBuffer<'_, Self>, channel: usize) -> *const Self {
                // SAFETY: the trait's contract is C++'s.
                unsafe { ffi::$read(buffer, channel) }
            }
            #[inline]
            unsafe fn write(buffer: Pin<&mut AudioBuffer<'_, Self>>, channel: usize) -> *mut Self {
                // SAFETY: the trait's contract is C++'s.
                unsafe { ffi::$write(buffer, channel) }
            }
        }
    };
}

sample!(
    f32,
    borrow_f32,
    own_f32,
    destroy_f32,
    set_frames_f32,
    channels_f32,
    frames_f32,
    read_f32,
    write_f32
);
sample!(
    f64,
    borrow_f64,
    own_f64,
    destroy_f64,
    set_frames_f64,
    channels_f64,
    frames_f64,
    read_f64,
    write_f64
);
