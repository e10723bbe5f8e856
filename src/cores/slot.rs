//! One place for a job: how its tasks are handed out, each to one thread, without a lock.
//!
//! `left` counts the tasks that nobody has claimed. Whoever lowers it by one has claimed a task; the
//! old value says which. Only then does it look at the job. That order is the whole proof:
//!
//! 1. **A claim holds the job in place.** `unfinished` starts at the number of tasks and falls once
//!    for each task that is done. A claimed task is not done, so it is above zero from the claim to
//!    the end of the task. The owner waits for zero before it returns or writes the next job, so what
//!    a claimer reads belongs to the job it claimed from, and nobody reads while the owner writes.
//! 2. **Nothing goes stale.** A worker may stop between reading `left` and lowering it, while the slot
//!    goes through any number of jobs. It has read nothing else by then. If `left` has the same value
//!    again, the exchange succeeds and claims a task of the job that is there *now*, which is as good
//!    as any. That is why the word carries no epoch: there is no ABA that could do harm.
//! 3. **Who claims sees the job.** The owner writes the job, then stores `left` with Release. Every
//!    later change of `left` up to the next job is a read-modify-write, so it continues that store's
//!    release sequence; a claim reads with Acquire from somewhere in it.
//! 4. **Who returns sees the results.** Each finished task lowers `unfinished` with Release, again
//!    read-modify-writes alone, and the owner reads the final zero with Acquire: all that all tasks
//!    wrote is visible when it returns.
//! 5. **Owners follow each other** through `taken`: Release when leaving, Acquire when taking.
//!
//! `cargo test` under `--cfg loom` tries this against every order that the memory model allows.

#![allow(unsafe_code)]

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::Fork;
use super::sync::{AtomicBool, AtomicU32, Ordering, UnsafeCell, spin_loop};

#[derive(Debug)]
#[repr(align(128))] // Two cache lines: processors fetch them in pairs.
pub(super) struct Slot {
    taken: AtomicBool,
    left: AtomicU32,
    job: UnsafeCell<Option<Job>>,
    panicked: AtomicBool,
    unfinished: AtomicU32,
}

#[derive(Clone, Copy)]
struct Job {
    /// Lives until the owner's `run` returns; the lifetime is erased.
    fork: *const (dyn Fork + 'static),
    count: u32,
}

impl std::fmt::Debug for Job {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Job of {}", self.count)
    }
}

// SAFETY: the one field that is not `Sync` is `job`. It is written by the thread that holds `taken`,
// while `left` and `unfinished` are zero, and read only by threads that have claimed a task: 1 above.
unsafe impl Sync for Slot {}
// SAFETY: the pointer in `job` leads to a `Fork`, which is `Sync`; a slot holds nothing else that is
// bound to a thread.
unsafe impl Send for Slot {}

/// The slot is another job's.
#[derive(Debug)]
pub(super) struct Taken;

impl Slot {
    pub(super) fn new() -> Self {
        Self {
            taken: AtomicBool::new(false),
            left: AtomicU32::new(0),
            job: UnsafeCell::new(None),
            panicked: AtomicBool::new(false),
            unfinished: AtomicU32::new(0),
        }
    }

    /// Runs a job here, together with whoever helps. Returns whether every task ended well, when all
    /// have ended.
    ///
    /// # Errors
    ///
    /// If there is another job in the slot; no task was run then.
    pub(super) fn run(&self, fork: &dyn Fork, count: u32) -> Result<bool, Taken> {
        if self
            .taken
            .compare_exchange(false, true, Ordering::Acquire, Ordering::Relaxed)
            .is_err()
        {
            return Err(Taken);
        }
        // SAFETY: only the lifetime changes. The pointer is read by those who claimed a task, and
        // this function returns after the last of them is done with it. It cannot leave earlier:
        // nothing between here and there unwinds, since `perform` catches.
        let fork = unsafe {
            std::mem::transmute::<*const (dyn Fork + '_), *const (dyn Fork + 'static)>(fork)
        };
        self.job.with_mut(|job| {
            // SAFETY: this thread holds `taken`, and no task is claimed: see the top.
            unsafe { *job = Some(Job { fork, count }) }
        });
        self.panicked.store(false, Ordering::Relaxed);
        self.unfinished.store(count, Ordering::Relaxed);
        self.left.store(count, Ordering::Release);

        while self.help() {}
        while self.unfinished.load(Ordering::Acquire) != 0 {
            spin_loop();
        }
        let well = !self.panicked.load(Ordering::Relaxed);
        self.taken.store(false, Ordering::Release);
        Ok(well)
    }

