//! A knob that a real child turns, in a real host: a Matryoshka in a Matryoshka. What moves the inner one's
//! parameter is told to the outer one by `performEdit`, as by a knob in a plugin's window, and by that to
//! the host.

#![allow(unsafe_code)] // the environment, before any thread

#[path = "automation/rack.rs"]
#[allow(dead_code)] // its tests use more of it
mod rack;
mod support;

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use matryoshka_test_host::{Event, EventKind, Library, Setup};
use serde_json::{Value, json};
use support::{ID, bundled, fixture_rack, state};
use tempfile::TempDir;

/// A rack for whatever Matryoshka starts without a state: its parameter `p000`, the gain of the fixture, is moved
/// by the controller 20.
fn start_from_inner_rack() {
    static FOLDER: OnceLock<TempDir> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let inner = folder.path().join("inner.rack");
        let mut rack: Value = serde_json::from_str(&fixture_rack(&[])).expect("JSON");
        rack["chain"][0]["mappings"] = json!([{"host": "p000", "parameter": "Gain"}]);
        rack["host_parameters"] = json!({"p000": {"midi": {"cc": 20}}});
        std::fs::write(&inner, rack.to_string()).expect("the inner rack");
        // SAFETY: all tests of this program come here first, and wait for each other; the session of
        // `fixture_rack` has ended. So nobody else reads the environment.
        unsafe { std::env::set_var("MATRYOSHKA_RACK", &inner) };
        folder
    });
}

fn inner() -> Value {
    json!({"format": "VST3", "name": "Matryoshka", "file": bundled("Matryoshka.vst3")})
}

#[test]
fn what_moves_in_a_child_is_one_gesture_for_the_host_and_something_to_save() {
    start_from_inner_rack();
    let library = Library::load(bundled("Matryoshka.clap")).expect("the bundle");
    let mut instance = library.create(ID).expect("an instance");
    let outer = json!({"chain": [{
        "plugin": inner(),
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
    let mut of_parameters: Vec<EventKind> = (kinds.into_iter())
        .filter(|kind| !matches!(kind, EventKind::Midi(_)))
        .collect();
    // It may have been touched a tick before it was moved, and then says once more where it stands.
    let still = EventKind::Param { id: 7, value: 0.5 };
    of_parameters.retain(|kind| *kind != still);
    let value = EventKind::Param { id: 7, value: 1.0 };
    assert_eq!(of_parameters, [begin, value, end]);
    assert_eq!(instance.params()[7].value, 1.0);
    assert!(instance.callbacks().state_dirty() > dirty);
    instance.deactivate(processor);
}

#[test]
fn what_is_touched_next_in_a_child_is_learned_and_no_gesture_stays_open_when_the_child_goes() {
    use matryoshka::rack::edit::Edit;
    use matryoshka::session::HostNews::{Begin, End};
    use matryoshka::session::Learning;
    use rack::{Rack, host_id, midi};

    start_from_inner_rack();
    let mut outer = Rack::open(&json!({"chain": [{"plugin": inner()}]}));
    outer.play(&[], &[]);
    outer.ask(|_thread, session| session.learn(Learning::Parameter(host_id(3))));
    outer.play(&[], &[midi(0, [0xb0, 20, 64])]);
    let started = Instant::now();
    while outer.ask(|_thread, session| session.learning()) != Learning::Nothing {
        assert!(
            started.elapsed() < Duration::from_secs(30),
            "it learns nothing"
        );
        outer.play(&[], &[]);
    }
    let known = outer.host.descriptions()[3].clone();
    assert_eq!((known.name.as_str(), known.mapped), ("Gain", true));
    // It may have been touched before it was moved.
    let wanted = 64.0 / 127.0;
    while (outer.host.value(3) - wanted).abs() > 1e-3 {
        assert!(
            started.elapsed() < Duration::from_secs(45),
            "{}",
            outer.host.value(3)
        );
        outer.play(&[], &[]);
    }

    // It moves once more, and the child goes in the middle of it.
    let slot = outer.slots()[0];
    let mut told = outer.news().0;
    outer.play(&[], &[midi(0, [0xb0, 20, 99])]);
    while told.iter().filter(|news| **news == Begin(3)).count() == 0 {
        assert!(started.elapsed() < Duration::from_secs(60), "{told:?}");
        outer.play(&[], &[]);
        told.extend(outer.news().0);
    }
    outer.edit(Edit::Remove { item: slot.into() });
    while told.iter().filter(|news| **news == End(3)).count()
        < told.iter().filter(|news| **news == Begin(3)).count()
    {
        assert!(started.elapsed() < Duration::from_secs(90), "{told:?}");
        outer.play(&[], &[]);
        told.extend(outer.news().0);
    }
}
