use super::*;
use std::sync::atomic::AtomicU64;
use std::sync::mpsc;

/// A pool whose workers are awake.
fn busy_pool(workers: usize) -> (Arc<Pool>, User) {
    let pool = Arc::new(Pool::with_workers(workers));
    let user = pool.enter();
    (pool, user)
}

/// Counts how often each task runs, and takes a while over it.
struct Counted<'a> {
    runs: &'a [AtomicU32],
    alive: &'a AtomicBool,
    seed: u64,
}

impl Fork for Counted<'_> {
    fn run(&self, task: usize) {
        assert!(self.alive.load(Ordering::SeqCst), "a task after the end");
        self.runs[task].fetch_add(1, Ordering::Relaxed);
        let length =
            (self.seed.wrapping_add(task as u64)).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 52;
        for _ in 0..length {
            std::hint::spin_loop();
        }
    }
}

#[test]
fn with_several_callers_and_workers_each_task_runs_once_and_none_after_the_end() {
    let (pool, _user) = busy_pool(3);
    thread::scope(|scope| {
        for caller in 0..3_u64 {
            let pool = &pool;
            scope.spawn(move || {
                for round in 0..3_000_u64 {
                    let seed = caller * 1_000_003 + round;
                    let count = (seed % 9) as usize;
                    let runs: [AtomicU32; 8] = Default::default();
                    let alive = AtomicBool::new(true);
                    let fork = Counted {
                        runs: &runs,
                        alive: &alive,
                        seed,
                    };
                    assert_eq!(pool.run(&fork, count), Ok(()));
                    alive.store(false, Ordering::SeqCst);
                    for (task, runs) in runs.iter().enumerate() {
                        let expected = u32::from(task < count);
                        assert_eq!(runs.load(Ordering::Relaxed), expected, "task {task}");
                    }
                }
            });
        }
    });
}

/// Two tasks that each wait for the other to have begun: they only end on two threads.
struct Handshake([AtomicBool; 2]);

impl Fork for Handshake {
    fn run(&self, task: usize) {
        self.0[task].store(true, Ordering::SeqCst);
        while !self.0[1 - task].load(Ordering::SeqCst) {
            thread::yield_now();
        }
    }
}

#[test]
fn a_worker_comes_though_nobody_wakes_it() {
    let (_pool, user) = busy_pool(1);
    for _ in 0..20 {
        user.run(0, &Handshake(Default::default()), 2).unwrap();
    }
}

#[test]
fn a_worker_that_parked_for_want_of_users_comes_back_for_the_next() {
    let pool = Arc::new(Pool::with_workers(1));
    for _ in 0..10 {
        let user = pool.enter();
        user.run(0, &Handshake(Default::default()), 2).unwrap();
    }
}

#[test]
fn without_users_or_workers_the_caller_runs_everything_itself_in_order() {
    struct Order(Mutex<Vec<usize>>);
    impl Fork for Order {
        fn run(&self, task: usize) {
            self.0.lock().push(task);
        }
    }
    let order = Order(Mutex::default());
    Pool::with_workers(0).run(&order, 5).unwrap();
    assert_eq!(*order.0.lock(), [0, 1, 2, 3, 4]);
}

#[test]
fn more_callers_than_places_get_their_work_done_all_the_same() {
    /// Each caller forks from within a fork until no place is left.
    struct Deep<'a> {
        pool: &'a Pool,
        depth: usize,
        leaves: &'a AtomicU64,
    }
    impl Fork for Deep<'_> {
        fn run(&self, _: usize) {
            if self.depth == 0 {
                self.leaves.fetch_add(1, Ordering::Relaxed);
                return;
            }
            let below = Deep {
                depth: self.depth - 1,
                ..*self
            };
            self.pool.run(&below, 2).unwrap();
        }
    }
    let (pool, _user) = busy_pool(2);
    let leaves = AtomicU64::new(0);
    let fork = Deep {
        pool: &pool,
        depth: SLOTS + 3,
        leaves: &leaves,
    };
    pool.run(&fork, 2).unwrap();
    assert_eq!(leaves.into_inner(), 1 << (SLOTS + 4));
}

#[test]
fn a_task_that_panics_on_either_thread_is_reported_and_the_rest_is_done() {
    struct Bad {
        met: Handshake,
        worse: usize,
        rest: AtomicU32,
    }
    impl Fork for Bad {
        fn run(&self, task: usize) {
            if task < 2 {
                // Both threads are in it.
                self.met.run(task);
            } else {
                self.rest.fetch_add(1, Ordering::Relaxed);
            }
            assert_ne!(task, self.worse, "as it should");
        }
    }
    let (_pool, user) = busy_pool(1);
    for worse in [0, 1, 3, 9] {
        let bad = Bad {
            met: Handshake(Default::default()),
            worse,
            rest: AtomicU32::new(0),
        };
        let expected = if worse < 5 { Err(TaskPanicked) } else { Ok(()) };
        assert_eq!(user.run(0, &bad, 5), expected, "task {worse} panics");
        assert_eq!(bad.rest.into_inner(), 3);
    }
}

#[test]
fn every_thread_takes_what_is_nearly_zero_for_zero() {
    struct Tiny {
        met: Handshake,
        results: [AtomicU32; 2],
    }
    impl Fork for Tiny {
        fn run(&self, task: usize) {
            self.met.run(task);
            let tiny = std::hint::black_box(f32::MIN_POSITIVE) * std::hint::black_box(0.5);
            self.results[task].store(tiny.to_bits(), Ordering::Relaxed);
        }
    }
    let (_pool, user) = busy_pool(1);
    let tiny = Tiny {
        met: Handshake(Default::default()),
        results: [AtomicU32::new(1), AtomicU32::new(1)],
    };
    user.run(0, &tiny, 2).unwrap();
    assert_eq!(tiny.results.map(AtomicU32::into_inner), [0, 0]);
}

#[test]
fn more_racks_than_seats_still_run() {
    let pool = Arc::new(Pool::with_workers(1));
    let users: Vec<User> = (0..SEATS + 3).map(|_| pool.enter()).collect();
    assert_eq!(users.iter().filter(|user| user.seat.is_none()).count(), 3);
    for user in &users {
        user.run(7, &Handshake(Default::default()), 2).unwrap();
    }
    drop(users);
    assert_eq!(pool.enter().seat, Some(0));
}

#[test]
fn the_last_user_takes_the_process_pool_along_and_its_threads_end() {
    let pool = Pool::acquire();
    assert!(Arc::ptr_eq(&pool, &Pool::acquire()));
    let shared = Arc::downgrade(&pool.shared);
    let (ended, end) = mpsc::channel();
    thread::spawn(move || {
        drop(pool);
        ended.send(()).unwrap();
    });
    end.recv().unwrap();
    assert!(shared.upgrade().is_none(), "a worker still runs");
}
