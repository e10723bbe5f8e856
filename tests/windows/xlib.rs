//! Xlib, as JUCE and children use it, to make its errors with.
#![allow(unsafe_code)]
#![allow(dead_code)] // each test program uses its part

use std::ffi::{c_char, c_int, c_ulong, c_void};
use std::sync::atomic::{AtomicUsize, Ordering};

/// A window that there is not.
const NOWHERE: c_ulong = 0x00ff_fff0;

/// How many errors [`count`] heard of.
pub static HEARD: AtomicUsize = AtomicUsize::new(0);

/// How many connections the DAW's handler heard of that broke.
pub static BROKEN: AtomicUsize = AtomicUsize::new(0);

/// How many of them would have ended the DAW.
pub static ENDED: AtomicUsize = AtomicUsize::new(0);

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

unsafe extern "C" fn count_broken(_display: *mut c_void) -> c_int {
    BROKEN.fetch_add(1, Ordering::Relaxed);
    0
}

unsafe extern "C" fn count_ended(_display: *mut c_void, _data: *mut c_void) {
    ENDED.fetch_add(1, Ordering::Relaxed);
}

/// Has errors counted in [`HEARD`] and broken connections in [`BROKEN`], as a DAW's own handlers would hear
/// of them.
pub fn hear_errors() {
    type Handler = unsafe extern "C" fn(*mut c_void, *mut c_void) -> c_int;
    type BreakHandler = unsafe extern "C" fn(*mut c_void) -> c_int;
    // SAFETY: declared as in `X11/Xlib.h`; the handlers stay.
    unsafe {
        let set: unsafe extern "C" fn(Option<Handler>) -> Option<Handler> =
            std::mem::transmute(function(c"XSetErrorHandler"));
        set(Some(count));
        let set: unsafe extern "C" fn(Option<BreakHandler>) -> Option<BreakHandler> =
            std::mem::transmute(function(c"XSetIOErrorHandler"));
        set(Some(count_broken));
    }
}

/// Opens a connection, has `kill` kill the owner of a window of it, and hears of it. What would end the
/// process in a DAW is counted in [`ENDED`].
pub fn break_a_connection(kill: impl FnOnce(u32)) {
    type OnExit = unsafe extern "C" fn(*mut c_void, *mut c_void);
    // SAFETY: declared as in `X11/Xlib.h`, and called as that says. The display is not closed, as it would
    // not be by a DAW that ends.
    unsafe {
        let open: unsafe extern "C" fn(*const c_char) -> *mut c_void =
            std::mem::transmute(function(c"XOpenDisplay"));
        let on_exit: unsafe extern "C" fn(*mut c_void, Option<OnExit>, *mut c_void) =
            std::mem::transmute(function(c"XSetIOErrorExitHandler"));
        let root: unsafe extern "C" fn(*mut c_void) -> c_ulong =
            std::mem::transmute(function(c"XDefaultRootWindow"));
        let create: CreateWindow = std::mem::transmute(function(c"XCreateSimpleWindow"));
        let sync: unsafe extern "C" fn(*mut c_void, c_int) -> c_int =
            std::mem::transmute(function(c"XSync"));
        let display = open(std::ptr::null());
        assert!(!display.is_null());
        on_exit(display, Some(count_ended), std::ptr::null_mut());
        let window = create(display, root(display), 0, 0, 9, 9, 0, 0, 0);
        sync(display, 0);
        kill(u32::try_from(window).expect("a window's number"));
        sync(display, 0);
    }
}

/// `XCreateSimpleWindow`.
type CreateWindow = unsafe extern "C" fn(
    *mut c_void,
    c_ulong,
    c_int,
    c_int,
    u32,
    u32,
    u32,
    c_ulong,
    c_ulong,
) -> c_ulong;
