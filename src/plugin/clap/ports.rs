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
use std::sync::atomic::{AtomicU32, Ordering};

use clap_sys::audio_buffer::clap_audio_buffer;
use clap_sys::ext::audio_ports::{
    CLAP_EXT_AUDIO_PORTS, clap_audio_port_info, clap_plugin_audio_ports,
};
use clap_sys::plugin::clap_plugin;
use clap_sys::process::clap_process;

use super::super::apart::{self, Channels, MAX_OUTPUTS, Memory, Ports};
use arrayvec::ArrayVec;

/// Main and sidechain input.
const INPUTS: usize = 2;

/// Channels that were declared, as of the last activation.
#[derive(Default)]
pub(super) struct Declared {
    inputs: [AtomicU32; INPUTS],
    outputs: [AtomicU32; MAX_OUTPUTS],
}

impl Declared {
    /// Takes down the layout, which cannot change from here to deactivation.
    ///
    /// # Safety
    ///
    /// Main thread; the plugin's table is complete and alive.
    pub(super) unsafe fn ask(&self, plugin: *const clap_plugin) {
        for (ports, is_input) in [(&self.inputs[..], true), (&self.outputs[..], false)] {
            for (index, channels) in (0..).zip(ports) {
                // SAFETY: the caller's promise.
                let declared = unsafe { declared_channels(plugin, index, is_input) };
                channels.store(declared, Ordering::Release);
            }
        }
    }

    /// Runs a block with its ports as they were declared. Without memory for what cannot be kept apart,
    /// ports end before that.
    ///
    /// # Safety
    ///
    /// The block is a valid one by CLAP's contract.
    pub(super) unsafe fn arrange<R>(
        &self,
        mut block: clap_process,
        spare: Option<&mut Memory>,
        run: impl FnOnce(&clap_process) -> R,
    ) -> R {
        let declared = |port: &AtomicU32| port.load(Ordering::Acquire) as usize;
        let widths = self.outputs.each_ref().map(declared);
        let [input, sidechain] = self.inputs.each_ref().map(declared);
        let (inputs, count) = (block.audio_inputs, block.audio_inputs_count);
        // SAFETY: the lists have as many ports as their counts say.
        let mut ports = unsafe {
            let outputs = |index, width| {
                let given = block.audio_outputs.cast_const();
                channels(given, block.audio_outputs_count, index, width)
            };
            Ports {
                input: channels(inputs, count, 0, input),
                sidechain: channels(inputs, count, 1, sidechain),
                output: apart::in_a_row(&widths, outputs),
            }
        };
        let mut none = Memory::default();
        let spare = spare.unwrap_or(&mut none);
        // SAFETY: the host's channels have as many samples as the block has frames.
        unsafe { ports.separate(widths.iter().sum(), block.frames_count as usize, spare) };
        let inputs = [&mut ports.input, &mut ports.sidechain]
            .map(|channels| buffer(channels.as_mut_ptr(), channels.len()));
        let row = ports.output.as_mut_ptr();
        let mut outputs: ArrayVec<clap_audio_buffer, MAX_OUTPUTS> =
            (apart::places(&widths, ports.output.len()).into_iter())
                .map(|(start, count)| buffer(row.wrapping_add(start), count))
                .collect();
        block.audio_inputs = inputs.as_ptr();
        block.audio_inputs_count = inputs.len() as u32;
        block.audio_outputs = outputs.as_mut_ptr();
        block.audio_outputs_count = outputs.len() as u32;
        run(&block)
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

/// The channels of a port, as many as there are and were declared.
///
/// # Safety
///
/// `ports` points to `count` ports, or is null.
unsafe fn channels(
    ports: *const clap_audio_buffer,
    count: u32,
    index: usize,
    declared: usize,
) -> Channels {
    if ports.is_null() || index >= count as usize {
        return Channels::new();
    }
    // SAFETY: the index is below the count.
    let port = unsafe { &*ports.add(index) };
    // SAFETY: a port has as many pointers as channels, where it has any.
    unsafe {
        apart::read(
            port.data32.cast_const().cast(),
            port.channel_count as usize,
            declared,
        )
    }
}

fn buffer(channels: *mut *mut f32, count: usize) -> clap_audio_buffer {
    clap_audio_buffer {
        data32: channels,
        data64: ptr::null_mut(),
        channel_count: count as u32,
        latency: 0,
        constant_mask: 0,
    }
}
