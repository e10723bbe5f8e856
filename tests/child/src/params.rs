//! The fixture's parameters, their state and the environment that sets them.

#![allow(unsafe_code)] // `Params` is an unsafe trait; see its implementation below.

use std::collections::BTreeMap;

use nih_plug::prelude::*;

use crate::misbehave::{MISDEEDS, Misdeed, misdeed};
use crate::pattern::pattern;

/// The longest latency.
pub const MAX_LATENCY_SAMPLES: usize = 48_000;
/// The largest state, in KiB.
const MAX_STATE_KIB: i32 = 4096;
/// The largest gain either way, in dB. A power of two, so that whole decibels survive the way
/// through a normalised value without rounding, and a test can compute the very same gain.
const MAX_GAIN_DB: f32 = 64.0;
/// The field of the state that holds the pattern.
const PATTERN_FIELD: &str = "pattern";

/// The parameters. `lib.rs` says what each does.
pub struct FixtureParams {
    gain_db: FloatParam,
    latency: IntParam,
    /// A sample passes only where the sidechain was not silent.
    pub sidechain_gate: BoolParam,
    /// Note events are sent out again.
    pub midi_echo: BoolParam,
    state_kib: IntParam,
    /// Each sample's sign is turned.
    pub invert: BoolParam,
    /// It puts out how numbers are treated that are nearly zero.
    pub tell_denormals: BoolParam,
    misdeed: IntParam,
    /// Whether the last load found its state damaged. Shown, and otherwise without effect.
    state_damaged: BoolParam,
}

impl FixtureParams {
    /// The parameters with their defaults, changed by settings such as `gain=-6,latency=64` (ids of
    /// parameters with plain values; booleans are 0 and 1). What is not understood is logged.
    pub fn from_env(settings: Option<&str>) -> Self {
        let mut values = BTreeMap::from([
            ("gain", 0.0),
            ("latency", 0.0),
            ("gate", 0.0),
            ("echo", 0.0),
            ("state", 0.0),
            ("invert", 0.0),
            ("denormals", 0.0),
            ("misdeed", 0.0),
        ]);
        for setting in settings
            .unwrap_or_default()
            .split(',')
            .filter(|text| !text.is_empty())
        {
            let (id, value) = setting.split_once('=').unwrap_or((setting, ""));
            match (values.get_mut(id.trim()), value.trim().parse::<f32>()) {
                (Some(slot), Ok(value)) => *slot = value,
                _ => nice_error!("MATRYOSHKA_FIXTURE: cannot read \"{setting}\""),
            }
        }

        let max_latency = MAX_LATENCY_SAMPLES as i32;
        let latency = (values["latency"] as i32).clamp(0, max_latency);
        let state_kib = (values["state"] as i32).clamp(0, MAX_STATE_KIB);
        let misdeed = (values["misdeed"] as i32).clamp(0, MISDEEDS);
        let gain_db = values["gain"].clamp(-MAX_GAIN_DB, MAX_GAIN_DB);
        let gain_range = FloatRange::Linear {
            min: -MAX_GAIN_DB,
            max: MAX_GAIN_DB,
        };
        let whole = |max| IntRange::Linear { min: 0, max };

        Self {
            gain_db: FloatParam::new("Gain", gain_db, gain_range)
                .with_unit(" dB")
                .with_value_to_string(formatters::v2s_f32_rounded(2)),
            latency: IntParam::new("Latency", latency, whole(max_latency)).with_unit(" samples"),
            sidechain_gate: BoolParam::new("Sidechain gate", values["gate"] > 0.5),
            midi_echo: BoolParam::new("MIDI echo", values["echo"] > 0.5),
            state_kib: IntParam::new("State size", state_kib, whole(MAX_STATE_KIB))
                .with_unit(" KiB"),
            invert: BoolParam::new("Invert", values["invert"] > 0.5),
            tell_denormals: BoolParam::new("Tell denormals", values["denormals"] > 0.5)
                .non_automatable(),
            misdeed: IntParam::new("Misdeed", misdeed, whole(MISDEEDS)).non_automatable(),
            state_damaged: BoolParam::new("State damaged", false).non_automatable(),
        }
    }

