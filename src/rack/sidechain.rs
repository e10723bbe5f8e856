//! What a slot's plugin gets as its sidechain, as the document says it.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::fields::{Fields, Mistake, mistake};

/// What a slot's plugin gets as its sidechain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Sidechain {
    /// The rack's own sidechain input.
    #[default]
    Host,
    /// Silence.
    None,
    /// What the slot, or the chain of a split, of this label puts out. Silence where there is none of
    /// that label, or where it comes later than the slot.
    From(String),
}

impl Sidechain {
    pub(super) fn read(fields: &mut Fields<'_>) -> Result<Self, Mistake> {
        let Some(value) = fields.take("sidechain") else {
            return Ok(Self::Host);
        };
        match value {
            Value::String(word) if word == "host" => Ok(Self::Host),
            Value::String(word) if word == "none" => Ok(Self::None),
            // With more in it, it is a later version's, and means what we cannot know.
            Value::Object(object) if object.len() == 1 => match object.get("from") {
                Some(Value::String(label)) => Ok(Self::From(label.clone())),
                _ => Err(out_of_place(value)),
            },
            _ => Err(out_of_place(value)),
        }
    }
}

fn out_of_place(value: &Value) -> Mistake {
    let can_be = r#""host", "none" or {"from": ".."} with a label"#;
    mistake("sidechain", value, can_be)
}

impl Serialize for Sidechain {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Host => serializer.serialize_str("host"),
            Self::None => serializer.serialize_str("none"),
            Self::From(label) => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry("from", label)?;
                map.end()
            }
        }
    }
}
