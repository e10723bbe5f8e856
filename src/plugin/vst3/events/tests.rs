#![allow(clippy::unnecessary_cast)] // the constants' type is the platform's

use super::*;
use crate::audio::EventList;
use nih_plug::wrapper::vst3::vst3::Steinberg::{int32, kInvalidArgument, tresult};
use nih_plug::wrapper::vst3::vst3::{Class, ComWrapper};
use parking_lot::Mutex;
use proptest::prelude::*;

/// A host's list.
#[derive(Default)]
struct List(Mutex<Vec<HostEvent>>);

impl Class for List {
    type Interfaces = (IEventList,);
}

impl IEventListTrait for List {
    unsafe fn getEventCount(&self) -> int32 {
        self.0.lock().len() as int32
    }

    unsafe fn getEvent(&self, index: int32, event: *mut HostEvent) -> tresult {
        let Some(known) = self.0.lock().get(index as usize).copied() else {
            return kInvalidArgument;
        };
        // SAFETY: the caller's place.
        unsafe { event.write(known) };
        kResultOk
    }

    unsafe fn addEvent(&self, event: *mut HostEvent) -> tresult {
        // SAFETY: the caller's event.
        self.0.lock().push(unsafe { *event });
        kResultOk
    }
}

fn heard(events: Vec<HostEvent>, frames: u32) -> Cargo {
    let list = ComWrapper::new(List(Mutex::new(events)));
    let list = list.to_com_ptr::<IEventList>().unwrap();
    let mut cargo = Cargo::default();
    cargo.begin(frames);
    // SAFETY: a list as VST3 wants it.
    unsafe { load(&mut cargo, &mut Notes::default(), list.as_ptr()) };
    cargo.ready();
    cargo
}

fn written(events: &EventList, frames: u32) -> Vec<HostEvent> {
    let list = ComWrapper::new(List::default());
    let pointer = list.to_com_ptr::<IEventList>().unwrap();
    // SAFETY: a list as VST3 wants it.
    unsafe { write(events.as_events(), frames, pointer.as_ptr()) };
    list.0.lock().clone()
}

fn host_event(offset: i32, kind: u32, what: Event__type0) -> HostEvent {
    HostEvent {
        busIndex: 0,
        sampleOffset: offset,
        ppqPosition: 0.0,
        flags: 0,
        r#type: kind as u16,
        __field0: what,
    }
}

fn on(offset: i32, id: i32, channel: i16, pitch: i16, tuning: f32) -> HostEvent {
    let event = NoteOnEvent {
        channel,
        pitch,
        tuning,
        velocity: 0.5,
        length: 0,
        noteId: id,
    };
    host_event(offset, kNoteOnEvent as u32, Event__type0 { noteOn: event })
}

fn express(offset: i32, id: i32, expression: u32, value: f64) -> HostEvent {
    let event = NoteExpressionValueEvent {
        typeId: expression,
        noteId: id,
        value,
    };
    let what = Event__type0 {
        noteExpressionValue: event,
    };
    host_event(offset, kNoteExpressionValueEvent as u32, what)
}

#[test]
fn expressions_know_the_place_of_the_latest_note_with_their_number() {
    let cargo = heard(
        vec![
            on(0, 7, 1, 60, 0.0),
            on(0, 7, 2, 62, 25.0),
            express(4, 7, 0, 0.25),
            express(5, 7, 2, 0.5 + 1.0 / 240.0),
            express(6, 7, 4, 1.0),
            express(6, 7, 5, 0.5),
            express(6, 99, 1, 0.5),
            express(6, 7, 6, 0.5),
            express(6, -1, 1, 0.5),
            express(6, 7, 1, f64::NAN),
        ],
        10,
    );
    let note = |channel, key| Note {
        id: Some(7),
        channel: Some(channel),
        key: Some(key),
    };
    let told: Vec<(u32, EventKind)> = (cargo.events_in.as_slice().iter())
        .map(|event| (event.offset, event.kind))
        .collect();
    let velocity = 0.5;
    let express = |note, expression, value| EventKind::Expression {
        note,
        expression,
        value,
    };
    let stranger = Note {
        id: Some(99),
        ..Note::default()
    };
    assert_eq!(told.len(), 8, "{told:?}");
    let begun = [note(1, 60), note(2, 62)].map(|note| EventKind::NoteOn { note, velocity });
    assert_eq!([told[0], told[1]], begun.map(|kind| (0, kind)));
    // In cents, and in semitones.
    let of_it = note(2, 62);
    assert_eq!(told[2], (0, express(of_it, Expression::Tuning, 0.25)));
    assert_eq!(told[3], (4, express(of_it, Expression::Volume, 1.0)));
    let (5, EventKind::Expression { value, .. }) = told[4] else {
        panic!("{told:?}");
    };
    assert!((value - 1.0).abs() < 1.0e-12, "a semitone: {value}");
    // nice-plug mistakes these two for each other.
    assert_eq!(told[5], (6, express(of_it, Expression::Expression, 1.0)));
    assert_eq!(told[6], (6, express(of_it, Expression::Brightness, 0.5)));
    assert_eq!(told[7], (6, express(stranger, Expression::Pan, 0.5)));
}

