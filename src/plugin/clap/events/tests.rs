use super::*;
use crate::audio::EventList;
use proptest::prelude::*;

/// Events of a host, each as its bytes.
struct List(Vec<Option<Vec<u64>>>);

impl List {
    fn new() -> Self {
        Self(Vec::new())
    }

    fn push<T: Copy>(&mut self, event: &T) {
        let mut words = vec![0_u64; size_of::<T>().div_ceil(8)];
        // SAFETY: as long as the event, and aligned for it.
        unsafe { words.as_mut_ptr().cast::<T>().write(*event) };
        self.0.push(Some(words));
    }

    /// What the rack hears of it, in a block of so many frames.
    fn heard(&self, frames: u32) -> Cargo {
        unsafe extern "C" fn size(list: *const clap_input_events) -> u32 {
            // SAFETY: the list of this test.
            let list = unsafe { &*(*list).ctx.cast::<List>() };
            list.0.len() as u32
        }
        unsafe extern "C" fn get(
            list: *const clap_input_events,
            index: u32,
        ) -> *const clap_event_header {
            // SAFETY: as above.
            let list = unsafe { &*(*list).ctx.cast::<List>() };
            let words = list.0[index as usize].as_ref();
            words.map_or(std::ptr::null(), |words| words.as_ptr().cast())
        }
        let raw = clap_input_events {
            ctx: std::ptr::from_ref(self).cast_mut().cast(),
            size: Some(size),
            get: Some(get),
        };
        let mut cargo = Cargo::default();
        cargo.begin(frames);
        // SAFETY: a list as CLAP wants it.
        unsafe { load(&mut cargo, &raw, 48_000.0) };
        cargo.ready();
        cargo
    }
}

fn note_event(time: u32, type_: u16, id: i32, channel: i16, key: i16) -> clap_event_note {
    clap_event_note {
        header: header::<clap_event_note>(time, type_),
        note_id: id,
        port_index: 0,
        channel,
        key,
        velocity: 0.75,
    }
}

fn expression_event(id: i32, value: f64) -> clap_event_note_expression {
    clap_event_note_expression {
        header: header::<clap_event_note_expression>(1, CLAP_EVENT_NOTE_EXPRESSION),
        expression_id: id,
        note_id: 9,
        port_index: -1,
        channel: -1,
        key: -1,
        value,
    }
}

fn parameter_event(time: u32, id: u32, value: f64) -> clap_event_param_value {
    clap_event_param_value {
        header: header::<clap_event_param_value>(time, CLAP_EVENT_PARAM_VALUE),
        param_id: id,
        cookie: std::ptr::null_mut(),
        note_id: -1,
        port_index: -1,
        channel: -1,
        key: -1,
        value,
    }
}

fn modulation_event(time: u32, id: u32, note_id: i32, amount: f64) -> clap_event_param_mod {
    clap_event_param_mod {
        header: header::<clap_event_param_mod>(time, CLAP_EVENT_PARAM_MOD),
        param_id: id,
        cookie: std::ptr::null_mut(),
        note_id,
        port_index: -1,
        channel: -1,
        key: -1,
        amount,
    }
}

fn midi_event(data: [u8; 3]) -> clap_event_midi {
    clap_event_midi {
        header: header::<clap_event_midi>(0, CLAP_EVENT_MIDI),
        port_index: 0,
        data,
    }
}

#[test]
fn notes_keep_time_number_place_and_velocity_and_wildcards_mean_any() {
    let mut list = List::new();
    list.push(&note_event(7, CLAP_EVENT_NOTE_ON, 12, 3, 64));
    list.push(&note_event(3, CLAP_EVENT_NOTE_OFF, -1, -1, 64));
    list.push(&note_event(900, CLAP_EVENT_NOTE_CHOKE, -1, -1, -1));
    let cargo = list.heard(100);
    let note = Note {
        id: Some(12),
        channel: Some(3),
        key: Some(64),
    };
    let any = |key| Note {
        key,
        ..Note::default()
    };
    let velocity = 0.75;
    let off = EventKind::NoteOff {
        note: any(Some(64)),
        velocity,
    };
    let wanted = [
        (3, off),
        (7, EventKind::NoteOn { note, velocity }),
        (99, EventKind::NoteChoke { note: any(None) }),
    ];
    let wanted = wanted.map(|(offset, kind)| Event { offset, kind });
    assert_eq!(cargo.events_in.as_slice(), wanted);
}

