//! Arguments that make no sense, for each public function of the layer that needs no plugin: an error
//! or nothing, and never undefined behaviour. (Run under sanitizers: `docs/testing.md`.)

// `stack_pin_init!` makes bindings that are not `mut`.
#![allow(clippy::redundant_locals)]

use std::pin::Pin;

use matryoshka::juce::buffer::MAX_BORROWED_CHANNELS;
use matryoshka::juce::midi::MAX_MESSAGE_BYTES;
use matryoshka::juce::testing::description;
use matryoshka::juce::{
    AudioBuffer, AudioPluginFormatManager, Error, MemoryBlock, MidiBuffer, PluginDescription,
    Sample,
};
use pin_init::{InPlaceInit, stack_pin_init};

use crate::support::{manager, on_message_thread};

/// What nobody would call a plugin.
const NO_PLUGINS: [&str; 8] = [
    "",
    " ",
    "/",
    "/dev/null",
    "no such file",
    "\0",
    "file://\u{1f47e}/../../..",
    "http://no.such/plugin#\n",
];

#[test]
fn a_manager_has_no_format_beyond_its_last_and_none_of_a_made_up_name() {
    on_message_thread(|thread| {
        let mut empty = AudioPluginFormatManager::new(thread).expect("memory");
        assert!(empty.is_empty() && empty.format(0).is_none());
        for name in ["", "vst3", "VST3 ", "\0", "VST3\0", "Test"] {
            assert_eq!(empty.add(name), Ok(false), "{name}");
            assert!(empty.format_named(name).is_none(), "{name}");
        }
        let manager = manager(thread);
        assert_eq!(manager.len(), 1);
        for index in [1, 2, 1 << 32, usize::MAX / 2, usize::MAX] {
            assert!(manager.format(index).is_none(), "{index}");
        }
    });
}

#[test]
fn what_is_no_plugin_has_no_types_and_creates_nothing() {
    on_message_thread(|thread| {
        let mut manager = AudioPluginFormatManager::new(thread).expect("memory");
        for format in ["VST3", "LADSPA"] {
            assert_eq!(manager.add(format), Ok(true));
            let named = manager.format_named(format).expect("just added");
            for file in NO_PLUGINS {
                assert_eq!(named.find_types(file), Ok(vec![]), "{format} {file:?}");
                named.might_contain(file).expect("an answer");
                let wanted = PluginDescription {
                    format: format.to_owned(),
                    ..description(file)
                };
                let created = manager.create(thread, &wanted);
                assert!(
                    created.is_err_and(|why| !why.is_empty()),
                    "{format} {file:?}"
                );
            }
            let odd = NO_PLUGINS.map(str::to_owned);
            let found = named.search(&odd[3..6]).expect("no error");
            assert_eq!(found, [""; 0], "{format}");
            assert_eq!(named.search(&[]), Ok(vec![]));
            named.default_folders().expect("no error");
            assert_eq!(named.name().expect("memory"), format);
        }
        let nothing = PluginDescription::default();
        assert!(manager.create(thread, &nothing).is_err());
        let extreme = PluginDescription {
            name: "x".repeat(1 << 20),
            format: "VST3".to_owned(),
            unique_id: i32::MIN,
            deprecated_uid: i32::MAX,
            inputs: i32::MIN,
            outputs: i32::MAX,
            ..description(&"y/".repeat(1 << 12))
        };
        assert!(manager.create(thread, &extreme).is_err());
    });
}

