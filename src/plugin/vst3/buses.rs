//! Hands nice-plug the audio buses that it expects, whatever the host gives.
//!
//! A JUCE host that has switched the sidechain off still counts its channels, and gives null pointers
//! for them; nice-plug 0.4.2 reads from those (`wrapper/util/buffer_management.rs`), and panics where
//! a bus has more channels than declared. So buses are cut at what was declared, missing ones are filled
//! up, and channels without memory, or with that of others, are kept [`apart`]. This file can go when
//! nice-plug does it.

#[cfg(test)]
mod tests;

use std::ptr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use nih_plug::wrapper::vst3::Wrapper;
use nih_plug::wrapper::vst3::vst3::ComWrapper;
use nih_plug::wrapper::vst3::vst3::Steinberg::Vst::{
    AudioBusBuffers, AudioBusBuffers__type0, BusDirection, BusDirections_, IAudioProcessor,
    IAudioProcessorVtbl, ProcessData, SpeakerArrangement,
};
use nih_plug::wrapper::vst3::vst3::Steinberg::{int32, kResultOk, tresult};

use super::super::Matryoshka;
use super::super::apart::{self, Channels, Memory, Ports, Spare};

/// An object's own table, which differs from nice-plug's in `process`, with what that needs. The table
/// comes first, so that the object's pointer to it is a pointer to this. Filled when the object is made.
#[repr(C)]
pub(super) struct Table {
    outer: IAudioProcessorVtbl,
    inner: IAudioProcessorVtbl,
    spare: Arc<Spare>,
    arrangements: Arrangements,
}

/// The speakers that the host has last agreed on; none before.
#[derive(Default)]
struct Arrangements {
    inputs: [AtomicU64; 2],
    output: AtomicU64,
}

/// Replaces the `IAudioProcessor` table of a new object, which nobody else may have seen yet. The plugin
/// in the object keeps `place`.
pub(super) fn guard(
    wrapper: &ComWrapper<Wrapper<Matryoshka>>,
    place: &Arc<OnceLock<Table>>,
    spare: Arc<Spare>,
) {
    let Some(processor) = wrapper.as_com_ref::<IAudioProcessor>() else {
        return;
    };
    let object = processor.as_ptr();
    // SAFETY: the object is alive, and its first word points to its table by COM's contract.
    let theirs = unsafe { (*object).vtbl };
    let table = place.get_or_init(|| {
        // SAFETY: the table lives as long as the library. It is plain function pointers, without a
        // destructor, so two bitwise copies of it do no harm.
        let (inner, mut outer) = unsafe { (ptr::read(theirs), ptr::read(theirs)) };
        outer.process = process;
        outer.setBusArrangements = set_bus_arrangements;
        outer.getBusArrangement = get_bus_arrangement;
        Table {
            outer,
            inner,
            spare,
            arrangements: Arrangements::default(),
        }
    });
    // SAFETY: the word is in the object's header on the heap, which Rust code only reads through raw
    // pointers; no other thread knows the object yet. The table lives as long as the plugin in the
    // object, which goes when the object does.
    unsafe { (&raw mut (*object).vtbl).write(ptr::from_ref(table).cast()) };
}

/// # Safety
///
/// `this` came from [`guard`] and is alive: all that the host may pass to the functions below.
unsafe fn table<'a>(this: *mut IAudioProcessor) -> &'a Table {
    // SAFETY: the object's table is the first member of a `Table` (repr(C)), which lives as long.
    unsafe { &*(*this).vtbl.cast::<Table>() }
}

unsafe extern "system" fn set_bus_arrangements(
    this: *mut IAudioProcessor,
    inputs: *mut SpeakerArrangement,
    input_count: int32,
    outputs: *mut SpeakerArrangement,
    output_count: int32,
) -> tresult {
    // SAFETY: the host's pointer.
    let table = unsafe { table(this) };
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
        let arrangements = &table.arrangements;
        let [known_main, known_sidechain] = &arrangements.inputs;
        known_main.store(main, Ordering::Release);
        known_sidechain.store(if is_as_wide { sidechain } else { main }, Ordering::Release);
        arrangements.output.store(output, Ordering::Release);
    }
    answer
}

/// What the host has agreed on comes back as it was: nice-plug 0.4.2 only knows the number of channels,
/// answers with another arrangement of as many, and cannot count to 64.
unsafe extern "system" fn get_bus_arrangement(
    this: *mut IAudioProcessor,
    direction: BusDirection,
    index: int32,
    arrangement: *mut SpeakerArrangement,
) -> tresult {
    // SAFETY: the host's pointer.
    let table = unsafe { table(this) };
    let known = match usize::try_from(index) {
        Ok(index @ 0..=1) if direction == BusDirections_::kInput as BusDirection => {
            table.arrangements.inputs[index].load(Ordering::Acquire)
        }
        Ok(0) if direction == BusDirections_::kOutput as BusDirection => {
            table.arrangements.output.load(Ordering::Acquire)
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

unsafe extern "system" fn process(this: *mut IAudioProcessor, data: *mut ProcessData) -> tresult {
    // SAFETY: the host's pointer.
    let table = unsafe { table(this) };
    let inner = &table.inner;
    // SAFETY: null or valid by VST3's contract.
    let Some(given) = (unsafe { data.as_ref() }) else {
        // SAFETY: nice-plug refuses null by itself.
        return unsafe { (inner.process)(this, data) };
    };
    if given.numSamples <= 0 || given.numOutputs <= 0 || given.outputs.is_null() {
        // A flush of parameters, without audio.
        // SAFETY: the host's own data.
        return unsafe { (inner.process)(this, data) };
    }
    // SAFETY: `this` is alive.
    let declared = |direction, bus| unsafe { declared(this, direction as BusDirection, bus) };
    let outputs_declared = declared(BusDirections_::kOutput, 0);
    // SAFETY: the lists have as many buses as their counts say.
    let mut ports = unsafe {
        let input = |bus| {
            let declared = declared(BusDirections_::kInput, bus);
            channels(given.inputs, given.numInputs, bus, declared)
        };
        Ports {
            input: input(0),
            sidechain: input(1),
            output: channels(given.outputs, given.numOutputs, 0, outputs_declared),
        }
    };
    // A host that processes an instance twice at the same time gets no memory for the second.
    let mut lent = table.spare.lend();
    let mut none = Memory::default();
    let spare = lent.as_deref_mut().unwrap_or(&mut none);
    // SAFETY: the host's channels have as many samples as the block.
    unsafe { ports.separate(outputs_declared, given.numSamples as usize, spare) };
    let mut block = *given;
    let mut inputs = [&mut ports.input, &mut ports.sidechain].map(bus);
    let mut outputs = [bus(&mut ports.output)];
    block.inputs = inputs.as_mut_ptr();
    block.numInputs = inputs.len() as int32;
    block.outputs = outputs.as_mut_ptr();
    block.numOutputs = outputs.len() as int32;
    // SAFETY: the host's block, with lists that live until this call returns.
    let result = unsafe { (inner.process)(this, &raw mut block) };
    // SAFETY: the host's list has at least one bus. What nice-plug says of silence goes back.
    unsafe { (*given.outputs).silenceFlags = outputs[0].silenceFlags };
    result
}

fn bus(channels: &mut Channels) -> AudioBusBuffers {
    AudioBusBuffers {
        numChannels: channels.len() as int32,
        silenceFlags: 0,
        __field0: AudioBusBuffers__type0 {
            channelBuffers32: channels.as_mut_ptr(),
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
/// `this` came from [`guard`] and is alive.
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
