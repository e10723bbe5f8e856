//! Matryoshka as a CLAP plugin: nice-plug's wrapper behind an entry point of our own.
//!
//! The entry is ours so that single functions of the plugin's table can be replaced: see
//! [`ports`], which keeps awkward hosts' audio ports from nice-plug, and [`thread_pool`], which uses
//! the host's threads.
#![allow(unsafe_code)]

mod ports;
mod thread_pool;

use std::ffi::{CStr, c_char, c_void};
use std::ptr;
use std::sync::{Arc, OnceLock};

use nih_plug::prelude::*;
use nih_plug::wrapper::clap::{
    CLAP_PLUGIN_FACTORY_ID, CLAP_VERSION, PluginDescriptor, Wrapper, clap_host, clap_plugin,
    clap_plugin_descriptor, clap_plugin_entry, clap_plugin_factory,
};
use nih_plug::wrapper::setup_logger;

use super::Matryoshka;
use super::apart::Spare;
use super::entry::{self, FromEntry};
pub(super) use thread_pool::HostPool;

impl ClapPlugin for Matryoshka {
    const CLAP_ID: &'static str = "org.matryoshka.matryoshka";
    const CLAP_DESCRIPTION: Option<&'static str> =
        Some("A rack of plugins of any format, in one plugin");
    const CLAP_MANUAL_URL: Option<&'static str> = None;
    const CLAP_SUPPORT_URL: Option<&'static str> = None;
    const CLAP_FEATURES: &'static [ClapFeature] = &[
        ClapFeature::AudioEffect,
        ClapFeature::Utility,
        ClapFeature::Stereo,
        ClapFeature::Mono,
    ];
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

fn descriptor() -> &'static PluginDescriptor {
    static DESCRIPTOR: OnceLock<PluginDescriptor> = OnceLock::new();
    DESCRIPTOR.get_or_init(PluginDescriptor::for_plugin::<Matryoshka>)
}

extern "C" fn init(_plugin_path: *const c_char) -> bool {
    setup_logger::<Matryoshka>();
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
    1
}

unsafe extern "C" fn get_plugin_descriptor(
    _factory: *const clap_plugin_factory,
    index: u32,
) -> *const clap_plugin_descriptor {
    match index {
        0 => descriptor().clap_plugin_descriptor(),
        _ => ptr::null(),
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
    if unsafe { CStr::from_ptr(plugin_id) } != descriptor().clap_id() {
        return ptr::null();
    }
    let pool = HostPool::new(host);
    let spare = Arc::new(Spare::default());
    let given = FromEntry {
        host_pool: Some(pool.clone()),
        spare: spare.clone(),
        ..FromEntry::default()
    };
    // SAFETY: the host's table, which outlives the plugin by CLAP's contract.
    let wrapper = entry::give(given, || unsafe { Wrapper::<Matryoshka>::new(host) });
    let wrapper = Arc::into_raw(wrapper);
    // SAFETY: the Arc was just leaked, so the wrapper lives until its own `destroy` takes it back.
    let plugin = unsafe { (*wrapper).clap_plugin.as_ptr() };
    // SAFETY: the table is the wrapper's, complete and alive.
    unsafe { ports::guard(plugin, pool, spare) }
}
