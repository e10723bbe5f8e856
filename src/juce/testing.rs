//! A plugin in C++ that throws where it is told to, so that tests can see what becomes of it. It is in
//! every build: the glue's tests then run on the very code that ships. No rack finds it unless
//! [`switch_on`] was called in the process.
//!
//! Its format is [`FORMAT`], and its file the name of the call that throws (`cpp/src/testing.cpp`). One
//! that is told of no call that there is, say "well", halves what it hears. The examples of these pages
//! play with it, too:
//!
//! ```
//! use matryoshka::juce::{MESSAGE_LOOP, testing};
//! use matryoshka::threads::Messages;
//!
//! let messages = Messages::acquire(&MESSAGE_LOOP)?;
//! let (well, failing) = messages.ask(|thread| {
//!     let tail = |fault| testing::plugin(thread, fault)?.tail_seconds();
//!     (tail("well"), tail("tail"))
//! })?;
//! assert_eq!(well, Ok(0.25));
//! assert_eq!(failing.expect_err("it throws").what(), "thrown in tail");
//! # Ok::<(), matryoshka::threads::AskError>(())
//! ```
#![allow(unsafe_code)]

use std::sync::atomic::{AtomicBool, Ordering};

use super::{AudioPluginFormatManager, Error, Instance, PluginDescription};
use crate::threads::MessageThread;

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
        fn testing_plugins_gone_elsewhere() -> usize;
        fn testing_layout(of: &str) -> [usize; 2];
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

/// What a manager needs to create a test plugin that throws in the call so named.
pub fn description(fault: &str) -> PluginDescription {
    PluginDescription {
        name: "Test plugin".to_owned(),
        format: FORMAT.to_owned(),
        file: fault.to_owned(),
        ..PluginDescription::default()
    }
}

/// A test plugin that throws in the call so named.
///
/// # Errors
///
/// If the call is "create", or memory runs out.
pub fn plugin(thread: &MessageThread, fault: &str) -> Result<Instance, Error> {
    let mut manager = AudioPluginFormatManager::new(thread)?;
    add_format(&mut manager)?;
    manager
        .create(thread, &description(fault))
        .map_err(Error::new)
}

/// How many test plugins exist in the process.
pub fn plugins_alive() -> usize {
    ffi::testing_plugins_alive()
}

/// How many test plugins were destroyed on another thread than the message thread.
pub fn plugins_gone_elsewhere() -> usize {
    ffi::testing_plugins_gone_elsewhere()
}

/// Size and alignment of a JUCE class, as C++ has them: `AudioBuffer<float>`, `AudioBuffer<double>`,
/// `Range<float>` or `String`; zeros of any other.
pub fn layout(of: &str) -> [usize; 2] {
    ffi::testing_layout(of)
}

#[cfg(test)]
mod tests {
    use super::layout;
    use crate::juce::{AudioBuffer, JuceString, Range};

    /// The assertions in C++ hold C++'s sizes against numbers; these hold Rust's against C++'s.
    #[test]
    fn what_crosses_by_value_or_is_built_in_place_is_as_large_here_as_in_cpp() {
        fn here<T>() -> [usize; 2] {
            [size_of::<T>(), align_of::<T>()]
        }
        for (name, here) in [
            ("AudioBuffer<float>", here::<AudioBuffer<'static, f32>>()),
            ("AudioBuffer<double>", here::<AudioBuffer<'static, f64>>()),
            ("Range<float>", here::<Range<f32>>()),
            ("String", here::<JuceString>()),
        ] {
            assert_eq!(here, layout(name), "{name}");
        }
        assert_eq!(layout("something else"), [0, 0]);
    }
}
