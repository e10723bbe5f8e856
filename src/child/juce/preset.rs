//! Preset files of VST3 plugins (`.vstpreset`), looked through before a plugin gets to see them.
//!
//! A file begins with a header of 48 bytes: "VST3", a version (4 bytes), the class of the plugin as 32
//! hexadecimal digits, and where in the file the list of its chunks is (8 bytes). The list: "List", how
//! many (4 bytes), and for each its name (4 bytes), its place and its length (8 bytes each). All numbers
//! are little-endian (`vstpresetfile.h` of Steinberg's SDK). "Comp" is what the plugin has saved.

use crate::juce::{Error, Instance};

const CLASS: std::ops::Range<usize> = 8..40;
const LIST_PLACE: usize = 40;
const HEADER_BYTES: usize = 48;
const ENTRY_BYTES: usize = 4 + 8 + 8;
const TRUNCATED: &str = "the file is damaged: a part of it is missing";

/// Takes the settings of a preset file.
///
/// # Errors
///
/// Why not. Nothing has changed then, unless it is the plugin itself that would not have what it is given.
pub(super) fn load(instance: &mut Instance, file: &[u8]) -> Result<(), String> {
    let words = |error: Error| error.what().to_owned();
    let class = class_of(file)?;
    check(file)?;
    let own = instance.preset().map_err(words)?;
    let Some(own) = own.as_deref().and_then(|own| own.get(CLASS)) else {
        return Err("only VST3 plugins have files of this kind".to_owned());
    };
    if !own.eq_ignore_ascii_case(class) {
        return Err("it is a preset of another plugin".to_owned());
    }
    if !instance.set_preset(file).map_err(words)? {
        return Err("the plugin does not take it".to_owned());
    }
    // JUCE does not ask for the values that it keeps of the parameters; after a state, it does
    // (setPreset and setStateInformation in juce_VST3PluginFormatImpl.h).
    let state = instance.state().map_err(words)?;
    instance.set_state(&state).map_err(words)
}

fn class_of(file: &[u8]) -> Result<&[u8], String> {
    if !file.starts_with(b"VST3") {
        return Err("this is no preset file of a VST3 plugin".to_owned());
    }
    file.get(CLASS).ok_or_else(|| TRUNCATED.to_owned())
}

/// Whether all that the list names is in the file.
fn check(file: &[u8]) -> Result<(), String> {
    is_whole(file)
        .filter(|is_whole| *is_whole)
        .map(drop)
        .ok_or_else(|| TRUNCATED.to_owned())
}

fn is_whole(file: &[u8]) -> Option<bool> {
    let place = number(file, LIST_PLACE)?;
    let list = file.get(place..)?.strip_prefix(b"List")?;
    let (count, list) = list.split_first_chunk()?;
    let count = usize::try_from(i32::from_le_bytes(*count)).ok()?;
    let entries = list.get(..count.checked_mul(ENTRY_BYTES)?)?;
    let mut has_settings = false;
    for entry in entries.chunks_exact(ENTRY_BYTES) {
        let (start, length) = (number(entry, 4)?, number(entry, 12)?);
        file.get(start..start.checked_add(length)?)?;
        has_settings |= entry.starts_with(b"Comp") && start >= HEADER_BYTES;
    }
    Some(has_settings)
}

fn number(bytes: &[u8], at: usize) -> Option<usize> {
    let bytes = bytes.get(at..)?.first_chunk()?;
    usize::try_from(i64::from_le_bytes(*bytes)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn preset() -> Vec<u8> {
        let mut file = b"VST3\x01\0\0\x000123456789ABCDEF0123456789ABCDEF".to_vec();
        file.extend(52_u64.to_le_bytes());
        file.extend(b"abcdList\x01\0\0\0Comp");
        file.extend(48_u64.to_le_bytes());
        file.extend(4_u64.to_le_bytes());
        file
    }

    #[test]
    fn a_whole_file_is_whole_and_one_that_lacks_anything_is_not() {
        let file = preset();
        assert_eq!(check(&file), Ok(()));
        assert_eq!(class_of(&file).map(<[u8]>::len), Ok(32));
        for length in 0..file.len() {
            let part = &file[..length];
            assert!(class_of(part).is_err() || check(part).is_err(), "{length}");
        }
    }

    #[test]
    fn places_that_are_not_there_are_no_places() {
        for at in [40, 64, 72] {
            for number in [i64::MAX, i64::MIN, -1, 1 << 40] {
                let mut file = preset();
                file[at..at + 8].copy_from_slice(&number.to_le_bytes());
                assert!(check(&file).is_err(), "{number} at {at}");
            }
        }
    }
}
