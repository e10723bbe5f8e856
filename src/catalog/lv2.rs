//! What an LV2 bundle says of its plugins, read from its Turtle files: no code of theirs is run.
//!
//! Names, vendors and versions come from JUCE, as do all plugins' (see [`worker`](super::worker)); JUCE
//! tells buses, MIDI and editors only of plugins that run. So those are read here, by the rules of JUCE's
//! host (`getParsedBuses` and `findStableBusOrder`, juce_LV2PluginFormatImpl.h and juce_LV2Common.h).

use std::path::Path;

use super::entry::EntryBus;
use super::protocol::Part;
use crate::child::gtk_window;
use crate::turtle::{Facts, GROUPS, LV2, SUPPORTS, UI};

const ATOM_PORT: &str = "http://lv2plug.in/ns/ext/atom#AtomPort";
const MIDI_EVENT: &str = "http://lv2plug.in/ns/ext/midi#MidiEvent";

/// The class of windows that this system shows.
const WINDOW: &str = if cfg!(target_os = "macos") {
    "http://lv2plug.in/ns/extensions/ui#CocoaUI"
} else if cfg!(windows) {
    "http://lv2plug.in/ns/extensions/ui#WindowsUI"
} else {
    "http://lv2plug.in/ns/extensions/ui#X11UI"
};

/// What a bundle says of one plugin.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Described {
    /// Its URI.
    pub uri: String,
    /// Its audio buses, inputs first, in the order that JUCE gives them.
    pub buses: Vec<EntryBus>,
    /// Whether it takes MIDI.
    pub takes_midi: bool,
    /// Whether it makes MIDI.
    pub makes_midi: bool,
    /// Whether it has a window.
    pub has_editor: bool,
}

/// How many plugins there are in a bundle.
pub fn plugins(bundle: &Path) -> usize {
    Facts::of_bundle(bundle).plugins().len()
}

/// Reads a bundle, or a part of it. What cannot be read of it is left out; what is said is then checked
/// against JUCE.
pub fn read(bundle: &Path, part: Option<Part>) -> Vec<Described> {
    let mut facts = Facts::of_bundle(bundle);
    let plugins = facts.plugins();
    let plugins = part.map_or(&plugins[..], |part| part.of(&plugins));
    for uri in plugins {
        facts.read_about(uri);
    }
    (plugins.iter())
        .map(|uri| {
            let mut described = facts.describe(uri);
            described.has_editor |= gtk_window::is_described(&mut facts, uri);
            described
        })
        .collect()
}

impl Facts {
    fn describe(&self, uri: &str) -> Described {
        let mut described = Described {
            uri: uri.to_owned(),
            has_editor: (self.all(uri, &format!("{UI}ui")).iter()).any(|ui| self.is(ui, WINDOW)),
            ..Described::default()
        };
        let ports = self.ports(uri);
        for is_input in [true, false] {
            let class = if is_input { "InputPort" } else { "OutputPort" };
            let mine: Vec<&str> = ports
                .iter()
                .map(|(_, port)| *port)
                .filter(|port| self.is(port, &format!("{LV2}{class}")))
                .collect();
            let midi = mine
                .iter()
                .any(|port| self.is(port, ATOM_PORT) && self.says(port, SUPPORTS, MIDI_EVENT));
            if is_input {
                described.takes_midi = midi;
            } else {
                described.makes_midi = midi;
            }
            let main = if is_input { "mainInput" } else { "mainOutput" };
            let main = self.all(uri, &format!("{GROUPS}{main}")).first();
            let audio: Vec<&str> = mine
                .into_iter()
                .filter(|port| self.is(port, &format!("{LV2}AudioPort")))
                .collect();
            let buses = self.buses(&audio, main.map(String::as_str));
            described
                .buses
                .extend(buses.into_iter().map(|(name, channels, is_off)| EntryBus {
                    name,
                    is_input,
                    channels,
                    is_off,
                }));
        }
        described
    }

