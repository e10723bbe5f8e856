//! Hands nice-plug the audio buses that it expects, whatever the host gives.
//!
//! A JUCE host that has switched the sidechain off still counts its channels, and gives null pointers
//! for them; nice-plug 0.4.2 reads from those (`wrapper/util/buffer_management.rs`), and panics where
//! a bus has more channels than declared. So buses are cut at the first null pointer and at what was
//! declared, and missing ones are filled up. This file can go when nice-plug does it.

use std::ptr;
use std::sync::OnceLock;

use nih_plug::wrapper::vst3::Wrapper;
use nih_plug::wrapper::vst3::vst3::ComWrapper;
use nih_plug::wrapper::vst3::vst3::Steinberg::Vst::{
    AudioBusBuffers, AudioBusBuffers__type0, BusDirections_, IAudioProcessor, IAudioProcessorVtbl,
    ProcessData,
};
use nih_plug::wrapper::vst3::vst3::Steinberg::{int32, kResultOk, tresult};

use super::super::Matryoshka;

/// Main and sidechain input; main output.
const INPUTS: usize = 2;
const OUTPUTS: usize = 1;

/// nice-plug's table, and ours, which differs in `process`. One of each is enough, since they are the
/// same for all instances.
struct Tables {
    inner: IAudioProcessorVtbl,
    outer: IAudioProcessorVtbl,
}

static TABLES: OnceLock<Tables> = OnceLock::new();

/// Replaces the `IAudioProcessor` table of a new object, which nobody else may have seen yet.
pub(super) fn guard(wrapper: &ComWrapper<Wrapper<Matryoshka>>) {
    let Some(processor) = wrapper.as_com_ref::<IAudioProcessor>() else {
        return;
    };
    let object = processor.as_ptr();
    // SAFETY: the object is alive, and its first word points to its table by COM's contract.
    let table = unsafe { (*object).vtbl };
    let tables = TABLES.get_or_init(|| {
        // SAFETY: the table lives as long as the library. It is plain function pointers, without a
        // destructor, so two bitwise copies of it do no harm.
        let (inner, mut outer) = unsafe { (ptr::read(table), ptr::read(table)) };
        outer.process = process;
        Tables { inner, outer }
    });
    // SAFETY: the word is in the object's header on the heap, which Rust code only reads through raw
    // pointers; no other thread knows the object yet.
    unsafe { (&raw mut (*object).vtbl).write(&raw const tables.outer) };
}

unsafe extern "system" fn process(this: *mut IAudioProcessor, data: *mut ProcessData) -> tresult {
    let Some(tables) = TABLES.get() else {
        return kResultOk;
    };
    let inner = &tables.inner;
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
    let mut block = *given;
    let mut inputs = [none(); INPUTS];
    let mut outputs = [none(); OUTPUTS];
    // SAFETY: `this` is alive; the lists have as many buses as their counts say.
    unsafe {
        fit(&mut inputs, given.inputs, given.numInputs, |bus| {
            declared(inner, this, BusDirections_::kInput as int32, bus)
        });
        fit(&mut outputs, given.outputs, given.numOutputs, |bus| {
            declared(inner, this, BusDirections_::kOutput as int32, bus)
        });
    }
    // An input without an output to write it to cannot be copied there.
    inputs[0].numChannels = inputs[0].numChannels.min(outputs[0].numChannels);
    block.inputs = inputs.as_mut_ptr();
    block.numInputs = INPUTS as int32;
    block.outputs = outputs.as_mut_ptr();
    block.numOutputs = OUTPUTS as int32;
    // SAFETY: the host's block, with lists that live until this call returns.
    let result = unsafe { (inner.process)(this, &raw mut block) };
    // SAFETY: the host's list has at least one bus. What nice-plug says of silence goes back.
    unsafe { (*given.outputs).silenceFlags = outputs[0].silenceFlags };
    result
}

fn none() -> AudioBusBuffers {
    AudioBusBuffers {
        numChannels: 0,
        silenceFlags: 0,
        __field0: AudioBusBuffers__type0 {
            channelBuffers32: ptr::null_mut(),
        },
    }
}

/// The channels of a bus as it was last agreed on with the host.
///
/// # Safety
///
/// `this` is alive.
unsafe fn declared(
    table: &IAudioProcessorVtbl,
    this: *mut IAudioProcessor,
    direction: int32,
    bus: usize,
) -> int32 {
    let mut arrangement = 0;
    // SAFETY: nice-plug only reads its layout, which takes no lock.
    let answer =
        unsafe { (table.getBusArrangement)(this, direction, bus as int32, &raw mut arrangement) };
    if answer == kResultOk {
        arrangement.count_ones() as int32
    } else {
        0
    }
}

/// Copies the host's buses, as many as there are, with at most the channels that were declared, and
/// those only up to the first that points nowhere.
///
/// # Safety
///
/// `given` points to `count` buses, or is null.
unsafe fn fit(
    buses: &mut [AudioBusBuffers],
    given: *const AudioBusBuffers,
    count: int32,
    declared: impl Fn(usize) -> int32,
) {
    if given.is_null() {
        return;
    }
    let count = usize::try_from(count).unwrap_or(0);
    for (index, bus) in buses.iter_mut().enumerate().take(count) {
        // SAFETY: the index is below the count.
        *bus = unsafe { *given.add(index) };
        // SAFETY: Matryoshka only agrees to 32-bit samples, so that is what the pointers are.
        let pointers = unsafe { bus.__field0.channelBuffers32 };
        let most = bus.numChannels.min(declared(index)).max(0);
        bus.numChannels = (0..most)
            .take_while(|channel| {
                // SAFETY: a bus has as many pointers as channels, where it has any.
                !pointers.is_null() && unsafe { !(*pointers.add(*channel as usize)).is_null() }
            })
            .count() as int32;
    }
}
