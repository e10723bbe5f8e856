//! Ten thousand of each thing, made and let go of: afterwards there is as much memory in use as before.
//!
//! A program of its own with one test, since it counts for the whole process.
#![cfg(all(target_os = "linux", target_env = "gnu"))]
#![allow(unsafe_code)] // mallinfo2

use std::hint::black_box;
use std::sync::Arc;

use matryoshka::juce::{
    AudioBuffer, AudioPluginFormatManager, AudioProcessorListener, Error, MESSAGE_LOOP,
    MemoryBlock, MidiBuffer, testing,
};
use matryoshka::threads::{MessageThread, Messages};
use pin_init::InPlaceInit;

const ROUNDS: usize = 10_000;

/// Well below a byte for each round: what the allocator and JUCE's caches may keep for themselves.
const SLACK_BYTES: usize = 4096;

struct Nobody;

impl AudioProcessorListener for Nobody {}

/// Bytes that are allocated, by C++ and Rust alike.
fn in_use() -> usize {
    // SAFETY: no arguments, plain numbers back.
    let info = unsafe { libc::mallinfo2() };
    info.uordblks + info.hblkhd
}

fn assert_flat(what: &str, mut round: impl FnMut()) {
    for _ in 0..100 {
        round();
    }
    let before = in_use();
    for _ in 0..ROUNDS {
        round();
    }
    let after = in_use();
    let grown = after.saturating_sub(before);
    println!("{what}: {before} bytes in use before, {after} after {ROUNDS} rounds");
    assert!(grown <= SLACK_BYTES, "{what}: {grown} bytes more in use");
}

fn everything(thread: &MessageThread) {
    let mut manager = AudioPluginFormatManager::new(thread).expect("memory");
    testing::add_format(&mut manager).expect("memory");

    let well = testing::description("well");
    assert_flat("plugins", || {
        let mut plugin = manager.create(thread, &well).expect("a plugin");
        plugin.add_listener(Arc::new(Nobody)).expect("memory");
        let half = plugin.prepare(48_000.0, 64, false).expect("no error");
        plugin.set_state(&[1; 100]).expect("no error");
        assert_eq!(plugin.state().map(|it| it.len()), Ok(100));
        for parameter in plugin.parameters().expect("no error") {
            black_box(parameter.name().expect("no error"));
        }
        // Either half may be the last.
        drop(plugin);
        drop(half);
    });
    assert_eq!(testing::plugins_alive(), 0);

    let failing = testing::description("create");
    assert_flat("plugins that throw when they are created", || {
        assert!(manager.create(thread, &failing).is_err());
    });
    assert_flat("types in files", || {
        let format = manager.format(0).expect("a format");
        assert_eq!(format.find_types("well").map(|types| types.len()), Ok(3));
        assert!(format.find_types("find").is_err());
    });
    assert_flat("managers", || {
        let mut manager = AudioPluginFormatManager::new(thread).expect("memory");
        testing::add_format(&mut manager).expect("memory");
    });
    assert_flat("buffers with memory of their own", || {
        for channels in [2, 64] {
            let buffer = AudioBuffer::new(channels, 512).expect("small numbers");
            let mut buffer = Box::try_pin_init::<Error>(buffer).expect("memory");
            buffer.as_mut().set_frames(600).expect("memory");
        }
    });
    assert_flat("buffers that borrow", || {
        let mut samples = [0.0_f64; 64];
        let view = AudioBuffer::borrow_slice(&mut samples, 2).expect("a view");
        drop(Box::pin_init(view).expect("memory"));
    });
    assert_flat("MIDI buffers", || {
        let mut midi = MidiBuffer::with_capacity(100).expect("memory");
        midi.add(&[0x90, 60, 100], 3);
    });
    assert_flat("memory blocks", || {
        assert_eq!(MemoryBlock::new(&[7; 1000]).map(|it| it.len()), Ok(1000));
    });
}

#[test]
fn memory_is_flat_over_ten_thousand_of_each_thing() {
    let messages = Messages::acquire(&MESSAGE_LOOP).expect("a message thread");
    let done = messages.ask(everything);
    done.unwrap_or_else(|panic| panic!("{panic}"));
}
