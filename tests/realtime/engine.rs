//! The rack's engine under the interposer: a session that edits and loads while another thread plays, with
//! splits of every kind, mixes, sides, children that are late, meters, and workers that do get tasks.

use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use matryoshka::audio::{
    Block, Event, EventKind, EventList, Events, Points, Transport, without_denormals,
};
use matryoshka::child::Activation;
use matryoshka::cores::{Fork, Pool};
use matryoshka::rack::edit::Edit;
use matryoshka::rack::exchange::Player;
use matryoshka::rack::schedule::Cores;
use matryoshka::session::{Handle, Preparation};
use serde_json::{Value, json};

use crate::interposer::{Interposer, KINDS};
use crate::support::{fixture_rack, gain, latency};
use crate::wishes::{Chance, Wishes};
use crate::workers::Workers;

const MAX_FRAMES: usize = 256;
const EDITS: usize = 250;

/// Runs a task as the audio thread, on a worker.
fn watched(task: &dyn Fn()) {
    static INTERPOSER: OnceLock<Interposer> = OnceLock::new();
    match INTERPOSER.get() {
        Some(interposer) => interposer.watch(task),
        None => {
            let found = Interposer::find().expect("the interposer");
            INTERPOSER.get_or_init(|| found).watch(task);
        }
    }
}

/// A worker is caught in what it must not do, within a task and within its search for one.
pub fn selfcheck(interposer: Interposer) -> Result<()> {
    struct Deed(fn());
    impl Fork for Deed {
        fn run(&self, _task: usize) {
            // The audio thread's own is caught as ever: only the workers' counts here.
            if thread::current()
                .name()
                .is_some_and(|name| name.starts_with("matryoshka-"))
            {
                (self.0)();
            }
        }
    }
    let allocate: fn() = || drop(std::hint::black_box(vec![1_u8; 100]));
    let sleep: fn() = || thread::sleep(Duration::from_nanos(1));
    let nothing: fn() = || ();
    let pool = Arc::new(Pool::with_workers(1));
    let plain = Workers::new(pool.clone(), |task| task());
    let marked = Workers::new(pool, watched);
    watched(&|| ());
    // A worker is watched from the end of its first nap on, which comes when it pleases.
    let count_until = |workers: &Workers, deed: fn(), kind: &str, enough: usize| -> Result<()> {
        let index = KINDS.iter().position(|known| *known == kind);
        let index = index.context("a kind")?;
        let deadline = Instant::now() + Duration::from_secs(60);
        while interposer.counts()[index] < enough as u64 {
            ensure!(
                Instant::now() < deadline,
                "\"{kind}\" in a worker's task was not seen: {:?}",
                interposer.counts()
            );
            workers.run(0, &Deed(deed), 2);
        }
        Ok(())
    };
    for (workers, deed, kind) in [
        (&plain, allocate, "allocation"),
        (&marked, allocate, "allocation"),
        (&marked, sleep, "system call"),
    ] {
        interposer.forget();
        count_until(workers, deed, kind, 5)?;
    }
    for workers in [&plain, &marked] {
        interposer.forget();
        for _ in 0..1000 {
            workers.run(0, &Deed(nothing), 2);
        }
        interposer.check("workers that do nothing")?;
    }
    drop((plain, marked));
    interposer.forget();
    Ok(())
}

/// All kinds of splits within each other.
fn rack(slots: &[Value]) -> Value {
    let slot = |number: usize| slots[number % slots.len()].clone();
    let with = |number: usize, field: &str, value: Value| {
        let mut slot = slot(number);
        slot[field] = value;
        slot
    };
    let bands = json!({"split": "bands", "crossovers_hz": [300, 3000], "chains": [
        {"chain": [slot(1)]}, {"chain": [], "gain_db": -3}, {"chain": [slot(2)], "pan": 0.5}]});
    let sides = json!({"split": "left_right", "chains": [
        {"chain": [slot(2)]}, {"chain": [with(3, "mix_percent", json!(40))]}]});
    let mid = json!({"split": "mid_side", "chains": [{"chain": [slot(0)]}, {"chain": []}]});
    json!({"all_cores": true, "chain": [
        with(0, "channels", json!("side")),
        {"split": "parallel", "chains": [
            {"chain": [bands, slot(1)]}, {"chain": [sides]}, {"chain": [mid], "mute": true}, {"chain": []}]},
        with(1, "bypass", json!(true)),
        with(3, "mix_percent", json!(60)),
    ]})
}

