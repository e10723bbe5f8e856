//! Which places of a new score are the same as in the one before.
//!
//! A place stays if it is in the same chain, among the others that stay in the same order, and works
//! in the same way: it goes on from where it is. What does not stay fades out of the old score, and
//! into the new one. A slot that is moved does both, since its children cannot be at two places at
//! once.

use super::{Score, ScoreChain, ScoreItem, ScoreSlot, ScoreSplit};
use crate::rack::SplitKind;

impl Score {
    /// Takes over from `before` what its places remember, and marks in `before` what is on its way
    /// out. Returns whether anything is.
    pub(in crate::rack) fn take_over(&mut self, before: &mut Self) -> bool {
        take_over(&mut before.items, &mut self.items)
    }
}

fn take_over(before: &mut [ScoreItem], now: &mut [ScoreItem]) -> bool {
    let mut leaves = false;
    let mut staying = in_order(before, now).into_iter().peekable();
    for (index, old) in before.iter_mut().enumerate() {
        let new = staying
            .next_if(|(from, _)| *from == index)
            .and_then(|(_, to)| now.get_mut(to));
        match (old, new) {
            (ScoreItem::Slot(old), Some(ScoreItem::Slot(new))) => new.strip = old.strip.clone(),
            (ScoreItem::Split(old), Some(ScoreItem::Split(new))) => {
                new.state = old.state.clone();
                leaves |= take_over_chains(&mut old.chains, &mut new.chains);
            }
            (old, _) => {
                match old {
                    ScoreItem::Slot(slot) => slot.present = false,
                    ScoreItem::Split(split) => split.present = false,
                }
                leaves = true;
            }
        }
    }
    leaves
}

/// The order of chains does not matter: they are summed.
fn take_over_chains(before: &mut [ScoreChain], now: &mut [ScoreChain]) -> bool {
    let mut leaves = false;
    for old in before {
        match now.iter_mut().find(|new| new.id == old.id) {
            Some(new) => {
                new.fader = old.fader.clone();
                leaves |= take_over(&mut old.items, &mut new.items);
            }
            None => {
                old.present = false;
                leaves = true;
            }
        }
    }
    leaves
}

/// The longest list of places (before, now) that are the same and in the same order.
fn in_order(before: &[ScoreItem], now: &[ScoreItem]) -> Vec<(usize, usize)> {
    let same: Vec<(usize, usize)> = before
        .iter()
        .enumerate()
        .filter_map(|(from, old)| Some((from, now.iter().position(|new| is_same(old, new))?)))
        .collect();
    // For each place, the longest list that ends with it: how long it is, and the place before.
    let mut ends: Vec<(usize, Option<usize>)> = Vec::with_capacity(same.len());
    for (index, (_, to)) in same.iter().enumerate() {
        let longest = (0..index)
            .filter(|earlier| same[*earlier].1 < *to)
            .max_by_key(|earlier| (ends[*earlier].0, std::cmp::Reverse(*earlier)));
        ends.push((longest.map_or(1, |earlier| ends[earlier].0 + 1), longest));
    }
    let mut list = Vec::new();
    let mut next = (0..ends.len()).max_by_key(|index| ends[*index].0);
    while let Some(index) = next {
        list.push(same[index]);
        next = ends[index].1;
    }
    list.reverse();
    list
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
        (SplitKind::Parallel, SplitKind::Parallel) => true,
        // Frequencies glide.
        (SplitKind::Bands { crossovers_hz: old }, SplitKind::Bands { crossovers_hz: new }) => {
            old.len() == new.len() && ids_are()
        }
        (old, new) => old == new && ids_are(),
    }
}
