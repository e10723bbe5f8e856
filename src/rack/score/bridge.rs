//! What is heard between two scores.
//!
//! A place stays if it is in the same chain, among the others that stay in the same order, and works
//! in the same way: it goes on from where it is. Between the old score and the new one the **bridge** is
//! played, which is the old score, but:
//!
//! - what leaves, and has nothing new in its place, is marked as on its way out, and fades;
//! - where something new takes its place, both are played side by side for a moment, and the sound
//!   fades from one to the other.
//!
//! What is new and takes nobody's place fades into the new score, after the bridge. So does what is
//! moved, after it has faded out of the old one, since its children cannot be at two places at once.

use std::collections::HashMap;

use super::{ChainId, Score, ScoreChain, ScoreItem, ScoreSlot, ScoreSplit, SplitId};
use crate::rack::{ItemId, SplitKind};

impl Score {
    /// Takes over from `before` what its places remember. Returns the bridge, if one is needed.
    pub(in crate::rack) fn bridge(&mut self, before: &Self) -> Option<Self> {
        let mut builder = Builder {
            is_needed: false,
            old_children: before.children(),
        };
        let items = builder.chain(&before.items, &mut self.items);
        builder.is_needed.then_some(Self { items })
    }

    /// The addresses of all children, sorted.
    fn children(&self) -> Vec<usize> {
        let mut children = Vec::new();
        collect_children(&self.items, &mut children);
        children.sort_unstable();
        children
    }
}

fn collect_children(items: &[ScoreItem], children: &mut Vec<usize>) {
    for item in items {
        match item {
            ScoreItem::Slot(slot) => {
                children.extend(slot.children.iter().map(|(_, cell)| cell.address()));
            }
            ScoreItem::Split(split) => {
                for chain in &split.chains {
                    collect_children(&chain.items, children);
                }
            }
        }
    }
}

struct Builder {
    is_needed: bool,
    old_children: Vec<usize>,
}

impl Builder {
    /// The bridge for a chain.
    fn chain(&mut self, before: &[ScoreItem], now: &mut [ScoreItem]) -> Vec<ScoreItem> {
        let mut bridge = Vec::with_capacity(before.len());
        let (mut from, mut to) = (0, 0);
        for (old_at, new_at) in in_order(before, now) {
            self.gap(&before[from..old_at], &now[to..new_at], &mut bridge);
            bridge.push(self.stays(&before[old_at], &mut now[new_at]));
            (from, to) = (old_at + 1, new_at + 1);
        }
        self.gap(&before[from..], &now[to..], &mut bridge);
        bridge
    }

    /// What stands between two places that stay.
    fn gap(&mut self, old: &[ScoreItem], new: &[ScoreItem], bridge: &mut Vec<ScoreItem>) {
        if old.is_empty() {
            return;
        }
        self.is_needed = true;
        if new.is_empty() || self.are_old(new) {
            bridge.extend(old.iter().map(leaving));
        } else {
            bridge.push(ScoreItem::Split(crossing(old.to_vec(), new.to_vec())));
        }
    }

    fn stays(&mut self, old: &ScoreItem, new: &mut ScoreItem) -> ScoreItem {
        let mut old = old.clone();
        match (&mut old, new) {
            (ScoreItem::Slot(old), ScoreItem::Slot(new)) => {
                new.strip = old.strip.clone();
                // Of its latency, the newest is true.
                old.children.clone_from(&new.children);
            }
            (ScoreItem::Split(old), ScoreItem::Split(new)) => {
                new.state = old.state.clone();
                old.kind.clone_from(&new.kind);
                for old in &mut old.chains {
                    self.chain_of_split(old, &mut new.chains);
                }
            }
            _ => {}
        }
        old
    }

    /// The order of chains does not matter: they are summed.
    fn chain_of_split(&mut self, old: &mut ScoreChain, now: &mut [ScoreChain]) {
        match now.iter_mut().find(|new| new.id == old.id) {
            Some(new) => {
                new.fader = old.fader.clone();
                old.items = self.chain(&old.items, &mut new.items);
            }
            None => {
                old.present = false;
                self.is_needed = true;
            }
        }
    }

