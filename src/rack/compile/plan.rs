//! What comes of compiling: flat steps, and how much memory they need.

use crate::audio::Listening;
use crate::child::Layout;
use crate::rack::{SlotId, SplitKind};

/// What the audio thread does, in order, and what that needs. Children, slots, splits and chains are
/// counted over the whole rack in the order in which audio reaches them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// The steps, in order. The steps of a split's chains follow the split.
    pub steps: Vec<Step>,
    /// The chains of all splits. Those of one split stand together.
    pub chains: Vec<ChainPlan>,
    /// Channels of the rack, at most [`MAX_CHANNELS`](crate::audio::MAX_CHANNELS).
    pub channels: usize,
    /// Channels of the rack's sidechain, at most [`MAX_CHANNELS`](crate::audio::MAX_CHANNELS).
    pub sidechain_channels: usize,
    /// Auxiliary stereo outputs of the rack. With its own, it has at most
    /// [`MAX_CHANNELS`](crate::audio::MAX_CHANNELS) output channels.
    pub aux_buses: usize,
    /// Scratch channels.
    pub lanes: usize,
    /// What is kept of a block for slots that listen to it.
    pub kept: Vec<Kept>,
    /// Lists of events that are kept of a block for slots that listen to them.
    pub event_lists: usize,
    /// What goes to auxiliary outputs.
    pub sends: Vec<AuxSend>,
    /// By how much the rack's output lags.
    pub latency_samples: u32,
    /// How many children the slots have, those included that no step names.
    pub children: usize,
    /// How many slots there are, those included that no step names.
    pub slots: usize,
    /// How many splits there are.
    pub splits: usize,
}

impl Plan {
    /// Channels that a block has: the rack's, then those of its auxiliary outputs.
    pub fn block_channels(&self) -> usize {
        self.channels + SEND_CHANNELS * self.aux_buses
    }

    /// Channels that are kept.
    pub fn kept_lanes(&self) -> usize {
        self.kept.last().map_or(0, |last| last.lane + last.channels)
    }

    /// Makes sure that there are so many scratch channels.
    pub(super) fn needs_lanes(&mut self, lanes: usize) {
        self.lanes = self.lanes.max(lanes);
    }
}

/// Channels that are kept of a block, in memory of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The first of them. Those of the next follow.
    pub lane: usize,
    /// How many they are.
    pub channels: usize,
}

/// What a slot sends to an auxiliary output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuxSend {
    /// Which output, from 0.
    pub bus: usize,
    /// By how much it must be delayed to be as late as the rack's output.
    pub late_by: u32,
    /// For so long what is new in it may still begin somewhere: by how much the rack's output lags.
    pub warm_up: u32,
    /// False where the slot, or what it is in, is on its way out.
    pub present: bool,
}

/// How many channels a [`AuxSend`] has.
pub const SEND_CHANNELS: usize = 2;

/// One thing to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// A slot does its work.
    Slot(SlotStep),
    /// A split does its work, the steps up to its end included.
    Split(SplitStep),
}

/// Where the audio is that a step works on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// In the host's own memory.
    Main,
    /// In the scratch channels from this one on.
    Lanes(usize),
}

/// A slot at work.
#[derive(Clone, Debug, PartialEq)]
pub struct SlotStep {
    /// Where the audio is.
    pub base: Base,
    /// Channels of the chain.
    pub channels: usize,
    /// Which slot.
    pub slot: usize,
    /// Which slot of the model.
    pub id: SlotId,
    /// The child, or the first of linked ones.
    pub first_child: usize,
    /// How many children work: one, or one for each channel at hand.
    pub children: usize,
    /// The child's channels.
    pub layout: Layout,
    /// What the children get as their sidechain, if they have any.
    pub feed: Option<Feed>,
    /// Where the children's events come from.
    pub midi: MidiFeed,
    /// What the children hear of them.
    pub listening: Listening,
    /// How the children work on the channels at hand.
    pub work: Work,
    /// The first of the channels at hand: those that the slot works on.
    pub first_channel: usize,
    /// How many they are.
    pub channels_at_hand: usize,
    /// The first two channels are turned to mid and side, and back.
    pub mid_side: bool,
    /// By how much its audio is delayed before the children hear it, since their sidechain is later.
    pub entry_delay: u32,
    /// By how much it lags, that delay included.
    pub latency: u32,
    /// False where it is on its way out.
    pub present: bool,
    /// Where what it puts out is kept.
    pub keeps: Option<usize>,
    /// The list that its children's events are kept in.
    pub keeps_events: Option<usize>,
    /// Which of the [`sends`](Plan::sends) its children play to, instead of on in the chain.
    pub send: Option<usize>,
    /// Scratch channels: twice the chain's, [`WEIGHT_LANES`](super::WEIGHT_LANES), the child's
    /// where it is adapted, and those of the children's sidechain.
    pub scratch: usize,
}

