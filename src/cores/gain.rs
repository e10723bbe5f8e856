//! Whether a fork is worth it.

/// What a fork costs the caller beyond the tasks themselves, in nanoseconds, where a worker is
/// awake: publishing, the worker's notice of it, one cache line each way. Measured with
/// a loop of forks on two cores of an EPYC (Zen 4) under KVM.
pub const FORK_NS: u64 = 1_000;

/// The least that must be gained, in nanoseconds: below, the worker's waiting costs more than the
/// caller saves, and a worker that is late now and then takes the rest.
pub const LEAST_GAIN_NS: u64 = 10_000;

/// Whether running branches of these smoothed costs (nanoseconds each, in the order of their
/// indices) side by side, with so many workers beside the caller, is worth a fork: it must save at
/// least [`LEAST_GAIN_NS`] and a tenth of the whole. Pure; any thread.
///
/// The model is how the pool works: each thread takes the next task when it is free.
pub fn pays(costs_ns: &[u64], workers: usize) -> bool {
    const MOST: usize = super::MAX_WORKERS + 1;
    let threads = (workers + 1).min(costs_ns.len()).min(MOST);
    if threads < 2 {
        return false;
    }
    let mut busy_ns = [0_u64; MOST];
    let lanes = &mut busy_ns[..threads];
    for cost_ns in costs_ns {
        if let Some(first_free) = lanes.iter_mut().min() {
            *first_free = first_free.saturating_add(*cost_ns);
        }
    }
    let side_by_side_ns = lanes
        .iter()
        .max()
        .copied()
        .unwrap_or(0)
        .saturating_add(FORK_NS);
    let alone_ns = costs_ns
        .iter()
        .fold(0_u64, |sum, cost_ns| sum.saturating_add(*cost_ns));
    alone_ns.saturating_sub(side_by_side_ns) >= LEAST_GAIN_NS.max(alone_ns / 10)
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn four_compressors_pay_and_four_gains_do_not() {
        assert!(pays(&[200_000; 4], 1));
        assert!(pays(&[20_000; 4], 1));
        assert!(!pays(&[300; 4], 1));
        assert!(!pays(&[2_000; 4], 3));
    }

    #[test]
    fn one_long_branch_beside_short_ones_does_not_pay() {
        assert!(!pays(&[1_000_000, 2_000, 2_000, 2_000], 3));
        assert!(pays(&[1_000_000, 400_000], 1));
    }

    #[test]
    fn without_workers_or_branches_there_is_nothing_to_gain() {
        assert!(!pays(&[1_000_000; 4], 0));
        assert!(!pays(&[1_000_000], 3));
        assert!(!pays(&[], 3));
    }
}
