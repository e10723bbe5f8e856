//! Real third-party plugins of three formats, hosted by a session without a DAW.

use matryoshka::audio::{Block, EventList, Events, Points, Transport};
use matryoshka::child::Activation;
use matryoshka::rack::exchange::Player;
use matryoshka::session::{Handle, Preparation, Prepared, SlotReport};

const RATE: f64 = 48_000.0;
const FRAMES: usize = 256;

struct Rack {
    session: Handle,
    player: Player,
    prepared: Prepared,
}

fn prepare(session: &Handle, mut player: Player, channels: usize) -> (Player, Prepared) {
    let preparation = Preparation {
        activation: Activation {
            sample_rate: RATE,
            max_frames: FRAMES,
            offline: false,
        },
        channels,
        sidechain: 2,
        aux_buses: 0,
    };
    let prepared = session.ask(move |thread, session| {
        let prepared = session.prepare(thread, &mut player, preparation);
        (player, prepared)
    });
    prepared.expect("the message thread")
}

fn open(document: &str, channels: usize) -> Rack {
    let (session, player) = Handle::open().expect("a session");
    let text = document.to_owned();
    session
        .ask(move |thread, session| session.load(thread, &text))
        .expect("the message thread")
        .expect("a rack");
    let (player, prepared) = prepare(&session, player, channels);
    Rack {
        session,
        player,
        prepared,
    }
}

