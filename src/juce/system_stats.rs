//! `juce::SystemStats`: static functions of a C++ class.
//!
//! ```
//! use matryoshka::juce::SystemStats;
//!
//! let version = SystemStats::juce_version()?;
//! assert!(version.to_str().starts_with("JUCE v"));
//! # Ok::<(), matryoshka::juce::Error>(())
//! ```
#![allow(unsafe_code)]

use super::{Error, JuceString};

#[cxx::bridge(namespace = "juce")]
mod ffi {
    unsafe extern "C++" {
        include!("matryoshka/cpp/include/system_stats.h");

        #[cxx_name = "String"]
        type JuceString = crate::juce::JuceString;

        type SystemStats;

        #[Self = "SystemStats"]
        #[cxx_name = "getJUCEVersion"]
        fn juce_version() -> Result<JuceString>;
    }
}

/// What JUCE says of itself. There are no values of it, as its functions need none.
pub enum SystemStats {}

impl SystemStats {
    /// JUCE's name and version: "JUCE v9.0.4". Any thread.
    ///
    /// # Errors
    ///
    /// Where memory runs out.
    pub fn juce_version() -> Result<JuceString, Error> {
        Ok(ffi::SystemStats::juce_version()?)
    }
}
