//! Ways through a rack: every slot, every split, and what has a certain id.

use std::slice;

use super::words::path_in_words;
use super::{Chain, ChainId, Item, ItemId, Place, Rack, Slot, SlotId, Split, SplitChain, SplitId};

impl Rack {
    /// Every slot, those in splits too, in the order of the document.
    pub fn slots(&self) -> impl Iterator<Item = &Slot> {
        self.chain.items().filter_map(Item::as_slot)
    }

    /// Every slot, to be changed, in the order of the document.
    pub fn slots_mut(&mut self) -> impl Iterator<Item = &mut Slot> {
        SlotsMut(vec![LevelMut::Items(self.chain.0.iter_mut())])
    }

    /// Every split, those in splits too, in the order of the document.
    pub fn splits(&self) -> impl Iterator<Item = &Split> {
        self.chain.items().filter_map(Item::as_split)
    }

    /// The slot of this id.
    pub fn slot(&self, id: SlotId) -> Option<&Slot> {
        self.slots().find(|slot| slot.id == id)
    }

    /// The slot of this id, to be changed.
    pub fn slot_mut(&mut self, id: SlotId) -> Option<&mut Slot> {
        self.slots_mut().find(|slot| slot.id == id)
    }

    /// The split of this id.
    pub fn split(&self, id: SplitId) -> Option<&Split> {
        self.splits().find(|split| split.id == id)
    }

    /// The split of this id, to be changed.
    pub(super) fn split_mut(&mut self, id: SplitId) -> Option<&mut Split> {
        let Place { chain, at } = self.place(id)?;
        match self.chain_mut(chain)?.0.get_mut(at) {
            Some(Item::Split(split)) => Some(split),
            _ => None,
        }
    }

    /// The chain of this id: the rack's own, or a split's.
    pub fn chain(&self, id: ChainId) -> Option<&Chain> {
        match id {
            ChainId::ROOT => Some(&self.chain),
            _ => self.split_chain(id).map(|chain| &chain.chain),
        }
    }

    /// The chain of this id, to be changed: the rack's own, or a split's.
    pub(super) fn chain_mut(&mut self, id: ChainId) -> Option<&mut Chain> {
        match id {
            ChainId::ROOT => Some(&mut self.chain),
            _ => split_chain_mut(&mut self.chain, id).map(|chain| &mut chain.chain),
        }
    }

    /// The chain of this id with its settings, which the rack's own chain has not.
    pub fn split_chain(&self, id: ChainId) -> Option<&SplitChain> {
        let mut chains = self.splits().flat_map(|split| &split.chains);
        chains.find(|chain| chain.id == id)
    }

    /// The chain of this id with its settings, to be changed.
    pub(crate) fn split_chain_mut(&mut self, id: ChainId) -> Option<&mut SplitChain> {
        split_chain_mut(&mut self.chain, id)
    }

    /// The split that a chain is one of; none for the rack's own chain.
    pub fn split_of(&self, id: ChainId) -> Option<&Split> {
        self.splits()
            .find(|split| split.chains.iter().any(|chain| chain.id == id))
    }

    /// Where an item stands.
    pub fn place(&self, item: impl Into<ItemId>) -> Option<Place> {
        let item = item.into();
        self.chains().find_map(|(chain, items)| {
            let at = items.0.iter().position(|there| there.id() == Some(item))?;
            Some(Place { chain, at })
        })
    }

    /// The item of this id.
    pub fn item(&self, id: impl Into<ItemId>) -> Option<&Item> {
        let id = id.into();
        self.chain.items().find(|item| item.id() == Some(id))
    }

    /// Every chain, the rack's own first.
    pub fn chains(&self) -> impl Iterator<Item = (ChainId, &Chain)> {
        let splits = self.splits().flat_map(|split| &split.chains);
        std::iter::once((ChainId::ROOT, &self.chain))
            .chain(splits.map(|chain| (chain.id, &chain.chain)))
    }

    /// How many splits are around the items of a chain.
    pub fn depth_of(&self, chain: ChainId) -> Option<usize> {
        if chain == ChainId::ROOT {
            return Some(0);
        }
        let around = self.place(self.split_of(chain)?.id)?;
        Some(1 + self.depth_of(around.chain)?)
    }

    /// Where a place is, for machines: the place in the rack's chain, then, for each split on the
    /// way, which of its chains and the place in that. All count from zero.
    pub fn path(&self, place: Place) -> Vec<usize> {
        let mut path = self.path_of_chain(place.chain).unwrap_or_default();
        path.push(place.at);
        path
    }

    /// Where a place is, as the musician counts: "place 3", or "chain 2 of the split at place 3,
    /// place 1".
    pub fn in_words(&self, place: Place) -> String {
        path_in_words(&self.path(place))
    }

    fn path_of_chain(&self, id: ChainId) -> Option<Vec<usize>> {
        if id == ChainId::ROOT {
            return Some(Vec::new());
        }
        let split = self.split_of(id)?;
        let chain = split.chains.iter().position(|chain| chain.id == id)?;
        let mut path = self.path(self.place(split.id)?);
        path.push(chain);
        Some(path)
    }
}

impl Chain {
    /// Every item, those in splits too, in the order of the document: a split, then what it holds.
    pub fn items(&self) -> impl Iterator<Item = &Item> {
        Items(vec![Level::Items(self.0.iter())])
    }
}

fn split_chain_mut(chain: &mut Chain, id: ChainId) -> Option<&mut SplitChain> {
    for item in &mut chain.0 {
        let Item::Split(split) = item else { continue };
        for chain in &mut split.chains {
            if chain.id == id {
                return Some(chain);
            }
            if let Some(found) = split_chain_mut(&mut chain.chain, id) {
                return Some(found);
            }
        }
    }
    None
}

/// What is still to be gone through, from the outermost.
struct Items<'a>(Vec<Level<'a>>);

enum Level<'a> {
    Items(slice::Iter<'a, Item>),
    Chains(slice::Iter<'a, SplitChain>),
}

impl<'a> Iterator for Items<'a> {
    type Item = &'a Item;

    fn next(&mut self) -> Option<&'a Item> {
        loop {
            match self.0.last_mut()? {
                Level::Items(items) => match items.next() {
                    Some(item) => {
                        if let Item::Split(split) = item {
                            self.0.push(Level::Chains(split.chains.iter()));
                        }
                        return Some(item);
                    }
                    None => drop(self.0.pop()),
                },
                Level::Chains(chains) => match chains.next() {
                    Some(chain) => self.0.push(Level::Items(chain.chain.0.iter())),
                    None => drop(self.0.pop()),
                },
            }
        }
    }
}

struct SlotsMut<'a>(Vec<LevelMut<'a>>);

enum LevelMut<'a> {
    Items(slice::IterMut<'a, Item>),
    Chains(slice::IterMut<'a, SplitChain>),
}

impl<'a> Iterator for SlotsMut<'a> {
    type Item = &'a mut Slot;

    fn next(&mut self) -> Option<&'a mut Slot> {
        loop {
            match self.0.last_mut()? {
                LevelMut::Items(items) => match items.next() {
                    Some(Item::Slot(slot)) => return Some(slot),
                    Some(Item::Split(split)) => {
                        self.0.push(LevelMut::Chains(split.chains.iter_mut()));
                    }
                    Some(Item::Unknown(_)) => {}
                    None => drop(self.0.pop()),
                },
                LevelMut::Chains(chains) => match chains.next() {
                    Some(chain) => self.0.push(LevelMut::Items(chain.chain.0.iter_mut())),
                    None => drop(self.0.pop()),
                },
            }
        }
    }
}
