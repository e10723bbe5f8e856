//! The parameters as CLAP has them (`clap.params`).
//!
//! There are always 512, with ids from 0, automatable and modulatable, and their range is from 0 to 1 for
//! ever: automation that was recorded before a mapping changed stays valid. For the same reason none is
//! stepped; the steps of what is mapped are in its text. What is not mapped is hidden.

use std::ffi::{CStr, c_char};
use std::slice;

use clap_sys::events::{clap_input_events, clap_output_events};
use clap_sys::ext::params::{
    CLAP_PARAM_IS_AUTOMATABLE, CLAP_PARAM_IS_HIDDEN, CLAP_PARAM_IS_MODULATABLE, clap_param_info,
    clap_plugin_params,
};
use clap_sys::id::clap_id;
use clap_sys::plugin::clap_plugin;

use super::events::{Heard, load, read};
use super::news;
use super::shim::{Shim, shim};
use crate::audio::HostPointKind;
use crate::session::{HOST_PARAMETERS, HostParameter};

pub(super) static EXTENSION: clap_plugin_params = clap_plugin_params {
    count: Some(count),
    get_info: Some(get_info),
    get_value: Some(get_value),
    value_to_text: Some(value_to_text),
    text_to_value: Some(text_to_value),
    flush: Some(flush),
};

unsafe extern "C" fn count(_plugin: *const clap_plugin) -> u32 {
    HOST_PARAMETERS as u32
}

unsafe extern "C" fn get_info(
    plugin: *const clap_plugin,
    index: u32,
    info: *mut clap_param_info,
) -> bool {
    // SAFETY: the host's pointer.
    let shim = unsafe { shim(plugin) };
    let descriptions = shim.door.parameters().descriptions();
    let Some(description) = descriptions.get(index as usize) else {
        return false;
    };
    if info.is_null() {
        return false;
    }
    // SAFETY: not null, and the host's place to write to.
    unsafe { info.write(describe(index, description)) };
    true
}

fn describe(id: u32, parameter: &HostParameter) -> clap_param_info {
    let mut info = clap_param_info {
        id,
        flags: CLAP_PARAM_IS_AUTOMATABLE | CLAP_PARAM_IS_MODULATABLE,
        cookie: std::ptr::null_mut(),
        name: [0; _],
        module: [0; _],
        min_value: 0.0,
        max_value: 1.0,
        default_value: parameter.default,
    };
    if !parameter.mapped {
        info.flags |= CLAP_PARAM_IS_HIDDEN;
    }
    copy_text(&mut info.name, &parameter.name);
    // A slash would make a group of groups.
    copy_text(&mut info.module, &parameter.group.replace('/', "-"));
    info
}

/// Writes a text with its end, cut where the room ends, between two characters.
fn copy_text(place: &mut [c_char], text: &str) {
    let Some(room) = place.len().checked_sub(1) else {
        return;
    };
    // What C takes for the end is none.
    let text = text.split('\0').next().unwrap_or_default();
    let mut end = text.len().min(room);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    for (place, byte) in place.iter_mut().zip(text[..end].bytes().chain([0])) {
        *place = byte as c_char;
    }
}

unsafe extern "C" fn get_value(plugin: *const clap_plugin, id: clap_id, value: *mut f64) -> bool {
    if value.is_null() || id as usize >= HOST_PARAMETERS {
        return false;
    }
    // SAFETY: the host's pointer, and its place to write to, which is not null.
    unsafe { value.write(shim(plugin).door.parameters().value(id as usize)) };
    true
}

unsafe extern "C" fn value_to_text(
    plugin: *const clap_plugin,
    id: clap_id,
    value: f64,
    text: *mut c_char,
    room: u32,
) -> bool {
    if text.is_null() || room == 0 {
        return false;
    }
    // SAFETY: the host's pointer.
    let Some(told) = unsafe { shim(plugin) }.door.text(id as usize, value) else {
        return false;
    };
    // SAFETY: the host's place, with so much room.
    copy_text(
        unsafe { slice::from_raw_parts_mut(text, room as usize) },
        &told,
    );
    true
}

