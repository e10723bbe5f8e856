//! `juce::PluginDescription`, as a plain struct.
//!
//! ```
//! use matryoshka::juce::PluginDescription;
//!
//! let wanted = PluginDescription {
//!     name: "ZamCompX2".to_owned(),
//!     format: "VST3".to_owned(),
//!     ..PluginDescription::default()
//! };
//! assert_eq!((wanted.unique_id, wanted.is_instrument), (0, false));
//! ```
#![allow(unsafe_code)]

pub use ffi::PluginDescription;

#[cxx::bridge(namespace = "matryoshka")]
pub(super) mod ffi {
    /// What JUCE knows of an installed plugin, and what it needs to load it.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    struct PluginDescription {
        /// The plugin's name.
        name: String,
        /// JUCE's name of the format: "VST3", "LV2", "LADSPA", "AudioUnit".
        format: String,
        /// The category, in the maker's words.
        category: String,
        /// The maker.
        vendor: String,
        /// The version, in the maker's words.
        version: String,
        /// The file, or the URI for formats that have them.
        file: String,
        /// JUCE's identifier of the plugin within its file.
        unique_id: i32,
        /// What older releases of JUCE said instead; racks of theirs still load.
        deprecated_uid: i32,
        /// It is an instrument.
        is_instrument: bool,
        /// Input channels, all buses together.
        inputs: i32,
        /// Output channels, all buses together.
        outputs: i32,
    }

    unsafe extern "C++" {
        include!("matryoshka/cpp/include/description.h");
    }

    // Other bridges return lists of it.
    impl Vec<PluginDescription> {}
}
