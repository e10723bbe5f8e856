//! Blocks of a whole object, in a host of the tests'.

use std::sync::Arc;

use matryoshka_test_host::vst3::{Context, Vst3Block, Vst3Instance, note_on};
use nih_plug::wrapper::vst3::vst3::ComWrapper;
use nih_plug::wrapper::vst3::vst3::Steinberg::Vst::{IMidiMapping, ProcessContext};

use super::super::super::{Effect, Instrument, Kind};
use super::super::shim;
use super::*;
use crate::audio::EventKind;

/// An initialized instance, and what its tables share.
fn create<K: Kind>() -> (Vst3Instance, Arc<Shim>) {
    let object = shim::make::<K>();
    let mapping = object.as_com_ref::<IMidiMapping>().expect("a mapping");
    // SAFETY: the object is alive.
    let shim = unsafe { table(mapping.as_ptr()) }.shim.clone();
    let object = object.to_com_ptr().expect("an object");
    let mut instance = Vst3Instance::of(object).expect("a plugin");
    instance.initialize(&ComWrapper::new(Context));
    (instance, shim)
}

fn is_offline(shim: &Shim) -> bool {
    let session = shim.door.session().expect("a session");
    let preparation = session.ask(|_thread, session| session.preparation());
    let preparation = preparation.expect("the message thread");
    preparation.expect("activated").activation.offline
}

#[test]
fn the_process_mode_is_right_from_the_first_setup() {
    let (instance, shim) = create::<Effect>();
    for mode in [2, 0, 2, 2, 0] {
        instance.activate(48_000.0, 64, mode);
        assert_eq!(is_offline(&shim), mode == 2);
        instance.deactivate();
    }
}

#[test]
fn what_comes_while_a_block_is_lent_elsewhere_is_lost_and_does_no_harm() {
    let (instance, shim) = create::<Instrument>();
    instance.activate(48_000.0, 64, 0);
    let lent = shim.traffic.lend();
    let mut block = Vst3Block::new(&[], &[2; 16], 64);
    block.events = vec![note_on(0, 1, 0, 60, 0.5)];
    instance.process(&mut block, 64);
    assert!(
        block
            .outputs
            .iter()
            .flatten()
            .flatten()
            .all(|sample| *sample == 0.0)
    );
    drop(lent);
    instance.deactivate();
}

#[test]
fn a_flush_keeps_points_and_events_for_the_next_block_and_knows_the_values_at_once() {
    let (instance, shim) = create::<Effect>();
    instance.activate(48_000.0, 64, 0);
    let bend = instance.midi_assignment(2, 129).expect("a bend");
    let mut flush = Vst3Block {
        events: vec![note_on(50, 1, 3, 60, 0.5)],
        changes: vec![(7, vec![(30, 0.25), (40, 0.75)]), (bend, vec![(9, 1.0)])],
        ..Vst3Block::default()
    };
    instance.process(&mut flush, 0);
    assert_eq!((instance.value(7), instance.value(bend)), (0.75, 1.0));
    {
        let cargo = shim.traffic.lend().expect("free");
        let points = cargo
            .points()
            .iter()
            .map(|it| (it.offset, it.parameter, it.kind));
        let wanted = [0.25, 0.75].map(|value| (0, 7, HostPointKind::Value(value)));
        assert_eq!(Vec::from_iter(points), wanted);
        let [bent, begun] = cargo.events_in.as_slice() else {
            panic!("{:?}", cargo.events_in);
        };
        assert_eq!(bent.kind, EventKind::Midi([0xe2, 127, 127]));
        assert!(matches!(begun.kind, EventKind::NoteOn { .. }));
    }
    instance.process(&mut Vst3Block::new(&[2], &[2], 64), 64);
    let cargo = shim.traffic.lend().expect("free");
    assert!(cargo.points().is_empty() && cargo.events_in.as_slice().is_empty());
    drop(cargo);
    instance.deactivate();
}

#[test]
fn the_song_is_told_as_the_host_has_it_and_forgotten_where_it_says_nothing() {
    let (instance, shim) = create::<Effect>();
    instance.activate(48_000.0, 64, 0);
    // SAFETY: plain numbers.
    let nowhere: ProcessContext = unsafe { std::mem::zeroed() };
    let mut block = Vst3Block::new(&[2], &[2], 64);
    block.song = Some(ProcessContext {
        sampleRate: 48_000.0,
        projectTimeSamples: 96_000,
        ..nowhere
    });
    instance.process(&mut block, 64);
    let seconds = || {
        shim.traffic
            .lend()
            .expect("free")
            .transport
            .position_seconds
    };
    assert_eq!(seconds(), Some(2.0));
    block.song = None;
    instance.process(&mut block, 64);
    assert_eq!(seconds(), None);
    instance.deactivate();
}
