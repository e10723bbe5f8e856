//! The blocks as VST3 has them (`IAudioProcessor`): nice-plug gets the audio, and we all the rest.

#[cfg(test)]
mod tests;

use std::ptr;
use std::sync::atomic::Ordering;

use nih_plug::wrapper::vst3::vst3::Steinberg::Vst::{
    IAudioProcessor, IAudioProcessorVtbl, IParamValueQueueTrait, IParameterChanges,
    IParameterChangesTrait, IProcessContextRequirements, ProcessData, ProcessSetup,
};
use nih_plug::wrapper::vst3::vst3::Steinberg::{TBool, kResultOk, tresult, uint32};
use nih_plug::wrapper::vst3::vst3::{ComRef, Interface};

use super::super::note_values;
use super::super::traffic::Cargo;
use super::shim::{Shim, table};
use super::transport::{self, transport};
use super::{buses, events, midi};
use crate::audio::{Event, HostPoint, HostPointKind, Transport};

pub(super) fn replace(table: &mut IAudioProcessorVtbl) {
    table.setBusArrangements = buses::set_bus_arrangements;
    table.getBusArrangement = buses::get_bus_arrangement;
    table.setupProcessing = setup_processing;
    table.setProcessing = set_processing;
    table.process = process;
}

pub(super) fn replace_requirements(table: &mut <IProcessContextRequirements as Interface>::Vtbl) {
    table.getProcessContextRequirements = requirements;
}

unsafe extern "system" fn requirements(_this: *mut IProcessContextRequirements) -> uint32 {
    transport::NEEDED
}

/// nice-plug 0.4.2 takes over the mode of the setup before (`setupProcessing` in its
/// `wrapper/vst3/wrapper.rs`); so it is told twice. This can go with that.
unsafe extern "system" fn setup_processing(
    this: *mut IAudioProcessor,
    setup: *mut ProcessSetup,
) -> tresult {
    // SAFETY: the host's pointer.
    let setup_processing = unsafe { table(this) }.inner.setupProcessing;
    // SAFETY: nice-plug's own function, which refuses null by itself.
    unsafe {
        setup_processing(this, setup);
        setup_processing(this, setup)
    }
}

unsafe extern "system" fn set_processing(this: *mut IAudioProcessor, state: TBool) -> tresult {
    // SAFETY: the host's pointer.
    let table = unsafe { table(this) };
    table.shim.set_playing(state != 0);
    // SAFETY: nice-plug's own function.
    unsafe { (table.inner.setProcessing)(this, state) }
}

unsafe extern "system" fn process(this: *mut IAudioProcessor, data: *mut ProcessData) -> tresult {
    // SAFETY: the host's pointer.
    let table = unsafe { table(this) };
    let (shim, inner) = (&*table.shim, table.inner.process);
    // SAFETY: null or valid by VST3's contract.
    let Some(given) = (unsafe { data.as_ref() }) else {
        // SAFETY: nice-plug refuses null by itself.
        return unsafe { inner(this, data) };
    };
    // Without audio it is a flush of parameters: what is said then comes first in the next block.
    let has_audio = given.numSamples > 0 && given.numOutputs > 0 && !given.outputs.is_null();
    let frames = u32::try_from(given.numSamples).unwrap_or(0);
    if let Some(mut cargo) = shim.traffic.lend() {
        cargo.begin(if has_audio { frames } else { 1 });
        // SAFETY: the host's lists.
        unsafe { load(&mut cargo, shim, given) };
        if has_audio {
            cargo.ready();
        } else {
            note_values(shim.door.parameters(), cargo.points());
        }
    }
    let mut block = *given;
    block.inputParameterChanges = ptr::null_mut();
    block.outputParameterChanges = ptr::null_mut();
    block.inputEvents = ptr::null_mut();
    block.outputEvents = ptr::null_mut();
    block.processContext = ptr::null_mut();
    if !has_audio {
        // SAFETY: the host's block, without its lists.
        return unsafe { inner(this, &raw mut block) };
    }
    shim.set_playing(true);
    let result = {
        // A host that processes an instance twice at the same time gets no memory for the second.
        let mut lent = shim.spare.lend();
        // SAFETY: the host's block; nice-plug's own function.
        unsafe {
            let run = |block: &mut ProcessData| inner(this, block);
            buses::arrange(this, block, lent.as_deref_mut(), run)
        }
    };
    if let Some(cargo) = shim.traffic.lend().as_deref_mut() {
        // SAFETY: the host's list. The cargo keeps its events until the next block.
        unsafe { events::write(cargo.events_out.as_events(), frames, given.outputEvents) };
    }
    result
}

/// Puts what the host says into the cargo.
///
/// # Safety
///
/// A valid block by VST3's contract.
unsafe fn load(cargo: &mut Cargo, shim: &Shim, given: &ProcessData) {
    // SAFETY: null, or the host's for the length of the call.
    let told = unsafe { given.processContext.as_ref() };
    cargo.transport = told.map_or_else(Transport::default, transport);
    // SAFETY: the host's lists.
    unsafe {
        // Controllers come before the notes of the same sample, as on a MIDI cable.
        load_changes(cargo, shim, given.inputParameterChanges);
        if let Some(mut notes) = shim.notes.lend() {
            events::load(cargo, &mut notes, given.inputEvents);
        }
    }
}

/// # Safety
///
/// `changes` is null, or a list that keeps VST3's contract for the length of the call.
unsafe fn load_changes(cargo: &mut Cargo, shim: &Shim, changes: *mut IParameterChanges) {
    // SAFETY: the caller's promise.
    let Some(changes) = (unsafe { ComRef::from_raw(changes) }) else {
        return;
    };
    // SAFETY: as above.
    for index in 0..unsafe { changes.getParameterCount() } {
        // SAFETY: as above; null for a list that has lied.
        let Some(queue) = (unsafe { ComRef::from_raw(changes.getParameterData(index)) }) else {
            continue;
        };
        // SAFETY: as above.
        let (id, count) = unsafe { (queue.getParameterId(), queue.getPointCount()) };
        for point in 0..count {
            let (mut offset, mut value) = (0, 0.0);
            // SAFETY: as above; the places are ours.
            if unsafe { queue.getPoint(point, &raw mut offset, &raw mut value) } != kResultOk {
                continue;
            }
            let offset = cargo.offset(u32::try_from(offset).unwrap_or(0));
            if let Some(controller) = midi::index(id) {
                if !value.is_nan() {
                    shim.midi[controller].store(value.clamp(0.0, 1.0), Ordering::Relaxed);
                    let kind = midi::message(controller, value);
                    cargo.add(Event { offset, kind });
                }
            } else if let Ok(parameter) = u16::try_from(id) {
                cargo.add_point(HostPoint {
                    offset,
                    parameter,
                    kind: HostPointKind::Value(value),
                });
            }
        }
    }
}
