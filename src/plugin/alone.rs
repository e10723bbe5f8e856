//! The rack without a DAW: nice-plug's standalone host, with JACK or the system's sound and MIDI.
//!
//! There is no entry of ours here, so what the entries do elsewhere is done with what nice-plug hands over:
//! MIDI becomes events again, and the transport is nice-plug's, which always plays. What else a program of its own
//! needs is in [`program`].

mod program;

use std::marker::PhantomData;
use std::path::Path;

use nih_plug::midi::MidiResult;
use nih_plug::prelude::*;

use super::kind::Kind;
use super::traffic::Cargo;
use super::{Matryoshka, RackEditor};
use crate::audio::{Event, EventKind, Note, Transport as Song};

pub(super) use program::{Program, Shown, program};

/// One of the bundle's plugins, alone.
pub struct Alone<K>(PhantomData<fn() -> K>);

impl<K: Kind> Kind for Alone<K> {
    const NAME: &'static str = K::NAME;
    const LAYOUTS: &'static [AudioIOLayout] = K::LAYOUTS;
    // Controllers come as such, and not only notes.
    const MIDI: MidiConfig = MidiConfig::MidiCCs;
    const ALONE: bool = true;
    const CLAP_ID: &'static str = K::CLAP_ID;
    const CLAP_DESCRIPTION: &'static str = K::CLAP_DESCRIPTION;
    const CLAP_FEATURES: &'static [ClapFeature] = K::CLAP_FEATURES;
    const VST3_CLASS_ID: [u8; 16] = K::VST3_CLASS_ID;
    const VST3_SUBCATEGORIES: &'static [Vst3SubCategory] = K::VST3_SUBCATEGORIES;
}

/// How a rack that ran alone came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The window was closed.
    Closed,
    /// The process was told to end by a signal, such as Ctrl+C's.
    Interrupted,
    /// It could not be opened; the log says why.
    Failed,
}

/// Opens the rack in a window, and returns when that is closed. What was asked for in it is done by then.
/// `file` is the rack's own, to which the window saves; `arguments` are nice-plug's, without the program's name.
/// This thread becomes the window's. Where nice-plug does not come back, this ends the process.
pub fn run_alone<K: Kind>(
    file: Option<&Path>,
    arguments: impl IntoIterator<Item = String>,
) -> Ended {
    let program = Program::begin(file);
    let name = std::iter::once("matryoshka run".to_owned());
    let opened = nice_export_standalone_with_args::<Matryoshka<Alone<K>>, _>(name.chain(arguments));
    match (opened, program.wants_to_end()) {
        (false, _) => Ended::Failed,
        (true, true) => Ended::Interrupted,
        (true, false) => Ended::Closed,
    }
}

/// Puts what nice-plug has for the block into the cargo.
pub(super) fn load<P>(cargo: &mut Cargo, context: &mut impl ProcessContext<P>, frames: usize)
where
    P: Plugin<Editor = RackEditor>,
{
    if let Some(program) = program() {
        program.note_block();
    }
    cargo.begin(u32::try_from(frames).unwrap_or(u32::MAX));
    while let Some(event) = context.next_event() {
        if let Some(MidiResult::Basic(message)) = event.as_midi()
            && let Some(kind) = read(message)
        {
            let offset = cargo.offset(event.timing());
            cargo.add(Event { offset, kind });
        }
    }
    cargo.transport = song(context.transport());
    cargo.ready();
}

/// Hands on what the rack has put out.
pub(super) fn unload<P>(cargo: &Cargo, context: &mut impl ProcessContext<P>)
where
    P: Plugin<Editor = RackEditor>,
{
    for event in cargo.events_out.as_slice() {
        let Some(message) = event.kind.to_midi() else {
            continue;
        };
        if let Ok(event) = PluginNoteEvent::<P>::from_midi(event.offset, &message) {
            // What there is no room for is lost, as with any MIDI cable.
            let _ = context.try_send_event(event);
        }
    }
}

fn read(message: [u8; 3]) -> Option<EventKind> {
    let [status, key, velocity] = message;
    let note = Note::of_midi(status, key);
    let of_seven_bits = f64::from(velocity & 0x7f) / 127.0;
    Some(match status {
        0x90..=0x9f if velocity > 0 => EventKind::NoteOn {
            note,
            velocity: of_seven_bits,
        },
        0x80..=0x9f => EventKind::NoteOff {
            note,
            velocity: of_seven_bits,
        },
        0xa0..=0xef => EventKind::Midi(message),
        _ => return None,
    })
}

fn song(transport: &Transport) -> Song {
    let signature = transport
        .time_sig_numerator
        .zip(transport.time_sig_denominator);
    Song {
        playing: transport.playing,
        recording: transport.recording,
        tempo_bpm: transport.tempo,
        time_signature: signature,
        position_samples: transport.pos_samples(),
        position_seconds: transport.pos_seconds(),
        position_beats: transport.pos_beats(),
        bar_start_beats: transport.bar_start_pos_beats(),
        bar: transport.bar_number().map(i64::from),
        ..Song::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn midi_comes_out_as_it_went_in_and_what_is_no_message_does_not_come_in() {
        for message in [
            [0x93, 60, 1],
            [0x93, 60, 127],
            [0x83, 60, 0],
            [0xb0, 7, 99],
            [0xef, 0, 64],
        ] {
            assert_eq!(read(message).and_then(EventKind::to_midi), Some(message));
        }
        // A note that begins with no force ends.
        assert_eq!(
            read([0x90, 60, 0]).and_then(EventKind::to_midi),
            Some([0x80, 60, 0])
        );
        assert_eq!(read([0xf8, 0, 0]), None);
        assert_eq!(read([12, 0, 0]), None);
    }
}
