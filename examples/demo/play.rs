//! The host's part: the bundled CLAP, loaded, filled and played through.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use matryoshka_test_host::{Instance, Library, Processor, Setup};

use crate::music::TEMPO;
use crate::signal::Signal;

/// Samples in a block: what many DAWs use.
pub const BLOCK: usize = 256;

const ID: &str = "org.matryoshka.matryoshka";

/// A Matryoshka with its rack loaded, ready to play.
pub struct Loaded {
    instance: Instance,
    processor: Processor,
    /// By how much the output lags behind the input, as the plugin reports it.
    pub latency_samples: usize,
    /// From opening the file to being ready to play.
    pub took: Duration,
    // Last: the instance's code is in it.
    _library: Library,
}

impl Loaded {
    /// Loads the CLAP at `bundle`, makes an instance, and activates it.
    pub fn new(bundle: &Path, sample_rate: u32) -> Result<Self> {
        ensure!(
            bundle.exists(),
            "{} is missing; `cargo xtask bundle` makes it",
            bundle.display()
        );
        let start = Instant::now();
        let library = Library::load(bundle)?;
        let mut instance = library.create(ID)?;
        let setup = Setup {
            tempo: Some(TEMPO),
            ..Setup::new(f64::from(sample_rate), u32::try_from(BLOCK)?).in_place()
        };
        let processor = instance.activate(setup)?;
        let processor = instance.settle(processor)?;
        Ok(Self {
            latency_samples: instance.latency() as usize,
            took: start.elapsed(),
            instance,
            processor,
            _library: library,
        })
    }

    /// The state, as a DAW would save it with its project.
    pub fn state(&mut self) -> Result<Vec<u8>> {
        self.instance.save_state()
    }

    /// Plays the signal block by block, and on until the plugin has caught up. What comes out is as
    /// long as what went in, and in time with it: the latency is taken out.
    pub fn play(mut self, dry: &Signal) -> Result<Played> {
        let frames = dry.frames() + self.latency_samples;
        let mut wet = [0, 1].map(|_| Vec::with_capacity(frames));
        let mut times = Vec::with_capacity(frames.div_ceil(BLOCK));
        for start in (0..frames).step_by(BLOCK) {
            let length = BLOCK.min(frames - start);
            self.processor.begin(length);
            for (side, channel) in dry.channels.iter().enumerate() {
                let there = &channel[start.min(channel.len())..(start + length).min(channel.len())];
                self.processor.input_mut(0, side)[..there.len()].copy_from_slice(there);
            }
            let before = Instant::now();
            self.processor.process()?;
            times.push(before.elapsed());
            for (side, channel) in wet.iter_mut().enumerate() {
                channel.extend_from_slice(self.processor.output(0, side));
            }
            self.instance.tick();
        }
        self.instance.deactivate(self.processor);

        for channel in &mut wet {
            channel.drain(..self.latency_samples);
        }
        let numbers = wet.iter().flatten().all(|sample| sample.is_finite());
        ensure!(
            numbers,
            "a plugin of the rack put out samples that are not numbers"
        );
        if let Some(complaint) = self.instance.callbacks().complaints().first() {
            return Err(anyhow::anyhow!(complaint.clone())).context("Matryoshka complained");
        }
        Ok(Played {
            wet: Signal {
                sample_rate: dry.sample_rate,
                channels: wet,
            },
            times,
        })
    }
}

/// What came out, and what it cost.
pub struct Played {
    /// The output, in time with the input.
    pub wet: Signal,
    /// The time that the plugin took for each block.
    pub times: Vec<Duration>,
}

impl Played {
    /// How long a block took: one in two less than the first, 99 in 100 less than the second; and the
    /// longest of all, with its number, from 1.
    pub fn cost(&self) -> (Duration, Duration, (usize, Duration)) {
        let mut sorted = self.times.clone();
        sorted.sort();
        let at = |hundredths: usize| {
            let place = sorted.len() * hundredths / 100;
            sorted.get(place).copied().unwrap_or_default()
        };
        let worst = (1..).zip(self.times.iter().copied()).max_by_key(|it| it.1);
        (at(50), at(99), worst.unwrap_or_default())
    }
}
