//! What is called of libX11.

use std::ffi::{CStr, c_char, c_int, c_uchar, c_ulong, c_void};
use std::sync::OnceLock;

/// Xlib's connection to a display: the beginning of `_XPrivDisplay` of `X11/Xlib.h`, whose macros fix it.
#[repr(C)]
#[allow(dead_code)] // what stands before what is needed
pub(super) struct Display {
    data: [*mut c_void; 2],
    descriptor: c_int,
    state: c_int,
    version: [c_int; 2],
    vendor: *mut c_char,
    resources: [c_ulong; 3],
    resource_shift: c_int,
    resource_alloc: *mut c_void,
    formats: [c_int; 5],
    format: *mut c_void,
    vendor_number: c_int,
    release: c_int,
    events: [*mut c_void; 2],
    event_count: c_int,
    requests: [c_ulong; 2],
    last_request: *mut c_char,
    /// Where requests are kept until they are sent.
    buffer: *mut c_char,
    /// Where the next one goes.
    next_request: *mut c_char,
}

impl Display {
    /// Forgets the requests that have not been sent.
    ///
    /// # Safety
    ///
    /// The display is open, and this thread is using it.
    pub(super) unsafe fn forget_requests(this: *mut Self) {
        // SAFETY: as Xlib itself does when it has sent them; both are pointers into the buffer.
        unsafe { (*this).next_request = (*this).buffer };
    }
}

/// `XErrorEvent` of `X11/Xlib.h`.
#[repr(C)]
pub(super) struct XErrorEvent {
    pub kind: c_int,
    pub display: *mut Display,
    pub resource: c_ulong,
    pub serial: c_ulong,
    pub error: c_uchar,
    pub request: c_uchar,
    pub minor: c_uchar,
}

pub(super) type OnError = unsafe extern "C" fn(*mut Display, *mut XErrorEvent) -> c_int;
pub(super) type OnBreak = unsafe extern "C" fn(*mut Display) -> c_int;
pub(super) type OnExit = unsafe extern "C" fn(*mut Display, *mut c_void);
pub(super) type AfterRequest = unsafe extern "C" fn(*mut Display) -> c_int;
pub(super) type AtBirth = unsafe extern "C" fn(*mut Display) -> c_int;

/// `XGetGeometry`.
pub(super) type GetGeometry = unsafe extern "C" fn(
    *mut Display,
    c_ulong,
    *mut c_ulong,
    *mut c_int,
    *mut c_int,
    *mut u32,
    *mut u32,
    *mut u32,
    *mut u32,
) -> c_int;

/// What is called of libX11.
pub(super) struct Xlib {
    pub set_on_error: unsafe extern "C" fn(Option<OnError>) -> Option<OnError>,
    pub set_on_break: unsafe extern "C" fn(Option<OnBreak>) -> Option<OnBreak>,
    pub error_text: unsafe extern "C" fn(*mut Display, c_int, *mut c_char, c_int) -> c_int,
    pub connection_number: unsafe extern "C" fn(*mut Display) -> c_int,
    pub get_geometry: GetGeometry,
    /// Since libX11 1.7.
    pub set_on_exit: Option<unsafe extern "C" fn(*mut Display, Option<OnExit>, *mut c_void)>,
    pub set_after_request:
        unsafe extern "C" fn(*mut Display, Option<AfterRequest>) -> Option<AfterRequest>,
    init_threads: unsafe extern "C" fn() -> c_int,
    /// The variable `_XInitDisplayLock_fn`.
    at_birth: Option<std::ptr::NonNull<c_void>>,
}

// SAFETY: the functions may be called by any thread, and the variable is looked at atomically only.
unsafe impl Send for Xlib {}
// SAFETY: as above.
unsafe impl Sync for Xlib {}

static XLIB: OnceLock<Option<Xlib>> = OnceLock::new();

impl Xlib {
    /// The same library that JUCE loads. It stays.
    pub(super) fn get() -> Option<&'static Self> {
        XLIB.get_or_init(Self::load).as_ref()
    }

    /// If somebody has asked for it before: nothing is loaded.
    pub(super) fn if_loaded() -> Option<&'static Self> {
        XLIB.get()?.as_ref()
    }

    #[allow(clippy::missing_transmute_annotations)] // the fields' types say it
    fn load() -> Option<Self> {
        // SAFETY: a plain system library, whose initialisers do no harm in any thread.
        let library =
            unsafe { libc::dlopen(c"libX11.so.6".as_ptr(), libc::RTLD_LAZY | libc::RTLD_LOCAL) };
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
                set_on_break: std::mem::transmute::<*mut c_void, _>(find(c"XSetIOErrorHandler")?),
                error_text: std::mem::transmute::<*mut c_void, _>(find(c"XGetErrorText")?),
                connection_number: std::mem::transmute::<*mut c_void, _>(find(
                    c"XConnectionNumber",
                )?),
                get_geometry: std::mem::transmute::<*mut c_void, _>(find(c"XGetGeometry")?),
                set_on_exit: find(c"XSetIOErrorExitHandler")
                    .map(|address| std::mem::transmute::<*mut c_void, _>(address)),
                set_after_request: std::mem::transmute::<*mut c_void, _>(find(
                    c"XSetAfterFunction",
                )?),
                init_threads: std::mem::transmute::<*mut c_void, _>(find(c"XInitThreads")?),
                at_birth: find(c"_XInitDisplayLock_fn").and_then(std::ptr::NonNull::new),
            })
        }
    }

    /// The variable with the function that Xlib calls for each display when it opens it, to make its
    /// lock: in `src/locking.c` since X11R6. `None` where there is none.
    pub(super) fn at_birth(&self) -> Option<&std::sync::atomic::AtomicPtr<c_void>> {
        let place = self.at_birth?;
        // SAFETY: makes the locks, and sets the variable, if nobody has yet.
        if unsafe { (self.init_threads)() } == 0 {
            return None;
        }
        // SAFETY: a pointer of the library's, which stays and can be written to.
        Some(unsafe { std::sync::atomic::AtomicPtr::from_ptr(place.as_ptr().cast()) })
    }
}
