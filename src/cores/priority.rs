//! Real-time priority for workers, where the system grants it.

use std::sync::Once;
use std::sync::atomic::Ordering;

use audio_thread_priority::{
    RtPriorityHandle, demote_current_thread_from_real_time, promote_current_thread_to_real_time,
};

use super::Shared;

/// The calling thread's raised priority; back to what it was when dropped, on the same thread.
pub(super) struct Raised(Option<RtPriorityHandle>);

/// Raises the calling thread's priority as far as the system lets it. Says so in the log, once.
pub(super) fn raise(shared: &Shared) -> Raised {
    exact_naps();
    static SAID: Once = Once::new();
    // The block size only matters on macOS, as a hint; what is asked for is a few milliseconds.
    match promote_current_thread_to_real_time(256, 48_000) {
        Ok(handle) => {
            shared.real_time.fetch_add(1, Ordering::Relaxed);
            SAID.call_once(|| tracing::info!("the workers run with real-time priority"));
            Raised(Some(handle))
        }
        Err(error) => {
            SAID.call_once(|| {
                tracing::warn!(
                    "the workers run without real-time priority, since the system grants none ({error}); \
                     on Linux, be in a group with an rtprio limit (often `audio`)"
                );
            });
            Raised(None)
        }
    }
}

impl Drop for Raised {
    fn drop(&mut self) {
        if let Some(handle) = self.0.take() {
            // The thread is about to end: nothing is lost where this fails.
            let _ = demote_current_thread_from_real_time(handle);
        }
    }
}

/// Linux may let a thread without real-time priority sleep 50 us longer than asked, to save power.
#[cfg(target_os = "linux")]
#[allow(unsafe_code)]
fn exact_naps() {
    let slack_ns: libc::c_ulong = 1;
    // SAFETY: sets a number of the calling thread's, and takes no pointer. Where it fails, naps end
    // later, which workers allow for.
    unsafe { libc::prctl(libc::PR_SET_TIMERSLACK, slack_ns) };
}

#[cfg(not(target_os = "linux"))]
fn exact_naps() {}
