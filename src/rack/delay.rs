//! Delay lines whose length can change while they are heard.

use super::ramp::Ramp;

/// The last samples of a number of channels.
#[derive(Debug, Default)]
pub struct Ring {
    /// `capacity` samples of the first channel, then those of the next.
    samples: Vec<f32>,
    capacity: usize,
    /// Where the next sample goes, the same in all channels.
    at: usize,
    /// How many of the samples were heard; older ones count as silence.
    heard: usize,
}

impl Ring {
    /// A ring for the last `capacity` samples of each channel. Allocates.
    pub fn new(channels: usize, capacity: usize) -> Self {
        Self {
            samples: vec![0.0; channels * capacity],
            capacity,
            at: 0,
            heard: 0,
        }
    }

    /// How many samples of each channel it holds.
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// Forgets what it heard.
    pub fn reset(&mut self) {
        self.heard = 0;
    }

    /// Hears a block of at most `capacity` frames.
    pub fn push<'c>(&mut self, channels: impl IntoIterator<Item = &'c [f32]>, frames: usize) {
        if frames > self.capacity {
            return;
        }
        for (ring, channel) in self
            .samples
            .chunks_exact_mut(self.capacity.max(1))
            .zip(channels)
        {
            let channel = channel.get(..frames).unwrap_or_default();
            let (start, later) = ring.split_at_mut(self.at.min(ring.len()));
            let fitting = later.len().min(channel.len());
            let (first, wrapped) = channel.split_at(fitting);
            copy(first, later);
            copy(wrapped, start);
        }
        self.at += frames;
        if self.at >= self.capacity {
            self.at -= self.capacity;
        }
        self.heard = (self.heard + frames).min(self.capacity);
    }

    /// What came `delay` samples before the block that was pushed last; silence where nothing was
    /// heard yet. With the block, the delay may be at most the capacity.
    pub fn read(&self, channel: usize, delay: usize, into: &mut [f32]) {
        let (silence, old, new) = self.find(channel, delay, into.len());
        let (unheard, heard) = into.split_at_mut(silence.min(into.len()));
        unheard.fill(0.0);
        copy(old, heard);
        copy(new, heard.get_mut(old.len()..).unwrap_or_default());
    }

    /// Fades from what is in `into` to what [`read`](Self::read) gives, by `weights`.
    pub fn fade(&self, channel: usize, delay: usize, weights: &[f32], into: &mut [f32]) {
        let (silence, old, new) = self.find(channel, delay, into.len());
        let silent = std::iter::repeat_n(&0.0, silence);
        let late = silent.chain(old).chain(new);
        for ((sample, late), weight) in into.iter_mut().zip(late).zip(weights) {
            *sample += (late - *sample) * weight;
        }
    }

    /// How many samples of silence come first, and the samples after them in two pieces.
    fn find(&self, channel: usize, delay: usize, frames: usize) -> (usize, &[f32], &[f32]) {
        let from = channel * self.capacity;
        let ring = self.samples.get(from..from + self.capacity);
        let (Some(ring), Some(age)) = (ring, delay.checked_add(frames)) else {
            return (frames, &[], &[]);
        };
        if age > self.capacity {
            return (frames, &[], &[]);
        }
        let silence = age.saturating_sub(self.heard).min(frames);
        let age = age - silence;
        let wanted = frames - silence;
        let start = (self.at + self.capacity - age) % self.capacity.max(1);
        let (wrapped, old) = ring.split_at(start.min(ring.len()));
        let old = old.get(..wanted).unwrap_or(old);
        let new = wrapped.get(..wanted - old.len()).unwrap_or_default();
        (silence, old, new)
    }

    /// Takes the place of a smaller ring, with all that it heard.
    pub fn take_over(&mut self, smaller: &Self) {
        if smaller.capacity == 0 || smaller.capacity > self.capacity {
            return;
        }
        let rings = self.samples.chunks_exact_mut(self.capacity);
        for (ring, older) in rings.zip(smaller.samples.chunks_exact(smaller.capacity)) {
            let (new, old) = older.split_at(smaller.at.min(older.len()));
            copy(old, ring);
            copy(new, ring.get_mut(old.len()..).unwrap_or_default());
        }
        self.at = smaller.capacity % self.capacity;
        self.heard = smaller.heard;
    }
}

