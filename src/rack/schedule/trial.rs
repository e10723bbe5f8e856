//! Whether running chains at the same time is really faster here: found out by trying both.
//!
//! What a fork gains depends on what nobody can ask for on the audio thread: whether the system runs
//! the workers in time, at which priority the host's own thread runs, what else the machine does. So
//! each way is timed, and the slower one is tried again now and then.

/// For this many blocks the faster way is taken, and then the other one for one block.
const BLOCKS_BETWEEN_TRIES: u32 = 127;

/// How much a new measurement counts.
const WEIGHT: f32 = 1.0 / 16.0;

/// The time of both ways, as shares of the block's time.
#[derive(Debug, Default)]
pub(super) struct Trial {
    alone: Option<f32>,
    together: Option<f32>,
    blocks: u32,
}

impl Trial {
    /// Whether to fork in this block, if it pays at all.
    pub fn suggests_fork(&mut self) -> bool {
        let (Some(alone), Some(together)) = (self.alone, self.together) else {
            return self.alone.is_some() || self.together.is_none();
        };
        let together_is_faster = together < alone;
        self.blocks += 1;
        if self.blocks > BLOCKS_BETWEEN_TRIES {
            self.blocks = 0;
            return !together_is_faster;
        }
        together_is_faster
    }

    /// Takes in how long a block took.
    pub fn take(&mut self, forked: bool, share: f32) {
        let known = if forked {
            &mut self.together
        } else {
            &mut self.alone
        };
        let before = known.unwrap_or(share);
        *known = Some(before + (share - before) * WEIGHT);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forks(alone: f32, together: f32) -> usize {
        let mut trial = Trial::default();
        let blocks = (0..10_000).filter(|_| {
            let forked = trial.suggests_fork();
            trial.take(forked, if forked { together } else { alone });
            forked
        });
        blocks.count()
    }

    #[test]
    fn the_faster_way_is_taken_nearly_always_and_the_other_is_not_forgotten() {
        assert!((9_800..10_000).contains(&forks(0.5, 0.3)));
        assert!((1..200).contains(&forks(0.3, 0.5)));
    }
}
