//! A knob that a real child turns, in a real host: a Matryoshka in a Matryoshka. What moves the inner one's
//! parameter is told to the outer one by `performEdit`, as by a knob in a plugin's window, and by that to
//! the host.

#![allow(unsafe_code)] // the environment, before any thread

mod support;

use std::time::{Duration, Instant};

use matryoshka_test_host::{Event, EventKind, Library, Setup};
use serde_json::{Value, json};
use support::{ID, bundled, fixture_rack, state};

#[test]
fn what_moves_in_a_child_is_one_gesture_for_the_host_and_something_to_save() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let inner = folder.path().join("inner.rack");
    let mut rack: Value = serde_json::from_str(&fixture_rack(&[])).expect("JSON");
    rack["chain"][0]["mappings"] = json!([{"host": "p000", "parameter": "Gain"}]);
    rack["host_parameters"] = json!({"p000": {"midi": {"cc": 20}}});
    std::fs::write(&inner, rack.to_string()).expect("the inner rack");
    // SAFETY: no other thread of this process reads the environment yet: the session of `fixture_rack` has
    // ended, and this is the only test.
    unsafe { std::env::set_var("MATRYOSHKA_RACK", &inner) };

    let library = Library::load(bundled("Matryoshka.clap")).expect("the bundle");
    let mut instance = library.create(ID).expect("an instance");
    let outer = json!({"chain": [{
        "plugin": {"format": "VST3", "name": "Matryoshka", "file": bundled("Matryoshka.vst3")},
        "mappings": [{"host": "p007", "parameter": "Gain"}],
    }]});
    instance
        .load_state(&state(&outer.to_string()))
        .expect("a state");
    let mut processor = instance
        .activate(Setup::new(48_000.0, 256))
        .expect("active");
    let known = instance.params().swap_remove(7);
    assert_eq!(
        (known.name.as_str(), known.module.as_str(), known.is_hidden),
        ("Gain", "1 Matryoshka", false)
    );
    let dirty = instance.callbacks().state_dirty();

    let mut play = |events: &[Event]| {
        processor.begin(256);
        for event in events {
            processor.push(*event);
        }
        processor.process().expect("audio");
        processor.events_out().collect::<Vec<_>>()
    };
    play(&[]);
    let mut heard = Vec::new();
    let end = EventKind::Gesture {
        id: 7,
        begins: false,
    };
    heard.extend(play(&[Event::midi(9, [0xb0, 20, 127])]));
    let started = Instant::now();
    while !heard.iter().any(|event| event.kind == end) {
        assert!(started.elapsed() < Duration::from_secs(30), "{heard:?}");
        heard.extend(play(&[]));
        instance.tick();
    }
    let kinds: Vec<EventKind> = heard.iter().map(|event| event.kind).collect();
    let begin = EventKind::Gesture {
        id: 7,
        begins: true,
    };
    let value = EventKind::Param { id: 7, value: 1.0 };
    let of_parameters: Vec<EventKind> = (kinds.into_iter())
        .filter(|kind| !matches!(kind, EventKind::Midi(_)))
        .collect();
    assert_eq!(of_parameters, [begin, value, end]);
    assert_eq!(instance.params()[7].value, 1.0);
    assert!(instance.callbacks().state_dirty() > dirty);
    instance.deactivate(processor);
}
