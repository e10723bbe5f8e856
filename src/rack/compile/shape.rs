//! What is compiled: the rack's shape, with what the children settled for, and nothing that sounds.

use crate::child::Layout;
use crate::rack::{ChainId, Routing, SlotChannels, SlotId, SplitKind};

/// The whole rack.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RackShape {
    /// The rack's own chain.
    pub items: Vec<ItemShape>,
    /// Channels of the rack's main input and output.
    pub channels: usize,
    /// Channels of the rack's sidechain input.
    pub sidechain_channels: usize,
    /// Auxiliary stereo outputs of the rack.
    pub aux_buses: usize,
    /// The chains of a split may run at the same time.
    pub all_cores: bool,
}

/// One place of a chain.
#[derive(Clone, Debug, PartialEq)]
pub enum ItemShape {
    /// A slot.
    Slot(SlotShape),
    /// A split.
    Split(SplitShape),
}

/// A slot.
#[derive(Clone, Debug, PartialEq)]
pub struct SlotShape {
    /// Which slot.
    pub id: SlotId,
    /// None where nothing is there; several are linked dual mono: one for each channel at hand.
    pub children: Vec<ChildShape>,
    /// What the slot works on.
    pub channels: SlotChannels,
    /// What it hears besides, and where its output goes.
    pub routing: Routing,
    /// What it hears as its sidechain is on its way out, and still there only to be faded.
    pub feed_leaves: bool,
    /// False where it is on its way out, and is still there only to be faded.
    pub present: bool,
}

impl SlotShape {
    /// How many channels the children's sidechain has.
    pub(super) fn sidechain_channels(&self) -> usize {
        let sidechains = self.children.iter().map(|child| child.layout.sidechain);
        sidechains.max().unwrap_or(0)
    }
}

impl Default for SlotShape {
    /// A slot where nothing is.
    fn default() -> Self {
        Self {
            id: SlotId::NONE,
            children: Vec::new(),
            channels: SlotChannels::All,
            routing: Routing::default(),
            feed_leaves: false,
            present: true,
        }
    }
}

/// A child.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChildShape {
    /// The channels that it settled for.
    pub layout: Layout,
    /// By how much its output lags.
    pub latency_samples: u32,
}

/// A split. Of the kinds other than parallel, the chains are as many as the kind has parts.
#[derive(Clone, Debug, PartialEq)]
pub struct SplitShape {
    /// How the audio is split.
    pub kind: SplitKind,
    /// Its chains, in their order.
    pub chains: Vec<ChainShape>,
    /// False where it is on its way out.
    pub present: bool,
    /// One chain takes the place of the other, so that they need not be aligned.
    pub crosses: bool,
}

/// A chain of a split.
#[derive(Clone, Debug, PartialEq)]
pub struct ChainShape {
    /// Which chain.
    pub id: ChainId,
    /// What it holds.
    pub items: Vec<ItemShape>,
    /// False where it is on its way out.
    pub present: bool,
}

/// How a child works on the channels at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// On the channels themselves.
    InPlace,
    /// As one linked instance for each channel.
    PerChannel,
    /// Through scratch channels.
    Adapted,
}

impl Fit {
    /// How many instances of the child are needed.
    pub fn instances(self, channels: usize) -> usize {
        match self {
            Self::PerChannel => channels,
            Self::InPlace | Self::Adapted => 1,
        }
    }
}

/// Decides how a child that settled for `layout` works on `channels`.
pub fn fit(channels: usize, layout: Layout) -> Fit {
    let Layout {
        main_inputs,
        main_outputs,
        ..
    } = layout;
    if main_inputs == channels && main_outputs == channels {
        Fit::InPlace
    } else if main_inputs == 1 && main_outputs == 1 && channels > 1 {
        Fit::PerChannel
    } else {
        Fit::Adapted
    }
}
