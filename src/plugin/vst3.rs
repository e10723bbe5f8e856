//! Matryoshka as a VST3 plugin: nice-plug's wrapper behind a factory of our own.
//!
//! The factory is ours so that single functions of the plugin's tables can be replaced: see
//! [`buses`], which keeps awkward hosts' buses from nice-plug.
#![allow(unsafe_code)]

mod buses;
mod factory;

use std::ffi::c_void;

use nih_plug::prelude::*;
use nih_plug::wrapper::setup_logger;
use nih_plug::wrapper::vst3::vst3::ComWrapper;
use nih_plug::wrapper::vst3::vst3::Steinberg::IPluginFactory;

use super::Matryoshka;
use factory::Factory;

impl Vst3Plugin for Matryoshka {
    const VST3_CLASS_ID: [u8; 16] = *b"MatryoshkaRack01";
    const VST3_SUBCATEGORIES: &'static [Vst3SubCategory] =
        &[Vst3SubCategory::Fx, Vst3SubCategory::Tools];
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
    setup_logger::<Matryoshka>();
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
