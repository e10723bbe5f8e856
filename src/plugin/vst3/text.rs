//! Texts as VST3 has them.

use nih_plug::wrapper::vst3::vst3::Steinberg::Vst::{String128, TChar};

/// Writes a text with its end, cut where the room ends, between two characters.
pub(super) fn write(place: &mut String128, text: &str) {
    let room = place.len() - 1;
    let mut length = 0;
    // What C takes for the end is none.
    for character in text.chars().take_while(|character| *character != '\0') {
        if length + character.len_utf16() > room {
            break;
        }
        let mut units = [0; 2];
        for unit in character.encode_utf16(&mut units) {
            place[length] = *unit;
            length += 1;
        }
    }
    place[length] = 0;
}

/// Reads a text up to its end, or to where VST3's strings end at the latest.
///
/// # Safety
///
/// `text` points to a text with an end, or to as many units as a `String128` has.
pub(super) unsafe fn read(text: *const TChar) -> String {
    let mut units = [0; 128];
    let mut length = 0;
    while length < units.len() {
        // SAFETY: no unit before it was the end.
        let unit = unsafe { *text.add(length) };
        if unit == 0 {
            break;
        }
        units[length] = unit;
        length += 1;
    }
    String::from_utf16_lossy(&units[..length])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_between_characters_and_come_back() {
        let mut place = [1; 128];
        for (text, wanted) in [
            ("-6.0 dB", "-6.0 dB".to_owned()),
            ("a\0b", "a".to_owned()),
            (&"𝄞".repeat(70), "𝄞".repeat(63)),
            (&"ä".repeat(200), "ä".repeat(127)),
        ] {
            write(&mut place, text);
            // SAFETY: as long as a `String128`.
            assert_eq!(unsafe { read(place.as_ptr()) }, wanted);
        }
    }
}
