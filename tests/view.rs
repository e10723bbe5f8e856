//! What an editor sees of a session with real children, and what it asks of it.

use std::time::{Duration, Instant};

use matryoshka::audio::{Block, EventList, Events, Points, Transport};
use matryoshka::child::{Activation, TurnKind};
use matryoshka::rack::ItemId;
use matryoshka::rack::edit::Edit;
use matryoshka::rack::exchange::Player;
use matryoshka::session::{Handle, Preparation, View};
use std::sync::Arc;

const BOUND: Duration = Duration::from_secs(30);

fn open(document: &str) -> (Handle, Player) {
    let (session, mut player) = Handle::open().expect("a session");
    let text = document.to_owned();
    let player = session
        .ask(move |thread, session| {
            session.load(thread, &text).expect("a rack");
            let preparation = Preparation {
                activation: Activation {
                    sample_rate: 48_000.0,
                    max_frames: 256,
                    offline: false,
                },
                channels: 2,
                sidechain: 0,
                aux_buses: 0,
            };
            session.prepare(thread, &mut player, preparation);
            player
        })
        .expect("the message thread");
    (session, player)
}

fn play(player: &mut Player) {
    let (mut left, mut right) = ([0.1_f32; 256], [0.1_f32; 256]);
    let mut events_out = EventList::default();
    player.run(&mut Block {
        main: &mut [&mut left, &mut right],
        sidechain: &[],
        frames: 256,
        events: Events::NONE,
        points: Points::NONE,
        events_out: &mut events_out,
        transport: &Transport::default(),
    });
}

/// Waits for a picture of which this is true.
fn wait(session: &Handle, what: &str, is_so: impl Fn(&View) -> bool) -> Arc<View> {
    let started = Instant::now();
    loop {
        let view = session.board().latest();
        if is_so(&view) {
            return view;
        }
        assert!(started.elapsed() < BOUND, "no picture shows {what}");
        std::thread::yield_now();
    }
}

/// Lets some ticks pass.
fn ticks(session: &Handle, count: usize) {
    for _ in 0..count {
        session
            .ask(|thread, session| session.tick(thread))
            .expect("the message thread");
    }
}

const TWO: &str =
    r#"{"chain": [{"plugin": "VST3:ZamCompX2"}, {"plugin": "LV2:ZaMaximX2"}, {"plugin": "None"}]}"#;

#[test]
fn pictures_are_made_while_somebody_looks_and_only_when_something_has_changed() {
    let (session, _player) = open(TWO);
    ticks(&session, 20);
    assert_eq!(session.board().revision(), 0, "nobody looks");
    let watching = session.board().watch();
    let view = wait(&session, "three slots", |view| view.slots.len() == 3);
    let names: Vec<&str> = (view.slots.values())
        .map(|slot| slot.description.name.as_str())
        .collect();
    assert_eq!(names, ["ZamCompX2", "ZaMaximX2", "None"]);
    let missing = view.slots.values().last().expect("a slot");
    let problem = missing.problem.as_deref().unwrap_or_default();
    assert!(problem.contains("not installed"), "{problem}");
    assert_eq!(view.sample_rate, Some(48_000.0));

    ticks(&session, 20);
    let still = session.board().revision();
    ticks(&session, 200);
    assert_eq!(session.board().revision(), still, "a still rack");
    let first = *view.slots.keys().next().expect("a slot");
    session.post(move |thread, session| {
        let edit = Edit::SetMix {
            slot: first,
            percent: 40.0,
        };
        session.edit(thread, edit).expect("an edit");
    });
    wait(&session, "another mix", |view| {
        view.rack
            .slot(first)
            .is_some_and(|slot| slot.mix_percent == 40.0)
    });
    drop(watching);
    ticks(&session, 5);
    let unseen = session.board().revision();
    session.post(|_thread, session| session.notify("nobody hears this"));
    ticks(&session, 20);
    assert_eq!(session.board().revision(), unseen);
}

