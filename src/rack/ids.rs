//! What the things in a rack are called while it is in memory. Ids are not in the document: they
//! are given when it is loaded, and when something is inserted.

use std::collections::HashSet;

use super::{Chain, Item, Rack};

/// What a slot is called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SlotId(pub u32);

impl SlotId {
    /// The id of a slot that is not in a rack yet, nor promised to one.
    pub const NONE: Self = Self(0);
}

/// What a split is called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SplitId(pub u32);

impl SplitId {
    /// The id of a split that is not in a rack yet, nor promised to one.
    pub const NONE: Self = Self(0);
}

/// What a chain is called: the rack's own, or one of a split.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChainId(pub u32);

impl ChainId {
    /// The id of a split's chain that is not in a rack yet, nor promised to one.
    pub const NONE: Self = Self(0);
    /// The rack's own chain.
    pub const ROOT: Self = Self(0);
}

/// What an item of a chain is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ItemId {
    /// A slot.
    Slot(SlotId),
    /// A split.
    Split(SplitId),
}

impl From<SlotId> for ItemId {
    fn from(id: SlotId) -> Self {
        Self::Slot(id)
    }
}

impl From<SplitId> for ItemId {
    fn from(id: SplitId) -> Self {
        Self::Split(id)
    }
}

/// Where an item stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// The chain.
    pub chain: ChainId,
    /// The place in it, from zero.
    pub at: usize,
}

impl Rack {
    /// An id that nothing in the rack has, nor ever had unless four billion were given since.
    pub(super) fn new_id(&mut self) -> u32 {
        let taken = self.ids();
        next_free(&mut self.next_id, &taken)
    }

    /// Gives an id to all that has none, in the order of the document, and makes sure that no id
    /// in the rack is given to anything later, not even after its bearer has left: it may come
    /// back.
    pub(super) fn give_ids(&mut self) {
        let taken = self.ids();
        let highest = taken.iter().max().copied().unwrap_or(0);
        self.next_id = self.next_id.max(highest.saturating_add(1));
        let next_id = &mut self.next_id;
        each_id(&mut self.chain, &mut |id| {
            if *id == 0 {
                *id = next_free(next_id, &taken);
            }
        });
    }

    /// All ids that are in use.
    pub(super) fn ids(&self) -> HashSet<u32> {
        let mut ids = HashSet::new();
        collect(&self.chain, &mut ids);
        ids
    }

    /// The same rack with other ids is another rack; without any, it is the same.
    #[cfg(test)]
    pub(crate) fn without_ids(&self) -> Self {
        let mut rack = self.clone();
        each_id(&mut rack.chain, &mut |id| *id = 0);
        rack.next_id = 1;
        rack
    }
}

impl Item {
    /// What it is called; nobody can name what this version does not understand.
    pub fn id(&self) -> Option<ItemId> {
        match self {
            Self::Slot(slot) => Some(slot.id.into()),
            Self::Split(split) => Some(split.id.into()),
            Self::Unknown(_) => None,
        }
    }

    /// The same without ids, to be inserted once more.
    pub fn to_copy(&self) -> Self {
        let mut copy = self.clone();
        each_id_of_item(&mut copy, &mut |id| *id = 0);
        copy
    }

    /// All ids in here, without those that are yet to be given; or one that is in here twice.
    pub(super) fn ids(&self) -> Result<HashSet<u32>, u32> {
        let mut ids = HashSet::new();
        collect_item(self, &mut ids).map_or(Ok(ids), Err)
    }
}

fn next_free(next_id: &mut u32, taken: &HashSet<u32>) -> u32 {
    loop {
        let id = *next_id;
        *next_id = id.wrapping_add(1);
        if id != 0 && !taken.contains(&id) {
            return id;
        }
    }
}

/// Adds all ids of a chain to the others; the answer is one that was there before.
fn collect(chain: &Chain, ids: &mut HashSet<u32>) -> Option<u32> {
    let mut twice = None;
    for item in &chain.0 {
        twice = collect_item(item, ids).or(twice);
    }
    twice
}

fn collect_item(item: &Item, ids: &mut HashSet<u32>) -> Option<u32> {
    let add = |id: u32, ids: &mut HashSet<u32>| (id != 0 && !ids.insert(id)).then_some(id);
    match item {
        Item::Slot(slot) => add(slot.id.0, ids),
        Item::Split(split) => {
            let mut twice = add(split.id.0, ids);
            for chain in &split.chains {
                twice = add(chain.id.0, ids).or(twice);
                twice = collect(&chain.chain, ids).or(twice);
            }
            twice
        }
        Item::Unknown(_) => None,
    }
}

fn each_id(chain: &mut Chain, change: &mut impl FnMut(&mut u32)) {
    for item in &mut chain.0 {
        each_id_of_item(item, change);
    }
}

fn each_id_of_item(item: &mut Item, change: &mut impl FnMut(&mut u32)) {
    match item {
        Item::Slot(slot) => change(&mut slot.id.0),
        Item::Split(split) => {
            change(&mut split.id.0);
            for chain in &mut split.chains {
                change(&mut chain.id.0);
                each_id(&mut chain.chain, change);
            }
        }
        Item::Unknown(_) => {}
    }
}
