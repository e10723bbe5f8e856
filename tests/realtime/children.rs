//! Children by themselves under the interposer: automation that cuts blocks, notes, expressions, MPE and
//! system exclusive messages, both ways.

use std::thread;

use anyhow::{Context, Result, ensure};
use matryoshka::audio::{
    Block, Event, EventKind, EventList, Expression, Listening, Note, ParameterPoint, Points,
    Transport, without_denormals,
};
use matryoshka::child::{Activation, Child, Description, Formats, Layout, MESSAGE_LOOP, Processor};
use matryoshka::juce::testing;
use matryoshka::threads::{MessageThread, Messages};

use crate::interposer::Interposer;
use crate::support::bundled;
use crate::wishes::Chance;

const MAX_FRAMES: usize = 256;
const BLOCKS: usize = 400;

const ACTIVATION: Activation = Activation {
    sample_rate: 48_000.0,
    max_frames: MAX_FRAMES,
    offline: false,
};

/// Plays each kind of child, watched. None that turns its own parameters there: JUCE takes a mutex of its own
/// to tell (`sendValueChangedMessageToListeners`).
pub fn run(interposer: Interposer) -> Result<()> {
    testing::switch_on();
    let messages = Messages::acquire(&MESSAGE_LOOP)?;
    messages.ask(move |thread| -> Result<()> {
        let fixture = bundled("Matryoshka Fixture.vst3");
        let fixture = fixture.to_str().context("a path of letters")?;
        for (format, file, name, parameter) in [
            (testing::FORMAT, "midi", "Test plugin", "Gain"),
            (testing::FORMAT, "gain", "Test plugin", "Gain"),
            ("VST3", fixture, "Matryoshka Fixture", "Gain"),
            ("VST3", fixture, "Matryoshka Fixture", "MIDI echo"),
            ("LV2", "http://drobilla.net/plugins/mda/DX10", "DX10", ""),
            ("LV2", "http://drobilla.net/plugins/mda/Image", "Image", ""),
            ("LADSPA", "amp_1181", "amplifier", ""),
        ] {
            let mut child = child(thread, format, file, name)?;
            let parameters = child.parameters();
            let found = (parameters.iter()).find(|known| known.name.contains(parameter));
            let index = found.context("a parameter")?.index as u32;
            let mut processor = child.activate(&ACTIVATION)?;
            let channels = (child.buses().iter())
                .map(|bus| bus.channels)
                .max()
                .unwrap_or(0);
            let played = thread::scope(|scope| {
                let audio = scope.spawn(|| play(interposer, &mut *processor, channels, index));
                audio.join().expect("the audio thread panicked")
            });
            interposer.check(&format!(
                "{} with all that it may hear",
                child.description()
            ))?;
            if file == "midi" {
                ensure!(played.sysex > 100, "{} messages came out", played.sysex);
            }
            while child.take_turn().is_some() {}
            child.deactivate(processor);
        }
        Ok(())
    })?
}

fn child(thread: &MessageThread, format: &str, file: &str, name: &str) -> Result<Box<dyn Child>> {
    let formats = Formats::shared(thread)?;
    let mut files = vec![file.to_owned()];
    if format == "LADSPA" {
        files = formats.files(format);
        files.retain(|known| known.contains(file));
    }
    let file = files.first().context("it is not installed")?;
    let types: Vec<Description> = formats.types(format, file)?;
    let found = types.iter().find(|found| found.name.contains(name));
    let mut child = formats.create(thread, found.context("it is not there")?)?;
    child.negotiate(Layout {
        main_inputs: 2,
        main_outputs: 2,
        sidechain: 2,
    });
    Ok(child)
}

struct Played {
    /// How many system exclusive messages came out.
    sysex: usize,
}

fn play(
    interposer: Interposer,
    processor: &mut dyn Processor,
    channels: usize,
    index: u32,
) -> Played {
    let mut chance = Chance(5);
    let mut room = vec![vec![0.0_f32; MAX_FRAMES]; channels];
    let mut events = EventList::default();
    let mut events_out = EventList::default();
    let mut played = Played { sysex: 0 };
    for _ in 0..BLOCKS {
        let frames = 1 + chance.below(MAX_FRAMES);
        let mut main: Vec<&mut [f32]> = (room.iter_mut())
            .map(|channel| &mut channel[..frames])
            .collect();
        main.iter_mut().for_each(|channel| channel.fill(0.25));
        events.clear();
        for _ in 0..chance.below(60) {
            add_event(&mut chance, &mut events, frames);
        }
        let mut list: Vec<ParameterPoint> = (0..chance.below(40))
            .map(|_| ParameterPoint {
                offset: chance.below(frames + 2) as u32,
                index: if chance.below(20) == 0 {
                    u32::MAX
                } else {
                    index
                },
                value: chance.below(101) as f32 / 100.0,
                modulation: 0.0,
            })
            .collect();
        list.sort_by_key(|point| point.offset);
        let listening = Listening {
            mpe: chance.below(3) == 0,
            release: chance.below(10) == 0,
            ..Listening::default()
        };
        let transport = Transport {
            playing: true,
            tempo_bpm: Some(120.0),
            position_beats: Some(3.0),
            ..Transport::default()
        };
        events_out.clear();
        let processed = interposer.watch(|| {
            without_denormals(|| {
                processor.process(&mut Block {
                    main: &mut main,
                    sidechain: &[],
                    frames,
                    events: events.as_events().heard_by(listening),
                    points: Points {
                        list: &list,
                        min_split_frames: [1, 16][chance.below(2)],
                    },
                    events_out: &mut events_out,
                    transport: &transport,
                })
            })
        });
        processed.expect("it plays");
        let is_sysex = |event: &&Event| matches!(event.kind, EventKind::SysEx(_));
        played.sysex += events_out.as_slice().iter().filter(is_sysex).count();
    }
    played
}

fn add_event(chance: &mut Chance, events: &mut EventList, frames: usize) {
    let offset = chance.below(frames) as u32;
    let note = Note {
        id: [None, Some(chance.below(50) as u32)][chance.below(2)],
        channel: [None, Some(chance.below(16) as u8)][chance.below(2)],
        key: [None, Some(chance.below(128) as u8)][usize::from(chance.below(8) > 0)],
    };
    let value = chance.below(128) as f64 / 127.0;
    let kind = match chance.below(8) {
        0..=2 => EventKind::NoteOn {
            note,
            velocity: value,
        },
        3 => EventKind::NoteOff {
            note,
            velocity: value,
        },
        4 => EventKind::NoteChoke { note },
        5 => EventKind::Expression {
            note,
            expression: Expression::ALL[chance.below(Expression::ALL.len())],
            value,
        },
        6 => {
            let status = 0x80 + chance.below(0x70) as u8;
            let data = [chance.below(128) as u8, chance.below(128) as u8];
            EventKind::Midi([status, data[0], data[1]])
        }
        _ => {
            let mut message = vec![1; 2 + chance.below(600)];
            message[0] = 0xf0;
            message.push(0xf7);
            events.push_sysex(offset, &message);
            return;
        }
    };
    events.push(Event { offset, kind });
}
