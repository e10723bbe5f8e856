//! What is done to items of the rack, as edits. Functions of the model: nothing here is drawn.

use std::sync::atomic::Ordering::Relaxed;

use crate::rack::edit::Edit;
use crate::rack::{ChainId, Item, ItemId, Place, Rack, SlotId, Split, SplitKind};
use crate::session::View;

/// Puts items, in this order, to a place as it is seen now, with all of them still where they are. What cannot
/// go there, a split into itself, stays.
pub fn moves(rack: &Rack, items: &[ItemId], to: Place) -> Vec<Edit> {
    let Some(target) = rack.chain(to.chain) else {
        return Vec::new();
    };
    let mut there: Vec<Option<ItemId>> = target.0.iter().map(Item::id).collect();
    let mut at = to.at.min(there.len());
    let mut edits = Vec::new();
    for item in items {
        if holds(rack, *item, to.chain) || rack.place(*item).is_none() {
            continue;
        }
        let from = there.iter().position(|id| *id == Some(*item));
        if let Some(from) = from {
            there.remove(from);
            at -= usize::from(from < at);
        }
        if from != Some(at) {
            let (item, chain) = (*item, to.chain);
            let to = Place { chain, at };
            edits.push(Edit::Move { item, to });
        }
        there.insert(at, Some(*item));
        at += 1;
    }
    edits
}

/// Whether a chain is within an item.
pub fn holds(rack: &Rack, item: ItemId, chain: ChainId) -> bool {
    let mut chain = chain;
    while let Some(split) = rack.split_of(chain) {
        if ItemId::Split(split.id) == item {
            return true;
        }
        match rack.place(split.id) {
            Some(place) => chain = place.chain,
            None => return false,
        }
    }
    false
}

/// One step of items that are moved with the keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shift {
    /// Before what is before them; at a chain's beginning, out before the split.
    Earlier,
    /// Behind what is behind them; at a chain's end, out behind the split.
    Later,
    /// To the chain's beginning.
    First,
    /// To the chain's end.
    Last,
    /// Into the chain before theirs in the same split.
    ChainBefore,
    /// Into the chain behind theirs in the same split.
    ChainBehind,
}

/// Moves items by a step, together. They go by where the first of them, or the last, stands.
pub fn shift(rack: &Rack, items: &[ItemId], shift: Shift) -> Vec<Edit> {
    shifted_to(rack, items, shift).map_or_else(Vec::new, |to| moves(rack, items, to))
}

fn shifted_to(rack: &Rack, items: &[ItemId], shift: Shift) -> Option<Place> {
    let first = rack.place(*items.first()?)?;
    let last = rack.place(*items.last()?)?;
    let around = |chain| {
        let split = rack.split_of(chain)?;
        rack.place(split.id)
    };
    match shift {
        Shift::Earlier => match first.at.checked_sub(1) {
            Some(at) => Some(Place { at, ..first }),
            None => around(first.chain),
        },
        Shift::Later => {
            let length = rack.chain(last.chain)?.0.len();
            if last.at + 1 < length {
                let at = last.at + 2;
                return Some(Place { at, ..last });
            }
            let split = around(last.chain)?;
            let at = split.at + 1;
            Some(Place { at, ..split })
        }
        Shift::First => Some(Place { at: 0, ..first }),
        Shift::Last => {
            let at = rack.chain(last.chain)?.0.len();
            Some(Place { at, ..last })
        }
        Shift::ChainBefore | Shift::ChainBehind => {
            let split = rack.split_of(first.chain)?;
            let chains = &split.chains;
            let number = chains.iter().position(|chain| chain.id == first.chain)?;
            let number = match shift {
                Shift::ChainBefore => number.checked_sub(1)?,
                _ => number + 1,
            };
            let chain = chains.get(number)?;
            let at = first.at.min(chain.chain.0.len());
            Some(Place {
                chain: chain.id,
                at,
            })
        }
    }
}

/// Takes items out.
pub fn removals(items: &[ItemId]) -> Vec<Edit> {
    let remove = |item: &ItemId| Edit::Remove { item: *item };
    items.iter().map(remove).collect()
}

/// What is to be chosen once items are taken out: what stands behind the last of them, or before the first.
pub fn left_behind(rack: &Rack, items: &[ItemId]) -> Option<ItemId> {
    let place = rack.place(*items.last()?)?;
    let chain = &rack.chain(place.chain)?.0;
    let stays = |item: &Item| item.id().filter(|id| !items.contains(id));
    let behind = chain[place.at + 1..].iter().find_map(stays);
    behind.or_else(|| chain[..place.at].iter().rev().find_map(stays))
}

