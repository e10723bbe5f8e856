//! Events and transport, between nice-plug's words and ours.

use nih_plug::midi::MidiResult;
use nih_plug::prelude::*;

use crate::audio::{self, Event, EventKind};

/// A host's event as ours, where it is one that MIDI 1.0 can say.
pub(super) fn from_host(event: &NoteEvent<()>) -> Option<Event> {
    match event.as_midi()? {
        MidiResult::Basic(bytes) => Some(Event {
            offset: event.timing(),
            kind: EventKind::Midi(bytes),
        }),
        MidiResult::SysEx(..) => None,
    }
}

/// One of our events as the host's.
pub(super) fn to_host(event: &Event) -> Option<NoteEvent<()>> {
    let EventKind::Midi(message) = event.kind else {
        return None;
    };
    NoteEvent::from_midi(event.offset, audio::midi_bytes(&message)).ok()
}

/// The host's transport as ours.
pub(super) fn transport(host: &Transport) -> audio::Transport {
    audio::Transport {
        playing: host.playing,
        recording: host.recording,
        tempo_bpm: host.tempo,
        time_signature: host.time_sig_numerator.zip(host.time_sig_denominator),
        position_samples: host.pos_samples(),
        position_seconds: host.pos_seconds(),
        position_beats: host.pos_beats(),
        bar_start_beats: host.bar_start_pos_beats(),
        loop_beats: host.loop_range_beats(),
        looping: host.loop_range_beats().is_some(),
        bar: host.bar_number().map(i64::from),
        ..audio::Transport::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nih_plug::midi::{Channel, Key, VoiceID};

    #[test]
    fn a_note_keeps_its_place_key_and_velocity_there_and_back() {
        let note = NoteEvent::NoteOn {
            timing: 17,
            voice_id: VoiceID::Wildcard,
            channel: Channel::Number(3),
            key: Key::Number(64),
            velocity: 100.0 / 127.0,
        };
        let ours = from_host(&note).unwrap();
        assert_eq!(ours.kind, EventKind::Midi([0x93, 64, 100]));
        assert_eq!(to_host(&ours).unwrap(), note);
    }
}
