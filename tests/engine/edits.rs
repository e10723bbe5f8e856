//! Edits of a rack that plays, made by its session: no click, no gap, and nothing is left behind.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use matryoshka::audio::{Block, EventList, Events, Points, Transport, without_denormals};
use matryoshka::rack::exchange::Player;
use matryoshka::session::Handle;
use matryoshka::state::to_text;
use serde_json::{Value, json};

use crate::helpers::{MAX_FRAMES, RATE, Rack, late};
use crate::wishes::{Chance, Wishes, holds_bands_in_one_side};

const LOUDNESS: f32 = 0.5;
/// Samples in a turn of the sine.
const PERIOD: usize = 48;

fn sine(at: usize) -> f32 {
    let turns = (at % PERIOD) as f64 / PERIOD as f64;
    LOUDNESS * (turns * std::f64::consts::TAU).sin() as f32
}

/// Plays so many blocks of the sine for each number that comes, of all lengths, and returns all that was
/// heard.
fn listen(
    mut player: Player,
    blocks: impl IntoIterator<Item = usize>,
    played: &AtomicUsize,
) -> (Player, [Vec<f32>; 2]) {
    let mut heard: [Vec<f32>; 2] = Default::default();
    let mut chance = Chance(7);
    for count in blocks {
        for _ in 0..count {
            let start = heard[0].len();
            let frames = 1 + chance.below(2 * MAX_FRAMES);
            for heard in &mut heard {
                heard.extend((start..start + frames).map(sine));
            }
            let [left, right] = &mut heard;
            without_denormals(|| {
                player.run(&mut Block {
                    main: &mut [&mut left[start..], &mut right[start..]],
                    sidechain: &[],
                    frames,
                    events: Events::NONE,
                    points: Points::NONE,
                    events_out: &mut EventList::with_capacity(0),
                    transport: &Transport::default(),
                });
            });
        }
        played.store(heard[0].len(), Relaxed);
    }
    (player, heard)
}

/// What is measured in `src/rack/conductor/tests.rs`, which says why: the largest step, in steps of the
/// sine itself, or of the loudest within a period, where it is louder.
fn largest_step(heard: &[Vec<f32>; 2]) -> (f32, usize) {
    let own_step = (std::f64::consts::TAU * 1000.0 / RATE) as f32;
    let mut largest = (0.0, 0);
    for heard in heard {
        for at in 1..heard.len() {
            let step = (heard[at] - heard[at - 1]).abs();
            if step <= own_step * LOUDNESS {
                continue;
            }
            let around = at.saturating_sub(PERIOD)..heard.len().min(at + PERIOD);
            let loudest = heard[around].iter().fold(LOUDNESS, |a, b| a.max(b.abs()));
            let relative = step / (own_step * loudest);
            if relative > largest.0 {
                largest = (relative, at);
            }
        }
    }
    largest
}

/// Has the audio thread play on, and the session look after itself, until `done`.
fn play_until(
    session: &Handle,
    blocks: &SyncSender<usize>,
    what: &str,
    done: impl Fn(&matryoshka::session::Session) -> bool + Copy + Send + 'static,
) {
    for _ in 0..5000 {
        blocks.send(4).expect("the audio thread");
        let is_done = session.ask(move |thread, session| {
            session.tick(thread);
            done(session)
        });
        if is_done.expect("the message thread") {
            return;
        }
    }
    panic!("{what}: the rack never comes to rest");
}

/// What was heard, and what was done when.
struct Recording {
    heard: [Vec<f32>; 2],
    edits: Vec<(usize, String)>,
}

impl Recording {
    /// What was done up to a sample: the last of it.
    fn before(&self, at: usize) -> String {
        let done: Vec<_> = self.edits.iter().filter(|(when, _)| *when <= at).collect();
        let last = &done[done.len().saturating_sub(4)..];
        format!("sample {at}, after {last:#?}")
    }
}

