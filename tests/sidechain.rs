//! Compressors with a sidechain duck in a rack as they do when they are hosted directly, whether they listen to
//! the host's sidechain or to another slot, and not at all while that is silent.

mod support;

use matryoshka::audio::{Block, EventList, Events, Points, Transport, without_denormals};
use matryoshka::child::{Activation, Child, Layout};
use matryoshka::rack::PluginReference;
use matryoshka::session::{Handle, Preparation};
use serde_json::{Value, json};
use support::{bundled, delayed, direct, fixture_rack, gain, latency, signal};

const RATE: f64 = 48_000.0;
const FRAMES: usize = 256;
const LENGTH: usize = 200 * FRAMES;
const MOST: f32 = 1.0e-6;

type Audio = Vec<Vec<f32>>;
/// Parameters by the start of their name, from 0 to 1.
type Settings = &'static [(&'static str, f32)];

/// A compressor whose sidechain is fed from outside, and how it is set to duck hard.
struct Compressor {
    plugin: Value,
    settings: Settings,
}

fn lsp() -> Compressor {
    Compressor {
        plugin: json!("LV2:LSP Sidechain Compressor Stereo"),
        // External sidechain; a low threshold, a high ratio, fast.
        settings: &[
            ("Sidechain type", 1.0),
            ("Sidechain mode", 0.0),
            ("Attack threshold", 0.02),
            ("Attack time", 0.0),
            ("Release time", 0.01),
            ("Ratio", 0.2),
        ],
    }
}

fn fixture() -> Compressor {
    let file = bundled("Matryoshka Fixture.vst3");
    Compressor {
        plugin: json!({"format": "VST3", "name": "Matryoshka Fixture", "file": file}),
        settings: &[("Sidechain gate", 1.0)],
    }
}

fn activation() -> Activation {
    Activation {
        sample_rate: RATE,
        max_frames: FRAMES,
        offline: true,
    }
}

fn set(child: &mut dyn Child, settings: Settings) {
    let parameters = child.parameters();
    for (name, value) in settings {
        let found = parameters.iter().find(|known| known.name.starts_with(name));
        let names: Vec<&str> = parameters.iter().map(|known| known.name.as_str()).collect();
        let found = found.unwrap_or_else(|| panic!("{name}: there are {names:?}"));
        child.set_parameter(found.index, *value);
    }
}

/// Runs a job with the compressor on its own, set as it is to be.
fn with_child<R: Send + 'static>(
    compressor: &Compressor,
    job: impl FnOnce(&mut dyn Child) -> R + Send + 'static,
) -> R {
    let settings = compressor.settings;
    let reference: PluginReference =
        serde_json::from_value(compressor.plugin.clone()).expect("a reference");
    direct::with_child(reference, move |child| {
        let layout = Layout {
            main_inputs: 2,
            main_outputs: 2,
            sidechain: 2,
        };
        assert_eq!(child.negotiate(layout), layout);
        set(child, settings);
        job(child)
    })
}

/// What the compressor does when it is hosted directly.
fn directly(compressor: &Compressor, input: &Audio, sidechain: &Audio) -> Audio {
    let (mut out, sidechain) = (input.clone(), sidechain.clone());
    with_child(compressor, move |child| {
        let mut processor = child.activate(&activation()).expect("ready");
        blocks(&mut out, &sidechain, |block| {
            processor.process(block).expect("it plays");
        });
        child.deactivate(processor);
        out
    })
}

/// A slot with the compressor, set as it is to be.
fn slot(compressor: &Compressor) -> Value {
    let state = with_child(compressor, |child| {
        // VST3s take parameters into their state with a block.
        let mut processor = child.activate(&activation()).expect("ready");
        let mut silence = vec![vec![0.0; FRAMES]; 2];
        blocks(&mut silence, &vec![vec![0.0; FRAMES]; 2], |block| {
            processor.process(block).expect("it plays");
        });
        child.deactivate(processor);
        child.save_state().expect("a state")
    });
    let state = matryoshka::rack::ChildState::from(state);
    json!({"plugin": compressor.plugin, "state": state})
}

/// What comes out of a rack, with its latency.
fn in_a_rack(chain: &Value, input: &Audio, sidechain: &Audio) -> (Audio, u32) {
    let (session, mut player) = Handle::open().expect("a session");
    let text = json!({"chain": chain}).to_string();
    let (mut player, prepared) = session
        .ask(move |thread, session| {
            session.load(thread, &text).expect("a rack");
            let preparation = Preparation {
                activation: activation(),
                channels: 2,
                sidechain: 2,
                aux_buses: 0,
            };
            let prepared = session.prepare(thread, &mut player, preparation);
            for slot in session.report() {
                assert_eq!(slot.problem, None, "{}", slot.plugin);
            }
            (player, prepared)
        })
        .expect("the message thread");
    let mut out = input.clone();
    blocks(&mut out, sidechain, |block| player.run(block));
    (out, prepared.latency_samples)
}

