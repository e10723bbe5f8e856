//! Hands nice-plug the audio ports that it expects, whatever the host gives.
//!
//! nice-plug 0.4.2 reads one input port behind the host's last one (`aux_input_idx >
//! audio_inputs_count` in its `wrapper/clap/wrapper.rs`), and panics where a port has more channels
//! than declared (`wrapper/util/buffer_management.rs`). Qtractor hands over one input port whatever
//! is declared, and Ardour may offer more channels than a bus has. So what differs from what was
//! declared is cut or filled up here, and channels that share memory are kept [`apart`]. This file can
//! go when nice-plug does it.

use std::ffi::c_char;
use std::mem::MaybeUninit;
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use clap_sys::audio_buffer::clap_audio_buffer;
use clap_sys::ext::audio_ports::{
    CLAP_EXT_AUDIO_PORTS, clap_audio_port_info, clap_plugin_audio_ports,
};
use clap_sys::plugin::clap_plugin;
use clap_sys::process::{clap_process, clap_process_status};

use super::super::apart::{self, Channels, Memory, Ports, Spare};
use super::thread_pool::{self, HostPool};

/// Main and sidechain input; main output.
const INPUTS: usize = 2;
const OUTPUTS: usize = 1;

/// A plugin's table with some functions replaced. The table comes first, so that the host's pointer
/// to it is a pointer to this; `plugin_data` stays nice-plug's, which its other functions need.
#[repr(C)]
pub(super) struct Guarded {
    plugin: clap_plugin,
    pub(super) inner: *const clap_plugin,
    pub(super) pool: Arc<HostPool>,
    spare: Arc<Spare>,
    /// Channels that were declared, as of the last activation.
    inputs: [AtomicU32; INPUTS],
    outputs: [AtomicU32; OUTPUTS],
}

/// Wraps a plugin for the host. The result is freed when the host destroys it.
///
/// # Safety
///
/// `plugin` is a complete table that lives until its `destroy` is called.
pub(super) unsafe fn guard(
    plugin: *const clap_plugin,
    pool: Arc<HostPool>,
    spare: Arc<Spare>,
) -> *const clap_plugin {
    let guarded = Box::new(Guarded {
        plugin: clap_plugin {
            init: Some(thread_pool::init),
            get_extension: Some(thread_pool::get_extension),
            activate: Some(activate),
            process: Some(process),
            destroy: Some(destroy),
            // SAFETY: the caller's promise.
            ..unsafe { *plugin }
        },
        inner: plugin,
        pool,
        spare,
        inputs: Default::default(),
        outputs: Default::default(),
    });
    Box::into_raw(guarded).cast()
}

/// # Safety
///
/// `plugin` came from [`guard`] and was not destroyed: all that the host may pass to the functions
/// below.
pub(super) unsafe fn guarded<'a>(plugin: *const clap_plugin) -> &'a Guarded {
    // SAFETY: the table is the first member of a `Guarded` (repr(C)).
    unsafe { &*plugin.cast::<Guarded>() }
}

unsafe extern "C" fn destroy(plugin: *const clap_plugin) {
    // SAFETY: the host destroys once what `guard` made.
    let guarded = unsafe { Box::from_raw(plugin.cast_mut().cast::<Guarded>()) };
    // SAFETY: the inner table is alive until this call.
    if let Some(destroy) = unsafe { (*guarded.inner).destroy } {
        // SAFETY: as above.
        unsafe { destroy(guarded.inner) };
    }
}

unsafe extern "C" fn activate(
    plugin: *const clap_plugin,
    sample_rate: f64,
    min_frames: u32,
    max_frames: u32,
) -> bool {
    // SAFETY: the host's pointer.
    let guarded = unsafe { guarded(plugin) };
    // The layout cannot change from here to deactivation.
    for (index, channels) in guarded.inputs.iter().enumerate() {
        // SAFETY: main thread, as CLAP wants it for asking for ports.
        let declared = unsafe { declared_channels(guarded.inner, index as u32, true) };
        channels.store(declared, Ordering::Release);
    }
    for (index, channels) in guarded.outputs.iter().enumerate() {
        // SAFETY: as above.
        let declared = unsafe { declared_channels(guarded.inner, index as u32, false) };
        channels.store(declared, Ordering::Release);
    }
    // SAFETY: the inner table is alive.
    match unsafe { (*guarded.inner).activate } {
        // SAFETY: as above.
        Some(activate) => unsafe { activate(guarded.inner, sample_rate, min_frames, max_frames) },
        None => false,
    }
}

