//! Cores on which the workers of a real pool do get tasks, whether it pays or not.
#![allow(dead_code)] // each test program uses its part

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, ThreadId};

use matryoshka::cores::{Fork, Pool, User};
use matryoshka::rack::schedule::Cores;

/// What is done around each task that a worker runs.
type Around = fn(&dyn Fn());

/// A pool of which the caller waits for the workers.
pub struct Workers {
    user: User,
    around: Around,
    tasks: AtomicUsize,
}

impl Workers {
    pub fn new(pool: Arc<Pool>, around: Around) -> Self {
        Self {
            user: pool.enter(),
            around,
            tasks: AtomicUsize::new(0),
        }
    }

    /// How many tasks the workers ran.
    pub fn tasks(&self) -> usize {
        self.tasks.load(Ordering::Acquire)
    }
}

impl fmt::Debug for Workers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Workers")
    }
}

impl Cores for Workers {
    fn run(&self, site: usize, fork: &dyn Fork, count: usize) {
        let fork = WorkersFirst {
            fork,
            workers: self,
            next: AtomicUsize::new(0),
            caller: thread::current().id(),
            before: self.tasks(),
        };
        self.user.run(site, &fork, count).expect("no panic");
    }

    fn pays(&self, _costs_ns: &[u64]) -> bool {
        true
    }
}

/// Tasks of which the caller begins none before a worker has begun one.
struct WorkersFirst<'f> {
    fork: &'f dyn Fork,
    workers: &'f Workers,
    next: AtomicUsize,
    caller: ThreadId,
    before: usize,
}

impl Fork for WorkersFirst<'_> {
    fn run(&self, _turn: usize) {
        // Whoever comes takes the next task: the caller's turn is not worth more than a worker's.
        let task = || self.fork.run(self.next.fetch_add(1, Ordering::Relaxed));
        if thread::current().id() == self.caller {
            while self.workers.tasks() == self.before {
                std::hint::spin_loop();
            }
            task();
        } else {
            self.workers.tasks.fetch_add(1, Ordering::AcqRel);
            (self.workers.around)(&task);
        }
    }
}
