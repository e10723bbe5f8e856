//! What the settings of a rack can be. Reading a document and editing a rack hold to the same
//! limits, so that the audio thread never meets a number that makes no sense.

use std::fmt;

use crate::audio::DEFAULT_MIN_SPLIT_FRAMES;

/// The lowest and highest value of a setting, both allowed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// What the document calls it.
    pub field: &'static str,
    /// What the musician calls it.
    pub name: &'static str,
    /// What it is counted in.
    pub unit: &'static str,
    /// The lowest.
    pub low: f32,
    /// The highest.
    pub high: f32,
    /// What it is where the document does not say.
    pub default: f32,
}

/// How much of a slot's output is the child's.
pub static MIX: Limits = Limits {
    field: "mix_percent",
    name: "the mix",
    unit: " %",
    low: 0.0,
    high: 100.0,
    default: 100.0,
};

/// The gain into a slot's child.
pub static INPUT_GAIN: Limits = gain("input_gain_db", "the input gain");

/// The gain on a slot's child.
pub static OUTPUT_GAIN: Limits = gain("output_gain_db", "the output gain");

/// The gain on a split's chain.
pub static CHAIN_GAIN: Limits = gain("gain_db", "the gain");

/// Where a split's chain stands between left and right.
pub static PAN: Limits = Limits {
    field: "pan",
    name: "the pan",
    unit: "",
    low: -1.0,
    high: 1.0,
    default: 0.0,
};

/// Where a mapping starts.
pub static RANGE_START: Limits = unit_range("from", "the start of a mapping's range", 0.0);

/// Where a mapping ends.
pub static RANGE_END: Limits = unit_range("to", "the end of a mapping's range", 1.0);

/// How a mapping goes from one end to the other.
pub static CURVE: Limits = Limits {
    field: "curve",
    name: "the curve of a mapping",
    unit: "",
    low: -1.0,
    high: 1.0,
    default: 0.0,
};

/// The peak level above which a child is taken to run away.
pub static RUNAWAY_LIMIT: Limits = Limits {
    field: "runaway_limit_dbfs",
    name: "the runaway limit",
    unit: " dBFS",
    low: 0.0,
    high: 80.0,
    default: 36.0,
};

/// Where a split into bands crosses from one band to the next.
pub static CROSSOVER: Limits = Limits {
    field: "crossovers_hz",
    name: "a crossover",
    unit: " Hz",
    low: 10.0,
    high: 20_000.0,
    default: 1000.0,
};

/// By how many semitones a slot's notes are moved.
pub static TRANSPOSE: Limits = Limits {
    field: "transpose",
    name: "the transposition",
    unit: " semitones",
    low: -127.0,
    high: 127.0,
    default: 0.0,
};

/// The auxiliary output that a slot plays to; 0 is on in the chain.
pub static OUTPUT: Limits = Limits {
    field: "output",
    name: "the output",
    unit: "",
    low: 0.0,
    high: MAX_AUX_BUSES as f32,
    default: 0.0,
};

/// How many auxiliary stereo outputs there can be.
pub const MAX_AUX_BUSES: usize = 15;

/// The shortest part that a block is split into for a plugin that cannot be told of automation.
pub static MIN_SPLIT: Limits = Limits {
    field: "min_split_frames",
    name: "the shortest part of a block",
    unit: " samples",
    low: 1.0,
    high: 512.0,
    default: DEFAULT_MIN_SPLIT_FRAMES as f32,
};

/// How many crossovers a split into bands can have.
pub const MAX_CROSSOVERS: usize = 4;

const fn unit_range(field: &'static str, name: &'static str, default: f32) -> Limits {
    Limits {
        field,
        name,
        unit: "",
        low: 0.0,
        high: 1.0,
        default,
    }
}

const fn gain(field: &'static str, name: &'static str) -> Limits {
    Limits {
        field,
        name,
        unit: " dB",
        low: -144.0,
        high: 24.0,
        default: 0.0,
    }
}

impl Limits {
    /// Whether a setting can be this. Nothing can be what is not a number.
    pub fn hold(&self, value: f32) -> bool {
        (self.low..=self.high).contains(&value)
    }

    /// The nearest that the setting can be; its default for what is not a number.
    pub fn clamp(&self, value: f32) -> f32 {
        if value.is_nan() {
            return self.default;
        }
        value.clamp(self.low, self.high)
    }
}

impl fmt::Display for Limits {
    /// "the mix can be 0 to 100 %"
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            name,
            unit,
            low,
            high,
            ..
        } = self;
        write!(formatter, "{name} can be {low} to {high}{unit}")
    }
}

/// What a gain is at the lower end of a host parameter but for the end itself, which is silence.
const LOWEST_AUTOMATED_DB: f32 = -60.0;

/// The gain in decibels that a value from 0 to 1 stands for: 0 is silence, the rest is -60 to 24 dB.
pub fn control_to_db(value: f32) -> f32 {
    let Limits { low, high, .. } = OUTPUT_GAIN;
    if value <= 0.0 {
        return low;
    }
    LOWEST_AUTOMATED_DB + value.min(1.0) * (high - LOWEST_AUTOMATED_DB)
}

/// The value from 0 to 1 that stands for a gain in decibels, or the nearest there is.
pub fn db_to_control(db: f32) -> f32 {
    let value = (db - LOWEST_AUTOMATED_DB) / (OUTPUT_GAIN.high - LOWEST_AUTOMATED_DB);
    value.clamp(0.0, 1.0)
}

/// The factor that a value from 0 to 1 stands for.
pub fn control_to_gain(value: f32) -> f32 {
    db_to_gain(control_to_db(value))
}

/// The pan that a value from 0 to 1 stands for: 0.5 is the middle.
pub fn control_to_pan(value: f32) -> f32 {
    value * 2.0 - 1.0
}

/// The value from 0 to 1 that stands for a pan.
pub fn pan_to_control(pan: f32) -> f32 {
    (pan + 1.0) / 2.0
}

/// The factor of a gain in decibels. 0 dB is exactly 1.
pub fn db_to_gain(db: f32) -> f32 {
    10.0_f64.powf(f64::from(db) / 20.0) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_a_number_or_has_no_end_is_never_within_limits() {
        for limits in [&MIX, &CHAIN_GAIN, &PAN, &RUNAWAY_LIMIT, &CROSSOVER] {
            for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
                assert!(!limits.hold(value), "{limits}, {value}");
                assert!(limits.hold(limits.clamp(value)), "{limits}, {value}");
            }
            assert!(limits.hold(limits.low) && limits.hold(limits.high));
            assert!(limits.hold(limits.default));
        }
    }

    #[test]
    fn no_gain_changes_nothing_at_all() {
        assert_eq!(db_to_gain(0.0), 1.0);
        assert_eq!(db_to_gain(-0.0), 1.0);
        assert_eq!(db_to_gain(20.0), 10.0);
        assert!((db_to_gain(-6.0) - 0.501_187_2).abs() < 1e-7);
        assert!(db_to_gain(-144.0) > 0.0);
    }
}