#[test]
fn what_is_no_event_of_ours_is_ignored() {
    let mut list = List::new();
    let good = note_event(0, CLAP_EVENT_NOTE_ON, 1, 0, 60);
    let mut foreign = good;
    foreign.header.space_id = 5;
    list.push(&foreign);
    let mut short = good;
    short.header.size = 20;
    list.push(&short);
    let mut other_port = good;
    other_port.port_index = 1;
    list.push(&other_port);
    let mut no_velocity = good;
    no_velocity.velocity = f64::NAN;
    list.push(&no_velocity);
    list.0.push(None);
    list.push(&note_event(0, CLAP_EVENT_NOTE_ON, 1, 16, 60));
    list.push(&note_event(0, CLAP_EVENT_NOTE_ON, 1, 0, 128));
    list.push(&note_event(0, CLAP_EVENT_NOTE_ON, 1, 0, -1));
    list.push(&note_event(0, CLAP_EVENT_NOTE_END, 1, 0, 60));
    list.push(&note_event(0, 4711, 1, 0, 60));
    list.push(&expression_event(7, 0.5));
    list.push(&expression_event(-1, 0.5));
    list.push(&expression_event(0, f64::NAN));
    list.push(&midi_event([0x12, 3, 4]));
    assert_eq!(list.heard(10).events_in.as_slice(), []);
    list.push(&good);
    assert_eq!(list.heard(10).events_in.as_slice().len(), 1);
}

#[test]
fn expressions_come_in_their_units_and_within_their_range() {
    for (id, given, expression, value) in [
        (0, 9.0, Expression::Volume, 4.0),
        (1, 0.25, Expression::Pan, 0.25),
        (2, -121.0, Expression::Tuning, -120.0),
        (3, 0.5, Expression::Vibrato, 0.5),
        (4, 0.5, Expression::Expression, 0.5),
        (5, -1.0, Expression::Brightness, 0.0),
        (6, 0.75, Expression::Pressure, 0.75),
    ] {
        let mut list = List::new();
        list.push(&expression_event(id, given));
        let note = Note {
            id: Some(9),
            ..Note::default()
        };
        let kind = EventKind::Expression {
            note,
            expression,
            value,
        };
        let wanted = [Event { offset: 1, kind }];
        assert_eq!(list.heard(10).events_in.as_slice(), wanted);
    }
}

#[test]
fn parameters_system_exclusive_data_and_the_transport_of_the_first_sample_arrive() {
    let mut list = List::new();
    list.push(&parameter_event(5, 511, 0.5));
    list.push(&parameter_event(5, 70_000, 0.5));
    list.push(&modulation_event(2, 3, -1, -0.25));
    list.push(&modulation_event(2, 3, 77, -0.5));
    let bytes = [0xf0, 1, 2, 3, 0xf7];
    list.push(&clap_event_midi_sysex {
        header: header::<clap_event_midi_sysex>(4, CLAP_EVENT_MIDI_SYSEX),
        port_index: 0,
        buffer: bytes.as_ptr(),
        size: 5,
    });
    // SAFETY: plain numbers.
    let mut song: clap_event_transport = unsafe { std::mem::zeroed() };
    song.header = header::<clap_event_transport>(0, CLAP_EVENT_TRANSPORT);
    song.flags = CLAP_TRANSPORT_IS_PLAYING;
    list.push(&song);
    song.header.time = 3;
    song.flags = 0;
    list.push(&song);
    let cargo = list.heard(10);
    let wanted = [
        (2, 3, HostPointKind::Modulation(-0.25)),
        (5, 511, HostPointKind::Value(0.5)),
    ];
    let wanted = wanted.map(|(offset, parameter, kind)| HostPoint {
        offset,
        parameter,
        kind,
    });
    assert_eq!(cargo.points(), wanted);
    let events = cargo.events_in.as_events();
    let Some(Event {
        offset: 4,
        kind: EventKind::SysEx(message),
    }) = events.iter().next()
    else {
        panic!("the message has gone");
    };
    assert_eq!(events.sysex(message), bytes);
    assert!(cargo.transport.playing);
}

/// What a host has taken: type, time, and what follows the header.
type Taken = Vec<(u16, u32, Vec<u8>)>;

fn written(events: &EventList, frames: u32) -> Taken {
    unsafe extern "C" fn try_push(
        list: *const clap_output_events,
        event: *const clap_event_header,
    ) -> bool {
        // SAFETY: the list of this test, and an event that is as long as it says.
        unsafe {
            let taken = &mut *(*list).ctx.cast::<Taken>();
            let header = *event;
            let bytes = if header.type_ == CLAP_EVENT_MIDI_SYSEX {
                let event = &*event.cast::<clap_event_midi_sysex>();
                slice::from_raw_parts(event.buffer, event.size as usize)
            } else {
                &slice::from_raw_parts(event.cast::<u8>(), header.size as usize)[16..]
            };
            taken.push((header.type_, header.time, bytes.to_vec()));
        }
        true
    }
    let mut taken = Taken::new();
    let raw = clap_output_events {
        ctx: (&raw mut taken).cast(),
        try_push: Some(try_push),
    };
    // SAFETY: a list as CLAP wants it.
    unsafe { write(events.as_events(), frames, &raw) };
    taken
}

