//! What a bundle says of a plugin's GTK window.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::turtle::{Facts, LV2, UI, path_of};

/// What windows may ask for. `idleInterface` is asked for as what the window has to be called at.
const GIVEN: [&str; 9] = [
    "http://lv2plug.in/ns/ext/urid#map",
    "http://lv2plug.in/ns/ext/urid#unmap",
    "http://lv2plug.in/ns/ext/options#options",
    "http://lv2plug.in/ns/extensions/ui#makeResident",
    "http://lv2plug.in/ns/extensions/ui#resize",
    "http://lv2plug.in/ns/extensions/ui#touch",
    "http://lv2plug.in/ns/extensions/ui#portMap",
    "http://lv2plug.in/ns/extensions/ui#idleInterface",
    "http://lv2plug.in/ns/extensions/ui#noUserResize",
];

/// What an understudy may ask for.
const GIVEN_TO_PLUGINS: [&str; 5] = [
    "http://lv2plug.in/ns/ext/urid#map",
    "http://lv2plug.in/ns/ext/urid#unmap",
    "http://lv2plug.in/ns/ext/options#options",
    "http://lv2plug.in/ns/lv2core#isLive",
    "http://lv2plug.in/ns/lv2core#inPlaceBroken",
];

/// What windows ask for that like to ask the plugin itself.
const ACCESS: [&str; 2] = [
    "http://lv2plug.in/ns/ext/instance-access",
    "http://lv2plug.in/ns/ext/data-access",
];
const STATE: &str = "http://lv2plug.in/ns/ext/state#interface";

/// Which GTK draws a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Toolkit {
    /// GTK 2.
    Gtk2,
    /// GTK 3.
    Gtk3,
}

impl Toolkit {
    /// The class of such windows.
    fn class(self) -> String {
        match self {
            Self::Gtk2 => format!("{UI}GtkUI"),
            Self::Gtk3 => format!("{UI}Gtk3UI"),
        }
    }
}

/// A plugin's port, as far as a window has to do with it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Port {
    /// Its place among all ports.
    pub index: u32,
    /// Its name for programs.
    pub symbol: String,
    /// What it is for.
    pub kind: PortKind,
}

/// What a port is for.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum PortKind {
    /// A knob.
    Knob {
        /// The lowest value.
        min: f32,
        /// The highest value.
        max: f32,
        /// The value at first.
        default: f32,
        /// It switches the plugin on, which hosts show as a bypass, the other way round.
        is_enabling: bool,
    },
    /// A value that the plugin shows.
    Shown,
    /// Samples.
    Signal,
    /// Messages, or what we do not know.
    Other,
}

/// A plugin's GTK window, as its bundle describes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Described {
    /// The plugin's URI.
    pub plugin: String,
    /// The bundle's folder.
    pub bundle: PathBuf,
    /// The window's URI.
    pub window: String,
    /// The library with the window's code.
    pub library: PathBuf,
    /// What draws it.
    pub toolkit: Toolkit,
    /// It has one size.
    pub is_fixed: bool,
    /// It wants to be called many times a second.
    pub wants_idle: bool,
    /// The plugin's ports.
    pub ports: Vec<Port>,
    /// The library with the plugin's own code, where the window likes to ask the plugin.
    pub understudy: Option<PathBuf>,
}

impl Described {
    /// The window of the plugin with this URI, of a bundle in these folders.
    #[cfg(target_os = "linux")]
    pub fn find(plugin: &str, folders: &[String]) -> Option<Self> {
        // The last word stands in the bundle's list, however the rest is shortened there.
        let mut words = plugin.rsplit(|letter: char| !letter.is_ascii_alphanumeric());
        let word = words.next().unwrap_or_default().as_bytes();
        let says_word = |bundle: &Path| {
            let text = fs::read(bundle.join("manifest.ttl")).unwrap_or_default();
            word.is_empty() || text.windows(word.len()).any(|part| part == word)
        };
        let bundles = folders
            .iter()
            .filter_map(|folder| fs::read_dir(folder).ok());
        for entry in bundles.flat_map(Iterator::flatten) {
            let bundle = entry.path();
            if !says_word(&bundle) {
                continue;
            }
            let mut facts = Facts::of_bundle(&bundle);
            if facts.is(plugin, &format!("{LV2}Plugin")) {
                facts.read_about(plugin);
                return Self::of(&mut facts, plugin, &bundle);
            }
        }
        None
    }

