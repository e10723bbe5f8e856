//! The DAW's door: nice-plug's `Plugin` for Matryoshka, and nothing else.
//!
//! Creating an instance starts nothing: hosts create plugins only to look at them. The session, and
//! with it the message thread, starts when the host first activates the instance or asks for its
//! state (`door::Door`).

mod apart;
mod clap;
mod door;
mod entry;
mod events;
mod params;
mod vst3;

use std::num::NonZeroU32;
use std::sync::Arc;

use arrayvec::ArrayVec;
use nih_plug::prelude::*;

use crate::audio::{self, Block, EventList, MAX_CHANNELS, Points};
use crate::child::{Activation, Tail};
use crate::rack::exchange::Player;
use crate::session::{Preparation, SharedTail};
use clap::HostPool;
use door::Door;
use entry::FromEntry;
use params::HostParams;

/// Matryoshka as the DAW sees it.
pub struct Matryoshka {
    params: Arc<HostParams>,
    door: Arc<Door>,
    player: Option<Player>,
    events_in: EventList,
    events_out: EventList,
    tail: Option<Arc<SharedTail>>,
    sample_rate: f64,
    from_entry: FromEntry,
}

impl Default for Matryoshka {
    fn default() -> Self {
        let door = Arc::new(Door::default());
        Self {
            params: Arc::new(HostParams::new(door.clone())),
            door,
            player: None,
            events_in: EventList::default(),
            events_out: EventList::default(),
            tail: None,
            sample_rate: 0.0,
            from_entry: entry::take(),
        }
    }
}

const STEREO_SIDECHAIN: &[NonZeroU32] = &[new_nonzero_u32(2)];
const MONO_SIDECHAIN: &[NonZeroU32] = &[new_nonzero_u32(1)];

/// As many channels as the main input has, for surround, Ambisonics and the like.
macro_rules! wide {
    ($channels:literal, $name:literal) => {
        layout(
            $channels,
            const { &[new_nonzero_u32($channels)] },
            names($name),
        )
    };
}

const fn layout(
    channels: u32,
    sidechain: &'static [NonZeroU32],
    names: PortNames,
) -> AudioIOLayout {
    AudioIOLayout {
        main_input_channels: NonZeroU32::new(channels),
        main_output_channels: NonZeroU32::new(channels),
        aux_input_ports: sidechain,
        names,
        ..AudioIOLayout::const_default()
    }
}

const fn names(layout: &'static str) -> PortNames {
    PortNames {
        layout: Some(layout),
        aux_inputs: &["Sidechain"],
        ..PortNames::const_default()
    }
}

