//! A value that reaches its target in a straight line, sample by sample, so that nothing clicks.

/// A value on its way to a target. It may wait before it starts to move, for what it fades in to be
/// warm.
#[derive(Clone, Copy, Debug)]
pub struct Ramp {
    target: f32,
    /// By how much it moves at each sample.
    step: f32,
    /// Samples before it starts to move.
    hold: u32,
    /// Samples until it is there.
    left: u32,
}

impl Ramp {
    /// A value that has reached its target.
    pub const fn at(value: f32) -> Self {
        Self {
            target: value,
            step: 0.0,
            hold: 0,
            left: 0,
        }
    }

    /// Goes for a target, within `frames` after a wait of `hold` frames. Does nothing if it is on
    /// its way there.
    #[inline]
    pub fn aim(&mut self, target: f32, hold: u32, frames: u32) {
        if target == self.target {
            return;
        }
        let (from, frames) = (self.value(), frames.max(1));
        self.step = (target - from) / frames as f32;
        self.target = target;
        self.hold = hold;
        self.left = frames;
    }

    /// The value now. It follows from how far the target is, not from the blocks that led here, so
    /// that a signal is the same however it is cut into blocks.
    #[inline]
    pub fn value(&self) -> f32 {
        match self.left {
            0 => self.target,
            left => self.target - self.step * left as f32,
        }
    }

    /// Where it goes.
    pub fn target(&self) -> f32 {
        self.target
    }

    /// Whether it has reached its target.
    #[inline]
    pub fn is_steady(&self) -> bool {
        self.left == 0
    }

    /// Whether it is steady at this value.
    #[inline]
    pub fn is_at(&self, value: f32) -> bool {
        self.left == 0 && self.target == value
    }

    /// Is there at once.
    pub fn snap(&mut self) {
        *self = Self::at(self.target);
    }

    /// Lets time pass, and writes the value at each of its samples.
    pub fn fill(&mut self, values: &mut [f32]) {
        for value in values {
            *value = self.value();
            if self.hold > 0 {
                self.hold -= 1;
            } else {
                self.left = self.left.saturating_sub(1);
            }
        }
    }

    /// Multiplies channels with the value. `weights` is scratch, at least as long as a channel.
    pub fn scale(&mut self, channels: &mut [&mut [f32]], frames: usize, weights: &mut [f32]) {
        if self.is_at(1.0) {
            return;
        }
        let Some(weights) = weights.get_mut(..frames) else {
            return;
        };
        self.fill(weights);
        for channel in channels {
            for (sample, weight) in channel.iter_mut().zip(&*weights) {
                *sample *= weight;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn however_the_time_is_cut_each_sample_has_the_same_value(
            from in -2.0f32..2.0,
            to in -2.0f32..2.0,
            hold in 0u32..20,
            frames in 1u32..50,
            cut in 0usize..100,
        ) {
            let mut whole = Ramp::at(from);
            whole.aim(to, hold, frames);
            let mut halves = whole;
            let (mut one, mut other) = ([0.0; 100], [0.0; 100]);
            whole.fill(&mut one);
            halves.fill(&mut other[..cut]);
            halves.fill(&mut other[cut..]);
            prop_assert_eq!(one, other);
            prop_assert!(whole.is_at(to));
        }
    }

    #[test]
    fn a_new_target_half_way_is_reached_without_a_jump() {
        let mut ramp = Ramp::at(0.0);
        let mut heard = [0.0; 40];
        ramp.aim(1.0, 5, 10);
        ramp.fill(&mut heard[..10]);
        ramp.aim(0.0, 0, 10);
        ramp.fill(&mut heard[10..]);
        let steps = heard.windows(2).map(|pair| (pair[1] - pair[0]).abs());
        assert!(steps.fold(0.0, f32::max) <= 0.1 + f32::EPSILON);
        assert_eq!(heard[..6], [0.0; 6]);
        assert_eq!(heard[39], 0.0);
    }
}
