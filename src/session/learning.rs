//! Learning: what is touched next is mapped.

use crate::rack::{HostId, MidiControl, MidiMessage};

/// For how many ticks the other half of a controller of 14 bits may follow the first.
const PATIENCE_TICKS: u32 = 8;

/// What is waited for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Learning {
    /// Nothing.
    #[default]
    Nothing,
    /// The next parameter that is turned in a child's window is mapped to this host parameter.
    Parameter(HostId),
    /// The next MIDI message with a value moves this host parameter from then on.
    Midi {
        /// The host parameter.
        host: HostId,
        /// What came already; it may be half of something finer.
        heard: Option<MidiControl>,
        /// How much longer the other half is waited for.
        ticks: u32,
    },
}

impl Learning {
    /// Waits for a MIDI message.
    pub fn midi(host: HostId) -> Self {
        Self::Midi {
            host,
            heard: None,
            ticks: PATIENCE_TICKS,
        }
    }

    /// A message came while waiting for one. Returns what is learned, as soon as that is clear.
    pub(super) fn hear(&mut self, source: MidiControl) -> Option<(HostId, MidiControl)> {
        let Self::Midi { host, heard, .. } = self else {
            return None;
        };
        let controller = |source: &MidiControl| match source.message {
            MidiMessage::Controller(number) => Some(number),
            _ => None,
        };
        let learned = match (&heard, controller(&source)) {
            (None, Some(0..64)) => {
                *heard = Some(source);
                return None;
            }
            (None, _) => source,
            (Some(first), number) => {
                let (Some(first_number), Some(number)) = (controller(first), number) else {
                    return None;
                };
                let is_other_half = first.channel == source.channel && first_number ^ 32 == number;
                if !is_other_half {
                    return None;
                }
                MidiControl {
                    channel: source.channel,
                    message: MidiMessage::FineController(number & 31),
                }
            }
        };
        let host = *host;
        *self = Self::Nothing;
        Some((host, learned))
    }

    /// Time goes by: what came alone is what was meant.
    pub(super) fn tick(&mut self) -> Option<(HostId, MidiControl)> {
        let Self::Midi {
            host,
            heard: Some(heard),
            ticks,
        } = self
        else {
            return None;
        };
        *ticks = ticks.saturating_sub(1);
        if *ticks > 0 {
            return None;
        }
        let learned = (*host, *heard);
        *self = Self::Nothing;
        Some(learned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn controller(number: u8) -> MidiControl {
        MidiControl {
            channel: Some(4),
            message: MidiMessage::Controller(number),
        }
    }

    fn host() -> HostId {
        HostId::new(9).expect("there are more")
    }

    #[test]
    fn a_controller_that_comes_alone_has_7_bits_and_one_that_comes_in_halves_14() {
        let mut learning = Learning::midi(host());
        assert_eq!(learning.hear(controller(1)), None);
        let alone = (0..20).find_map(|_| learning.tick());
        assert_eq!(alone, Some((host(), controller(1))));
        assert_eq!(learning, Learning::Nothing);

        let mut learning = Learning::midi(host());
        assert_eq!(learning.hear(controller(1)), None);
        assert_eq!(learning.hear(controller(7)), None);
        let fine = MidiControl {
            channel: Some(4),
            message: MidiMessage::FineController(1),
        };
        assert_eq!(learning.hear(controller(33)), Some((host(), fine)));
        assert_eq!(learning, Learning::Nothing);
    }

    #[test]
    fn what_cannot_be_half_of_anything_is_learned_at_once() {
        for message in [
            MidiMessage::Controller(74),
            MidiMessage::PitchBend,
            MidiMessage::Pressure,
            MidiMessage::Program,
        ] {
            let source = MidiControl {
                channel: Some(0),
                message,
            };
            let learned = Learning::midi(host()).hear(source);
            assert_eq!(learned, Some((host(), source)));
        }
        assert_eq!(Learning::Nothing.hear(controller(74)), None);
        assert_eq!(Learning::Parameter(host()).hear(controller(74)), None);
    }
}
