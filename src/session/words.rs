//! Controls of slots and chains, in words and as numbers from 0 to 1.

use crate::rack::limits::{control_to_db, db_to_control};
use crate::rack::mapping::Control;

/// What the musician calls it.
pub fn control_name(control: Control) -> &'static str {
    match control {
        Control::Bypass => "Bypass",
        Control::Mix => "Mix",
        Control::InputGain => "Input gain",
        Control::OutputGain => "Output gain",
        Control::ChainGain => "Gain",
        Control::Pan => "Pan",
        Control::Mute => "Mute",
    }
}

/// Its default, from 0 to 1.
pub(super) fn default_of_control(control: Control) -> f64 {
    match control {
        Control::Bypass | Control::Mute => 0.0,
        Control::Mix => 1.0,
        Control::InputGain | Control::OutputGain | Control::ChainGain => {
            f64::from(db_to_control(0.0))
        }
        Control::Pan => 0.5,
    }
}

/// A value from 0 to 1 in words: "50 %", "-6.0 dB", "on", "20 % left".
pub fn control_text(control: Control, value: f32) -> String {
    match control {
        Control::Bypass | Control::Mute => (if value >= 0.5 { "on" } else { "off" }).to_owned(),
        Control::Mix => format!("{:.1} %", value * 100.0),
        Control::InputGain | Control::OutputGain | Control::ChainGain if value <= 0.0 => {
            "-inf dB".to_owned()
        }
        Control::InputGain | Control::OutputGain | Control::ChainGain => {
            format!("{:.1} dB", control_to_db(value))
        }
        Control::Pan => {
            let percent = (value * 200.0 - 100.0).round();
            match percent {
                0.0 => "middle".to_owned(),
                ..0.0 => format!("{} % left", -percent),
                _ => format!("{percent} % right"),
            }
        }
    }
}

/// The value from 0 to 1 that words mean.
pub(super) fn control_value(control: Control, text: &str) -> Option<f32> {
    let text = text.trim().to_lowercase();
    let number = || {
        let digits = |letter: char| letter.is_ascii_digit() || "+-.".contains(letter);
        let end = text.find(|letter| !digits(letter)).unwrap_or(text.len());
        text[..end].parse::<f32>().ok()
    };
    let value = match control {
        Control::Bypass | Control::Mute => match text.as_str() {
            "on" | "yes" | "true" | "1" => 1.0,
            "off" | "no" | "false" | "0" => 0.0,
            _ => return None,
        },
        Control::Mix => number()? / 100.0,
        Control::InputGain | Control::OutputGain | Control::ChainGain => {
            if text.starts_with("-inf") {
                0.0
            } else {
                db_to_control(number()?)
            }
        }
        Control::Pan if text.starts_with("middle") => 0.5,
        Control::Pan => {
            let side = if text.contains("left") { -1.0 } else { 1.0 };
            0.5 + side * number()? / 200.0
        }
    };
    Some(value.clamp(0.0, 1.0))
}

/// A value from 0 to 1 that nobody has words for.
pub fn percent(value: f64) -> String {
    format!("{:.1} %", value * 100.0)
}

/// The value from 0 to 1 that a percentage means.
pub fn value_of_percent(text: &str) -> Option<f64> {
    let number: f64 = text.trim().trim_end_matches('%').trim().parse().ok()?;
    number.is_finite().then(|| (number / 100.0).clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_control_says_is_what_it_reads() {
        use Control::{Bypass, ChainGain, InputGain, Mix, Mute, OutputGain, Pan};
        for control in [Bypass, Mix, InputGain, OutputGain, ChainGain, Pan, Mute] {
            for value in [0.0, 0.25, 0.5, 0.815, 1.0] {
                let text = control_text(control, value);
                let back = control_value(control, &text).unwrap();
                assert_eq!(control_text(control, back), text, "{control:?} {value}");
            }
            assert_eq!(control_value(control, "?"), None, "{control:?}");
        }
        assert_eq!(
            control_text(OutputGain, default_of_control(OutputGain) as f32),
            "0.0 dB"
        );
        assert_eq!(control_text(Pan, 0.25), "50 % left");
        assert_eq!(control_text(InputGain, 0.0), "-inf dB");
    }
}