#[test]
fn what_is_no_note_of_ours_is_ignored_and_times_stay_within_the_block() {
    let cargo = heard(
        vec![
            on(-5, 1, 0, 60, f32::NAN),
            on(4000, 2, 0, 61, 0.0),
            on(0, 3, 16, 60, 0.0),
            on(0, 4, 0, -1, 0.0),
            host_event(0, 4711, on(0, 5, 0, 60, 0.0).__field0),
        ],
        10,
    );
    let events = cargo.events_in.as_slice().iter();
    let offsets: Vec<u32> = events.map(|it| it.offset).collect();
    assert_eq!(offsets, [0, 9]);
}

#[test]
fn system_exclusive_data_and_controllers_leave_and_data_comes_back() {
    let mut list = EventList::default();
    list.push_sysex(1, &[0xf0, 1, 2, 0xf7]);
    for message in [
        [0xb2, 7, 100],
        [0xc2, 5, 0],
        [0xd2, 6, 0],
        [0xe2, 3, 4],
        [0xf8, 0, 0],
    ] {
        let kind = EventKind::Midi(message);
        list.push(Event { offset: 2, kind });
    }
    let events = written(&list, 10);
    assert_eq!(events.len(), 5);
    let told = events[1..].iter().map(|event| {
        assert_eq!(u32::from(event.r#type), kLegacyMIDICCOutEvent as u32);
        // SAFETY: as the type says.
        let out = unsafe { event.__field0.midiCCOut };
        (out.controlNumber, out.channel, out.value, out.value2)
    });
    let wanted = [
        (7, 2, 100, 0),
        (130, 2, 5, 0),
        (128, 2, 6, 0),
        (129, 2, 3, 4),
    ];
    assert_eq!(Vec::from_iter(told), wanted);
    let back = heard(events[..1].to_vec(), 10);
    let back = back.events_in.as_events();
    let Some(Event {
        offset: 1,
        kind: EventKind::SysEx(message),
    }) = back.iter().next()
    else {
        panic!("the message has gone");
    };
    assert_eq!(back.sysex(message), [0xf0, 1, 2, 0xf7]);
}

proptest! {
    #[test]
    fn every_note_and_expression_that_leaves_comes_back_as_it_was(
        id in 0_u32..1 << 31,
        channel in 0_u8..16,
        key in 0_u8..128,
        offset in 0_u32..100,
        step in 0_u16..=240,
        which in 0_usize..9,
    ) {
        let note = Note { id: Some(id), channel: Some(channel), key: Some(key) };
        // Exact in single precision.
        let value = f64::from(step) / 256.0;
        let express = |expression| EventKind::Expression { note, expression, value };
        let kind = match which {
            0 => EventKind::NoteOn { note, velocity: value },
            1 => EventKind::NoteOff { note, velocity: value },
            2 => express(Expression::Pressure),
            _ => express(EXPRESSIONS[which - 3]),
        };
        let mut list = EventList::default();
        let begin = EventKind::NoteOn { note, velocity: 0.5 };
        list.push(Event { offset: 0, kind: begin });
        list.push(Event { offset, kind });
        let back = heard(written(&list, 100), 100);
        let back = back.events_in.as_slice()[1];
        prop_assert_eq!(back.offset, offset);
        match (back.kind, kind) {
            (
                EventKind::Expression { note: a, expression: b, value: c },
                EventKind::Expression { note, expression, value },
            ) => {
                prop_assert_eq!((a, b), (note, expression));
                prop_assert!((c - value).abs() < 1.0e-12, "{} {}", c, value);
            }
            (back, kind) => prop_assert_eq!(back, kind),
        }
    }

    #[test]
    fn no_stream_of_events_gets_lost_in_time_or_out_of_range(
        events in prop::collection::vec(
            (any::<i32>(), 0_u32..6, any::<i32>(), any::<i16>(), any::<i16>(), any::<f64>()),
            0..300,
        ),
        frames in 1_u32..2000,
    ) {
        let nothing = DataEvent { size: 5, r#type: 0, bytes: std::ptr::null() };
        let events = events.into_iter().map(|(offset, kind, id, channel, pitch, value)| {
            match kind {
                4 => express(offset, id, u32::from(channel.unsigned_abs() % 8), value),
                2 => host_event(offset, 2, Event__type0 { data: nothing }),
                kind => {
                    let mut event = on(offset, id, channel % 20, pitch % 130, value as f32);
                    event.r#type = kind as u16;
                    event
                }
            }
        });
        let cargo = heard(events.collect(), frames);
        let events = cargo.events_in.as_slice();
        prop_assert!(events.is_sorted_by_key(|event| event.offset));
        prop_assert!(events.iter().all(|event| event.offset < frames));
    }
}