    /// Whether any of the children already plays in the old score.
    fn are_old(&self, items: &[ScoreItem]) -> bool {
        let mut children = Vec::new();
        collect_children(items, &mut children);
        (children.iter()).any(|child| self.old_children.binary_search(child).is_ok())
    }
}

fn leaving(item: &ScoreItem) -> ScoreItem {
    let mut item = item.clone();
    match &mut item {
        ScoreItem::Slot(slot) => slot.present = false,
        ScoreItem::Split(split) => split.present = false,
    }
    item
}

/// Both side by side, the old ones on their way out.
fn crossing(old: Vec<ScoreItem>, new: Vec<ScoreItem>) -> ScoreSplit {
    let chain = |items, present| ScoreChain {
        present,
        ..ScoreChain::new(ChainId::NONE, items, Default::default(), Default::default())
    };
    let chains = vec![chain(old, false), chain(new, true)];
    ScoreSplit {
        crosses: true,
        ..ScoreSplit::new(SplitId::NONE, SplitKind::Parallel, chains)
    }
}

/// The longest list of places (before, now) that are the same and in the same order.
fn in_order(before: &[ScoreItem], now: &[ScoreItem]) -> Vec<(usize, usize)> {
    let places: HashMap<ItemId, usize> = (now.iter().map(id_of)).zip(0..).collect();
    let same: Vec<(usize, usize)> = before
        .iter()
        .enumerate()
        .filter_map(|(from, old)| {
            let to = *places.get(&id_of(old))?;
            is_same(old, now.get(to)?).then_some((from, to))
        })
        .collect();
    // For each length of list, where the one ends that goes on most easily: patience sorting. For each
    // place, the one before it in the longest list that ends there.
    let mut ends: Vec<usize> = Vec::new();
    let mut earlier: Vec<Option<usize>> = Vec::with_capacity(same.len());
    for (index, (_, to)) in same.iter().enumerate() {
        let length = ends.partition_point(|end| same[*end].1 < *to);
        earlier.push(length.checked_sub(1).map(|shorter| ends[shorter]));
        match ends.get_mut(length) {
            Some(end) => *end = index,
            None => ends.push(index),
        }
    }
    let mut list = Vec::with_capacity(ends.len());
    let mut next = ends.last().copied();
    while let Some(index) = next {
        list.push(same[index]);
        next = earlier[index];
    }
    list.reverse();
    list
}

fn id_of(item: &ScoreItem) -> ItemId {
    match item {
        ScoreItem::Slot(slot) => slot.id.into(),
        ScoreItem::Split(split) => split.id.into(),
    }
}

fn is_same(old: &ScoreItem, new: &ScoreItem) -> bool {
    match (old, new) {
        (ScoreItem::Slot(old), ScoreItem::Slot(new)) => old.id == new.id && works_alike(old, new),
        (ScoreItem::Split(old), ScoreItem::Split(new)) => {
            old.id == new.id && splits_alike(old, new)
        }
        _ => false,
    }
}

fn works_alike(old: &ScoreSlot, new: &ScoreSlot) -> bool {
    let late_by = |slot: &ScoreSlot| -> Vec<u32> {
        let latencies = slot.children.iter().map(|(shape, _)| shape.latency_samples);
        let slowest = latencies.clone().max().unwrap_or(0);
        latencies.map(|latency| slowest - latency).collect()
    };
    old.channels == new.channels
        && old.children.len() == new.children.len()
        && (old.children.iter().zip(&new.children))
            .all(|((was, old), (is, new))| was.layout == is.layout && old.is_same(new))
        && late_by(old) == late_by(new)
}

fn splits_alike(old: &ScoreSplit, new: &ScoreSplit) -> bool {
    let ids_are = || {
        let ids = |split: &ScoreSplit| -> Vec<_> { split.chains.iter().map(|c| c.id).collect() };
        ids(old) == ids(new)
    };
    match (&old.kind, &new.kind) {
        // Without any chain, audio passes.
        (SplitKind::Parallel, SplitKind::Parallel) => {
            old.chains.is_empty() == new.chains.is_empty()
        }
        // Frequencies glide.
        (SplitKind::Bands { crossovers_hz: old }, SplitKind::Bands { crossovers_hz: new }) => {
            old.len() == new.len() && ids_are()
        }
        (old, new) => old == new && ids_are(),
    }
}
