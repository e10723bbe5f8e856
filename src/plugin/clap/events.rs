//! A CLAP host's events, in our words and back.

#[cfg(test)]
mod tests;

use std::slice;

use clap_sys::events::*;

use super::super::traffic::{Cargo, unit};
use super::transport::transport;
use crate::audio::{
    Event, EventKind, Events, Expression, HostPoint, HostPointKind, Note, Transport,
};

/// What a host's event says.
#[derive(Debug, PartialEq)]
pub(super) enum Heard<'h> {
    Event(EventKind),
    SysEx(&'h [u8]),
    /// Of a parameter.
    Point(u16, HostPointKind),
    Transport(Transport),
}

/// Hands over each event of the host's list that means something here, with its time, in the host's
/// order.
///
/// # Safety
///
/// `list` is null, or a list that keeps CLAP's contract for the length of the call. Entries may be null.
pub(super) unsafe fn read(
    list: *const clap_input_events,
    sample_rate: f64,
    mut hear: impl FnMut(u32, Heard<'_>),
) {
    // SAFETY: the caller's promise.
    let Some(events) = (unsafe { list.as_ref() }) else {
        return;
    };
    let (Some(size), Some(get)) = (events.size, events.get) else {
        return;
    };
    // SAFETY: the host's functions, with the host's list.
    for index in 0..unsafe { size(list) } {
        // SAFETY: as above; null or an event that lives until the list changes.
        let header = unsafe { get(list, index) };
        if header.is_null() {
            continue;
        }
        // SAFETY: not null, and as long as it says.
        let (time, heard) = unsafe { ((*header).time, understand(header, sample_rate)) };
        if let Some(heard) = heard {
            hear(time, heard);
        }
    }
}

/// Puts a block's events into the cargo.
///
/// # Safety
///
/// As for [`read`].
pub(super) unsafe fn load(cargo: &mut Cargo, list: *const clap_input_events, sample_rate: f64) {
    // SAFETY: the caller's promise.
    unsafe {
        read(list, sample_rate, |time, heard| {
            let offset = cargo.offset(time);
            match heard {
                Heard::Event(kind) => cargo.add(Event { offset, kind }),
                Heard::SysEx(bytes) => {
                    // What has no room is counted by the list.
                    cargo.events_in.append_sysex(offset, bytes);
                }
                Heard::Point(parameter, kind) => cargo.add_point(HostPoint {
                    offset,
                    parameter,
                    kind,
                }),
                // A block has one transport: a later change is heard from the next block on.
                Heard::Transport(transport) if offset == 0 => cargo.transport = transport,
                Heard::Transport(_) => {}
            }
        });
    }
}

/// # Safety
///
/// `header` is the start of as many bytes as it says.
unsafe fn understand<'h>(header: *const clap_event_header, sample_rate: f64) -> Option<Heard<'h>> {
    // SAFETY: the caller's promise.
    let (space, kind, size) = unsafe { ((*header).space_id, (*header).type_, (*header).size) };
    if space != CLAP_CORE_EVENT_SPACE_ID {
        return None;
    }
    /// The event that begins with this header.
    ///
    /// # Safety
    ///
    /// `header` is the start of `size` bytes, of an event of that type if they are enough.
    unsafe fn whole<'h, T>(header: *const clap_event_header, size: u32) -> Option<&'h T> {
        // SAFETY: long enough, and by the caller's promise of that type.
        (size as usize >= size_of::<T>()).then(|| unsafe { &*header.cast::<T>() })
    }
    // SAFETY: the type says which event it is, the size whether all of it is there.
    unsafe {
        Some(match kind {
            CLAP_EVENT_NOTE_ON | CLAP_EVENT_NOTE_OFF | CLAP_EVENT_NOTE_CHOKE => {
                let event = whole::<clap_event_note>(header, size)?;
                let note = note(event.note_id, event.port_index, event.channel, event.key)?;
                let velocity = unit(event.velocity)?;
                Heard::Event(match kind {
                    // A note that begins on any key is none.
                    CLAP_EVENT_NOTE_ON if note.key.is_none() => return None,
                    CLAP_EVENT_NOTE_ON => EventKind::NoteOn { note, velocity },
                    CLAP_EVENT_NOTE_OFF => EventKind::NoteOff { note, velocity },
                    _ => EventKind::NoteChoke { note },
                })
            }
            CLAP_EVENT_NOTE_EXPRESSION => {
                let event = whole::<clap_event_note_expression>(header, size)?;
                let expression = expression(event.expression_id)?;
                let (low, high) = range(expression);
                if event.value.is_nan() {
                    return None;
                }
                Heard::Event(EventKind::Expression {
                    note: note(event.note_id, event.port_index, event.channel, event.key)?,
                    expression,
                    value: event.value.clamp(low, high),
                })
            }
            CLAP_EVENT_PARAM_VALUE => {
                let event = whole::<clap_event_param_value>(header, size)?;
                let parameter = u16::try_from(event.param_id).ok()?;
                Heard::Point(parameter, HostPointKind::Value(event.value))
            }
            CLAP_EVENT_PARAM_MOD => {
                let event = whole::<clap_event_param_mod>(header, size)?;
                // We do not offer to modulate single notes; it would be wrong for the others.
                if event.note_id >= 0 {
                    return None;
                }
                let parameter = u16::try_from(event.param_id).ok()?;
                Heard::Point(parameter, HostPointKind::Modulation(event.amount))
            }
            CLAP_EVENT_TRANSPORT => {
                let event = whole::<clap_event_transport>(header, size)?;
                Heard::Transport(transport(event, sample_rate))
            }
            CLAP_EVENT_MIDI => {
                let event = whole::<clap_event_midi>(header, size)?;
                let [status, first, second] = event.data;
                if event.port_index != 0 || status < 0x80 {
                    return None;
                }
                Heard::Event(EventKind::Midi([status, first & 0x7f, second & 0x7f]))
            }
            CLAP_EVENT_MIDI_SYSEX => {
                let event = whole::<clap_event_midi_sysex>(header, size)?;
                if event.port_index != 0 || event.buffer.is_null() || event.size == 0 {
                    return None;
                }
                Heard::SysEx(slice::from_raw_parts(event.buffer, event.size as usize))
            }
            _ => return None,
        })
    }
}

/// A note's address. `None` if it is at no port, on no channel or no key of ours.
fn note(id: i32, port: i16, channel: i16, key: i16) -> Option<Note> {
    let any_or = |number: i16, count: u8| match number {
        -1 => Some(None),
        _ => {
            let number = u8::try_from(number).ok().filter(|&it| it < count)?;
            Some(Some(number))
        }
    };
    if !(-1..=0).contains(&port) {
        return None;
    }
    Some(Note {
        id: u32::try_from(id).ok(),
        channel: any_or(channel, 16)?,
        key: any_or(key, 128)?,
    })
}

fn expression(id: clap_note_expression) -> Option<Expression> {
    Expression::ALL.get(usize::try_from(id).ok()?).copied()
}

fn range(expression: Expression) -> (f64, f64) {
    match expression {
        Expression::Volume => (0.0, 4.0),
        Expression::Tuning => (-120.0, 120.0),
        _ => (0.0, 1.0),
    }
}

fn header<T>(time: u32, type_: clap_event_type) -> clap_event_header {
    clap_event_header {
        size: size_of::<T>() as u32,
        time,
        space_id: CLAP_CORE_EVENT_SPACE_ID,
        type_,
        flags: 0,
    }
}

/// Offers the rack's events to the host, in the order of time. What the host has no room for is lost.
///
/// # Safety
///
/// `out` is null, or a list that keeps CLAP's contract for the length of the call.
pub(super) unsafe fn write(events: Events<'_>, frames: u32, out: *const clap_output_events) {
    for event in events.iter() {
        let time = event.offset.min(frames.saturating_sub(1));
        // SAFETY: the caller's promise.
        unsafe { offer(event.kind, &events, time, out) };
    }
}

/// # Safety
///
/// As for [`write()`].
unsafe fn offer(
    kind: EventKind,
    events: &Events<'_>,
    time: u32,
    out: *const clap_output_events,
) -> bool {
    let note_event = |type_, note: Note, velocity| clap_event_note {
        header: header::<clap_event_note>(time, type_),
        note_id: note.id.and_then(|id| i32::try_from(id).ok()).unwrap_or(-1),
        port_index: 0,
        channel: note.channel.map_or(-1, i16::from),
        key: note.key.map_or(-1, i16::from),
        velocity,
    };
    // SAFETY: the caller's promise; each event begins with its header, and lives until it is pushed.
    unsafe {
        let note = match kind {
            EventKind::NoteOn { note, velocity } => note_event(CLAP_EVENT_NOTE_ON, note, velocity),
            EventKind::NoteOff { note, velocity } => {
                note_event(CLAP_EVENT_NOTE_OFF, note, velocity)
            }
            EventKind::NoteChoke { note } => note_event(CLAP_EVENT_NOTE_CHOKE, note, 0.0),
            EventKind::NoteEnd { note } => note_event(CLAP_EVENT_NOTE_END, note, 0.0),
            // The port prefers notes of CLAP's own.
            EventKind::Midi([status @ 0x90..=0x9f, key, velocity @ 1..=255]) => {
                let velocity = f64::from(velocity & 0x7f) / 127.0;
                note_event(CLAP_EVENT_NOTE_ON, Note::of_midi(status, key), velocity)
            }
            EventKind::Midi([status @ 0x80..=0x9f, key, velocity]) => {
                let velocity = f64::from(velocity & 0x7f) / 127.0;
                note_event(CLAP_EVENT_NOTE_OFF, Note::of_midi(status, key), velocity)
            }
            EventKind::Midi(data) => {
                let event = clap_event_midi {
                    header: header::<clap_event_midi>(time, CLAP_EVENT_MIDI),
                    port_index: 0,
                    data,
                };
                return push(out, (&raw const event).cast());
            }
            EventKind::SysEx(message) => {
                let bytes = events.sysex(message);
                let event = clap_event_midi_sysex {
                    header: header::<clap_event_midi_sysex>(time, CLAP_EVENT_MIDI_SYSEX),
                    port_index: 0,
                    buffer: bytes.as_ptr(),
                    size: bytes.len() as u32,
                };
                return push(out, (&raw const event).cast());
            }
            EventKind::Expression {
                note,
                expression,
                value,
            } => {
                let id = Expression::ALL
                    .iter()
                    .position(|known| *known == expression);
                let place = note_event(0, note, 0.0);
                let type_ = CLAP_EVENT_NOTE_EXPRESSION;
                let event = clap_event_note_expression {
                    header: header::<clap_event_note_expression>(time, type_),
                    expression_id: id.unwrap_or_default() as clap_note_expression,
                    note_id: place.note_id,
                    port_index: place.port_index,
                    channel: place.channel,
                    key: place.key,
                    value,
                };
                return push(out, (&raw const event).cast());
            }
        };
        push(out, (&raw const note).cast())
    }
}

/// Offers an event to the host. False if it does not take it.
///
/// # Safety
///
/// `out` as for [`write()`]; `event` is the start of an event of its type.
pub(super) unsafe fn push(out: *const clap_output_events, event: *const clap_event_header) -> bool {
    // SAFETY: the caller's promise.
    match unsafe { out.as_ref() }.and_then(|list| list.try_push) {
        // SAFETY: as above.
        Some(try_push) => unsafe { try_push(out, event) },
        None => false,
    }
}

/// An event that says something of a parameter: its value, or, without one, that a gesture begins or ends.
pub(super) enum ParameterEvent {
    Value(clap_event_param_value),
    Gesture(clap_event_param_gesture),
}

impl ParameterEvent {
    pub(super) fn value(parameter: u16, value: f64) -> Self {
        Self::Value(clap_event_param_value {
            header: header::<clap_event_param_value>(0, CLAP_EVENT_PARAM_VALUE),
            param_id: u32::from(parameter),
            cookie: std::ptr::null_mut(),
            note_id: -1,
            port_index: -1,
            channel: -1,
            key: -1,
            value,
        })
    }

    pub(super) fn gesture(parameter: u16, begins: bool) -> Self {
        let type_ = if begins {
            CLAP_EVENT_PARAM_GESTURE_BEGIN
        } else {
            CLAP_EVENT_PARAM_GESTURE_END
        };
        Self::Gesture(clap_event_param_gesture {
            header: header::<clap_event_param_gesture>(0, type_),
            param_id: u32::from(parameter),
        })
    }

    pub(super) fn header(&self) -> *const clap_event_header {
        match self {
            Self::Value(event) => (&raw const *event).cast(),
            Self::Gesture(event) => (&raw const *event).cast(),
        }
    }
}
