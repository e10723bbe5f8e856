//! The built CLAP's parameters, events and second plugin, as a host sees them.

mod support;

use std::iter::repeat;

use matryoshka_test_host::{
    Event, EventKind, NoteDialect, NoteDialects, Oddity, RenderMode, Setup,
};
use support::clap::{create, load};
use support::{ID, INSTRUMENT_ID, fixture_rack, signal, state};

#[cfg(target_os = "linux")]
fn threads() -> usize {
    std::fs::read_dir("/proc/self/task")
        .expect("threads")
        .count()
}

#[test]
fn the_bundle_lists_an_effect_and_an_instrument() {
    assert_eq!(load().plugin_ids().expect("a factory"), [ID, INSTRUMENT_ID]);
}

#[test]
fn each_plugin_shows_512_hidden_parameters_of_fixed_range() {
    let library = load();
    for id in [ID, INSTRUMENT_ID] {
        let mut instance = library.create(id).expect("an instance");
        let params = instance.params();
        assert_eq!(params.len(), 512);
        for (index, param) in params.iter().enumerate() {
            assert_eq!(param.id as usize, index);
            assert_eq!((param.min, param.max, param.value), (0.0, 1.0, 0.0));
            assert_eq!(param.name, format!("Slot {}", index + 1));
            let flags = (param.is_automatable, param.is_modulatable);
            assert_eq!(flags, (true, true), "{param:?}");
            assert!(param.is_hidden && !param.is_stepped, "{param:?}");
        }
    }
}

#[test]
fn a_value_that_was_set_is_read_back_to_the_bit_in_text_and_number() {
    let library = load();
    let mut instance = library.create(ID).expect("an instance");
    let third = 1.0 / 3.0;
    instance
        .flush(&[Event::param(0, 0, third)])
        .expect("flushed");
    instance
        .flush(&[Event::param(0, 511, 7.0)])
        .expect("flushed");
    instance
        .flush(&[Event::param(0, 512, 0.5)])
        .expect("flushed");
    instance
        .flush(&[Event::param(0, 1, f64::NAN)])
        .expect("flushed");
    let values: Vec<f64> = instance.params().iter().map(|param| param.value).collect();
    assert_eq!((values[0], values[1], values[511]), (third, 0.0, 1.0));
    assert_eq!(instance.param_text(0, 0.5).expect("text"), "50.0 %");
    assert_eq!(instance.param_value(0, "12.5 %").expect("a value"), 0.125);
    assert!(instance.param_value(0, "loud").is_err());
    assert!(instance.param_text(512, 0.5).is_err());
}

#[test]
fn automation_arrives_while_playing_and_the_last_point_in_time_stays() {
    let library = load();
    let mut instance = create(&library, &fixture_rack(&[]));
    let mut processor = instance
        .activate(Setup::new(48_000.0, 128))
        .expect("active");
    let modulation = EventKind::Modulation {
        id: 4,
        amount: 0.25,
    };
    let events = [
        Event::param(0, 3, 0.1),
        Event::param(700, 3, 0.7),
        Event::param(300, 3, 0.3),
        Event {
            at: 5,
            kind: modulation,
        },
    ];
    (processor.render_with(&signal(2, 1000), None, &events, repeat(128))).expect("audio");
    let params = instance.params();
    assert_eq!((params[3].value, params[4].value), (0.7, 0.0));
    instance.deactivate(processor);
}

#[test]
fn a_flood_of_events_is_thinned_out_and_what_ends_notes_comes_through_in_the_order_of_time() {
    let library = load();
    let mut instance = create(&library, &fixture_rack(&[("MIDI echo", 1.0)]));
    let mut processor = instance
        .activate(Setup::new(48_000.0, 512))
        .expect("active");
    for _ in 0..20 {
        processor.begin(512);
        for n in 0..10_000_u32 {
            let at = n * 7 % 512;
            processor.push(match n % 4 {
                0 => Event::note_on(at, (n % 128) as u16, 0.5),
                1 => Event::midi(at, [0xe0, (n % 128) as u8, 1]),
                2 => Event::param(at, n % 600, f64::from(n) / 10_000.0),
                _ => Event::midi(at, [0xb0, (n % 100) as u8, 1]),
            });
        }
        for key in 0..128 {
            processor.push(Event::note_off(511, key));
        }
        processor.process().expect("audio");
        let heard: Vec<Event> = processor.events_out().collect();
        assert!(heard.is_sorted_by_key(|event| event.at));
        let ended = |key: u16| {
            let is_it = |event: &&Event| match event.kind {
                EventKind::NoteOff { key: ended, .. } => ended == key && event.at == 511,
                _ => false,
            };
            heard.iter().filter(is_it).count()
        };
        for key in 0..128 {
            assert_eq!(ended(key), 1, "key {key}");
        }
    }
    instance.deactivate(processor);
}

