//! The chains of a split, at the same time on several cores.

#![allow(unsafe_code)]

use std::cell::UnsafeCell;
use std::fmt;

use super::Ground;
use super::cell::Lease;
use super::engine::{Engine, Turn};
use crate::audio::EventList;
use crate::cores::Fork;
use crate::rack::compile::SplitStep;

/// What runs the tasks of a fork: threads of ours, or of the host.
pub trait Cores: Send + Sync + fmt::Debug {
    /// Runs `fork.run` once for each task from 0 to `count`, on this thread and others, and returns
    /// when all are done. `site` says which of the block's forks it is. Audio thread: must not
    /// allocate, lock, call the system or panic.
    fn run(&self, site: usize, fork: &dyn Fork, count: usize);

    /// Whether tasks of these costs, in nanoseconds, are done sooner that way.
    fn pays(&self, costs_ns: &[u64]) -> bool;
}

/// The chains of one split in one block.
pub(super) struct Chains<'f, 'g, 'a> {
    pub engine: &'f Engine,
    pub step: &'f SplitStep,
    pub ground: &'f Ground<'g, 'a>,
    /// Never used itself while the chains run, only its twins.
    pub lease: &'f Lease,
}

impl Fork for Chains<'_, '_, '_> {
    fn run(&self, task: usize) {
        // SAFETY: each task runs another chain, and the steps of two chains of a split that forks have
        // no cell in common, as `Schedule::new` has checked. The lease itself rests meanwhile.
        let mut lease = unsafe { self.lease.twin() };
        let chain = self.step.first_chain + task;
        // SAFETY: each task takes the list of its own chain, once.
        let Some(events_out) = (unsafe { self.engine.outs.list(chain) }) else {
            return;
        };
        events_out.clear();
        let mut turn = Turn {
            lease: &mut lease,
            events_out,
        };
        self.engine
            .run_chain(self.step, task, &mut turn, self.ground);
    }
}

/// Lists of events that several threads fill, each its own: one for each chain that runs at the same time
/// as others, or for each slot that others listen to.
pub(super) struct Outs(Box<[UnsafeCell<EventList>]>);

// SAFETY: lists are reached through `list` alone, whose callers answer for it that no two threads have
// the same one.
unsafe impl Sync for Outs {}

impl Outs {
    /// So many lists. Allocates.
    pub fn new(lists: usize) -> Self {
        Self((0..lists).map(|_| EventList::default().into()).collect())
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// One of the lists.
    ///
    /// # Safety
    ///
    /// The same list must not be in use elsewhere.
    #[allow(clippy::mut_from_ref)]
    pub unsafe fn list(&self, index: usize) -> Option<&mut EventList> {
        // SAFETY: the caller answers for it.
        self.0.get(index).map(|list| unsafe { &mut *list.get() })
    }

    /// One of the lists, only to be read: by as many threads as like.
    ///
    /// # Safety
    ///
    /// Nobody may have the same list from [`list`](Self::list) meanwhile.
    pub unsafe fn read(&self, index: usize) -> Option<&EventList> {
        // SAFETY: the caller answers for it.
        self.0.get(index).map(|list| unsafe { &*list.get() })
    }
}

impl fmt::Debug for Outs {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Outs({})", self.0.len())
    }
}
