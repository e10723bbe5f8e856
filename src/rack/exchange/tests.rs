//! Swaps under fire: full queues, racing threads, and who gets to free what.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, ThreadId};

use super::*;
use crate::audio::{EventList, Events, Points, Transport};
use crate::child::{Activation, Failure, Layout, Processor};
use crate::rack::compile::{ChildShape, ItemShape, RackShape, SlotShape, compile};
use crate::rack::schedule::{Growth, Leased, Parts, ProcessorCell, Settings, Strip};

/// Adds one, and tells if it is dropped anywhere but on the thread that made it.
struct Guard {
    home: ThreadId,
    strayed: Arc<AtomicBool>,
    alive: Arc<AtomicUsize>,
}

impl Processor for Guard {
    fn process(&mut self, block: &mut Block<'_, '_>) -> Result<(), Failure> {
        (block.main.iter_mut()).for_each(|c| c.iter_mut().for_each(|sample| *sample += 1.0));
        Ok(())
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.alive.fetch_sub(1, Ordering::SeqCst);
        if thread::current().id() != self.home {
            self.strayed.store(true, Ordering::SeqCst);
        }
    }
}

#[derive(Clone, Default)]
struct Watch {
    strayed: Arc<AtomicBool>,
    alive: Arc<AtomicUsize>,
}

impl Watch {
    fn cell(&self, publisher: &Publisher) -> ProcessorCell {
        self.alive.fetch_add(1, Ordering::SeqCst);
        let guard = Guard {
            home: thread::current().id(),
            strayed: self.strayed.clone(),
            alive: self.alive.clone(),
        };
        ProcessorCell::new(publisher.brand(), Box::new(guard))
    }

    fn alive(&self) -> usize {
        self.alive.load(Ordering::SeqCst)
    }
}

/// A schedule that adds one for each child.
fn schedule(publisher: &Publisher, cells: &[ProcessorCell], latency_samples: u32) -> Schedule {
    let activation = Activation {
        sample_rate: 48000.0,
        max_frames: 16,
        offline: false,
    };
    let settings = Settings::new(&activation, 36.0);
    let layout = Layout {
        main_inputs: 1,
        main_outputs: 1,
        sidechain: 0,
    };
    let slot = ItemShape::Slot(SlotShape {
        children: vec![ChildShape {
            layout,
            latency_samples,
        }],
        ..SlotShape::default()
    });
    let plan = compile(&RackShape {
        items: vec![slot; cells.len()],
        channels: 1,
        ..RackShape::default()
    });
    let brand = publisher.brand();
    let strip = || {
        let (controls, meters) = Default::default();
        let latencies = [latency_samples];
        let strip = Strip::new(controls, meters, 1, latency_samples, &latencies, &settings);
        Leased::new(brand, strip)
    };
    let parts = Parts {
        children: cells.to_vec(),
        strips: cells.iter().map(|_| strip()).collect(),
        ..Parts::default()
    };
    Schedule::new(brand, plan, parts, Growth::default(), settings).unwrap()
}

/// Publishes as soon as there is room.
fn publish(publisher: &mut Publisher, mut schedule: Schedule) {
    while let Err(back) = publisher.publish(schedule) {
        schedule = back;
        thread::yield_now();
    }
}

/// What becomes of silence.
fn hear(player: &mut Player, events_out: &mut EventList) -> f32 {
    let mut samples = [0.0; 4];
    player.run(&mut Block {
        main: &mut [&mut samples[..]],
        sidechain: &[],
        frames: 4,
        events: Events::NONE,
        points: Points::NONE,
        events_out,
        transport: &Transport::default(),
    });
    assert!(samples.iter().all(|sample| *sample == samples[0]));
    samples[0]
}

#[test]
fn a_thousand_swaps_while_audio_runs_free_nothing_there_and_lose_no_block() {
    let watch = Watch::default();
    let (mut publisher, mut player) = exchange(4);
    let stop = Arc::new(AtomicBool::new(false));
    let steady = watch.cell(&publisher);
    publisher
        .publish(schedule(&publisher, std::slice::from_ref(&steady), 0))
        .unwrap();

    let audio = thread::spawn({
        let stop = stop.clone();
        move || {
            let mut events_out = EventList::default();
            let mut swaps = 0;
            let mut before = hear(&mut player, &mut events_out);
            while !stop.load(Ordering::SeqCst) {
                let now = hear(&mut player, &mut events_out);
                // One whole schedule or another, and never none.
                assert!((1.0..=4.0).contains(&now), "{now}");
                swaps += usize::from(now != before);
                before = now;
            }
            player.retire();
            (player, swaps)
        }
    });
    for swap in 0..1000 {
        let mut cells: Vec<ProcessorCell> = (0..swap % 4).map(|_| watch.cell(&publisher)).collect();
        cells.push(steady.clone());
        let next = schedule(&publisher, &cells, 0);
        publish(&mut publisher, next);
    }
    while !publisher.is_idle() {
        publisher.collect();
        thread::yield_now();
    }
    stop.store(true, Ordering::SeqCst);
    let (mut player, swaps) = audio.join().unwrap();
    while !player.retire() {
        publisher.collect();
    }
    publisher.collect();

    assert!(swaps > 0, "the audio thread never saw a swap");
    assert!(
        !watch.strayed.load(Ordering::SeqCst),
        "a child was dropped on the audio thread"
    );
    assert_eq!(watch.alive(), 1);
    assert!(steady.into_inner().is_ok());
}

