//! The rack's tail, written by the session and read by the audio thread.

use std::sync::atomic::Ordering;

use atomic_float::AtomicF64;

use crate::child::Tail;

/// How long a rack sounds on after its input fell silent, kept up to date. Any thread.
#[derive(Debug, Default)]
pub struct SharedTail {
    /// Infinity where it never ends.
    seconds: AtomicF64,
}

impl SharedTail {
    /// The tail.
    pub fn get(&self) -> Tail {
        match self.seconds.load(Ordering::Relaxed) {
            seconds if seconds.is_finite() => Tail::Seconds(seconds),
            _ => Tail::Infinite,
        }
    }

    /// Sets it to that of plugins in series: each sounds on over what the one before it still plays.
    pub(super) fn set(&self, tails: impl Iterator<Item = Tail>) {
        let seconds = tails.map(|tail| match tail {
            Tail::Seconds(seconds) => seconds,
            Tail::Infinite => f64::INFINITY,
        });
        self.seconds.store(seconds.sum(), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plugins_in_series_sound_on_one_after_the_other() {
        let tail = SharedTail::default();
        tail.set([Tail::Seconds(1.5), Tail::Seconds(0.5)].into_iter());
        assert_eq!(tail.get(), Tail::Seconds(2.0));
        tail.set([Tail::Seconds(1.5), Tail::Infinite].into_iter());
        assert_eq!(tail.get(), Tail::Infinite);
    }
}
