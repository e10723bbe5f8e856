//! A rack that plays: a session of its own, and this thread as its audio thread.

use std::path::Path;

use matryoshka::audio::{self, Block, EventList, Events, Points, Transport};
use matryoshka::catalog::{Thoroughness, resolve};
use matryoshka::child::{Activation, Description, loudest};
use matryoshka::rack::edit::Edit;
use matryoshka::rack::exchange::Player;
use matryoshka::rack::{ChainId, Place, PluginReference, Rack};
use matryoshka::session::{Handle, Preparation, Prepared, SlotReport};
use matryoshka::state;
use matryoshka::threads::MessageThread;

use crate::command::wav::{Input, Output};
use crate::command::{Interrupted, Trouble};

/// What plugins that follow the song's tempo are told, as most hosts do that have none.
const TEMPO_BPM: f64 = 120.0;

/// When, after the output has ended, the rack is listened to, to see whether it sounds on: not at
/// once, since every filter rings for some milliseconds.
const LISTEN_ON_SECONDS: std::ops::Range<f64> = 0.1..0.2;

/// What to play through.
pub enum Contents {
    /// A rack, as a file holds it.
    Rack(Box<Rack>),
    /// Plugins, as the user named them.
    Plugins(Vec<String>),
}

impl Contents {
    /// Reads a rack file, and warns of what is not right in it.
    pub fn read(file: &Path) -> Result<Self, Trouble> {
        let loaded = state::read_file(file)?;
        for warning in &loaded.warnings {
            tracing::warn!("{}: {warning}", file.display());
        }
        Ok(Self::Rack(Box::new(loaded.rack)))
    }

    /// The rack. Plugins that were only named must be there.
    fn into_rack(self, thread: &MessageThread) -> Result<Rack, Trouble> {
        let names = match self {
            Self::Rack(rack) => return Ok(*rack),
            Self::Plugins(names) => names,
        };
        let mut rack = Rack::new();
        for (at, name) in names.iter().enumerate() {
            let wanted = PluginReference::from(name.as_str());
            let found = resolve(thread, &wanted, Thoroughness::Every)?;
            let slot = rack.new_slot(exactly(found));
            let (chain, item) = (ChainId::ROOT, slot.into());
            let place = Place { chain, at };
            rack.apply(Edit::Insert { place, item })?;
        }
        Ok(rack)
    }
}

/// The reference that needs no more searching.
fn exactly(found: Description) -> PluginReference {
    PluginReference {
        name: found.name,
        format: Some(found.format),
        id: Some(found.id),
        file: Some(found.file),
        vendor: Some(found.vendor),
        version: Some(found.version),
        ..PluginReference::default()
    }
}

/// A rack, ready to play.
pub struct Playback {
    // The processors go before the session that made them.
    player: Player,
    session: Handle,
    prepared: Prepared,
    block: usize,
    sample_rate: f64,
    events_out: EventList,
}

/// What was noticed while playing.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Played {
    /// The latency that the rack has at the end, if it is not the one that was taken out.
    pub latency_changed_to: Option<u32>,
    /// The loudest that was heard shortly after the output's end; 1 is full scale.
    pub sounds_on: f32,
}

impl Playback {
    /// Loads a rack for the input's rate and channels, in blocks of at most `block` samples.
    pub fn open(
        contents: Contents,
        input: &Input,
        sidechain: Option<&Input>,
        block: usize,
    ) -> Result<Self, Trouble> {
        let sample_rate = f64::from(input.spec().sample_rate);
        let preparation = Preparation {
            activation: Activation {
                sample_rate,
                max_frames: block,
                offline: true,
            },
            channels: input.channels(),
            sidechain: sidechain.map_or(0, Input::channels),
            aux_buses: 0,
        };
        let (session, mut player) = Handle::open()?;
        let ready = session.ask(
            move |thread, session| -> Result<(Player, Prepared), Trouble> {
                session.set_thoroughness(Thoroughness::Every);
                let rack = contents.into_rack(thread)?;
                session.replace_rack(thread, rack);
                let prepared = session.prepare(thread, &mut player, preparation);
                Ok((player, prepared))
            },
        );
        let (mut player, prepared) = ready??;
        player.take_latency_change();
        Ok(Self {
            player,
            session,
            prepared,
            block,
            sample_rate,
            events_out: EventList::default(),
        })
    }

