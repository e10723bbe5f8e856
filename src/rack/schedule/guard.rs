//! What a child may put out, and where: nothing that is no number, nothing beyond the rack's limit,
//! and nothing outside of its channels.

use super::lanes::{ChannelList, copy};
use crate::audio::{Block, MAX_CHANNELS};
use crate::child::{Failure, Processor};
use crate::rack::controls::Trouble;
use crate::rack::levels::{Levels, first_bad};

/// Over so many samples the sound before a bad sample is faded out, if there are so many.
const FADE_OUT: usize = 64;

/// Checks a child's output. From the first bad sample on, all channels are silenced.
#[inline]
pub(super) fn check(channels: &mut [&mut [f32]], limit: f32) -> Result<Levels, Trouble> {
    let levels = Levels::of_channels(channels);
    if levels.is_finite() && levels.peak <= limit {
        return Ok(levels);
    }
    caught(channels, limit).map_or(Ok(levels), Err)
}

#[cold]
fn caught(channels: &mut [&mut [f32]], limit: f32) -> Option<Trouble> {
    let first = |channel: &&mut [f32]| first_bad(channel, limit);
    let from = channels.iter().filter_map(first).min()?;
    let mut bad = channels.iter().filter_map(|channel| channel.get(from));
    let trouble = if bad.any(|sample| !sample.is_finite()) {
        Trouble::NotANumber
    } else {
        Trouble::TooLoud
    };
    let fade = from.min(FADE_OUT);
    for channel in channels {
        let (good, rest) = channel.split_at_mut(from.min(channel.len()));
        for (left, sample) in (0..).zip(good.iter_mut().rev().take(fade)) {
            *sample *= left as f32 / fade as f32;
        }
        rest.fill(0.0);
    }
    Some(trouble)
}

/// So many samples on both sides of a channel are watched.
const WATCHED: usize = 64;

/// What stands there. No child writes it by chance.
const MARK: u32 = 0x7fa5_5aa5;

/// Memory of which the surroundings are watched while a child works on it. Costs two copies; for
/// debug builds and tests.
#[derive(Debug)]
pub(super) struct GuardWords {
    samples: Vec<f32>,
    max_frames: usize,
}

impl GuardWords {
    /// Room for a block. Allocates.
    pub fn new(max_frames: usize) -> Self {
        Self {
            samples: vec![0.0; MAX_CHANNELS * (max_frames + 2 * WATCHED)],
            max_frames,
        }
    }

    /// Has the child process a copy of the block, and looks whether it wrote beside it.
    pub fn process(
        &mut self,
        processor: &mut dyn Processor,
        block: &mut Block<'_, '_>,
    ) -> Result<(), Trouble> {
        let mark = f32::from_bits(MARK);
        let frames = block.frames;
        let stride = self.max_frames + 2 * WATCHED;
        let mut surroundings: ChannelList<'_> = ChannelList::new();
        let mut watched: ChannelList<'_> = ChannelList::new();
        for (room, channel) in self.samples.chunks_exact_mut(stride).zip(&*block.main) {
            let (before, rest) = room.split_at_mut(WATCHED);
            let (lane, after) = rest.split_at_mut(frames.min(self.max_frames));
            before.fill(mark);
            after.fill(mark);
            copy(channel, lane);
            let _ = watched.try_push(lane);
            surroundings.extend([before].into_iter().take(surroundings.remaining_capacity()));
            surroundings.extend([after].into_iter().take(surroundings.remaining_capacity()));
        }
        let played = processor.process(&mut Block {
            main: &mut watched,
            sidechain: block.sidechain,
            frames,
            events: block.events,
            points: block.points,
            events_out: &mut *block.events_out,
            transport: block.transport,
        });
        for (from, to) in watched.iter().zip(block.main.iter_mut()) {
            copy(from, to);
        }
        let is_whole = (surroundings.iter())
            .all(|samples| samples.iter().all(|sample| sample.to_bits() == MARK));
        match played {
            _ if !is_whole => Err(Trouble::WroteOutside),
            Err(Failure) => Err(Trouble::Failed),
            Ok(()) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sound_output_is_left_alone_whatever_its_level_below_the_limit() {
        let mut channel = vec![0.5, -63.0, 0.0];
        assert!(check(&mut [&mut channel], 63.1).is_ok());
        assert_eq!(channel, [0.5, -63.0, 0.0]);
    }

    #[test]
    fn what_nobody_may_hear_is_silenced_in_all_channels_and_faded_to() {
        for (bad, trouble) in [
            (f32::NAN, Trouble::NotANumber),
            (f32::NEG_INFINITY, Trouble::NotANumber),
            (-64.0, Trouble::TooLoud),
            (1e30, Trouble::TooLoud),
        ] {
            for at in [0, 1, 10, 100, 199] {
                let (mut left, mut right) = (vec![1.0; 200], vec![1.0; 200]);
                right[at] = bad;
                right[199] = bad;
                assert_eq!(check(&mut [&mut left, &mut right], 63.1), Err(trouble));
                assert_eq!(left, right);
                assert!(left[at..].iter().all(|sample| *sample == 0.0));
                let start = at.saturating_sub(FADE_OUT);
                assert!(left[..start].iter().all(|sample| *sample == 1.0));
                assert!(left[start..at].is_sorted_by(|a, b| a >= b));
            }
        }
    }
}
