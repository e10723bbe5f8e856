//! The parameters as VST3 has them (`IEditController`), and those that stand for MIDI (`IMidiMapping`).
//!
//! There are always 512, with ids from 0, which can be automated; what is not mapped is hidden. Behind them
//! are the hidden ones of [`midi`].

use std::sync::atomic::Ordering;

use nih_plug::wrapper::vst3::vst3::Steinberg::Vst::{
    CtrlNumber, IComponentHandler, IEditController, IEditControllerVtbl, IMidiMapping,
    IMidiMappingVtbl, ParamID, ParamValue, ParameterInfo,
    ParameterInfo_::ParameterFlags_::{kCanAutomate, kIsHidden},
    String128, TChar, UnitID, kRootUnitId,
};
use nih_plug::wrapper::vst3::vst3::Steinberg::{
    int16, int32, kInvalidArgument, kResultFalse, kResultOk, tresult,
};

use super::shim::{shim, table};
use super::{base, midi, text, view};
use crate::session::{HOST_PARAMETERS, HostParameter};

pub(super) fn replace(table: &mut IEditControllerVtbl) {
    base::replace::<IEditController>(&mut table.base);
    table.getParameterCount = count;
    table.getParameterInfo = info;
    table.getParamStringByValue = string_by_value;
    table.getParamValueByString = value_by_string;
    table.normalizedParamToPlain = same;
    table.plainParamToNormalized = same;
    table.getParamNormalized = get;
    table.setParamNormalized = set;
    table.setComponentHandler = set_handler;
    table.createView = view::create;
}

pub(super) fn replace_midi(table: &mut IMidiMappingVtbl) {
    table.getMidiControllerAssignment = assignment;
}

/// One of the rack's parameters, by its id.
fn own(id: ParamID) -> Option<usize> {
    (id < HOST_PARAMETERS as ParamID).then_some(id as usize)
}

unsafe extern "system" fn count(_this: *mut IEditController) -> int32 {
    (HOST_PARAMETERS + midi::COUNT) as int32
}

unsafe extern "system" fn info(
    this: *mut IEditController,
    index: int32,
    place: *mut ParameterInfo,
) -> tresult {
    // SAFETY: the host's pointer.
    let shim = unsafe { shim(this) };
    let Some(index) = usize::try_from(index).ok().filter(|_| !place.is_null()) else {
        return kInvalidArgument;
    };
    let descriptions = shim.door.parameters().descriptions();
    let info = match descriptions.get(index) {
        Some(description) => {
            let unit = shim.units.of(&descriptions, index);
            describe(index as ParamID, description, unit)
        }
        None if index - HOST_PARAMETERS < midi::COUNT => describe_midi(index - HOST_PARAMETERS),
        None => return kInvalidArgument,
    };
    // SAFETY: not null, and the host's place to write to.
    unsafe { place.write(info) };
    kResultOk
}

#[allow(clippy::unnecessary_cast)] // the constants' type is the platform's
fn describe(id: ParamID, parameter: &HostParameter, unit: UnitID) -> ParameterInfo {
    let mut info = ParameterInfo {
        id,
        title: [0; _],
        shortTitle: [0; _],
        units: [0; _],
        // Between the first and the last of `steps` values are one fewer.
        stepCount: parameter.steps.map_or(0, |steps| {
            int32::try_from(steps.saturating_sub(1)).unwrap_or(0)
        }),
        defaultNormalizedValue: parameter.default,
        unitId: unit,
        flags: kCanAutomate as int32,
    };
    if !parameter.mapped {
        info.flags |= kIsHidden as int32;
    }
    text::write(&mut info.title, &parameter.name);
    text::write(&mut info.shortTitle, &parameter.name);
    text::write(&mut info.units, &parameter.unit);
    info
}

#[allow(clippy::unnecessary_cast)] // the constants' type is the platform's
fn describe_midi(index: usize) -> ParameterInfo {
    let mut info = ParameterInfo {
        id: midi::id_of(index),
        title: [0; _],
        shortTitle: [0; _],
        units: [0; _],
        stepCount: 0,
        defaultNormalizedValue: midi::default(index),
        unitId: kRootUnitId,
        flags: kIsHidden as int32,
    };
    let name = midi::name(index);
    text::write(&mut info.title, &name);
    text::write(&mut info.shortTitle, &name);
    info
}

