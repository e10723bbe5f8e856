//! The note ports (`clap.note-ports`): one in, one out. nice-plug 0.4.2 does not offer MPE.

use std::ffi::c_char;

use clap_sys::ext::note_ports::{
    CLAP_NOTE_DIALECT_CLAP, CLAP_NOTE_DIALECT_MIDI, CLAP_NOTE_DIALECT_MIDI_MPE,
    clap_note_port_info, clap_plugin_note_ports,
};
use clap_sys::plugin::clap_plugin;

pub(super) static EXTENSION: clap_plugin_note_ports = clap_plugin_note_ports {
    count: Some(count),
    get: Some(get),
};

unsafe extern "C" fn count(_plugin: *const clap_plugin, _is_input: bool) -> u32 {
    1
}

unsafe extern "C" fn get(
    _plugin: *const clap_plugin,
    index: u32,
    is_input: bool,
    info: *mut clap_note_port_info,
) -> bool {
    if index != 0 || info.is_null() {
        return false;
    }
    let mut told = clap_note_port_info {
        id: 0,
        supported_dialects: CLAP_NOTE_DIALECT_CLAP
            | CLAP_NOTE_DIALECT_MIDI
            | CLAP_NOTE_DIALECT_MIDI_MPE,
        preferred_dialect: CLAP_NOTE_DIALECT_CLAP,
        name: [0; _],
    };
    let name = if is_input {
        c"Note Input"
    } else {
        c"Note Output"
    };
    for (place, byte) in told.name.iter_mut().zip(name.to_bytes()) {
        *place = *byte as c_char;
    }
    // SAFETY: not null, and the host's place to write to.
    unsafe { info.write(told) };
    true
}
