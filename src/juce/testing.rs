//! A plugin in C++ that throws where it is told to, so that tests can see what becomes of it. It is in
//! every build: the glue's tests then run on the very code that ships. No rack finds it unless
//! [`switch_on`] was called in the process.
//!
//! Its format is [`FORMAT`], and its file the name of the call that throws (`cpp/src/testing.cpp`).
#![allow(unsafe_code)]

use std::sync::atomic::{AtomicBool, Ordering};

use super::{AudioPluginFormatManager, Error};

/// The format's name.
pub const FORMAT: &str = "Test";

static ON: AtomicBool = AtomicBool::new(false);

#[cxx::bridge(namespace = "matryoshka")]
mod ffi {
    unsafe extern "C++" {
        include!("matryoshka/cpp/include/testing.h");

        type AudioPluginFormatManager = crate::juce::format_manager::ffi::AudioPluginFormatManager;

        fn testing_add_format(manager: Pin<&mut AudioPluginFormatManager>) -> Result<()>;
        fn testing_plugins_alive() -> usize;
    }
}

/// Lets racks of this process hold the test plugin.
pub fn switch_on() {
    ON.store(true, Ordering::Relaxed);
}

/// Whether racks of this process may hold the test plugin.
pub fn is_on() -> bool {
    ON.load(Ordering::Relaxed)
}

/// Adds the test plugin's format.
///
/// # Errors
///
/// Where memory runs out.
pub fn add_format(manager: &mut AudioPluginFormatManager) -> Result<(), Error> {
    Ok(ffi::testing_add_format(manager.raw())?)
}

/// How many test plugins exist in the process.
pub fn plugins_alive() -> usize {
    ffi::testing_plugins_alive()
}
