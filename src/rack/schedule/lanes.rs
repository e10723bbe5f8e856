//! Scratch channels: memory for audio that is not in the host's buffers.

#![allow(unsafe_code)]

use std::cell::UnsafeCell;
use std::fmt;

use arrayvec::ArrayVec;

use crate::audio::MAX_CHANNELS;
pub(super) use crate::rack::delay::copy;

/// A list of channels, made without allocating.
pub(super) type ChannelList<'a> = ArrayVec<&'a mut [f32], MAX_CHANNELS>;

/// A list of channels that are only read.
pub(super) type ReadList<'a> = ArrayVec<&'a [f32], MAX_CHANNELS>;

/// A number of scratch channels, all of the same length. Steps name them by number; those of steps
/// that run at the same time are others.
pub(super) struct Lanes {
    samples: Box<[UnsafeCell<f32>]>,
    max_frames: usize,
}

// SAFETY: samples are reached through `list` alone, whose callers answer for it that no two threads
// have the same lane.
unsafe impl Sync for Lanes {}

impl Lanes {
    /// So many channels of `max_frames`, which is at least 1. Allocates.
    pub fn new(lanes: usize, max_frames: usize) -> Self {
        let max_frames = max_frames.max(1);
        Self {
            samples: (0..lanes * max_frames)
                .map(|_| UnsafeCell::new(0.0))
                .collect(),
            max_frames,
        }
    }

    /// Some of the channels, cut to a block's length; fewer where there are not so many, or where the
    /// block is too long.
    ///
    /// # Safety
    ///
    /// None of these channels may be in another list that is still in use.
    #[inline]
    pub unsafe fn list(&self, first: usize, count: usize, frames: usize) -> ChannelList<'_> {
        (self.cut(first, count, frames))
            .map(|lane| {
                let samples = UnsafeCell::raw_get(lane.as_ptr());
                // SAFETY: the samples are within one allocation and initialised, and the caller
                // answers for it that no other reference to them is in use.
                unsafe { std::slice::from_raw_parts_mut(samples, lane.len()) }
            })
            .collect()
    }

    /// Some of the channels, cut to a block's length, untouched.
    #[inline]
    fn cut(
        &self,
        first: usize,
        count: usize,
        frames: usize,
    ) -> impl Iterator<Item = &[UnsafeCell<f32>]> {
        let start = first * self.max_frames;
        let end = start + count.min(MAX_CHANNELS) * self.max_frames;
        (self.samples.get(start..end).unwrap_or_default())
            .chunks_exact(self.max_frames)
            .filter_map(move |lane| lane.get(..frames))
    }

    /// Some of the channels, only to be read: by as many threads as like.
    ///
    /// # Safety
    ///
    /// None of these channels may be in a [`list`](Self::list) that is still in use.
    #[inline]
    pub unsafe fn read(&self, first: usize, count: usize, frames: usize) -> ReadList<'_> {
        (self.cut(first, count, frames))
            .map(|lane| {
                let samples = UnsafeCell::raw_get(lane.as_ptr());
                // SAFETY: the samples are within one allocation and initialised, and the caller
                // answers for it that nobody writes them meanwhile.
                unsafe { std::slice::from_raw_parts(samples, lane.len()) }
            })
            .collect()
    }
}

impl fmt::Debug for Lanes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Lanes")
            .field("samples", &self.samples.len())
            .field("max_frames", &self.max_frames)
            .finish()
    }
}

/// Adds as many samples as both have.
#[inline]
pub(super) fn add(from: &[f32], to: &mut [f32]) {
    to.iter_mut().zip(from).for_each(|(to, from)| *to += *from);
}

/// Copies channel by channel.
#[inline]
pub(super) fn copy_all(from: &[&mut [f32]], to: &mut [&mut [f32]]) {
    for (from, to) in from.iter().zip(to) {
        copy(from, to);
    }
}

/// Silences channels.
pub(super) fn silence(channels: &mut [&mut [f32]]) {
    channels.iter_mut().for_each(|channel| channel.fill(0.0));
}

/// Fades, in `wet`, from `dry` to what is there: by `weights`, of which 1 leaves it alone.
pub(super) fn blend(dry: &[&mut [f32]], wet: &mut [&mut [f32]], weights: &[f32]) {
    for (dry, wet) in dry.iter().zip(wet) {
        for ((wet, dry), weight) in wet.iter_mut().zip(&**dry).zip(weights) {
            *wet = dry + (*wet - dry) * weight;
        }
    }
}

/// Turns the first two channels, left and right, into mid and side: their mean, and half of their
/// difference.
pub(super) fn to_mid_side(channels: &mut [&mut [f32]]) {
    if let [left, right, ..] = channels {
        for (left, right) in left.iter_mut().zip(right.iter_mut()) {
            (*left, *right) = ((*left + *right) * 0.5, (*left - *right) * 0.5);
        }
    }
}

/// Turns mid and side back into left and right.
pub(super) fn from_mid_side(channels: &mut [&mut [f32]]) {
    if let [mid, side, ..] = channels {
        for (mid, side) in mid.iter_mut().zip(side.iter_mut()) {
            (*mid, *side) = (*mid + *side, *mid - *side);
        }
    }
}
