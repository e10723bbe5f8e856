//! A clock for what each slot costs: read twice for every slot and block, so it must be cheap.

use std::time::Instant;

/// Counts ticks of the processor's own clock, of which the length is found out on the way.
#[derive(Debug)]
pub(super) struct Clock {
    started: Instant,
    started_ticks: u64,
    /// When the length was last found out.
    measured_ticks: u64,
    seconds_per_tick: f64,
}

/// After this many ticks for the first time, and then at twice as many each time, the length of a tick
/// is found out again.
const FIRST_MEASUREMENT: u64 = 1 << 16;

impl Clock {
    pub fn new() -> Self {
        let ticks = now();
        Self {
            started: Instant::now(),
            started_ticks: ticks,
            measured_ticks: FIRST_MEASUREMENT,
            seconds_per_tick: 0.0,
        }
    }

    /// The length of a tick in seconds; zero while it is not known yet.
    pub fn seconds_per_tick(&mut self) -> f64 {
        let ticks = now().wrapping_sub(self.started_ticks);
        if ticks >= self.measured_ticks {
            self.measured_ticks = ticks.saturating_mul(2);
            self.seconds_per_tick = self.started.elapsed().as_secs_f64() / ticks as f64;
        }
        self.seconds_per_tick
    }
}

/// The time in ticks.
#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code)]
#[inline]
pub(super) fn now() -> u64 {
    // SAFETY: every x86-64 processor has the instruction, and it touches no memory.
    unsafe { core::arch::x86_64::_rdtsc() }
}

/// The time in ticks, here nanoseconds.
#[cfg(not(target_arch = "x86_64"))]
#[inline]
pub(super) fn now() -> u64 {
    use std::sync::LazyLock;
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    START.elapsed().as_nanos() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_turn_out_to_be_as_long_as_they_are() {
        let mut clock = Clock::new();
        let started = (Instant::now(), now());
        while started.0.elapsed().as_millis() < 20 {
            std::hint::spin_loop();
        }
        let _ = clock.seconds_per_tick();
        let ticks = now() - started.1;
        let seconds = ticks as f64 * clock.seconds_per_tick();
        // The machine may have been busy between the two clocks.
        assert!((0.01..1.0).contains(&seconds), "{seconds}");
    }
}