#[test]
fn a_copy_has_the_settings_of_now_and_a_turn_is_seen_and_told() {
    let (session, mut player) = open(r#"{"chain": [{"plugin": "LV2:ZamCompX2"}]}"#);
    let watching = session.board().watch();
    let view = wait(&session, "a slot", |view| view.slots.len() == 1);
    let slot = *view.slots.keys().next().expect("a slot");
    watching.board().watch_parameters([slot]);
    let view = wait(&session, "parameters", |view| {
        view.parameters.contains_key(&slot)
    });
    let known = &view.parameters[&slot];
    let ratio = (known.iter())
        .find(|known| known.parameter.name == "Ratio")
        .expect("a ratio");
    let index = ratio.parameter.index;
    session.post(move |thread, session| {
        for kind in [TurnKind::Begin, TurnKind::Value(0.75), TurnKind::End] {
            session.turn_parameter(thread, slot, index, kind);
        }
    });
    for _ in 0..4 {
        play(&mut player);
    }
    let is_turned = |view: &View, slot| {
        let parameters = view.parameters.get(&slot);
        parameters.is_some_and(|known| (known[index].parameter.value - 0.75).abs() < 1e-3)
    };
    wait(&session, "the turn", |view| is_turned(view, slot));

    session.post(move |thread, session| {
        let items = [ItemId::Slot(slot)];
        session.duplicate(thread, &items).expect("a copy");
    });
    let view = wait(&session, "a copy", |view| view.slots.len() == 2);
    let copy = *(view.slots.keys().find(|id| **id != slot)).expect("a copy");
    assert_eq!(
        view.slots[&copy].path.last(),
        Some(&1),
        "behind the original"
    );
    watching.board().watch_parameters([copy]);
    wait(&session, "the copy's settings", |view| {
        is_turned(view, copy)
    });
}

#[test]
fn what_cannot_be_done_is_told_once_with_a_number_of_its_own() {
    let (session, _player) = open(r#"{"chain": []}"#);
    let _watching = session.board().watch();
    let number = |view: &View| view.notice.as_ref().map_or(0, |notice| notice.number);
    session.post(|_thread, session| session.notify("first"));
    wait(&session, "a notice", |view| number(view) == 1);
    session.post(|_thread, session| session.notify("second"));
    let view = wait(&session, "another", |view| number(view) == 2);
    assert_eq!(view.notice.as_ref().expect("a notice").words, "second");
}

#[test]
fn what_is_set_while_nothing_plays_is_saved_though_the_plugin_has_not_heard_of_it() {
    for plugin in ["VST3:ZamCompX2", "LV2:ZamCompX2", "LADSPA:ZamCompX2"] {
        let (session, mut player) = open(&format!(r#"{{"chain": [{{"plugin": "{plugin}"}}]}}"#));
        let ratio = |session: &mut matryoshka::session::Session| {
            let slot = session.rack().slots().next().expect("a slot").id;
            let parameters = session.parameters(slot);
            let ratio = parameters.into_iter().find(|known| known.name == "Ratio");
            (slot, ratio.expect("a ratio"))
        };
        let saved = session
            .ask(move |thread, session| {
                let (slot, known) = ratio(session);
                session.turn_parameter(thread, slot, known.index, TurnKind::Value(0.75));
                session.save(thread)
            })
            .expect("the message thread");
        let value = session
            .ask(move |thread, session| {
                session.load(thread, &saved).expect("a rack");
                ratio(session).1.value
            })
            .expect("the message thread");
        assert!((value - 0.75).abs() < 1e-3, "{plugin}: {value}");

        // Once it has played, the plugin's own state is enough, and what it says later counts.
        for _ in 0..4 {
            play(&mut player);
        }
        let text = session.ask(|thread, session| session.save(thread));
        let text = text.expect("the message thread");
        assert!(!text.contains("parameters_ahead"), "{plugin}: {text}");
    }
}

#[test]
fn ranges_of_mappings_are_told_in_the_words_of_the_child() {
    let (session, _player) = open(
        r#"{"chain": [
            {"plugin": "VST3:ZamCompX2", "mappings": [
                {"host": "p000", "parameter": "Threshold", "from": 0.5},
                {"host": "p001", "control": "mix"}]},
            {"plugin": "LV2:ZaMaximX2", "mappings": [{"host": "p000", "parameter": "Threshold"}]},
            {"plugin": "None", "mappings": [{"host": "p000", "parameter": "Any"}]}]}"#,
    );
    let _watching = session.board().watch();
    let of = |view: &View| -> Vec<_> { view.slots.values().map(|it| it.ranges.clone()).collect() };
    let view = wait(&session, "the ranges", |view| view.slots.len() == 3);
    let ranges = of(&view);
    println!("{ranges:?}");
    let [threshold, mix] = &*ranges[0] else {
        panic!("{ranges:?}");
    };
    let [start, end] = threshold.as_ref().expect("a range");
    assert!(
        start.starts_with("-40") && end.starts_with("0.0"),
        "{start} .. {end}"
    );
    assert_eq!(*mix, None);
    assert!(
        ranges[1][0]
            .as_ref()
            .is_some_and(|[start, end]| start != end)
    );
    assert_eq!(*ranges[2], [None]);
    // Another range has other words.
    let slot = *view.slots.keys().next().expect("a slot");
    let mut mappings = view.rack.slot(slot).expect("it").mappings.list.clone();
    mappings[0].range.from = 0.0;
    session
        .ask(move |thread, session| {
            let edit = Edit::MapSlot { slot, mappings };
            session.edit(thread, edit).expect("another range");
        })
        .expect("the message thread");
    wait(&session, "the other range", |view| {
        let range = of(view)[0][0].clone();
        range.is_some_and(|[now, _]| now != *start)
    });
}
