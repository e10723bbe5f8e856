//! The score: the rack's structure with what plays it. It stands between the model, which is data, and
//! the schedule, which is steps: the same tree as the model, with the children's audio halves, the
//! controls and the meters in their places, and with what each place remembers from block to block.
//!
//! A score is made from the model for every change of structure. `bridge` decides which
//! places are the same as before, and what has to be heard between two scores.

mod bridge;

use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, OnceLock};

use super::compile::{ChainShape, ChildShape, ItemShape, RackShape, SlotShape, SplitShape};
use super::controls::{ChainControls, SlotControls};
use super::meters::{ChainMeters, SlotMeters};
use super::schedule::{Fader, Leased, ProcessorCell, SplitState, Strip};
use super::{ChainId, Routing, SlotChannels, SlotId, SplitId, SplitKind};

/// What plays, in the order in which audio reaches it.
#[derive(Clone, Debug, Default)]
pub struct Score {
    /// The rack's own chain.
    pub items: Vec<ScoreItem>,
}

/// One place of a chain.
#[derive(Clone, Debug)]
pub enum ScoreItem {
    /// A slot.
    Slot(ScoreSlot),
    /// A split.
    Split(ScoreSplit),
}

/// A slot with its children.
#[derive(Clone, Debug)]
pub struct ScoreSlot {
    /// Which slot of the model.
    pub id: SlotId,
    /// What it works on.
    pub channels: SlotChannels,
    /// What it hears besides, and where its output goes.
    pub routing: Routing,
    /// Its children: what they settled for, and their audio halves.
    pub children: Vec<(ChildShape, ProcessorCell)>,
    /// What can be turned.
    pub controls: Arc<SlotControls>,
    /// What is measured.
    pub meters: Arc<SlotMeters>,
    pub(super) strip: Slate<Strip>,
    /// What it hears as its sidechain is on its way out.
    pub(super) feed_leaves: bool,
    pub(super) present: bool,
}

/// A split with its chains.
#[derive(Clone, Debug)]
pub struct ScoreSplit {
    /// Which split of the model.
    pub id: SplitId,
    /// How the audio is split.
    pub kind: SplitKind,
    /// Its chains.
    pub chains: Vec<ScoreChain>,
    pub(super) state: Slate<SplitState>,
    pub(super) present: bool,
    /// It is no split of the model: it fades from its first chain to its second.
    pub(super) crosses: bool,
}

/// A chain of a split.
#[derive(Clone, Debug)]
pub struct ScoreChain {
    /// Which chain of the model.
    pub id: ChainId,
    /// What it holds.
    pub items: Vec<ScoreItem>,
    /// What can be turned.
    pub controls: Arc<ChainControls>,
    /// What is measured.
    pub meters: Arc<ChainMeters>,
    pub(super) fader: Slate<Fader>,
    pub(super) present: bool,
}

/// Where what a place remembers is kept, as soon as it has played. Clones stand for the same place.
#[derive(Debug)]
pub(super) struct Slate<T>(Arc<OnceLock<Live<T>>>);

/// What a place remembers, and how much its delay line can hold.
#[derive(Debug)]
pub(super) struct Live<T> {
    pub cell: Leased<T>,
    /// How many samples its delay lines can hold. But for slots, there is only the first.
    pub capacities: [AtomicUsize; LINES],
}

/// How many delay lines a place can have.
pub(super) const LINES: usize = 4;

impl<T> Slate<T> {
    /// Whether the place has played.
    pub fn is_blank(&self) -> bool {
        self.0.get().is_none()
    }

    /// What the place remembers; made now if it has not played yet.
    pub fn fill(&self, make: impl FnOnce() -> Live<T>) -> &Live<T> {
        self.0.get_or_init(make)
    }
}

impl<T> Default for Slate<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<T> Clone for Slate<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl ScoreSlot {
    /// A slot that has not played yet.
    pub fn new(
        id: SlotId,
        channels: SlotChannels,
        children: Vec<(ChildShape, ProcessorCell)>,
        controls: Arc<SlotControls>,
        meters: Arc<SlotMeters>,
    ) -> Self {
        Self {
            id,
            channels,
            routing: Routing::default(),
            children,
            controls,
            meters,
            strip: Slate::default(),
            feed_leaves: false,
            present: true,
        }
    }

    /// The same slot with what it hears besides, and where its output goes.
    pub fn with_routing(mut self, routing: Routing) -> Self {
        self.routing = routing;
        self
    }
}

impl ScoreSplit {
    /// A split that has not played yet.
    pub fn new(id: SplitId, kind: SplitKind, chains: Vec<ScoreChain>) -> Self {
        Self {
            id,
            kind,
            chains,
            state: Slate::default(),
            present: true,
            crosses: false,
        }
    }
}

impl ScoreChain {
    /// A chain that has not played yet.
    pub fn new(
        id: ChainId,
        items: Vec<ScoreItem>,
        controls: Arc<ChainControls>,
        meters: Arc<ChainMeters>,
    ) -> Self {
        Self {
            id,
            items,
            controls,
            meters,
            fader: Slate::default(),
            present: true,
        }
    }
}

impl Score {
    /// What there is to compile.
    pub fn shape(
        &self,
        channels: usize,
        sidechain_channels: usize,
        aux_buses: usize,
        all_cores: bool,
    ) -> RackShape {
        RackShape {
            items: shapes(&self.items),
            channels,
            sidechain_channels,
            aux_buses,
            all_cores,
        }
    }
}

fn shapes(items: &[ScoreItem]) -> Vec<ItemShape> {
    let shape = |item: &ScoreItem| match item {
        ScoreItem::Slot(slot) => ItemShape::Slot(SlotShape {
            children: slot.children.iter().map(|(shape, _)| *shape).collect(),
            id: slot.id,
            channels: slot.channels,
            routing: slot.routing,
            feed_leaves: slot.feed_leaves,
            present: slot.present,
        }),
        ScoreItem::Split(split) => ItemShape::Split(SplitShape {
            kind: split.kind.clone(),
            chains: (split.chains.iter())
                .map(|chain| ChainShape {
                    id: chain.id,
                    items: shapes(&chain.items),
                    present: chain.present,
                })
                .collect(),
            present: split.present,
            crosses: split.crosses,
        }),
    };
    items.iter().map(shape).collect()
}