    /// Whether there are tasks that nobody has claimed, or were just now.
    pub(super) fn has_work(&self) -> bool {
        self.left.load(Ordering::Relaxed) != 0
    }

    /// Runs one task of the job that is here, if there is one left.
    pub(super) fn help(&self) -> bool {
        let mut left = self.left.load(Ordering::Relaxed);
        while left != 0 {
            match self.left.compare_exchange_weak(
                left,
                left - 1,
                Ordering::Acquire,
                Ordering::Relaxed,
            ) {
                Ok(_) => {
                    self.run_claimed(left);
                    return true;
                }
                Err(now) => left = now,
            }
        }
        false
    }

    /// Runs the task that was claimed when that many were left.
    fn run_claimed(&self, left: u32) {
        let job = self.job.with(|job| {
            // SAFETY: a task was claimed and is not finished, so nobody writes: see the top.
            unsafe { *job }
        });
        // There always is a job where tasks are left.
        let Some(job) = job else { return };
        // SAFETY: the owner is still in `run`, which borrows the fork, until `unfinished` falls.
        let fork = unsafe { &*job.fork };
        if !perform(fork, (job.count - left) as usize) {
            self.panicked.store(true, Ordering::Relaxed);
        }
        // Neither the job nor anything it borrows may be touched from here on.
        self.unfinished.fetch_sub(1, Ordering::Release);
    }
}

/// Runs one task, on whichever thread, as every thread does: numbers that are nearly zero are zero,
/// so that the result is the same to the bit, and a panic ends here. Returns whether it ended well.
pub(crate) fn perform(fork: &dyn Fork, task: usize) -> bool {
    let run = AssertUnwindSafe(|| {
        // SAFETY: the crate's one demand is that nothing relies on exact denormal arithmetic within;
        // a fork's tasks are children and our own mixing, as in `audio::without_denormals`.
        unsafe { no_denormals::no_denormals(|| fork.run(task)) }
    });
    match catch_unwind(run) {
        Ok(()) => true,
        Err(payload) => {
            // Dropping it would free, and could panic again.
            std::mem::forget(payload);
            false
        }
    }
}

#[cfg(all(test, loom))]
mod tests {
    use super::*;
    use loom::sync::Arc;

    /// Written without atomics: loom objects where two threads meet, or where the owner reads what
    /// is not yet visible.
    struct Marks([loom::cell::UnsafeCell<u32>; 2]);

    // SAFETY: each task writes its own cell; loom checks that.
    unsafe impl Sync for Marks {}

    impl Fork for Marks {
        fn run(&self, task: usize) {
            // SAFETY: as above.
            self.0[task].with_mut(|mark| unsafe { *mark += 1 });
        }
    }

    fn run_one(slot: &Slot) -> Result<bool, Taken> {
        let marks = Marks([
            loom::cell::UnsafeCell::new(0),
            loom::cell::UnsafeCell::new(0),
        ]);
        let result = slot.run(&marks, 2);
        for mark in &marks.0 {
            // SAFETY: `run` has returned.
            let times = mark.with(|mark| unsafe { *mark });
            assert_eq!(times, u32::from(result.is_ok()));
        }
        result
    }

    #[test]
    fn a_worker_that_comes_at_any_moment_runs_no_task_twice_and_none_after_the_end() {
        loom::model(|| {
            let slot = Arc::new(Slot::new());
            let helper = {
                let slot = slot.clone();
                loom::thread::spawn(move || {
                    slot.help();
                    slot.help();
                })
            };
            // The slot is used again at once, so that a late worker meets the next job.
            assert!(run_one(&slot).unwrap());
            assert!(run_one(&slot).unwrap());
            helper.join().unwrap();
        });
    }

    #[test]
    fn two_callers_that_want_one_slot_never_mix_their_jobs() {
        let mut bounded = loom::model::Builder::new();
        bounded.preemption_bound = Some(3);
        bounded.check(|| {
            let slot = Arc::new(Slot::new());
            let helper = {
                let slot = slot.clone();
                loom::thread::spawn(move || slot.help())
            };
            let other = {
                let slot = slot.clone();
                loom::thread::spawn(move || run_one(&slot).is_ok())
            };
            let own = run_one(&slot).is_ok();
            let other = other.join().unwrap();
            helper.join().unwrap();
            assert!(own || other);
        });
    }
}
