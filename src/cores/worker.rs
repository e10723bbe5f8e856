//! A worker's thread: look for tasks, and rest well in between.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use super::rest::{Rest, Step};
use super::{Shared, priority};

/// Runs until the pool ends. `index` counts the workers from 0.
pub(super) fn run(shared: &Arc<Shared>, index: usize) {
    let _priority = priority::raise(shared);
    let mut rest = Rest::new(shared.now_ns());
    while !shared.ended.load(Ordering::Acquire) {
        if shared.users.load(Ordering::Acquire) == 0 {
            // Whoever becomes a user, or ends the pool, unparks after it has said so; an unparking
            // that comes before this is kept, so none is lost.
            thread::park();
            rest = Rest::new(shared.now_ns());
        } else if shared.help(index) {
            if let Some(nap_ns) = rest.worked(shared.now_ns()) {
                thread::sleep(Duration::from_nanos(nap_ns));
            }
        } else {
            let now_ns = shared.now_ns();
            let (window, heard_ns) = shared.expect(index, now_ns);
            match rest.idle(now_ns, window, heard_ns) {
                Step::Spin => watch(shared),
                Step::Nap(nap_ns) => thread::sleep(Duration::from_nanos(nap_ns)),
            }
        }
    }
}

/// Looks for tasks a few times, without looking at the clock.
fn watch(shared: &Shared) {
    for _ in 0..16 {
        if shared.has_work() {
            return;
        }
        std::hint::spin_loop();
    }
}
