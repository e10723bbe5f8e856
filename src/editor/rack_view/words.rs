//! What stands in the rack view, in words and numbers.

use crate::child::Description;
use crate::rack::limits::{OUTPUT_GAIN, db_to_gain, pan_to_control};
use crate::rack::mapping::Control;
use crate::rack::{Slot, Split, SplitKind};
use crate::session::control_text;

/// All that a plugin's files say of it.
pub fn about(description: &Description) -> String {
    let mut text = description.to_string();
    if !description.vendor.is_empty() {
        text.push_str(&format!(" by {}", description.vendor));
    }
    if !description.version.is_empty() {
        text.push_str(&format!(", version {}", description.version));
    }
    text.push_str("\nClick to select it, drag to move it; the other button has its menu");
    text
}

/// What is not empty, with dots between.
pub fn joined<'a>(parts: impl IntoIterator<Item = &'a String>) -> String {
    let parts: Vec<&str> = parts.into_iter().map(String::as_str).collect();
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join("  \u{B7}  ")
}

/// A factor in decibels: what the document says, where it says the same.
pub fn decibels(gain: f32, documented_db: f32) -> f32 {
    if (gain - db_to_gain(documented_db)).abs() <= gain.abs() * 1e-4 {
        return documented_db;
    }
    OUTPUT_GAIN.clamp(20.0 * gain.max(0.0).log10())
}

/// A number: what the document says, where it says nearly the same.
pub fn near(live: f32, documented: f32) -> f32 {
    match (live - documented).abs() < 1e-3 {
        true => documented,
        false => live,
    }
}

/// How late something is: "64 samples (1.3 ms)"; nothing for what is on time.
pub fn latency(samples: u32, sample_rate: Option<f64>) -> Option<String> {
    let plural = if samples == 1 { "" } else { "s" };
    match (samples, sample_rate) {
        (0, _) => None,
        (_, Some(rate)) if rate > 0.0 => {
            let ms = f64::from(samples) * 1000.0 / rate;
            Some(format!("{samples} sample{plural} ({ms:.1} ms)"))
        }
        _ => Some(format!("{samples} sample{plural}")),
    }
}

/// What is set on a slot otherwise than usual and is not to be seen elsewhere on its strip.
pub fn peculiarities(slot: &Slot) -> Vec<String> {
    let mut bare = Slot::new(slot.plugin.clone());
    bare.channels = slot.channels;
    bare.sidechain = slot.sidechain.clone();
    bare.midi = slot.midi.clone();
    bare.output = slot.output;
    bare.settings_in_words()
}

/// A frequency: "200 Hz", "2 kHz".
pub fn hertz(hz: f32) -> String {
    match hz {
        1000.0.. => format!("{} kHz", (hz / 10.0).round() / 100.0),
        _ => format!("{hz} Hz"),
    }
}

/// What stands above a split: "Parallel", "Bands at 200 Hz, 2 kHz".
pub fn kind(split: &Split) -> String {
    match &split.kind {
        SplitKind::Parallel => "Parallel".to_owned(),
        SplitKind::LeftRight => "Left / right".to_owned(),
        SplitKind::MidSide => "Mid / side".to_owned(),
        SplitKind::Bands { crossovers_hz } => {
            let at: Vec<String> = crossovers_hz.iter().map(|hz| hertz(*hz)).collect();
            format!("Bands at {}", at.join(", "))
        }
    }
}

/// What a chain of a split, counted from zero, is called: by its name, else by its part, else by its number.
pub fn chain(split: &Split, number: usize) -> String {
    let name = split
        .chains
        .get(number)
        .and_then(|chain| chain.name.clone());
    name.filter(|name| !name.trim().is_empty())
        .or_else(|| split.part_in_words(number))
        .unwrap_or_else(|| (number + 1).to_string())
}

/// A chain as its title: "Chain 2", "Left", "Up to 200 Hz".
pub fn chain_title(split: &Split, number: usize) -> String {
    let words = chain(split, number);
    if words.parse::<usize>().is_ok() {
        return format!("Chain {words}");
    }
    let mut letters = words.chars();
    let first = letters.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(letters).collect()
}

/// A pan: "middle", "30 % left".
pub fn pan(pan: f32) -> String {
    control_text(Control::Pan, pan_to_control(pan))
}
