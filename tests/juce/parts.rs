//! Blocks that are cut at the points of their automation, with what else is in them.

use matryoshka::audio::{
    Event, EventKind, EventList, Events, FrameRate, Note, ParameterPoint, Points, Transport,
};
use matryoshka::child::Activation;

use crate::support::{ACTIVATION, child, on_message_thread, process, process_plain};

fn point(offset: u32, value: f32) -> ParameterPoint {
    ParameterPoint {
        offset,
        index: 0,
        value,
        modulation: 0.0,
    }
}

fn points(list: &[ParameterPoint], min_split_frames: u32) -> Points<'_> {
    Points {
        list,
        min_split_frames,
    }
}

#[test]
fn a_point_is_heard_from_its_sample_on_whichever_it_is() {
    on_message_thread(|thread| {
        let mut child = child(thread, "gain").expect("a child");
        let mut processor = child.activate(&ACTIVATION).expect("a processor");
        let transport = Transport::default();
        for at in 0..64 {
            let list = [point(0, 0.25), point(at, 0.75)];
            let points = points(&list, 1);
            let (left, _) = process(&mut *processor, Events::NONE, points, &transport);
            for (frame, sample) in left.into_iter().enumerate() {
                let heard = if frame < at as usize { 0.25 } else { 0.75 };
                assert_eq!(sample, heard, "sample {frame} of a step at {at}");
            }
        }
    });
}

#[test]
fn many_points_are_heard_each_and_modulation_is_added_within_the_range() {
    on_message_thread(|thread| {
        let mut child = child(thread, "gain").expect("a child");
        let mut processor = child.activate(&ACTIVATION).expect("a processor");
        let list: Vec<ParameterPoint> = (0..64)
            .map(|at| ParameterPoint {
                modulation: at as f32 / 32.0 - 1.0,
                ..point(at, 0.5)
            })
            .collect();
        let points = points(&list, 1);
        let (left, _) = process(&mut *processor, Events::NONE, points, &Transport::default());
        for (point, sample) in list.iter().zip(left) {
            assert_eq!(sample, point.heard());
        }
        assert_eq!(child.parameters()[0].value, 1.0);
    });
}

#[test]
fn points_nearer_than_the_least_length_move_to_the_cut_before_or_to_the_next_block() {
    on_message_thread(|thread| {
        let mut child = child(thread, "gain").expect("a child");
        let mut processor = child.activate(&ACTIVATION).expect("a processor");
        let list = [
            point(15, 0.1),
            point(16, 0.2),
            point(31, 0.3),
            point(49, 0.4),
        ];
        let transport = Transport::default();
        let (left, _) = process(&mut *processor, Events::NONE, points(&list, 16), &transport);
        assert_eq!(left[..16], [0.1; 16]);
        assert_eq!(left[16..], [0.3; 48]);
        assert_eq!(process_plain(&mut *processor), [0.4; 64]);
        // What is no number, or no parameter, changes nothing.
        let odd = [
            point(8, f32::NAN),
            ParameterPoint {
                index: u32::MAX,
                ..point(9, 1.0)
            },
        ];
        let (left, _) = process(&mut *processor, Events::NONE, points(&odd, 1), &transport);
        assert_eq!(left, [0.4; 64]);
    });
}

#[test]
fn events_keep_their_samples_however_the_block_is_cut() {
    on_message_thread(|thread| {
        let mut child = child(thread, "midi").expect("a child");
        let mut processor = child.activate(&ACTIVATION).expect("a processor");
        let mut events = EventList::default();
        for offset in 0..64 {
            let note = Note::of_midi(0, offset as u8);
            let velocity = 1.0;
            let kind = EventKind::NoteOn { note, velocity };
            events.push(Event { offset, kind });
            let bytes: Vec<u8> = [0xf0]
                .into_iter()
                .chain(std::iter::repeat_n(offset as u8, offset as usize * 3))
                .chain([0xf7])
                .collect();
            events.push_sysex(offset, &bytes);
        }
        for cuts in [&[][..], &[0], &[63], &[1, 2, 30], &[5, 5, 5, 17, 40, 62]] {
            let list: Vec<ParameterPoint> = cuts.iter().map(|&at| point(at, 0.5)).collect();
            let (_, out) = process(
                &mut *processor,
                events.as_events(),
                points(&list, 1),
                &Transport::default(),
            );
            assert_eq!(out.dropped(), 0);
            let out = out.as_events();
            let heard: Vec<Event> = out.iter().collect();
            assert_eq!(heard.len(), 128);
            for (event, was) in heard.iter().zip(events.as_events().iter()) {
                assert_eq!(event.offset, was.offset);
                match (event.kind, was.kind) {
                    (EventKind::SysEx(bytes), EventKind::SysEx(sent)) => {
                        assert_eq!(out.sysex(bytes), events.as_events().sysex(sent));
                    }
                    (EventKind::Midi(message), EventKind::NoteOn { note, .. }) => {
                        assert_eq!(message, [0x90, note.key.unwrap_or(0), 127]);
                    }
                    other => panic!("{other:?}"),
                }
            }
        }
    });
}