#[test]
fn what_the_rack_plays_leaves_as_notes_of_claps_own_in_the_order_of_time() {
    let mut list = EventList::default();
    for (offset, message) in [
        (0, [0x93, 60, 127]),
        (5, [0x83, 60, 0]),
        (6, [0x93, 60, 0]),
        (7, [0xb3, 1, 2]),
    ] {
        let kind = EventKind::Midi(message);
        list.push(Event { offset, kind });
    }
    list.push_sysex(500, &[0xf0, 5, 0xf7]);
    let taken = written(&list, 100);
    let kinds: Vec<(u16, u32)> = taken.iter().map(|(kind, time, _)| (*kind, *time)).collect();
    let wanted = [
        (CLAP_EVENT_NOTE_ON, 0),
        (CLAP_EVENT_NOTE_OFF, 5),
        (CLAP_EVENT_NOTE_OFF, 6),
        (CLAP_EVENT_MIDI, 7),
        (CLAP_EVENT_MIDI_SYSEX, 99),
    ];
    assert_eq!(kinds, wanted);
    assert_eq!(taken[4].2, [0xf0, 5, 0xf7]);
}

#[test]
fn a_host_without_lists_is_no_trouble() {
    let mut cargo = Cargo::default();
    cargo.begin(10);
    let empty_in = clap_input_events {
        ctx: std::ptr::null_mut(),
        size: None,
        get: None,
    };
    let empty_out = clap_output_events {
        ctx: std::ptr::null_mut(),
        try_push: None,
    };
    let mut list = EventList::default();
    list.push_sysex(0, &[0xf0, 0xf7]);
    // SAFETY: null, and lists without functions.
    unsafe {
        load(&mut cargo, std::ptr::null(), 48_000.0);
        load(&mut cargo, &empty_in, 48_000.0);
        write(list.as_events(), 10, std::ptr::null());
        write(list.as_events(), 10, &empty_out);
    }
    assert_eq!(cargo.events_in.as_slice(), []);
}

proptest! {
    /// There and back through the host's own memory.
    #[test]
    fn every_event_that_leaves_comes_back_as_it_was(
        id in prop::option::of(0_u32..1 << 31),
        channel in prop::option::of(0_u8..16),
        key in 0_u8..128,
        offset in 0_u32..100,
        value in 0.0_f64..=1.0,
        which in 0_usize..10,
    ) {
        let note = Note { id, channel, key: Some(key) };
        let kind = match which {
            0 => EventKind::NoteOn { note, velocity: value },
            1 => EventKind::NoteOff { note, velocity: value },
            2 => EventKind::NoteChoke { note },
            _ => EventKind::Expression { note, expression: Expression::ALL[which - 3], value },
        };
        let mut list = EventList::default();
        list.push(Event { offset, kind });
        let taken = written(&list, 100);
        let (type_, time, body) = &taken[0];
        let mut words = vec![0_u64; (body.len() + 16) / 8];
        let head = clap_event_header {
            size: body.len() as u32 + 16,
            ..header::<clap_event_note>(*time, *type_)
        };
        // SAFETY: long enough for the header and what follows it.
        unsafe {
            let start = words.as_mut_ptr().cast::<u8>();
            start.cast::<clap_event_header>().write(head);
            start.add(16).copy_from(body.as_ptr(), body.len());
        }
        let back = List(vec![Some(words)]).heard(100);
        prop_assert_eq!(back.events_in.as_slice(), &[Event { offset, kind }]);
    }

    #[test]
    fn no_stream_of_events_gets_lost_in_time_or_out_of_range(
        events in prop::collection::vec(
            (any::<u32>(), 0_u16..14, any::<i32>(), any::<i16>(), any::<i16>(), any::<[u8; 3]>()),
            0..300,
        ),
        frames in 1_u32..2000,
    ) {
        let mut list = List::new();
        for (time, type_, id, channel, key, data) in events {
            match type_ {
                CLAP_EVENT_NOTE_EXPRESSION => {
                    list.push(&expression_event(id % 9, f64::from(channel)));
                }
                CLAP_EVENT_MIDI => list.push(&midi_event(data)),
                CLAP_EVENT_PARAM_VALUE => {
                    list.push(&parameter_event(time, key as u32, f64::from(channel)));
                }
                CLAP_EVENT_PARAM_MOD => {
                    list.push(&modulation_event(time, key as u32, -1, f64::from(channel)));
                }
                type_ if type_ <= CLAP_EVENT_NOTE_END => {
                    list.push(&note_event(time, type_, id, channel % 20, key % 130));
                }
                // Long enough for any of them; what is a pointer in one is null.
                _ => {
                    // SAFETY: plain numbers.
                    let mut event: clap_event_transport = unsafe { std::mem::zeroed() };
                    event.header = header::<clap_event_transport>(time, type_);
                    list.push(&event);
                }
            }
        }
        let cargo = list.heard(frames);
        prop_assert!(cargo.events_in.as_slice().is_sorted_by_key(|event| event.offset));
        for event in cargo.events_in.as_slice() {
            prop_assert!(event.offset < frames);
            if let EventKind::NoteOn { note, velocity } = event.kind {
                prop_assert!(note.key.is_some_and(|key| key < 128));
                prop_assert!(note.channel.is_none_or(|channel| channel < 16));
                prop_assert!((0.0..=1.0).contains(&velocity));
            }
        }
        prop_assert!(cargo.points().is_sorted_by_key(|point| point.offset));
        prop_assert!(cargo.points().iter().all(|point| point.offset < frames));
    }
}