/// # Safety
///
/// `plugin` is alive; main thread.
unsafe fn declared_channels(plugin: *const clap_plugin, index: u32, is_input: bool) -> u32 {
    // SAFETY: the plugin is alive and its table complete; the extension, where it is not null, is of
    // the type that its name says, and fills the port's description where it returns true.
    unsafe {
        let Some(get_extension) = (*plugin).get_extension else {
            return 0;
        };
        let id: *const c_char = CLAP_EXT_AUDIO_PORTS.as_ptr();
        let ports = get_extension(plugin, id).cast::<clap_plugin_audio_ports>();
        let Some(get) = ports.as_ref().and_then(|ports| ports.get) else {
            return 0;
        };
        let mut info = MaybeUninit::<clap_audio_port_info>::zeroed();
        if get(plugin, index, is_input, info.as_mut_ptr()) {
            info.assume_init().channel_count
        } else {
            0
        }
    }
}

unsafe extern "C" fn process(
    plugin: *const clap_plugin,
    process: *const clap_process,
) -> clap_process_status {
    // SAFETY: the host's pointer.
    let guarded = unsafe { guarded(plugin) };
    // SAFETY: the inner table is alive.
    let inner = unsafe { (*guarded.inner).process };
    let (Some(inner), false) = (inner, process.is_null()) else {
        return clap_sys::process::CLAP_PROCESS_ERROR;
    };
    // SAFETY: not null, and a valid block by CLAP's contract.
    let mut block = unsafe { *process };
    let declared = |port: &AtomicU32| port.load(Ordering::Acquire) as usize;
    let [input, sidechain] = &guarded.inputs;
    let [output] = &guarded.outputs;
    // SAFETY: the lists have as many ports as their counts say.
    let mut ports = unsafe {
        Ports {
            input: channels(block.audio_inputs, block.audio_inputs_count, 0, input),
            sidechain: channels(block.audio_inputs, block.audio_inputs_count, 1, sidechain),
            output: channels(block.audio_outputs, block.audio_outputs_count, 0, output),
        }
    };
    // A host that processes an instance twice at the same time gets no memory for the second.
    let mut lent = guarded.spare.lend();
    let mut none = Memory::default();
    let spare = lent.as_deref_mut().unwrap_or(&mut none);
    // SAFETY: the host's channels have as many samples as the block has frames.
    unsafe { ports.separate(declared(output), block.frames_count as usize, spare) };
    let inputs = [&mut ports.input, &mut ports.sidechain].map(buffer);
    let mut outputs = [buffer(&mut ports.output)];
    block.audio_inputs = inputs.as_ptr();
    block.audio_inputs_count = inputs.len() as u32;
    block.audio_outputs = outputs.as_mut_ptr();
    block.audio_outputs_count = outputs.len() as u32;
    // SAFETY: the block is the host's, with lists that live until this call returns.
    unsafe { inner(guarded.inner, &raw const block) }
}

/// The channels of a port, as many as there are and were declared.
///
/// # Safety
///
/// `ports` points to `count` ports, or is null.
unsafe fn channels(
    ports: *const clap_audio_buffer,
    count: u32,
    index: u32,
    declared: &AtomicU32,
) -> Channels {
    if ports.is_null() || index >= count {
        return Channels::new();
    }
    // SAFETY: the index is below the count.
    let port = unsafe { &*ports.add(index as usize) };
    let declared = declared.load(Ordering::Acquire) as usize;
    // SAFETY: a port has as many pointers as channels, where it has any.
    unsafe {
        apart::read(
            port.data32.cast_const().cast(),
            port.channel_count as usize,
            declared,
        )
    }
}

fn buffer(channels: &mut Channels) -> clap_audio_buffer {
    clap_audio_buffer {
        data32: channels.as_mut_ptr(),
        data64: ptr::null_mut(),
        channel_count: channels.len() as u32,
        latency: 0,
        constant_mask: 0,
    }
}
