use super::*;
use crate::audio::{Expression, Note};
use proptest::prelude::*;

fn midi(offset: u32, message: [u8; 3]) -> Event {
    let kind = EventKind::Midi(message);
    Event { offset, kind }
}

fn note(offset: u32, key: u8) -> Event {
    midi(offset, [0x90, key, 100])
}

#[test]
fn events_that_come_out_of_order_are_put_in_order_and_equals_keep_theirs() {
    let mut list = EventList::with_capacity(8);
    for event in [note(5, 1), note(2, 2), note(5, 3), note(0, 4)] {
        assert!(list.push(event));
    }
    let wanted = [note(0, 4), note(2, 2), note(5, 1), note(5, 3)];
    assert_eq!(list.as_slice(), wanted);
    list.clear();
    for event in [note(5, 1), note(2, 2), note(5, 3), note(0, 4)] {
        assert!(list.append(event));
    }
    list.sort();
    assert_eq!(list.as_slice(), wanted);
}

#[test]
fn a_full_list_drops_and_counts_instead_of_growing() {
    let mut list = EventList::with_capacity(2);
    let capacity = list.events.capacity();
    for key in 0..10 {
        list.push(note(0, key));
    }
    assert_eq!(list.events.capacity(), capacity);
    assert_eq!(list.dropped(), 10 - capacity);
}

#[test]
fn a_crowded_list_keeps_the_latest_of_each_knob_and_begins_no_more_notes() {
    let mut list = EventList::with_capacity(256);
    for n in 0..10_000_u32 {
        list.append(note(n, 60));
        list.append(midi(n, [0xe1, (n % 128) as u8, 7]));
        list.append(midi(n, [0xb2, 11, (n % 127) as u8]));
        list.append(Event {
            offset: n,
            kind: EventKind::Expression {
                note: Note::of_midi(3, 61),
                expression: Expression::Tuning,
                value: f64::from(n),
            },
        });
    }
    list.sort();
    assert!(list.as_slice().is_sorted_by_key(|event| event.offset));
    assert_eq!(list.events.capacity(), 256);
    assert_eq!(
        list.dropped() + list.merged() + list.as_slice().len(),
        40_000
    );
    let last = |is_it: &dyn Fn(&EventKind) -> bool| {
        let mut backwards = list.as_slice().iter().rev();
        backwards.find(|event| is_it(&event.kind)).map(|it| it.kind)
    };
    let bend = last(&|kind| matches!(kind, EventKind::Midi([0xe1, ..])));
    assert_eq!(bend, Some(EventKind::Midi([0xe1, (9999 % 128) as u8, 7])));
    let turn = last(&|kind| matches!(kind, EventKind::Midi([0xb2, ..])));
    assert_eq!(turn, Some(EventKind::Midi([0xb2, 11, (9999 % 127) as u8])));
    let tuned = last(&|kind| matches!(kind, EventKind::Expression { .. }));
    assert!(matches!(
        tuned,
        Some(EventKind::Expression { value: 9999.0, .. })
    ));
}

#[test]
fn what_ends_notes_finds_room_in_a_list_that_is_full_of_their_beginnings() {
    let mut list = EventList::with_capacity(1024);
    for n in 0..5000 {
        list.append(note(n, (n % 128) as u8));
    }
    for key in 0..100 {
        assert!(list.append(midi(6000, [0x80, key, 0])), "{key}");
    }
    list.sort();
    let ends = list.as_slice().iter().rev().take(100);
    assert!(
        ends.map(|event| event.kind)
            .all(|kind| worth(&kind) == Worth::Release)
    );
}

#[test]
fn where_even_the_ends_do_not_fit_all_notes_are_ended_after_them() {
    for add in [EventList::append, EventList::push] {
        let mut list = EventList::with_capacity(256);
        for n in 0..1000 {
            add(&mut list, midi(n, [0x80, (n % 128) as u8, 0]));
        }
        list.sort();
        assert_eq!(list.as_slice().len(), 256);
        let all_off: Vec<Event> = (0..16)
            .map(|channel| midi(999, [0xb0 | channel, 123, 0]))
            .collect();
        assert_eq!(list.as_slice()[240..], all_off);
        assert_eq!(list.dropped(), 1000 - 240);
    }
}

#[test]
fn system_exclusive_messages_keep_their_bytes_from_list_to_list() {
    let mut list = EventList::with_capacity(2);
    assert!(list.push_sysex(3, &[0xf0, 1, 2, 0xf7]));
    assert!(!list.push_sysex(4, &[0; 1000]));
    assert_eq!(list.dropped(), 1);
    let mut other = EventList::with_capacity(2);
    for event in list.as_events().iter() {
        assert!(other.push_from(&list.as_events(), event, 2));
    }
    let events = other.as_events();
    let Some(Event {
        offset: 5,
        kind: EventKind::SysEx(message),
    }) = events.iter().next()
    else {
        panic!("the message has gone");
    };
    assert_eq!(events.sysex(message), [0xf0, 1, 2, 0xf7]);
}

proptest! {
    #[test]
    fn appending_and_sorting_is_pushing_one_by_one_and_both_keep_the_order_of_time(
        events in prop::collection::vec((0_u32..50, 0_u8..128), 0..200),
    ) {
        let mut pushed = EventList::with_capacity(512);
        let mut sorted = EventList::with_capacity(512);
        for &(offset, key) in &events {
            pushed.push(note(offset, key));
            sorted.append(note(offset, key));
        }
        sorted.sort();
        let mut wanted = events;
        wanted.sort_by_key(|(offset, _)| *offset);
        let wanted: Vec<Event> = wanted.into_iter().map(|(at, key)| note(at, key)).collect();
        prop_assert_eq!(pushed.as_slice(), &wanted[..]);
        prop_assert_eq!(sorted.as_slice(), &wanted[..]);
    }

    #[test]
    fn no_flood_in_any_order_makes_a_list_grow_or_lose_the_order_of_time(
        events in prop::collection::vec((0_u32..500, 0_u8..5, 0_u8..16, 0_u8..4), 0..2000),
    ) {
        let mut pushed = EventList::with_capacity(128);
        let mut sorted = EventList::with_capacity(128);
        for &(offset, kind, channel, number) in &events {
            let status = [0x80, 0x90, 0xb0, 0xc0, 0xe0][kind as usize];
            let event = midi(offset, [status | channel, number, 1]);
            pushed.push(event);
            sorted.append(event);
        }
        sorted.sort();
        for list in [&pushed, &sorted] {
            prop_assert!(list.as_slice().is_sorted_by_key(|event| event.offset));
            prop_assert!(list.as_slice().len() <= 128);
            prop_assert_eq!(list.events.capacity(), 128);
        }
    }
}
