//! Rust objects behind C++ interfaces.

use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use matryoshka::audio::{Block, EventList, Events, Points, Transport};
use matryoshka::juce::{
    AudioBuffer, AudioHalf, AudioPlayHead, AudioProcessorListener, ChangeDetails, Instance,
    MESSAGE_LOOP, MidiBuffer, Position, testing,
};
use matryoshka::threads::Messages;
use pin_init::stack_pin_init;

use crate::support::{ACTIVATION, child, instance, manager, on_message_thread};

fn prepared(instance: &mut Instance) -> AudioHalf {
    let half = instance.prepare(48_000.0, 64, false).expect("no error");
    half.expect("an audio half")
}

/// Processes a block on a thread of its own, and returns the first sample.
fn process(half: &mut AudioHalf) -> f32 {
    std::thread::scope(|scope| {
        let audio = scope.spawn(|| {
            let mut midi = MidiBuffer::with_capacity(1).expect("memory");
            let mut samples = [1.0_f32; 128];
            {
                let view = AudioBuffer::borrow_slice(&mut samples, 2).expect("two channels");
                stack_pin_init!(let view = view);
                half.process(view, &mut midi).expect("no error");
            }
            samples[0]
        });
        audio.join().expect("no panic")
    })
}

#[derive(Default)]
struct Recorder(Mutex<Vec<String>>);

impl Recorder {
    fn note(&self, what: String) {
        self.0.lock().expect("no panic").push(what);
    }

    fn heard(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().expect("no panic"))
    }
}

impl AudioProcessorListener for Recorder {
    fn parameter_changed(&self, index: usize, value: f32) {
        self.note(format!("parameter {index} = {value}"));
    }

    fn gesture_began(&self, index: usize) {
        self.note(format!("gesture {index} began"));
    }

    fn gesture_ended(&self, index: usize) {
        self.note(format!("gesture {index} ended"));
    }

    fn changed(&self, details: ChangeDetails) {
        let ChangeDetails {
            latency, program, ..
        } = details;
        self.note(format!("changed: latency {latency}, program {program}"));
    }
}

#[test]
fn a_listener_hears_gestures_values_latency_and_display_from_the_audio_thread() {
    on_message_thread(|thread| {
        let mut instance = instance(thread, "restless");
        let recorder = Arc::<Recorder>::default();
        instance.add_listener(recorder.clone()).expect("memory");
        let mut half = prepared(&mut instance);
        assert_eq!(recorder.heard(), [""; 0]);
        process(&mut half);
        let heard = [
            "gesture 0 began",
            "parameter 0 = 0.25",
            "gesture 0 ended",
            "changed: latency true, program false",
            "changed: latency false, program true",
        ];
        assert_eq!(recorder.heard(), heard);
        assert_eq!(instance.latency_samples(), Ok(1));
    });
}

#[test]
fn a_listener_hears_what_we_change_ourselves_within_the_call() {
    on_message_thread(|thread| {
        let mut instance = instance(thread, "well");
        let recorder = Arc::<Recorder>::default();
        instance.add_listener(recorder.clone()).expect("memory");
        assert_eq!(instance.parameter_gesture(0, true), Ok(true));
        assert_eq!(instance.set_parameter(0, 0.5), Ok(true));
        assert_eq!(instance.parameter_gesture(0, false), Ok(true));
        let heard = ["gesture 0 began", "parameter 0 = 0.5", "gesture 0 ended"];
        assert_eq!(recorder.heard(), heard);
    });
}

#[test]
fn a_listener_lives_until_the_plugin_is_gone_and_no_longer() {
    let recorder = Arc::<Recorder>::default();
    let listener = recorder.clone();
    let half = on_message_thread(move |thread| {
        let mut instance = instance(thread, "well");
        instance.add_listener(listener).expect("memory");
        prepared(&mut instance)
    });
    assert_eq!(
        Arc::strong_count(&recorder),
        2,
        "the audio half keeps the plugin"
    );
    on_message_thread(move |_thread| drop(half));
    assert_eq!(Arc::strong_count(&recorder), 1);
}

#[test]
fn a_plugin_goes_on_the_message_thread_wherever_its_last_half_is_dropped() {
    for _ in 0..20 {
        // The loop runs until the end of the test, so that what is left to it is done.
        let messages = Messages::acquire(&MESSAGE_LOOP).expect("a message thread");
        let half = on_message_thread(|thread| prepared(&mut instance(thread, "well")));
        let elsewhere = std::thread::spawn(move || drop(half));
        elsewhere.join().expect("no panic");
        drop(messages);
    }
    assert_eq!(testing::plugins_gone_elsewhere(), 0);
}

/// More than any count.
const LET_GO_OF: usize = usize::MAX / 2;

/// Notes whether it is asked after it was let go of.
struct Mortal {
    asked: Arc<AtomicUsize>,
    word: Box<f64>,
}