unsafe extern "C" fn text_to_value(
    plugin: *const clap_plugin,
    id: clap_id,
    text: *const c_char,
    value: *mut f64,
) -> bool {
    if text.is_null() || value.is_null() {
        return false;
    }
    // SAFETY: a C string, as it is not null.
    let text = unsafe { CStr::from_ptr(text) }.to_string_lossy();
    // SAFETY: the host's pointer.
    let Some(meant) = unsafe { shim(plugin) }.door.value(id as usize, &text) else {
        return false;
    };
    // SAFETY: not null, and the host's place to write to.
    unsafe { value.write(meant) };
    true
}

/// While active this is the audio thread, and what is set waits for the next block.
unsafe extern "C" fn flush(
    plugin: *const clap_plugin,
    events: *const clap_input_events,
    out: *const clap_output_events,
) {
    // SAFETY: the host's pointer.
    let shim = unsafe { shim(plugin) };
    let mut cargo = shim.traffic.lend();
    if shim.is_active() {
        if let Some(cargo) = cargo.as_deref_mut() {
            cargo.begin(1);
            // SAFETY: the host's list.
            unsafe { load(cargo, events, shim.sample_rate()) };
            super::super::note_values(shim.door.parameters(), cargo.points());
        }
    } else {
        // SAFETY: as above.
        unsafe { set(shim, events) };
    }
    if let Some(cargo) = cargo.as_deref_mut() {
        // SAFETY: as above.
        unsafe { news::write(shim.door.parameters(), &mut cargo.unsent, out) };
    }
}

/// Sets parameters while nothing plays.
///
/// # Safety
///
/// The main thread; `events` is null or the host's list.
unsafe fn set(shim: &Shim, events: *const clap_input_events) {
    let mut values = Vec::new();
    // SAFETY: the caller's promise.
    unsafe {
        read(events, shim.sample_rate(), |_time, heard| match heard {
            Heard::Point(parameter, HostPointKind::Value(value)) if !value.is_nan() => {
                values.push((usize::from(parameter), value.clamp(0.0, 1.0)));
            }
            Heard::Point(parameter, HostPointKind::Modulation(amount)) => {
                let parameters = shim.door.parameters();
                parameters.set_modulation(usize::from(parameter), amount);
            }
            _ => {}
        });
    }
    shim.door.set(values);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(chars: &[c_char]) -> String {
        let bytes: Vec<u8> = chars.iter().map(|c| *c as u8).collect();
        let end = bytes.iter().position(|byte| *byte == 0).expect("an end");
        String::from_utf8(bytes[..end].to_vec()).expect("whole characters")
    }

    #[test]
    fn what_is_mapped_is_seen_with_its_group_and_stays_continuous() {
        let mut parameter = HostParameter {
            name: "Threshold".into(),
            group: "2 A/B".into(),
            unit: "dB".into(),
            steps: Some(3),
            default: 0.25,
            mapped: true,
        };
        let info = describe(7, &parameter);
        assert_eq!(
            info.flags,
            CLAP_PARAM_IS_AUTOMATABLE | CLAP_PARAM_IS_MODULATABLE
        );
        assert_eq!((info.id, info.min_value, info.max_value), (7, 0.0, 1.0));
        assert_eq!(info.default_value, 0.25);
        assert_eq!(
            (text(&info.name), text(&info.module)),
            ("Threshold".into(), "2 A-B".into())
        );
        parameter.mapped = false;
        assert_ne!(describe(7, &parameter).flags & CLAP_PARAM_IS_HIDDEN, 0);
    }

    #[test]
    fn a_long_text_is_cut_between_characters_and_always_ends() {
        let mut place = [1; 6];
        copy_text(&mut place, "12äöü");
        assert_eq!(text(&place), "12ä");
        copy_text(&mut place, "a\0b");
        assert_eq!(text(&place), "a");
        copy_text(&mut place[..1], "long");
        assert_eq!(text(&place[..1]), "");
        copy_text(&mut [], "nowhere");
    }
}
