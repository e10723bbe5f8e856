//! The workers of this process, for the racks that want all cores.

use std::sync::{Arc, OnceLock};

use crate::cores::{Fork, Pool, User, pays};
use crate::rack::schedule::Cores;

/// Threads of ours. None are kept ready before a rack [asks](Self::enter) for them.
#[derive(Debug, Default)]
pub(super) struct OwnCores {
    user: OnceLock<User>,
}

impl OwnCores {
    /// Has the workers be ready for this rack from now on.
    pub fn enter(self: &Arc<Self>) {
        self.user.get_or_init(|| Pool::acquire().enter());
    }
}

impl Cores for OwnCores {
    fn run(&self, site: usize, fork: &dyn Fork, count: usize) {
        let ran = match self.user.get() {
            Some(user) => user.run(site, fork, count),
            None => crate::cores::run_alone(fork, count),
        };
        // Nothing of ours panics there; if it did all the same, the block has holes, and the sound
        // goes on.
        debug_assert!(ran.is_ok());
    }

    fn pays(&self, costs_ns: &[u64]) -> bool {
        let workers = self.user.get().map_or(0, |user| user.pool().workers());
        pays(costs_ns, workers)
    }
}
