//! What an LV2 bundle says of itself, in its Turtle files. No code of the bundle's is run.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use oxrdf::{NamedOrBlankNode, Term};
use oxttl::TurtleParser;

/// LV2's own words.
pub const LV2: &str = "http://lv2plug.in/ns/lv2core#";
/// Words about groups of ports.
pub const GROUPS: &str = "http://lv2plug.in/ns/ext/port-groups#";
/// What messages a port understands.
pub const SUPPORTS: &str = "http://lv2plug.in/ns/ext/atom#supports";
/// Words about windows.
pub const UI: &str = "http://lv2plug.in/ns/extensions/ui#";

const RDF_TYPE: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";
const SEE_ALSO: &str = "http://www.w3.org/2000/01/rdf-schema#seeAlso";

/// What has been read of one bundle: subject and predicate to objects, all by their full names.
pub struct Facts {
    bundle: PathBuf,
    read: HashSet<PathBuf>,
    said: HashMap<String, BTreeMap<String, Vec<String>>>,
    order: Vec<String>,
}

impl Facts {
    /// Reads what a bundle tells first. What cannot be read of it is left out.
    pub fn of_bundle(bundle: &Path) -> Self {
        let mut facts = Self {
            bundle: bundle.to_owned(),
            read: HashSet::new(),
            said: HashMap::new(),
            order: Vec::new(),
        };
        facts.read(bundle.join("manifest.ttl"));
        facts
    }

    /// Reads the bundle's files in which there is more about a subject.
    pub fn read_about(&mut self, subject: &str) {
        for file in self.all(subject, SEE_ALSO).to_vec() {
            let file = path_of(&file).filter(|file| file.starts_with(&self.bundle));
            if let Some(file) = file
                && file.extension().is_some_and(|ending| ending == "ttl")
            {
                self.read(file);
            }
        }
    }

    fn read(&mut self, file: PathBuf) {
        if self.read.contains(&file) {
            return;
        }
        let Ok(text) = fs::read(&file) else { return };
        self.read.insert(file);
        // What files number as they like must not be mixed up.
        let number = self.read.len();
        let blank = |name: &str| format!("_:{number}:{name}");
        let parser = match TurtleParser::new()
            .lenient()
            .with_base_iri(iri_of(&self.bundle))
        {
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

    /// All objects, as they were said.
    pub fn all(&self, subject: &str, predicate: &str) -> &[String] {
        let facts = self.said.get(subject);
        facts
            .and_then(|facts| facts.get(predicate))
            .map_or(&[], Vec::as_slice)
    }

    /// The first object.
    pub fn first(&self, subject: &str, predicate: &str) -> Option<&str> {
        self.all(subject, predicate).first().map(String::as_str)
    }

    /// Whether this is among what was said.
    pub fn says(&self, subject: &str, predicate: &str, object: &str) -> bool {
        self.all(subject, predicate)
            .iter()
            .any(|said| said == object)
    }

    /// Whether a subject is of a class.
    pub fn is(&self, subject: &str, class: &str) -> bool {
        self.says(subject, RDF_TYPE, class)
    }

    /// The URIs of the plugins in the bundle, in the order in which it tells of them.
    pub fn plugins(&self) -> Vec<String> {
        let mut found = self.order.clone();
        let class = format!("{LV2}Plugin");
        found.retain(|subject| self.is(subject, &class));
        found
    }

    /// A plugin's ports with their indices, in their order.
    pub fn ports(&self, plugin: &str) -> Vec<(u32, &str)> {
        let ports = self.all(plugin, &format!("{LV2}port")).iter();
        let with_index = ports.filter_map(|port| {
            let index = self.first(port, &format!("{LV2}index"))?;
            Some((index.parse::<u32>().ok()?, port.as_str()))
        });
        let mut ports: Vec<(u32, &str)> = with_index.collect();
        ports.sort_by_key(|(index, _)| *index);
        ports
    }
}

/// The predicates that are looked for; the rest is not kept.
fn matters(predicate: &str) -> bool {
    const OF_LV2: [&str; 13] = [
        "port",
        "index",
        "symbol",
        "portProperty",
        "designation",
        "name",
        "minimum",
        "maximum",
        "default",
        "binary",
        "requiredFeature",
        "optionalFeature",
        "extensionData",
    ];
    const OF_WINDOWS: [&str; 2] = ["ui", "binary"];
    if let Some(name) = predicate.strip_prefix(LV2) {
        return OF_LV2.contains(&name);
    }
    if let Some(name) = predicate.strip_prefix(UI) {
        return OF_WINDOWS.contains(&name);
    }
    matches!(predicate, RDF_TYPE | SEE_ALSO | SUPPORTS) || predicate.starts_with(GROUPS)
}

/// What files in a folder are named relative to.
fn iri_of(folder: &Path) -> String {
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

/// The file that an IRI means; `None` where it means none of this machine.
pub fn path_of(iri: &str) -> Option<PathBuf> {
    let path = iri.strip_prefix("file://")?;
    let path = if cfg!(windows) {
        path.trim_start_matches('/')
    } else {
        path
    };
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let [first, behind @ ..] = rest {
        let number = behind
            .get(..2)
            .filter(|_| *first == b'%')
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(number.unwrap_or(*first));
        rest = if number.is_some() {
            &behind[2..]
        } else {
            behind
        };
    }
    String::from_utf8(bytes).ok().map(PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_with_odd_letters_in_it_comes_back_from_its_iri() {
        let folder = Path::new("/a b/100% #1?/ä.lv2");
        let iri = format!("{}x%20y.ttl", iri_of(folder));
        assert_eq!(path_of(&iri), Some(folder.join("x y.ttl")));
        assert_eq!(path_of("http://example.org/x"), None);
        assert_eq!(path_of("file:///a%2"), Some(PathBuf::from("/a%2")));
    }

    #[test]
    fn what_stands_behind_a_mistake_and_in_files_pointed_to_is_read_and_no_other_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let bundle = folder.path().join("a b.lv2");
        fs::create_dir(&bundle).expect("a bundle");
        let write = |name: &str, text: &str| fs::write(bundle.join(name), text).expect("a file");
        write(
            "manifest.ttl",
            "@prefix lv2: <http://lv2plug.in/ns/lv2core#> . \
             @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n\
             <urn:p> a lv2:Plugin ; rdfs:seeAlso <p.ttl>, <../out.ttl>, <none.ttl> . \n\
             <urn:q> nonsense:x 1 .\n\
             <urn:r> a lv2:Plugin .",
        );
        write(
            "p.ttl",
            "@prefix lv2: <http://lv2plug.in/ns/lv2core#> . \
             <urn:p> lv2:port [ lv2:index 1 ; lv2:symbol \"b\" ], [ lv2:index 0 ; lv2:symbol \"a\" ] .",
        );
        fs::write(
            folder.path().join("out.ttl"),
            "<urn:p> a <urn:of_elsewhere> .",
        )
        .expect("a file");
        let mut facts = Facts::of_bundle(&bundle);
        assert_eq!(facts.plugins(), ["urn:p", "urn:r"]);
        assert!(facts.ports("urn:p").is_empty());
        facts.read_about("urn:p");
        let ports = facts.ports("urn:p");
        let symbol = |port: &str| facts.first(port, &format!("{LV2}symbol"));
        assert_eq!(ports.len(), 2);
        assert_eq!((ports[0].0, symbol(ports[0].1)), (0, Some("a")));
        assert_eq!((ports[1].0, symbol(ports[1].1)), (1, Some("b")));
        assert!(!facts.is("urn:p", "urn:of_elsewhere"));
    }
}
