//! What a child changed by itself, noted down from whichever thread it happened on.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::child::Changes;
use crate::juce::{AudioProcessorListener, ChangeDetails};

/// Marks that the listener leaves and the control half takes. Leaving one is a single store: it may
/// come on the audio thread.
#[derive(Default)]
pub(super) struct Marks {
    latency: AtomicBool,
    state: AtomicBool,
}

impl Marks {
    /// What changed since the last call.
    pub(super) fn take(&self) -> Changes {
        Changes {
            latency: self.latency.swap(false, Ordering::Acquire),
            state: self.state.swap(false, Ordering::Acquire),
            ..Changes::default()
        }
    }
}

impl AudioProcessorListener for Marks {
    fn parameter_changed(&self, _index: usize, _value: f32) {
        self.state.store(true, Ordering::Release);
    }

    // The value itself comes as a change of the parameter; a gesture may end without any.
    fn gesture_ended(&self, _index: usize) {
        self.state.store(true, Ordering::Release);
    }

    fn changed(&self, details: ChangeDetails) {
        if details.latency {
            self.latency.store(true, Ordering::Release);
        }
        if details.parameter_info || details.program || details.other_state {
            self.state.store(true, Ordering::Release);
        }
    }
}
