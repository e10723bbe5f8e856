//! MIDI controls in words, and back.

use crate::rack::{MidiControl, MidiMessage};

/// "CC 7", "CC 1 fine, channel 2", "pitch bend".
pub(super) fn in_words(control: MidiControl) -> String {
    let message = match control.message {
        MidiMessage::Controller(number) => format!("CC {number}"),
        MidiMessage::FineController(number) => format!("CC {number} fine"),
        MidiMessage::PitchBend => "pitch bend".to_owned(),
        MidiMessage::Pressure => "pressure".to_owned(),
        MidiMessage::Program => "program".to_owned(),
    };
    match control.channel {
        Some(channel) => format!("{message}, channel {}", channel + 1),
        None => message,
    }
}

/// Reads the same, and what comes near; `None` for what makes no sense.
pub(super) fn read(text: &str) -> Option<MidiControl> {
    let text = text.to_lowercase().replace([',', '#'], " ");
    let (message, channel) = match text.split_once(" ch") {
        Some((message, channel)) => {
            let digits = channel.trim_start_matches(|letter: char| !letter.is_ascii_digit());
            let channel: u8 = digits.trim().parse().ok()?;
            (message, Some(channel.checked_sub(1)?))
        }
        None => (text.as_str(), None),
    };
    let message = message.trim();
    let message = match message {
        "pitch bend" | "pitchbend" | "bend" => MidiMessage::PitchBend,
        "pressure" | "aftertouch" => MidiMessage::Pressure,
        "program" | "program change" => MidiMessage::Program,
        _ => {
            let (message, is_fine) = match message.strip_suffix("fine") {
                Some(rest) => (rest.trim(), true),
                None => (message, false),
            };
            let number: u8 = message.trim_start_matches("cc").trim().parse().ok()?;
            match is_fine {
                true => MidiMessage::FineController(number),
                false => MidiMessage::Controller(number),
            }
        }
    };
    let control = MidiControl { channel, message };
    control.is_sound().then_some(control)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_control_says_is_what_it_reads() {
        use MidiMessage::{Controller, FineController, PitchBend, Pressure, Program};
        for message in [
            Controller(7),
            FineController(31),
            PitchBend,
            Pressure,
            Program,
        ] {
            for channel in [None, Some(0), Some(15)] {
                let control = MidiControl { channel, message };
                assert_eq!(read(&in_words(control)), Some(control));
            }
        }
        let seventh = read("cc7").expect("a control");
        assert_eq!(seventh.message, Controller(7));
        for nonsense in [
            "",
            "CC",
            "CC 128",
            "CC 32 fine",
            "CC 1, channel 17",
            "CC 1 ch 0",
        ] {
            assert_eq!(read(nonsense), None, "{nonsense}");
        }
    }
}
