//! Whether a plugin has a window of its own.
//!
//! Apart from [`Instance`], since asking is not harmless: for VST3, JUCE makes a view and throws it
//! away (`VST3PluginInstance::hasEditor` in `juce_VST3PluginFormat.cpp`), which crashes some plugins.
#![allow(unsafe_code)]

use super::Error;
use super::instance::Instance;

#[cxx::bridge(namespace = "matryoshka")]
mod ffi {
    unsafe extern "C++" {
        include!("matryoshka/cpp/include/editor_presence.h");

        type Instance = crate::juce::instance::ffi::Instance;

        fn instance_has_editor(instance: &Instance) -> Result<bool>;
    }
}

/// Whether the plugin has a window of its own. Message thread.
///
/// # Errors
///
/// What the plugin threw.
pub fn has_editor(instance: &Instance) -> Result<bool, Error> {
    Ok(ffi::instance_has_editor(instance.raw())?)
}
