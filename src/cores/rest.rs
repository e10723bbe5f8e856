//! How a worker spends the time in which there is nothing to do: a pure rule, told the time.

use super::beat::Window;

/// How close to the expected time the worker stops napping, besides its own lateness in waking.
pub(super) const MARGIN_NS: u64 = 20_000;
/// How long it goes on spinning after a job: forks often come in groups.
const LINGER_NS: u64 = 20_000;
/// A nap shorter than this is not worth the call.
const SHORTEST_NAP_NS: u64 = 40_000;
const FIRST_NAP_NS: u64 = 50_000;
/// The longest nap while forks come, though not when expected.
const RESTLESS_NAP_NS: u64 = 1_000_000;
const LONGEST_NAP_NS: u64 = 5_000_000;
/// For how long after the last fork that is.
const RESTLESS_NS: u64 = 1_000_000_000;

/// Spinning is paid from this much, which fills by a quarter of the time that passes: whatever the
/// host does, and with whatever priority, a worker spins a quarter of a core at most.
const PURSE_NS: u64 = 2_000_000;
const PURSE_SHARE: u64 = 4;
const EMPTY_PURSE_NAP_NS: u64 = 200_000;

/// Linux ends a process whose real-time thread runs for too long without blocking (RLIMIT_RTTIME;
/// 200 ms where rtkit or GNOME set it). So a worker that has been busy for this long, tasks
/// included, takes a breath.
const BREATH_AFTER_NS: u64 = 20_000_000;
const BREATH_NS: u64 = 50_000;

/// What to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Look again at once.
    Spin,
    /// Sleep for so many nanoseconds.
    Nap(u64),
}

#[derive(Debug)]
pub(super) struct Rest {
    linger_until_ns: u64,
    next_nap_ns: u64,
    /// How late naps end, as it was lately; what of it is seldom is forgotten slowly.
    lateness_ns: u64,
    purse_ns: u64,
    last_ns: u64,
    spun: bool,
    awake_since_ns: u64,
    /// When the nap under way is to end.
    nap_until_ns: Option<u64>,
}

impl Rest {
    pub(super) fn new(now_ns: u64) -> Self {
        Self {
            linger_until_ns: now_ns,
            next_nap_ns: FIRST_NAP_NS,
            lateness_ns: 60_000,
            purse_ns: PURSE_NS,
            last_ns: now_ns,
            spun: false,
            awake_since_ns: now_ns,
            nap_until_ns: None,
        }
    }

    /// There was something to do, until now. Returns for how long to nap all the same, if at all.
    pub(super) fn worked(&mut self, now_ns: u64) -> Option<u64> {
        self.woke(now_ns);
        self.earn(now_ns, false);
        self.linger_until_ns = now_ns + LINGER_NS;
        self.next_nap_ns = FIRST_NAP_NS;
        (now_ns - self.awake_since_ns > BREATH_AFTER_NS).then(|| self.nap(now_ns, BREATH_NS))
    }

    /// There is nothing to do. `window` is when there may next be, `heard_ns` when there last was.
    pub(super) fn idle(&mut self, now_ns: u64, window: Option<Window>, heard_ns: u64) -> Step {
        self.woke(now_ns);
        self.earn(now_ns, self.spun);
        if self.purse_ns == 0 {
            return Step::Nap(self.nap(now_ns, EMPTY_PURSE_NAP_NS));
        }
        if now_ns < self.linger_until_ns {
            return self.spin();
        }
        let Some(window) = window else {
            let longest_ns = if heard_ns != 0 && now_ns.saturating_sub(heard_ns) < RESTLESS_NS {
                RESTLESS_NAP_NS
            } else {
                LONGEST_NAP_NS
            };
            let nap_ns = self.next_nap_ns.min(longest_ns);
            self.next_nap_ns = (nap_ns * 2).min(LONGEST_NAP_NS);
            return Step::Nap(self.nap(now_ns, nap_ns));
        };
        let until_ns = window.start_ns.saturating_sub(self.lateness_ns);
        if until_ns < now_ns + SHORTEST_NAP_NS {
            return self.spin();
        }
        Step::Nap(self.nap(now_ns, (until_ns - now_ns).min(LONGEST_NAP_NS)))
    }

