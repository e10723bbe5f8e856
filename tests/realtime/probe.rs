//! What runs under the interposer: a host that watches a plugin's process calls.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use matryoshka_test_host::{Event, EventKind, Instance, Library, Param, Processor, Setup};

use crate::interposer::Interposer;
use crate::{children, engine, selfcheck};

/// Names the probe to run.
pub const PROBE: &str = "MATRYOSHKA_REALTIME_PROBE";
/// Printed, with the probe's name, when all of it has run.
pub const DONE: &str = "probe done:";

const RATE: f64 = 48_000.0;
const MAX_FRAMES: usize = 1024;
/// Blocks in each phase.
const BLOCKS: usize = 600;

/// Runs the probe `name`.
pub fn run(name: &str) -> Result<()> {
    let interposer = Interposer::find()?;
    match name {
        "interposer" => selfcheck::run(interposer)?,
        "fixture" => {
            let mut instance = load("Matryoshka Fixture.clap", "org.matryoshka.fixture")?;
            watch_plugin(interposer, &mut instance, false, |_, _| Ok(()))?;
        }
        "matryoshka" => {
            let mut instance = load("Matryoshka.clap", "org.matryoshka.matryoshka")?;
            watch_plugin(interposer, &mut instance, true, child_is_heard)?;
            let state = String::from_utf8_lossy(&instance.save_state()?).into_owned();
            ensure!(
                state.contains("Matryoshka Fixture"),
                "not in the rack document: {state}"
            );
        }
        "worker" => engine::selfcheck(interposer)?,
        "engine" => engine::run(interposer)?,
        "children" => children::run(interposer)?,
        "cores" => {
            let mut instance = load("Matryoshka.clap", "org.matryoshka.matryoshka")?;
            watch_plugin(interposer, &mut instance, true, |_, _| Ok(()))?;
            let state = String::from_utf8_lossy(&instance.save_state()?).into_owned();
            ensure!(
                state.contains("all_cores") && state.contains("GVerb"),
                "not in the rack document: {state}"
            );
        }
        _ => bail!("there is no probe \"{name}\""),
    }
    println!("{DONE} {name}");
    Ok(())
}

fn load(file: &str, id: &str) -> Result<Instance> {
    let folder = std::env::var_os("MATRYOSHKA_BUNDLED").context("MATRYOSHKA_BUNDLED is not set")?;
    let path = PathBuf::from(folder).join(file);
    ensure!(
        path.exists(),
        "{} is missing: run `cargo xtask bundle`",
        path.display()
    );
    Library::load(path)?.create(id)
}

/// The child in Matryoshka's rack was made with a gain of -6 dB, a latency of 64 samples and MIDI
/// echo (see `tests/realtime.rs`).
fn child_is_heard(instance: &mut Instance, processor: &mut Processor) -> Result<()> {
    ensure!(
        instance.latency() == 64,
        "latency {} instead of 64",
        instance.latency()
    );
    processor.reset();
    let mut input = vec![vec![0.0; 256]; 2];
    input[0][10] = 1.0;
    let note = Event::note_on(20, 60, 1.0);
    let heard = processor.render_with(&input, None, &[note], std::iter::repeat(128))?;
    let expected = 10.0f32.powf(-6.0 * 0.05);
    ensure!(
        (heard.audio[0][74] - expected).abs() < 1.0e-4,
        "{} at sample 74, where an impulse of {expected} should come out",
        heard.audio[0][74]
    );
    ensure!(
        heard.events.contains(&note),
        "no note came back: {:?}",
        heard.events
    );
    Ok(())
}

