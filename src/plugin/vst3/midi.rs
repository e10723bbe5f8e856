//! MIDI controllers, which VST3 hosts send as parameters: hidden ones, behind those of the rack.
//!
//! For each of the 16 channels there are 128 controllers, the channel pressure and the pitch bend. A host
//! asks which parameter is which (`IMidiMapping`), and what it then sends of them becomes MIDI again.

use nih_plug::wrapper::vst3::vst3::Steinberg::Vst::{
    ControllerNumbers_::{kAfterTouch, kPitchBend},
    ParamID,
};

use crate::audio::EventKind;

/// The id of the first one.
const FIRST: ParamID = 0x1_0000;
const CHANNELS: u32 = 16;
/// Controllers, channel pressure, pitch bend.
const NUMBERS: u32 = 130;
/// How many such parameters there are.
pub(super) const COUNT: usize = (CHANNELS * NUMBERS) as usize;

#[allow(clippy::unnecessary_cast)] // the constants' type is the platform's
const PRESSURE: u32 = kAfterTouch as u32;
#[allow(clippy::unnecessary_cast)] // as above
const BEND: u32 = kPitchBend as u32;

/// The parameter of a controller; `None` for one that MIDI 1.0 does not have.
pub(super) fn id(channel: i16, controller: i16) -> Option<ParamID> {
    let channel = u32::try_from(channel).ok().filter(|it| *it < CHANNELS)?;
    let number = u32::try_from(controller).ok().filter(|it| *it < NUMBERS)?;
    Some(FIRST + channel * NUMBERS + number)
}

/// Which of these parameters has this id, from 0.
pub(super) fn index(id: ParamID) -> Option<usize> {
    let index = id.checked_sub(FIRST)? as usize;
    (index < COUNT).then_some(index)
}

/// The id of one of them.
pub(super) fn id_of(index: usize) -> ParamID {
    FIRST + index as ParamID
}

/// What hosts would show if they showed them. Some, pedalboard for one, know by the beginning what they are.
pub(super) fn name(index: usize) -> String {
    let (channel, number) = (index as u32 / NUMBERS + 1, index as u32 % NUMBERS);
    match number {
        PRESSURE => format!("MIDI CC pressure, channel {channel}"),
        BEND => format!("MIDI CC bend, channel {channel}"),
        _ => format!("MIDI CC {number}, channel {channel}"),
    }
}

/// The value before anything was sent: bends rest in the middle.
pub(super) fn default(index: usize) -> f64 {
    if index as u32 % NUMBERS == BEND {
        0.5
    } else {
        0.0
    }
}

/// The message that such a parameter's value stands for.
pub(super) fn message(index: usize, value: f64) -> EventKind {
    let (channel, number) = ((index as u32 / NUMBERS) as u8, index as u32 % NUMBERS);
    let value = if value.is_nan() {
        0.0
    } else {
        value.clamp(0.0, 1.0)
    };
    let seven_bits = (value * 127.0).round() as u8;
    EventKind::Midi(match number {
        PRESSURE => [0xd0 | channel, seven_bits, 0],
        BEND => {
            // The middle is 8192, of 16383.
            let bend = (value * 16383.0).round() as u16;
            [0xe0 | channel, (bend & 0x7f) as u8, (bend >> 7) as u8]
        }
        _ => [0xb0 | channel, number as u8, seven_bits],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_controller_of_every_channel_has_a_parameter_of_its_own_and_comes_back_as_midi() {
        let mut seen = Vec::new();
        for channel in 0..16 {
            for controller in 0..130 {
                let id = id(channel, controller).expect("a parameter");
                let index = index(id).expect("one of ours");
                assert_eq!(id_of(index), id);
                seen.push(index);
                let wanted = match controller {
                    128 => [0xd0 | channel as u8, 127, 0],
                    129 => [0xe0 | channel as u8, 127, 127],
                    _ => [0xb0 | channel as u8, controller as u8, 127],
                };
                assert_eq!(message(index, 1.0), EventKind::Midi(wanted));
            }
        }
        assert_eq!(seen, Vec::from_iter(0..COUNT));
        for (channel, controller) in [(-1, 0), (16, 0), (0, -1), (0, 130)] {
            assert_eq!(id(channel, controller), None);
        }
        assert_eq!(index(511), None);
        assert_eq!(index(FIRST + COUNT as u32), None);
    }

    #[test]
    fn bends_have_fourteen_bits_and_rest_in_the_middle() {
        let bend = index(id(2, 129).unwrap()).unwrap();
        assert_eq!(message(bend, default(bend)), EventKind::Midi([0xe2, 0, 64]));
        for wanted in [0, 1, 127, 128, 8191, 8192, 16383_u16] {
            let EventKind::Midi([_, low, high]) = message(bend, f64::from(wanted) / 16383.0) else {
                panic!("no MIDI");
            };
            assert_eq!(u16::from(high) << 7 | u16::from(low), wanted);
        }
        assert_eq!(message(bend, f64::NAN), EventKind::Midi([0xe2, 0, 0]));
    }
}