#[test]
fn without_a_schedule_the_audio_passes() {
    let (_publisher, mut player) = exchange(2);
    assert_eq!(hear(&mut player, &mut EventList::default()), 0.0);
    assert_eq!(player.latency_samples(), 0);
    assert_eq!(player.take_latency_change(), None);
}

#[test]
fn of_many_schedules_between_two_blocks_the_last_one_plays_and_all_others_come_back() {
    let watch = Watch::default();
    let (mut publisher, mut player) = exchange(10);
    for children in 1..=5 {
        let cells: Vec<ProcessorCell> = (0..children).map(|_| watch.cell(&publisher)).collect();
        let next = schedule(&publisher, &cells, 0);
        assert!(publisher.publish(next).is_ok());
        assert!(!publisher.is_idle());
    }
    assert_eq!(hear(&mut player, &mut EventList::default()), 5.0);
    assert!(publisher.is_idle());
    publisher.collect();
    assert_eq!(watch.alive(), 5);
    drop((publisher, player));
    assert_eq!(watch.alive(), 0);
}

#[test]
fn a_schedule_for_which_there_is_no_room_is_handed_back() {
    let watch = Watch::default();
    let (mut publisher, _player) = exchange(2);
    for sent in 0..4 {
        let next = schedule(&publisher, &[watch.cell(&publisher)], 0);
        assert_eq!(publisher.publish(next).is_ok(), sent < 2);
    }
}

#[test]
fn while_nobody_collects_the_old_schedule_plays_on() {
    let watch = Watch::default();
    let (mut publisher, mut player) = exchange(2);
    let mut events_out = EventList::default();
    // Publishing collects, so the way back is blocked by sending behind the publisher's back.
    for children in 1..=7 {
        let cells: Vec<ProcessorCell> = (0..children).map(|_| watch.cell(&publisher)).collect();
        let next = Box::new(schedule(&publisher, &cells, 0));
        let sent = publisher.to_audio.push(next).is_ok();
        let heard = hear(&mut player, &mut events_out);
        // Room for three on the way back: the fourth swap has to wait.
        assert_eq!(heard, children.min(4) as f32);
        assert_eq!(sent, children <= 6);
    }
    publisher.collect();
    assert_eq!(hear(&mut player, &mut events_out), 6.0);
    assert!(!watch.strayed.load(Ordering::SeqCst));
}

#[test]
fn after_retiring_every_child_can_be_taken_back() {
    let watch = Watch::default();
    let (mut publisher, mut player) = exchange(2);
    let cell = watch.cell(&publisher);
    for _ in 0..2 {
        let next = schedule(&publisher, std::slice::from_ref(&cell), 0);
        publish(&mut publisher, next);
    }
    player.adopt();
    let next = schedule(&publisher, std::slice::from_ref(&cell), 0);
    publish(&mut publisher, next);
    assert!(player.retire());
    publisher.collect();
    assert!(publisher.is_idle());
    assert!(cell.into_inner().is_ok());
    assert_eq!(hear(&mut player, &mut EventList::default()), 0.0);
}

#[test]
fn the_latency_is_told_once_for_each_change() {
    let watch = Watch::default();
    let (mut publisher, mut player) = exchange(2);
    let cell = watch.cell(&publisher);
    let mut told = Vec::new();
    for latency_samples in [0, 64, 64, 10] {
        let cells = std::slice::from_ref(&cell);
        publisher
            .publish(schedule(&publisher, cells, latency_samples))
            .unwrap();
        player.adopt();
        assert_eq!(player.latency_samples(), latency_samples);
        told.push(player.take_latency_change());
        assert_eq!(player.take_latency_change(), None);
    }
    assert_eq!(told, [None, Some(64), None, Some(10)]);
}

#[test]
fn a_schedule_of_another_exchange_is_handed_back() {
    let watch = Watch::default();
    let (mut publisher, _player) = exchange(2);
    let (stranger, _other_player) = exchange(2);
    let cell = watch.cell(&stranger);
    let foreign = schedule(&stranger, &[cell], 7);
    assert_eq!(publisher.publish(foreign).unwrap_err().latency_samples(), 7);
}