impl AudioPlayHead for Mortal {
    fn position(&self) -> Option<Position> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        Tempo(*self.word).position()
    }
}

impl Drop for Mortal {
    fn drop(&mut self) {
        // A plugin that still asked from its own thread would be heard after this.
        self.asked.store(LET_GO_OF, Ordering::Relaxed);
    }
}

#[test]
fn a_plugin_that_asks_from_a_thread_of_its_own_finds_its_play_head_until_it_is_gone() {
    on_message_thread(|thread| {
        for _ in 0..300 {
            let asked = Arc::<AtomicUsize>::default();
            let mut instance = instance(thread, "curious");
            let head = Mortal {
                asked: asked.clone(),
                word: Box::new(120.0),
            };
            instance.set_play_head(Arc::new(head)).expect("memory");
            while asked.load(Ordering::Relaxed) == 0 {
                std::thread::yield_now();
            }
            drop(instance);
            assert_eq!(asked.load(Ordering::Relaxed), LET_GO_OF);
        }
    });
}

struct Panics;

impl AudioProcessorListener for Panics {
    fn parameter_changed(&self, _index: usize, _value: f32) {
        panic!("in a listener");
    }

    fn changed(&self, _details: ChangeDetails) {
        panic!("in a listener");
    }
}

impl AudioPlayHead for Panics {
    fn position(&self) -> Option<Position> {
        panic!("in a play head");
    }
}

#[test]
fn a_panic_in_a_listener_or_a_play_head_goes_no_further() {
    on_message_thread(|thread| {
        let mut restless = instance(thread, "restless");
        restless.add_listener(Arc::new(Panics)).expect("memory");
        assert_eq!(process(&mut prepared(&mut restless)), 0.5);
        let mut asking = instance(thread, "tempo");
        asking.set_play_head(Arc::new(Panics)).expect("memory");
        assert_eq!(
            process(&mut prepared(&mut asking)),
            -1.0,
            "nothing is known"
        );
    });
}

struct Tempo(f64);

impl AudioPlayHead for Tempo {
    fn position(&self) -> Option<Position> {
        Some(Position {
            has_tempo: true,
            tempo_bpm: self.0,
            ..Position::default()
        })
    }
}

#[test]
fn a_plugin_asks_the_first_play_head_that_it_was_given() {
    on_message_thread(|thread| {
        let mut instance = instance(thread, "tempo");
        let mut half = prepared(&mut instance);
        assert_eq!(process(&mut half), -1.0);
        assert_eq!(instance.set_play_head(Arc::new(Tempo(93.5))), Ok(true));
        assert_eq!(process(&mut half), 93.5);
        assert_eq!(instance.set_play_head(Arc::new(Tempo(1.0))), Ok(false));
        assert_eq!(process(&mut half), 93.5);
    });
}

#[test]
fn the_hosts_transport_reaches_a_child_and_the_childs_changes_reach_the_host() {
    on_message_thread(|thread| {
        let run = |fault: &str| {
            let mut child = child(thread, fault).expect("a child");
            let mut processor = child.activate(&ACTIVATION).expect("a processor");
            child.take_changes();
            let (mut left, mut right) = ([1.0; 64], [1.0; 64]);
            let transport = Transport {
                tempo_bpm: Some(177.0),
                ..Transport::default()
            };
            let processed = processor.process(&mut Block {
                main: &mut [&mut left[..], &mut right[..]],
                sidechain: &[],
                frames: 64,
                events: Events::NONE,
                points: Points::NONE,
                events_out: &mut EventList::default(),
                transport: &transport,
            });
            assert_eq!(processed, Ok(()));
            (left[0], child.take_changes())
        };
        let (sample, changes) = run("tempo");
        assert_eq!(sample, 177.0);
        assert!(!changes.latency && !changes.state);
        let (_, changes) = run("restless");
        assert!(changes.latency && changes.state);
    });
}

#[test]
fn a_visitor_of_the_plugins_in_a_file_breaks_off_comes_back_and_panics_as_it_likes() {
    on_message_thread(|thread| {
        let manager = manager(thread);
        let format = manager.format(0).expect("a format");
        let mut seen = Vec::new();
        let visited = format.for_each_type("well", |plugin| {
            seen.push(plugin.name);
            // Within a visit, another one.
            assert_eq!(format.find_types("well").map(|types| types.len()), Ok(3));
            if seen.len() < 2 {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        });
        assert_eq!(visited, Ok(()));
        assert_eq!(seen, ["Test plugin 0", "Test plugin 1"]);

        let panicked = catch_unwind(AssertUnwindSafe(|| {
            format.for_each_type("well", |_plugin| panic!("in a visitor"))
        }));
        let panic = panicked.expect_err("a panic");
        assert_eq!(panic.downcast_ref::<&str>(), Some(&"in a visitor"));
    });
}
