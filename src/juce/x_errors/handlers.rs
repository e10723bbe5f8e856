//! The process's two handlers: for errors, and for connections that break.

use std::cell::Cell;
use std::ffi::{CStr, c_char, c_int, c_uchar};
use std::sync::atomic::{AtomicPtr, AtomicU64, Ordering};

use parking_lot::RwLock;

use super::displays;
use super::ffi::forget_descriptor;
use super::xlib::{Display, OnBreak, OnError, XErrorEvent, Xlib};
use crate::juce::Error;
use crate::juce::callback::guarded;

/// Who was there before.
static BEFORE: RwLock<(Option<OnError>, Option<OnBreak>)> = RwLock::new((None, None));

/// JUCE's connection.
static JUCES: AtomicPtr<Display> = AtomicPtr::new(std::ptr::null_mut());

static OUTLIVED: AtomicU64 = AtomicU64::new(0);

/// All of the first errors are written down, and then fewer and fewer: one that comes with every
/// picture that a child draws would fill the log.
const WRITTEN: u64 = 20;

thread_local! {
    /// On the way to the handler before. Somebody may have set ours as that one's own handler before.
    static IS_PASSING_ON: Cell<bool> = const { Cell::new(false) };
}

pub(super) fn outlived() -> u64 {
    OUTLIVED.load(Ordering::Relaxed)
}

pub(super) fn outlive(connect: impl FnOnce() -> Result<usize, Error>) -> Result<(), Error> {
    let Some(xlib) = Xlib::get() else {
        return Ok(());
    };
    displays::watch(xlib);
    set_handlers(xlib);
    let display = connect()? as *mut Display;
    // SAFETY: JUCE has the connection open as long as its message thread runs, which this is.
    if !display.is_null() && unsafe { displays::let_it_break(display) } {
        JUCES.store(display, Ordering::Relaxed);
    }
    Ok(())
}

fn set_handlers(xlib: &Xlib) {
    let mut before = BEFORE.write();
    // SAFETY: the handlers are plain functions of this library, which is never unloaded (see
    // build.rs), and hold to what Xlib asks of handlers: they make no requests of the display.
    let (error_before, break_before) = unsafe {
        (
            (xlib.set_on_error)(Some(on_error)),
            (xlib.set_on_break)(Some(on_break)),
        )
    };
    // Where ours were there already, those before them are still known.
    let ours = (on_error as OnError as usize, on_break as OnBreak as usize);
    if error_before.is_some_and(|it| it as usize != ours.0) {
        before.0 = error_before;
    }
    if break_before.is_some_and(|it| it as usize != ours.1) {
        before.1 = break_before;
    }
}

fn this_thread() -> libc::pid_t {
    // SAFETY: only tells a number.
    unsafe { libc::gettid() }
}

/// Whether this is the process's first thread, which is the DAW's.
fn is_first_thread() -> bool {
    // SAFETY: only tells a number.
    this_thread() == unsafe { libc::getpid() }
}

/// Has the handler before hear of it. `None` where there is none, or we come from there.
fn pass_on<R>(call: impl FnOnce() -> Option<R>) -> Option<R> {
    if IS_PASSING_ON.replace(true) {
        return None;
    }
    let answer = call();
    IS_PASSING_ON.set(false);
    answer
}

fn note(what: impl FnOnce() -> String) {
    let count = OUTLIVED.fetch_add(1, Ordering::Relaxed) + 1;
    if count <= WRITTEN || count.is_power_of_two() {
        tracing::warn!("{} (the {count}. such error)", what());
    }
}

/// Called by Xlib, on the thread that hears of the error.
unsafe extern "C" fn on_error(display: *mut Display, event: *mut XErrorEvent) -> c_int {
    if is_first_thread() {
        let passed = pass_on(|| {
            let handler = BEFORE.read().0?;
            // SAFETY: Xlib's own arguments, for a handler that was Xlib's.
            Some(unsafe { handler(display, event) })
        });
        if let Some(answer) = passed {
            return answer;
        }
    }
    guarded((), || {
        // SAFETY: Xlib hands out an event that is valid during the call.
        let event = unsafe { &*event };
        note(|| {
            let reason = error_text(display, event.error);
            let XErrorEvent {
                resource,
                request,
                minor,
                ..
            } = *event;
            format!(
                "A plugin's window: the X server says {reason} to request {request}.{minor} on \
                 {resource:#x}"
            )
        });
    });
    0
}

fn error_text(display: *mut Display, error: c_uchar) -> String {
    let Some(xlib) = Xlib::if_loaded() else {
        return String::new();
    };
    let mut text = [0 as c_char; 128];
    // SAFETY: the length is that of the text, which Xlib ends with a zero; in a handler this may
    // be called, since it asks nothing of the server.
    unsafe {
        let length = text.len() as c_int - 1;
        (xlib.error_text)(display, c_int::from(error), text.as_mut_ptr(), length);
        CStr::from_ptr(text.as_ptr()).to_string_lossy().into_owned()
    }
}

/// Called by Xlib, on the thread that hears of it, before it does for the connection what was set for its
/// end: nothing for ours, else it ends the process.
unsafe extern "C" fn on_break(display: *mut Display) -> c_int {
    if display == JUCES.load(Ordering::Relaxed) {
        guarded((), || {
            note(|| "The connection of plugins' windows to the display has broken".to_owned());
            if let Some(xlib) = Xlib::if_loaded() {
                // SAFETY: the display is alive during the call; this only tells a number.
                forget_descriptor(unsafe { (xlib.connection_number)(display) });
            }
        });
        return 0;
    }
    if displays::is_childs(display) {
        guarded((), || {
            note(|| "A plugin's own connection to the display has broken".to_owned());
        });
        return 0;
    }
    let passed = pass_on(|| {
        let handler = BEFORE.read().1?;
        // SAFETY: as in `on_error`.
        Some(unsafe { handler(display) })
    });
    passed.unwrap_or(0)
}
