//! Parameters that were set on a child while it processed nothing: a plugin's own state may not have them yet, since
//! VST3 and LV2 plugins hear of their parameters with the next block only.

use std::collections::BTreeMap;

use serde_json::Value;

use super::fields::{Fields, Mistake, mistake};

/// Values from 0 to 1, by the parameters' identifiers, or names where they have none. In the document
/// `"parameters_ahead": {"3": 0.25}`: set again once the child is there with its state.
pub type Ahead = BTreeMap<String, f32>;

pub(super) fn read(fields: &mut Fields<'_>) -> Result<Ahead, Mistake> {
    const NAME: &str = "parameters_ahead";
    let Some(value) = fields.take(NAME) else {
        return Ok(Ahead::new());
    };
    let can_be = "an object of numbers from 0 to 1";
    let object = value
        .as_object()
        .ok_or_else(|| mistake(NAME, value, can_be))?;
    (object.iter())
        .map(|(name, value)| {
            let number = Value::as_f64(value).filter(|number| (0.0..=1.0).contains(number));
            let number = number.ok_or_else(|| mistake(NAME, value, can_be))?;
            Ok((name.clone(), number as f32))
        })
        .collect()
}
