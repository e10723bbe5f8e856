//! From the model to a score: each slot's children loaded, fitted to the channels at hand, and activated.

use std::collections::BTreeMap;

use super::Preparation;
use super::loaded_slot::LoadedSlot;
use crate::catalog::Thoroughness;
use crate::child::Layout;
use crate::rack::compile::channels_at_hand;
use crate::rack::desk::Desk;
use crate::rack::schedule::Brand;
use crate::rack::score::{Score, ScoreChain, ScoreItem, ScoreSlot, ScoreSplit};
use crate::rack::{Chain, ChildState, Item, Labels, Rack, Slot, SlotId, Source, path_in_words};
use crate::threads::MessageThread;

/// A child that listens to a slot or a chain, in a rack without a sidechain, is asked to do so in stereo at
/// most.
const MAX_SIDECHAIN_CHANNELS: usize = 2;

/// What making a score needs.
pub(super) struct Scoring<'s> {
    pub thread: &'s MessageThread,
    pub preparation: &'s Preparation,
    pub brand: Brand,
    pub thoroughness: Thoroughness,
    pub slots: &'s mut BTreeMap<SlotId, LoadedSlot>,
    pub leaving: &'s mut Vec<LoadedSlot>,
    pub desk: &'s mut Desk,
    /// Who has which label in the rack.
    pub labels: Labels,
}

impl Scoring<'_> {
    /// Makes the score of a rack. Where a child has to be loaded anew for other channels, the rack gets
    /// to know the settings it had.
    pub fn score(&mut self, rack: &mut Rack) -> Score {
        let mut path = Vec::new();
        Score {
            items: self.items(&mut rack.chain, self.preparation.channels, &mut path),
        }
    }

    /// `path` leads to the chain.
    fn items(
        &mut self,
        chain: &mut Chain,
        channels: usize,
        path: &mut Vec<usize>,
    ) -> Vec<ScoreItem> {
        let mut items = Vec::new();
        for (at, item) in chain.0.iter_mut().enumerate() {
            path.push(at);
            match item {
                Item::Slot(slot) => items.push(ScoreItem::Slot(self.slot(slot, channels, path))),
                Item::Split(split) => {
                    let inner = split.kind.chain_channels(channels);
                    let chains = (split.chains.iter_mut().enumerate())
                        .map(|(number, chain)| {
                            path.push(number);
                            let items = self.items(&mut chain.chain, inner, path);
                            path.pop();
                            let (controls, meters) = self.desk.chain(chain.id);
                            ScoreChain::new(chain.id, items, controls, meters)
                        })
                        .collect();
                    let split = ScoreSplit::new(split.id, split.kind.clone(), chains);
                    items.push(ScoreItem::Split(split));
                }
                Item::Unknown(_) => {}
            }
            path.pop();
        }
        items
    }

    fn slot(&mut self, slot: &mut Slot, channels: usize, path: &[usize]) -> ScoreSlot {
        let (_, at_hand) = channels_at_hand(slot.channels, channels);
        let mut routing = self.labels.routing(slot);
        if routing.output > self.preparation.aux_buses {
            // There is no such output: the slot plays on in the chain.
            routing.output = 0;
        }
        // The rack's sidechain decides. Where there is none, others may still be listened to.
        let sidechain = match routing.sidechain {
            Source::Slot(_) | Source::Chain(_) if self.preparation.sidechain == 0 => {
                channels.clamp(1, MAX_SIDECHAIN_CHANNELS)
            }
            _ => self.preparation.sidechain,
        };
        let wanted = Layout {
            main_inputs: at_hand,
            main_outputs: at_hand,
            sidechain,
        };
        let Self {
            thread,
            thoroughness,
            ..
        } = *self;
        // The children are fitted to other channels. They may still play: others take their place.
        if let Some(loaded) = self.slots.get_mut(&slot.id)
            && !loaded.fits(wanted)
        {
            match loaded.save_state() {
                Some(Ok(state)) if !state.is_empty() => slot.state = Some(ChildState::from(state)),
                Some(Err(error)) => tracing::error!("{error}; the last known settings are used"),
                Some(Ok(_)) | None => {}
            }
            self.leaving.extend(self.slots.remove(&slot.id));
        }
        let known = self.slots.get(&slot.id).and_then(LoadedSlot::problem);
        let loaded = (self.slots)
            .entry(slot.id)
            .or_insert_with(|| LoadedSlot::load(thread, slot, thoroughness));
        loaded.activate(thread, self.preparation, wanted, self.brand);
        if let Some(problem) = loaded.problem().filter(|_| known.is_none()) {
            tracing::error!("{problem} ({})", path_in_words(path));
        }
        let (controls, meters) = self.desk.slot(slot.id);
        let children = loaded.cast();
        ScoreSlot::new(slot.id, slot.channels, children, controls, meters).with_routing(routing)
    }
}
