//! The edge over which C++ calls Rust.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs what C++ called. A panic must not unwind into C++ frames (cxx ends the process there), so it
/// is reported and stops here, and C++ gets `instead`.
///
/// Objects that C++ calls are reached by `&` and are `Sync`, so a call that comes in while another is
/// still running, on the same thread or on another, finds nothing half done that Rust would not let
/// it find.
pub(super) fn guarded<R>(instead: R, call: impl FnOnce() -> R) -> R {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(result) => result,
        Err(payload) => {
            // A payload could panic once more while it is dropped, and that one's, too.
            if let Err(another) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
                std::mem::forget(another);
            }
            tracing::error!("an internal error while JUCE was calling");
            instead
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct PanicsAgain;

    impl Drop for PanicsAgain {
        fn drop(&mut self) {
            panic!("while dropped");
        }
    }

    #[test]
    fn a_panic_stops_here_even_one_whose_payload_panics_when_dropped() {
        assert_eq!(guarded(1, || 2), 2);
        assert_eq!(guarded(1, || panic!("no")), 1);
        assert_eq!(guarded(1, || std::panic::panic_any(PanicsAgain)), 1);
    }
}
