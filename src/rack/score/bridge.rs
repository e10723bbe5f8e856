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
//!
//! A slot whose sidechain comes from elsewhere in the new score, or from a place that does not stay, goes
//! on as it is, but its sidechain fades out in the bridge, and in again in the new score.

use std::collections::{HashMap, HashSet};

use super::{ChainId, Score, ScoreChain, ScoreItem, ScoreSlot, ScoreSplit, SlotId, SplitId};
use crate::rack::{ItemId, Routing, Source, SplitKind};

impl Score {
    /// Takes over from `before` what its places remember. Returns the bridge, if one is needed.
    pub(in crate::rack) fn bridge(&mut self, before: &Self) -> Option<Self> {
        let mut builder = Builder {
            is_needed: false,
            old_children: before.children(),
            staying_sources: HashSet::from([Source::Host, Source::None]),
            old_sources: sources(&before.items),
            new_sidechains: HashMap::new(),
        };
        let mut items = builder.chain(&before.items, &mut self.items);
        builder.feeds(&mut items);
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

/// Everything in a chain that slots can listen to.
fn sources(items: &[ScoreItem]) -> HashSet<Source> {
    let mut found = HashSet::new();
    for item in items {
        match item {
            ScoreItem::Slot(slot) => drop(found.insert(Source::Slot(slot.id))),
            ScoreItem::Split(split) => {
                for chain in &split.chains {
                    found.insert(Source::Chain(chain.id));
                    found.extend(sources(&chain.items));
                }
            }
        }
    }
    found
}

struct Builder {
    is_needed: bool,
    old_children: Vec<usize>,
    /// What slots could listen to in the old score.
    old_sources: HashSet<Source>,
    /// What of it stays.
    staying_sources: HashSet<Source>,
    /// Where the sidechains of slots that stay come from in the new score.
    new_sidechains: HashMap<SlotId, Source>,
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
                let sidechain = old.routing.sidechain;
                self.staying_sources.insert(Source::Slot(new.id));
                if new
                    .children
                    .iter()
                    .any(|(child, _)| child.layout.sidechain > 0)
                {
                    let new_sidechain = new.routing.sidechain;
                    self.new_sidechains.insert(new.id, new_sidechain);
                }
                // What it hears of MIDI can change at once: it ends its notes first.
                old.routing = Routing {
                    sidechain,
                    ..new.routing
                };
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
                self.staying_sources.insert(Source::Chain(new.id));
                old.items = self.chain(&old.items, &mut new.items);
            }
            None => {
                old.present = false;
                self.is_needed = true;
            }
        }
    }

    /// Has the sidechains fade out that come from elsewhere afterwards.
    fn feeds(&mut self, bridge: &mut [ScoreItem]) {
        for item in bridge {
            match item {
                ScoreItem::Slot(slot) => {
                    let Some(new) = self.new_sidechains.get(&slot.id) else {
                        continue;
                    };
                    let old = slot.routing.sidechain;
                    let stays = |source| self.staying_sources.contains(&source);
                    let has_gone = self.old_sources.contains(&old) && !stays(old);
                    slot.feed_leaves = old != *new || has_gone;
                    self.is_needed |= slot.feed_leaves;
                }
                ScoreItem::Split(split) => {
                    for chain in &mut split.chains {
                        self.feeds(&mut chain.items);
                    }
                }
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
        && old.routing.output == new.routing.output
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
