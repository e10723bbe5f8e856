//! The real latency: one channel's samples, given back a while later.

/// A delay line that holds the last `max_samples + 1` samples, allocated once.
///
/// The length of the delay may change at any sample: the line then reads from elsewhere in the past
/// it holds, so samples are skipped or repeated and never invented.
pub struct Delay {
    past: Box<[f32]>,
    /// Where the next sample goes.
    next: usize,
}

impl Delay {
    /// A silent line for delays of 0 to `max_samples`.
    pub fn new(max_samples: usize) -> Self {
        Self {
            past: vec![0.0; max_samples + 1].into_boxed_slice(),
            next: 0,
        }
    }

    /// The longest delay.
    pub fn max_samples(&self) -> usize {
        self.past.len() - 1
    }

    /// Forgets what it has heard.
    pub fn clear(&mut self) {
        self.past.fill(0.0);
        self.next = 0;
    }

    /// Takes a sample and returns the one `delay` samples before it. A longer delay than the line
    /// holds is cut to [`max_samples`](Self::max_samples).
    pub fn process(&mut self, sample: f32, delay: usize) -> f32 {
        self.past[self.next] = sample;
        let delay = delay.min(self.max_samples());
        let from = match self.next.checked_sub(delay) {
            Some(from) => from,
            None => self.next + self.past.len() - delay,
        };
        self.next = (self.next + 1) % self.past.len();
        self.past[from]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_come_back_after_exactly_the_delay_and_are_silent_before() {
        for delay in [0, 1, 7, 8] {
            let mut line = Delay::new(8);
            for now in 0..50 {
                let expected = if now >= delay {
                    (now - delay + 1) as f32
                } else {
                    0.0
                };
                assert_eq!(
                    line.process((now + 1) as f32, delay),
                    expected,
                    "{delay} at {now}"
                );
            }
        }
    }

    #[test]
    fn a_longer_delay_reaches_back_into_what_was_heard_before_the_change() {
        let mut line = Delay::new(8);
        for now in 0..20 {
            line.process(now as f32, 0);
        }
        assert_eq!(line.process(20.0, 5), 15.0);
        assert_eq!(line.process(21.0, 1), 20.0);
    }

    #[test]
    fn a_cleared_line_is_silent() {
        let mut line = Delay::new(4);
        line.process(1.0, 0);
        line.clear();
        assert!((0..5).all(|_| line.process(0.0, 4) == 0.0));
    }
}