/// A delay line. A new length is faded to, once enough was heard for it.
#[derive(Debug)]
pub struct Line {
    ring: Ring,
    delay: usize,
    target: usize,
    fade: Ramp,
}

impl Line {
    /// A line for `channels` that are to be late by `delay` samples, full of silence. Without a delay
    /// it takes no memory.
    pub fn new(channels: usize, delay: usize, max_frames: usize) -> Self {
        let capacity = Self::capacity_for(delay, max_frames);
        Self {
            ring: Ring::new(channels, capacity),
            delay,
            target: delay,
            fade: Ramp::at(0.0),
        }
    }

    /// How much a ring must hold for a delay.
    pub fn capacity_for(delay: usize, max_frames: usize) -> usize {
        match delay {
            0 => 0,
            delay => delay + max_frames,
        }
    }

    /// Takes a larger ring in place of its own, which it leaves in `ring`.
    pub fn grow(&mut self, ring: &mut Ring) {
        ring.take_over(&self.ring);
        std::mem::swap(&mut self.ring, ring);
    }

    /// Whether it does anything.
    #[inline]
    pub fn is_in_use(&self) -> bool {
        self.ring.capacity > 0 && (self.delay > 0 || self.target > 0)
    }

    /// Forgets what it heard, and has the length that it was to have.
    pub fn reset(&mut self) {
        self.ring.reset();
        self.delay = self.target;
        self.fade = Ramp::at(0.0);
    }

    /// Forgets what it heard, and has another length at once.
    pub fn forget(&mut self, delay: usize) {
        self.reset();
        self.aim(delay);
        self.reset();
    }

    /// Goes for another length. While a fade is under way it is finished first: call again.
    #[inline]
    pub fn aim(&mut self, delay: usize) {
        if self.fade.is_steady() {
            self.target = delay;
            if !self.is_in_use() {
                // From now on it hears nothing, and what it heard gets old.
                self.ring.reset();
            }
        }
    }

    /// Hears a block; then [`read`](Self::read) it.
    pub fn push<'c>(&mut self, channels: impl IntoIterator<Item = &'c [f32]>, frames: usize) {
        if self.is_in_use() {
            self.ring.push(channels, frames);
        }
    }

    /// The block that was pushed last, late. `weights` is scratch as long as the block; to be called
    /// once for each block, so that fades go on.
    pub fn read(
        &mut self,
        channels: &mut [&mut [f32]],
        frames: usize,
        fade_frames: u32,
        weights: &mut [f32],
    ) {
        if !self.is_in_use() {
            return;
        }
        for (index, channel) in channels.iter_mut().enumerate() {
            self.ring.read(index, self.delay, channel);
        }
        let warm = self.ring.heard >= self.target + frames;
        if self.delay != self.target && self.fade.is_steady() && warm {
            self.fade.aim(1.0, 0, fade_frames);
        }
        if let (false, Some(weights)) = (self.fade.is_steady(), weights.get_mut(..frames)) {
            self.fade.fill(weights);
            for (index, channel) in channels.iter_mut().enumerate() {
                self.ring.fade(index, self.target, weights, channel);
            }
            if self.fade.is_steady() {
                self.arrive();
            }
        }
    }

    fn arrive(&mut self) {
        self.delay = self.target;
        self.fade = Ramp::at(0.0);
    }

    /// Passes over the block that was pushed last, which nobody hears: a new length needs no fade.
    #[inline]
    pub fn skip(&mut self) {
        if self.delay != self.target && self.ring.heard >= self.target {
            self.arrive();
        }
    }

    /// Hears a block and makes it late, in place.
    pub fn process(
        &mut self,
        channels: &mut [&mut [f32]],
        frames: usize,
        fade_frames: u32,
        weights: &mut [f32],
    ) {
        self.push(channels.iter().map(|channel| &**channel), frames);
        self.read(channels, frames, fade_frames, weights);
    }
}

