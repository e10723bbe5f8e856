//! Who listens to whom, as the compiler goes along the way of the audio: what is listened to is kept, and
//! what was kept is found by who comes later.

use std::collections::{HashMap, HashSet};

use super::plan::{Feed, FeedSource, Kept, MidiFeed, Plan};
use super::shape::{ChainShape, ItemShape, SlotShape, SplitShape};
use crate::audio::MAX_CHANNELS;
use crate::rack::{SlotId, Source};

/// What is listened to, and what of it has been met.
#[derive(Debug, Default)]
pub(super) struct Sources {
    wanted: Wanted,
    /// Where the audio of a source is kept, and by how much it is late.
    audio: HashMap<(Source, Stay), (usize, u32)>,
    /// Which list the events of a slot are kept in.
    events: HashMap<(SlotId, Stay), usize>,
}

/// Where one thing takes the place of another, there may be two of the same id for a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Stay {
    /// It is on its way out, or in something that is.
    Leaves,
    /// It is there to stay.
    Stays,
}

/// What slots listen to.
#[derive(Debug, Default)]
struct Wanted {
    audio: HashSet<Source>,
    events: HashSet<SlotId>,
}

impl Wanted {
    fn by(items: &[ItemShape]) -> Self {
        let mut wanted = Self::default();
        wanted.collect(items);
        wanted
    }

    fn collect(&mut self, items: &[ItemShape]) {
        for item in items {
            match item {
                ItemShape::Slot(slot) => {
                    let source = slot.routing.sidechain;
                    if slot.sidechain_channels() > 0
                        && matches!(source, Source::Slot(_) | Source::Chain(_))
                    {
                        self.audio.insert(source);
                    }
                    if let Source::Slot(source) = slot.routing.midi {
                        self.events.insert(source);
                    }
                }
                ItemShape::Split(split) => {
                    for chain in &split.chains {
                        self.collect(&chain.items);
                    }
                }
            }
        }
    }

    fn has_any_of(&self, chain: &ChainShape) -> bool {
        self.audio.contains(&Source::Chain(chain.id)) || self.has_any_in(&chain.items)
    }

    fn has_any_in(&self, items: &[ItemShape]) -> bool {
        items.iter().any(|item| match item {
            ItemShape::Slot(slot) => {
                self.audio.contains(&Source::Slot(slot.id)) || self.events.contains(&slot.id)
            }
            ItemShape::Split(split) => split.chains.iter().any(|chain| self.has_any_of(chain)),
        })
    }
}

/// Whether a chain of the split listens to one before it, so that they cannot run at the same time.
pub(super) fn hear_each_other(split: &SplitShape) -> bool {
    (1..).zip(split.chains.iter().skip(1)).any(|(at, chain)| {
        let wanted = Wanted::by(&chain.items);
        if wanted.audio.is_empty() && wanted.events.is_empty() {
            return false;
        }
        let mut before = split.chains.iter().take(at);
        before.any(|earlier| wanted.has_any_of(earlier))
    })
}

impl Sources {
    /// Those that anybody in the rack listens to.
    pub fn wanted_by(items: &[ItemShape]) -> Self {
        Self {
            wanted: Wanted::by(items),
            ..Self::default()
        }
    }

    /// Keeps the audio of a source, if somebody listens to it.
    pub fn keep(
        &mut self,
        plan: &mut Plan,
        source: Source,
        stay: Stay,
        channels: usize,
        latency: u32,
    ) -> Option<usize> {
        if !self.wanted.audio.contains(&source) || self.audio.contains_key(&(source, stay)) {
            return None;
        }
        let kept = plan.kept.len();
        let lane = plan.kept.last().map_or(0, |last| last.lane + last.channels);
        plan.kept.push(Kept { lane, channels });
        self.audio.insert((source, stay), (kept, latency));
        Some(kept)
    }

    /// Keeps the events of a slot, if somebody listens to them.
    pub fn keep_events(&mut self, plan: &mut Plan, slot: SlotId, stay: Stay) -> Option<usize> {
        if !self.wanted.events.contains(&slot) || self.events.contains_key(&(slot, stay)) {
            return None;
        }
        let list = plan.event_lists;
        plan.event_lists += 1;
        self.events.insert((slot, stay), list);
        Some(list)
    }

    /// The audio of a source for who stays or leaves. Who leaves goes on to hear what leaves with it; who
    /// stays must not begin to.
    fn find(&self, source: Source, stay: Stay) -> Option<(usize, u32)> {
        let leaving = || self.audio.get(&(source, Stay::Leaves));
        let staying = || self.audio.get(&(source, Stay::Stays));
        match stay {
            Stay::Leaves => leaving().or_else(staying).copied(),
            Stay::Stays => staying().copied(),
        }
    }

    /// The sidechain of a slot whose children have so many channels for it, and whose audio is late by
    /// `latency`; and by how much the slot's audio must be delayed for a source that is later still.
    pub fn feed(
        &self,
        plan: &Plan,
        slot: &SlotShape,
        stay: Stay,
        channels: usize,
        latency: u32,
    ) -> (Option<Feed>, u32) {
        let channels = channels.min(MAX_CHANNELS);
        if channels == 0 {
            return (None, 0);
        }
        let (source, source_latency) = match slot.routing.sidechain {
            Source::Host if plan.sidechain_channels > 0 => (FeedSource::Host, 0),
            Source::Host | Source::None => (FeedSource::Nothing, latency),
            source => match self.find(source, if slot.feed_leaves { Stay::Leaves } else { stay }) {
                Some((kept, latency)) => (FeedSource::Kept(kept), latency),
                None => (FeedSource::Nothing, latency),
            },
        };
        let feed = Feed {
            source,
            channels,
            delay: latency.saturating_sub(source_latency),
            warm_up: latency.max(source_latency),
            leaves: slot.feed_leaves,
        };
        (Some(feed), source_latency.saturating_sub(latency))
    }

    /// Where a slot's events come from.
    pub fn midi(&self, slot: &SlotShape) -> MidiFeed {
        match slot.routing.midi {
            Source::Host => MidiFeed::Host,
            Source::Slot(source) => {
                let ways = [Stay::Stays, Stay::Leaves];
                match ways
                    .iter()
                    .find_map(|stay| self.events.get(&(source, *stay)))
                {
                    Some(list) => MidiFeed::Kept {
                        list: *list,
                        slot: source,
                    },
                    None => MidiFeed::Nothing,
                }
            }
            Source::None | Source::Chain(_) => MidiFeed::Nothing,
        }
    }
}
