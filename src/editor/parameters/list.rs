//! Which parameters are shown, and what is said of them.

use crate::child::Parameter;
use crate::rack::HostId;
use crate::session::ParameterView;

/// The places of the parameters that fit: each word is in the name or the unit, or names a host parameter.
pub(super) fn find(parameters: &[ParameterView], text: &str) -> Vec<usize> {
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    if words.is_empty() {
        return (0..parameters.len()).collect();
    }
    let fits = |view: &ParameterView| {
        let name = view.parameter.name.to_lowercase();
        let unit = view.parameter.unit.to_lowercase();
        words.iter().all(|word| {
            name.contains(word.as_str())
                || unit == *word
                || view.mapped.iter().any(|host| host.to_string() == *word)
        })
    };
    (parameters.iter().enumerate())
        .filter(|(_, view)| fits(view))
        .map(|(at, _)| at)
        .collect()
}

/// A value in the child's words with its unit: "-6.0 dB".
pub(super) fn with_unit(parameter: &Parameter, text: &str) -> String {
    let unit = parameter.unit.trim();
    let text = text.trim();
    match unit.is_empty() || text.ends_with(unit) {
        true => text.to_owned(),
        false => format!("{text} {unit}"),
    }
}

/// "mapped to p007".
pub(super) fn mapped_in_words(hosts: &[HostId]) -> String {
    let names: Vec<String> = hosts.iter().map(HostId::to_string).collect();
    format!("mapped to {}", names.join(", "))
}

/// The nearest value that the parameter can have.
pub(super) fn snapped(value: f32, steps: Option<u32>) -> f32 {
    let value = value.clamp(0.0, 1.0);
    match steps {
        Some(steps) if steps > 1 => {
            let highest = (steps - 1) as f32;
            (value * highest).round() / highest
        }
        _ => value,
    }
}

/// How far a key goes: a step of the child's, or a hundredth of the way, or a tenth of that for a fine one.
pub(super) fn key_step(steps: Option<u32>, is_fine: bool) -> f32 {
    match steps {
        Some(steps) if steps > 1 => 1.0 / (steps - 1) as f32,
        _ if is_fine => 0.001,
        _ => 0.01,
    }
}

#[cfg(test)]
pub(super) fn parameter(index: usize, name: &str, steps: Option<u32>) -> ParameterView {
    ParameterView {
        parameter: Parameter {
            index,
            id: index.to_string(),
            name: name.to_owned(),
            unit: "dB".to_owned(),
            value: 0.5,
            default: 0.25,
            steps,
            automatable: true,
            text: "-6.0".to_owned(),
            min_text: "-12.0".to_owned(),
            max_text: "0.0".to_owned(),
            default_text: "-9.0".to_owned(),
        },
        mapped: Vec::new(),
        choices: std::sync::Arc::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_has_to_fit_somewhere() {
        let mut parameters = [
            parameter(0, "Attack Time", None),
            parameter(1, "Release Time", None),
            parameter(2, "Gain", None),
        ];
        parameters[2].mapped = vec![HostId::new(7).expect("a host parameter")];
        assert_eq!(find(&parameters, ""), [0, 1, 2]);
        assert_eq!(find(&parameters, "time"), [0, 1]);
        assert_eq!(find(&parameters, "TIME rel"), [1]);
        assert_eq!(find(&parameters, "p007"), [2]);
        assert_eq!(find(&parameters, "gain attack"), [0; 0]);
    }

    #[test]
    fn a_unit_is_said_once() {
        let mut known = parameter(0, "Gain", None).parameter;
        assert_eq!(with_unit(&known, "-6.0"), "-6.0 dB");
        assert_eq!(with_unit(&known, "-6.0 dB"), "-6.0 dB");
        known.unit.clear();
        assert_eq!(with_unit(&known, "Hall"), "Hall");
    }

    #[test]
    fn values_stay_within_bounds_and_on_steps() {
        assert_eq!(snapped(0.4, None), 0.4);
        assert_eq!(snapped(1.4, None), 1.0);
        assert_eq!(snapped(0.4, Some(3)), 0.5);
        assert_eq!(snapped(0.2, Some(3)), 0.0);
        assert_eq!(key_step(Some(5), true), 0.25);
        assert_eq!(key_step(None, true), 0.001);
    }
}
