//! Which connections to the display are children's: those that are opened on the message thread. On Linux
//! that thread is ours, and only JUCE and children run there.
//!
//! Xlib asks, when a connection breaks, what was set for it before, and has no call that lists
//! connections or tells of new ones. But for each one that it opens it calls the function in its
//! variable `_XInitDisplayLock_fn`, on the thread that opens it. Ours calls that one and looks at the
//! thread. Where there is no such variable, children's connections end the process as before.

use std::cell::Cell;
use std::ffi::{c_int, c_void};
use std::sync::Once;
use std::sync::atomic::{AtomicPtr, Ordering};

use parking_lot::RwLock;

use super::xlib::{AtBirth, Display, Xlib};

/// Where children's connections are. One that was closed stays here until another is opened in its place.
static CHILDRENS: RwLock<Vec<usize>> = RwLock::new(Vec::new());

/// Who was there before.
static BEFORE: AtomicPtr<c_void> = AtomicPtr::new(std::ptr::null_mut());

static WATCHING: Once = Once::new();

thread_local! {
    /// Whether children's code runs on this thread, and nobody else's but ours.
    static IS_CHILDRENS: Cell<bool> = const { Cell::new(false) };
}

/// Has connections that are opened on this thread, the message thread, outlived when they break.
pub(super) fn watch(xlib: &'static Xlib) {
    IS_CHILDRENS.set(true);
    WATCHING.call_once(|| {
        let Some(at_birth) = xlib.set_on_exit.and_then(|_| xlib.at_birth()) else {
            return tracing::debug!("children's own connections to the display cannot be known");
        };
        BEFORE.store(at_birth.load(Ordering::Acquire), Ordering::Release);
        at_birth.store(born as AtBirth as *mut c_void, Ordering::Release);
    });
}

/// Whether a connection is a child's.
pub(super) fn is_childs(display: *mut Display) -> bool {
    CHILDRENS.read().contains(&display.addr())
}

/// Has Xlib not end the process when this connection breaks. True where Xlib can do that.
///
/// # Safety
///
/// The display is open.
pub(super) unsafe fn let_it_break(display: *mut Display) -> bool {
    let set = Xlib::if_loaded().and_then(|xlib| xlib.set_on_exit);
    if let Some(set_on_exit) = set {
        // SAFETY: the caller's promise; the handler is a plain function of this library, which is never
        // unloaded (see build.rs).
        unsafe { set_on_exit(display, Some(go_on), std::ptr::null_mut()) };
    }
    set.is_some()
}

/// Called by Xlib for each connection that is opened, before anybody else knows of it.
unsafe extern "C" fn born(display: *mut Display) -> c_int {
    let before = BEFORE.load(Ordering::Acquire);
    let mut answer = 0;
    if !before.is_null() {
        // SAFETY: what was in Xlib's variable is such a function.
        let before: AtBirth = unsafe { std::mem::transmute(before) };
        // SAFETY: Xlib's own argument.
        answer = unsafe { before(display) };
    }
    if answer == 0 {
        let is_childs = IS_CHILDRENS.try_with(Cell::get).unwrap_or(false);
        let mut known = CHILDRENS.write();
        known.retain(|&other| other != display.addr());
        // SAFETY: Xlib has just made the display, and its lock.
        if is_childs && unsafe { let_it_break(display) } {
            known.push(display.addr());
        }
    }
    answer
}

/// In place of the end. What a child still says over the connection goes nowhere: Xlib would keep it to send
/// it some day, and has no room for more than 16 KiB of that.
unsafe extern "C" fn go_on(display: *mut Display, _data: *mut c_void) {
    // SAFETY: Xlib's own argument, on the thread that uses it.
    unsafe {
        Display::forget_requests(display);
        if let Some(xlib) = Xlib::if_loaded() {
            (xlib.set_after_request)(display, Some(forget));
        }
    }
}

/// Called by Xlib after each request over a broken connection.
unsafe extern "C" fn forget(display: *mut Display) -> c_int {
    // SAFETY: Xlib's own argument, on the thread that uses it.
    unsafe { Display::forget_requests(display) };
    0
}
