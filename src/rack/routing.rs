//! Who listens to whom: the labels of the document, found.
//!
//! A source has to stand before who listens to it, in the order in which audio reaches them: a slot is
//! heard by what comes after it, a chain of a split by what comes after the chain, the chains after it in
//! the same split with it. What is later, or is not there, is not heard.

use std::collections::{HashMap, HashSet};

use super::labels::Bearer;
use super::sidechain::Sidechain;
use super::slot_midi::MidiSource;
use super::{Chain, ChainId, Item, Rack, Slot, SlotId};
use crate::audio::Listening;

/// Where a slot's sidechain, or its MIDI, comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Source {
    /// From the host.
    #[default]
    Host,
    /// From nowhere.
    None,
    /// From a slot: what it puts out.
    Slot(SlotId),
    /// From a chain of a split: what it puts out, with its gain and pan, as late as the chain itself.
    Chain(ChainId),
}

impl From<Bearer> for Source {
    fn from(bearer: Bearer) -> Self {
        match bearer {
            Bearer::Slot(slot) => Self::Slot(slot),
            Bearer::Chain(chain) => Self::Chain(chain),
        }
    }
}

/// What a slot hears besides the audio of its chain, and where its output goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Routing {
    /// Where its sidechain comes from.
    pub sidechain: Source,
    /// Where its MIDI comes from.
    pub midi: Source,
    /// What it hears of that.
    pub listening: Listening,
    /// Where its output goes: 0 is on in the chain, others are auxiliary outputs.
    pub output: usize,
}

/// Who has which label.
#[derive(Clone, Debug, Default)]
pub struct Labels(HashMap<String, Source>);

impl Labels {
    /// Those of a rack.
    pub fn of(rack: &Rack) -> Self {
        let bearers = rack.bearers();
        let sources = bearers.map(|(bearer, label)| (label.to_owned(), Source::from(bearer)));
        Self(sources.collect())
    }

    /// The routing of a slot. Labels that nobody has lead nowhere.
    pub fn routing(&self, slot: &Slot) -> Routing {
        let find = |label: &String| self.0.get(label).copied().unwrap_or(Source::None);
        Routing {
            sidechain: match &slot.sidechain {
                Sidechain::Host => Source::Host,
                Sidechain::None => Source::None,
                Sidechain::From(label) => find(label),
            },
            midi: match &slot.midi.from {
                MidiSource::Host => Source::Host,
                MidiSource::None => Source::None,
                MidiSource::From(label) => find(label),
            },
            listening: slot.midi.listening(),
            output: slot.output.into(),
        }
    }
}

impl Rack {
    /// What slots listen to in vain, a sentence each, for the musician.
    pub fn vain_sources(&self) -> Vec<(SlotId, String)> {
        let mut ears = Ears {
            labels: Labels::of(self),
            passed: HashSet::new(),
            vain: Vec::new(),
        };
        ears.chain(&self.chain);
        ears.vain
    }
}

/// Goes along the way of the audio.
struct Ears {
    labels: Labels,
    passed: HashSet<Source>,
    vain: Vec<(SlotId, String)>,
}

impl Ears {
    fn chain(&mut self, chain: &Chain) {
        for item in &chain.0 {
            match item {
                Item::Slot(slot) => {
                    self.slot(slot);
                    self.passed.insert(Source::Slot(slot.id));
                }
                Item::Split(split) => {
                    for chain in &split.chains {
                        self.chain(&chain.chain);
                        self.passed.insert(Source::Chain(chain.id));
                    }
                }
                Item::Unknown(_) => {}
            }
        }
    }

    fn slot(&mut self, slot: &Slot) {
        if let Sidechain::From(label) = &slot.sidechain
            && let Some(reason) = self.why_not(label)
        {
            let words = format!("its sidechain is silent: {reason}");
            self.vain.push((slot.id, words));
        }
        if let MidiSource::From(label) = &slot.midi.from {
            let reason = match self.labels.0.get(label) {
                Some(Source::Chain(_)) => Some(format!("{label:?} is a chain, which makes none")),
                _ => self.why_not(label),
            };
            if let Some(reason) = reason {
                let words = format!("it gets no MIDI: {reason}");
                self.vain.push((slot.id, words));
            }
        }
    }

    fn why_not(&self, label: &str) -> Option<String> {
        match self.labels.0.get(label) {
            None => Some(format!("nothing in the rack has the label {label:?}")),
            Some(source) if !self.passed.contains(source) => {
                Some(format!("{label:?} does not stand before it"))
            }
            Some(_) => None,
        }
    }
}
