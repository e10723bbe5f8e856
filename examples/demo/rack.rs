//! What is in the rack: the file that the plugin starts from, and what the plugin says of it.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::{Value, json};

/// The variable by which a new Matryoshka finds its first rack.
pub const VARIABLE: &str = "MATRYOSHKA_RACK";

/// Three plugins of three formats, which Debian's mda-lv2, swh-plugins and zam-plugins bring: a
/// filter that follows the playing, a hall, and a limiter that catches what both make too loud. Each
/// of them is heard at its default settings, which is not so of many others.
const REAL: [&str; 3] = [
    "LV2:http://drobilla.net/plugins/mda/RezFilter",
    "LADSPA:GVerb",
    "VST3:ZaMaximX2",
];

/// Settings of the fixture, each of which takes its part: see tests/child.
pub const FIXTURE_SETTINGS: (&str, &str) = ("MATRYOSHKA_FIXTURE", "gain=-2,latency=160");

/// Writes a rack of three plugins by different makers, the way a person would write it.
pub fn write_real(file: &Path) -> Result<()> {
    let slots = REAL.map(|plugin| format!("    {{\"plugin\": \"{plugin}\"}}"));
    write(file, &slots)
}

/// Writes a rack of three times the fixture, the plugin that the tests host.
pub fn write_fixture(file: &Path, fixture: &Path) -> Result<()> {
    let plugin = json!({"format": "VST3", "name": "Matryoshka Fixture", "file": fixture});
    let slot = format!("    {{\"plugin\": {plugin}}}");
    write(file, &[slot.clone(), slot.clone(), slot])
}

fn write(file: &Path, slots: &[String]) -> Result<()> {
    let text = format!("{{\n  \"chain\": [\n{}\n  ]\n}}\n", slots.join(",\n"));
    fs::write(file, text).with_context(|| format!("{} cannot be written", file.display()))
}

/// A slot, as the plugin saved it.
pub struct Slot {
    /// The plugin: name and format.
    pub plugin: String,
    /// Whether its own files told what it is, which they do only once it is loaded.
    pub loaded: bool,
}

/// The slots of the rack document in a saved state of the CLAP.
pub fn slots(state: &[u8]) -> Result<Vec<Slot>> {
    read(state).context("Matryoshka saved a state that holds no rack document")
}

fn read(state: &[u8]) -> Option<Vec<Slot>> {
    // nice-plug writes the length of its JSON, 8 bytes, before it; and a field's value in that is
    // JSON in a string: here a string, which in turn is the rack document.
    let state: Value = serde_json::from_slice(state.get(8..)?).ok()?;
    let field: String = serde_json::from_str(state["fields"]["rack"].as_str()?).ok()?;
    let document: Value = serde_json::from_str(&field).ok()?;
    let chain = document["chain"].as_array()?;
    Some(chain.iter().map(slot).collect())
}

fn slot(item: &Value) -> Slot {
    let plugin = &item["plugin"];
    let text = |field: &str| plugin[field].as_str();
    Slot {
        plugin: match (plugin.as_str(), text("name"), text("format")) {
            (Some(short), ..) => short.to_owned(),
            (None, Some(name), Some(format)) => format!("{name} ({format})"),
            (None, Some(name), None) => name.to_owned(),
            (None, None, _) => "something that is no plugin".to_owned(),
        },
        loaded: text("id").is_some() && text("file").is_some(),
    }
}
