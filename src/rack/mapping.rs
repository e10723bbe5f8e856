//! Mappings: the links from the host's parameters to what is in the rack.
//!
//! A mapping stands with what it moves, a slot or a chain of a split, and so goes where that goes. It
//! names the host parameter, from `p000` to `p511`; many mappings may name the same one.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::fields::{Fields, Mistake, mistake, write_number};
use super::host_parameter::HostId;
use super::limits::{CURVE, RANGE_END, RANGE_START};

/// One link from a host parameter to something that it moves.
#[derive(Clone, Debug, PartialEq)]
pub struct Mapping {
    /// The host parameter.
    pub host: HostId,
    /// What it moves.
    pub target: Target,
    /// How far it moves that.
    pub range: Range,
    /// Fields of the document that are not understood; kept for saving.
    pub unknown: Map<String, Value>,
}

/// What a host parameter moves.
#[derive(Clone, Debug, PartialEq)]
pub enum Target {
    /// A parameter of the slot's child.
    Parameter(ParameterName),
    /// A control of the slot or the chain itself.
    Control(Control),
}

/// How a document names a parameter of a child. What it says beside the name is written by us, so that the
/// parameter is found again exactly, and can be shown where the child is missing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ParameterName {
    /// The child's name for it.
    pub name: String,
    /// The format's own identifier.
    pub id: Option<String>,
    /// The unit.
    pub unit: Option<String>,
}

/// A control of a slot, or of a chain of a split.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Control {
    /// A slot's bypass: on from the middle.
    Bypass,
    /// A slot's mix, from 0 to 100 %.
    Mix,
    /// The gain into a slot's child.
    InputGain,
    /// The gain on a slot's child.
    OutputGain,
    /// The gain on a chain.
    ChainGain,
    /// A chain's pan.
    Pan,
    /// A chain's mute: on from the middle.
    Mute,
}

/// What a mapping may stand with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holder {
    Slot,
    Chain,
}

/// From where to where a host parameter moves a value, all from 0 to 1: where the host's is 0 the value is
/// at the start, where it is 1 at the end, which may be the lower one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    /// The value where the host's parameter is 0.
    pub from: f32,
    /// The value where the host's parameter is 1.
    pub to: f32,
    /// The way between: 0 is straight, up to 1 slow at first, down to -1 fast at first.
    pub curve: f32,
}

impl Default for Range {
    fn default() -> Self {
        Self {
            from: RANGE_START.default,
            to: RANGE_END.default,
            curve: CURVE.default,
        }
    }
}

impl Range {
    /// The value for a value of the host's.
    pub fn map(&self, host: f64) -> f64 {
        let (from, to) = (f64::from(self.from), f64::from(self.to));
        from + (to - from) * host.clamp(0.0, 1.0).powf(self.exponent())
    }

    /// The host's value for a value; the nearest, where the value is out of the range.
    pub fn unmap(&self, value: f64) -> f64 {
        let (from, to) = (f64::from(self.from), f64::from(self.to));
        if from == to {
            return 0.0;
        }
        ((value - from) / (to - from))
            .clamp(0.0, 1.0)
            .powf(self.exponent().recip())
    }

    /// Whether all values can be reached, so that steps are the child's.
    pub fn is_whole(&self) -> bool {
        (self.from.min(self.to), self.from.max(self.to)) == (0.0, 1.0)
    }

    fn exponent(&self) -> f64 {
        // Exactly 1 where it is straight.
        4f64.powf(f64::from(self.curve))
    }
}

impl Control {
    const ALL: [(Self, Holder, &str); 7] = [
        (Self::Bypass, Holder::Slot, "bypass"),
        (Self::Mix, Holder::Slot, "mix"),
        (Self::InputGain, Holder::Slot, "input_gain"),
        (Self::OutputGain, Holder::Slot, "output_gain"),
        (Self::ChainGain, Holder::Chain, "gain"),
        (Self::Pan, Holder::Chain, "pan"),
        (Self::Mute, Holder::Chain, "mute"),
    ];

    /// What the document calls it.
    pub fn word(self) -> &'static str {
        let mut all = Self::ALL.iter();
        all.find(|(control, ..)| *control == self)
            .map_or("", |(.., word)| word)
    }

    pub(super) fn is_of(self, bearer: Holder) -> bool {
        (Self::ALL.iter()).any(|(control, of, _)| (*control, *of) == (self, bearer))
    }
}

impl Mapping {
    /// A mapping over the whole range.
    pub fn new(host: HostId, target: Target) -> Self {
        Self {
            host,
            target,
            range: Range::default(),
            unknown: Map::new(),
        }
    }

