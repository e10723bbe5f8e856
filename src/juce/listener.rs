//! `juce::AudioProcessorListener`: a Rust object that hears what a plugin changes by itself.
//!
//! C++ holds a class of the interface's own kind that owns the Rust object in a `Box`
//! (`cpp/src/listener.cpp`), and both stay until the plugin is gone.
//!
//! ```
//! use std::sync::Arc;
//! use std::sync::atomic::{AtomicBool, Ordering};
//!
//! use matryoshka::juce::{AudioProcessorListener, ChangeDetails, Error, MESSAGE_LOOP, testing};
//! use matryoshka::threads::Messages;
//!
//! #[derive(Default)]
//! struct Latency(AtomicBool);
//!
//! impl AudioProcessorListener for Latency {
//!     fn changed(&self, details: ChangeDetails) {
//!         self.0.fetch_or(details.latency, Ordering::Relaxed);
//!     }
//! }
//!
//! let messages = Messages::acquire(&MESSAGE_LOOP)?;
//! let has_changed = messages.ask(|thread| -> Result<_, Error> {
//!     let mut plugin = testing::plugin(thread, "late")?; // with a latency, once it is prepared
//!     let latency = Arc::<Latency>::default();
//!     plugin.add_listener(latency.clone())?;
//!     plugin.prepare(48_000.0, 64, false)?;
//!     Ok(latency.0.load(Ordering::Relaxed))
//! })??;
//! assert!(has_changed);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![allow(unsafe_code)]

use std::sync::Arc;

use super::callback::guarded;
use super::{Error, Instance};

pub use ffi::ChangeDetails;

#[cxx::bridge(namespace = "matryoshka")]
mod ffi {
    /// `juce::AudioProcessorListener::ChangeDetails`: what a plugin says has changed.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    struct ChangeDetails {
        /// The latency.
        latency: bool,
        /// Names, units or texts of parameters.
        parameter_info: bool,
        /// The current program.
        program: bool,
        /// State that is in no parameter.
        other_state: bool,
    }

    extern "Rust" {
        type RustListener;

        fn parameter_changed(self: &RustListener, index: i32, value: f32);
        fn gesture_began(self: &RustListener, index: i32);
        fn gesture_ended(self: &RustListener, index: i32);
        fn changed(self: &RustListener, details: ChangeDetails);
    }

    unsafe extern "C++" {
        include!("matryoshka/cpp/include/listener.h");

        type Instance = crate::juce::instance::ffi::Instance;

        fn instance_add_listener(instance: &Instance, listener: Box<RustListener>) -> Result<()>;
    }
}

/// What hears a plugin. Calls come on any thread, the audio thread included, one at a time or
/// several at once, and also from within calls of ours on the plugin: they must neither wait nor
/// allocate, nor call the plugin. A panic is reported and goes no further.
pub trait AudioProcessorListener: Send + Sync {
    /// A parameter has this value now, from 0 to 1.
    fn parameter_changed(&self, index: usize, value: f32) {
        let _ = (index, value);
    }

    /// Somebody took hold of a parameter's control.
    fn gesture_began(&self, index: usize) {
        let _ = index;
    }

    /// Somebody let go of a parameter's control.
    fn gesture_ended(&self, index: usize) {
        let _ = index;
    }

    /// What the plugin shows has changed.
    fn changed(&self, details: ChangeDetails) {
        let _ = details;
    }
}

/// What C++ holds.
struct RustListener(Arc<dyn AudioProcessorListener>);

impl RustListener {
    fn parameter_changed(&self, index: i32, value: f32) {
        self.of_parameter(index, |listener, index| {
            listener.parameter_changed(index, value);
        });
    }

    fn gesture_began(&self, index: i32) {
        self.of_parameter(index, |listener, index| listener.gesture_began(index));
    }

    fn gesture_ended(&self, index: i32) {
        self.of_parameter(index, |listener, index| listener.gesture_ended(index));
    }

    fn changed(&self, details: ChangeDetails) {
        guarded((), || self.0.changed(details));
    }

    fn of_parameter(&self, index: i32, call: impl FnOnce(&dyn AudioProcessorListener, usize)) {
        // Plugins say -1 where they do not know.
        if let Ok(index) = usize::try_from(index) {
            guarded((), || call(&*self.0, index));
        }
    }
}

impl Instance {
    /// Has `listener` called until the plugin is gone.
    ///
    /// # Errors
    ///
    /// Where memory runs out.
    pub fn add_listener(&mut self, listener: Arc<dyn AudioProcessorListener>) -> Result<(), Error> {
        let listener = Box::new(RustListener(listener));
        Ok(ffi::instance_add_listener(self.raw(), listener)?)
    }
}