/// Plays a block for each message.
fn play(interposer: Interposer, mut player: Player, blocks: &Receiver<()>) -> Player {
    let mut chance = Chance(3);
    let mut events_out = EventList::default();
    let mut room = vec![vec![0.0_f32; 2 * MAX_FRAMES]; 4];
    while blocks.recv().is_ok() {
        // Now and then longer than announced.
        let longest = if chance.below(4) == 0 { 2 } else { 1 } * MAX_FRAMES;
        let frames = 1 + chance.below(longest);
        let loudness = [0.0, 0.1, 1.0e-39][chance.below(3)];
        for sample in room.iter_mut().flatten() {
            *sample = loudness * (chance.below(1000) as f32 * 0.002 - 1.0);
        }
        let mut channels: Vec<&mut [f32]> = room
            .iter_mut()
            .map(|channel| &mut channel[..frames])
            .collect();
        let (main, sidechain) = channels.split_at_mut(2);
        let events = [Event {
            offset: chance.below(frames) as u32,
            kind: EventKind::Midi([0x90, 60, 100]),
        }];
        let transport = Transport::default();
        events_out.clear();
        interposer.watch(|| {
            without_denormals(|| {
                player.run(&mut Block {
                    main,
                    sidechain,
                    frames,
                    events: Events::from(&events[..]),
                    points: Points::NONE,
                    events_out: &mut events_out,
                    transport: &transport,
                });
            });
            player.take_latency_change()
        });
    }
    player
}

/// Edits by chance, loads and saves while another thread plays.
pub fn run(interposer: Interposer) -> Result<()> {
    let slots: Vec<Value> = [0, 1, 64, 1000]
        .into_iter()
        .map(|samples| {
            let settings = [
                ("Latency", latency(samples)),
                ("Gain", gain(-3.0)),
                ("MIDI echo", 1.0),
            ];
            let rack: Value = serde_json::from_str(&fixture_rack(&settings)).expect("JSON");
            rack["chain"][0].clone()
        })
        .collect();
    let document = rack(&slots).to_string();
    let (session, mut player) = Handle::open()?;
    let text = document.clone();
    let mut player = session.ask(move |thread, session| -> Result<Player> {
        session.load(thread, &text)?;
        let preparation = Preparation {
            activation: Activation {
                sample_rate: 48_000.0,
                max_frames: MAX_FRAMES,
                offline: false,
            },
            channels: 2,
            sidechain: 2,
            aux_buses: 0,
        };
        session.prepare(thread, &mut player, preparation);
        for slot in session.report() {
            ensure!(slot.problem.is_none(), "{slot:?}");
        }
        Ok(player)
    })??;
    let workers = Arc::new(Workers::new(Pool::acquire(), watched));
    let is_alone = Pool::acquire().workers() == 0;
    if is_alone {
        println!("one core: no workers to watch");
    } else {
        player.set_cores(Some(workers.clone()));
    }
    watched(&|| ());
    interposer.forget();

    // The audio thread is never far behind.
    let (blocks, wanted) = sync_channel(2);
    let audio = thread::spawn(move || play(interposer, player, &wanted));
    let mut wishes = Wishes::new(11, slots, true);
    let mut made = 0;
    while made < EDITS {
        let model = session.ask(|_thread, session| session.rack().clone())?;
        let Some(edit) = wishes.edit(&model) else {
            continue;
        };
        // What uses one core only is in the rack's own chain; all cores come back with each load.
        let edit = if made % 50 == 49 {
            Edit::SetAllCores(true)
        } else {
            edit
        };
        if session
            .ask(|thread, session| session.edit(thread, edit))?
            .is_err()
        {
            continue;
        }
        made += 1;
        if made % 40 == 0 {
            let text = document.clone();
            session.ask(move |thread, session| session.load(thread, &text))??;
        }
        if made % 25 == 0 {
            session.ask(|thread, session| session.save(thread).len())?;
        }
        for _ in 0..if made % 5 == 0 { 60 } else { 8 } {
            blocks.send(()).context("the audio thread has ended")?;
            session.ask(|thread, session| session.tick(thread))?;
        }
    }
    drop(blocks);
    let player = audio.join().expect("the audio thread panicked");
    interposer.check("the engine at work, while it is edited")?;
    ensure!(
        is_alone || workers.tasks() > 10,
        "the workers ran {} tasks only",
        workers.tasks()
    );
    println!("{made} edits, {} tasks on workers", workers.tasks());
    drop(player);
    Ok(())
}
