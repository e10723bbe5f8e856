//! Hands nice-plug the audio buses that it expects, whatever the host gives.
//!
//! A JUCE host that has switched the sidechain off still counts its channels, and gives null pointers
//! for them; nice-plug 0.4.2 reads from those (`wrapper/util/buffer_management.rs`), and panics where
//! a bus has more channels than declared. So buses are cut at what was declared, missing ones are filled
//! up, and channels without memory, or with that of others, are kept [`apart`]. This file can go when
//! nice-plug does it.

#[cfg(test)]
mod tests;

use std::sync::atomic::{AtomicU64, Ordering};

use arrayvec::ArrayVec;
use nih_plug::wrapper::vst3::vst3::Steinberg::Vst::{
    AudioBusBuffers, AudioBusBuffers__type0, BusDirection, BusDirections_, IAudioProcessor,
    ProcessData, SpeakerArrangement,
};
use nih_plug::wrapper::vst3::vst3::Steinberg::{int32, kResultFalse, kResultOk, tresult};

use super::super::apart::{self, Channels, MAX_OUTPUTS, Memory, Ports, Widths};
use super::shim::table;

/// The speakers that the host has last agreed on; none before. An instrument's never change.
#[derive(Default)]
pub(super) struct Arrangements {
    inputs: [AtomicU64; 2],
    output: AtomicU64,
}

pub(super) unsafe extern "system" fn set_bus_arrangements(
    this: *mut IAudioProcessor,
    inputs: *mut SpeakerArrangement,
    input_count: int32,
    outputs: *mut SpeakerArrangement,
    output_count: int32,
) -> tresult {
    // SAFETY: the host's pointer.
    let table = unsafe { table(this) };
    if table.shim.is_instrument {
        // nice-plug refuses hosts that have no list of inputs where there are none.
        let is_ours =
            input_count == 0 && output_count == MAX_OUTPUTS as int32 && !outputs.is_null();
        // SAFETY: the host's list, as long as it says.
        let is_stereo = |bus| unsafe { (*outputs.add(bus)).count_ones() == 2 };
        return if is_ours && (0..MAX_OUTPUTS).all(is_stereo) {
            kResultOk
        } else {
            kResultFalse
        };
    }
    // SAFETY: the host's own lists; nice-plug refuses null by itself.
    let answer = unsafe {
        (table.inner.setBusArrangements)(this, inputs, input_count, outputs, output_count)
    };
    if answer == kResultOk && input_count > 0 && output_count > 0 {
        // SAFETY: nice-plug has agreed, so the lists are there, and as long as they say.
        let (main, output) = unsafe { (*inputs, *outputs) };
        // nice-plug makes the sidechain as wide as the main bus, whatever was asked for.
        let sidechain = if input_count > 1 {
            // SAFETY: as above.
            unsafe { *inputs.add(1) }
        } else {
            main
        };
        let is_as_wide = sidechain.count_ones() == main.count_ones();
        let arrangements = &table.shim.arrangements;
        let [known_main, known_sidechain] = &arrangements.inputs;
        known_main.store(main, Ordering::Release);
        known_sidechain.store(if is_as_wide { sidechain } else { main }, Ordering::Release);
        arrangements.output.store(output, Ordering::Release);
    }
    answer
}

/// What the host has agreed on comes back as it was: nice-plug 0.4.2 only knows the number of channels,
/// answers with another arrangement of as many, and cannot count to 64.
pub(super) unsafe extern "system" fn get_bus_arrangement(
    this: *mut IAudioProcessor,
    direction: BusDirection,
    index: int32,
    arrangement: *mut SpeakerArrangement,
) -> tresult {
    // SAFETY: the host's pointer.
    let table = unsafe { table(this) };
    let known = match usize::try_from(index) {
        Ok(index @ 0..=1) if direction == BusDirections_::kInput as BusDirection => {
            table.shim.arrangements.inputs[index].load(Ordering::Acquire)
        }
        Ok(0) if direction == BusDirections_::kOutput as BusDirection => {
            table.shim.arrangements.output.load(Ordering::Acquire)
        }
        _ => 0,
    };
    if known == 0 || arrangement.is_null() {
        // SAFETY: nice-plug only reads its layout, which takes no lock, and refuses null by itself.
        return unsafe { (table.inner.getBusArrangement)(this, direction, index, arrangement) };
    }
    // SAFETY: not null, and the host's place to write to.
    unsafe { arrangement.write(known) };
    kResultOk
}

