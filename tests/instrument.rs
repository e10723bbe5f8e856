//! Matryoshka Instrument plays a real instrument of somebody else's, from the rack that `MATRYOSHKA_RACK`
//! names, in both formats.
//!
//! One test only: it sets the environment of its process.
#![cfg(target_os = "linux")]
#![allow(unsafe_code)] // to set the environment

mod support;

use matryoshka_test_host::vst3::{Context, Vst3Block, Vst3Library, note_on};
use matryoshka_test_host::{Event, Library, Setup};
use support::{INSTRUMENT_ID, bundled};
use vst3::ComWrapper;

const FRAMES: usize = 512;
/// Where the note begins, in the third block.
const START: usize = 100;

/// Silence up to the note, and then a sound.
fn check(blocks: &[Vec<Vec<f32>>]) {
    let is_silent = |samples: &[f32]| samples.iter().all(|sample| *sample == 0.0);
    for block in &blocks[..2] {
        assert!(block.iter().all(|channel| is_silent(channel)));
    }
    for channel in &blocks[2] {
        assert!(
            is_silent(&channel[..START]),
            "nothing sounds before the note"
        );
    }
    let loudest = (blocks[2..].iter().flatten().flatten()).fold(0.0, |a: f32, b| a.max(b.abs()));
    assert!(loudest > 0.01 && loudest < 2.0, "{loudest}");
}

#[test]
fn a_real_instrument_plays_a_note_from_its_sample_on_in_both_formats() {
    let folder = tempfile::tempdir().expect("a folder");
    let rack = folder.path().join("instrument.rack");
    std::fs::write(&rack, r#"{"chain": [{"plugin": "LV2:MDA DX10"}]}"#).expect("a rack");
    // SAFETY: the only test of this program, before anything else runs.
    unsafe { std::env::set_var("MATRYOSHKA_RACK", &rack) };

    let library = Library::load(bundled("Matryoshka.clap")).expect("the bundle");
    let mut instance = library.create(INSTRUMENT_ID).expect("an instance");
    let ports = instance.ports();
    assert_eq!((ports.inputs.len(), ports.outputs.len()), (0, 16));
    assert_eq!(
        (ports.outputs[0].is_main, ports.outputs[1].is_main),
        (true, false)
    );
    assert_eq!(ports.outputs[15].name, "Out 16");
    let setup = Setup::new(48_000.0, FRAMES as u32);
    let mut processor = instance.activate(setup).expect("active");
    let mut blocks = Vec::new();
    for block in 0..8 {
        processor.begin(FRAMES);
        if block == 2 {
            processor.push(Event::note_on(START as u32, 60, 0.9));
        }
        processor.process().expect("audio");
        blocks.push(
            [0, 1]
                .map(|channel| processor.output(0, channel).to_vec())
                .to_vec(),
        );
        for port in 1..16 {
            for channel in 0..2 {
                let samples = processor.output(port, channel);
                assert!(samples.iter().all(|sample| *sample == 0.0), "output {port}");
            }
        }
    }
    instance.deactivate(processor);
    check(&blocks);

    let library = Vst3Library::load(bundled("Matryoshka.vst3")).expect("the bundle");
    let mut instance = library
        .create("Matryoshka Instrument")
        .expect("an instance");
    instance.initialize(&ComWrapper::new(Context));
    instance.activate(48_000.0, FRAMES as i32, 0);
    let mut blocks = Vec::new();
    for number in 0..8 {
        let mut block = Vst3Block::new(&[], &[2; 16], FRAMES);
        if number == 2 {
            block.events = vec![note_on(START as i32, 1, 0, 60, 0.9)];
        }
        instance.process(&mut block, FRAMES);
        let aux = block.outputs[1..].iter().flatten().flatten();
        assert!(aux.into_iter().all(|sample| *sample == 0.0));
        blocks.push(block.outputs.swap_remove(0));
    }
    instance.deactivate();
    check(&blocks);
}
