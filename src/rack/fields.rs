//! The fields of the document's objects: read with a reason the musician can act on where one is
//! not as it should be, and written so that what was not changed stays the same text.

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::limits::Limits;

/// What is wrong with a part of the document, in the musician's words: `its "bypass" is "no"; it
/// can be true or false`.
pub(super) type Mistake = String;

/// An object of the document, whose fields are taken one by one; those that nobody takes are kept.
#[derive(Clone)]
pub(super) struct Fields<'a> {
    object: &'a Map<String, Value>,
    taken: Vec<&'static str>,
}

impl<'a> Fields<'a> {
    pub(super) fn new(object: &'a Map<String, Value>) -> Self {
        Self {
            object,
            taken: Vec::new(),
        }
    }

    pub(super) fn take(&mut self, name: &'static str) -> Option<&'a Value> {
        self.taken.push(name);
        self.object.get(name)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.object.contains_key(name)
    }

    pub(super) fn flag(&mut self, name: &'static str) -> Result<bool, Mistake> {
        match self.take(name) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(other) => Err(mistake(name, other, "true or false")),
        }
    }

    pub(super) fn number(&mut self, limits: &Limits) -> Result<f32, Mistake> {
        match self.take(limits.field) {
            None => Ok(limits.default),
            Some(value) => number(value, limits).ok_or_else(|| out_of_range(value, limits)),
        }
    }

    /// A number without a fraction.
    pub(super) fn whole(&mut self, limits: &Limits) -> Result<f32, Mistake> {
        let whole = self.number(limits)?;
        match self.object.get(limits.field) {
            Some(value) if whole.fract() != 0.0 => Err(out_of_range(value, limits)),
            _ => Ok(whole),
        }
    }

    pub(super) fn text(&mut self, name: &'static str) -> Result<Option<String>, Mistake> {
        match self.take(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(other) => Err(mistake(name, other, "a text (\"..\")")),
        }
    }

    pub(super) fn list(&mut self, name: &'static str) -> Result<&'a [Value], Mistake> {
        match self.take(name) {
            None => Err(format!("it has no \"{name}\"")),
            Some(Value::Array(list)) => Ok(list),
            Some(other) => Err(mistake(name, other, "a list ([..])")),
        }
    }

    /// The fields that nobody took, in their order.
    pub(super) fn rest(self) -> Map<String, Value> {
        (self.object.iter())
            .filter(|(name, _)| !self.taken.contains(&name.as_str()))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    }
}

/// A number of the document, if it is one and within the limits.
pub(super) fn number(value: &Value, limits: &Limits) -> Option<f32> {
    let number = value.as_f64()?;
    // Before it is made shorter: 1e300 is no f32.
    let within = f64::from(limits.low) <= number && number <= f64::from(limits.high);
    within.then_some(number as f32)
}

fn out_of_range(value: &Value, limits: &Limits) -> Mistake {
    let can_be = format!("{} to {}", limits.low, limits.high);
    mistake(limits.field, value, &can_be)
}

/// Says of a field what it is and what it can be.
pub(super) fn mistake(name: &str, value: &Value, can_be: &str) -> Mistake {
    format!("its \"{name}\" is {}; it can be {can_be}", shown(value))
}

/// A value of the document, as long as fits into a sentence.
pub(super) fn shown(value: &Value) -> String {
    const LONGEST: usize = 40;
    // What takes long to write is not written at all.
    match value {
        Value::Array(list) if list.len() > LONGEST => "a long list".to_owned(),
        Value::Object(_) => "an object ({..})".to_owned(),
        Value::String(text) if text.len() > LONGEST => "a long text".to_owned(),
        _ => {
            let text = value.to_string();
            if text.len() > LONGEST {
                "a list of other things".to_owned()
            } else {
                text
            }
        }
    }
}

/// For fields that are not written while they have their default.
pub(super) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Writes a number the way a hand does: 50, 0.3.
pub(super) fn write_number<S: Serializer>(number: &f32, serializer: S) -> Result<S::Ok, S::Error> {
    Number(*number).serialize(serializer)
}

/// Numbers that are written the way a hand writes them.
pub(super) struct Numbers<'a>(pub(super) &'a [f32]);

impl Serialize for Numbers<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().copied().map(Number))
    }
}

struct Number(f32);

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(number) = *self;
        if number.fract() == 0.0 && number.abs() < 1e9 {
            return serializer.serialize_i64(number as i64);
        }
        // By way of its shortest text, so that 0.3 does not become 0.30000001192092896 where JSON
        // is held as values, whose numbers are f64.
        let shortest = number.to_string().parse().unwrap_or(f64::from(number));
        serializer.serialize_f64(shortest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_written_as_a_hand_writes_it_in_text_and_in_values() {
        for (number, text) in [
            (50.0, "50"),
            (-6.0, "-6"),
            (0.3, "0.3"),
            (-0.1, "-0.1"),
            (1e-7, "1e-7"),
            (19_999.998, "19999.998"),
        ] {
            assert_eq!(serde_json::to_string(&Number(number)).unwrap(), text);
            let value = serde_json::to_value(Number(number)).unwrap();
            assert_eq!(value.to_string(), text);
        }
    }

    #[test]
    fn a_mistake_shows_what_stands_there_unless_it_is_long() {
        assert_eq!(
            mistake("pan", &"left".into(), "-1 to 1"),
            r#"its "pan" is "left"; it can be -1 to 1"#
        );
        let long = Value::from(vec!["x".repeat(30); 3]);
        assert!(mistake("pan", &long, "-1 to 1").len() < 80);
        assert!(shown(&"x".repeat(1000).into()).len() < 40);
    }
}
