//! When the next fork is to be expected.
//!
//! A host calls in a rhythm, and so each fork of a rack comes once a block. The thread that forks
//! notes the time; the workers read the rhythm and sleep through it. Nothing depends on what is read
//! here but how well they sleep: fields that do not belong together cost a nap of the wrong length.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

/// A rhythm that was not heard for so many periods is over.
const SILENT_PERIODS: u64 = 8;
/// Rhythms slower than this are none: a nap is the cap's length anyhow.
const SLOWEST_NS: u64 = 200_000_000;

/// One fork's rhythm. Written by the one thread that runs the fork, read by workers.
#[derive(Debug, Default)]
pub(super) struct Beat {
    /// When it was last heard; 0 before the first time.
    heard_ns: AtomicU64,
    /// The smoothed interval; 0 while there is none.
    period_ns: AtomicU64,
    /// The early edge of where the beat falls: it follows early ones at once, late ones slowly.
    phase_ns: AtomicU64,
    /// How much later than that edge beats have come of late.
    spread_ns: AtomicU64,
    /// How many intervals in a row did not fit.
    odd: AtomicU32,
    /// For how many tasks.
    width: AtomicU32,
}

/// A time in which a fork is to be expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Window {
    pub(super) start_ns: u64,
    pub(super) end_ns: u64,
}

impl Beat {
    /// Forgets everything.
    pub(super) fn reset(&self) {
        for field in [
            &self.heard_ns,
            &self.period_ns,
            &self.phase_ns,
            &self.spread_ns,
        ] {
            field.store(0, Relaxed);
        }
        self.odd.store(0, Relaxed);
        self.width.store(0, Relaxed);
    }

    /// Notes a fork of that many tasks.
    pub(super) fn hear(&self, now_ns: u64, width: u32) {
        let heard_ns = self.heard_ns.load(Relaxed);
        let period_ns = self.period_ns.load(Relaxed);
        let interval_ns = now_ns.saturating_sub(heard_ns);
        self.width.store(width, Relaxed);
        if heard_ns != 0 {
            let fits = (period_ns / 2..period_ns * 2).contains(&interval_ns);
            if fits {
                self.odd.store(0, Relaxed);
                let smoothed = (period_ns * 15 + interval_ns) / 16;
                self.period_ns.store(smoothed, Relaxed);
                self.follow(now_ns, period_ns);
            } else {
                // A dropout or a pause is no new rhythm; two alike in a row may be one.
                let odd = self.odd.load(Relaxed) + 1;
                let adopt = odd >= 2 || period_ns == 0;
                self.odd.store(if adopt { 0 } else { odd }, Relaxed);
                if adopt {
                    let period_ns = if interval_ns < SLOWEST_NS {
                        interval_ns
                    } else {
                        0
                    };
                    self.period_ns.store(period_ns, Relaxed);
                    self.spread_ns.store(0, Relaxed);
                }
                self.phase_ns.store(now_ns, Relaxed);
            }
        }
        self.heard_ns.store(now_ns, Relaxed);
    }

    fn follow(&self, now_ns: u64, period_ns: u64) {
        let expected_ns = self.phase_ns.load(Relaxed) + period_ns;
        let late_ns = now_ns.saturating_sub(expected_ns);
        self.phase_ns
            .store(now_ns.min(expected_ns + late_ns / 16), Relaxed);
        let spread_ns = self.spread_ns.load(Relaxed);
        let spread_ns = late_ns
            .max(spread_ns - spread_ns / 16)
            // Who waits longer than that spends more than the wait is worth.
            .min(period_ns / 8);
        self.spread_ns.store(spread_ns, Relaxed);
    }

    /// When the worker of that index (from 0) is next of use to it: there is one thread more than
    /// workers, and no more of them than tasks are of any.
    pub(super) fn next_window(&self, now_ns: u64, worker: usize, margin_ns: u64) -> Option<Window> {
        let period_ns = self.period_ns.load(Relaxed);
        if period_ns == 0 || worker + 1 >= self.width.load(Relaxed) as usize {
            return None;
        }
        if now_ns.saturating_sub(self.heard_ns.load(Relaxed)) > SILENT_PERIODS * period_ns {
            return None;
        }
        let after_ns = self.spread_ns.load(Relaxed) + margin_ns;
        let mut beat_ns = self.phase_ns.load(Relaxed) + period_ns;
        if beat_ns + after_ns < now_ns {
            beat_ns += (now_ns - beat_ns - after_ns).div_ceil(period_ns) * period_ns;
        }
        Some(Window {
            start_ns: beat_ns.saturating_sub(margin_ns),
            end_ns: beat_ns + after_ns,
        })
    }

