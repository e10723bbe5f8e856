//! Whether running chains at the same time is really faster here: found out by trying both.
//!
//! What a fork gains depends on what nobody can ask for on the audio thread: whether the system runs
//! the workers in time, at which priority the host's own thread runs, what else the machine does. So
//! each way is timed, and the slower one is tried again now and then.
//!
//! A try is a number of blocks in a row: workers have to learn the rhythm before they come in time,
//! and a single fork among blocks without would find them asleep. Where forks become slower than one thread
//! was, one thread is tried at once. A way that was tried in vain is tried more and more seldom. One thread is not tried again where it would take most of the block's time:
//! that would be heard.

/// In a try, so many blocks let the workers learn the rhythm, the first of which may find them in a
/// nap of milliseconds; and so many are counted.
const LEARNING: u32 = 64;
const COUNTED: u32 = 16;

/// One thread has nothing to learn but what is in its cache.
const LEARNING_ALONE: u32 = 4;

/// For so many blocks the faster way is taken before the other is tried again; twice as many after each
/// try in vain.
const FIRST_PATIENCE: u32 = 1_024;
const MOST_PATIENCE: u32 = 16_384;

/// How much a new measurement counts.
const WEIGHT: f32 = 1.0 / 16.0;

/// So many times as fast they have to be together, or it is not worth two cores.
const LEAST_GAIN: f32 = 1.1;

/// A block that took so many times the usual counts no more than that: the thread was set aside.
const OUTLIER: f32 = 4.0;

/// Where one thread takes more of the block's time, it is not tried again.
const RISKY: f32 = 0.5;

/// The time of both ways, as shares of the block's time, and which one is taken.
#[derive(Debug)]
pub(super) struct Trial {
    alone: Option<f32>,
    together: Option<f32>,
    forks: bool,
    is_trying: bool,
    /// Blocks since this way is taken.
    blocks: u32,
    patience: u32,
}

impl Default for Trial {
    fn default() -> Self {
        Self {
            alone: None,
            together: None,
            forks: false,
            is_trying: false,
            blocks: 0,
            // One thread is known soon.
            patience: COUNTED,
        }
    }
}

impl Trial {
    /// Whether to fork in this block, if it pays at all.
    pub fn suggests_fork(&self) -> bool {
        self.forks
    }

    /// Takes in how long a block took.
    pub fn take(&mut self, forked: bool, share: f32) {
        // It did not pay to fork; or the clock is not known yet.
        if forked != self.forks || share <= 0.0 {
            return;
        }
        self.blocks += 1;
        let learning = if forked { LEARNING } else { LEARNING_ALONE };
        if !self.is_trying || self.blocks > learning {
            let known = self.known(forked);
            let before = known.unwrap_or(share);
            let share = share.min(before * OUTLIER);
            *known = Some(before + (share - before) * WEIGHT);
        }
        if self.is_trying {
            if self.blocks >= learning + COUNTED {
                self.decide();
            }
        } else if self.forks && !self.together_is_faster() {
            // What one thread took may be long ago, and the rack another.
            self.wait_longer();
            self.try_other();
        } else if self.blocks >= self.patience && !self.is_risky() {
            self.try_other();
        } else {
            self.blocks = self.blocks.min(self.patience);
        }
    }

    fn together_is_faster(&self) -> bool {
        self.together.map(|together| together * LEAST_GAIN) < self.alone
    }

    fn known(&mut self, forked: bool) -> &mut Option<f32> {
        if forked {
            &mut self.together
        } else {
            &mut self.alone
        }
    }

    fn is_risky(&self) -> bool {
        self.forks && self.alone.is_some_and(|alone| alone > RISKY)
    }

    fn try_other(&mut self) {
        self.blocks = 0;
        self.forks = !self.forks;
        self.is_trying = true;
        *self.known(self.forks) = None;
    }

    fn decide(&mut self) {
        self.blocks = 0;
        self.is_trying = false;
        match (self.together_is_faster(), self.forks) {
            (true, true) => self.patience = FIRST_PATIENCE,
            (false, false) => {}
            (together, _) => {
                self.forks = together;
                self.wait_longer();
            }
        }
    }

    fn wait_longer(&mut self) {
        self.patience = (self.patience * 2).clamp(FIRST_PATIENCE, MOST_PATIENCE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BLOCKS: usize = 20_000;

    /// How many of the blocks were forked.
    fn forks(alone: f32, mut together: impl FnMut(u32) -> f32) -> usize {
        let mut trial = Trial::default();
        let mut in_a_row = 0;
        let blocks = (0..BLOCKS).filter(|_| {
            let forked = trial.suggests_fork();
            in_a_row = if forked { in_a_row + 1 } else { 0 };
            trial.take(forked, if forked { together(in_a_row) } else { alone });
            forked
        });
        blocks.count()
    }

    #[test]
    fn the_faster_way_is_taken_nearly_always_and_the_other_is_not_forgotten() {
        assert!((19_000..20_000).contains(&forks(0.4, |_| 0.3)));
        assert!((30..600).contains(&forks(0.3, |_| 0.5)));
    }

    #[test]
    fn workers_that_come_only_once_they_know_the_rhythm_are_waited_for() {
        let late_at_first = |in_a_row| if in_a_row > 8 { 0.2 } else { 0.5 };
        assert!(forks(0.4, late_at_first) > 19_000);
    }

    #[test]
    fn one_thread_that_would_not_be_through_in_time_is_not_tried_again() {
        assert_eq!(forks(1.4, |_| 0.8), BLOCKS - COUNTED as usize);
    }

    #[test]
    fn where_forks_become_slow_one_thread_is_tried_at_once() {
        let mut trial = Trial::default();
        while trial.patience < FIRST_PATIENCE || !trial.suggests_fork() {
            let forked = trial.suggests_fork();
            trial.take(forked, if forked { 0.2 } else { 0.4 });
        }
        let slow = (0..).take_while(|_| {
            let forked = trial.suggests_fork();
            trial.take(forked, 0.8);
            forked
        });
        assert!(slow.count() < 16);
    }

    #[test]
    fn blocks_in_which_a_fork_does_not_pay_decide_nothing() {
        let mut trial = Trial::default();
        for _ in 0..BLOCKS {
            trial.take(false, 0.1);
        }
        assert!(trial.suggests_fork());
    }
}
