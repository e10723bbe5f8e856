//! What a format's entry point has for the plugin that nice-plug makes: nice-plug makes it by
//! `Default`, and hands it nothing of the host's.

use std::any::Any;
use std::cell::RefCell;
use std::sync::Arc;

use super::apart::Spare;
use super::clap::HostPool;

/// What comes from the entry point.
#[derive(Default)]
pub(super) struct FromEntry {
    /// The way to a CLAP host's threads.
    pub host_pool: Option<Arc<HostPool>>,
    /// Memory for channels that the host does not keep apart; the plugin knows how much.
    pub spare: Arc<Spare>,
    /// What has to live as long as the plugin, and goes with it.
    pub _kept: Option<Arc<dyn Any + Send + Sync>>,
}

thread_local! {
    static GIVEN: RefCell<FromEntry> = RefCell::default();
}

/// Makes a plugin that finds `given` with [`take`].
pub(super) fn give<R>(given: FromEntry, make: impl FnOnce() -> R) -> R {
    GIVEN.set(given);
    let made = make();
    GIVEN.take();
    made
}

/// What the entry point that is making a plugin on this thread has for it.
pub(super) fn take() -> FromEntry {
    GIVEN.take()
}