    /// Name and channels of each bus, and whether it is off, of ports in the order of their index. A bus
    /// whose ports all need no connection is off until it is asked for.
    fn buses(&self, ports: &[&str], main_group: Option<&str>) -> Vec<(String, usize, bool)> {
        let is_optional = |port: &str| {
            let property = format!("{LV2}connectionOptional");
            self.says(port, &format!("{LV2}portProperty"), &property)
        };
        // Each group with the place of its first port, its channels, and whether it is off.
        let mut groups: Vec<(&str, usize, usize, bool)> = Vec::new();
        let mut alone = Vec::new();
        for (place, port) in ports.iter().enumerate() {
            let Some(group) = self.all(port, &format!("{GROUPS}group")).first() else {
                alone.push((place, port));
                continue;
            };
            match groups.iter_mut().find(|known| known.0 == group) {
                Some(known) => {
                    known.2 += 1;
                    known.3 &= is_optional(port);
                }
                None => groups.push((group, place, 1, is_optional(port))),
            }
        }
        if groups.is_empty() {
            let optional = alone.iter().filter(|(_, port)| is_optional(port)).count();
            let mandatory = alone.len() - optional;
            let main = (mandatory > 0).then(|| (String::new(), mandatory, false));
            return main
                .into_iter()
                .chain(std::iter::repeat_n((String::new(), 1, true), optional))
                .collect();
        }
        // The main group first, or the one whose identifier sorts first; all else by place.
        let first = groups
            .iter()
            .position(|(group, ..)| Some(*group) == main_group)
            .or_else(|| (0..groups.len()).min_by_key(|&index| groups[index].0))
            .unwrap_or(0);
        let first = groups.remove(first);
        let name = |group: &str| {
            let name = self.all(group, &format!("{LV2}name")).first();
            name.cloned().unwrap_or_default()
        };
        let mut rest: Vec<(usize, String, usize, bool)> = groups
            .into_iter()
            .map(|(group, place, channels, is_off)| (place, name(group), channels, is_off))
            .chain(
                alone
                    .into_iter()
                    .map(|(place, port)| (place, String::new(), 1, is_optional(port))),
            )
            .collect();
        rest.sort();
        std::iter::once((name(first.0), first.2, first.3))
            .chain(
                rest.into_iter()
                    .map(|(_, name, channels, is_off)| (name, channels, is_off)),
            )
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn groups_are_buses_main_first_and_midi_and_windows_are_seen() {
        let folder = tempfile::tempdir().expect("a folder");
        let bundle = folder.path().join("a b.lv2");
        fs::create_dir(&bundle).expect("a bundle");
        let prefixes = "@prefix lv2: <http://lv2plug.in/ns/lv2core#> . \
            @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . \
            @prefix ui: <http://lv2plug.in/ns/extensions/ui#> . \
            @prefix atom: <http://lv2plug.in/ns/ext/atom#> . \
            @prefix midi: <http://lv2plug.in/ns/ext/midi#> . \
            @prefix pg: <http://lv2plug.in/ns/ext/port-groups#> .\n";
        fs::write(
            bundle.join("manifest.ttl"),
            format!(
                "{prefixes} <urn:p> a lv2:Plugin ; rdfs:seeAlso <p.ttl> . <urn:u> a <{WINDOW}> ."
            ),
        )
        .expect("a file");
        fs::write(
            bundle.join("p.ttl"),
            format!(
                "{prefixes} <urn:p> a lv2:Plugin ; ui:ui <urn:u> ; pg:mainInput <urn:main> ; lv2:port \
                 [ a lv2:InputPort, lv2:AudioPort ; lv2:index 0 ; pg:group <urn:side> ] , \
                 [ a lv2:InputPort, lv2:AudioPort ; lv2:index 2 ; pg:group <urn:main> ] , \
                 [ a lv2:InputPort, lv2:AudioPort ; lv2:index 1 ; pg:group <urn:main> ] , \
                 [ a lv2:InputPort, atom:AtomPort ; lv2:index 3 ; atom:supports midi:MidiEvent ] , \
                 [ a lv2:OutputPort, lv2:AudioPort ; lv2:index 4 ] . \
                 <urn:main> lv2:name \"Main\" . <urn:side> lv2:name \"Side\" ."
            ),
        )
        .expect("a file");
        let bus = |name: &str, is_input, channels| EntryBus {
            name: name.to_owned(),
            is_input,
            channels,
            is_off: false,
        };
        assert_eq!(
            read(&bundle, None),
            [Described {
                uri: "urn:p".to_owned(),
                buses: vec![
                    bus("Main", true, 2),
                    bus("Side", true, 1),
                    bus("", false, 1)
                ],
                takes_midi: true,
                makes_midi: false,
                has_editor: true,
            }]
        );
    }
}
