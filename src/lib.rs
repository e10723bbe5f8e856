//! Matryoshka: an audio plugin (CLAP and VST3) that hosts other plugins.
//!
//! The map of the rooms; each module's page tells its story. Arrows point down and never up:
//!
//! ```text
//! plugin, main      the DAW's door, and the command
//!   editor          the rack on screen
//!   session         one instance's rack, on the message thread
//!     rack          model -> compile -> schedule -> exchange
//!     catalog       what is installed
//!     state         the rack document
//!       child       the contract of a hosted plugin, and its kinds
//!         juce      the safe JUCE layer
//!         audio     the audio thread's vocabulary
//!         cores     threads that run a rack's chains at the same time
//!           threads the message thread
//!           program the command's program, for what must not run in the DAW
//!           turtle  what LV2's bundles say of themselves
//!           files, broken_pipe, top_level   files written as a whole, pipes that break, X's outermost windows
//! ```

// nice-plug's derive macro names its crate so; we import it as `nih_plug`.
extern crate nih_plug as nice_plug;

pub mod audio;
pub mod broken_pipe;
pub mod catalog;
pub mod child;
pub mod cores;
pub mod editor;
pub mod files;
pub mod juce;
pub mod plugin;
pub mod program;
pub mod rack;
pub mod session;
pub mod state;
pub mod threads;
#[cfg(target_os = "linux")]
mod top_level;
pub mod turtle;
