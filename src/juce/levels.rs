//! What [`AudioBuffer`] does with its samples: clear, amplify, look for the lowest and the highest.
//!
//! C++ has one name for several functions here, told apart by their arguments (`clear`,
//! `applyGain`). Rust gives each a name of its own, and cxx finds the right one by its signature.
//! JUCE does not look whether channels and samples are there: these do.
//!
//! ```
//! use matryoshka::juce::AudioBuffer;
//! use pin_init::stack_pin_init;
//!
//! let (mut left, mut right) = ([0.5_f32; 4], [0.5_f32; 4]);
//! let mut channels = [&mut left[..], &mut right[..]];
//! let view = AudioBuffer::borrow(&mut channels).expect("two channels of equal length");
//! stack_pin_init!(let view = view);
//! view.as_mut().apply_gain(2.0);
//! view.as_mut().apply_gain_channel(1, 0, 2, 0.5).expect("samples 0 and 1 of channel 1");
//! view.as_mut().clear_channel(0, 3, 1).expect("sample 3 of channel 0");
//! assert_eq!(view.as_mut().clear_channel(2, 0, 1), None, "there is no channel 2");
//! assert_eq!(view.channel(0), Some(&[1.0, 1.0, 1.0, 0.0][..]));
//! assert_eq!(view.channel(1), Some(&[0.5, 0.5, 1.0, 1.0][..]));
//! ```
#![allow(unsafe_code)]

use std::pin::Pin;

use super::buffer::AudioBuffer;
use super::range::Range;

#[cxx::bridge(namespace = "matryoshka")]
mod ffi {
    unsafe extern "C++" {
        include!("matryoshka/cpp/include/levels.h");

        type AudioBufferFloat<'a> = crate::juce::buffer::AudioBuffer<'a>;
        type RangeFloat = crate::juce::range::Range<f32>;

        fn audio_buffer_has(
            buffer: &AudioBufferFloat,
            channel: usize,
            start: usize,
            frames: usize,
        ) -> bool;

        /// Silences all channels. Any thread; allocates nothing.
        fn clear(self: Pin<&mut AudioBufferFloat>);
        #[cxx_name = "audio_buffer_clear"]
        unsafe fn clear_region(buffer: Pin<&mut AudioBufferFloat>, start: i32, frames: i32);
        #[cxx_name = "audio_buffer_clear"]
        unsafe fn clear_channel(
            buffer: Pin<&mut AudioBufferFloat>,
            channel: i32,
            start: i32,
            frames: i32,
        );

        /// Multiplies all samples by `gain`. Any thread; allocates nothing.
        #[cxx_name = "applyGain"]
        fn apply_gain(self: Pin<&mut AudioBufferFloat>, gain: f32);
        #[cxx_name = "audio_buffer_apply_gain"]
        unsafe fn apply_gain_region(
            buffer: Pin<&mut AudioBufferFloat>,
            start: i32,
            frames: i32,
            gain: f32,
        );
        #[cxx_name = "audio_buffer_apply_gain"]
        unsafe fn apply_gain_channel(
            buffer: Pin<&mut AudioBufferFloat>,
            channel: i32,
            start: i32,
            frames: i32,
            gain: f32,
        );

        #[cxx_name = "audio_buffer_find_min_max"]
        fn find_min_max(
            buffer: &AudioBufferFloat,
            channel: usize,
            start: usize,
            frames: usize,
            found: &mut bool,
        ) -> RangeFloat;
    }
}

/// All of these are for any thread, the audio thread too: none allocates. They return `None`, having
/// done nothing, where the channel or one of the samples is not there.
impl AudioBuffer<'_> {
    /// Silences `frames` samples of all channels, from sample `start` on.
    pub fn clear_region(self: Pin<&mut Self>, start: usize, frames: usize) -> Option<()> {
        let (start, frames) = self.region(start, frames)?;
        // SAFETY: the samples are there.
        unsafe { ffi::clear_region(self, start, frames) };
        Some(())
    }

    /// Silences `frames` samples of one channel, from sample `start` on.
    pub fn clear_channel(
        self: Pin<&mut Self>,
        channel: usize,
        start: usize,
        frames: usize,
    ) -> Option<()> {
        let (channel, start, frames) = self.part_of(channel, start, frames)?;
        // SAFETY: the channel and the samples are there.
        unsafe { ffi::clear_channel(self, channel, start, frames) };
        Some(())
    }

    /// Multiplies `frames` samples of all channels by `gain`, from sample `start` on.
    pub fn apply_gain_region(
        self: Pin<&mut Self>,
        start: usize,
        frames: usize,
        gain: f32,
    ) -> Option<()> {
        let (start, frames) = self.region(start, frames)?;
        // SAFETY: the samples are there.
        unsafe { ffi::apply_gain_region(self, start, frames, gain) };
        Some(())
    }

    /// Multiplies `frames` samples of one channel by `gain`, from sample `start` on.
    pub fn apply_gain_channel(
        self: Pin<&mut Self>,
        channel: usize,
        start: usize,
        frames: usize,
        gain: f32,
    ) -> Option<()> {
        let (channel, start, frames) = self.part_of(channel, start, frames)?;
        // SAFETY: the channel and the samples are there.
        unsafe { ffi::apply_gain_channel(self, channel, start, frames, gain) };
        Some(())
    }

    /// The lowest and the highest of `frames` samples of one channel, from sample `start` on. `None`
    /// also of no samples; what it says of samples that are no numbers is left open.
    pub fn find_min_max(&self, channel: usize, start: usize, frames: usize) -> Option<Range<f32>> {
        let mut found = false;
        let range = ffi::find_min_max(self, channel, start, frames, &mut found);
        found.then_some(range)
    }

    /// The channel, and the samples' start and count, for JUCE.
    fn part_of(&self, channel: usize, start: usize, frames: usize) -> Option<(i32, i32, i32)> {
        // What the buffer holds is counted in C++'s int, so all three fit.
        ffi::audio_buffer_has(self, channel, start, frames).then_some((
            channel as i32,
            start as i32,
            frames as i32,
        ))
    }

    /// The samples' start and count for JUCE.
    fn region(&self, start: usize, frames: usize) -> Option<(i32, i32)> {
        let end = start.checked_add(frames)?;
        // Both fit, as above.
        (end <= self.frames()).then_some((start as i32, frames as i32))
    }
}
