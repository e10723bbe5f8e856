//! The DAW's door: nice-plug's `Plugin` for Matryoshka, and nothing else.
//!
//! There are two plugins in the bundle, an effect and an instrument (`kind`), with the same rack behind
//! them. Events, parameters and transport do not come through nice-plug, but from our own entries
//! (`traffic`).
//!
//! Creating an instance starts nothing: hosts create plugins only to look at them. The session, and
//! with it the message thread, starts when the host first activates the instance or asks for its
//! state (`door::Door`).

mod alone;
mod apart;
mod clap;
mod door;
mod editor;
mod entry;
mod kind;
mod lend;
mod params;
mod traffic;
mod vst3;

use std::marker::PhantomData;
use std::num::NonZeroU32;
use std::sync::Arc;

use arrayvec::ArrayVec;
use nih_plug::prelude::*;

use crate::audio::{
    self, Block, EventList, Events, HostPoint, HostPointKind, MAX_CHANNELS, Points,
};
use crate::child::{Activation, Tail};
use crate::rack::exchange::Player;
use crate::session::{HostParameters, Preparation, SharedTail};
use clap::HostPool;
use editor::RackEditor;
use entry::FromEntry;
use params::HostParams;

pub use alone::{Ended, run_alone};
pub use kind::{Effect, Instrument, Kind};

/// Matryoshka as the DAW sees it.
pub struct Matryoshka<K = Effect> {
    params: Arc<HostParams>,
    player: Option<Player>,
    tail: Option<Arc<SharedTail>>,
    sample_rate: f64,
    /// Nothing goes in, so that what the outputs hold is not meant.
    starts_silent: bool,
    from_entry: FromEntry,
    kind: PhantomData<fn() -> K>,
}

impl<K> Default for Matryoshka<K> {
    fn default() -> Self {
        let from_entry = entry::take();
        Self {
            params: Arc::new(HostParams::new(from_entry.door.clone())),
            player: None,
            tail: None,
            sample_rate: 0.0,
            starts_silent: true,
            from_entry,
            kind: PhantomData,
        }
    }
}

impl<K: Kind> Plugin for Matryoshka<K> {
    const NAME: &'static str = K::NAME;
    const VENDOR: &'static str = "Matryoshka";
    const URL: &'static str = "";
    const EMAIL: &'static str = "";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const AUDIO_IO_LAYOUTS: &'static [AudioIOLayout] = K::LAYOUTS;
    const MIDI_INPUT: MidiConfig = K::MIDI;
    const MIDI_OUTPUT: MidiConfig = K::MIDI;

    type SysExMessage = ();
    type BackgroundTask = ();
    type Editor = RackEditor;

    fn params(&self) -> Arc<dyn Params> {
        self.params.clone()
    }

    /// Starts nothing: the window does, when it opens.
    fn editor(&mut self, _executor: AsyncExecutor<Self>) -> Option<RackEditor> {
        let program = alone::program().filter(|_| K::ALONE);
        Some(RackEditor::new(self.from_entry.door.clone(), program))
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
        let aux_outputs = audio_io_layout.aux_output_ports.iter();
        let aux: usize = aux_outputs.map(|port| port.get() as usize).sum();
        self.starts_silent = audio_io_layout.main_input_channels.is_none();
        let max_frames = buffer_config.max_buffer_size as usize;
        // At worst every channel of every port.
        let FromEntry { spare, door, .. } = &self.from_entry;
        spare.resize(2 * main + aux + sidechain, max_frames);
        let Some(session) = door.session() else {
            // Audio passes; the reason is in the log.
            return true;
        };
        let Some(mut player) = self.player.take().or_else(|| door.take_player()) else {
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
            aux_buses: audio_io_layout.aux_output_ports.len(),
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
        let FromEntry { traffic, door, .. } = &self.from_entry;
        let mut cargo = traffic.lend();
        if K::ALONE
            && let Some(cargo) = cargo.as_deref_mut()
        {
            alone::load(cargo, context, buffer.samples());
        }
        // A host that processes an instance twice at the same time has nothing to say the second time.
        let mut nowhere = EventList::with_capacity(0);
        let no_transport = audio::Transport::default();
        let (events, points, events_out, transport) = match cargo.as_deref_mut() {
            Some(cargo) => cargo.contents(),
            None => (Events::NONE, &[][..], &mut nowhere, &no_transport),
        };
        let frames = buffer.samples();
        let mut main: ArrayVec<&mut [f32], MAX_CHANNELS> = buffer
            .as_slice()
            .iter_mut()
            .take(MAX_CHANNELS)
            .map(|channel| &mut **channel)
            .collect();
        if self.starts_silent {
            // nice-plug leaves in place what the host's memory held.
            main.iter_mut().for_each(|channel| channel.fill(0.0));
        }
        // The auxiliary outputs' channels stand behind the main ones. The entry sees to it that all ports
        // are there. Where nothing plays, they are silent.
        for channel in (aux.outputs.iter_mut()).flat_map(|port| port.as_slice().iter_mut()) {
            channel.fill(0.0);
            // There is room: an instrument has 32 channels.
            let _ = main.try_push(channel);
        }
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

        if let Some(player) = &mut self.player {
            // Some children take a hundred times longer over numbers that are nearly zero.
            audio::without_denormals(|| {
                let block = &mut Block {
                    main: &mut main,
                    sidechain: &sidechain,
                    frames,
                    events,
                    points: Points::NONE,
                    events_out,
                    transport,
                };
                player.run_with(block, points);
            });
        }
        if self.player.is_none() {
            note_values(door.parameters(), points);
        }
        if let Some(cargo) = cargo.as_deref_mut() {
            if K::ALONE {
                alone::unload(cargo, context);
            }
            cargo.played();
        }
        let Some(player) = &mut self.player else {
            return ProcessStatus::Normal;
        };
        if let Some(latency_samples) = player.take_latency_change() {
            context.set_latency_samples(latency_samples);
        }
        match &self.tail {
            Some(tail) => tail_status(tail.get(), player.latency_samples(), self.sample_rate),
            None => ProcessStatus::Normal,
        }
    }
}

impl<K> Drop for Matryoshka<K> {
    fn drop(&mut self) {
        // The processors go before the session that made them.
        drop(self.player.take());
    }
}

/// Notes where the host's automation has left its parameters, so that it is told so when it asks. A player does so
/// by itself.
fn note_values(parameters: &HostParameters, points: &[HostPoint]) {
    for point in points {
        let parameter = usize::from(point.parameter);
        match point.kind {
            HostPointKind::Value(value) => parameters.set_value(parameter, value),
            HostPointKind::Modulation(amount) => parameters.set_modulation(parameter, amount),
        }
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
