//! The built VST3 in a host of our own, with the fixture child in its rack.
#![cfg(target_os = "linux")]

mod support;

use matryoshka_test_host::vst3::{
    Context, Handler, Vst3Block, Vst3Instance, Vst3Library, data_event, note_off, note_on,
};
use support::{bundled, fixture_rack, gain, rack_in, signal, state};
use vst3::ComWrapper;

const EFFECT: &str = "Matryoshka";
const INSTRUMENT: &str = "Matryoshka Instrument";
const CAN_AUTOMATE: i32 = 1;
const HIDDEN: i32 = 1 << 4;
/// The first parameter that stands for MIDI.
const MIDI: u32 = 0x1_0000;

fn load() -> Vst3Library {
    Vst3Library::load(bundled("Matryoshka.vst3")).expect("the bundle")
}

fn create(library: &Vst3Library, name: &str, rack: &str) -> Vst3Instance {
    let mut instance = library.create(name).expect("an instance");
    instance.initialize(&ComWrapper::new(Context));
    // As the CLAP's, without the length before it.
    instance.load(&state(rack)[8..]).expect("a state");
    instance
}

#[test]
fn the_bundle_lists_an_effect_and_an_instrument() {
    let classes = load().classes().expect("a factory");
    let told: Vec<_> = (classes.iter())
        .map(|class| (class.name.as_str(), class.subcategories.as_str(), &class.id))
        .collect();
    let wanted = [
        (EFFECT, "Fx|Tools", b"MatryoshkaRack01"),
        (INSTRUMENT, "Instrument|Synth", b"MatryoshkaInst01"),
    ];
    assert_eq!(told, wanted);
}

#[test]
fn each_plugin_shows_512_parameters_and_those_that_stand_for_midi() {
    let library = load();
    for name in [EFFECT, INSTRUMENT] {
        let mut instance = library.create(name).expect("an instance");
        instance.initialize(&ComWrapper::new(Context));
        let params = instance.params();
        assert_eq!(params.len(), 512 + 16 * 130);
        for (index, param) in params[..512].iter().enumerate() {
            assert_eq!(param.id as usize, index);
            assert_eq!(param.flags, CAN_AUTOMATE | HIDDEN, "{param:?}");
            assert_eq!((param.step_count, param.unit), (0, 0));
        }
        for (index, param) in params[512..].iter().enumerate() {
            assert_eq!(param.id, MIDI + index as u32);
            assert_eq!(param.flags, HIDDEN, "{param:?}");
        }
        assert_eq!(instance.units(), [(0, "Root".to_owned())]);
        assert_eq!(instance.midi_assignment(0, 0), Some(MIDI));
        let bend = instance.midi_assignment(15, 129).expect("a bend");
        assert_eq!((bend, instance.value(bend)), (MIDI + 16 * 130 - 1, 0.5));
        assert_eq!(instance.midi_assignment(16, 0), None);
        assert_eq!(instance.midi_assignment(0, 130), None);
        assert_eq!(instance.note_expressions(), [0, 1, 2, 3, 4, 5]);
        // All but the chord, and the clock's next tick.
        assert_eq!(
            instance.context_requirements(),
            0x7ff & !(1 << 5) & !(1 << 8)
        );
    }
}

#[test]
fn a_value_that_was_set_is_read_back_to_the_bit_in_text_and_number() {
    let library = load();
    let mut instance = library.create(EFFECT).expect("an instance");
    instance.initialize(&ComWrapper::new(Context));
    let third = 1.0 / 3.0;
    for id in [0, 511, MIDI + 7] {
        assert_eq!(instance.set_value(id, third), 0);
        assert_eq!(instance.value(id), third);
    }
    assert_ne!(instance.set_value(512, 0.5), 0);
    assert_ne!(instance.set_value(0, f64::NAN), 0);
    instance.set_value(1, 9.0);
    assert_eq!((instance.value(0), instance.value(1)), (third, 1.0));
    assert_eq!(instance.param_text(0, 0.5).as_deref(), Some("50.0 %"));
    assert_eq!(instance.param_value(0, "12.5 %"), Some(0.125));
    assert_eq!(instance.param_value(0, "loud"), None);
    assert_eq!(instance.param_text(512, 0.5), None);
}

