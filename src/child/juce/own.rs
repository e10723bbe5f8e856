//! What we set of a parameter ourselves, so that it can be told from what the child turns.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

/// Values that differ by less are the same.
const NEARLY: f32 = 1.0e-6;

/// One parameter: what we set it to, and whether somebody holds it.
///
/// A value comes back as we set it, or rounded to one of the parameter's steps. Where the audio thread sets
/// many in a row, one of those comes back later: a VST3's controller hears of them 60 times a second, and
/// not of all. So any value within the range of what was set lately is taken for ours.
pub(super) struct Own {
    steps: Option<u32>,
    is_automatable: bool,
    held: AtomicBool,
    /// The bits of the last value; not a number before there is one.
    last: AtomicU32,
    lately: [AtomicU64; 2],
}

/// The range of no values, as both limits in one word.
const NOTHING: u64 = limits(f32::INFINITY, f32::NEG_INFINITY);

const fn limits(low: f32, high: f32) -> u64 {
    ((low.to_bits() as u64) << 32) | high.to_bits() as u64
}

const fn low_and_high(limits: u64) -> (f32, f32) {
    (
        f32::from_bits((limits >> 32) as u32),
        f32::from_bits(limits as u32),
    )
}

impl Own {
    pub(super) fn new(steps: Option<u32>, is_automatable: bool) -> Self {
        Self {
            steps,
            is_automatable,
            held: AtomicBool::new(false),
            last: AtomicU32::new(f32::NAN.to_bits()),
            lately: [AtomicU64::new(NOTHING), AtomicU64::new(NOTHING)],
        }
    }

    /// We set it.
    pub(super) fn set(&self, value: f32) {
        self.last.store(value.to_bits(), Ordering::Relaxed);
        let [now, _] = &self.lately;
        let mut known = now.load(Ordering::Relaxed);
        loop {
            let (low, high) = low_and_high(known);
            let wider = limits(low.min(value), high.max(value));
            if wider == known {
                return;
            }
            match now.compare_exchange_weak(known, wider, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => return,
                Err(other) => known = other,
            }
        }
    }

    /// What was set before the last call is not lately any more.
    pub(super) fn grow_older(&self) {
        let [now, before] = &self.lately;
        let known = now.swap(NOTHING, Ordering::Relaxed);
        before.store(known, Ordering::Relaxed);
    }

    /// Somebody takes hold of it, or lets go of it.
    pub(super) fn hold(&self, is_held: bool) {
        self.held.store(is_held, Ordering::Relaxed);
    }

    /// Whether a value that the child tells is somebody's turning. A parameter that the host may not
    /// automate is turned only while it is held: otherwise it shows something, such as a level.
    pub(super) fn is_turned_to(&self, value: f32) -> bool {
        self.held.load(Ordering::Relaxed) || (self.is_automatable && !self.is_ours(value))
    }

    /// Whether it is the very value that we set last.
    pub(super) fn is_last(&self, value: f32) -> bool {
        self.last.load(Ordering::Relaxed) == value.to_bits()
    }

    fn is_ours(&self, value: f32) -> bool {
        let last = f32::from_bits(self.last.load(Ordering::Relaxed));
        let is = |own: f32| (value - own).abs() <= NEARLY;
        let is_lately = self.lately.iter().any(|limits| {
            let (low, high) = low_and_high(limits.load(Ordering::Relaxed));
            (low - NEARLY..=high + NEARLY).contains(&value)
        });
        let is_step = self.steps.is_some_and(|steps| {
            let highest = steps.saturating_sub(1).max(1) as f32;
            // The nearest step, and the one that the VST3 standard takes.
            let nearest = (last * highest).round() / highest;
            let standard = (last * (highest + 1.0)).floor().min(highest) / highest;
            is(nearest) || is(standard)
        });
        is(last) || is_lately || is_step
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_we_set_comes_back_as_ours_and_anything_else_is_turned() {
        let own = Own::new(None, true);
        assert!(own.is_turned_to(0.0));
        own.set(0.3);
        own.grow_older();
        own.grow_older();
        assert!(!own.is_turned_to(0.3) && !own.is_turned_to(0.300_000_6));
        assert!(own.is_turned_to(0.300_01));
        own.hold(true);
        assert!(own.is_turned_to(0.3));
    }

    #[test]
    fn a_value_rounded_to_a_step_is_ours_and_another_step_is_turned() {
        let own = Own::new(Some(2), true);
        own.set(0.3);
        own.grow_older();
        own.grow_older();
        assert!(!own.is_turned_to(0.0));
        assert!(own.is_turned_to(1.0));
        let own = Own::new(Some(3), true);
        own.set(0.7);
        own.grow_older();
        own.grow_older();
        assert!(!own.is_turned_to(0.5) && !own.is_turned_to(1.0));
        assert!(own.is_turned_to(0.0));
    }

    #[test]
    fn one_of_many_values_set_lately_is_ours_and_no_more_a_while_later() {
        let own = Own::new(None, true);
        for step in 0..100_u8 {
            own.set(0.2 + f32::from(step) * 0.001);
        }
        assert!(!own.is_turned_to(0.25));
        own.grow_older();
        assert!(!own.is_turned_to(0.25));
        assert!(own.is_turned_to(0.31) && own.is_turned_to(0.19));
        own.grow_older();
        assert!(own.is_turned_to(0.25) && !own.is_turned_to(0.299));
    }

    #[test]
    fn what_only_shows_something_is_turned_while_it_is_held() {
        let level = Own::new(None, false);
        assert!(!level.is_turned_to(0.5));
        level.hold(true);
        assert!(level.is_turned_to(0.5));
    }
}
