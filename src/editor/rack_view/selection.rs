//! What is selected, and the ways from one item to the next.

use crate::editor::shared::Shared;
use crate::rack::{Chain, ChainId, Item, ItemId, Place, Rack, Split};

/// Something that can be chosen: an item, or a chain that holds nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spot {
    /// An item.
    Item(ItemId),
    /// An empty chain.
    Chain(ChainId),
}

/// Where an arrow key leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// To what is above.
    Up,
    /// To what is below.
    Down,
    /// To the chain at the left; from the first, to the split itself.
    Left,
    /// To the chain at the right; from a split, into it.
    Right,
    /// To the beginning of the chain.
    Start,
    /// To the end of the chain.
    End,
}

/// What is selected, in the order of the rack. What is within a selected split goes with it and is left out.
pub fn in_order(rack: &Rack, shared: &Shared) -> Vec<ItemId> {
    let mut found = Vec::with_capacity(shared.selected.len());
    collect(&rack.chain, shared, &mut found);
    found
}

fn collect(chain: &Chain, shared: &Shared, found: &mut Vec<ItemId>) {
    for item in &chain.0 {
        match item.id() {
            Some(id) if shared.selected.contains(&id) => found.push(id),
            _ => {
                for chain in item.as_split().into_iter().flat_map(|split| &split.chains) {
                    collect(&chain.chain, shared, found);
                }
            }
        }
    }
}

/// What something that is done to one item is done to: all that is selected, if it is, else itself.
pub fn meant(rack: &Rack, shared: &Shared, item: ItemId) -> Vec<ItemId> {
    match shared.selected.contains(&item) {
        true => in_order(rack, shared),
        false => vec![item],
    }
}

/// An item was clicked.
pub fn click(rack: &Rack, shared: &mut Shared, item: ItemId, modifiers: egui::Modifiers) {
    if modifiers.command {
        if !shared.selected.remove(&item) {
            shared.selected.insert(item);
        }
        shared.anchor = Some(item);
        shared.chain = None;
    } else if modifiers.shift {
        extend(rack, shared, item);
    } else {
        shared.select(item);
    }
}

/// Selects everything from the anchor to an item, in the order of the rack. The anchor stays.
pub fn extend(rack: &Rack, shared: &mut Shared, to: ItemId) {
    let Some(anchor) = shared.anchor else {
        shared.select(to);
        return;
    };
    let order: Vec<ItemId> = rack.chain.items().filter_map(Item::id).collect();
    let at = |item| order.iter().position(|there| *there == item);
    let (Some(from), Some(until)) = (at(anchor), at(to)) else {
        shared.select(to);
        return;
    };
    let range = from.min(until)..=from.max(until);
    shared.selected = order[range].iter().copied().collect();
    shared.chain = None;
}

/// Selects everything.
pub fn all(rack: &Rack, shared: &mut Shared) {
    shared.selected = rack.chain.0.iter().filter_map(Item::id).collect();
    shared.anchor = shared.anchor.or(rack.chain.0.iter().find_map(Item::id));
    shared.chain = None;
}

/// Where a key leads from somewhere; from nowhere, to the first item.
pub fn step(rack: &Rack, from: Option<Spot>, way: Way) -> Option<Spot> {
    let Some(from) = from else {
        return first_of(rack, ChainId::ROOT);
    };
    let (chain, at) = match from {
        Spot::Item(item) => {
            let place = rack.place(item)?;
            (place.chain, Some(place.at))
        }
        Spot::Chain(chain) => (chain, None),
    };
    let items = &rack.chain(chain)?.0;
    let around = rack.split_of(chain);
    match way {
        Way::Start => first_of(rack, chain),
        Way::End => items.iter().rev().find_map(spot),
        Way::Up => {
            let above = items[..at.unwrap_or(0)].iter().rev().find_map(spot);
            match above {
                Some(Spot::Item(ItemId::Split(id))) => rack
                    .split(id)
                    .and_then(last_within)
                    .or(Some(Spot::Item(id.into()))),
                Some(above) => Some(above),
                None => around.map(|split| Spot::Item(split.id.into())),
            }
        }
        Way::Down => {
            let inside = match from {
                Spot::Item(ItemId::Split(id)) => rack.split(id).and_then(first_within),
                Spot::Chain(_) => items.iter().find_map(spot),
                Spot::Item(ItemId::Slot(_)) => None,
            };
            let below = || {
                let from = at.map_or(items.len(), |at| at + 1);
                items[from..].iter().find_map(spot)
            };
            inside.or_else(below).or_else(|| after(rack, around?))
        }
        Way::Left | Way::Right => {
            if let (Spot::Item(ItemId::Split(id)), Way::Right) = (from, way) {
                let split = rack.split(id)?;
                return first_of(rack, split.chains.first()?.id);
            }
            let split = around?;
            let number = split.chains.iter().position(|there| there.id == chain)?;
            let beside = match way {
                Way::Left => number.checked_sub(1),
                _ => Some(number + 1),
            };
            let Some(beside) = beside else {
                return Some(Spot::Item(split.id.into()));
            };
            let beside = split.chains.get(beside)?;
            let items = &beside.chain.0;
            let at = at.unwrap_or(0).min(items.len().saturating_sub(1));
            (items.get(at).and_then(spot)).or_else(|| first_of(rack, beside.id))
        }
    }
}

/// The first thing in a chain to be chosen: its first item, or the chain itself.
fn first_of(rack: &Rack, chain: ChainId) -> Option<Spot> {
    let items = &rack.chain(chain)?.0;
    items.iter().find_map(spot).or(Some(Spot::Chain(chain)))
}

/// What comes behind a split; what is behind what is around it, if it is the last.
fn after(rack: &Rack, split: &Split) -> Option<Spot> {
    let Place { chain, at } = rack.place(split.id)?;
    let behind = rack.chain(chain)?.0[at + 1..].iter().find_map(spot);
    behind.or_else(|| after(rack, rack.split_of(chain)?))
}

fn first_within(split: &Split) -> Option<Spot> {
    (split.chains.iter()).find_map(|chain| chain.chain.0.iter().find_map(spot))
}

fn last_within(split: &Split) -> Option<Spot> {
    let chain = (split.chains.iter()).find(|chain| !chain.chain.0.is_empty())?;
    let last = chain
        .chain
        .0
        .iter()
        .rev()
        .find(|item| item.id().is_some())?;
    match last {
        Item::Split(split) => last_within(split).or(Some(Spot::Item(split.id.into()))),
        other => spot(other),
    }
}

fn spot(item: &Item) -> Option<Spot> {
    item.id().map(Spot::Item)
}

impl Shared {
    /// What keys go on from.
    pub(super) fn spot(&self) -> Option<Spot> {
        let chain = self.chain.map(Spot::Chain);
        chain.or_else(|| self.anchor.map(Spot::Item))
    }

    /// Nothing is selected any more.
    pub(super) fn choose_nothing(&mut self) {
        self.selected.clear();
        self.anchor = None;
        self.chain = None;
    }

    /// Selects where a key led.
    pub(super) fn choose(&mut self, spot: Spot) {
        match spot {
            Spot::Item(item) => self.select(item),
            Spot::Chain(chain) => self.choose_chain(chain),
        }
    }
}
