//! What is in a rack, and where, in the musician's words.

use super::{MidiSource, Sidechain, Slot, SlotChannels, Split, SplitChain, SplitKind};

/// Where something is by its [path](super::Rack::path): "place 3", or "chain 2 of the split at place
/// 3, place 1".
pub fn path_in_words(path: &[usize]) -> String {
    let (around, place) = path.split_at(path.len().saturating_sub(1));
    let around = (around.chunks_exact(2)).fold(String::new(), |around, step| {
        chain_in_words(&around, step[0], step[1])
    });
    let place = place.first().map_or(1, |place| place + 1);
    format!("{around}place {place}")
}

/// The same in numbers: "3", or "3.2.1" for the first item in the second chain of the split at place 3.
pub fn path_in_numbers(path: &[usize]) -> String {
    let numbers: Vec<String> = path.iter().map(|step| (step + 1).to_string()).collect();
    numbers.join(".")
}

/// What stands before the places of a chain that is one of a split's. All count from zero.
pub(crate) fn chain_in_words(around_the_split: &str, split_at: usize, chain: usize) -> String {
    let (chain, place) = (chain + 1, split_at + 1);
    format!("{around_the_split}chain {chain} of the split at place {place}, ")
}

impl Slot {
    /// What is set on it other than usual, a few words each: "mix 50 %", "input +6 dB", "mid only",
    /// "sidechain from "Kick"".
    pub fn settings_in_words(&self) -> Vec<String> {
        let mut words = Vec::new();
        if self.bypass {
            words.push("bypassed".to_owned());
        }
        if self.mix_percent != 100.0 {
            words.push(format!("mix {} %", self.mix_percent));
        }
        for (name, db) in [
            ("input", self.input_gain_db),
            ("output", self.output_gain_db),
        ] {
            if db != 0.0 {
                words.push(format!("{name} {db:+} dB"));
            }
        }
        match self.channels {
            SlotChannels::All => {}
            SlotChannels::Left => words.push("left only".to_owned()),
            SlotChannels::Right => words.push("right only".to_owned()),
            SlotChannels::Mid => words.push("mid only".to_owned()),
            SlotChannels::Side => words.push("side only".to_owned()),
        }
        if let Some(label) = &self.label {
            words.push(format!("label {label:?}"));
        }
        match &self.sidechain {
            Sidechain::Host => {}
            Sidechain::None => words.push("no sidechain".to_owned()),
            Sidechain::From(label) => words.push(format!("sidechain from {label:?}")),
        }
        match &self.midi.from {
            MidiSource::Host => {}
            MidiSource::None => words.push("no MIDI".to_owned()),
            MidiSource::From(label) => words.push(format!("MIDI from {label:?}")),
        }
        if self.output > 0 {
            words.push(format!("to output {}", self.output));
        }
        words
    }
}

impl SplitKind {
    /// "parallel", "left and right", "mid and side", or "bands, crossing at 200 and 2000 Hz".
    pub fn in_words(&self) -> String {
        match self {
            Self::Parallel => "parallel".to_owned(),
            Self::LeftRight => "left and right".to_owned(),
            Self::MidSide => "mid and side".to_owned(),
            Self::Bands { crossovers_hz } => {
                let hertz: Vec<String> = crossovers_hz.iter().map(f32::to_string).collect();
                format!("bands, crossing at {} Hz", joined(&hertz))
            }
        }
    }
}

impl Split {
    /// What one of its chains, from zero, is by the split's kind: "left", "mid", "up to 200 Hz".
    pub fn part_in_words(&self, chain: usize) -> Option<String> {
        let pair = |first: &str, second: &str| match chain {
            0 => Some(first.to_owned()),
            1 => Some(second.to_owned()),
            _ => None,
        };
        match &self.kind {
            SplitKind::Parallel => None,
            SplitKind::LeftRight => pair("left", "right"),
            SplitKind::MidSide => pair("mid", "side"),
            SplitKind::Bands { crossovers_hz } => {
                let below = chain.checked_sub(1).and_then(|at| crossovers_hz.get(at));
                match (below, crossovers_hz.get(chain)) {
                    (None, Some(high)) => Some(format!("up to {high} Hz")),
                    (Some(low), Some(high)) => Some(format!("{low} to {high} Hz")),
                    (Some(low), None) => Some(format!("from {low} Hz")),
                    (None, None) => None,
                }
            }
        }
    }
}

impl SplitChain {
    /// What is set on it other than usual, a few words each: "-6 dB", "pan 0.3 right", "muted".
    pub fn settings_in_words(&self) -> Vec<String> {
        let mut words = Vec::new();
        if self.gain_db != 0.0 {
            words.push(format!("{:+} dB", self.gain_db));
        }
        if self.pan != 0.0 {
            let side = if self.pan < 0.0 { "left" } else { "right" };
            words.push(format!("pan {} {side}", self.pan.abs()));
        }
        if self.mute {
            words.push("muted".to_owned());
        }
        if self.solo {
            words.push("solo".to_owned());
        }
        words
    }
}

/// "200", "200 and 2000", "200, 800 and 2000".
fn joined(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rack::PluginReference;

    #[test]
    fn a_path_counts_from_zero_and_its_words_from_one() {
        assert_eq!(path_in_words(&[2]), "place 3");
        assert_eq!(
            path_in_words(&[2, 1, 0]),
            "chain 2 of the split at place 3, place 1"
        );
        assert_eq!(
            path_in_words(&[0, 0, 4, 1, 2]),
            "chain 1 of the split at place 1, chain 2 of the split at place 5, place 3"
        );
    }

    #[test]
    fn only_what_is_set_otherwise_than_usual_is_told() {
        let mut slot = Slot::new(PluginReference::from("A"));
        assert_eq!(slot.settings_in_words(), [""; 0]);
        slot.bypass = true;
        slot.mix_percent = 12.5;
        slot.input_gain_db = 6.0;
        slot.output_gain_db = -0.5;
        slot.channels = SlotChannels::Mid;
        assert_eq!(
            slot.settings_in_words().join(", "),
            "bypassed, mix 12.5 %, input +6 dB, output -0.5 dB, mid only"
        );

        let mut chain = SplitChain::default();
        assert_eq!(chain.settings_in_words(), [""; 0]);
        chain.gain_db = -6.0;
        chain.pan = -0.3;
        chain.mute = true;
        chain.solo = true;
        assert_eq!(
            chain.settings_in_words().join(", "),
            "-6 dB, pan 0.3 left, muted, solo"
        );
    }

    #[test]
    fn every_chain_of_a_split_into_bands_is_told_by_its_band() {
        let crossovers_hz = vec![200.0, 800.0, 2000.5];
        let split = Split::new(SplitKind::Bands { crossovers_hz });
        assert_eq!(
            split.kind.in_words(),
            "bands, crossing at 200, 800 and 2000.5 Hz"
        );
        let parts: Vec<_> = (0..4).filter_map(|at| split.part_in_words(at)).collect();
        assert_eq!(
            parts.join("; "),
            "up to 200 Hz; 200 to 800 Hz; 800 to 2000.5 Hz; from 2000.5 Hz"
        );
        assert_eq!(Split::new(SplitKind::Parallel).part_in_words(0), None);
    }
}