/// Plays a plugin as a DAW would and fails if a process call did anything it must not. `present`
/// shows that the plugin under test is really there. Only Matryoshka promises to take floods of events;
/// nice-plug's own plugins allocate.
fn watch_plugin(
    interposer: Interposer,
    instance: &mut Instance,
    floods: bool,
    present: impl FnOnce(&mut Instance, &mut Processor) -> Result<()>,
) -> Result<()> {
    let setup = Setup {
        tempo: Some(120.0),
        ..Setup::new(RATE, MAX_FRAMES as u32).in_place()
    };
    let mut processor = instance.activate(setup)?;
    processor = instance.settle(processor)?;
    let params: Vec<Param> = instance
        .params()
        .into_iter()
        .filter(|p| p.is_automatable)
        .collect();

    // Alone, from the very first block on: nothing is warmed up.
    let mut chance = Chance(1);
    for block in 0..BLOCKS {
        play_block(interposer, &mut processor, &params, floods, &mut chance)?;
        if block % 16 == 0 {
            instance.tick();
        }
    }
    interposer.check("processing alone")?;
    if !interposer.sees_all_system_calls() {
        println!("no syscall user dispatch here: only the usual system calls were watched for");
    }

    // While the main thread saves and loads states, as DAWs do behind the audio's back.
    let state = instance.save_state()?;
    let playing = AtomicBool::new(true);
    let result = thread::scope(|scope| -> Result<Processor> {
        let audio = scope.spawn(|| {
            let mut play = || {
                (0..BLOCKS).try_for_each(|_| {
                    // Something like real time, so that edits fall among many blocks.
                    thread::sleep(Duration::from_millis(1));
                    play_block(interposer, &mut processor, &params, floods, &mut chance)
                })
            };
            let result = play();
            playing.store(false, Ordering::Release);
            result.map(|()| processor)
        });
        while playing.load(Ordering::Acquire) {
            instance.tick();
            instance.save_state()?;
            instance.load_state(&state)?;
            thread::sleep(Duration::from_millis(20));
        }
        audio.join().expect("the audio thread panicked")
    });
    let mut processor = result?;
    interposer.check("processing while states are saved and loaded")?;

    processor = instance.settle(processor)?;
    present(instance, &mut processor)?;
    instance.deactivate(processor);
    Ok(())
}

/// Far more events than a block has room for, of all kinds.
fn flood(processor: &mut Processor, params: &[Param], frames: usize, chance: &mut Chance) {
    const MESSAGE: &[u8] = &[0xf0, 1, 2, 3, 4, 5, 6, 7, 0xf7];
    for n in 0..10_000_u32 {
        let at = chance.below(frames) as u32;
        let key = chance.below(128) as u16;
        let id = params.get(chance.below(512)).map_or(0, |param| param.id);
        let value = f64::from(chance.unit());
        let kind = match n % 8 {
            0 => Event::note_on(at, key, 0.5).kind,
            1 => Event::note_off(at, key).kind,
            2 => EventKind::Midi([0xb0, key as u8, 3]),
            3 => EventKind::Midi([0xe0, key as u8, 3]),
            4 => EventKind::Param { id, value },
            5 => EventKind::Modulation { id, amount: value },
            6 => EventKind::Tuning {
                id: n,
                semitones: value,
            },
            _ => EventKind::SysEx(MESSAGE),
        };
        processor.push(Event { at, kind });
    }
}

/// One block of any size, with noise, silence or denormals, notes and parameter values.
fn play_block(
    interposer: Interposer,
    processor: &mut Processor,
    params: &[Param],
    floods: bool,
    chance: &mut Chance,
) -> Result<()> {
    let frames = match chance.below(4) {
        0 => [1, 2, 64, MAX_FRAMES][chance.below(4)],
        _ => 1 + chance.below(MAX_FRAMES),
    };
    processor.begin(frames);
    let loudness = [0.0, 0.5, 1.0e-39][chance.below(3)];
    for port in 0..2 {
        for channel in 0..processor.input_channels(port) {
            for sample in processor.input_mut(port, channel) {
                *sample = loudness * (chance.unit() * 2.0 - 1.0);
            }
        }
    }
    for _ in 0..chance.below(12) {
        let (at, key) = (chance.below(frames) as u32, chance.below(128));
        processor.push(match chance.below(3) {
            0 => Event::note_on(at, key as u16, 0.5),
            1 => Event::note_off(at, key as u16),
            _ => Event::midi(at, [0x90, key as u8, 100]),
        });
    }
    if floods && chance.below(40) == 0 {
        flood(processor, params, frames, chance);
    }
    for _ in 0..chance.below(6).min(params.len()) {
        let param = &params[chance.below(params.len())];
        let value = param.min + f64::from(chance.unit()) * (param.max - param.min);
        let value = if param.is_stepped {
            value.round()
        } else {
            value
        };
        processor.push(Event::param(chance.below(frames) as u32, param.id, value));
    }

    interposer.watch(|| processor.process()).map(drop)
}

/// Numbers by chance, always the same.
struct Chance(u32);

impl Chance {
    fn unit(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.0 >> 8) as f32 / (1 << 24) as f32
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.unit() * limit as f32) as usize
    }
}
