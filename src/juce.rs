//! The safe JUCE layer: the only owner of the namespace `juce::`.
//!
//! One file holds one C++ type or one group of calls, with its `cxx::bridge`; the C++ of the same
//! name is in `cpp/include` and `cpp/src`. Control calls need a
//! [`MessageThread`](crate::threads::MessageThread); what C++ can throw comes back as [`Error`].
//!
//! Where to begin:
//!
//! 1. [`message_loop`]: start JUCE's message thread, and run jobs on it.
//! 2. [`format_manager`]: add formats, look into files, load a plugin by its [`description`].
//! 3. [`instance`]: prepare the plugin, and process blocks on the audio thread; [`buffer`], [`levels`]
//!    and [`midi`] are what it is given.
//! 4. [`parameter`], [`memory_block`], [`program`] and [`preset`]: its values, its state, and states that it
//!    brings along or that are in files.
//! 5. [`listener`] and [`play_head`]: what it tells, and what it asks.
//! 6. [`string`], [`range`] and [`system_stats`]: JUCE's values as Rust's.
//!
//! Each page begins with an example that runs, most of them with the plugin of [`testing`]; with an
//! installed one it is the same:
//!
//! ```
//! use matryoshka::juce::{AudioPluginFormatManager, MESSAGE_LOOP};
//! use matryoshka::threads::Messages;
//!
//! # type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;
//! let messages = Messages::acquire(&MESSAGE_LOOP)?;
//! let name = messages.ask(|thread| -> Outcome<_> {
//!     let mut manager = AudioPluginFormatManager::new(thread)?;
//!     manager.add("VST3")?;
//!     let format = manager.format_named("VST3").ok_or("there is no such format")?;
//!     let files = format.search(&format.default_folders()?)?;
//!     let file = files.iter().find(|file| file.contains("ZamCompX2")).ok_or("not installed")?;
//!     let found = format.find_types(file)?.pop().ok_or("there is nothing in it")?;
//!     let mut plugin = manager.create(thread, &found)?;
//!     plugin.prepare(48_000.0, 512, false)?;
//!     Ok(plugin.description()?.name)
//! })??;
//! assert_eq!(name, "ZamCompX2");
//! # Outcome::Ok(())
//! ```
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
pub mod editor_window;
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
pub mod preset;
pub mod program;
pub mod range;
pub mod sample;
pub mod string;
pub mod system_stats;
pub mod testing;
pub mod x_errors;

pub use buffer::AudioBuffer;
pub use description::PluginDescription;
pub use editor_window::EditorWindow;
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
