//! Matryoshka as a CLAP plugin: nice-plug's wrapper behind an entry point of our own.
//!
//! The entry is ours so that single functions of the plugin's table can be replaced ([`shim`]):
//! [`ports`] keeps awkward hosts' audio ports from nice-plug, [`events`], [`transport`] and [`params`]
//! are all that the host sends besides audio, [`news`] is what we tell by ourselves, and
//! [`thread_pool`] uses the host's threads. Latency, tail, state, render mode and audio ports stay
//! nice-plug's.
#![allow(unsafe_code)]

mod events;
mod news;
mod note_ports;
mod params;
mod ports;
mod shim;
#[cfg(test)]
mod tests;
mod thread_pool;
mod transport;

use std::ffi::{CStr, c_char, c_void};
use std::ptr;
use std::sync::{Arc, OnceLock};

use nih_plug::prelude::*;
use nih_plug::wrapper::clap::{
    CLAP_PLUGIN_FACTORY_ID, CLAP_VERSION, PluginDescriptor, Wrapper, clap_host, clap_plugin,
    clap_plugin_descriptor, clap_plugin_entry, clap_plugin_factory,
};
use nih_plug::wrapper::setup_logger;

use super::entry::{self, FromEntry};
use super::{Effect, Instrument, Kind, Matryoshka};
pub(super) use thread_pool::HostPool;

impl<K: Kind> ClapPlugin for Matryoshka<K> {
    const CLAP_ID: &'static str = K::CLAP_ID;
    const CLAP_DESCRIPTION: Option<&'static str> = Some(K::CLAP_DESCRIPTION);
    const CLAP_MANUAL_URL: Option<&'static str> = None;
    const CLAP_SUPPORT_URL: Option<&'static str> = None;
    const CLAP_FEATURES: &'static [ClapFeature] = K::CLAP_FEATURES;
}

/// What a CLAP host looks for in the library.
// SAFETY: the name is CLAP's own, and nothing else in the library has it.
#[unsafe(no_mangle)]
#[used]
pub static clap_entry: clap_plugin_entry = clap_plugin_entry {
    clap_version: CLAP_VERSION,
    init: Some(init),
    deinit: Some(deinit),
    get_factory: Some(get_factory),
};

static FACTORY: clap_plugin_factory = clap_plugin_factory {
    get_plugin_count: Some(get_plugin_count),
    get_plugin_descriptor: Some(get_plugin_descriptor),
    create_plugin: Some(create_plugin),
};

/// One of the bundle's plugins.
struct Listed {
    descriptor: PluginDescriptor,
    /// # Safety
    ///
    /// The host's table is complete, and outlives the plugin.
    make: unsafe fn(*const clap_host) -> *const clap_plugin,
}

fn plugins() -> &'static [Listed; 2] {
    static PLUGINS: OnceLock<[Listed; 2]> = OnceLock::new();
    fn list<K: Kind>() -> Listed {
        Listed {
            descriptor: PluginDescriptor::for_plugin::<Matryoshka<K>>(),
            make: make::<K>,
        }
    }
    PLUGINS.get_or_init(|| [list::<Effect>(), list::<Instrument>()])
}

extern "C" fn init(_plugin_path: *const c_char) -> bool {
    setup_logger::<Matryoshka<Effect>>();
    true
}

extern "C" fn deinit() {}

extern "C" fn get_factory(factory_id: *const c_char) -> *const c_void {
    // SAFETY: the host passes a C string, or null, which is looked for first.
    if factory_id.is_null() || unsafe { CStr::from_ptr(factory_id) } != CLAP_PLUGIN_FACTORY_ID {
        return ptr::null();
    }
    ptr::from_ref(&FACTORY).cast()
}

unsafe extern "C" fn get_plugin_count(_factory: *const clap_plugin_factory) -> u32 {
    plugins().len() as u32
}

unsafe extern "C" fn get_plugin_descriptor(
    _factory: *const clap_plugin_factory,
    index: u32,
) -> *const clap_plugin_descriptor {
    match plugins().get(index as usize) {
        Some(plugin) => plugin.descriptor.clap_plugin_descriptor(),
        None => ptr::null(),
    }
}

unsafe extern "C" fn create_plugin(
    _factory: *const clap_plugin_factory,
    host: *const clap_host,
    plugin_id: *const c_char,
) -> *const clap_plugin {
    if host.is_null() || plugin_id.is_null() {
        return ptr::null();
    }
    // SAFETY: not null, and a C string by CLAP's contract.
    let id = unsafe { CStr::from_ptr(plugin_id) };
    match (plugins().iter()).find(|plugin| plugin.descriptor.clap_id() == id) {
        // SAFETY: the host's table, which outlives the plugin by CLAP's contract.
        Some(plugin) => unsafe { (plugin.make)(host) },
        None => ptr::null(),
    }
}

/// # Safety
///
/// The host's table is complete, and outlives the plugin.
unsafe fn make<K: Kind>(host: *const clap_host) -> *const clap_plugin {
    let pool = HostPool::new(host);
    let given = FromEntry {
        host_pool: Some(pool.clone()),
        ..FromEntry::default()
    };
    let kept = given.clone();
    // SAFETY: the caller's promise.
    let wrapper = entry::give(given, || unsafe { Wrapper::<Matryoshka<K>>::new(host) });
    let wrapper = Arc::into_raw(wrapper);
    // SAFETY: the Arc was just leaked, so the wrapper lives until its own `destroy` takes it back.
    let plugin = unsafe { (*wrapper).clap_plugin.as_ptr() };
    // SAFETY: the table is the wrapper's, complete and alive.
    unsafe { shim::wrap(plugin, host, pool, kept) }
}
