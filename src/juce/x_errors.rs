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
//!   libX11 1.7). It is told so for JUCE's. Nothing comes over such a connection any more, and JUCE's
//!   loop no longer looks at it, which would otherwise never rest. A child's own connection that breaks
//!   does end the process: we do not know of it before.
//!
//! The handler belongs to the process: a toolkit that sets its own later takes our place. So it is set
//! anew whenever a window is to be opened.
#![allow(unsafe_code)]

use super::Error;

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
    linux::outlive(|| Ok(ffi::display_address()?))?;
    Ok(())
}

/// How many errors were outlived in this process. Any thread.
pub fn outlived() -> u64 {
    #[cfg(target_os = "linux")]
    return linux::OUTLIVED.load(std::sync::atomic::Ordering::Relaxed);
    #[cfg(not(target_os = "linux"))]
    0
}

#[cfg(target_os = "linux")]
mod linux {
    use std::cell::Cell;
    use std::ffi::{CStr, c_char, c_int, c_uchar, c_ulong, c_void};
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicPtr, AtomicU64, Ordering};

    use parking_lot::RwLock;

    use super::ffi::forget_descriptor;
    use crate::juce::Error;
    use crate::juce::callback::guarded;

    /// Xlib's connection to a display.
    enum Display {}

    /// `XErrorEvent` of `X11/Xlib.h`.
    #[repr(C)]
    struct XErrorEvent {
        kind: c_int,
        display: *mut Display,
        resource: c_ulong,
        serial: c_ulong,
        error: c_uchar,
        request: c_uchar,
        minor: c_uchar,
    }

    type OnError = unsafe extern "C" fn(*mut Display, *mut XErrorEvent) -> c_int;
    type OnBreak = unsafe extern "C" fn(*mut Display) -> c_int;
    type OnExit = unsafe extern "C" fn(*mut Display, *mut c_void);

    /// What is called of libX11.
    struct Xlib {
        set_on_error: unsafe extern "C" fn(Option<OnError>) -> Option<OnError>,
        set_on_break: unsafe extern "C" fn(Option<OnBreak>) -> Option<OnBreak>,
        error_text: unsafe extern "C" fn(*mut Display, c_int, *mut c_char, c_int) -> c_int,
        connection_number: unsafe extern "C" fn(*mut Display) -> c_int,
        /// Since libX11 1.7.
        set_on_exit: Option<unsafe extern "C" fn(*mut Display, Option<OnExit>, *mut c_void)>,
    }

    static XLIB: OnceLock<Option<Xlib>> = OnceLock::new();

    /// Who was there before.
    static BEFORE: RwLock<(Option<OnError>, Option<OnBreak>)> = RwLock::new((None, None));

    /// JUCE's connection, which may break without an end.
    static OURS: AtomicPtr<Display> = AtomicPtr::new(std::ptr::null_mut());

    pub(super) static OUTLIVED: AtomicU64 = AtomicU64::new(0);

    /// All of the first errors are written down, and then fewer and fewer: one that comes with every
    /// picture that a child draws would fill the log.
    const WRITTEN: u64 = 20;

    thread_local! {
        /// On the way to the handler before. Somebody may have set ours as that one's own handler before.
        static IS_PASSING_ON: Cell<bool> = const { Cell::new(false) };
    }

    impl Xlib {
        /// The same library that JUCE loads. It stays.
        #[allow(clippy::missing_transmute_annotations)] // the fields' types say it
        fn load() -> Option<Self> {
            // SAFETY: a plain system library, whose initialisers do no harm in any thread.
            let library = unsafe {
                libc::dlopen(c"libX11.so.6".as_ptr(), libc::RTLD_LAZY | libc::RTLD_LOCAL)
            };
            let find = |name: &CStr| {
                if library.is_null() {
                    return None;
                }
                // SAFETY: the library was loaded, and is never unloaded.
                let address = unsafe { libc::dlsym(library, name.as_ptr()) };
                (!address.is_null()).then_some(address)
            };
            // SAFETY: the functions are declared as in `X11/Xlib.h` and `X11/Xutil.h`; a function's
            // address is a pointer of the same size.
            unsafe {
                Some(Self {
                    set_on_error: std::mem::transmute::<*mut c_void, _>(find(c"XSetErrorHandler")?),
                    set_on_break: std::mem::transmute::<*mut c_void, _>(find(
                        c"XSetIOErrorHandler",
                    )?),
                    error_text: std::mem::transmute::<*mut c_void, _>(find(c"XGetErrorText")?),
                    connection_number: std::mem::transmute::<*mut c_void, _>(find(
                        c"XConnectionNumber",
                    )?),
                    set_on_exit: find(c"XSetIOErrorExitHandler")
                        .map(|address| std::mem::transmute::<*mut c_void, _>(address)),
                })
            }
        }
    }

    pub(super) fn outlive(connect: impl FnOnce() -> Result<usize, Error>) -> Result<(), Error> {
        let Some(xlib) = XLIB.get_or_init(Xlib::load) else {
            return Ok(());
        };
        set_handlers(xlib);
        let display = connect()?;
        if let Some(set_on_exit) = xlib.set_on_exit.filter(|_| display != 0) {
            let display = display as *mut Display;
            // SAFETY: JUCE has the connection open as long as its message thread runs, which this is.
            unsafe { set_on_exit(display, Some(go_on), std::ptr::null_mut()) };
            OURS.store(display, Ordering::Relaxed);
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
        let Some(Some(xlib)) = XLIB.get() else {
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

    /// Called by Xlib, on the thread that hears of it, before it has the connection's exit handler end
    /// the process.
    unsafe extern "C" fn on_break(display: *mut Display) -> c_int {
        let Some(Some(xlib)) = XLIB.get() else {
            return 0;
        };
        if display != OURS.load(Ordering::Relaxed) {
            let passed = pass_on(|| {
                let handler = BEFORE.read().1?;
                // SAFETY: as in `on_error`.
                Some(unsafe { handler(display) })
            });
            return passed.unwrap_or(0);
        }
        guarded((), || {
            note(|| "The connection of plugins' windows to the display has broken".to_owned());
            // SAFETY: the display is alive during the call; this only tells a number.
            forget_descriptor(unsafe { (xlib.connection_number)(display) });
        });
        0
    }

    /// In place of the end.
    unsafe extern "C" fn go_on(_display: *mut Display, _data: *mut c_void) {}
}
