//! A split: a place in a chain that holds chains side by side, summed.

use serde::de::Error;
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use super::fields::{self, Fields, Mistake, Numbers, is_default, mistake, shown, write_number};
use super::limits::{self, CROSSOVER, MAX_CROSSOVERS};
use super::mapping::{Holder, Mappings};
use super::{Chain, ChainId, Item, SplitId};

/// A place in a chain that holds chains side by side, summed. Without any chain it passes audio;
/// so does a chain that holds nothing.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Split {
    /// Unique in its rack.
    pub id: SplitId,
    /// What each of its chains gets to hear.
    pub kind: SplitKind,
    /// As many as the kind asks for ([`SplitKind::chain_count`]).
    pub chains: Vec<SplitChain>,
    /// Fields of the document that are not understood; kept for saving.
    pub unknown: Map<String, Value>,
}

/// What each chain of a split gets to hear.
#[derive(Clone, Debug, PartialEq)]
pub enum SplitKind {
    /// All of it, in any number of chains.
    Parallel,
    /// The left channel, and the right one.
    LeftRight,
    /// What left and right have in common, and how they differ.
    MidSide,
    /// One band of frequencies, from the lowest.
    Bands {
        /// Where one band ends and the next begins, ascending; 1 to 4, so 2 to 5 bands.
        crossovers_hz: Vec<f32>,
    },
}

/// One of a split's chains.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SplitChain {
    /// Unique in its rack.
    #[serde(skip)]
    pub id: ChainId,
    /// What the musician calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it is called where slots listen to it. Unique in its rack.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The gain on its output, -144 to 24.
    #[serde(skip_serializing_if = "is_default", serialize_with = "write_number")]
    pub gain_db: f32,
    /// From -1, left, to 1, right.
    #[serde(skip_serializing_if = "is_default", serialize_with = "write_number")]
    pub pan: f32,
    /// It is not heard.
    #[serde(skip_serializing_if = "is_default")]
    pub mute: bool,
    /// Only chains with this are heard in this split.
    #[serde(skip_serializing_if = "is_default")]
    pub solo: bool,
    /// The host's parameters that move it.
    #[serde(skip_serializing_if = "Mappings::is_empty")]
    pub mappings: Mappings,
    /// What audio passes on this way.
    pub chain: Chain,
    /// Fields of the document that are not understood; kept for saving.
    #[serde(flatten)]
    pub unknown: Map<String, Value>,
}

impl Split {
    /// A split with the chains that its kind needs, all of them empty, so that it passes audio. It
    /// has no ids: it gets them when it is inserted.
    pub fn new(kind: SplitKind) -> Self {
        let mut split = Self {
            id: SplitId::NONE,
            kind,
            chains: Vec::new(),
            unknown: Map::new(),
        };
        let needed = split.kind.chain_count().unwrap_or(1);
        split.chains.resize_with(needed, SplitChain::default);
        split
    }

    /// Whether a chain is one of its own, or of a split within.
    pub(super) fn holds_chain(&self, id: ChainId) -> bool {
        let inside = self.chains.iter().flat_map(|chain| chain.chain.items());
        let mut splits = std::iter::once(self).chain(inside.filter_map(Item::as_split));
        splits.any(|split| split.chains.iter().any(|chain| chain.id == id))
    }

    pub(super) fn read(object: &Map<String, Value>, depth: usize) -> Result<Self, Mistake> {
        let mut fields = Fields::new(object);
        let kind = SplitKind::read(&mut fields)?;
        let list = fields.list("chains")?;
        let split = Self {
            id: SplitId::NONE,
            chains: (1..)
                .zip(list)
                .map(|(number, value)| {
                    SplitChain::read(value, depth + 1)
                        .map_err(|mistake| format!("chain {number}: {mistake}"))
                })
                .collect::<Result<_, _>>()?,
            kind,
            unknown: fields.rest(),
        };
        match split.kind.chain_count() {
            Some(needed) if needed != list.len() => Err(format!(
                "it has {} in its \"chains\", and \"{}\" needs {needed}",
                list.len(),
                split.kind.word()
            )),
            _ => Ok(split),
        }
    }
}

impl SplitKind {
    /// How many channels each of its chains has, where the split stands in a chain of `channels`.
    pub fn chain_channels(&self, channels: usize) -> usize {
        match self {
            Self::Parallel | Self::Bands { .. } => channels,
            Self::LeftRight | Self::MidSide => channels.min(1),
        }
    }

