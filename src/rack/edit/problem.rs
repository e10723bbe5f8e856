//! Why an edit cannot be done, in the musician's words.

use std::fmt;

use super::Edit;
use crate::rack::limits::{CROSSOVER, Limits, MAX_CROSSOVERS};
use crate::rack::{ChainId, MAX_DEPTH, SlotId, SplitId};

/// An edit that cannot be done. The rack is as it was.
#[derive(Debug)]
pub struct EditError {
    /// Why not.
    pub problem: EditProblem,
    /// The edit, handed back.
    pub edit: Box<Edit>,
}

/// Why an edit cannot be done.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum EditProblem {
    /// There is no slot of this id.
    #[error("the slot is no longer in the rack")]
    NoSuchSlot(SlotId),
    /// There is no split of this id.
    #[error("the split is no longer in the rack")]
    NoSuchSplit(SplitId),
    /// There is no chain of this id.
    #[error("the chain is no longer in the rack")]
    NoSuchChain(ChainId),
    /// The place is beyond the end of the chain.
    #[error("place {} is beyond the end of the chain, which holds {length}", at + 1)]
    BeyondTheEnd {
        /// The place, from zero.
        at: usize,
        /// How many places the chain holds.
        length: usize,
    },
    /// The place is beyond the last chain of the split.
    #[error("chain {} is beyond the last one of the split, which has {count}", at + 1)]
    BeyondTheChains {
        /// The place among the chains, from zero.
        at: usize,
        /// How many chains the split has.
        count: usize,
    },
    /// Something of this id is there already, or twice in what is to be inserted.
    #[error("it is in the rack already; insert a copy of it")]
    AlreadyThere(u32),
    /// A split cannot hold itself.
    #[error("a split cannot be moved into one of its own chains")]
    IntoItself(SplitId),
    /// There would be too many splits within each other.
    #[error("splits can be nested {MAX_DEPTH} deep, not deeper")]
    TooDeep,
    /// What is kept with a plugin could not be read again where it would be.
    #[error("what is kept in it is nested too deep to be saved there")]
    TooDeepToSave,
    /// A mapping is to move what its place has not.
    #[error("the mapping moves something that its place does not have")]
    NothingToMove,
    /// MIDI messages that there are not.
    #[error("MIDI channels go from 1 to 16, controllers to 127, and those of 14 bits to 31")]
    BadMidi,
    /// A setting cannot be this.
    #[error("{0}")]
    OutOfRange(&'static Limits),
    /// The crossovers make no bands.
    #[error(
        "a split has 1 to {MAX_CROSSOVERS} crossovers, each above the one before, from {} to {} Hz",
        CROSSOVER.low,
        CROSSOVER.high
    )]
    BadCrossovers,
    /// A split has not as many chains as its kind needs.
    #[error("such a split needs {needed} chains, and this one has {count}")]
    WrongChainCount {
        /// How many its kind needs.
        needed: usize,
        /// How many it has.
        count: usize,
    },
    /// A chain that would go still holds something.
    #[error("chain {} of the split is not empty; move out or remove what is in it", at + 1)]
    ChainsInTheWay {
        /// The chain.
        chain: ChainId,
        /// Its place among the split's chains, from zero.
        at: usize,
    },
    /// Only parallel splits have as many chains as one likes.
    #[error("only a parallel split has chains to add or remove; change the split's kind instead")]
    NotParallel(SplitId),
    /// A split without chains is none.
    #[error("a split keeps at least one chain; remove the split instead")]
    LastChain(ChainId),
    /// Nobody can listen to themselves, or to what they are in.
    #[error("a plugin cannot listen to itself, nor to a chain that it is in")]
    OwnOutput(SlotId),
    /// MIDI comes from slots.
    #[error("a chain makes no MIDI; choose one of its plugins")]
    NoMidiFromChains(ChainId),
    /// Somebody else has the label, or it means something else.
    #[error("this label is somebody else's, or means something else; choose another one")]
    LabelTaken,
    /// The rack's own chain is no chain of a split.
    #[error("only the chains of a split can be named, mixed or removed, not the rack's own")]
    RacksOwnChain,
}

impl fmt::Display for EditError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.problem.fmt(formatter)
    }
}

impl std::error::Error for EditError {}
