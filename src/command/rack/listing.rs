//! A rack for people to read: what is at each place, one line each, splits with what is in them.

use matryoshka::rack::{Chain, Item, Rack, Slot, Split, SplitChain};

use super::Place;

/// What is added before the lines of what is in a split.
const INDENT: &str = "   ";

/// The whole rack. `places` are its slots, in the order of the document.
pub fn text(rack: &Rack, places: &[Place]) -> String {
    let mut listing = Listing {
        text: String::new(),
        places: places.iter(),
    };
    listing.chain(&rack.chain, "");
    listing.text
}

struct Listing<'a> {
    text: String,
    places: std::slice::Iter<'a, Place>,
}

impl Listing<'_> {
    fn chain(&mut self, chain: &Chain, indent: &str) {
        for (number, item) in (1..).zip(&chain.0) {
            self.text += &format!("{indent}{number}. ");
            match item {
                Item::Slot(slot) => self.slot(slot),
                Item::Split(split) => self.split(split, &format!("{indent}{INDENT}")),
                _ => self.text += "not understood: it passes audio\n",
            }
        }
    }

    fn slot(&mut self, slot: &Slot) {
        let found = self.places.next().map(|place| &place.found);
        let becomes = match found {
            Some(Ok(found)) => format!("{found}, {}", found.file),
            _ => "not found".to_owned(),
        };
        let settings = in_brackets(&slot.settings_in_words());
        self.text += &format!("{}{settings}: {becomes}\n", slot.plugin);
    }

    fn split(&mut self, split: &Split, indent: &str) {
        self.text += &format!("split, {}:\n", split.kind.in_words());
        for (at, chain) in split.chains.iter().enumerate() {
            let title = title(split, at, chain);
            let passes = if chain.chain.0.is_empty() {
                " passes audio"
            } else {
                ""
            };
            self.text += &format!("{indent}{title}:{passes}\n");
            self.chain(&chain.chain, &format!("{indent}{INDENT}"));
        }
    }
}

/// `chain 2, up to 200 Hz, "Bass" (-6 dB, muted)`
fn title(split: &Split, at: usize, chain: &SplitChain) -> String {
    let mut title = format!("chain {}", at + 1);
    if let Some(part) = split.part_in_words(at) {
        title += &format!(", {part}");
    }
    if let Some(name) = &chain.name {
        title += &format!(", \"{name}\"");
    }
    let mut settings = chain.settings_in_words();
    if !chain.is_heard(split) && !chain.mute {
        settings.push("not heard, as others are solo".to_owned());
    }
    title + &in_brackets(&settings)
}

fn in_brackets(words: &[String]) -> String {
    if words.is_empty() {
        return String::new();
    }
    format!(" ({})", words.join(", "))
}