#[test]
fn audio_notes_and_automation_go_through_and_a_flush_comes_with_the_next_block() {
    let library = load();
    let settings = [("Gain", gain(-6.0)), ("MIDI echo", 1.0)];
    let instance = create(&library, EFFECT, &fixture_rack(&settings));
    let handler = ComWrapper::new(Handler::default());
    instance.set_handler(Some(&handler));
    instance.activate(48_000.0, 512, 0);
    let mut block = Vst3Block::new(&[2, 2], &[2], 512);
    let input = signal(2, 512);
    block.inputs[0].clone_from(&input);
    block.events = vec![
        note_on(300, 5, 3, 64, 100.0 / 127.0),
        note_off(40, 5, 3, 64),
        data_event(7, &[0xf0, 1, 0xf7]),
    ];
    block.changes = vec![(3, vec![(0, 0.1), (500, 0.9)]), (9999, vec![(0, 0.5)])];
    instance.process(&mut block, 512);
    let factor = 10.0_f32.powf(-6.0 / 20.0);
    for (input, output) in input
        .iter()
        .flatten()
        .zip(block.outputs[0].iter().flatten())
    {
        assert!((input * factor - output).abs() < 1.0e-6);
    }
    let heard: Vec<(u16, i32)> = (block.events_out.iter())
        .map(|event| (event.r#type, event.sampleOffset))
        .collect();
    assert_eq!(
        heard,
        [(1, 40), (0, 300)],
        "the note's end, which comes first, and its start"
    );
    // SAFETY: a note that begins, by its type.
    #[allow(unsafe_code)]
    let note = unsafe { block.events_out[1].__field0.noteOn };
    assert_eq!((note.channel, note.pitch), (3, 64));
    assert!((note.velocity - 100.0 / 127.0).abs() < 1.0e-6);
    assert_eq!(instance.value(3), 0.9);

    let mut flush = Vst3Block {
        events: vec![note_on(77, 6, 0, 50, 0.5)],
        changes: vec![(4, vec![(0, 0.25)])],
        ..Vst3Block::default()
    };
    instance.process(&mut flush, 0);
    assert_eq!(instance.value(4), 0.25);
    let mut block = Vst3Block::new(&[2], &[2], 512);
    instance.process(&mut block, 512);
    let heard = block.events_out.iter().map(|event| event.sampleOffset);
    assert_eq!(Vec::from_iter(heard), [0]);
    instance.deactivate();
}

#[test]
fn a_flood_and_a_jumble_of_events_are_taken_without_harm_and_leave_in_the_order_of_time() {
    let library = load();
    let instance = create(&library, EFFECT, &fixture_rack(&[("MIDI echo", 1.0)]));
    instance.activate(48_000.0, 256, 0);
    for turn in 0..10_i32 {
        let mut block = Vst3Block::new(&[2], &[2], 256);
        block.events = (0..10_000_i32)
            .map(|n| {
                let offset = n.wrapping_mul(7919).wrapping_mul(turn) % 600 - 100;
                note_on(offset, n % 20, (n % 18) as i16, (n % 130) as i16, 0.5)
            })
            .chain((0..100).map(|key| note_off(i32::MAX, -1, 0, key)))
            .collect();
        // No pedals: where those are flooded, too, all notes are ended by a controller, which the fixture
        // does not hear.
        let points = |id: u32| {
            (0..20)
                .map(|n| (n * 97 % 300 - 20, f64::from(id % 7)))
                .collect()
        };
        block.changes = (0..600)
            .chain(MIDI..MIDI + 60)
            .map(|id| (id, points(id)))
            .collect();
        instance.process(&mut block, 256);
        assert!(
            block
                .events_out
                .is_sorted_by_key(|event| event.sampleOffset)
        );
        assert!((block.events_out.iter()).all(|event| (0..256).contains(&event.sampleOffset)));
        let ends = block
            .events_out
            .iter()
            .filter(|event| event.r#type == 1)
            .count();
        assert!(ends >= 100, "{ends} notes were ended");
        assert!(
            block.outputs[0]
                .iter()
                .flatten()
                .all(|sample| *sample == 0.0)
        );
    }
    instance.deactivate();
}

#[test]
fn an_instruments_outputs_are_all_there_and_silent_until_something_plays() {
    let library = load();
    let instance = create(&library, INSTRUMENT, r#"{"chain": []}"#);
    instance.activate(48_000.0, 64, 0);
    // All buses, and fewer than there are.
    for buses in [&[2; 16][..], &[2; 3], &[2], &[2, 1, 0, 2]] {
        let mut block = Vst3Block::new(&[], buses, 64);
        instance.process(&mut block, 64);
        for (bus, channels) in block.outputs.iter().enumerate() {
            let is_silent = channels.iter().flatten().all(|sample| *sample == 0.0);
            assert!(is_silent, "bus {bus} of {buses:?}");
        }
    }
    instance.deactivate();
}

#[test]
fn a_state_comes_back_as_it_was_saved() {
    let library = load();
    let rack = fixture_rack(&[("Gain", gain(-3.0))]);
    let first = create(&library, EFFECT, &rack);
    let saved = first.save().expect("a state");
    let mut second = library.create(EFFECT).expect("an instance");
    second.initialize(&ComWrapper::new(Context));
    second.load(&saved).expect("loaded");
    let with_length = |state: &[u8]| [&[0; 8], state].concat();
    let again = second.save().expect("a state");
    assert_eq!(rack_in(&with_length(&again)), rack_in(&with_length(&saved)));
}