    fn spin(&mut self) -> Step {
        self.spun = true;
        Step::Spin
    }

    fn nap(&mut self, now_ns: u64, nap_ns: u64) -> u64 {
        self.spun = false;
        self.nap_until_ns = Some(now_ns + nap_ns);
        nap_ns
    }

    fn woke(&mut self, now_ns: u64) {
        if let Some(until_ns) = self.nap_until_ns.take() {
            let late_ns = now_ns.saturating_sub(until_ns).clamp(2_000, 300_000);
            self.lateness_ns = late_ns.max(self.lateness_ns - self.lateness_ns / 32);
            self.awake_since_ns = now_ns;
        }
    }

    fn earn(&mut self, now_ns: u64, spun: bool) {
        let passed_ns = now_ns.saturating_sub(self.last_ns);
        self.last_ns = now_ns;
        self.purse_ns = (self.purse_ns + passed_ns / PURSE_SHARE).min(PURSE_NS);
        if spun {
            self.purse_ns = self.purse_ns.saturating_sub(passed_ns);
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::super::beat::Beat;
    use super::*;

    /// A second of a worker's life in made-up time; each look takes 100 ns, each nap ends late.
    /// Returns (nanoseconds spun, naps, how many of the forks found it awake).
    fn live(period_ns: u64, job_ns: u64, late_ns: u64) -> (u64, u32, u32, u32) {
        let beat = Beat::default();
        let mut rest = Rest::new(1);
        let (mut now, mut next_fork) = (1, period_ns);
        let (mut spun, mut naps, mut met, mut forks) = (0, 0, 0, 0);
        while now < 1_000_000_000 {
            if now >= next_fork {
                beat.hear(next_fork, 4);
                met += u32::from(now - next_fork < 1_000);
                forks += 1;
                now += job_ns;
                next_fork += period_ns;
                if let Some(nap) = rest.worked(now) {
                    now += nap + late_ns;
                }
                continue;
            }
            match rest.idle(now, beat.next_window(now, 0, MARGIN_NS), beat.heard_ns()) {
                Step::Spin => {
                    now += 100;
                    spun += 100;
                }
                Step::Nap(nap) => {
                    now += nap + late_ns;
                    naps += 1;
                }
            }
        }
        (spun, naps, met, forks)
    }

    #[test]
    fn a_worker_naps_through_a_steady_rhythm_and_is_awake_for_each_beat() {
        for (frames, share) in [(64, 20), (256, 50), (1024, 200)] {
            let period_ns = frames * 1_000_000_000 / 48_000;
            let (spun, _, met, forks) = live(period_ns, 200_000, 50_000);
            assert!(met + 4 >= forks, "{frames} frames: {met} of {forks}");
            assert!(spun < 1_000_000_000 / share * 3, "{frames} frames: {spun}");
        }
    }

    #[test]
    fn a_host_in_a_hurry_cannot_make_a_worker_spin_more_than_a_quarter() {
        for period_ns in [30_000, 100_000, 300_000] {
            let (spun, ..) = live(period_ns, 1_000, 10_000);
            // What is spun just before a fork comes is not charged.
            let most = 1_000_000_000 / PURSE_SHARE * 102 / 100 + PURSE_NS;
            assert!(spun <= most, "{period_ns}: {spun}");
        }
    }

    #[test]
    fn a_worker_that_always_has_work_still_takes_a_breath() {
        let mut rest = Rest::new(0);
        let mut since = 0;
        for now in (0..1_000_000_000).step_by(100_000) {
            if rest.worked(now).is_some() {
                since = now;
            }
            assert!(now - since <= BREATH_AFTER_NS + 200_000);
        }
    }

    #[test]
    fn without_forks_naps_grow_to_the_longest() {
        let mut rest = Rest::new(0);
        let (mut now, mut longest) = (0, 0);
        for _ in 0..20 {
            match rest.idle(now, None, 0) {
                Step::Nap(nap) => {
                    longest = nap;
                    now += nap;
                }
                Step::Spin => now += 100,
            }
        }
        assert_eq!(longest, LONGEST_NAP_NS);
    }
}