/// Makes edits while another thread plays, and returns all that was heard.
fn edit_while_playing(mut wishes: Wishes, edits: usize) -> Recording {
    let Rack {
        session, player, ..
    } = Rack::open([late(0)]);
    let mut model = session
        .ask(|_thread, session| session.rack().clone())
        .expect("the model");
    // The audio thread is never far behind.
    let (blocks, wanted) = sync_channel(1);
    let played = Arc::new(AtomicUsize::new(0));
    let audio = thread::spawn({
        let played = played.clone();
        move || listen(player, wanted, &played)
    });
    let mut done = Vec::new();
    let mut made = 0;
    while made < edits {
        let Some(edit) = wishes.edit(&model) else {
            continue;
        };
        let mut after = model.clone();
        if after.apply(edit.clone()).is_err() || holds_bands_in_one_side(&after) {
            continue;
        }
        model = after;
        made += 1;
        blocks.send(3).expect("the audio thread");
        let what = format!("{edit:?}");
        (session.ask(|thread, session| session.edit(thread, edit)))
            .expect("the message thread")
            .expect("an edit that fits the model");
        done.push((played.load(Relaxed), what.chars().take(300).collect()));
        // Now and then several at once: then the later ones wait their turn.
        if wishes.chance.below(4) > 0 {
            play_until(&session, &blocks, &what, |session| session.is_up_to_date());
        }
    }
    play_until(&session, &blocks, "the last", |session| {
        session.is_up_to_date() && session.leaving() == 0
    });
    drop(blocks);
    let (_player, heard) = audio.join().expect("the audio thread");

    let (saved, report) = (session.ask(|thread, session| (session.save(thread), session.report())))
        .expect("the message thread");
    let saved: Value = serde_json::from_str(&saved).expect("JSON");
    let text: Value = serde_json::from_str(&to_text(&model)).expect("JSON");
    assert_eq!(without_states(&saved), without_states(&text));
    for slot in report {
        assert_eq!(slot.problem, None, "{}", slot.plugin);
    }
    Recording { heard, edits: done }
}

/// A rack document without what the children alone know.
fn without_states(document: &Value) -> Value {
    match document {
        Value::Object(fields) => (fields.iter())
            .filter(|(name, _)| !matches!(name.as_str(), "state" | "parameters_ahead" | "plugin"))
            .map(|(name, value)| (name.clone(), without_states(value)))
            .collect(),
        Value::Array(list) => list.iter().map(without_states).collect(),
        value => json!(value),
    }
}

#[test]
fn hundreds_of_edits_of_every_kind_while_playing_make_no_click_and_leave_nothing_behind() {
    for seed in 1..4 {
        let wishes = Wishes::new(seed, [0, 1, 63, 300, 960].map(late).into(), true);
        let recording = edit_while_playing(wishes, 250);
        let heard = &recording.heard;
        assert!(heard.iter().flatten().all(|sample| sample.is_finite()));
        let (largest, at) = largest_step(heard);
        println!(
            "seed {seed}: {} samples, largest step {largest}",
            heard[0].len()
        );
        assert!(
            largest <= 1.05,
            "seed {seed}: a step of {largest} times the sine's at {}",
            recording.before(at)
        );
    }
}

#[test]
fn through_edits_that_change_no_level_the_sound_goes_on_as_if_nothing_was() {
    // Late by whole turns of the sine: then it comes out as it went in, whatever is late by how much.
    for seed in 1..4 {
        let wishes = Wishes::new(seed, [0, 48, 96, 480, 960].map(late).into(), false);
        let recording = edit_while_playing(wishes, 200);
        for (channel, heard) in recording.heard.iter().enumerate() {
            for (at, sample) in heard.iter().enumerate() {
                let off = (sample - sine(at)).abs();
                assert!(
                    off < 1.0e-3,
                    "seed {seed}: channel {channel} is {off} off at {}",
                    recording.before(at)
                );
            }
        }
    }
}
