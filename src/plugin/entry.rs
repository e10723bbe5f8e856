//! What a format's entry point has for the plugin that nice-plug makes: nice-plug makes it by
//! `Default`, and hands it nothing of the host's.

use std::any::Any;
use std::cell::RefCell;
use std::sync::Arc;

use super::apart::Spare;
use super::clap::HostPool;
use super::door::Door;
use super::traffic::Traffic;

/// What comes from the entry point.
#[derive(Clone, Default)]
pub(super) struct FromEntry {
    /// The way to a CLAP host's threads.
    pub host_pool: Option<Arc<HostPool>>,
    /// The session behind the plugin, which the entry asks about parameters.
    pub door: Arc<Door>,
    /// What goes between host and rack in a block.
    pub traffic: Arc<Traffic>,
    /// Memory for channels that the host does not keep apart; the plugin knows how much.
    pub spare: Arc<Spare>,
    /// What has to live as long as the plugin, and goes with it.
    pub _kept: Option<Arc<dyn Any + Send + Sync>>,
}

thread_local! {
    static GIVEN: RefCell<Option<FromEntry>> = const { RefCell::new(None) };
}

/// Makes a plugin that finds `given` with [`take`].
pub(super) fn give<R>(given: FromEntry, make: impl FnOnce() -> R) -> R {
    GIVEN.set(Some(given));
    let made = make();
    GIVEN.take();
    made
}

/// What the entry point that is making a plugin on this thread has for it.
pub(super) fn take() -> FromEntry {
    GIVEN.take().unwrap_or_default()
}
