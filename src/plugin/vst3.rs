//! Matryoshka as a VST3 plugin: nice-plug's wrapper behind a factory of our own.
//!
//! The factory is ours so that single functions of the plugin's tables can be replaced ([`shim`]):
//! [`processor`] is the blocks, with [`buses`], which keeps awkward hosts' buses from nice-plug, and
//! [`events`], [`midi`] and [`transport`]; [`controller`] and [`units`] are the parameters, [`news`]
//! is what we tell by ourselves, and [`view`] tidies up behind windows. Latency, tail, state and note
//! expressions' names stay nice-plug's.
#![allow(unsafe_code)]

mod base;
mod buses;
mod controller;
mod events;
mod factory;
mod midi;
mod news;
mod processor;
mod shim;
mod text;
mod transport;
mod units;
mod view;

use std::ffi::c_void;

use nih_plug::prelude::*;
use nih_plug::wrapper::setup_logger;
use nih_plug::wrapper::vst3::vst3::ComWrapper;
use nih_plug::wrapper::vst3::vst3::Steinberg::IPluginFactory;

use super::{Effect, Kind, Matryoshka};
use factory::Factory;

impl<K: Kind> Vst3Plugin for Matryoshka<K> {
    const VST3_CLASS_ID: [u8; 16] = K::VST3_CLASS_ID;
    const VST3_SUBCATEGORIES: &'static [Vst3SubCategory] = K::VST3_SUBCATEGORIES;
}

/// What a VST3 host asks for first: the factory, owned by the caller.
// SAFETY: this and the names below are VST3's own, and nothing else in the library has them.
#[unsafe(no_mangle)]
pub extern "system" fn GetPluginFactory() -> *mut c_void {
    ComWrapper::new(Factory::new())
        .to_com_ptr::<IPluginFactory>()
        .map_or(std::ptr::null_mut(), |factory| factory.into_raw().cast())
}

fn enter() -> bool {
    setup_logger::<Matryoshka<Effect>>();
    true
}

/// Called by the host before anything else.
// SAFETY: as above.
#[cfg(all(unix, not(target_os = "macos")))]
#[unsafe(no_mangle)]
pub extern "C" fn ModuleEntry(_library: *mut c_void) -> bool {
    enter()
}

/// Called by the host after everything else.
// SAFETY: as above.
#[cfg(all(unix, not(target_os = "macos")))]
#[unsafe(no_mangle)]
pub extern "C" fn ModuleExit() -> bool {
    true
}

/// Called by the host before anything else.
// SAFETY: as above.
#[cfg(target_os = "macos")]
#[unsafe(no_mangle)]
pub extern "C" fn bundleEntry(_bundle: *mut c_void) -> bool {
    enter()
}

/// Called by the host after everything else.
// SAFETY: as above.
#[cfg(target_os = "macos")]
#[unsafe(no_mangle)]
pub extern "C" fn bundleExit() -> bool {
    true
}

/// Called by the host before anything else.
// SAFETY: as above.
#[cfg(target_os = "windows")]
#[unsafe(no_mangle)]
pub extern "system" fn InitDll() -> bool {
    enter()
}

/// Called by the host after everything else.
// SAFETY: as above.
#[cfg(target_os = "windows")]
#[unsafe(no_mangle)]
pub extern "system" fn ExitDll() -> bool {
    true
}
