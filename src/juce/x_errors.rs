//! Errors of the X Window System, which by Xlib's own handlers end the process, the DAW with it.
//!
//! A child's window that somebody destroys, a child that draws where nothing is any more, a window
//! manager that is not there: X answers with an error, and Xlib, which JUCE and most children use, calls
//! the process's one handler for it. Here stands which errors are ours to outlive:
//!
//! - An error that Xlib meets on the process's first thread is the DAW's, whose windows are there. The
//!   handler that was there before hears of it.
//! - All others are JUCE's and children's. They are noted down, and life goes on.
//! - A connection that breaks, as when somebody kills a window's owner (`xkill`), ends the process
//!   whatever a handler does, unless Xlib was told otherwise for that connection beforehand (since
//!   libX11 1.7). It is told so for JUCE's, and for those that are opened on the message thread, where
//!   nobody is but JUCE and children (`displays`). Of all other connections the handler
//!   before hears, and they end the process as they ever did: the DAW's, and those that a child opens
//!   on a thread of its own.
//! - Nothing comes over a broken connection any more. JUCE's loop no longer looks at its own, which
//!   would otherwise never rest.
//! - Mesa, where it draws without a graphics card, takes a window that is gone for one of any size at
//!   all, and writes beyond its memory. It is told a size (`dead_drawables`).
//!
//! What a child does when its own connection breaks is its own: Qt ends the process by itself.
//!
//! The handler belongs to the process: a toolkit that sets its own later takes our place. So it is set
//! anew whenever a window is to be opened.
#![allow(unsafe_code)]

use super::Error;

#[cfg(target_os = "linux")]
mod dead_drawables;
#[cfg(target_os = "linux")]
mod displays;
#[cfg(target_os = "linux")]
mod handlers;
#[cfg(target_os = "linux")]
mod xlib;

#[cxx::bridge(namespace = "matryoshka")]
mod ffi {
    unsafe extern "C++" {
        include!("matryoshka/cpp/include/x_errors.h");

        fn display_address() -> Result<usize>;
        fn forget_descriptor(descriptor: i32);
    }
}

/// Has X errors outlived from now on, and JUCE connected to the display. Does nothing where there is no
/// X. Message thread.
///
/// # Errors
///
/// Where memory runs out.
pub(super) fn outlive() -> Result<(), Error> {
    #[cfg(target_os = "linux")]
    handlers::outlive(|| Ok(ffi::display_address()?))?;
    Ok(())
}

/// Has windows that die while they are drawn outlived from now on, by what has been loaded by now to draw
/// with. Costs next to nothing once that is done. Any thread.
pub fn outlive_dead_drawables() {
    #[cfg(target_os = "linux")]
    dead_drawables::outlive();
}

/// How many errors were outlived in this process. Any thread.
pub fn outlived() -> u64 {
    #[cfg(target_os = "linux")]
    return handlers::outlived();
    #[cfg(not(target_os = "linux"))]
    0
}
