//! What an LV2 bundle says of its plugins, read from its Turtle files: no code of theirs is run.
//!
//! Names, vendors and versions come from JUCE, as do all plugins' (see [`worker`](super::worker)); JUCE
//! tells buses, MIDI and editors only of plugins that run. So those are read here, by the rules of JUCE's
//! host (`getParsedBuses` and `findStableBusOrder`, juce_LV2PluginFormatImpl.h and juce_LV2Common.h).

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use oxrdf::{NamedOrBlankNode, Term};
use oxttl::TurtleParser;

use super::entry::EntryBus;
use super::protocol::Part;

const RDF_TYPE: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";
const SEE_ALSO: &str = "http://www.w3.org/2000/01/rdf-schema#seeAlso";
const LV2: &str = "http://lv2plug.in/ns/lv2core#";
const GROUPS: &str = "http://lv2plug.in/ns/ext/port-groups#";
const SUPPORTS: &str = "http://lv2plug.in/ns/ext/atom#supports";
const ATOM_PORT: &str = "http://lv2plug.in/ns/ext/atom#AtomPort";
const MIDI_EVENT: &str = "http://lv2plug.in/ns/ext/midi#MidiEvent";
const UI: &str = "http://lv2plug.in/ns/extensions/ui#ui";

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
    let mut facts = Facts::default();
    facts.read(&bundle.join("manifest.ttl"), bundle);
    facts.of_type(&format!("{LV2}Plugin")).len()
}

/// Reads a bundle, or a part of it. What cannot be read of it is left out; what is said is then checked
/// against JUCE.
pub fn read(bundle: &Path, part: Option<Part>) -> Vec<Described> {
    let mut facts = Facts::default();
    let mut read = HashSet::new();
    facts.read(&bundle.join("manifest.ttl"), bundle);
    read.insert(bundle.join("manifest.ttl"));
    let plugins = facts.of_type(&format!("{LV2}Plugin"));
    let plugins = part.map_or(&plugins[..], |part| part.of(&plugins));
    for uri in plugins {
        for file in facts.all(uri, SEE_ALSO).to_vec() {
            if let Some(file) = file_in(&file, bundle)
                && read.insert(file.clone())
            {
                facts.read(&file, bundle);
            }
        }
    }
    plugins.iter().map(|uri| facts.describe(uri)).collect()
}

fn base(folder: &Path) -> String {
    // The few letters that an IRI does not take; a path with others than these is left as it is.
    let path = folder.display().to_string().replace('\\', "/");
    let path: String = path
        .chars()
        .map(|letter| match letter {
            ' ' => "%20".to_owned(),
            '%' => "%25".to_owned(),
            '#' => "%23".to_owned(),
            '?' => "%3F".to_owned(),
            other => other.to_string(),
        })
        .collect();
    let slash = if path.starts_with('/') { "" } else { "/" };
    format!("file://{slash}{path}/")
}

fn file_in(iri: &str, bundle: &Path) -> Option<PathBuf> {
    let name = iri.strip_prefix(base(bundle).as_str())?;
    let file = bundle.join(name.replace("%20", " "));
    (file.extension().is_some_and(|ending| ending == "ttl") && file.is_file()).then_some(file)
}

/// Subject and predicate to objects.
#[derive(Default)]
struct Facts {
    said: HashMap<String, BTreeMap<String, Vec<String>>>,
    files: usize,
    order: Vec<String>,
}

impl Facts {
    fn read(&mut self, file: &Path, bundle: &Path) {
        let Ok(text) = fs::read(file) else { return };
        self.files += 1;
        // What files number as they like must not be mixed up.
        let number = self.files;
        let blank = |name: &str| format!("_:{number}:{name}");
        let parser = match TurtleParser::new().lenient().with_base_iri(base(bundle)) {
            Ok(parser) => parser,
            Err(_) => TurtleParser::new().lenient(),
        };
        for triple in parser.for_slice(&text) {
            // Goes on behind a mistake, as lilv does.
            let Ok(triple) = triple else { continue };
            let predicate = triple.predicate.as_str();
            if !matters(predicate) {
                continue;
            }
            let subject = match triple.subject {
                NamedOrBlankNode::NamedNode(node) => node.into_string(),
                NamedOrBlankNode::BlankNode(node) => blank(node.as_str()),
            };
            let object = match triple.object {
                Term::NamedNode(node) => node.into_string(),
                Term::BlankNode(node) => blank(node.as_str()),
                Term::Literal(literal) => literal.value().to_owned(),
            };
            let facts = self.said.entry(subject.clone()).or_insert_with(|| {
                self.order.push(subject);
                BTreeMap::new()
            });
            let objects = facts.entry(predicate.to_owned()).or_default();
            if !objects.contains(&object) {
                objects.push(object);
            }
        }
    }

    fn all(&self, subject: &str, predicate: &str) -> &[String] {
        let facts = self.said.get(subject);
        facts
            .and_then(|facts| facts.get(predicate))
            .map_or(&[], Vec::as_slice)
    }

    fn says(&self, subject: &str, predicate: &str, object: &str) -> bool {
        self.all(subject, predicate)
            .iter()
            .any(|said| said == object)
    }

    fn is(&self, subject: &str, class: &str) -> bool {
        self.says(subject, RDF_TYPE, class)
    }

    fn of_type(&self, class: &str) -> Vec<String> {
        let mut found = self.order.clone();
        found.retain(|subject| self.is(subject, class));
        found
    }

    fn describe(&self, uri: &str) -> Described {
        let mut described = Described {
            uri: uri.to_owned(),
            has_editor: self.all(uri, UI).iter().any(|ui| self.is(ui, WINDOW)),
            ..Described::default()
        };
        let mut ports: Vec<&String> = self.all(uri, &format!("{LV2}port")).iter().collect();
        let index = |port: &str| {
            let index = self.all(port, &format!("{LV2}index")).first();
            index.and_then(|index| index.parse::<u32>().ok())
        };
        ports.sort_by_key(|port| index(port));
        for is_input in [true, false] {
            let class = if is_input { "InputPort" } else { "OutputPort" };
            let mine: Vec<&str> = ports
                .iter()
                .map(|port| port.as_str())
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

/// The predicates that are looked for; the rest, most of it about controls, is not kept.
fn matters(predicate: &str) -> bool {
    match predicate.strip_prefix(LV2) {
        Some(name) => matches!(name, "port" | "index" | "portProperty" | "name"),
        None => {
            matches!(predicate, RDF_TYPE | SEE_ALSO | SUPPORTS | UI)
                || predicate.starts_with(GROUPS)
        }
    }
}

#[cfg(test)]
mod tests {
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
