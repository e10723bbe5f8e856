//! A block that is cut at the points of its automation. JUCE's hosts hand a child each parameter once a
//! block, at its start: what is to be heard at a sample of its own needs a block that begins there.

use std::ops::Range;

use crate::audio::{ParameterPoint, Points};

/// The parts of a block, in the order of time.
///
/// A part begins where a point is, unless that would make a part shorter than the least length: a point
/// that comes sooner than that after a cut belongs to that cut, and one that comes so near to the block's
/// end belongs to a last part without frames, for the next block to hear. With a least length of 1 each
/// point is at its very sample.
pub(super) struct Parts<'points> {
    points: &'points [ParameterPoint],
    min: usize,
    start: usize,
    frames: usize,
    is_done: bool,
}

/// A part of a block.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Part<'points> {
    /// Its samples.
    pub frames: Range<usize>,
    /// What is set before it is processed.
    pub points: &'points [ParameterPoint],
}

impl<'points> Parts<'points> {
    /// The parts of a block of `frames` for a child that wants parts of `min_frames` at least.
    pub(super) fn new(points: Points<'points>, min_frames: u32, frames: usize) -> Self {
        Self {
            points: points.list,
            min: points.min_split_frames.max(min_frames).max(1) as usize,
            start: 0,
            frames,
            is_done: false,
        }
    }
}

impl<'points> Iterator for Parts<'points> {
    type Item = Part<'points>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_done {
            return None;
        }
        let start = self.start;
        let is_end = start >= self.frames;
        let later = |point: &ParameterPoint| !is_end && point.offset as usize >= start + self.min;
        let count = (self.points.iter().position(later)).unwrap_or(self.points.len());
        let (points, rest) = self.points.split_at(count);
        let next = rest.first().map(|point| point.offset as usize);
        let end = next
            .filter(|next| next.saturating_add(self.min) <= self.frames)
            .unwrap_or(self.frames);
        self.points = rest;
        self.start = end;
        self.is_done = is_end || (end == self.frames && rest.is_empty());
        let frames = start..end;
        Some(Part { frames, points })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(offset: u32) -> ParameterPoint {
        ParameterPoint {
            offset,
            index: 0,
            value: 0.5,
            modulation: 0.0,
        }
    }

    fn parts(offsets: &[u32], min_split_frames: u32, frames: usize) -> Vec<(usize, usize, usize)> {
        let list: Vec<ParameterPoint> = offsets.iter().map(|&offset| at(offset)).collect();
        let list = &list[..];
        let points = Points {
            list,
            min_split_frames,
        };
        Parts::new(points, 0, frames)
            .map(|part| (part.frames.start, part.frames.end, part.points.len()))
            .collect()
    }

    #[test]
    fn a_block_is_cut_at_the_very_samples_if_it_may_be() {
        assert_eq!(parts(&[0], 1, 64), [(0, 64, 1)]);
        assert_eq!(
            parts(&[1, 2, 2, 63], 1, 64),
            [(0, 1, 0), (1, 2, 1), (2, 63, 2), (63, 64, 1)]
        );
    }

    #[test]
    fn points_that_are_too_near_belong_to_the_cut_before_them_or_to_the_blocks_end() {
        assert_eq!(parts(&[15], 16, 64), [(0, 64, 1)]);
        assert_eq!(
            parts(&[16, 31, 32], 16, 64),
            [(0, 16, 0), (16, 32, 2), (32, 64, 1)]
        );
        assert_eq!(parts(&[48], 16, 64), [(0, 48, 0), (48, 64, 1)]);
        assert_eq!(parts(&[49, 63], 16, 64), [(0, 64, 0), (64, 64, 2)]);
        assert_eq!(parts(&[5, 9], 16, 10), [(0, 10, 2)]);
    }

    #[test]
    fn points_behind_the_block_belong_to_its_end_and_a_least_length_of_zero_is_one() {
        assert_eq!(parts(&[64, 99], 1, 64), [(0, 64, 0), (64, 64, 2)]);
        assert_eq!(parts(&[u32::MAX], 1, 64), [(0, 64, 0), (64, 64, 1)]);
        assert_eq!(parts(&[1, 1], 0, 2), [(0, 1, 0), (1, 2, 2)]);
    }

    proptest! {
        #[test]
        fn parts_follow_each_other_are_long_enough_and_lose_no_point(
            mut offsets in prop::collection::vec(0_u32..300, 0..40),
            min in 0_u32..40,
            frames in 1_usize..256,
        ) {
            offsets.sort_unstable();
            let parts = parts(&offsets, min, frames);
            let mut end = 0;
            for &(start, stop, _) in &parts {
                prop_assert_eq!(start, end);
                let is_whole = stop - start == frames;
                let is_end = start == frames;
                prop_assert!(is_whole || is_end || stop - start >= min.max(1) as usize);
                end = stop;
            }
            prop_assert_eq!(end, frames);
            let points: usize = parts.iter().map(|part| part.2).sum();
            prop_assert_eq!(points, offsets.len());
        }
    }
}
