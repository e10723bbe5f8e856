//! A chain and its items, and how they are read: an item with a mistake in it costs that item, not
//! the rack.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::depth::{self, MAX_DEPTH};
use super::fields::{Mistake, shown};
use super::{ChainId, Slot, SlotId, Split, SplitId};

/// A list that audio passes in series.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Chain(pub Vec<Item>);

/// One place of a chain.
// Nearly every item is a slot: boxing it would cost more than the rare other kind wastes.
#[allow(clippy::large_enum_variant)]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Item {
    /// A place for a child.
    Slot(Slot),
    /// A place for chains side by side.
    Split(Split),
    /// Something that this version does not understand. It passes audio, and is saved as it came.
    Unknown(Value),
}

impl Chain {
    /// Reads a chain with so many splits around it.
    pub(super) fn read(list: &[Value], depth: usize) -> Self {
        let read = |value: &Value| {
            Item::read(value, depth).unwrap_or_else(|_| Item::Unknown(value.clone()))
        };
        Self(list.iter().map(read).collect())
    }
}

impl Item {
    /// The slot, if it is one.
    pub fn as_slot(&self) -> Option<&Slot> {
        match self {
            Self::Slot(slot) => Some(slot),
            _ => None,
        }
    }

    /// The slot, if it is one, to be changed.
    pub fn as_slot_mut(&mut self) -> Option<&mut Slot> {
        match self {
            Self::Slot(slot) => Some(slot),
            _ => None,
        }
    }

    /// Takes the ids away from it and all that is in it, so that an edit that inserts it gives it others.
    pub fn forget_ids(&mut self) {
        match self {
            Self::Slot(slot) => slot.id = SlotId::NONE,
            Self::Split(split) => {
                split.id = SplitId::NONE;
                for chain in &mut split.chains {
                    chain.id = ChainId::NONE;
                    chain.chain.0.iter_mut().for_each(Self::forget_ids);
                }
            }
            Self::Unknown(_) => {}
        }
    }

    /// The split, if it is one.
    pub fn as_split(&self) -> Option<&Split> {
        match self {
            Self::Split(split) => Some(split),
            _ => None,
        }
    }

    /// Why this value, with so many splits around it, is no item that this version understands.
    pub(crate) fn mistake(value: &Value, depth: usize) -> Option<String> {
        Self::read(value, depth).err()
    }

    fn read(value: &Value, depth: usize) -> Result<Self, Mistake> {
        let Value::Object(object) = value else {
            return Err(format!("it is {}", shown(value)));
        };
        let item = match (object.contains_key("plugin"), object.contains_key("split")) {
            (true, false) => Self::Slot(Slot::read(object)?),
            (false, true) if depth >= MAX_DEPTH => {
                return Err(format!("splits can be nested {MAX_DEPTH} deep, not deeper"));
            }
            (false, true) => Self::Split(Split::read(object, depth)?),
            (true, true) => return Err("it has both a \"plugin\" and a \"split\"".to_owned()),
            (false, false) => {
                return Err("it has neither a \"plugin\" nor a \"split\"".to_owned());
            }
        };
        // The text that is read may be within what can be read again, and the text that would be
        // written not: a chain that was written as a list is written as an object.
        if depth::can_be_saved(&item, depth) {
            Ok(item)
        } else {
            Err("what it holds is nested too deep to be saved".to_owned())
        }
    }
}

impl From<Slot> for Item {
    fn from(slot: Slot) -> Self {
        Self::Slot(slot)
    }
}

impl From<Split> for Item {
    fn from(split: Split) -> Self {
        Self::Split(split)
    }
}

impl<'de> Deserialize<'de> for Chain {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // By way of values: what an item is shows only when all of it is there.
        Ok(Self::read(&Vec::deserialize(deserializer)?, 0))
    }
}

impl<'de> Deserialize<'de> for Item {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        Ok(match Self::read(&value, 0) {
            Ok(item) => item,
            Err(_) => Self::Unknown(value),
        })
    }
}
