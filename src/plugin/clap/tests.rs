//! A whole plugin in a bare host, which only notes what it is told.

use std::ffi::CStr;
use std::ptr;
use std::slice;
use std::sync::Arc;

use clap_sys::events::*;
use clap_sys::ext::note_ports::CLAP_EXT_NOTE_PORTS;
use clap_sys::ext::params::*;
use clap_sys::ext::render::{CLAP_EXT_RENDER, CLAP_RENDER_OFFLINE, clap_plugin_render};
use clap_sys::ext::state::{CLAP_EXT_STATE, clap_host_state};
use clap_sys::host::clap_host;
use clap_sys::version::CLAP_VERSION;
use parking_lot::Mutex;

use super::shim::{Shim, shim};
use super::*;
use crate::session::{HOST_PARAMETERS, HostNews, HostParameter, HostRefresh};

/// What the host was told, in words.
type Told = Mutex<Vec<String>>;

/// A host and a plugin in it.
struct Bench {
    told: Box<Told>,
    // What `plugin` points to.
    _host: Box<clap_host>,
    plugin: *const clap_plugin,
}

unsafe fn note(host: *const clap_host, what: &str) {
    // SAFETY: the host's data is a `Told` that outlives the plugin.
    unsafe { &*(*host).host_data.cast::<Told>() }
        .lock()
        .push(what.to_owned());
}

unsafe extern "C" fn get_host_extension(
    _host: *const clap_host,
    id: *const c_char,
) -> *const c_void {
    unsafe extern "C" fn rescan(host: *const clap_host, flags: u32) {
        // SAFETY: the bench's host.
        unsafe { note(host, &format!("rescan {flags}")) };
    }
    unsafe extern "C" fn clear(_host: *const clap_host, _parameter: u32, _flags: u32) {}
    unsafe extern "C" fn request_flush(host: *const clap_host) {
        // SAFETY: as above.
        unsafe { note(host, "flush") };
    }
    unsafe extern "C" fn mark_dirty(host: *const clap_host) {
        // SAFETY: as above.
        unsafe { note(host, "dirty") };
    }
    static PARAMS: clap_host_params = clap_host_params {
        rescan: Some(rescan),
        clear: Some(clear),
        request_flush: Some(request_flush),
    };
    static STATE: clap_host_state = clap_host_state {
        mark_dirty: Some(mark_dirty),
    };
    // SAFETY: the plugin's C string.
    let id = unsafe { CStr::from_ptr(id) };
    if id == CLAP_EXT_PARAMS {
        ptr::from_ref(&PARAMS).cast()
    } else if id == CLAP_EXT_STATE {
        ptr::from_ref(&STATE).cast()
    } else {
        ptr::null()
    }
}

impl Bench {
    fn new(id: &CStr) -> Self {
        unsafe extern "C" fn request_restart(host: *const clap_host) {
            // SAFETY: the bench's host.
            unsafe { note(host, "restart") };
        }
        unsafe extern "C" fn request_callback(host: *const clap_host) {
            // SAFETY: as above.
            unsafe { note(host, "callback") };
        }
        unsafe extern "C" fn request_process(_host: *const clap_host) {}
        let told = Box::<Told>::default();
        let host = Box::new(clap_host {
            clap_version: CLAP_VERSION,
            host_data: ptr::from_ref(&*told).cast_mut().cast(),
            name: c"Bench".as_ptr(),
            vendor: c"".as_ptr(),
            url: c"".as_ptr(),
            version: c"".as_ptr(),
            get_extension: Some(get_host_extension),
            request_restart: Some(request_restart),
            request_process: Some(request_process),
            request_callback: Some(request_callback),
        });
        // SAFETY: the host lives as long as the plugin.
        let plugin = unsafe { create_plugin(&FACTORY, &*host, id.as_ptr()) };
        assert!(!plugin.is_null(), "{id:?} is listed");
        // SAFETY: as a host does it.
        assert!(unsafe { (*plugin).init.unwrap()(plugin) });
        Self {
            told,
            _host: host,
            plugin,
        }
    }

    fn shim(&self) -> &Shim {
        // SAFETY: alive as long as the bench.
        unsafe { shim(self.plugin) }
    }

    /// What was told since the last time.
    fn told(&self) -> Vec<String> {
        std::mem::take(&mut *self.told.lock())
    }

    fn tell(&self, news: &[HostNews], refresh: HostRefresh) {
        self.shim()
            .door
            .parameters()
            .tell(news.iter().copied(), refresh);
    }

    fn extension<T>(&self, id: &CStr) -> &T {
        // SAFETY: the plugin's extension of that type.
        unsafe {
            let extension = (*self.plugin).get_extension.unwrap()(self.plugin, id.as_ptr());
            extension.cast::<T>().as_ref().expect("an extension")
        }
    }

    /// A turn of the main loop.
    fn turn(&self) {
        // SAFETY: as a host does it.
        unsafe { (*self.plugin).on_main_thread.unwrap()(self.plugin) };
    }