#[test]
fn an_instruments_outputs_are_silent_whatever_memory_the_host_gives() {
    let library = load();
    let mut instance = library.create(INSTRUMENT_ID).expect("an instance");
    instance
        .load_state(&state(r#"{"chain": []}"#))
        .expect("a state");
    for oddity in [
        Oddity::None,
        Oddity::OneOutput,
        Oddity::NullOutput(0),
        Oddity::FewerOutputs,
    ] {
        let setup = Setup {
            oddity,
            ..Setup::new(48_000.0, 256)
        };
        let mut processor = instance.activate(setup).expect("active");
        for frames in [256, 1, 77] {
            processor.begin(frames);
            processor.process().expect("audio");
            for port in 1..16 {
                for channel in 0..2 {
                    let samples = processor.output(port, channel);
                    let is_silent = samples.iter().all(|sample| *sample == 0.0);
                    assert!(is_silent, "{oddity:?}: output {port}");
                }
            }
            // The other one may have no memory at all.
            if oddity != Oddity::FewerOutputs {
                let samples = processor.output(0, 1);
                assert!(samples.iter().all(|sample| *sample == 0.0), "{oddity:?}");
            }
        }
        instance.deactivate(processor);
    }
}

#[test]
fn the_note_ports_understand_every_dialect_of_midi_1_and_prefer_claps_own() {
    let library = load();
    let mut instance = library.create(ID).expect("an instance");
    let all = NoteDialects::CLAP | NoteDialects::MIDI | NoteDialects::MIDI_MPE;
    let wanted = [true, false].map(|is_input| (is_input, all, Some(NoteDialect::Clap)));
    assert_eq!(instance.note_dialects(), wanted);
}

#[test]
fn a_change_of_render_mode_while_active_asks_for_a_restart() {
    let library = load();
    let mut instance = create(&library, &fixture_rack(&[]));
    instance
        .set_render_mode(RenderMode::Offline)
        .expect("offline");
    let processor = instance.activate(Setup::new(48_000.0, 64)).expect("active");
    assert!(!instance.callbacks().restart_wanted());
    instance
        .set_render_mode(RenderMode::Realtime)
        .expect("realtime");
    assert!(instance.callbacks().restart_wanted());
    let processor = instance.settle(processor).expect("settled");
    instance.deactivate(processor);
}

#[cfg(target_os = "linux")]
#[test]
fn looking_at_parameters_starts_no_thread() {
    // In a process of its own: other tests of this program have threads.
    const ALONE: &str = "MATRYOSHKA_LOOKING_ALONE";
    if std::env::var_os(ALONE).is_none() {
        let output = std::process::Command::new(std::env::current_exe().expect("this program"))
            .args([
                "looking_at_parameters_starts_no_thread",
                "--exact",
                "--test-threads=1",
            ])
            .env(ALONE, "1")
            .output()
            .expect("run");
        assert!(output.status.success(), "{output:?}");
        return;
    }
    let mut instance = load().create(ID).expect("an instance");
    // nice-plug has started one of its own.
    let before = threads();
    let params = instance.params();
    for param in &params {
        instance.param_text(param.id, 0.5).expect("text");
        instance.param_value(param.id, "10 %").expect("a value");
    }
    let zeros: Vec<Event> = params
        .iter()
        .map(|param| Event::param(0, param.id, 0.0))
        .collect();
    instance.flush(&zeros).expect("flushed");
    assert_eq!(threads(), before);
}
