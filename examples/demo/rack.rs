//! What is in the rack: the file that the plugin starts from, and what the plugin says of it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, anyhow, ensure};
use matryoshka::child::Activation;
use matryoshka::rack::{Chain, Item, Rack, SlotId};
use matryoshka::session::{Handle, Latencies, Preparation};
use serde_json::{Value, json};

/// The variable by which a new Matryoshka finds its first rack.
pub const VARIABLE: &str = "MATRYOSHKA_RACK";

/// Plugins of three formats, which Debian's mda-lv2, swh-plugins and zam-plugins bring, in what a rack
/// can do: half of a filter that follows the playing; the loud part squashed beside the dry one; a
/// valve for the middle and width for the sides, but not for their bass; some hall; and a limiter that
/// catches what all of that makes too loud. Each plugin is heard at its default settings, which is not
/// so of many others.
const REAL: &str = r#"{
  "name": "Nest of dolls",
  "chain": [
    {"plugin": "LV2:http://drobilla.net/plugins/mda/RezFilter", "mix_percent": 50},
    {"split": "parallel", "chains": [
      {"name": "Dry", "chain": []},
      {"name": "Squashed", "gain_db": -6, "chain": [
        {"plugin": "VST3:ZamCompX2", "input_gain_db": 18},
        {"plugin": "VST3:ZaMaximX2"}
      ]}
    ]},
    {"split": "mid_side", "chains": [
      [{"plugin": "VST3:ZamTube", "output_gain_db": -6}],
      {"gain_db": 3, "chain": [
        {"split": "bands", "crossovers_hz": [250], "chains": [
          {"name": "Bass", "mute": true, "chain": []},
          [{"plugin": "LV2:http://drobilla.net/plugins/mda/Detune"}]
        ]}
      ]}
    ]},
    {"plugin": "LADSPA:GVerb", "mix_percent": 35},
    {"plugin": "VST3:ZaMaximX2"}
  ]
}
"#;

/// Settings of the fixture, each of which takes its part: see tests/child.
pub const FIXTURE_SETTINGS: (&str, &str) = ("MATRYOSHKA_FIXTURE", "gain=-2,latency=160");

/// Writes the rack of real plugins.
pub fn write_real(file: &Path) -> Result<()> {
    write(file, REAL)
}

/// Writes a rack of the fixture, the plugin that the tests host: one, and one beside the dry signal.
pub fn write_fixture(file: &Path, fixture: &Path) -> Result<()> {
    let plugin = json!({"format": "VST3", "name": "Matryoshka Fixture", "file": fixture});
    let slot = json!({"plugin": plugin});
    let rack = json!({"chain": [
        slot,
        {"split": "parallel", "chains": [
            {"name": "Dry", "gain_db": -6, "chain": []},
            {"name": "Wet", "gain_db": -6, "chain": [slot]},
        ]},
    ]});
    write(file, &format!("{rack:#}\n"))
}

fn write(file: &Path, text: &str) -> Result<()> {
    fs::write(file, text).with_context(|| format!("{} cannot be written", file.display()))
}

/// The rack document in a saved state of the CLAP.
pub fn document(state: &[u8]) -> Result<String> {
    read(state).context("Matryoshka saved a state that holds no rack document")
}

fn read(state: &[u8]) -> Option<String> {
    // nice-plug writes the length of its JSON, 8 bytes, before it; and a field's value in that is
    // JSON in a string: here a string, which in turn is the rack document.
    let state: Value = serde_json::from_slice(state.get(8..)?).ok()?;
    serde_json::from_str(state["fields"]["rack"].as_str()?).ok()
}

/// A rack, and how it plays.
pub struct Playing {
    pub rack: Rack,
    /// How late everything in it is.
    pub latencies: Latencies,
    /// Why plugins do not play.
    pub problems: BTreeMap<SlotId, String>,
}

/// Prepares the rack as the CLAP did, with the same engine in this program, to look into it: a plugin
/// tells its host only the sum. `latency_samples` is that sum.
pub fn look_into(
    document: String,
    sample_rate: u32,
    max_frames: usize,
    latency_samples: usize,
) -> Result<Playing> {
    let preparation = Preparation {
        activation: Activation {
            sample_rate: f64::from(sample_rate),
            max_frames,
            offline: false,
        },
        channels: 2,
        sidechain: 2,
        aux_buses: 0,
    };
    let (session, mut player) = Handle::open()?;
    let looked = session.ask(move |thread, session| -> Result<_> {
        session.load(thread, &document)?;
        session.prepare(thread, &mut player, preparation);
        let problems = (session.report().into_iter())
            .filter_map(|slot| Some((slot.id, slot.problem?)))
            .collect();
        let playing = Playing {
            rack: session.rack().clone(),
            latencies: (session.latencies()).ok_or_else(|| anyhow!("it is not ready"))?,
            problems,
        };
        Ok((playing, player))
    });
    let (playing, player) = looked??;
    drop(player);
    let total = playing.latencies.total_samples as usize;
    ensure!(
        total == latency_samples,
        "Matryoshka.clap reports a latency of {latency_samples} samples, and its rack has {total}"
    );
    Ok(playing)
}

/// The names of what is in a chain, in one line: chains side by side in brackets.
pub fn in_a_line(chain: &Chain) -> String {
    let item = |item: &Item| match item {
        Item::Slot(slot) => slot.plugin.name.clone(),
        Item::Split(split) => {
            let chains = split.chains.iter().map(|chain| in_a_line(&chain.chain));
            format!("({})", chains.collect::<Vec<_>>().join(" | "))
        }
        _ => "?".to_owned(),
    };
    match chain.0.as_slice() {
        [] => "dry".to_owned(),
        items => items.iter().map(item).collect::<Vec<_>>().join(" › "),
    }
}