    /// When it was last heard, or 0.
    pub(super) fn heard_ns(&self) -> u64 {
        self.heard_ns.load(Relaxed)
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    const PERIOD_NS: u64 = 5_333_333;
    const MARGIN_NS: u64 = 20_000;

    fn heard(times_ns: impl IntoIterator<Item = u64>) -> Beat {
        let beat = Beat::default();
        for time_ns in times_ns {
            beat.hear(time_ns, 4);
        }
        beat
    }

    #[test]
    fn a_steady_rhythm_is_known_after_two_beats_and_expected_from_then_on() {
        let beat = heard([1_000_000, 1_000_000 + PERIOD_NS]);
        let expected = 1_000_000 + 2 * PERIOD_NS;
        for now_ns in [expected - PERIOD_NS + 1, expected - 1, expected + MARGIN_NS] {
            let window = beat.next_window(now_ns, 0, MARGIN_NS).unwrap();
            assert_eq!(window.start_ns, expected - MARGIN_NS, "at {now_ns}");
            assert_eq!(window.end_ns, expected + MARGIN_NS);
        }
        // One that did not come is expected a period later.
        let window = beat.next_window(expected + MARGIN_NS + 1, 0, MARGIN_NS);
        assert_eq!(window.unwrap().start_ns, expected + PERIOD_NS - MARGIN_NS);
    }

    #[test]
    fn a_host_that_falters_is_met_within_the_window_of_its_jitter() {
        // Late by 0 to 300 us, in no order.
        let lateness = |n: u64| (n * 7919) % 16 * 20_000;
        let time = |n: u64| 1_000_000 + n * PERIOD_NS + lateness(n);
        let beat = Beat::default();
        let mut met = 0;
        for n in 0..1000 {
            if n > 50 {
                let window = beat.next_window(time(n) - 1_000_000, 0, MARGIN_NS).unwrap();
                met += u32::from((window.start_ns..=window.end_ns).contains(&time(n)));
            }
            beat.hear(time(n), 4);
        }
        assert!(met > 850, "{met} of 949");
    }

    #[test]
    fn a_dropout_does_not_change_the_rhythm_and_a_new_block_size_does() {
        let beat = heard((0..20).map(|n| 1_000_000 + n * PERIOD_NS));
        let resumed = 1_000_000 + 60 * PERIOD_NS;
        beat.hear(resumed, 4);
        let next = beat.next_window(resumed + 1, 0, MARGIN_NS).unwrap();
        assert!(next.start_ns.abs_diff(resumed + PERIOD_NS) < 100_000);
        for n in 1..4 {
            beat.hear(resumed + n * PERIOD_NS / 4, 4);
        }
        let last = resumed + 3 * PERIOD_NS / 4;
        let next = beat.next_window(last + 1, 0, MARGIN_NS).unwrap();
        assert!(next.start_ns.abs_diff(last + PERIOD_NS / 4) < 100_000);
    }

    #[test]
    fn a_host_that_stops_is_waited_for_no_longer_than_eight_periods() {
        let beat = heard((0..20).map(|n| 1_000_000 + n * PERIOD_NS));
        let last = beat.heard_ns();
        assert!(
            beat.next_window(last + 7 * PERIOD_NS, 0, MARGIN_NS)
                .is_some()
        );
        assert!(
            beat.next_window(last + 9 * PERIOD_NS, 0, MARGIN_NS)
                .is_none()
        );
    }

    #[test]
    fn a_fork_of_two_wakes_one_worker_of_many() {
        let beat = Beat::default();
        beat.hear(1_000_000, 2);
        beat.hear(1_000_000 + PERIOD_NS, 2);
        let now_ns = 2_000_000 + PERIOD_NS;
        assert!(beat.next_window(now_ns, 0, MARGIN_NS).is_some());
        assert!(beat.next_window(now_ns, 1, MARGIN_NS).is_none());
    }
}
