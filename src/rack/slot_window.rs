//! Where a slot's window was last, as the document says it.

use super::fields::{Fields, Mistake, mistake};
use crate::child::WindowPlace;

/// The farthest from the screens' corner, and the longest edge.
const MOST: i64 = 32_767;

pub(super) fn read_window(fields: &mut Fields<'_>) -> Result<Option<WindowPlace>, Mistake> {
    let Some(value) = fields.take("window").filter(|value| !value.is_null()) else {
        return Ok(None);
    };
    let number = |name: &str, lowest: i64| {
        let number = value.get(name)?.as_i64()?;
        let within = (lowest..=MOST).contains(&number);
        within.then_some(number as i32)
    };
    let place = || {
        Some(WindowPlace {
            x: number("x", -MOST)?,
            y: number("y", -MOST)?,
            width: number("width", 1)?,
            height: number("height", 1)?,
        })
    };
    // With more in it, it is a later version's.
    let is_whole = value.as_object().is_some_and(|object| object.len() == 4);
    let Some(place) = place().filter(|_| is_whole) else {
        let can_be = r#"{"x": .., "y": .., "width": .., "height": ..} with whole numbers"#;
        return Err(mistake("window", value, can_be));
    };
    Ok(Some(place))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn read(text: &str) -> Result<Option<WindowPlace>, Mistake> {
        let value: Value = serde_json::from_str(text).expect("JSON");
        read_window(&mut Fields::new(value.as_object().expect("an object")))
    }

    #[test]
    fn a_place_comes_back_as_it_was_written() {
        let place = WindowPlace {
            x: -20,
            y: 300,
            width: 640,
            height: 480,
        };
        let text = serde_json::json!({"window": place}).to_string();
        assert_eq!(read(&text), Ok(Some(place)));
        assert_eq!(read("{}"), Ok(None));
    }

    #[test]
    fn what_is_no_place_on_any_screen_is_a_mistake() {
        for window in [
            r#""left""#,
            r#"{"x": 1, "y": 2}"#,
            r#"{"x": 1, "y": 2, "width": 0, "height": 5}"#,
            r#"{"x": 1e9, "y": 2, "width": 9, "height": 5}"#,
            r#"{"x": 1.5, "y": 2, "width": 9, "height": 5}"#,
        ] {
            let text = format!("{{\"window\": {window}}}");
            assert!(read(&text).is_err(), "{text}");
        }
    }
}
