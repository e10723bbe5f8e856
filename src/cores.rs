//! All cores for one rack: the branches of a split run side by side, on the audio thread and on
//! whichever workers are awake.
//!
//! The audio thread never wakes anybody, which would be a system call, and never waits for a worker
//! to begin. It lays its job open, runs its tasks one by one, and finds some of them taken by workers
//! that were awake. So the workers must be awake at the right time by themselves: they learn each
//! fork's rhythm (`beat`), nap through it, and spin for the moment in which it is due (`rest`). A
//! worker that is late costs speed, never sound.
//!
//! 1. The control thread takes the pool ([`Pool::acquire`]) and a [`User`] for each rack that is to
//!    run on all cores. The workers wake up.
//! 2. The audio thread calls [`User::run`] at each split that [`pays`], with tasks that touch
//!    nothing in common.
//! 3. Workers take tasks. A panic in one is caught, and told to the caller when all are done.
//! 4. The [`User`] is dropped on the control thread. With the last one the workers park, at no cost.
//! 5. The last `Arc` is dropped on the control thread; the workers end before that returns, so that
//!    the library can be unloaded.
//!
//! **Forks within tasks** run in the pool as well. That is safe: who forks runs what it can and then
//! waits only for tasks that another thread has *begun*. Those may wait only for tasks of their own
//! forks. The forks are a tree of finite depth, its leaves wait for nobody, and so each wait ends.
//!
//! **A caller that spins at the end** waits for a worker that the system may have set aside. With
//! real-time priority that does not happen short of overload; without it ([`Pool::is_real_time`]) it
//! may, and a dropout is the price. There is no pool on one core, where the caller could spin for
//! ever in the place of the worker it waits for.

mod beat;
mod gain;
mod priority;
mod rest;
mod slot;
mod sync;
#[cfg(all(test, not(loom)))]
mod tests;
mod worker;

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Weak};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use parking_lot::Mutex;

use beat::{Beat, Window};
pub use gain::{FORK_NS, LEAST_GAIN_NS, pays};
use slot::Slot;
pub(crate) use slot::perform;

/// The most workers that a pool has.
pub const MAX_WORKERS: usize = 15;
/// Jobs at a time: as many audio threads, or forks within forks, find workers. Further ones run alone.
const SLOTS: usize = 8;
/// Racks whose rhythm the workers learn. Further ones find whoever is awake.
const SEATS: usize = 32;
/// Forks in a block whose rhythms are told apart.
const SITES: usize = 4;

/// Tasks that can run at the same time: each touches only what is its own.
pub trait Fork: Sync {
    /// Runs a task. Called once for each index, on any thread, in no order. Must neither allocate
    /// nor wait, as on the audio thread.
    fn run(&self, task: usize);
}

/// A task panicked. All the others were run all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TaskPanicked;

/// A process-wide pool of worker threads, one fewer than there are cores.
#[derive(Debug)]
pub struct Pool {
    shared: Arc<Shared>,
    workers: Vec<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    slots: [Slot; SLOTS],
    seats: [Seat; SEATS],
    /// One bit for each seat that is taken.
    seated: AtomicU32,
    users: AtomicUsize,
    ended: AtomicBool,
    real_time: AtomicUsize,
    start: Instant,
}

/// Where a user's rhythms are kept.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Seat {
    beats: [Beat; SITES],
}

static POOL: Mutex<Weak<Pool>> = Mutex::new(Weak::new());

impl Pool {
    /// The process's pool, made if there is none. Control thread.
    pub fn acquire() -> Arc<Self> {
        let mut pool = POOL.lock();
        pool.upgrade().unwrap_or_else(|| {
            let cores = thread::available_parallelism().map_or(1, usize::from);
            let made = Arc::new(Self::with_workers(cores - 1));
            *pool = Arc::downgrade(&made);
            made
        })
    }

    /// A pool apart from the process's, with at most so many workers: for tests and measurements.
    pub fn with_workers(workers: usize) -> Self {
        let shared = Arc::new(Shared {
            slots: std::array::from_fn(|_| Slot::new()),
            seats: Default::default(),
            seated: AtomicU32::new(0),
            users: AtomicUsize::new(0),
            ended: AtomicBool::new(false),
            real_time: AtomicUsize::new(0),
            start: Instant::now(),
        });
        let workers = (0..workers.min(MAX_WORKERS)).map_while(|index| {
            let shared = shared.clone();
            thread::Builder::new()
                .name(format!("matryoshka-{index}"))
                .spawn(move || worker::run(&shared, index))
                .inspect_err(|error| tracing::warn!("a worker could not be started: {error}"))
                .ok()
        });
        Self {
            workers: workers.collect(),
            shared,
        }
    }

    /// How many threads there are beside the caller's.
    pub fn workers(&self) -> usize {
        self.workers.len()
    }

    /// Whether the system gave every worker real-time priority. Known shortly after the start.
    pub fn is_real_time(&self) -> bool {
        self.shared.real_time.load(Ordering::Relaxed) == self.workers.len()
    }

    /// Makes a rack a user of all cores, for as long as the result lives. Control thread.
    pub fn enter(self: &Arc<Self>) -> User {
        let seat = self.shared.take_seat();
        self.shared.users.fetch_add(1, Ordering::Release);
        self.wake();
        User {
            pool: self.clone(),
            seat,
        }
    }