fn chain(plugins: &[&str]) -> String {
    let slots: Vec<String> = plugins
        .iter()
        .map(|plugin| format!(r#"{{"plugin": "{plugin}"}}"#))
        .collect();
    format!(r#"{{"chain": [{}]}}"#, slots.join(", "))
}

fn sine(channels: usize, frames: usize) -> Vec<Vec<f32>> {
    (0..channels)
        .map(|channel| {
            let step = 0.02 * (channel + 1) as f32;
            (0..frames).map(|n| (n as f32 * step).sin() * 0.4).collect()
        })
        .collect()
}

impl Rack {
    fn play(&mut self, audio: &mut [Vec<f32>], block: usize) {
        let mut events_out = EventList::default();
        let frames = audio[0].len();
        let mut start = 0;
        while start < frames {
            let end = (start + block).min(frames);
            let mut channels: Vec<&mut [f32]> = audio
                .iter_mut()
                .map(|channel| &mut channel[start..end])
                .collect();
            self.player.run(&mut Block {
                main: &mut channels,
                sidechain: &[],
                frames: end - start,
                events: Events::NONE,
                points: Points::NONE,
                events_out: &mut events_out,
                transport: &Transport::default(),
            });
            start = end;
        }
    }

    fn report(&self) -> Vec<SlotReport> {
        let report = self.session.ask(|_thread, session| session.report());
        report.expect("the message thread")
    }

    fn save(&self) -> String {
        let saved = self.session.ask(|thread, session| session.save(thread));
        saved.expect("the message thread")
    }
}

/// Plugins of three formats; each changes a sine at its defaults.
const PLUGINS: [&str; 6] = [
    "VST3:ZamCompX2",
    "VST3:ZamVerb",
    "LV2:ZaMultiCompX2",
    "LV2:MDA Overdrive",
    "LADSPA:ZamCompX2",
    "LADSPA:Valve saturation",
];

#[test]
fn plugins_of_three_formats_load_play_and_say_that_they_did() {
    for plugin in PLUGINS {
        let mut rack = open(&chain(&[plugin]), 2);
        let report = rack.report();
        assert_eq!(report[0].problem, None, "{plugin}");
        let input = sine(2, 8192);
        let mut output = input.clone();
        rack.play(&mut output, FRAMES);
        let finite = output.iter().flatten().all(|sample| sample.is_finite());
        assert!(finite, "{plugin}");
        let loud = output.iter().flatten().any(|sample| sample.abs() > 0.01);
        assert!(loud, "{plugin} is silent");
        println!("{plugin}: {:?} {:?}", report[0], rack.prepared);
    }
}

#[test]
fn a_mono_plugin_in_a_stereo_chain_runs_as_two_linked_instances() {
    let mut rack = open(&chain(&["VST3:ZamEQ2"]), 2);
    assert_eq!(rack.report()[0].instances, 2, "{:?}", rack.report());
    let mut same = sine(1, 4096);
    same.push(same[0].clone());
    rack.play(&mut same, FRAMES);
    assert!(same[0] == same[1]);
}

#[test]
fn a_stereo_plugin_in_a_mono_chain_and_a_plugin_that_makes_stereo_of_mono_play() {
    for plugin in ["VST3:ZamVerb", "LV2:MDA Ambience", "LADSPA:GVerb"] {
        let mut rack = open(&chain(&[plugin]), 1);
        assert_eq!(rack.report()[0].problem, None, "{plugin}");
        let mut audio = sine(1, 48_000);
        let input = audio.clone();
        rack.play(&mut audio, FRAMES);
        assert!(audio != input, "{plugin}");
        assert!(audio[0].iter().all(|sample| sample.is_finite()), "{plugin}");
    }
}

#[test]
fn a_ladspa_plugin_starts_from_its_own_defaults_and_keeps_them_through_a_save() {
    // "dB limit" goes from -50 to 0 and starts at 0: the sine passes.
    let mut rack = open(&chain(&["LADSPA:hardLimiter"]), 2);
    assert_eq!(rack.report()[0].problem, None);
    let input = sine(2, 4096);
    let mut first = input.clone();
    rack.play(&mut first, FRAMES);
    assert!(first == input);
    let mut again = open(&rack.save(), 2);
    let mut second = input.clone();
    again.play(&mut second, FRAMES);
    assert!(second == input);
}

#[test]
fn a_format_that_is_not_hosted_is_named_and_its_settings_kept() {
    let rack = open(&chain(&["CLAP:ZamCompX2", "LV2:MDA Overdrive"]), 2);
    let report = rack.report();
    let problem = report[0].problem.clone().expect("a problem");
    assert!(
        problem.contains("CLAP plugins cannot be hosted here"),
        "{problem}"
    );
    assert_eq!(report[1].problem, None);
    assert!(rack.save().contains("CLAP:ZamCompX2"));
}

#[test]
fn a_rack_saved_and_loaded_again_is_the_same_to_the_byte() {
    for plugin in PLUGINS {
        let rack = open(&chain(&[plugin]), 2);
        let saved = rack.save();
        let again = open(&saved, 2);
        assert_eq!(again.report()[0].problem, None, "{plugin}: {saved}");
        assert_eq!(again.save(), saved, "{plugin}");
    }
}

#[test]
fn a_plugin_that_is_not_installed_keeps_its_place_and_its_settings() {
    let document = r#"{"chain": [
        {"plugin": {"format": "VST3", "name": "Nowhere 9", "id": "12345678"}, "state": "KLUv/SQFKQAAaGVsbG+jbZ+I"},
        {"plugin": "VST3:ZamCompX2"}
    ]}"#;
    let mut rack = open(document, 2);
    let report = rack.report();
    let problem = report[0].problem.clone().expect("a problem");
    assert!(
        problem.contains("Nowhere 9 (VST3) is not installed"),
        "{problem}"
    );
    assert_eq!(report[1].problem, None);
    let mut audio = sine(2, 4096);
    rack.play(&mut audio, FRAMES);
    let saved: serde_json::Value = serde_json::from_str(&rack.save()).expect("JSON");
    let slot = &saved["chain"][0];
    assert_eq!(slot["state"], "KLUv/SQFKQAAaGVsbG+jbZ+I");
    assert_eq!(slot["plugin"]["name"], "Nowhere 9");
}

#[test]
fn two_sessions_at_once_do_not_disturb_each_other() {
    let mut first = open(&chain(&["VST3:ZamCompX2"]), 2);
    let mut second = open(&chain(&["VST3:ZamCompX2", "LV2:ZamTube"]), 2);
    let mut alone = sine(2, 8192);
    first.play(&mut alone, FRAMES);
    (first.player, _) = prepare(&first.session, first.player, 2);

    let mut together = sine(2, 8192);
    let player = std::thread::spawn(move || {
        let mut audio = sine(2, 8192);
        second.play(&mut audio, FRAMES);
        second
    });
    first.play(&mut together, FRAMES);
    let second = player.join().expect("the other player");
    assert!(alone == together);
    assert_eq!(second.report().len(), 2);
}

#[test]
fn garbage_as_a_rack_is_refused_and_what_played_plays_on() {
    let mut rack = open(&chain(&["LV2:MDA Overdrive"]), 2);
    for garbage in [
        "",
        "{",
        "[]",
        "{\"chain\": 5}",
        "{\"version\": 99, \"chain\": []}",
    ] {
        let refused = rack
            .session
            .ask(move |thread, session| session.load(thread, garbage).is_err());
        assert!(refused.expect("the message thread"), "{garbage}");
    }
    assert_eq!(rack.report()[0].plugin, "MDA Overdrive (LV2)");
    let mut audio = sine(2, 4096);
    let input = audio.clone();
    rack.play(&mut audio, FRAMES);
    assert!(audio != input);
}

#[test]
fn a_newer_document_in_a_fresh_instance_is_saved_again_as_it_came() {
    let (session, _player) = Handle::open().expect("a session");
    let newer = r#"{"version": 99, "chain": [], "future": true}"#;
    let saved = session.ask(move |thread, session| {
        assert!(session.load(thread, newer).is_err());
        session.save(thread)
    });
    assert_eq!(saved.expect("the message thread"), newer);
}

/// Set in a process that this test starts: it is to exit with everything alive.
const EXITS: &str = "MATRYOSHKA_TEST_EXITS";

#[test]
fn a_host_that_exits_with_children_alive_ends_well() {
    if std::env::var_os(EXITS).is_some() {
        let plugins = [
            "VST3:ZamVerb",
            "VST3:ZamCompX2",
            "LV2:MDA Leslie",
            "LADSPA:GVerb",
        ];
        let rack = open(&chain(&plugins), 2);
        assert!(rack.report().iter().all(|slot| slot.problem.is_none()));
        std::mem::forget(rack);
        std::process::exit(0);
    }
    for _ in 0..5 {
        let this = std::env::current_exe().expect("this program");
        let ended = std::process::Command::new(this)
            .args(["--exact", "a_host_that_exits_with_children_alive_ends_well"])
            .env(EXITS, "1")
            .output()
            .expect("a process");
        let said = String::from_utf8_lossy(&ended.stdout).into_owned();
        assert!(ended.status.success(), "{}: {said}", ended.status);
    }
}