    /// How many chains it needs; `None` where any number will do.
    pub fn chain_count(&self) -> Option<usize> {
        match self {
            Self::Parallel => None,
            Self::LeftRight | Self::MidSide => Some(2),
            Self::Bands { crossovers_hz } => Some(crossovers_hz.len() + 1),
        }
    }

    /// Whether its crossovers, if it has any, are as many as can be, within their limits, and each
    /// above the one before.
    pub fn is_sound(&self) -> bool {
        match self {
            Self::Bands { crossovers_hz } => {
                (1..=MAX_CROSSOVERS).contains(&crossovers_hz.len())
                    && crossovers_hz.iter().all(|hz| CROSSOVER.hold(*hz))
                    && crossovers_hz.is_sorted_by(|below, above| below < above)
            }
            _ => true,
        }
    }

    /// What the document calls it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Parallel => "parallel",
            Self::LeftRight => "left_right",
            Self::MidSide => "mid_side",
            Self::Bands { .. } => "bands",
        }
    }

    fn read(fields: &mut Fields<'_>) -> Result<Self, Mistake> {
        let word = fields.take("split").unwrap_or(&Value::Null);
        let kind = match word.as_str() {
            Some("parallel") => Self::Parallel,
            Some("left_right") => Self::LeftRight,
            Some("mid_side") => Self::MidSide,
            Some("bands") => Self::Bands {
                crossovers_hz: (fields.list(CROSSOVER.field)?.iter())
                    .map(|hz| {
                        fields::number(hz, &CROSSOVER).ok_or_else(|| {
                            format!(
                                "one of its \"{}\" is {}; it can be {} to {}",
                                CROSSOVER.field,
                                shown(hz),
                                CROSSOVER.low,
                                CROSSOVER.high
                            )
                        })
                    })
                    .collect::<Result<_, _>>()?,
            },
            _ => {
                let can_be = r#""parallel", "left_right", "mid_side" or "bands""#;
                return Err(mistake("split", word, can_be));
            }
        };
        if kind.is_sound() {
            return Ok(kind);
        }
        let crossovers = fields.take(CROSSOVER.field).unwrap_or(&Value::Null);
        Err(mistake(
            CROSSOVER.field,
            crossovers,
            "1 to 4 numbers, each above the one before",
        ))
    }
}

impl SplitChain {
    /// Whether it is heard, as its own and its neighbours' mute and solo have it. A chain that is
    /// muted is not heard, soloed or not.
    pub fn is_heard(&self, split: &Split) -> bool {
        !self.mute && self.is_audible(split)
    }

    /// Whether it would be heard if it were not muted.
    pub(super) fn is_audible(&self, split: &Split) -> bool {
        self.solo || !split.chains.iter().any(|chain| chain.solo)
    }

    /// Reads an object, or the shorthand for one: its list of items.
    fn read(value: &Value, depth: usize) -> Result<Self, Mistake> {
        let object = match value {
            Value::Array(list) => {
                return Ok(Self {
                    chain: Chain::read(list, depth),
                    ..Self::default()
                });
            }
            Value::Object(object) => object,
            other => {
                return Err(format!(
                    "it is {}; it can be an object ({{..}}) or a list ([..])",
                    shown(other)
                ));
            }
        };
        let mut fields = Fields::new(object);
        Ok(Self {
            id: ChainId::NONE,
            name: fields.text("name")?,
            label: fields.text("label")?,
            gain_db: fields.number(&limits::CHAIN_GAIN)?,
            pan: fields.number(&limits::PAN)?,
            mute: fields.flag("mute")?,
            solo: fields.flag("solo")?,
            mappings: Mappings::read(&mut fields, Holder::Chain)?,
            chain: Chain::read(fields.list("chain")?, depth),
            unknown: fields.rest(),
        })
    }
}

impl Default for SplitChain {
    /// A chain that passes audio.
    fn default() -> Self {
        Self {
            id: ChainId::NONE,
            name: None,
            label: None,
            gain_db: 0.0,
            pan: 0.0,
            mute: false,
            solo: false,
            mappings: Mappings::default(),
            chain: Chain::default(),
            unknown: Map::new(),
        }
    }
}

impl Serialize for Split {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("split", self.kind.word())?;
        if let SplitKind::Bands { crossovers_hz } = &self.kind {
            map.serialize_entry(CROSSOVER.field, &Numbers(crossovers_hz))?;
        }
        map.serialize_entry("chains", &self.chains)?;
        for (name, value) in &self.unknown {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Split {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let object = Map::deserialize(deserializer)?;
        Self::read(&object, 0).map_err(D::Error::custom)
    }
}
