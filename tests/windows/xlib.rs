//! Xlib, as JUCE and children use it, to make its errors with.
#![allow(unsafe_code)]

use std::ffi::{c_char, c_int, c_ulong, c_void};
use std::sync::atomic::{AtomicUsize, Ordering};

/// A window that there is not.
const NOWHERE: c_ulong = 0x00ff_fff0;

/// How many errors [`count`] heard of.
pub static HEARD: AtomicUsize = AtomicUsize::new(0);

fn function(name: &std::ffi::CStr) -> *mut c_void {
    // SAFETY: a plain system library, which is there: JUCE needs it.
    let address = unsafe {
        let library = libc::dlopen(c"libX11.so.6".as_ptr(), libc::RTLD_LAZY);
        assert!(!library.is_null());
        libc::dlsym(library, name.as_ptr())
    };
    assert!(!address.is_null(), "{name:?}");
    address
}

/// Maps a window that there is not, over a connection of its own, and hears of it: BadWindow.
pub fn bad_window() {
    // SAFETY: declared as in `X11/Xlib.h`, and called as that says.
    unsafe {
        let open: unsafe extern "C" fn(*const c_char) -> *mut c_void =
            std::mem::transmute(function(c"XOpenDisplay"));
        let map: unsafe extern "C" fn(*mut c_void, c_ulong) -> c_int =
            std::mem::transmute(function(c"XMapWindow"));
        let sync: unsafe extern "C" fn(*mut c_void, c_int) -> c_int =
            std::mem::transmute(function(c"XSync"));
        let close: unsafe extern "C" fn(*mut c_void) -> c_int =
            std::mem::transmute(function(c"XCloseDisplay"));
        let display = open(std::ptr::null());
        assert!(!display.is_null());
        map(display, NOWHERE);
        sync(display, 0);
        close(display);
    }
}

unsafe extern "C" fn count(_display: *mut c_void, _event: *mut c_void) -> c_int {
    HEARD.fetch_add(1, Ordering::Relaxed);
    0
}

/// Has errors counted in [`HEARD`], as a DAW's own handler would hear of them.
pub fn hear_errors() {
    type Handler = unsafe extern "C" fn(*mut c_void, *mut c_void) -> c_int;
    // SAFETY: declared as in `X11/Xlib.h`; the handler stays.
    unsafe {
        let set: unsafe extern "C" fn(Option<Handler>) -> Option<Handler> =
            std::mem::transmute(function(c"XSetErrorHandler"));
        set(Some(count));
    }
}
