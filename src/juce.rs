//! The safe JUCE layer: the only owner of the namespace `juce::`.
//!
//! One file holds one C++ type or one group of calls, with its `cxx::bridge`; the C++ of the same
//! name is in `cpp/include` and `cpp/src`. Control calls need a
//! [`MessageThread`](crate::threads::MessageThread); what C++ can throw comes back as [`Error`].
//!
//! `docs/interop.md` tells how each kind of C++ type and call crosses, from plain C to values that are
//! built in place on the stack, and what proves it.

#[cfg(feature = "bench")]
pub mod bench;
#[cfg(feature = "bench")]
pub mod bench_interop;
#[cfg(feature = "bench")]
pub mod bench_scan;
pub mod buffer;
mod callback;
pub mod description;
pub mod editor_presence;
mod error;
pub mod format_manager;
pub mod instance;
pub mod levels;
pub mod listener;
pub mod memory_block;
pub mod message_loop;
pub mod midi;
mod owned;
pub mod parameter;
pub mod play_head;
pub mod range;
pub mod sample;
pub mod string;
pub mod system_stats;
#[doc(hidden)]
pub mod testing;

pub use buffer::AudioBuffer;
pub use description::PluginDescription;
pub use error::Error;
pub use format_manager::{AudioPluginFormat, AudioPluginFormatManager};
pub use instance::{AudioHalf, Instance, ProcessError};
pub use listener::{AudioProcessorListener, ChangeDetails};
pub use memory_block::MemoryBlock;
pub use message_loop::MESSAGE_LOOP;
pub use midi::MidiBuffer;
pub use parameter::AudioProcessorParameter;
pub use play_head::{AudioPlayHead, Position};
pub use range::Range;
pub use sample::Sample;
pub use string::JuceString;
pub use system_stats::SystemStats;