fn views_of_what_does_not_fit<T: Sample>(zero: T) {
    type Channels<'a, T> = Vec<&'a mut [T]>;
    let mut samples = [zero; 640];
    let mut many: Channels<'_, T> = samples.chunks_mut(10).collect();
    assert!(many.len() > MAX_BORROWED_CHANNELS);
    assert!(AudioBuffer::borrow(&mut many).is_none());
    assert!(AudioBuffer::borrow(&mut many[..MAX_BORROWED_CHANNELS + 1]).is_none());
    assert!(AudioBuffer::borrow(&mut many[..MAX_BORROWED_CHANNELS]).is_some());
    let (first, second) = many.split_at_mut(16);
    assert!(AudioBuffer::borrow_chained(first, second, 10).is_none());
    assert!(AudioBuffer::borrow_chained(first, &mut second[..15], 10).is_some());
    assert!(AudioBuffer::borrow_chained(first, &mut second[..15], 9).is_none());
    assert!(AudioBuffer::borrow_chained(first, &mut second[..15], usize::MAX).is_none());

    let mut samples = vec![zero; 25];
    let mut uneven: Channels<'_, T> = samples.chunks_mut(10).collect();
    assert!(AudioBuffer::borrow(&mut uneven).is_none());

    for channels in [0, 2, 24, 26, usize::MAX] {
        let view = AudioBuffer::borrow_slice(&mut samples, channels);
        assert!(view.is_none(), "{channels}");
    }
    let view = AudioBuffer::borrow_slice(&mut samples, 5).expect("5 times 5");
    stack_pin_init!(let view = view);
    let mut view = view;
    assert_eq!((view.channels(), view.frames()), (5, 5));
    for beyond in [5, 31, 32, usize::MAX / 2, usize::MAX] {
        assert!(view.channel(beyond).is_none(), "{beyond}");
        assert!(view.as_mut().channel_mut(beyond).is_none(), "{beyond}");
    }
}

#[test]
fn views_of_what_does_not_fit_are_refused() {
    views_of_what_does_not_fit(0.0_f32);
    views_of_what_does_not_fit(0.0_f64);
}

#[test]
fn a_view_of_nothing_is_empty() {
    let mut none: [&mut [f32]; 0] = [];
    let view = AudioBuffer::borrow(&mut none).expect("a view");
    stack_pin_init!(let view = view);
    assert_eq!((view.channels(), view.frames()), (0, 0));
    assert!(view.channel(0).is_none());

    let (mut left, mut right) = ([0.0_f64; 0], [0.0_f64; 0]);
    let mut channels = [&mut left[..], &mut right[..]];
    let view = AudioBuffer::borrow(&mut channels).expect("a view");
    stack_pin_init!(let view = view);
    assert_eq!((view.channels(), view.frames()), (2, 0));
    assert_eq!(view.channel(1), Some(&[][..]));

    let view = AudioBuffer::<f32>::borrow_slice(&mut [], 3).expect("a view");
    stack_pin_init!(let view = view);
    assert_eq!(view.channel(2), Some(&[][..]));
}

#[test]
fn samples_that_are_no_numbers_go_through_a_view_as_they_are() {
    let mut samples = [f32::NAN, f32::INFINITY, f32::MIN_POSITIVE / 2.0, -0.0];
    let bits = samples.map(f32::to_bits);
    {
        let view = AudioBuffer::borrow_slice(&mut samples, 2).expect("a view");
        stack_pin_init!(let view = view);
        let mut view = view;
        let right = view.as_mut().channel_mut(1).expect("two channels");
        assert_eq!(right.len(), 2);
    }
    assert_eq!(samples.map(f32::to_bits), bits);
}

fn owned<T: Sample>(channels: usize, frames: usize) -> Pin<Box<AudioBuffer<'static, T>>> {
    let buffer = AudioBuffer::zeroed(channels, frames).expect("small numbers");
    Box::try_pin_init::<Error>(buffer).expect("memory")
}

#[test]
fn buffers_beyond_what_cpp_can_count_are_refused() {
    for (channels, frames) in [
        (usize::MAX, 2),
        (2, usize::MAX),
        (0, usize::MAX),
        (usize::MAX, 0),
        (1 << 16, 1 << 16),
        (1 << 31, 1),
        (1, 1 << 31),
    ] {
        assert!(
            AudioBuffer::new(channels, frames).is_none(),
            "{channels} x {frames}"
        );
        assert!(AudioBuffer::<f64>::zeroed(channels, frames).is_none());
    }
    let mut buffer = owned::<f32>(2, 4);
    for frames in [1 << 30, 1 << 31, usize::MAX] {
        assert!(buffer.as_mut().set_frames(frames).is_err(), "{frames}");
        assert_eq!(buffer.frames(), 4);
    }
}

