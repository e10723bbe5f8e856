//! A small VST3 host: what the tests need to play, automate and listen to a plugin.
//!
//! | file | what it holds |
//! |---|---|
//! | `library.rs` | a loaded bundle and what is in it |
//! | `instance.rs` | a plugin: parameters, state, activation |
//! | `block.rs` | a block: channels, events, parameter changes, the song |
//! | `handler.rs` | what the plugin tells the host, and on which thread |
//! | `run_loop.rs` | the host's run loop, turned by the test |
//! | `view.rs` | a plugin's editor in a window of the host's |

#![allow(unsafe_code)] // VST3 is C++ through and through.

mod block;
mod handler;
mod instance;
mod library;
#[cfg(unix)]
mod run_loop;
#[cfg(unix)]
mod view;

pub use block::{Vst3Block, data_event, note_off, note_on};
pub use handler::{Handler, Told};
pub use instance::{Vst3Instance, Vst3Param};
pub use library::{Vst3Class, Vst3Library};
#[cfg(unix)]
pub use run_loop::{Context, Loop};
#[cfg(unix)]
pub use view::View;

use vst3::Steinberg::Vst::String128;

/// A text of the plugin's.
fn text(units: &String128) -> String {
    let end = units.iter().position(|unit| *unit == 0);
    String::from_utf16_lossy(&units[..end.unwrap_or(units.len())])
}