/// The sidechain of a slot's children.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Feed {
    /// Where it comes from.
    pub source: FeedSource,
    /// How many channels the children have for it.
    pub channels: usize,
    /// By how much it must be delayed to be as late as what the children hear.
    pub delay: u32,
    /// For so long what is new in it may still begin somewhere: by how much what the children hear lags.
    pub warm_up: u32,
    /// It is on its way out.
    pub leaves: bool,
}

/// Where a sidechain comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeedSource {
    /// From the rack's sidechain.
    Host,
    /// From what is [kept](Plan::kept).
    Kept(usize),
    /// From nowhere.
    Nothing,
}

/// Where a slot's events come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MidiFeed {
    /// From the host.
    Host,
    /// From another slot.
    Kept {
        /// The list that they are kept in.
        list: usize,
        /// The other slot.
        slot: SlotId,
    },
    /// From nowhere.
    Nothing,
}

/// How a child does its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// On the channels at hand.
    InPlace,
    /// One child on each channel.
    PerChannel,
    /// On scratch channels.
    Adapted {
        /// How the channels at hand get into the scratch channels.
        inputs: Gather,
        /// How the scratch channels get back.
        outputs: Scatter,
    },
}

/// How the channels at hand become a child's inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gather {
    /// The child has no inputs.
    Nothing,
    /// Input *i* hears channel *i*, those beyond hear silence.
    Straight,
    /// The one input hears the mean of all channels.
    Mean,
    /// All inputs hear the one channel.
    Copy,
}

/// How a child's outputs become the channels at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scatter {
    /// The child has no outputs: the audio stays.
    Nothing,
    /// The outputs take the place of the audio.
    Replace(Spread),
    /// The outputs are added to the audio.
    Add(Spread),
}

/// Which output goes to which channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spread {
    /// Output *i* goes to channel *i*.
    Straight,
    /// The one output goes to all channels.
    ToAll,
    /// The mean of the first two outputs goes to the one channel.
    FoldPair,
}

/// A split at work.
#[derive(Clone, Debug, PartialEq)]
pub struct SplitStep {
    /// Where the audio is.
    pub base: Base,
    /// Channels of the chain that it stands in.
    pub channels: usize,
    /// Which split.
    pub split: usize,
    /// How the audio is split.
    pub kind: SplitKind,
    /// The first of its chains in [`Plan::chains`].
    pub first_chain: usize,
    /// How many chains it has.
    pub chains: usize,
    /// Channels of each of them.
    pub chain_channels: usize,
    /// The first scratch channel of the first chain; those of the others follow.
    pub first_lane: usize,
    /// By how much it lags.
    pub latency: u32,
    /// False where it is on its way out.
    pub present: bool,
    /// Its chains share nothing and may run at the same time.
    pub forks: bool,
    /// Chains of it listen to those before them: each is done with before the next one runs.
    pub one_by_one: bool,
    /// Scratch channels: the chain's, and [`WEIGHT_LANES`](super::WEIGHT_LANES).
    pub scratch: usize,
    /// The first step after those of its chains.
    pub end: usize,
}

/// A chain of a split.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChainPlan {
    /// Its first step.
    pub first_step: usize,
    /// The first step after it.
    pub end_step: usize,
    /// The first of its scratch channels.
    pub lane: usize,
    /// By how much its steps lag.
    pub latency: u32,
    /// By how much it must be delayed to be as late as its neighbours.
    pub late_by: u32,
    /// Where what it puts out is kept, before that delay.
    pub keeps: Option<usize>,
    /// False where it is on its way out.
    pub present: bool,
}
