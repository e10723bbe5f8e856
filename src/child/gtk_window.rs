//! Windows that LV2 plugins have drawn with GTK, as Calf's are. JUCE shows none of those, and two GTKs in one
//! process, ours and a DAW's, end it. So each is shown by a process of its own, and dies alone.
//!
//! # Life of such a window
//!
//! 1. **Found**: the plugin's bundle names a window of GTK 2 or 3, and asks for nothing that a process of its
//!    own cannot give (`described`). None of the bundle's code is run for that.
//! 2. **Opened**: `GtkWindow::open` starts the command's program as `matryoshka show-ui`, sends it what
//!    is to be shown, and waits until the window is there, or for the reason why it is not.
//! 3. **Shown**: in the process, `run` loads GTK and the plugin's code for the window, and stays in GTK's
//!    loop. Knobs that are turned come to the host as reports; values that others have changed go there as orders
//!    (`protocol`).
//! 4. **Gone**: when the host closes its end of the pipes, or is itself gone; when the window's button is
//!    pressed; or when the window's code crashes. The process ends, and `GtkWindow::place` is `None`.
//!
//! # The understudy
//!
//! Some windows draw curves, such as an equaliser's, by asking the plugin itself, which lives in another
//! process. Those that can do without, but like to ask, are given one: the same plugin once more, in the
//! window's process, which hears silence and has its knobs where the real one has them
//! (`process/understudy.rs`). What is not a knob, it does not know; plugins with settings besides their knobs
//! get none.

mod described;
#[cfg(target_os = "linux")]
mod handle;
#[cfg(target_os = "linux")]
mod process;
#[cfg(target_os = "linux")]
mod protocol;

pub(crate) use described::is_described;
#[cfg(target_os = "linux")]
pub(in crate::child) use described::{Described, PortKind};
#[cfg(target_os = "linux")]
pub(in crate::child) use handle::{GtkWindow, Turned};
#[cfg(target_os = "linux")]
pub use process::run;
#[cfg(target_os = "linux")]
pub(in crate::child) use protocol::{Dress, Opening};