    /// Flushes one value in; returns what came out. The host has room for so many events.
    fn flush(&self, given: Option<(u32, f64)>, room: usize) -> Vec<String> {
        struct Out(Vec<String>, usize);
        unsafe extern "C" fn size(list: *const clap_input_events) -> u32 {
            // SAFETY: the list below.
            u32::from(unsafe { !(*list).ctx.is_null() })
        }
        unsafe extern "C" fn get(
            list: *const clap_input_events,
            _index: u32,
        ) -> *const clap_event_header {
            // SAFETY: as above.
            unsafe { (*list).ctx.cast_const().cast() }
        }
        unsafe extern "C" fn try_push(
            list: *const clap_output_events,
            event: *const clap_event_header,
        ) -> bool {
            // SAFETY: as above; the event is of its type.
            unsafe {
                let out = &mut *(*list).ctx.cast::<Out>();
                if out.0.len() == out.1 {
                    return false;
                }
                out.0.push(match (*event).type_ {
                    CLAP_EVENT_PARAM_VALUE => {
                        let event = &*event.cast::<clap_event_param_value>();
                        format!("{} is {}", event.param_id, event.value)
                    }
                    type_ => {
                        let event = &*event.cast::<clap_event_param_gesture>();
                        let begins = type_ == CLAP_EVENT_PARAM_GESTURE_BEGIN;
                        let verb = if begins { "begins" } else { "ends" };
                        format!("{} {verb}", event.param_id)
                    }
                });
            }
            true
        }
        let event = given.map(|(id, value)| events::ParameterEvent::value(id as u16, value));
        let header = event.as_ref().map_or(ptr::null(), |event| event.header());
        let list = clap_input_events {
            ctx: header.cast_mut().cast(),
            size: Some(size),
            get: Some(get),
        };
        let mut taken = Out(Vec::new(), room);
        let out = clap_output_events {
            ctx: (&raw mut taken).cast(),
            try_push: Some(try_push),
        };
        let params: &clap_plugin_params = self.extension(CLAP_EXT_PARAMS);
        // SAFETY: lists as CLAP wants them.
        unsafe { params.flush.unwrap()(self.plugin, &list, &out) };
        taken.0
    }

    fn value(&self, id: u32) -> f64 {
        let params: &clap_plugin_params = self.extension(CLAP_EXT_PARAMS);
        let mut value = f64::NAN;
        // SAFETY: as a host does it.
        assert!(unsafe { params.get_value.unwrap()(self.plugin, id, &raw mut value) });
        value
    }

    fn info(&self, index: u32) -> clap_param_info {
        let params: &clap_plugin_params = self.extension(CLAP_EXT_PARAMS);
        // SAFETY: plain numbers; as a host does it.
        unsafe {
            let mut info: clap_param_info = std::mem::zeroed();
            assert!(params.get_info.unwrap()(self.plugin, index, &raw mut info));
            info
        }
    }

    fn activate(&self) {
        // SAFETY: as a host does it.
        assert!(unsafe { (*self.plugin).activate.unwrap()(self.plugin, 48_000.0, 1, 64) });
    }

    fn deactivate(&self) {
        // SAFETY: as a host does it.
        unsafe { (*self.plugin).deactivate.unwrap()(self.plugin) };
    }

    /// Whether the session was told that it plays offline.
    fn is_offline(&self) -> bool {
        let session = self.shim().door.session().expect("a session");
        let preparation = session.ask(|_thread, session| session.preparation());
        let preparation = preparation.expect("the message thread");
        preparation.expect("activated").activation.offline
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        // SAFETY: as a host does it.
        unsafe { (*self.plugin).destroy.unwrap()(self.plugin) };
    }
}

const EFFECT: &CStr = c"org.matryoshka.matryoshka";
const ALL: HostRefresh = HostRefresh {
    descriptions: true,
    texts: true,
    values: true,
    dirty: true,
};

#[test]
fn a_gesture_is_told_as_it_was_and_goes_on_where_the_host_had_no_more_room() {
    let bench = Bench::new(EFFECT);
    let news = [
        HostNews::Begin(7),
        HostNews::Value(7, 0.25),
        HostNews::End(7),
    ];
    bench.tell(&news, HostRefresh::default());
    assert_eq!(bench.told(), ["callback", "flush"]);
    assert_eq!(bench.flush(None, 0), [""; 0]);
    assert_eq!(bench.flush(None, 2), ["7 begins", "7 is 0.25"]);
    assert_eq!(bench.flush(None, 9), ["7 ends"]);
    assert_eq!(bench.flush(None, 9), [""; 0]);
}