    fn read(value: &Value, bearer: Holder) -> Result<Self, Mistake> {
        let Value::Object(object) = value else {
            return Err("it is no object ({..})".to_owned());
        };
        let mut fields = Fields::new(object);
        let host = fields.take("host").unwrap_or(&Value::Null);
        let host = (host.as_str().and_then(HostId::parse))
            .ok_or_else(|| mistake("host", host, "\"p000\" to \"p511\""))?;
        let target = match fields.take("control") {
            None => Target::Parameter(ParameterName {
                name: (fields.text("parameter")?)
                    .ok_or_else(|| "it has no \"parameter\" and no \"control\"".to_owned())?,
                id: fields.text("id")?,
                unit: fields.text("unit")?,
            }),
            Some(word) => {
                let mut all = Control::ALL.iter().filter(|(_, of, _)| *of == bearer);
                let found = all.find(|(.., name)| word.as_str() == Some(name));
                let words: Vec<&str> = (Control::ALL.iter())
                    .filter(|(_, of, _)| *of == bearer)
                    .map(|(.., name)| *name)
                    .collect();
                let (control, ..) =
                    found.ok_or_else(|| mistake("control", word, &format!("one of {words:?}")))?;
                Target::Control(*control)
            }
        };
        if bearer == Holder::Chain && matches!(target, Target::Parameter(_)) {
            return Err("a chain has no parameters, only controls".to_owned());
        }
        Ok(Self {
            host,
            target,
            range: Range {
                from: fields.number(&RANGE_START)?,
                to: fields.number(&RANGE_END)?,
                curve: fields.number(&CURVE)?,
            },
            unknown: fields.rest(),
        })
    }
}

impl Serialize for Mapping {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(transparent)]
        struct Written(#[serde(serialize_with = "write_number")] f32);

        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("host", &self.host.to_string())?;
        match &self.target {
            Target::Parameter(parameter) => {
                map.serialize_entry("parameter", &parameter.name)?;
                if let Some(id) = &parameter.id {
                    map.serialize_entry("id", id)?;
                }
                if let Some(unit) = &parameter.unit {
                    map.serialize_entry("unit", unit)?;
                }
            }
            Target::Control(control) => map.serialize_entry("control", control.word())?,
        }
        let Range { from, to, curve } = self.range;
        for (limits, value) in [(&RANGE_START, from), (&RANGE_END, to), (&CURVE, curve)] {
            if value != limits.default {
                map.serialize_entry(limits.field, &Written(value))?;
            }
        }
        for (name, value) in &self.unknown {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// The mappings that stand with a slot or a chain. Those with a mistake in them are kept as they came, and do
/// nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mappings {
    /// The mappings.
    pub list: Vec<Mapping>,
    unreadable: Vec<(Value, Mistake)>,
}

impl Mappings {
    pub(super) fn read(fields: &mut Fields<'_>, bearer: Holder) -> Result<Self, Mistake> {
        let mut mappings = Self::default();
        if fields.has("mappings") {
            for value in fields.list("mappings")? {
                match Mapping::read(value, bearer) {
                    Ok(mapping) => mappings.list.push(mapping),
                    Err(mistake) => mappings.unreadable.push((value.clone(), mistake)),
                }
            }
        }
        Ok(mappings)
    }

    /// Mappings that are all understood.
    pub fn new(list: Vec<Mapping>) -> Self {
        let unreadable = Vec::new();
        Self { list, unreadable }
    }

    /// What is wrong with those that do nothing.
    pub(crate) fn mistakes(&self) -> impl Iterator<Item = &str> {
        self.unreadable.iter().map(|(_, mistake)| mistake.as_str())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty() && self.unreadable.is_empty()
    }
}

impl Serialize for Mappings {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(untagged)]
        enum Entry<'a> {
            Read(&'a Mapping),
            Kept(&'a Value),
        }
        let read = self.list.iter().map(Entry::Read);
        let kept = self.unreadable.iter().map(|(value, _)| Entry::Kept(value));
        serializer.collect_seq(read.chain(kept))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_range_comes_back_from_both_ends_and_between() {
        for (from, to) in [(0.0, 1.0), (1.0, 0.0), (0.2, 0.7), (0.9, 0.1)] {
            for curve in [-1.0, -0.3, 0.0, 0.5, 1.0] {
                let range = Range { from, to, curve };
                assert_eq!(range.map(0.0), f64::from(from));
                assert!((range.map(1.0) - f64::from(to)).abs() < 1e-12);
                for host in [0.0, 0.001, 0.25, 0.5, 0.999, 1.0] {
                    let back = range.unmap(range.map(host));
                    assert!(
                        (back - host).abs() < 1e-6,
                        "{range:?}: {host} becomes {back}"
                    );
                }
            }
        }
        let straight = Range::default();
        assert_eq!(straight.map(0.123_456_789), 0.123_456_789);
        let stuck = Range {
            from: 0.5,
            to: 0.5,
            curve: 0.0,
        };
        assert_eq!((stuck.map(0.9), stuck.unmap(0.5)), (0.5, 0.0));
    }

    #[test]
    fn a_value_out_of_the_range_is_taken_for_the_nearest() {
        let range = Range {
            from: 0.2,
            to: 0.4,
            curve: 0.0,
        };
        assert_eq!((range.unmap(0.0), range.unmap(0.9)), (0.0, 1.0));
    }
}