/// Bypasses all slots among items; if all of them are bypassed, none any more.
pub fn bypass(view: &View, items: &[ItemId]) -> Vec<Edit> {
    let slots = || {
        items.iter().filter_map(|item| match item {
            ItemId::Slot(slot) => Some(*slot),
            ItemId::Split(_) => None,
        })
    };
    let is_bypassed = |slot: SlotId| {
        let live = view.slots.get(&slot).and_then(|slot| slot.desk.as_ref());
        let documented = || view.rack.slot(slot).is_some_and(|slot| slot.bypass);
        live.map_or_else(documented, |(controls, _)| controls.bypass.load(Relaxed))
    };
    let bypass = !slots().all(is_bypassed);
    slots()
        .map(|slot| Edit::SetBypass { slot, bypass })
        .collect()
}

/// Puts a split around items, all of them in its first chain.
pub fn wrap(rack: &Rack, items: &[ItemId], kind: &SplitKind) -> Vec<Edit> {
    let Some((first, others)) = items.split_first() else {
        return Vec::new();
    };
    let wrap = Edit::Wrap {
        item: *first,
        kind: kind.clone(),
    };
    let mut edits = vec![wrap.clone()];
    if others.is_empty() {
        return edits;
    }
    // The split's ids are given when it is made: they are learnt from a copy.
    let mut copy = rack.clone();
    let Some(chain) = copy.apply(wrap).ok().and_then(|()| copy.place(*first)) else {
        return edits;
    };
    for item in others {
        let Some(there) = copy.chain(chain.chain) else {
            break;
        };
        let to = Place {
            chain: chain.chain,
            at: there.0.len(),
        };
        let edit = Edit::Move { item: *item, to };
        if copy.apply(edit.clone()).is_ok() {
            edits.push(edit);
        }
    }
    edits
}

/// Why a split cannot become one of this kind; nothing where it can.
pub fn kind_refused(split: &Split, kind: &SplitKind) -> Option<&'static str> {
    let needed = kind.chain_count().unwrap_or(split.chains.len());
    let beyond = split.chains.iter().skip(needed);
    let mut held = beyond.filter(|chain| !chain.chain.0.is_empty());
    held.next()
        .map(|_| "Chains that hold something are in the way: it would have fewer")
}

/// The kinds of split that are offered, with their words.
pub fn kinds() -> [(&'static str, SplitKind); 7] {
    let bands = |crossovers_hz: &[f32]| SplitKind::Bands {
        crossovers_hz: crossovers_hz.to_vec(),
    };
    [
        ("Parallel", SplitKind::Parallel),
        ("Left / right", SplitKind::LeftRight),
        ("Mid / side", SplitKind::MidSide),
        ("2 bands", bands(&[1000.0])),
        ("3 bands", bands(&[200.0, 2000.0])),
        ("4 bands", bands(&[120.0, 800.0, 4000.0])),
        ("5 bands", bands(&[80.0, 300.0, 1200.0, 5000.0])),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state;

    #[test]
    fn however_many_are_moved_wherever_they_stand_there_in_their_order() {
        let text = r#"{"chain": [{"plugin": "A"}, {"plugin": "B"}, {"?": 0}, {"plugin": "C"},
            {"plugin": "D"}]}"#;
        let before = state::parse(text).expect("a rack").rack;
        let all: Vec<Option<ItemId>> = before.chain.0.iter().map(Item::id).collect();
        for mask in 0..32_u32 {
            let is_meant = |at: usize| mask & (1 << at) != 0 && all[at].is_some();
            let moved: Vec<usize> = (0..5).filter(|at| is_meant(*at)).collect();
            for at in 0..=5 {
                let items: Vec<ItemId> = moved.iter().filter_map(|at| all[*at]).collect();
                let chain = ChainId::ROOT;
                let mut after = before.clone();
                for edit in moves(&before, &items, Place { chain, at }) {
                    after.apply(edit).expect("a move that can be made");
                }
                let rest = |range: std::ops::Range<usize>| {
                    let rest = range.filter(|at| !moved.contains(at));
                    rest.collect::<Vec<_>>()
                };
                let order = [rest(0..at), moved.clone(), rest(at..5)].concat();
                let expected: Vec<_> = order.into_iter().map(|at| all[at]).collect();
                let found: Vec<_> = after.chain.0.iter().map(Item::id).collect();
                assert_eq!(found, expected, "{mask:b} to {at}");
            }
        }
    }
}