    /// The window of a plugin that has been read about.
    fn of(facts: &mut Facts, plugin: &str, bundle: &Path) -> Option<Self> {
        let windows = facts.all(plugin, &format!("{UI}ui")).to_vec();
        windows.iter().for_each(|window| facts.read_about(window));
        let facts = &*facts;
        let fits = |window: &&String| {
            let mut required = facts.all(window, &format!("{LV2}requiredFeature")).iter();
            required.all(|feature| GIVEN.contains(&&**feature))
        };
        let (window, toolkit) = [Toolkit::Gtk3, Toolkit::Gtk2]
            .into_iter()
            .find_map(|toolkit| {
                let class = toolkit.class();
                let mut those = windows.iter().filter(|window| facts.is(window, &class));
                Some((those.find(fits)?, toolkit))
            })?;
        let library = |subject: &str, words: &[&str]| {
            let named = words
                .iter()
                .find_map(|words| facts.first(subject, &format!("{words}binary")));
            named.and_then(path_of)
        };
        let feature = |name: &str| {
            let among = |which: &str| facts.says(window, &format!("{LV2}{which}Feature"), name);
            (among("required"), among("optional"))
        };
        let is_named = |name: &str| {
            let (is_required, is_optional) = feature(&format!("{UI}{name}"));
            is_required || is_optional
        };
        let understudy = library(plugin, &[LV2]);
        Some(Self {
            plugin: plugin.to_owned(),
            bundle: bundle.to_owned(),
            window: window.clone(),
            library: library(window, &[UI, LV2])?,
            toolkit,
            is_fixed: is_named("noUserResize") || is_named("fixedSize"),
            wants_idle: feature(&format!("{UI}idleInterface")).0,
            ports: ports(facts, plugin),
            understudy: understudy.filter(|_| {
                let asks = ACCESS.iter().any(|access| feature(access).1);
                asks && may_have_understudy(facts, plugin)
            }),
        })
    }
}

/// Whether there could be an understudy of a plugin: nothing but its knobs can be set.
fn may_have_understudy(facts: &Facts, plugin: &str) -> bool {
    let mut required = facts.all(plugin, &format!("{LV2}requiredFeature")).iter();
    required.all(|feature| GIVEN_TO_PLUGINS.contains(&&**feature))
        && !facts.says(plugin, &format!("{LV2}extensionData"), STATE)
}

fn ports(facts: &Facts, plugin: &str) -> Vec<Port> {
    let word = |port: &str, word: &str| facts.first(port, &format!("{LV2}{word}"));
    // As JUCE has it where nothing is said (`Port::getRange` in juce_LV2PluginFormatImpl.h).
    let number = |port: &str, name: &str, otherwise: f32| {
        let said = word(port, name).and_then(|said| said.parse().ok());
        said.unwrap_or(otherwise)
    };
    let kind = |port: &str| {
        let is = |class: &str| facts.is(port, &format!("{LV2}{class}"));
        if is("AudioPort") || is("CVPort") {
            return PortKind::Signal;
        }
        match (is("ControlPort"), is("InputPort")) {
            (true, true) => PortKind::Knob {
                min: number(port, "minimum", 0.0),
                max: number(port, "maximum", 1.0),
                default: number(port, "default", 0.0),
                is_enabling: word(port, "designation") == Some(format!("{LV2}enabled").as_str()),
            },
            (true, false) => PortKind::Shown,
            _ => PortKind::Other,
        }
    };
    (facts.ports(plugin).into_iter())
        .map(|(index, port)| Port {
            index,
            symbol: word(port, "symbol").unwrap_or_default().to_owned(),
            kind: kind(port),
        })
        .collect()
}

/// Whether a plugin, which has been read about, has a GTK window that can be shown on this system.
pub(crate) fn is_described(facts: &mut Facts, plugin: &str) -> bool {
    cfg!(target_os = "linux") && Described::of(facts, plugin, Path::new("")).is_some()
}