    /// Runs `fork.run` for 0 to `count - 1`, on this thread and on whichever workers are awake, and
    /// returns when all are done. Any thread; made for the audio thread: it neither allocates nor
    /// locks nor calls the system. A fork that comes again and again is better run with
    /// [`User::run`], which lets the workers expect it.
    ///
    /// # Errors
    ///
    /// If tasks panicked.
    pub fn run(&self, fork: &dyn Fork, count: usize) -> Result<(), TaskPanicked> {
        let together = u32::try_from(count)
            .ok()
            .filter(|count| *count > 1 && !self.workers.is_empty());
        if let Some(count) = together {
            for slot in &self.shared.slots {
                if let Ok(well) = slot.run(fork, count) {
                    return if well { Ok(()) } else { Err(TaskPanicked) };
                }
            }
        }
        run_alone(fork, count)
    }

    fn wake(&self) {
        for worker in &self.workers {
            worker.thread().unpark();
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.shared.ended.store(true, Ordering::Release);
        self.wake();
        for worker in self.workers.drain(..) {
            // A worker that panicked has said so.
            let _ = worker.join();
        }
    }
}

/// Runs all tasks on this thread, in order, just as the pool runs them.
///
/// # Errors
///
/// If tasks panicked.
pub fn run_alone(fork: &dyn Fork, count: usize) -> Result<(), TaskPanicked> {
    let mut well = true;
    for task in 0..count {
        well &= slot::perform(fork, task);
    }
    if well { Ok(()) } else { Err(TaskPanicked) }
}

/// A rack that runs on all cores: the workers stay ready for it. It goes where the audio thread's work
/// goes, and is dropped on the control thread.
#[derive(Debug)]
pub struct User {
    pool: Arc<Pool>,
    seat: Option<usize>,
}

impl User {
    /// The pool.
    pub fn pool(&self) -> &Arc<Pool> {
        &self.pool
    }

    /// [`Pool::run`], with the workers expecting it again a block later. `site` says which of the
    /// block's forks it is, always the same number for the same one. Audio thread.
    ///
    /// # Errors
    ///
    /// If tasks panicked.
    pub fn run(&self, site: usize, fork: &dyn Fork, count: usize) -> Result<(), TaskPanicked> {
        let Some(seat) = self.seat else {
            return self.pool.run(fork, count);
        };
        let began_ns = self.pool.shared.now_ns();
        let result = self.pool.run(fork, count);
        // Not before: a worker that waits for this beat, and sees that it has come before it sees
        // the job, lies down until the next.
        let width = u32::try_from(count).unwrap_or(u32::MAX);
        self.pool.shared.seats[seat].beats[site % SITES].hear(began_ns, width);
        result
    }
}

impl Drop for User {
    fn drop(&mut self) {
        if let Some(seat) = self.seat {
            // Release: what this user wrote to the seat comes before what the next one writes.
            let seated = &self.pool.shared.seated;
            seated.fetch_and(!(1 << seat), Ordering::Release);
        }
        // The workers see it when they next look, and park.
        self.pool.shared.users.fetch_sub(1, Ordering::Release);
    }
}

impl Shared {
    /// Nanoseconds since the pool was made. A read of the clock; no system call where the system has
    /// a clock that can be read without, as all have that audio runs on.
    fn now_ns(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }

    fn take_seat(&self) -> Option<usize> {
        let mut seated = self.seated.load(Ordering::Relaxed);
        loop {
            let seat = seated.trailing_ones() as usize;
            let beats = &self.seats.get(seat)?.beats;
            match self.seated.compare_exchange_weak(
                seated,
                seated | 1 << seat,
                Ordering::Acquire,
                Ordering::Relaxed,
            ) {
                Ok(_) => {
                    beats.iter().for_each(Beat::reset);
                    return Some(seat);
                }
                Err(now) => seated = now,
            }
        }
    }

    /// Runs tasks until none are left. Returns whether there was any.
    fn help(&self, worker: usize) -> bool {
        let mut helped = false;
        // Workers begin in different places, so that several jobs get one each.
        for index in 0..SLOTS {
            let slot = &self.slots[(index + worker) % SLOTS];
            while slot.help() {
                helped = true;
            }
        }
        helped
    }

    /// Whether there seems to be something to do.
    fn has_work(&self) -> bool {
        self.slots.iter().any(Slot::has_work)
    }

    /// When a worker is next to be of use, as far as rhythms tell, and when the last fork was.
    fn expect(&self, worker: usize, now_ns: u64) -> (Option<Window>, u64) {
        let mut seated = self.seated.load(Ordering::Relaxed);
        let mut next: Option<Window> = None;
        let mut heard_ns = 0;
        while seated != 0 {
            let seat = &self.seats[seated.trailing_zeros() as usize];
            seated &= seated - 1;
            for beat in &seat.beats {
                heard_ns = beat.heard_ns().max(heard_ns);
                let window = beat.next_window(now_ns, worker, rest::MARGIN_NS);
                if let Some(window) = window
                    && next.is_none_or(|next| window.start_ns < next.start_ns)
                {
                    next = Some(window);
                }
            }
        }
        (next, heard_ns)
    }
}
