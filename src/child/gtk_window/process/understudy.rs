//! The plugin once more, in the window's process, for windows that draw what they ask it: its knobs are where
//! the real one's are, and it hears silence.

use std::collections::BTreeMap;
use std::ffi::{CStr, c_char, c_void};

use super::super::described::{Described, PortKind};
use super::lv2::{ExtensionData, Features, Handle, bundle_path, descriptor, leak, load, number_of};

/// How much silence it hears whenever a knob has moved, in samples: enough for it to notice.
const FRAMES: usize = 64;

/// What a port for messages has room for, in words of eight bytes.
const MESSAGES: usize = 512;

/// `LV2_Descriptor`.
#[allow(dead_code)]
#[repr(C)]
struct Descriptor {
    uri: *const c_char,
    instantiate: Option<
        unsafe extern "C" fn(*const Descriptor, f64, *const c_char, *const *const c_void) -> Handle,
    >,
    connect_port: Option<unsafe extern "C" fn(Handle, u32, *mut c_void)>,
    activate: Option<unsafe extern "C" fn(Handle)>,
    run: Option<unsafe extern "C" fn(Handle, u32)>,
    deactivate: Option<unsafe extern "C" fn(Handle)>,
    cleanup: Option<unsafe extern "C" fn(Handle)>,
    extension_data: Option<ExtensionData>,
}

/// `LV2_Extension_Data_Feature`.
#[allow(dead_code)]
#[repr(C)]
struct DataAccess {
    data_access: ExtensionData,
}

/// An understudy. It stays until the process ends.
pub struct Understudy {
    handle: Handle,
    run: unsafe extern "C" fn(Handle, u32),
    extension_data: Option<ExtensionData>,
    /// Where each knob is kept.
    knobs: BTreeMap<u32, *mut f32>,
    /// Where it puts what it shows.
    shown: BTreeMap<u32, *mut f32>,
}

impl Understudy {
    /// Makes one, where the window likes to have it and it can be made.
    pub fn make(described: &Described, sample_rate: f64) -> Option<Self> {
        let library = load(described.understudy.as_deref()?).ok()?;
        let plugin: *const Descriptor = descriptor(library, c"lv2_descriptor", &described.plugin)?;
        // SAFETY: found in its library, which stays.
        let functions = unsafe { &*plugin };
        let (instantiate, connect_port, run) = (
            functions.instantiate?,
            functions.connect_port?,
            functions.run?,
        );
        let rate = (
            c"http://lv2plug.in/ns/ext/parameters#sampleRate",
            sample_rate as f32,
        );
        let features = Features::new(&[rate]).list();
        let bundle = bundle_path(&described.bundle);
        // SAFETY: called as LV2 says, with a list of features that stays.
        let handle = unsafe { instantiate(plugin, sample_rate, bundle.as_ptr(), features) };
        if handle.is_null() {
            return None;
        }
        let (mut knobs, mut shown) = (BTreeMap::new(), BTreeMap::new());
        for port in &described.ports {
            let memory: *mut c_void = match port.kind {
                PortKind::Knob { default, .. } => {
                    let knob = leak(default);
                    knobs.insert(port.index, knob.cast::<f32>());
                    knob
                }
                PortKind::Shown => {
                    let place = leak(0.0_f32);
                    shown.insert(port.index, place.cast::<f32>());
                    place
                }
                PortKind::Signal => leak([0.0_f32; FRAMES]),
                PortKind::Other => no_messages(),
            };
            // SAFETY: memory of the port's kind, which stays.
            unsafe { connect_port(handle, port.index, memory) }
        }
        if let Some(activate) = functions.activate {
            // SAFETY: made, connected, and not active yet.
            unsafe { activate(handle) }
        }
        Some(Self {
            handle,
            run,
            extension_data: functions.extension_data,
            knobs,
            shown,
        })
    }

    /// What it shows of silence: port and value. Meters are at rest there.
    pub fn at_rest(&self) -> Vec<(u32, f32)> {
        // SAFETY: the memory stays, and only this thread uses it.
        let value = |place: &*mut f32| unsafe { place.read() };
        let all = self.shown.iter();
        all.map(|(port, place)| (*port, value(place))).collect()
    }

    /// Has a window ask it.
    pub fn offer(&self, features: Features) -> Features {
        let features = features.with(c"http://lv2plug.in/ns/ext/instance-access", self.handle);
        match self.extension_data {
            Some(data_access) => features.with(
                c"http://lv2plug.in/ns/ext/data-access",
                leak(DataAccess { data_access }),
            ),
            None => features,
        }
    }

    /// Turns its knobs, and lets it notice.
    pub fn turn(&self, values: &[(u32, f32)]) {
        for (port, value) in values {
            if let Some(knob) = self.knobs.get(port) {
                // SAFETY: the memory stays, and only this thread uses it.
                unsafe { knob.write(*value) }
            }
        }
        // SAFETY: active, with all ports connected to as many samples.
        unsafe { (self.run)(self.handle, FRAMES as u32) }
    }
}

/// An empty `LV2_Atom_Sequence`. As an output, it has no room for anything.
fn no_messages() -> *mut c_void {
    const SEQUENCE: &CStr = c"http://lv2plug.in/ns/ext/atom#Sequence";
    const BODY_BYTES: u32 = 8;
    let memory = leak([0_u64; MESSAGES]);
    // SAFETY: there is room for the two.
    unsafe {
        let words = memory.cast::<u32>();
        words.write(BODY_BYTES);
        words.add(1).write(number_of(SEQUENCE));
    }
    memory
}