/// Runs a block with its buses as they were agreed on. Without memory for what cannot be kept apart, buses
/// end before that.
///
/// # Safety
///
/// `this` is the host's pointer; the block is a valid one with audio by VST3's contract.
pub(super) unsafe fn arrange<R>(
    this: *mut IAudioProcessor,
    mut block: ProcessData,
    spare: Option<&mut Memory>,
    run: impl FnOnce(&mut ProcessData) -> R,
) -> R {
    let given = block;
    // SAFETY: `this` is alive.
    let declared = |direction, bus| unsafe { declared(this, direction as BusDirection, bus) };
    let mut widths = Widths::default();
    for (bus, width) in widths.iter_mut().enumerate() {
        *width = declared(BusDirections_::kOutput, bus);
        if *width == 0 {
            break;
        }
    }
    // SAFETY: the lists have as many buses as their counts say.
    let mut ports = unsafe {
        let input = |bus| {
            let declared = declared(BusDirections_::kInput, bus);
            channels(given.inputs, given.numInputs, bus, declared)
        };
        let output = |bus, width| channels(given.outputs, given.numOutputs, bus, width);
        Ports {
            input: input(0),
            sidechain: input(1),
            output: apart::in_a_row(&widths, output),
        }
    };
    let mut none = Memory::default();
    let spare = spare.unwrap_or(&mut none);
    // SAFETY: the host's channels have as many samples as the block.
    unsafe { ports.separate(widths.iter().sum(), given.numSamples as usize, spare) };
    let mut inputs = [&mut ports.input, &mut ports.sidechain]
        .map(|channels| bus(channels.as_mut_ptr(), channels.len()));
    let row = ports.output.as_mut_ptr();
    let mut outputs: ArrayVec<AudioBusBuffers, MAX_OUTPUTS> =
        (apart::places(&widths, ports.output.len()).into_iter())
            .map(|(start, count)| bus(row.wrapping_add(start), count))
            .collect();
    block.inputs = inputs.as_mut_ptr();
    block.numInputs = inputs.len() as int32;
    block.outputs = outputs.as_mut_ptr();
    block.numOutputs = outputs.len() as int32;
    let result = run(&mut block);
    let theirs = usize::try_from(given.numOutputs).unwrap_or(0);
    for (bus, output) in outputs.iter().enumerate().take(theirs) {
        // SAFETY: below the count of the host's list. What nice-plug says of silence goes back.
        unsafe { (*given.outputs.add(bus)).silenceFlags = output.silenceFlags };
    }
    result
}

fn bus(channels: *mut *mut f32, count: usize) -> AudioBusBuffers {
    AudioBusBuffers {
        numChannels: count as int32,
        silenceFlags: 0,
        __field0: AudioBusBuffers__type0 {
            channelBuffers32: channels,
        },
    }
}

/// The channels of a bus, as many as there are and were declared.
///
/// # Safety
///
/// `buses` points to `count` buses, or is null.
unsafe fn channels(
    buses: *const AudioBusBuffers,
    count: int32,
    index: usize,
    declared: usize,
) -> Channels {
    if buses.is_null() || index >= usize::try_from(count).unwrap_or(0) {
        return Channels::new();
    }
    // SAFETY: the index is below the count. Matryoshka only agrees to 32-bit samples, so that is what
    // the pointers are.
    let (bus, pointers) = unsafe {
        let bus = &*buses.add(index);
        (bus, bus.__field0.channelBuffers32)
    };
    let count = usize::try_from(bus.numChannels).unwrap_or(0);
    // SAFETY: a bus has as many pointers as channels, where it has any.
    unsafe { apart::read(pointers, count, declared) }
}

/// The channels of a bus as it was last agreed on with the host.
///
/// # Safety
///
/// `this` is the host's pointer.
unsafe fn declared(this: *mut IAudioProcessor, direction: BusDirection, bus: usize) -> usize {
    let mut arrangement = 0;
    // SAFETY: the caller's promise.
    let answer =
        unsafe { get_bus_arrangement(this, direction, bus as int32, &raw mut arrangement) };
    if answer == kResultOk {
        arrangement.count_ones() as usize
    } else {
        0
    }
}