    /// The gain as a factor; exactly 1 at 0 dB.
    pub fn gain(&self) -> f32 {
        util::db_to_gain(self.gain_db.value())
    }

    /// What it does that it must not.
    pub fn misdeed(&self) -> Option<Misdeed> {
        misdeed(self.misdeed.value())
    }

    /// The latency, in samples.
    pub fn latency_samples(&self) -> u32 {
        self.latency.value().unsigned_abs()
    }
}

// SAFETY: The pointers point at fields of `self`, which nice-plug keeps alive in an `Arc` for as long
// as it uses them, and no field is ever replaced. The ids are unique.
unsafe impl Params for FixtureParams {
    fn param_map(&self) -> Vec<(String, ParamPtr, String)> {
        let params = [
            ("gain", self.gain_db.as_ptr()),
            ("latency", self.latency.as_ptr()),
            ("gate", self.sidechain_gate.as_ptr()),
            ("echo", self.midi_echo.as_ptr()),
            ("state", self.state_kib.as_ptr()),
            ("invert", self.invert.as_ptr()),
            ("denormals", self.tell_denormals.as_ptr()),
            ("misdeed", self.misdeed.as_ptr()),
            ("damaged", self.state_damaged.as_ptr()),
        ];
        let group = String::new();
        params
            .map(|(id, pointer)| (id.to_owned(), pointer, group.clone()))
            .into()
    }

    fn serialize_fields(&self) -> BTreeMap<String, String> {
        let text = pattern(self.state_kib.value() as usize);
        BTreeMap::from([(PATTERN_FIELD.to_owned(), text)])
    }

    /// Runs after the parameters of the state are set, so `state_kib` says how much must be here.
    fn deserialize_fields(&self, fields: &BTreeMap<String, String>) {
        let expected = pattern(self.state_kib.value() as usize);
        let found = fields.get(PATTERN_FIELD).map_or("", String::as_str);
        let damaged = found != expected;
        if damaged {
            nice_error!(
                "the fixture's state is damaged: {} bytes of its pattern instead of {}",
                found.len(),
                expected.len()
            );
        }
        // SAFETY: The parameter is a field of `self`. nice-plug has no other way for a plugin to set
        // its own parameter while it loads a state, and rescans the values afterwards.
        unsafe {
            let damaged = if damaged { 1.0 } else { 0.0 };
            self.state_damaged
                .as_ptr()
                ._internal_set_normalized_value(damaged);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_sets_what_it_names_and_nothing_else() {
        let params = FixtureParams::from_env(Some("gain=-6, latency=64,echo=1"));
        assert_eq!(params.gain(), util::db_to_gain(-6.0));
        assert_eq!(params.latency_samples(), 64);
        assert!(params.midi_echo.value());
        assert!(!params.sidechain_gate.value());
    }

    #[test]
    fn an_environment_of_nonsense_changes_nothing() {
        for settings in [None, Some(""), Some("gain"), Some("gain=loud,=,pitch=3")] {
            let params = FixtureParams::from_env(settings);
            assert_eq!(params.gain(), 1.0, "{settings:?}");
            assert_eq!(params.latency_samples(), 0, "{settings:?}");
        }
    }

    #[test]
    fn a_state_whose_pattern_was_touched_is_found_damaged_and_a_good_one_clears_it() {
        let params = FixtureParams::from_env(Some("state=2"));
        let saved = params.serialize_fields();

        let mut touched = saved.clone();
        let text = touched.get_mut(PATTERN_FIELD).unwrap();
        text.replace_range(1000..1001, "?");
        params.deserialize_fields(&touched);
        assert!(params.state_damaged.value());

        params.deserialize_fields(&saved);
        assert!(!params.state_damaged.value());

        params.deserialize_fields(&BTreeMap::new());
        assert!(
            params.state_damaged.value(),
            "a pattern that is missing is damage too"
        );
    }
}
