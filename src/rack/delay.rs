//! A delay line: a number of channels, late by a number of samples.

/// Delays channels in place. All memory is taken when it is made; processing only moves samples.
#[derive(Debug)]
pub struct DelayLine {
    /// One ring of `samples` after the other, one for each channel.
    rings: Vec<f32>,
    samples: usize,
    /// The oldest sample, the same in all rings.
    oldest: usize,
}

impl DelayLine {
    /// A line for `channels` that are to be late by `samples`, full of silence.
    pub fn new(samples: usize, channels: usize) -> Self {
        Self {
            rings: vec![0.0; samples * channels],
            samples,
            oldest: 0,
        }
    }

    /// By how many samples it delays.
    pub fn samples(&self) -> usize {
        self.samples
    }

    /// Delays one block in place: the channels, all `frames` long. Channels beyond those of the line
    /// are left as they are.
    pub fn process<'a>(
        &mut self,
        channels: impl IntoIterator<Item = &'a mut [f32]>,
        frames: usize,
    ) {
        if self.samples == 0 {
            return;
        }
        for (ring, channel) in self.rings.chunks_exact_mut(self.samples).zip(channels) {
            delay(ring, self.oldest, channel);
        }
        if frames < self.samples {
            self.oldest = (self.oldest + frames) % self.samples;
        }
    }

    /// Forgets what it heard.
    pub fn reset(&mut self) {
        self.rings.fill(0.0);
    }
}

/// Exchanges a channel's samples with those that the ring holds, oldest first.
fn delay(ring: &mut [f32], oldest: usize, channel: &mut [f32]) {
    let samples = ring.len();
    if channel.len() >= samples {
        // The block's last samples go to its front, to be exchanged with the whole ring. The oldest
        // stays where it was.
        channel.rotate_right(samples);
    }
    let late = channel.len().min(samples);
    let (wrapped, first) = ring.split_at_mut(oldest.min(samples));
    let channel = channel.get_mut(..late).unwrap_or_default();
    let (head, tail) = channel.split_at_mut(first.len().min(late));
    swap(head, first);
    swap(tail, wrapped);
}

/// Exchanges as many samples as both have.
fn swap(one: &mut [f32], other: &mut [f32]) {
    let length = one.len().min(other.len());
    if let (Some(one), Some(other)) = (one.get_mut(..length), other.get_mut(..length)) {
        one.swap_with_slice(other);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn whatever_the_blocks_each_sample_comes_out_late_by_just_as_much(
            samples in 0usize..70,
            blocks in prop::collection::vec(0usize..100, 1..20),
        ) {
            let mut line = DelayLine::new(samples, 2);
            let input: Vec<f32> = (1..=blocks.iter().sum()).map(|sample| sample as f32).collect();
            let mut left = input.clone();
            let mut right: Vec<f32> = input.iter().map(|sample| -sample).collect();
            let mut start = 0;
            for frames in blocks {
                let end = start + frames;
                line.process([&mut left[start..end], &mut right[start..end]], frames);
                start = end;
            }
            for (at, (left, right)) in left.iter().zip(&right).enumerate() {
                let expected = at.checked_sub(samples).map_or(0.0, |at| input[at]);
                prop_assert_eq!(*left, expected);
                prop_assert_eq!(*right, -expected);
            }
        }
    }

    #[test]
    fn nothing_from_before_a_reset_comes_out_after_it() {
        let mut line = DelayLine::new(8, 1);
        line.process([&mut [1.0; 5][..]], 5);
        line.reset();
        let mut heard = [0.0; 20];
        line.process([&mut heard[..]], 20);
        assert_eq!(heard, [0.0; 20]);
    }
}