unsafe extern "system" fn string_by_value(
    this: *mut IEditController,
    id: ParamID,
    value: ParamValue,
    place: *mut String128,
) -> tresult {
    // SAFETY: null, or the host's place to write to.
    let Some(place) = (unsafe { place.as_mut() }) else {
        return kInvalidArgument;
    };
    let told = match (own(id), midi::index(id)) {
        // SAFETY: the host's pointer.
        (Some(parameter), _) => unsafe { shim(this) }.door.text(parameter, value),
        (_, Some(_)) => Some(format!("{:.0}", value * 127.0)),
        _ => None,
    };
    match told {
        Some(told) => {
            text::write(place, &told);
            kResultOk
        }
        None => kInvalidArgument,
    }
}

unsafe extern "system" fn value_by_string(
    this: *mut IEditController,
    id: ParamID,
    string: *mut TChar,
    place: *mut ParamValue,
) -> tresult {
    if string.is_null() || place.is_null() {
        return kInvalidArgument;
    }
    // SAFETY: the host's string, with an end.
    let string = unsafe { text::read(string) };
    let meant = match (own(id), midi::index(id)) {
        // SAFETY: the host's pointer.
        (Some(parameter), _) => unsafe { shim(this) }.door.value(parameter, &string),
        (_, Some(_)) => {
            let number = string
                .trim()
                .parse::<f64>()
                .ok()
                .filter(|it| it.is_finite());
            number.map(|number| (number / 127.0).clamp(0.0, 1.0))
        }
        _ => return kInvalidArgument,
    };
    match meant {
        Some(value) => {
            // SAFETY: not null, and the host's place to write to.
            unsafe { place.write(value) };
            kResultOk
        }
        None => kResultFalse,
    }
}

/// Values are plain as they are: what they mean changes with what is mapped, and is in their text.
unsafe extern "system" fn same(
    _this: *mut IEditController,
    _id: ParamID,
    value: ParamValue,
) -> ParamValue {
    value
}

unsafe extern "system" fn get(this: *mut IEditController, id: ParamID) -> ParamValue {
    // SAFETY: the host's pointer.
    let shim = unsafe { shim(this) };
    match (own(id), midi::index(id)) {
        (Some(parameter), _) => shim.door.parameters().value(parameter),
        (_, Some(index)) => shim.midi[index].load(Ordering::Relaxed),
        _ => 0.0,
    }
}

/// While it plays, the host sends the same with the blocks, where it has its time.
unsafe extern "system" fn set(
    this: *mut IEditController,
    id: ParamID,
    value: ParamValue,
) -> tresult {
    // SAFETY: the host's pointer.
    let shim = unsafe { shim(this) };
    if value.is_nan() {
        return kInvalidArgument;
    }
    let value = value.clamp(0.0, 1.0);
    match (own(id), midi::index(id)) {
        (Some(parameter), _) if shim.is_playing() => {
            shim.door.parameters().set_value(parameter, value);
        }
        (Some(parameter), _) => shim.door.set(vec![(parameter, value)]),
        (_, Some(index)) => shim.midi[index].store(value, Ordering::Relaxed),
        _ => return kInvalidArgument,
    }
    kResultOk
}

unsafe extern "system" fn set_handler(
    this: *mut IEditController,
    handler: *mut IComponentHandler,
) -> tresult {
    // SAFETY: the host's pointer.
    let table = unsafe { table(this) };
    // SAFETY: null, or the host's handler.
    unsafe { table.shim.herald.set_handler(handler) };
    // SAFETY: nice-plug's own function.
    unsafe { (table.inner.setComponentHandler)(this, handler) }
}

unsafe extern "system" fn assignment(
    _this: *mut IMidiMapping,
    bus: int32,
    channel: int16,
    controller: CtrlNumber,
    place: *mut ParamID,
) -> tresult {
    let Some(id) = midi::id(channel, controller).filter(|_| bus == 0) else {
        return kResultFalse;
    };
    if place.is_null() {
        return kInvalidArgument;
    }
    // SAFETY: not null, and the host's place to write to.
    unsafe { place.write(id) };
    kResultOk
}
