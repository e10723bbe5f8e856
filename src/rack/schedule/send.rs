//! What a slot plays to an auxiliary output, instead of on in its chain.

use super::lanes::{copy, silence};
use crate::rack::compile::{AuxSend, SEND_CHANNELS};
use crate::rack::delay::{Line, Ring};
use crate::rack::ramp::Ramp;

/// What a send remembers.
#[derive(Debug)]
pub(super) struct SendState {
    line: Line,
    /// The gain at the output, behind the delay: so nothing is left in there once it has faded out.
    gain: Ramp,
}

impl SendState {
    pub fn new(late_by: u32, max_frames: usize) -> Self {
        Self {
            line: Line::new(SEND_CHANNELS, late_by as usize, max_frames),
            gain: Ramp::at(1.0),
        }
    }

    /// Has it fade in.
    pub fn enter(&mut self) {
        self.gain = Ramp::at(0.0);
    }

    /// Whether it has come or gone for good.
    pub fn is_steady(&self) -> bool {
        self.gain.is_steady()
    }

    pub fn reset(&mut self) {
        self.line.reset();
        self.gain.snap();
    }

    /// Takes a larger ring for its delay, and leaves the old one in its place.
    pub fn grow(&mut self, ring: &mut Ring) {
        self.line.grow(ring);
    }

    /// Makes a block as late as the rack's output, and fades it where it comes or goes.
    pub fn run(&mut self, send: &AuxSend, sent: &mut [&mut [f32]], weights: &mut [f32], fade: u32) {
        let frames = weights.len();
        self.line.aim(send.late_by as usize);
        if send.present {
            self.gain.aim(1.0, send.warm_up, fade);
        } else {
            self.gain.aim(0.0, 0, fade);
        }
        self.line.process(sent, frames, fade, weights);
        self.gain.scale(sent, frames, weights);
    }
}

/// Brings what children put out to both sides of a send.
pub(super) fn fill(played: &[&mut [f32]], sent: &mut [&mut [f32]]) {
    match played {
        [] => silence(sent),
        [single] => sent.iter_mut().for_each(|side| copy(single, side)),
        _ => {
            for (from, side) in played.iter().zip(sent) {
                copy(from, side);
            }
        }
    }
}