    /// How the rack plays.
    pub fn prepared(&self) -> Prepared {
        self.prepared
    }

    /// The slots as they stand.
    pub fn report(&self) -> Result<Vec<SlotReport>, Trouble> {
        Ok(self.session.ask(|_thread, session| session.report())?)
    }

    /// The slots, after the session has seen what became of them while they played.
    pub fn report_after_playing(&self) -> Result<Vec<SlotReport>, Trouble> {
        Ok(self.session.ask(|thread, session| {
            session.tick(thread);
            session.report()
        })?)
    }

    /// Plays the input, and then silence, until `frames` are written: those that come out after the
    /// rack's latency. `progress` is told how many are.
    pub fn play(
        &mut self,
        mut input: Input,
        mut sidechain: Option<Input>,
        output: &mut Output,
        frames: u64,
        mut progress: impl FnMut(u64) -> Result<(), Interrupted>,
    ) -> Result<Played, Trouble> {
        let begin = u64::from(self.prepared.latency_samples);
        let end = begin + frames;
        let after_the_end = |seconds: f64| end + (seconds * self.sample_rate) as u64;
        let boundaries = [
            end,
            after_the_end(LISTEN_ON_SECONDS.start),
            after_the_end(LISTEN_ON_SECONDS.end),
        ];
        let mut main = vec![vec![0.0; self.block]; input.channels()];
        let mut side = match &sidechain {
            Some(sidechain) => vec![vec![0.0; self.block]; sidechain.channels()],
            None => Vec::new(),
        };
        let mut sounds_on: f32 = 0.0;
        let mut position = 0;
        while let Some(boundary) = boundaries.iter().find(|&&boundary| position < boundary) {
            let count = usize::try_from(boundary - position)
                .map_or(self.block, |left| left.min(self.block));
            input.read(&mut main, count)?;
            if let Some(sidechain) = &mut sidechain {
                sidechain.read(&mut side, count)?;
            }
            self.run(&mut main, &mut side, count, position);
            if position >= boundaries[1] {
                sounds_on = sounds_on.max(loudest(&mut slices(&mut main, count)));
            } else if position < end {
                // Less than a block, so that it fits.
                let skipped = begin.saturating_sub(position).min(count as u64) as usize;
                output.write(&main, skipped..count)?;
            }
            position += count as u64;
            progress(position.saturating_sub(begin).min(frames))?;
        }
        Ok(Played {
            latency_changed_to: self.player.take_latency_change(),
            sounds_on,
        })
    }

    /// Runs one block in place.
    fn run(
        &mut self,
        main: &mut [Vec<f32>],
        sidechain: &mut [Vec<f32>],
        frames: usize,
        position: u64,
    ) {
        let mut main = slices(main, frames);
        let sidechain = slices(sidechain, frames);
        let transport = transport(position, self.sample_rate);
        self.events_out.clear();
        audio::without_denormals(|| {
            self.player.run(&mut Block {
                main: &mut main,
                sidechain: &sidechain,
                frames,
                events: Events::NONE,
                points: Points::NONE,
                events_out: &mut self.events_out,
                transport: &transport,
            });
        });
    }
}

fn slices(channels: &mut [Vec<f32>], frames: usize) -> Vec<&mut [f32]> {
    channels
        .iter_mut()
        .map(|channel| &mut channel[..frames])
        .collect()
}

/// A song in four quarters that has been playing since the first sample.
fn transport(position: u64, sample_rate: f64) -> Transport {
    let seconds = position as f64 / sample_rate;
    let beats = seconds * TEMPO_BPM / 60.0;
    Transport {
        playing: true,
        tempo_bpm: Some(TEMPO_BPM),
        time_signature: Some((4, 4)),
        position_samples: i64::try_from(position).ok(),
        position_seconds: Some(seconds),
        position_beats: Some(beats),
        bar_start_beats: Some((beats / 4.0).floor() * 4.0),
        ..Transport::default()
    }
}