/// Copies as many samples as both have.
#[inline]
pub(super) fn copy(from: &[f32], to: &mut [f32]) {
    let length = from.len().min(to.len());
    if let (Some(from), Some(to)) = (from.get(..length), to.get_mut(..length)) {
        to.copy_from_slice(from);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn play(line: &mut Line, heard: &mut [f32], blocks: &[usize], fade: u32) {
        let mut weights = [0.0; 128];
        let mut start = 0;
        for frames in blocks {
            let block = &mut heard[start..start + frames];
            line.process(&mut [block], *frames, fade, &mut weights);
            start += frames;
        }
    }

    proptest! {
        #[test]
        fn whatever_the_blocks_each_sample_comes_out_late_by_just_as_much(
            delay in 0usize..70,
            blocks in prop::collection::vec(0usize..100, 1..20),
        ) {
            let mut line = Line::new(2, delay, 100);
            let input: Vec<f32> = (1..=blocks.iter().sum()).map(|sample| sample as f32).collect();
            let mut left = input.clone();
            let mut right: Vec<f32> = input.iter().map(|sample| -sample).collect();
            let mut start = 0;
            for frames in blocks {
                let end = start + frames;
                let mut channels = [&mut left[start..end], &mut right[start..end]];
                line.process(&mut channels, frames, 10, &mut [0.0; 100]);
                start = end;
            }
            for (at, (left, right)) in left.iter().zip(&right).enumerate() {
                let expected = at.checked_sub(delay).map_or(0.0, |at| input[at]);
                prop_assert_eq!(*left, expected);
                prop_assert_eq!(*right, -expected);
            }
        }

        #[test]
        fn a_sine_stays_smooth_whatever_lengths_the_line_goes_through(
            delays in prop::collection::vec(0usize..600, 1..8),
            frames in 16usize..128,
        ) {
            let mut line = Line::new(1, 0, 128);
            let mut heard: Vec<f32> = (0..40_000)
                .map(|at| (at as f32 * 0.130_899_7).sin() * 0.5)
                .collect();
            let mut room = 0;
            let blocks = heard.len() / frames;
            heard.truncate(blocks * frames);
            for block in 0..blocks {
                let delay = delays[block * delays.len() / blocks];
                if delay + 128 > room {
                    room = delay + 128;
                    line.grow(&mut Ring::new(1, room));
                }
                line.aim(delay);
                play(&mut line, &mut heard[block * frames..][..frames], &[frames], 480);
            }
            let steps = heard.windows(2).map(|pair| (pair[1] - pair[0]).abs());
            let largest = steps.fold(0.0, f32::max);
            prop_assert!(largest <= 0.5 * 0.1309 * 1.05, "{}", largest);
            prop_assert_eq!(line.delay, *delays.last().unwrap());
        }
    }

    #[test]
    fn nothing_from_before_a_reset_comes_out_after_it() {
        let mut line = Line::new(1, 8, 20);
        play(&mut line, &mut [1.0; 5], &[5], 10);
        line.reset();
        let mut heard = [0.0; 20];
        play(&mut line, &mut heard, &[20], 10);
        assert_eq!(heard, [0.0; 20]);
    }

    #[test]
    fn a_line_without_a_delay_takes_no_memory_and_does_nothing() {
        let mut line = Line::new(2, 0, 512);
        assert_eq!(line.ring.samples.capacity(), 0);
        let mut heard = [1.0, 2.0, 3.0];
        play(&mut line, &mut heard, &[3], 10);
        assert_eq!(heard, [1.0, 2.0, 3.0]);
    }
}
