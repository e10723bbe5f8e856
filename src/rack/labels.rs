//! Labels: what slots and chains of splits are called where others listen to them. In the document,
//! references are by label, so that they dangle harmlessly while their source is gone, and mean it again
//! when it is back.

use std::collections::HashSet;

use super::sidechain::Sidechain;
use super::slot_midi::MidiSource;
use super::{Chain, ChainId, Item, Rack, Slot, SlotId, SplitChain};

/// Words that mean something else where a label could stand.
const RESERVED: [&str; 2] = ["host", "none"];

/// Who can have a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Bearer {
    /// A slot.
    Slot(SlotId),
    /// A chain of a split.
    Chain(ChainId),
}

impl Rack {
    /// Who has a label.
    pub fn bearer(&self, label: &str) -> Option<Bearer> {
        (self.bearers()).find_map(|(bearer, there)| (there == label).then_some(bearer))
    }

    /// The label that somebody has.
    pub fn label(&self, bearer: Bearer) -> Option<&str> {
        match bearer {
            Bearer::Slot(slot) => self.slot(slot)?.label.as_deref(),
            Bearer::Chain(chain) => self.split_chain(chain)?.label.as_deref(),
        }
    }

    /// Everybody who has a label, and which.
    pub(super) fn bearers(&self) -> impl Iterator<Item = (Bearer, &str)> {
        let slots = self.slots().filter_map(|slot| {
            let label = slot.label.as_deref()?;
            Some((Bearer::Slot(slot.id), label))
        });
        let chains = self.splits().flat_map(|split| &split.chains);
        slots.chain(chains.filter_map(|chain| {
            let label = chain.label.as_deref()?;
            Some((Bearer::Chain(chain.id), label))
        }))
    }

    /// Whether a label could be given to somebody who does not have it.
    pub(super) fn is_free(&self, label: &str) -> bool {
        !RESERVED.contains(&label) && self.bearer(label).is_none()
    }

    /// The label that somebody has, given now if there was none.
    pub(super) fn ensure_label(&mut self, bearer: Bearer) -> Option<String> {
        if let Some(label) = self.label(bearer) {
            return Some(label.to_owned());
        }
        let wish = match bearer {
            Bearer::Slot(slot) => self.slot(slot)?.plugin.name.clone(),
            Bearer::Chain(chain) => {
                let name = self.split_chain(chain)?.name.clone();
                name.unwrap_or_else(|| "Chain".to_owned())
            }
        };
        let label = unique(wish, &self.taken_labels());
        *self.label_mut(bearer)? = Some(label.clone());
        Some(label)
    }

    /// Gives somebody another label; who listens to it still does.
    pub(super) fn set_label(&mut self, bearer: Bearer, label: Option<String>) -> Option<()> {
        let before = std::mem::replace(self.label_mut(bearer)?, label.clone());
        if let (Some(before), Some(label)) = (before, label) {
            each_reference(&mut self.chain, &mut |reference| {
                if *reference == before {
                    reference.clone_from(&label);
                }
            });
        }
        Some(())
    }

    /// Takes labels off that somebody before has, in the order of the document, and says whose.
    pub(super) fn drop_second_labels(&mut self) -> Vec<String> {
        let mut taken = reserved();
        let mut lost = Vec::new();
        each_bearer(&mut self.chain, &mut |words, label| {
            if let Some(text) = label
                && !taken.insert(text.clone())
            {
                lost.push(format!(
                    "the label {text:?} of {words} is somebody else's, or means something else; it is \
                     taken off"
                ));
                *label = None;
            }
        });
        lost
    }

    /// Has the labels within what is to be inserted be nobody's in the rack. What listens to them within
    /// goes with them.
    pub(super) fn make_labels_unique(&self, chain: &mut Chain) {
        let mut taken = self.taken_labels();
        let mut renamed = Vec::new();
        let mut seen = HashSet::new();
        each_bearer(chain, &mut |_, label| {
            let Some(before) = label else { return };
            let is_first = seen.insert(before.clone());
            let after = unique(before.clone(), &taken);
            taken.insert(after.clone());
            if *before != after && is_first {
                renamed.push((before.clone(), after.clone()));
            }
            *before = after;
        });
        each_reference(chain, &mut |reference| {
            if let Some((_, after)) = renamed.iter().find(|(before, _)| before == reference) {
                reference.clone_from(after);
            }
        });
    }

    fn taken_labels(&self) -> HashSet<String> {
        let mut taken = reserved();
        taken.extend(self.bearers().map(|(_, label)| label.to_owned()));
        taken
    }

    fn label_mut(&mut self, bearer: Bearer) -> Option<&mut Option<String>> {
        Some(match bearer {
            Bearer::Slot(slot) => &mut self.slot_mut(slot)?.label,
            Bearer::Chain(chain) => &mut self.split_chain_mut(chain)?.label,
        })
    }
}

fn reserved() -> HashSet<String> {
    RESERVED.map(str::to_owned).into()
}

/// A label that is not taken: the wish, or the wish with a number.
fn unique(wish: String, taken: &HashSet<String>) -> String {
    if !taken.contains(&wish) {
        return wish;
    }
    let numbered = (2..).map(|number: u64| format!("{wish} {number}"));
    let mut free = numbered.filter(|label| !taken.contains(label));
    free.next().unwrap_or(wish)
}

/// Everybody who can have a label, in the order of the document, in words.
fn each_bearer(chain: &mut Chain, visit: &mut impl FnMut(&str, &mut Option<String>)) {
    for item in &mut chain.0 {
        match item {
            Item::Slot(Slot { plugin, label, .. }) => {
                if label.is_some() {
                    visit(&plugin.to_string(), label);
                }
            }
            Item::Split(split) => {
                for SplitChain { label, chain, .. } in &mut split.chains {
                    if label.is_some() {
                        visit("a chain", label);
                    }
                    each_bearer(chain, visit);
                }
            }
            Item::Unknown(_) => {}
        }
    }
}

/// Every label that somebody listens to.
fn each_reference(chain: &mut Chain, visit: &mut impl FnMut(&mut String)) {
    for item in &mut chain.0 {
        match item {
            Item::Slot(slot) => {
                if let Sidechain::From(label) = &mut slot.sidechain {
                    visit(label);
                }
                if let MidiSource::From(label) = &mut slot.midi.from {
                    visit(label);
                }
            }
            Item::Split(split) => {
                for chain in &mut split.chains {
                    each_reference(&mut chain.chain, visit);
                }
            }
            Item::Unknown(_) => {}
        }
    }
}
