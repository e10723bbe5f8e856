//! What a child turns by itself, and that what we set is not taken for that.

use std::sync::atomic::{AtomicBool, Ordering};

use matryoshka::audio::{Events, ParameterPoint, Points, Transport};
use matryoshka::child::{Changes, Child, Processor, Turn, TurnKind};

use crate::support::{ACTIVATION, child, on_message_thread, process, process_plain};

fn turns(child: &mut dyn Child) -> Vec<TurnKind> {
    std::iter::from_fn(|| child.take_turn())
        .inspect(|turn| assert_eq!(turn.index, 0))
        .map(|turn| turn.kind)
        .collect()
}

/// Sets the gain by points at these samples, and processes a block.
fn automate(processor: &mut dyn Processor, values: &[(u32, f32)]) -> Vec<f32> {
    let list: Vec<ParameterPoint> = (values.iter())
        .map(|&(offset, value)| ParameterPoint {
            offset,
            index: 0,
            value,
            modulation: 0.0,
        })
        .collect();
    let points = Points {
        list: &list,
        min_split_frames: 1,
    };
    process(processor, Events::NONE, points, &Transport::default()).0
}

fn active(child: &mut dyn Child) -> Box<dyn Processor> {
    let processor = child.activate(&ACTIVATION).expect("a processor");
    child.take_changes();
    assert_eq!(child.take_turn(), None);
    processor
}

#[test]
fn a_knob_turned_on_either_thread_comes_with_its_beginning_and_its_end() {
    const GESTURE: [TurnKind; 3] = [TurnKind::Begin, TurnKind::Value(0.25), TurnKind::End];
    on_message_thread(|thread| {
        let mut child = child(thread, "restless").expect("a child");
        let mut processor = active(&mut *child);
        std::thread::scope(|scope| {
            scope.spawn(|| process_plain(&mut *processor));
        });
        assert_eq!(turns(&mut *child), GESTURE);
        assert!(child.take_changes().latency);
        child.reset();
        assert_eq!(turns(&mut *child), GESTURE);
        // It tells of another program as well.
        let changes = child.take_changes();
        assert!(changes.values && changes.state && !changes.parameters);
        assert_eq!(child.take_changes(), Changes::default());
    });
}

#[test]
fn a_flood_of_values_is_told_as_such_and_keeps_its_beginning_and_its_end() {
    on_message_thread(|thread| {
        let mut child = child(thread, "flood").expect("a child");
        let mut processor = active(&mut *child);
        process_plain(&mut *processor);
        assert!(child.take_changes().values);
        let turned = turns(&mut *child);
        assert_eq!(turned.first(), Some(&TurnKind::Begin));
        assert_eq!(turned.get(1), Some(&TurnKind::Value(0.0)));
        assert_eq!(turned.last(), Some(&TurnKind::End));
        assert!(turned.len() > 500, "{}", turned.len());
        assert!(!child.take_changes().values);
        // Nobody takes them for a while.
        (0..300).for_each(|_| drop(process_plain(&mut *processor)));
        let turned = turns(&mut *child);
        let count = |kind| turned.iter().filter(|turn| **turn == kind).count();
        assert_eq!(count(TurnKind::Begin), count(TurnKind::End));
        assert!(child.take_changes().values);
    });
}

#[test]
fn what_we_set_ourselves_does_not_come_back_as_a_turn() {
    on_message_thread(|thread| {
        let mut child = child(thread, "well").expect("a child");
        let mut processor = active(&mut *child);
        child.set_parameter(0, 0.5);
        child.set_parameter(0, 7.0);
        automate(&mut *processor, &[(0, 0.1), (20, 0.7)]);
        assert_eq!(child.take_turn(), None);
        assert!(!child.take_changes().values);
        assert_eq!(child.parameters()[0].value, 0.7);
    });
}

#[test]
fn an_echo_of_what_we_set_is_no_turn_and_an_answer_to_it_is() {
    on_message_thread(|thread| {
        let mut echo = child(thread, "echo").expect("a child");
        let mut processor = active(&mut *echo);
        automate(&mut *processor, &[(0, 1.0)]);
        // The child tells values that other blocks, or other parts of one, have set since.
        for block in 0..50 {
            let from = block as f32 * 0.01;
            let values = [(0, from), (7, from + 0.002), (31, from + 0.004)];
            automate(&mut *processor, &values);
            if block % 5 == 0 {
                echo.take_changes();
            }
        }
        echo.set_parameter(0, 0.25);
        process_plain(&mut *processor);
        assert_eq!(turns(&mut *echo), []);

        let mut drift = child(thread, "drift").expect("a child");
        let mut processor = active(&mut *drift);
        drift.set_parameter(0, 0.5);
        process_plain(&mut *processor);
        let turn = drift.take_turn();
        let kind = TurnKind::Value(0.375);
        assert_eq!(turn, Some(Turn { index: 0, kind }));
    });
}

#[test]
fn what_comes_with_new_settings_is_told_at_once_and_not_knob_by_knob() {
    on_message_thread(|thread| {
        let mut child = child(thread, "programs").expect("a child");
        assert_eq!(child.programs(), ["Loud", "Quiet", "Off"]);
        assert_eq!(child.program(), Some(0));
        child.set_program(1);
        assert_eq!(child.program(), Some(1));
        assert_eq!(child.parameters()[0].value, 1.0 / 3.0);
        assert_eq!(child.take_turn(), None);
        assert!(child.take_changes().values);
        child.set_program(3);
        child.set_program(usize::MAX);
        assert_eq!(child.program(), Some(1));
        assert_eq!(child.take_changes(), Changes::default());
    });
}

#[test]
fn a_child_without_programs_or_presets_says_so() {
    on_message_thread(|thread| {
        let mut child = child(thread, "well").expect("a child");
        assert_eq!(child.programs(), [""; 0]);
        let error = child.load_preset(b"VST3").expect_err("none").to_string();
        assert!(error.contains("Test plugin (Test) failed"), "{error}");
        assert_eq!(child.parameter_text(0, 0.25), "0.25");
        assert_eq!(child.parameter_text(1, 0.25), "");
        assert_eq!(child.parameter_value(0, "0.75"), Some(0.75));
        for text in ["loud", "", "7.5", "-1"] {
            assert_eq!(child.parameter_value(0, text), None, "{text}");
        }
        assert_eq!(child.parameter_value(1, "0.75"), None);
    });
}

#[test]
fn a_child_that_must_rest_is_given_programs_and_states_between_its_blocks() {
    on_message_thread(|thread| {
        let mut child = child(thread, "programs").expect("a child");
        let mut processor = active(&mut *child);
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let audio = scope.spawn(|| {
                let (mut played, mut passed) = (0, 0);
                while !done.load(Ordering::Relaxed) || played == 0 {
                    // Halved, or as it came while the child rests. It would say if it was called.
                    match process_plain(&mut *processor)[..] {
                        [0.5, .., 0.5] => played += 1,
                        [1.0, .., 1.0] => passed += 1,
                        ref other => panic!("{other:?}"),
                    }
                }
                (played, passed)
            });
            for round in 0..3000 {
                child.set_program(round % 3);
                child.load_state(b"settings").expect("no error");
            }
            done.store(true, Ordering::Relaxed);
            let (played, passed) = audio.join().expect("no panic");
            println!("{played} blocks played, {passed} passed");
        });
    });
}
