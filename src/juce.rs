//! The safe JUCE layer: the only owner of the namespace `juce::`.
//!
//! One file holds one C++ type or one group of calls, with its `cxx::bridge`; the C++ of the same
//! name is in `cpp/include` and `cpp/src`. Control calls need a
//! [`MessageThread`](crate::threads::MessageThread); what C++ can throw comes back as [`Error`].

#[cfg(feature = "bench")]
pub mod bench;
pub mod buffer;
pub mod description;
mod error;
pub mod format_manager;
pub mod instance;
pub mod message_loop;
pub mod midi;

pub use buffer::AudioBuffer;
pub use description::PluginDescription;
pub use error::Error;
pub use format_manager::{AudioPluginFormat, AudioPluginFormatManager};
pub use instance::Instance;
pub use message_loop::MESSAGE_LOOP;
pub use midi::MidiBuffer;
