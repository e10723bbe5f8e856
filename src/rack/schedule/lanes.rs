//! Scratch channels: memory for audio that is not in the DAW's buffers.

use arrayvec::ArrayVec;

use crate::audio::MAX_CHANNELS;

/// A list of channels, made without allocating.
pub(super) type ChannelList<'a> = ArrayVec<&'a mut [f32], MAX_CHANNELS>;

/// A number of scratch channels, all of the same length.
#[derive(Debug)]
pub(super) struct Lanes {
    samples: Vec<f32>,
    max_frames: usize,
}

impl Lanes {
    /// At most [`MAX_CHANNELS`] channels of `max_frames`, which is at least 1.
    pub fn new(channels: usize, max_frames: usize) -> Self {
        let max_frames = max_frames.max(1);
        Self {
            samples: vec![0.0; channels.min(MAX_CHANNELS) * max_frames],
            max_frames,
        }
    }

    /// The channels one by one, cut to a block's length. None where the block is too long.
    pub fn iter(&mut self, frames: usize) -> impl Iterator<Item = &mut [f32]> {
        self.samples
            .chunks_exact_mut(self.max_frames)
            .filter_map(move |lane| lane.get_mut(..frames))
    }

    /// The first channels as a list, cut to a block's length.
    pub fn list(&mut self, channels: usize, frames: usize) -> ChannelList<'_> {
        self.iter(frames).take(channels.min(MAX_CHANNELS)).collect()
    }
}
