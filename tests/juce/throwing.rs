//! A child that throws in any call that a host makes is an error with its name, and no more.

use matryoshka::audio::{Block, EventList, Events, Points, Transport};
use matryoshka::child::{Child, ChildError, Formats, Layout};
use matryoshka::juce::testing;
use matryoshka::rack::exchange::Player;
use matryoshka::session::{Handle, Preparation};

use crate::support::{ACTIVATION, child, on_message_thread};

/// Calls a child in the way that should fail.
type Ask = fn(&mut dyn Child) -> Option<ChildError>;

const MONO: Layout = Layout {
    main_inputs: 1,
    main_outputs: 1,
    sidechain: 0,
};

fn parameters(child: &mut dyn Child) -> Option<ChildError> {
    assert!(child.parameters().is_empty());
    child.take_complaint()
}

fn midi(child: &mut dyn Child) -> Option<ChildError> {
    child.midi();
    let complaint = child.take_complaint();
    assert!(child.activate(&ACTIVATION).is_err());
    complaint
}

/// Each call that can throw, with what makes the host do it. (Latency, buses and their names are plain
/// members of JUCE's class; destructors cannot throw in C++.)
const CALLS: &[(&str, Ask)] = &[
    ("describe", |child| child.take_complaint()),
    ("buses", |child| {
        child.negotiate(MONO);
        child.take_complaint()
    }),
    ("prepare", |child| child.activate(&ACTIVATION).err()),
    ("release", |child| {
        let processor = child.activate(&ACTIVATION).expect("a processor");
        child.deactivate(processor);
        child.take_complaint()
    }),
    ("reset", |child| {
        child.reset();
        child.take_complaint()
    }),
    ("save", |child| child.save_state().err()),
    ("load", |child| child.load_state(b"settings").err()),
    ("tail", |child| {
        child.tail();
        child.take_complaint()
    }),
    ("accepts midi", midi),
    ("produces midi", midi),
    ("parameter id", parameters),
    ("parameter name", parameters),
    ("parameter unit", parameters),
    ("parameter value", parameters),
    ("parameter default", parameters),
    ("parameter text", parameters),
    ("text value", |child| {
        child.parameter_value(0, "1");
        child.take_complaint()
    }),
    ("program name", |child| {
        child.programs();
        child.take_complaint()
    }),
    ("set program", |child| {
        child.set_program(0);
        child.take_complaint()
    }),
    ("set parameter", |child| {
        child.set_parameter(0, 0.5);
        child.take_complaint()
    }),
];

#[test]
fn what_a_child_throws_is_an_error_with_its_name_in_every_call() {
    for &(call, ask) in CALLS {
        for (kind, reason) in [
            ("", format!("thrown in {call}")),
            ("int:", "unknown".into()),
        ] {
            let fault = format!("{kind}{call}");
            let error = on_message_thread(move |thread| {
                let mut child = child(thread, &fault).expect("a child");
                ask(&mut *child)
            });
            let error = error
                .unwrap_or_else(|| panic!("{kind}{call}: no error"))
                .to_string();
            assert!(
                error.starts_with("Test plugin (Test) failed while "),
                "{error}"
            );
            assert!(error.contains(&reason), "{error}");
        }
    }
}

#[test]
fn what_a_plugin_throws_while_it_is_looked_for_or_loaded_is_an_error_with_its_name() {
    on_message_thread(|thread| {
        let error = child(thread, "create").err().expect("an error").to_string();
        assert!(
            error.contains("Test plugin (Test) could not be loaded"),
            "{error}"
        );
        assert!(error.contains("thrown in create"), "{error}");
        let error = child(thread, "int:create").err().expect("an error");
        assert!(error.to_string().contains("unknown exception"), "{error}");

        let formats = Formats::shared(thread).expect("formats");
        let error = formats
            .types(testing::FORMAT, "find")
            .expect_err("an error");
        assert!(error.to_string().contains("thrown in find"), "{error}");
        assert_eq!(
            formats.types(testing::FORMAT, "well").map(|it| it.len()),
            Ok(3)
        );
    });
}

#[test]
fn a_child_that_throws_once_is_still_there_for_the_next_call() {
    on_message_thread(|thread| {
        let mut child = child(thread, "tail").expect("a child");
        child.tail();
        assert!(child.take_complaint().is_some());
        assert!(child.take_complaint().is_none());
        assert_eq!(child.parameters()[0].name, "Gain");
        child.set_parameter(0, 0.5);
        assert_eq!(child.parameters()[0].text, "0.50");
        child.load_state(b"settings").expect("no error");
        assert_eq!(child.save_state().as_deref(), Ok(&b"settings"[..]));
    });
}

fn play(player: &mut Player, value: f32) -> f32 {
    let (mut left, mut right) = ([value; 64], [value; 64]);
    player.run(&mut Block {
        main: &mut [&mut left[..], &mut right[..]],
        sidechain: &[],
        frames: 64,
        events: Events::NONE,
        points: Points::NONE,
        events_out: &mut EventList::default(),
        transport: &Transport::default(),
    });
    assert_eq!(left, right);
    left[63]
}

/// Plays for longer than any fade takes.
fn play_on(player: &mut Player, value: f32) -> f32 {
    for _ in 0..40 {
        play(player, value);
    }
    play(player, value)
}

#[test]
fn a_child_that_throws_while_playing_becomes_a_placeholder_and_the_rest_plays_on() {
    for (kind, reason) in [("", "thrown in process"), ("int:", "unknown exception")] {
        testing::switch_on();
        let slot = |fault: &str| {
            format!(
                r#"{{"plugin": {{"format": "Test", "name": "Test plugin", "id": "00000000",
                    "file": "{fault}"}}, "state": "KLUv/SQFKQAAaGVsbG+jbZ+I"}}"#
            )
        };
        let failing = format!("{kind}process");
        let rack = format!(r#"{{"chain": [{}, {}]}}"#, slot(&failing), slot("well"));
        let (session, mut player) = Handle::open().expect("a session");
        let mut player = session
            .ask(move |thread, session| {
                session.load(thread, &rack).expect("a rack");
                let preparation = Preparation {
                    activation: ACTIVATION,
                    channels: 2,
                    sidechain: 0,
                    aux_buses: 0,
                };
                session.prepare(thread, &mut player, preparation);
                assert!(session.report().iter().all(|slot| slot.problem.is_none()));
                player
            })
            .expect("the message thread");

        assert_eq!(play(&mut player, 0.5), 0.0, "the block in which it fails");
        assert_eq!(play_on(&mut player, 0.5), 0.25, "the second slot halves");
        let (report, saved) = session
            .ask(|thread, session| {
                session.tick(thread);
                (session.report(), session.save(thread))
            })
            .expect("the message thread");
        let problem = report[0].problem.as_deref().expect("a problem");
        assert!(
            problem.starts_with("Test plugin (Test) failed while playing"),
            "{problem}"
        );
        assert!(problem.contains(reason), "{problem}");
        assert_eq!(report[1].problem, None);
        assert_eq!(play_on(&mut player, 0.5), 0.25);
        assert_eq!(
            saved.matches("KLUv/SQFKQAAaGVsbG+jbZ+I").count(),
            2,
            "{saved}"
        );
    }
}