impl Plugin for Matryoshka {
    const NAME: &'static str = "Matryoshka";
    const VENDOR: &'static str = "Matryoshka";
    const URL: &'static str = "";
    const EMAIL: &'static str = "";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    // The third is what a VST3 host gets that asks for a mono track: nice-plug 0.4.2 takes the main
    // bus's channels for those of the sidechain too (`aux_input_start_idx` in `setBusArrangements`,
    // its `wrapper/vst3/wrapper.rs`), so that "Mono" never matches there. It can go with that. The
    // sidechains of wide layouts are as wide for the same reason; a narrower one may be connected.
    const AUDIO_IO_LAYOUTS: &'static [AudioIOLayout] = &[
        layout(2, STEREO_SIDECHAIN, names("Stereo")),
        layout(1, STEREO_SIDECHAIN, names("Mono")),
        layout(1, MONO_SIDECHAIN, names("Mono, mono sidechain")),
        wide!(3, "3 channels"),
        wide!(4, "4 channels"),
        wide!(5, "5 channels"),
        wide!(6, "6 channels"),
        wide!(7, "7 channels"),
        wide!(8, "8 channels"),
        wide!(9, "9 channels"),
        wide!(10, "10 channels"),
        wide!(12, "12 channels"),
        wide!(14, "14 channels"),
        wide!(16, "16 channels"),
        wide!(25, "25 channels"),
        wide!(32, "32 channels"),
        wide!(36, "36 channels"),
        wide!(49, "49 channels"),
        wide!(64, "64 channels"),
    ];
    const MIDI_INPUT: MidiConfig = MidiConfig::Basic;
    const MIDI_OUTPUT: MidiConfig = MidiConfig::Basic;

    type SysExMessage = ();
    type BackgroundTask = ();
    type Editor = ();

    fn params(&self) -> Arc<dyn Params> {
        self.params.clone()
    }

    /// Waits until the rack is ready, so that offline hosts hear it from sample 0. Children are
    /// prepared anew each time, as the host would prepare them itself: their tails are gone.
    fn activate(
        &mut self,
        audio_io_layout: &AudioIOLayout,
        buffer_config: &BufferConfig,
        context: &mut impl ActivateContext<Self>,
    ) -> bool {
        let channels = |count: Option<NonZeroU32>| count.map_or(0, NonZeroU32::get) as usize;
        let main = channels(audio_io_layout.main_output_channels);
        let sidechain = channels(audio_io_layout.aux_input_ports.first().copied());
        let max_frames = buffer_config.max_buffer_size as usize;
        // At worst every channel of every port.
        let spare = &self.from_entry.spare;
        spare.resize(2 * main + sidechain, max_frames);
        let Some(session) = self.door.session() else {
            // Audio passes; the reason is in the log.
            return true;
        };
        let Some(mut player) = self.player.take().or_else(|| self.door.take_player()) else {
            return true;
        };
        let preparation = Preparation {
            activation: Activation {
                sample_rate: f64::from(buffer_config.sample_rate),
                max_frames,
                offline: buffer_config.process_mode == ProcessMode::Offline,
            },
            channels: main,
            sidechain,
            aux_buses: 0,
        };
        let host_pool = self.from_entry.host_pool.as_ref();
        let host_cores = host_pool.and_then(HostPool::offered);
        let answer = session.ask(move |thread, session| {
            if let Some(host_cores) = host_cores {
                session.offer_cores(host_cores);
            }
            let prepared = session.prepare(thread, &mut player, preparation);
            (player, prepared, session.shared_tail())
        });
        match answer {
            Ok((player, prepared, tail)) => {
                self.player = Some(player);
                context.set_latency_samples(prepared.latency_samples);
                self.tail = Some(tail);
                self.sample_rate = preparation.activation.sample_rate;
            }
            Err(error) => tracing::error!("{error}"),
        }
        true
    }

    fn reset(&mut self) {
        if let Some(player) = &mut self.player {
            player.reset();
        }
    }

    fn process(
        &mut self,
        buffer: &mut Buffer,
        aux: &mut AuxiliaryBuffers,
        context: &mut impl ProcessContext<Self>,
    ) -> ProcessStatus {
        let Some(player) = &mut self.player else {
            return ProcessStatus::Normal;
        };
        let frames = buffer.samples();
        let mut main: ArrayVec<&mut [f32], MAX_CHANNELS> = buffer
            .as_slice()
            .iter_mut()
            .take(MAX_CHANNELS)
            .map(|channel| &mut **channel)
            .collect();
        // A port that the host left out keeps the slices of an earlier, perhaps longer block.
        let sidechain: ArrayVec<&mut [f32], MAX_CHANNELS> = aux
            .inputs
            .first_mut()
            .map(|port| port.as_slice())
            .unwrap_or_default()
            .iter_mut()
            .filter(|channel| channel.len() == frames)
            .take(MAX_CHANNELS)
            .map(|channel| &mut **channel)
            .collect();

        self.events_in.clear();
        self.events_out.clear();
        while let Some(event) = context.next_event() {
            if let Some(event) = events::from_host(&event) {
                self.events_in.push(event);
            }
        }
        let transport = events::transport(context.transport());
        // Some children take a hundred times longer over numbers that are nearly zero.
        audio::without_denormals(|| {
            player.run(&mut Block {
                main: &mut main,
                sidechain: &sidechain,
                frames,
                events: self.events_in.as_events(),
                points: Points::NONE,
                events_out: &mut self.events_out,
                transport: &transport,
            });
        });

        for event in self.events_out.as_slice() {
            if let Some(event) = events::to_host(event) {
                // A host without room for it loses it; there is nowhere else to put it.
                let _ = context.try_send_event(event);
            }
        }
        if let Some(latency_samples) = player.take_latency_change() {
            context.set_latency_samples(latency_samples);
        }
        match &self.tail {
            Some(tail) => tail_status(tail.get(), player.latency_samples(), self.sample_rate),
            None => ProcessStatus::Normal,
        }
    }
}

impl Drop for Matryoshka {
    fn drop(&mut self) {
        // The processors go before the session that made them.
        drop(self.player.take());
    }
}

/// The tail as nice-plug tells it to the host.
fn tail_status(tail: Tail, latency_samples: u32, sample_rate: f64) -> ProcessStatus {
    match tail {
        Tail::Infinite => ProcessStatus::KeepAlive,
        Tail::Seconds(seconds) => {
            // `as` saturates, which is what is wanted of a tail beyond a day.
            let samples = (seconds * sample_rate).ceil() as u32;
            match samples.saturating_add(latency_samples) {
                0 => ProcessStatus::Normal,
                u32::MAX => ProcessStatus::KeepAlive,
                samples => ProcessStatus::Tail(samples),
            }
        }
    }
}
