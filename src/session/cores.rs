//! Whose threads a rack runs on that wants all cores: the host's where it offers them, else ours.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread;

use crate::cores::{Fork, Pool, TaskPanicked, User, pays, run_alone};
use crate::rack::schedule::Cores;

/// Threads that a host lends.
pub trait HostCores: Send + Sync + fmt::Debug {
    /// Runs `fork.run` for 0 to `count - 1` on the host's threads, and returns when all are done.
    /// Audio thread, while a block is played.
    fn run(&self, fork: &dyn Fork, count: usize) -> HostAnswer;
}

/// What came of a request to a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostAnswer {
    /// Every task was run.
    Done(Result<(), TaskPanicked>),
    /// Nothing was run, and this time nobody is to blame: another request is under way, or there are
    /// too many tasks.
    NotNow,
    /// Nothing was run: the host does not want to.
    Refused,
}

/// All cores, for one rack.
///
/// 1. With threads of the host's, those are used, and none of ours are kept ready.
/// 2. When the host says no, that block runs on the audio thread, and so do those that follow.
/// 3. Until somebody on the control thread [sees to it](Self::enter): ours are used from then on.
#[derive(Debug, Default)]
pub(super) struct RackCores {
    host: Option<Arc<dyn HostCores>>,
    refused: AtomicBool,
    user: OnceLock<User>,
    cores: usize,
}

impl RackCores {
    /// The host's threads first.
    pub fn of_host(host: Arc<dyn HostCores>) -> Self {
        Self {
            host: Some(host),
            // A host doesn't tell how many threads it has.
            cores: thread::available_parallelism().map_or(1, usize::from),
            ..Self::default()
        }
    }

    /// Whether a host has offered its threads.
    pub fn has_host(&self) -> bool {
        self.host.is_some()
    }

    /// Has workers of ours be ready for this rack from now on, unless the host's do the work. Cheap
    /// where they are. Control thread.
    pub fn enter(&self) {
        if self.willing_host().is_none() {
            self.user.get_or_init(|| Pool::acquire().enter());
        }
    }

    fn willing_host(&self) -> Option<&dyn HostCores> {
        let host = self.host.as_deref()?;
        (!self.refused.load(Ordering::Relaxed)).then_some(host)
    }
}

impl Cores for RackCores {
    fn run(&self, site: usize, fork: &dyn Fork, count: usize) {
        let ran = match (self.user.get(), self.willing_host()) {
            (Some(user), _) => user.run(site, fork, count),
            (None, Some(host)) => match host.run(fork, count) {
                HostAnswer::Done(ran) => ran,
                HostAnswer::NotNow => run_alone(fork, count),
                HostAnswer::Refused => {
                    self.refused.store(true, Ordering::Relaxed);
                    run_alone(fork, count)
                }
            },
            (None, None) => run_alone(fork, count),
        };
        // Nothing of ours panics there; if it did all the same, the block has holes, and the sound
        // goes on.
        debug_assert!(ran.is_ok());
    }

    fn pays(&self, costs_ns: &[u64]) -> bool {
        let workers = match (self.user.get(), self.willing_host()) {
            (Some(user), _) => user.pool().workers(),
            (None, Some(_)) => self.cores.saturating_sub(1),
            (None, None) => 0,
        };
        pays(costs_ns, workers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicUsize;

    /// Answers as told, without threads.
    #[derive(Debug)]
    struct Host {
        answer: HostAnswer,
        asked: AtomicUsize,
    }

    impl HostCores for Host {
        fn run(&self, fork: &dyn Fork, count: usize) -> HostAnswer {
            self.asked.fetch_add(1, Ordering::SeqCst);
            if matches!(self.answer, HostAnswer::Done(_)) {
                (0..count).for_each(|task| fork.run(task));
            }
            self.answer
        }
    }

    #[derive(Default)]
    struct Count(AtomicUsize);

    impl Fork for Count {
        fn run(&self, _task: usize) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn cores(answer: HostAnswer) -> (RackCores, Arc<Host>) {
        let asked = AtomicUsize::new(0);
        let host = Arc::new(Host { answer, asked });
        (RackCores::of_host(host.clone()), host)
    }

    #[test]
    fn a_willing_host_keeps_workers_of_ours_away() {
        let (cores, host) = cores(HostAnswer::Done(Ok(())));
        cores.enter();
        let fork = Count::default();
        cores.run(0, &fork, 5);
        cores.enter();
        assert!(cores.user.get().is_none());
        assert_eq!(fork.0.into_inner(), 5);
        assert_eq!(host.asked.load(Ordering::SeqCst), 1);
    }

    #[test]
    fn a_host_that_refuses_is_not_asked_again_and_ours_take_over() {
        let (cores, host) = cores(HostAnswer::Refused);
        cores.enter();
        let fork = Count::default();
        cores.run(0, &fork, 5);
        cores.run(0, &fork, 5);
        assert!(!cores.pays(&[1_000_000; 4]), "nobody is there to help");
        cores.enter();
        assert!(cores.user.get().is_some());
        cores.run(0, &fork, 5);
        assert_eq!(fork.0.into_inner(), 15);
        assert_eq!(host.asked.load(Ordering::SeqCst), 1);
    }

    #[test]
    fn a_host_that_is_busy_is_asked_again() {
        let (cores, host) = cores(HostAnswer::NotNow);
        let fork = Count::default();
        cores.run(0, &fork, 5);
        cores.run(0, &fork, 5);
        assert_eq!(fork.0.into_inner(), 10);
        assert_eq!(host.asked.load(Ordering::SeqCst), 2);
    }
}