fn blocks(audio: &mut Audio, sidechain: &Audio, mut run: impl FnMut(&mut Block<'_, '_>)) {
    let length = audio[0].len();
    for start in (0..length).step_by(FRAMES) {
        let range = start..start + FRAMES;
        let mut main: Vec<&mut [f32]> = audio
            .iter_mut()
            .map(|lane| &mut lane[range.clone()])
            .collect();
        let mut heard = sidechain.clone();
        let heard: Vec<&mut [f32]> = heard
            .iter_mut()
            .map(|lane| &mut lane[range.clone()])
            .collect();
        without_denormals(|| {
            run(&mut Block {
                main: &mut main,
                sidechain: &heard,
                frames: FRAMES,
                events: Events::NONE,
                points: Points::NONE,
                events_out: &mut EventList::default(),
                transport: &Transport::default(),
            });
        });
    }
}

fn silence() -> Audio {
    vec![vec![0.0; LENGTH]; 2]
}

/// Loud and silent in turns.
fn bursts() -> Audio {
    let mut bursts = signal(2, LENGTH);
    for channel in &mut bursts {
        for (at, sample) in channel.iter_mut().enumerate() {
            if (at / 5000) % 2 == 0 {
                *sample = 0.0;
            }
        }
    }
    bursts
}

fn loudness(audio: &Audio) -> f64 {
    audio
        .iter()
        .flatten()
        .map(|sample| f64::from(*sample).powi(2))
        .sum()
}

fn assert_same(one: &Audio, other: &Audio, what: &str) {
    let differences = one.iter().flatten().zip(other.iter().flatten());
    let largest = differences
        .map(|(one, other)| (one - other).abs())
        .fold(0.0, f32::max);
    assert!(largest <= MOST, "{what}: {largest}");
}

fn ducks(compressor: &Compressor) {
    let (input, sidechain) = (signal(2, LENGTH), bursts());
    let slot = slot(compressor);

    let free = directly(compressor, &input, &silence());
    let ducked = directly(compressor, &input, &sidechain);
    let ratio = loudness(&ducked) / loudness(&free).max(1e-9);
    assert!(!(0.9..1.1).contains(&ratio), "it does nothing: {ratio}");

    // The host's sidechain.
    let (out, _) = in_a_rack(&json!([slot]), &input, &sidechain);
    assert_same(&out, &ducked, "with the host's sidechain");
    let (out, _) = in_a_rack(&json!([slot]), &input, &silence());
    assert_same(&out, &free, "with the host's sidechain silent");
    let mut deaf = slot.clone();
    deaf["sidechain"] = "none".into();
    let (out, _) = in_a_rack(&json!([deaf]), &input, &sidechain);
    assert_same(&out, &free, "with no sidechain");

    // Another slot, which is late: the compressor waits for it.
    for (late, level) in [(0, -6.0), (100, 0.0)] {
        let source = fixture_rack(&[("Gain", gain(level)), ("Latency", latency(late))]);
        let source: Value = serde_json::from_str(&source).expect("JSON");
        let mut source = source["chain"][0].clone();
        source["label"] = "kick".into();
        let mut listener = slot.clone();
        listener["sidechain"] = json!({"from": "kick"});
        let chain = json!([{"split": "parallel", "chains": [
            {"mute": true, "chain": [source]},
            {"chain": [listener]},
        ]}]);
        let late = late as usize;
        let (out, told) = in_a_rack(&chain, &input, &silence());
        let factor = 10.0_f32.powf(level / 20.0);
        let kick: Audio = (delayed(&input, late).into_iter())
            .map(|channel| channel.into_iter().map(|sample| sample * factor).collect())
            .collect();
        let expected = directly(compressor, &delayed(&input, late), &kick);
        assert_same(&out, &expected, &format!("with a slot that is {late} late"));
        assert!(told as usize >= late);
        // The slot hears nothing: the compressor does not duck.
        let (out, _) = in_a_rack(&chain, &silence(), &sidechain);
        assert_eq!(loudness(&out), 0.0);
    }
}

#[test]
fn lsp_sidechain_compressor_as_lv2() {
    ducks(&lsp());
}

#[test]
fn the_fixture_as_vst3() {
    ducks(&fixture());
}
