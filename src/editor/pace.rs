//! How often is looked whether anything has moved: 60 times a second while something does, and 15 times once
//! nothing has for a while.

use std::time::Duration;

/// How long it is between two looks while something moves.
const QUICK: Duration = Duration::from_micros(16_667);
/// How long it is when nothing does.
const SLOW: Duration = Duration::from_micros(66_667);
/// So many looks in which nothing has moved are a while: a second.
const A_WHILE: u32 = 60;

/// See the [module](self).
#[derive(Debug, Default)]
pub struct Pace {
    still: u32,
}

impl Pace {
    /// Takes in whether the last look has found anything.
    pub fn note(&mut self, moved: bool) {
        self.still = match moved {
            true => 0,
            false => self.still.saturating_add(1),
        };
    }

    /// How long it is to the next look.
    pub fn patience(&self) -> Duration {
        match self.still < A_WHILE {
            true => QUICK,
            false => SLOW,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_been_still_for_a_while_is_looked_at_less_until_it_moves() {
        let mut pace = Pace::default();
        for _ in 0..A_WHILE {
            assert_eq!(pace.patience(), QUICK);
            pace.note(false);
        }
        assert_eq!(pace.patience(), SLOW);
        pace.note(true);
        assert_eq!(pace.patience(), QUICK);
    }
}
