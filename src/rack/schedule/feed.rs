//! What a slot's children get as their sidechain: from the rack or from another slot or chain, fitted to
//! their channels, and as late as the audio that they hear.
//!
//! Where it comes from somewhere else than before, it fades out first, and in again once what is on the
//! way is all from there.

use super::lanes::{ChannelList, add, copy};
use crate::rack::compile::{Feed, FeedSource};
use crate::rack::delay::{Line, Ring};
use crate::rack::ramp::Ramp;

/// What a sidechain remembers.
#[derive(Debug)]
pub(super) struct FeedState {
    gain: Ramp,
    line: Line,
}

/// Where a sidechain's channels are in a block.
#[derive(Clone, Copy)]
pub(super) enum Heard<'h, 'a> {
    /// The rack's, as they came.
    AsTheyCame(&'h [&'a mut [f32]]),
    /// In channels of its own.
    InLanes,
    /// Nowhere: there is silence.
    Nothing,
}

impl FeedState {
    pub fn new(channels: usize, delay: u32, max_frames: usize) -> Self {
        Self {
            gain: Ramp::at(1.0),
            line: Line::new(channels, delay as usize, max_frames),
        }
    }

    /// Has it fade in.
    pub fn enter(&mut self) {
        self.gain = Ramp::at(0.0);
    }

    /// Whether nothing of it is heard any more.
    pub fn has_left(&self) -> bool {
        self.gain.is_at(0.0)
    }

    /// Whether it has come or gone for good.
    pub fn is_steady(&self) -> bool {
        self.gain.is_steady()
    }

    pub fn reset(&mut self) {
        self.gain.snap();
        self.line.reset();
    }

    /// Takes a larger ring for its delay, and leaves the old one in its place.
    pub fn grow(&mut self, ring: &mut Ring) {
        self.line.grow(ring);
    }

    /// Brings the sidechain into `lanes`, where it cannot be heard as it came. `rack` is the rack's
    /// sidechain, `kept` what the source put out, if it is another.
    pub fn run<'h, 'a>(
        &mut self,
        feed: &Feed,
        rack: &'h [&'a mut [f32]],
        kept: &[&[f32]],
        lanes: &mut ChannelList<'_>,
        weights: &mut [f32],
        fade: u32,
    ) -> Heard<'h, 'a> {
        let frames = weights.len();
        if self.gain.is_at(0.0) {
            // Nobody hears it: what is on the way is from elsewhere, or long ago.
            self.line.forget(feed.delay as usize);
        } else {
            self.line.aim(feed.delay as usize);
        }
        if feed.leaves || feed.source == FeedSource::Nothing {
            self.gain.aim(0.0, 0, fade);
        } else {
            self.gain.aim(1.0, feed.warm_up, fade);
        }
        let is_plain = self.gain.is_at(1.0) && !self.line.is_in_use();
        match feed.source {
            FeedSource::Host if is_plain && rack.len() == feed.channels => {
                return Heard::AsTheyCame(rack);
            }
            FeedSource::Host => adapt(rack, lanes),
            FeedSource::Kept(_) => adapt(kept, lanes),
            FeedSource::Nothing if self.gain.is_at(0.0) => return Heard::Nothing,
            FeedSource::Nothing => lanes.iter_mut().for_each(|lane| lane.fill(0.0)),
        }
        self.line.process(lanes, frames, fade, weights);
        self.gain.scale(lanes, frames, weights);
        Heard::InLanes
    }
}

/// Fits channels to others: a single one goes to all, a single one takes the mean, otherwise each goes to
/// its own. What gets none is silent.
pub(super) fn adapt<C: AsRef<[f32]>>(from: &[C], to: &mut [&mut [f32]]) {
    match (from, to) {
        ([single], to) => {
            for lane in to.iter_mut() {
                copy(single.as_ref(), lane);
            }
        }
        ([first, rest @ ..], [lane]) => {
            copy(first.as_ref(), lane);
            for channel in rest {
                add(channel.as_ref(), lane);
            }
            let share = 1.0 / from.len() as f32;
            lane.iter_mut().for_each(|sample| *sample *= share);
        }
        (_, to) => {
            for (index, lane) in to.iter_mut().enumerate() {
                match from.get(index) {
                    Some(channel) => copy(channel.as_ref(), lane),
                    None => lane.fill(0.0),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_fit_whatever_there_is_room_for() {
        let signals: [&[f32]; 3] = [&[1.0, 2.0], &[3.0, 4.0], &[5.0, 9.0]];
        for (from, to, expected) in [
            (0, 1, vec![[0.0, 0.0]]),
            (1, 2, vec![[1.0, 2.0]; 2]),
            (2, 1, vec![[2.0, 3.0]]),
            (3, 1, vec![[3.0, 5.0]]),
            (2, 3, vec![[1.0, 2.0], [3.0, 4.0], [0.0, 0.0]]),
            (3, 2, vec![[1.0, 2.0], [3.0, 4.0]]),
        ] {
            let mut lanes = vec![[7.0; 2]; to];
            let mut list: Vec<&mut [f32]> = lanes.iter_mut().map(|lane| &mut lane[..]).collect();
            adapt(&signals[..from], &mut list);
            let close =
                |(a, b): (&[f32; 2], &[f32; 2])| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-6);
            assert!(lanes.iter().zip(&expected).all(close), "{from} to {to}");
        }
    }
}
