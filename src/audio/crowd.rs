//! What becomes of an event in a list that is nearly full.

use super::event::{EventKind, Expression, Note};

/// Pedals that hold notes, or let go of them.
const PEDALS: [u8; 3] = [64, 66, 69];
/// Controllers from here on are messages to the whole channel: all sound off, all notes off.
const CHANNEL_MODE: u8 = 120;

/// What an event is worth where room is scarce.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Worth {
    /// It lets go of notes. Without it something would sound for ever.
    Release,
    /// Of those with the same address only the latest matters.
    Latest(u64),
    /// It begins a note, which nobody misses more than the others that begin at that time.
    Begin,
    /// All else.
    Other,
}

/// What an event is worth.
pub(super) fn worth(kind: &EventKind) -> Worth {
    match *kind {
        EventKind::NoteOff { .. } | EventKind::NoteChoke { .. } | EventKind::NoteEnd { .. } => {
            Worth::Release
        }
        EventKind::NoteOn { .. } => Worth::Begin,
        EventKind::Expression {
            note, expression, ..
        } => Worth::Latest(address(note, expression)),
        EventKind::Midi([0x80..=0x8f, ..] | [0x90..=0x9f, _, 0]) => Worth::Release,
        EventKind::Midi([0x90..=0x9f, ..]) => Worth::Begin,
        EventKind::Midi([0xb0..=0xbf, controller, _])
            if controller >= CHANNEL_MODE || PEDALS.contains(&controller) =>
        {
            Worth::Release
        }
        EventKind::Midi([status @ 0xa0..=0xbf, number, _]) => {
            Worth::Latest(u64::from(status) << 8 | u64::from(number))
        }
        EventKind::Midi([status @ 0xd0..=0xef, ..]) => Worth::Latest(u64::from(status) << 8),
        EventKind::Midi(_) | EventKind::SysEx(_) => Worth::Other,
    }
}

/// A number for the expression of a note that no other expression of any note has, nor any message.
fn address(note: Note, expression: Expression) -> u64 {
    let id = note.id.map_or(1 << 32, u64::from);
    let channel = u64::from(note.channel.unwrap_or(u8::MAX));
    let key = u64::from(note.key.unwrap_or(u8::MAX));
    let expression = expression as u64 + 1;
    expression << 56 | channel << 48 | key << 40 | id
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ends_notes_is_told_from_what_begins_them_in_every_guise() {
        for message in [
            [0x80, 60, 9],
            [0x9f, 60, 0],
            [0xb0, 64, 127],
            [0xb3, 123, 0],
        ] {
            assert_eq!(worth(&EventKind::Midi(message)), Worth::Release);
        }
        assert_eq!(worth(&EventKind::Midi([0x90, 60, 1])), Worth::Begin);
        assert_eq!(worth(&EventKind::Midi([0xc0, 60, 1])), Worth::Other);
        assert_eq!(worth(&EventKind::Midi([0xf8, 0, 0])), Worth::Other);
    }

    #[test]
    fn only_what_overrides_the_other_has_its_address() {
        let bend = |channel: u8, low| worth(&EventKind::Midi([0xe0 | channel, low, 3]));
        assert_eq!(bend(1, 2), bend(1, 100));
        assert_ne!(bend(1, 2), bend(2, 2));
        let turn = |controller| worth(&EventKind::Midi([0xb0, controller, 3]));
        assert_ne!(turn(1), turn(2));
        let tune = |id, key, expression| {
            worth(&EventKind::Expression {
                note: Note {
                    id,
                    channel: None,
                    key,
                },
                expression,
                value: 0.5,
            })
        };
        let some = tune(Some(1), Some(60), Expression::Tuning);
        assert_eq!(some, tune(Some(1), Some(60), Expression::Tuning));
        for other in [
            tune(Some(2), Some(60), Expression::Tuning),
            tune(None, Some(60), Expression::Tuning),
            tune(Some(1), None, Expression::Tuning),
            tune(Some(1), Some(60), Expression::Volume),
        ] {
            assert_ne!(some, other);
        }
    }
}
