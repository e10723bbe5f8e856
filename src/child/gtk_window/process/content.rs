//! What is in the window: the plugin's own code, by LV2's interface for windows.

use std::collections::HashMap;
use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::ptr::{null, null_mut};

use super::super::described::{Described, Port};
use super::gtk::Widget;
use super::lv2::{ExtensionData, Features, Handle, bundle_path, descriptor, leak, load};
use super::{resize, touch, turn};

/// `LV2UI_Write_Function`: the window writes to a port of the plugin.
type Write = unsafe extern "C" fn(*mut c_void, u32, u32, u32, *const c_void);

/// `LV2UI_Descriptor`.
#[allow(dead_code)]
#[repr(C)]
struct Descriptor {
    uri: *const c_char,
    instantiate: Option<
        unsafe extern "C" fn(
            *const Descriptor,
            *const c_char,
            *const c_char,
            Write,
            *mut c_void,
            *mut Widget,
            *const *const c_void,
        ) -> Handle,
    >,
    cleanup: Option<unsafe extern "C" fn(Handle)>,
    port_event: Option<unsafe extern "C" fn(Handle, u32, u32, u32, *const c_void)>,
    extension_data: Option<ExtensionData>,
}

/// `LV2UI_Resize`.
#[allow(dead_code)]
#[repr(C)]
struct Resize {
    handle: *mut c_void,
    resize: unsafe extern "C" fn(*mut c_void, c_int, c_int) -> c_int,
}

/// `LV2UI_Touch`.
#[allow(dead_code)]
#[repr(C)]
struct Touch {
    handle: *mut c_void,
    touch: unsafe extern "C" fn(*mut c_void, u32, bool),
}

/// `LV2UI_Port_Map`.
#[allow(dead_code)]
#[repr(C)]
struct PortMap {
    handle: *mut c_void,
    index: unsafe extern "C" fn(*mut c_void, *const c_char) -> u32,
}

/// `LV2UI_Idle_Interface`.
#[repr(C)]
struct Idle {
    idle: Option<unsafe extern "C" fn(Handle) -> c_int>,
}

/// A plugin's content of a window.
pub struct Content {
    functions: &'static Descriptor,
    handle: Handle,
    /// The widget.
    pub widget: Widget,
}

impl Content {
    /// Loads the window's code, and has it make its widget.
    ///
    /// # Errors
    ///
    /// Why there is none.
    pub fn make(described: &Described, features: Features) -> Result<Self, String> {
        let library = load(&described.library)?;
        let found: Option<*const Descriptor> =
            descriptor(library, c"lv2ui_descriptor", &described.window);
        let found = found.ok_or("its library has no such window")?;
        // SAFETY: found in its library, which stays.
        let functions: &'static Descriptor = unsafe { &*found };
        let instantiate = functions
            .instantiate
            .ok_or("its library cannot make a window")?;
        let features = features
            .with(
                c"http://lv2plug.in/ns/extensions/ui#makeResident",
                null_mut(),
            )
            .with(
                c"http://lv2plug.in/ns/extensions/ui#idleInterface",
                null_mut(),
            )
            .with(
                c"http://lv2plug.in/ns/extensions/ui#resize",
                leak(Resize {
                    handle: null_mut(),
                    resize,
                }),
            )
            .with(
                c"http://lv2plug.in/ns/extensions/ui#touch",
                leak(Touch {
                    handle: null_mut(),
                    touch,
                }),
            )
            .with(
                c"http://lv2plug.in/ns/extensions/ui#portMap",
                leak(PortMap {
                    handle: leak(indices(&described.ports)),
                    index: index_of,
                }),
            );
        let plugin = CString::new(&*described.plugin).unwrap_or_default();
        let bundle = bundle_path(&described.bundle);
        let mut widget: Widget = null_mut();
        // SAFETY: called as LV2 says, on the thread on which GTK was started; the features stay.
        let handle = unsafe {
            instantiate(
                found,
                plugin.as_ptr(),
                bundle.as_ptr(),
                turn,
                null_mut(),
                &raw mut widget,
                features.list(),
            )
        };
        if handle.is_null() || widget.is_null() {
            return Err("it made none".to_owned());
        }
        Ok(Self {
            functions,
            handle,
            widget,
        })
    }

    /// Tells it where a knob is.
    pub fn tell(&self, port: u32, value: f32) {
        /// The protocol of plain values.
        const FLOAT: u32 = 0;
        if let Some(port_event) = self.functions.port_event {
            // SAFETY: made and not cleaned up; the value is as long as is said.
            unsafe { port_event(self.handle, port, 4, FLOAT, (&raw const value).cast()) }
        }
    }

    /// Lets it do what it does all the time. False if it has closed.
    pub fn idle(&self) -> bool {
        const IDLE: &CStr = c"http://lv2plug.in/ns/extensions/ui#idleInterface";
        // SAFETY: made and not cleaned up; what it tells for this URI is such an interface, or null.
        unsafe {
            let told = (self.functions.extension_data).map_or(null(), |tell| tell(IDLE.as_ptr()));
            let interface = told.cast::<Idle>().as_ref();
            let idle = interface.and_then(|interface| interface.idle);
            idle.is_none_or(|idle| idle(self.handle) == 0)
        }
    }

    /// Has it clean up. It is not used any more.
    pub fn clean_up(&self) {
        if let Some(cleanup) = self.functions.cleanup {
            // SAFETY: made, and the last call.
            unsafe { cleanup(self.handle) }
        }
    }
}

fn indices(ports: &[Port]) -> HashMap<String, u32> {
    (ports.iter())
        .map(|port| (port.symbol.clone(), port.index))
        .collect()
}

unsafe extern "C" fn index_of(handle: *mut c_void, symbol: *const c_char) -> u32 {
    /// `LV2UI_INVALID_PORT_INDEX`.
    const NONE: u32 = u32::MAX;
    if symbol.is_null() {
        return NONE;
    }
    // SAFETY: our own map, which stays, and a C string.
    let (indices, symbol) = unsafe {
        let indices = &*handle.cast::<HashMap<String, u32>>();
        (indices, CStr::from_ptr(symbol))
    };
    let index = symbol.to_str().ok().and_then(|symbol| indices.get(symbol));
    index.copied().unwrap_or(NONE)
}