#[test]
fn the_host_is_told_on_its_main_thread_what_to_ask_about_and_once() {
    let bench = Bench::new(EFFECT);
    bench.tell(&[], ALL);
    assert_eq!(bench.told(), ["callback", "flush"]);
    bench.turn();
    let flags = CLAP_PARAM_RESCAN_INFO | CLAP_PARAM_RESCAN_TEXT | CLAP_PARAM_RESCAN_VALUES;
    assert_eq!(
        bench.told(),
        [format!("rescan {flags}"), "dirty".to_owned()]
    );
    bench.turn();
    assert_eq!(bench.told(), [""; 0]);
    let only_values = HostRefresh {
        values: true,
        ..HostRefresh::default()
    };
    bench.tell(&[], only_values);
    bench.turn();
    let wanted = [
        "callback",
        "flush",
        &format!("rescan {CLAP_PARAM_RESCAN_VALUES}"),
    ];
    assert_eq!(bench.told(), wanted);
}

#[test]
fn a_host_that_has_destroyed_the_plugin_is_told_nothing_more() {
    let bench = Bench::new(EFFECT);
    let parameters = bench.shim().door.parameters().clone();
    let Bench { told, .. } = &bench;
    let told: *const Told = &**told;
    // SAFETY: as a host does it. What the bench owns is still there.
    unsafe { (*bench.plugin).destroy.unwrap()(bench.plugin) };
    parameters.tell([HostNews::Begin(1)], ALL);
    // SAFETY: as above.
    assert_eq!(*unsafe { &*told }.lock(), [""; 0]);
    std::mem::forget(bench);
}

#[test]
fn there_are_512_parameters_hidden_until_they_are_mapped() {
    let bench = Bench::new(EFFECT);
    let params: &clap_plugin_params = bench.extension(CLAP_EXT_PARAMS);
    // SAFETY: as a host does it.
    let count = unsafe { params.count.unwrap()(bench.plugin) };
    assert_eq!(count as usize, HOST_PARAMETERS);
    for index in 0..count {
        let info = bench.info(index);
        assert_eq!(info.id, index);
        assert_ne!(info.flags & CLAP_PARAM_IS_HIDDEN, 0);
        assert_ne!(info.flags & CLAP_PARAM_IS_AUTOMATABLE, 0);
        assert_ne!(info.flags & CLAP_PARAM_IS_MODULATABLE, 0);
    }
    let parameters = bench.shim().door.parameters();
    let mut descriptions = parameters.descriptions().to_vec();
    descriptions[3] = HostParameter {
        name: "Threshold".into(),
        mapped: true,
        default: 0.5,
        ..descriptions[3].clone()
    };
    parameters.describe(Arc::from(descriptions));
    let info = bench.info(3);
    assert_eq!(
        (info.flags & CLAP_PARAM_IS_HIDDEN, info.default_value),
        (0, 0.5)
    );
    // SAFETY: characters of a text.
    let name = unsafe { slice::from_raw_parts(info.name.as_ptr().cast::<u8>(), 10) };
    assert_eq!(name, b"Threshold\0");
}

#[test]
fn what_is_set_without_playing_is_there_at_once_and_while_active_comes_with_the_next_block() {
    let bench = Bench::new(EFFECT);
    bench.flush(Some((511, 0.1)), 9);
    assert_eq!(bench.value(511), 0.1);
    assert!(
        bench
            .shim()
            .traffic
            .lend()
            .expect("free")
            .points()
            .is_empty()
    );
    bench.activate();
    bench.flush(Some((2, 0.7)), 9);
    assert_eq!(bench.value(2), 0.7);
    let points = bench.shim().traffic.lend().expect("free").points().to_vec();
    assert_eq!(points.len(), 1);
    assert_eq!((points[0].parameter, points[0].offset), (2, 0));
    bench.deactivate();
}

#[test]
fn the_render_mode_is_right_from_the_first_activation_and_a_change_asks_for_another() {
    let bench = Bench::new(EFFECT);
    let render: &clap_plugin_render = bench.extension(CLAP_EXT_RENDER);
    let set = |mode| {
        // SAFETY: as a host does it.
        assert!(unsafe { render.set.unwrap()(bench.plugin, mode) });
    };
    set(CLAP_RENDER_OFFLINE);
    bench.activate();
    assert!(bench.is_offline());
    bench.told();
    set(clap_sys::ext::render::CLAP_RENDER_REALTIME);
    assert_eq!(bench.told(), ["restart"]);
    bench.deactivate();
    bench.activate();
    assert!(!bench.is_offline());
    bench.deactivate();
}

#[test]
fn both_plugins_have_the_extensions_and_no_other_host_does_harm() {
    for id in [EFFECT, c"org.matryoshka.instrument"] {
        let bench = Bench::new(id);
        let _: &clap_plugin_params = bench.extension(CLAP_EXT_PARAMS);
        let _: &clap_sys::ext::note_ports::clap_plugin_note_ports =
            bench.extension(CLAP_EXT_NOTE_PORTS);
        // SAFETY: as a careless host does it.
        unsafe {
            let get_extension = (*bench.plugin).get_extension.unwrap();
            assert!(get_extension(bench.plugin, ptr::null()).is_null());
            assert!(get_extension(bench.plugin, c"no such thing".as_ptr()).is_null());
        }
    }
    // SAFETY: as above.
    assert!(unsafe { create_plugin(&FACTORY, ptr::null(), ptr::null()) }.is_null());
}