/// What the test plugin tells of the song from a sample on: what is known, and the numbers.
fn told(samples: &[f32]) -> (u64, Vec<u64>) {
    let mut numbers = samples.chunks_exact(4).map(|parts| {
        let parts = parts.iter().rev();
        parts.fold(0_u64, |number, part| (number << 16) | *part as u64)
    });
    (
        numbers.next().expect("what is known"),
        numbers.take(13).collect(),
    )
}

fn somewhere() -> Transport {
    Transport {
        playing: true,
        recording: false,
        tempo_bpm: Some(93.1),
        time_signature: Some((7, 8)),
        position_samples: Some(-(1 << 40) - 1),
        position_seconds: Some(0.1),
        position_beats: Some(-1.0 / 3.0),
        bar_start_beats: Some(-3.3),
        bar: Some(-(1 << 50)),
        looping: false,
        loop_beats: Some((1.1, 9.7)),
        host_time_ns: Some(u64::MAX - 12_345),
        frame_rate: Some(FrameRate {
            base: 30,
            is_pulled_down: true,
            is_drop: true,
        }),
    }
}

fn numbers_of(transport: &Transport) -> Vec<u64> {
    let bits = |value: Option<f64>| value.unwrap_or_default().to_bits();
    let of_i32 = |value: i32| i64::from(value).cast_unsigned();
    let (numerator, denominator) = transport.time_signature.unwrap_or_default();
    let (start, end) = transport.loop_beats.unwrap_or_default();
    let rate = transport.frame_rate.map_or(0, |rate| {
        u64::from(rate.base)
            | (u64::from(rate.is_drop) << 32)
            | (u64::from(rate.is_pulled_down) << 33)
    });
    vec![
        bits(transport.tempo_bpm),
        of_i32(numerator),
        of_i32(denominator),
        transport
            .position_samples
            .unwrap_or_default()
            .cast_unsigned(),
        bits(transport.position_seconds),
        bits(transport.position_beats),
        bits(transport.bar_start_beats),
        transport.bar.unwrap_or_default().cast_unsigned(),
        start.to_bits(),
        end.to_bits(),
        transport.host_time_ns.unwrap_or_default(),
        rate,
    ]
}

/// A bit for each number that is known: the time signature has two, and so has the loop.
const ALL_KNOWN: u64 = 0b1101_1111_1011;

#[test]
fn all_that_the_host_says_of_the_song_reaches_the_child_to_the_bit() {
    on_message_thread(|thread| {
        let mut child = child(thread, "transport").expect("a child");
        let mut processor = child.activate(&ACTIVATION).expect("a processor");
        let mut tell = |transport: &Transport| {
            let none = (Events::NONE, Points::NONE);
            told(&process(&mut *processor, none.0, none.1, transport).0)
        };
        let transport = somewhere();
        let (known, numbers) = tell(&transport);
        assert_eq!(numbers[..12], numbers_of(&transport));
        assert_eq!(known, ALL_KNOWN | (1 << 32));
        let looping = Transport {
            looping: true,
            recording: true,
            playing: false,
            ..Transport::default()
        };
        assert_eq!(tell(&looping).0, (1 << 33) | (1 << 34));
    });
}

#[test]
fn a_part_of_a_block_begins_where_the_song_is_by_then() {
    on_message_thread(|thread| {
        let activation = Activation {
            max_frames: 64,
            ..ACTIVATION
        };
        let mut child = child(thread, "transport").expect("a child");
        let mut processor = child.activate(&activation).expect("a processor");
        let transport = Transport {
            host_time_ns: Some(1_000_000),
            ..somewhere()
        };
        // The first part is too short for all that the plugin has to tell, and must not be told in.
        let list = [point(0, 0.5)];
        let (left, _) = process(&mut *processor, Events::NONE, points(&list, 1), &transport);
        assert_eq!(told(&left).1[..12], numbers_of(&transport));
        let list = [point(8, 0.5)];
        let later = transport.after(8, activation.sample_rate);
        let (left, _) = process(&mut *processor, Events::NONE, points(&list, 1), &transport);
        assert_eq!(told(&left[8..]).1[..12], numbers_of(&later));
    });
}

#[test]
fn a_child_knows_from_the_start_whether_time_is_real() {
    on_message_thread(|thread| {
        let mut child = child(thread, "offline").expect("a child");
        for offline in [true, false, true] {
            let activation = Activation {
                offline,
                ..ACTIVATION
            };
            let mut processor = child.activate(&activation).expect("a processor");
            let told = f32::from(u8::from(offline));
            assert_eq!(process_plain(&mut *processor)[..2], [told; 2]);
            child.deactivate(processor);
        }
    });
}
