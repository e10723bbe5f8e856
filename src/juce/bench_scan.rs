//! The peer that `cargo xtask bench scan` measures against: `juce::PluginDirectoryScanner`, which scans
//! in its own process, one file after the other. Only with the feature `bench`.
#![allow(unsafe_code, missing_docs)]

use cxx::UniquePtr;

use super::{AudioPluginFormatManager, Error};
use crate::threads::MessageThread;

#[cxx::bridge(namespace = "matryoshka")]
mod ffi {
    unsafe extern "C++" {
        include!("matryoshka/cpp/include/bench_scan.h");

        type AudioPluginFormat = crate::juce::format_manager::ffi::AudioPluginFormat;
        type KnownPlugins;

        fn known_plugins_new() -> Result<UniquePtr<KnownPlugins>>;
        fn scan(
            self: Pin<&mut KnownPlugins>,
            format: &AudioPluginFormat,
            folders: &[String],
        ) -> Result<usize>;
    }
}

/// JUCE's list of known plugins.
pub struct KnownPlugins(UniquePtr<ffi::KnownPlugins>);

impl KnownPlugins {
    pub fn new(_thread: &MessageThread) -> Result<Self, Error> {
        Ok(Self(ffi::known_plugins_new()?))
    }

    /// Scans the format's usual folders; how many plugins are known then.
    pub fn scan(
        &mut self,
        manager: &AudioPluginFormatManager,
        format: &str,
    ) -> Result<usize, Error> {
        let Some(format) = manager.format_named(format) else {
            return Ok(0);
        };
        let folders = format.default_folders()?;
        Ok(self.0.pin_mut().scan(format.raw(), &folders)?)
    }
}