#[test]
fn a_buffer_of_many_channels_changes_its_length_without_moving_its_memory() {
    let mut buffer = owned::<f32>(64, 512);
    let place = |buffer: &AudioBuffer<'_>| buffer.channel(0).map(<[f32]>::as_ptr);
    let before = place(&buffer);
    for frames in [512, 1, 0, 511, 512] {
        buffer.as_mut().set_frames(frames).expect("memory");
        assert_eq!((buffer.channels(), buffer.frames()), (64, frames));
        assert_eq!(place(&buffer), before);
        for channel in 0..64 {
            let samples = buffer.as_mut().channel_mut(channel).expect("a channel");
            assert_eq!(samples.len(), frames);
            samples.fill(1.0);
        }
    }
    let empty = owned::<f64>(0, 0);
    assert!(empty.channel(0).is_none());
    assert_eq!(owned::<f64>(3, 0).channel(2), Some(&[][..]));
}

#[test]
fn a_midi_buffer_takes_messages_and_no_more_than_it_has_room_for() {
    assert!(MidiBuffer::with_capacity(usize::MAX).is_err());
    assert!(MidiBuffer::with_capacity(usize::MAX / 9).is_err());
    let mut midi = MidiBuffer::with_capacity(2).expect("memory");
    assert!(!midi.add(&[], 0));
    assert!(!midi.add(&[0x90, 60, 100, 0], 0), "no such message");
    assert!(!midi.add(&[0xf0; 13], 0), "no room");
    assert!(!midi.add(&[0x90, 60, 100], u32::MAX));
    assert!(!midi.add(&[0x90, 60, 100], 1 << 31));
    assert_eq!(midi.iter().next(), None);
    assert!(midi.add(&[0x90, 60, 100], i32::MAX as u32));
    assert!(midi.add(&[0x80, 60, 0], 0));
    assert!(!midi.add(&[0x80, 61, 0], 0), "no room");
    let offsets: Vec<u32> = midi.iter().map(|(offset, _)| offset).collect();
    assert_eq!(offsets, [0, i32::MAX as u32]);
    midi.clear();
    assert_eq!(midi.iter().next(), None);
    assert!(midi.add(&[0xf0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0xf7], 3));
    assert_eq!(
        midi.iter().map(|(_, it)| it.len()).collect::<Vec<_>>(),
        [12]
    );
    let mut none = MidiBuffer::with_capacity(0).expect("memory");
    assert!(!none.add(&[0x90, 60, 100], 0));
    let mut large = MidiBuffer::with_capacity(20_000).expect("memory");
    let mut long = vec![1; MAX_MESSAGE_BYTES + 1];
    (long[0], long[MAX_MESSAGE_BYTES - 1]) = (0xf0, 0xf7);
    assert!(!large.add(&long, 0), "JUCE cannot count it");
    assert!(large.add(&long[..MAX_MESSAGE_BYTES], 0));
    let read: Vec<(u32, &[u8])> = large.iter().collect();
    assert_eq!(read, [(0, &long[..MAX_MESSAGE_BYTES])]);
}

#[test]
fn any_bytes_as_midi_are_taken_or_not_but_never_read_beyond() {
    let mut midi = MidiBuffer::with_capacity(8).expect("memory");
    for status in 0..=255_u8 {
        for data in [0, 1, 0x7f, 0x80, 0xf0, 0xf7, 0xff] {
            midi.clear();
            midi.add(&[status], 0);
            midi.add(&[status, data], 0);
            midi.add(&[status, data, data], 0);
            midi.add(&[status, data, data, data, data, data], 0);
            assert!(midi.iter().count() <= 4);
            assert!(midi.iter().all(|(_, message)| message.len() <= 6));
        }
    }
}

#[test]
fn a_memory_block_of_nothing_is_empty() {
    let empty = MemoryBlock::new(&[]).expect("memory");
    assert!(empty.is_empty());
    assert_eq!(format!("{empty:?}"), "MemoryBlock(0 bytes)");
    let zeros = MemoryBlock::new(&[0; 1000]).expect("memory");
    assert_eq!(zeros.len(), 1000);
}
