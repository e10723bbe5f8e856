//! `matryoshka render`: a WAV file through a rack, faster than real time.

mod destination;
mod playback;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::{ArgGroup, Args};
use hound::{SampleFormat, WavSpec};
use matryoshka::child::Tail;
use matryoshka::rack::path_in_words;
use matryoshka::session::SlotReport;
use serde_json::{Value, json};

use super::terminal::Terminal;
use super::wav::{self, Input, Output, Written};
use super::{Outcome, Trouble};
use destination::Destination;
use playback::{Contents, Playback, Played};

/// Play a WAV file through a rack, or through plugins, into another WAV file
///
/// The output has the sample rate, the channels and the sample format of the input. It begins where
/// the input begins: the rack's latency is taken out. It is as long as the input, plus the tail: as
/// long as the rack says that it sounds on (at most 10 seconds), or as long as --tail says. Many
/// reverbs and delays say nothing; use --tail with those.
///
/// A plugin of a rack file that is not installed, or that fails, is named in a warning, and the rest
/// plays; with --strict, nothing is rendered then. A plugin that --plugin names must be there. The
/// output file appears when it is complete: a render that fails leaves nothing behind.
#[derive(Debug, Args)]
#[command(
    group = ArgGroup::new("what").required(true).args(["rack", "plugins"]),
    after_help = AFTER_HELP
)]
pub struct Render {
    /// Play through the rack in this file
    #[arg(long, value_name = "FILE")]
    rack: Option<PathBuf>,

    /// Play through this plugin; give it again for each further one, in the order of the chain
    #[arg(long = "plugin", value_name = "NAME")]
    plugins: Vec<String>,

    /// The WAV file to play: 8 to 32 bits or float, up to 64 channels
    #[arg(value_name = "IN.wav")]
    input: PathBuf,

    /// The WAV file to make; one that is there is replaced
    #[arg(value_name = "OUT.wav")]
    output: PathBuf,

    /// Samples that the plugins get at a time
    #[arg(
        long,
        value_name = "N",
        default_value_t = 512,
        value_parser = clap::value_parser!(u32).range(1..=65536)
    )]
    block: u32,

    /// How long to render on after the input's end
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    tail: Option<f64>,

    /// A WAV file of the same sample rate for the plugins' sidechain inputs
    #[arg(long, value_name = "FILE.wav")]
    sidechain: Option<PathBuf>,

    /// Write 32-bit floats, whatever the input is
    #[arg(long)]
    float: bool,

    /// Fail if any plugin of the rack is missing or fails
    #[arg(long)]
    strict: bool,
}

const AFTER_HELP: &str = "\
Examples:
  matryoshka render --plugin ZamCompX2 dry.wav wet.wav
  matryoshka render --plugin VST3:ZamGateX2 --plugin LV2:ZamVerb --tail 3 dry.wav wet.wav
  matryoshka render --rack duck.rack --sidechain kick.wav bass.wav ducked.wav";

/// The longest tail that a rack gets without being asked for.
const LONGEST_OWN_TAIL_SECONDS: f64 = 10.0;

/// The longest tail that can be asked for.
const LONGEST_TAIL_SECONDS: f64 = 24.0 * 3600.0;

/// What still sounds louder than this when the output ends is worth a hint.
const AUDIBLE: f32 = 0.001;

fn seconds(text: &str) -> Result<f64, String> {
    text.parse()
        .ok()
        .filter(|seconds| (0.0..=LONGEST_TAIL_SECONDS).contains(seconds))
        .ok_or_else(|| format!("not a number of seconds from 0 to {LONGEST_TAIL_SECONDS}"))
}

/// All that is to be told when it is done.
struct Summary<'a> {
    spec: WavSpec,
    written: Written,
    played: Played,
    latency_samples: u32,
    tail_seconds: f64,
    slots: &'a [SlotReport],
    took: Duration,
}

impl Render {
    pub fn run(self, terminal: &Terminal) -> Outcome {
        let input = Input::open(&self.input)?;
        let sidechain = self.open_sidechain(&input)?;
        let destination = Destination::new(&self.output, &self.inputs())?;
        let contents = match &self.rack {
            Some(file) => Contents::read(file)?,
            None => Contents::Plugins(self.plugins.clone()),
        };

        let spinner = terminal.spinner("loading the rack");
        let opened = Playback::open(contents, &input, sidechain.as_ref(), self.block as usize);
        spinner.finish_and_clear();
        let mut playback = opened?;
        self.complain(&playback.report()?)?;

        let rate = f64::from(input.spec().sample_rate);
        let tail_seconds = self.tail.unwrap_or(match playback.prepared().tail {
            Tail::Seconds(seconds) => seconds.min(LONGEST_OWN_TAIL_SECONDS),
            Tail::Infinite => LONGEST_OWN_TAIL_SECONDS,
        });
        let frames = input.frames() + (tail_seconds * rate).round() as u64;
        let spec = self.output_spec(input.spec());
        let file = destination.start()?;
        let mut output = Output::start(file.handle()?, &self.output, spec, frames)?;

        let bar = terminal.bar(frames);
        bar.set_message(self.output.display().to_string());
        let start = Instant::now();
        let played = playback.play(input, sidechain, &mut output, frames, |done| {
            bar.set_position(done);
            file.check_interrupted()
        });
        bar.finish_and_clear();
        let played = played?;
        let took = start.elapsed();
        let slots = playback.report_after_playing()?;
        self.complain(&slots)?;
        let written = output.finish()?;
        file.finish()?;

        let summary = Summary {
            spec,
            written,
            played,
            latency_samples: playback.prepared().latency_samples,
            tail_seconds,
            slots: &slots,
            took,
        };
        summary.warn(terminal);
        if terminal.json() {
            terminal.document(&summary.document(&self.output))?;
        } else {
            terminal.say(&summary.text(&self.output))?;
        }
        Ok(ExitCode::SUCCESS)
    }

    fn open_sidechain(&self, input: &Input) -> Result<Option<Input>, Trouble> {
        let Some(path) = &self.sidechain else {
            return Ok(None);
        };
        let sidechain = Input::open(path)?;
        let (own, wanted) = (sidechain.spec().sample_rate, input.spec().sample_rate);
        if own != wanted {
            return Err(format!(
                "{} has a sample rate of {own} Hz, and {} one of {wanted} Hz; they must be the same",
                path.display(),
                self.input.display()
            )
            .into());
        }
        Ok(Some(sidechain))
    }

    /// The files that must not be written over.
    fn inputs(&self) -> Vec<&Path> {
        let optional = self.sidechain.iter().chain(&self.rack);
        std::iter::once(&self.input)
            .chain(optional)
            .map(PathBuf::as_path)
            .collect()
    }

    fn output_spec(&self, input: WavSpec) -> WavSpec {
        if !self.float {
            return input;
        }
        WavSpec {
            bits_per_sample: 32,
            sample_format: SampleFormat::Float,
            ..input
        }
    }

    /// Whether a plugin that is missing or failed is a reason to give up. The library has warned of
    /// it in any case.
    fn complain(&self, slots: &[SlotReport]) -> Result<(), Trouble> {
        let with_problem =
            |slot: &SlotReport| Some((slot.problem.clone()?, path_in_words(&slot.path)));
        match slots.iter().find_map(with_problem) {
            Some((problem, _)) if self.rack.is_none() => {
                Err(format!("nothing was rendered: {problem}").into())
            }
            Some((problem, place)) if self.strict => {
                Err(format!("nothing was rendered: {place}: {problem}").into())
            }
            _ => Ok(()),
        }
    }
}

impl Summary<'_> {
    fn warn(&self, terminal: &Terminal) {
        let Written {
            clipped,
            not_finite,
            ..
        } = self.written;
        if clipped > 0 {
            tracing::warn!(
                "{clipped} samples were louder than full scale and are clipped ({:.1} dB at the \
                 loudest); --float keeps them",
                decibels(self.written.peak)
            );
        }
        if not_finite > 0 {
            tracing::warn!(
                "{not_finite} samples are infinite or not a number: a plugin misbehaves"
            );
        }
        if let Some(latency_samples) = self.played.latency_changed_to {
            tracing::warn!(
                "the rack's latency changed from {} to {latency_samples} samples while it played; \
                 the output is aligned to the first",
                self.latency_samples
            );
        }
        if self.played.sounds_on > AUDIBLE {
            terminal.note(&format!(
                "the rack sounds on after the end ({:.0} dB); --tail SECONDS renders more of it",
                decibels(self.played.sounds_on)
            ));
        }
    }

    fn seconds(&self) -> f64 {
        self.written.frames as f64 / f64::from(self.spec.sample_rate)
    }

    fn times_real_time(&self) -> f64 {
        self.seconds() / self.took.as_secs_f64().max(1e-6)
    }

    fn text(&self, output: &Path) -> String {
        format!(
            "{}: {:.3} s, {}; peak {:.1} dB; latency of {} samples taken out, tail {:.3} s; {:.0} \
             times real time\n",
            output.display(),
            self.seconds(),
            wav::in_a_line(self.spec),
            decibels(self.written.peak),
            self.latency_samples,
            self.tail_seconds,
            self.times_real_time(),
        )
    }

    fn document(&self, output: &Path) -> Value {
        let slots: Vec<Value> = self.slots.iter().map(slot_document).collect();
        json!({
            "output": output.display().to_string(),
            "sample_rate": self.spec.sample_rate,
            "channels": self.spec.channels,
            "bits": self.spec.bits_per_sample,
            "float": self.spec.sample_format == SampleFormat::Float,
            "frames": self.written.frames,
            "tail_seconds": self.tail_seconds,
            "latency_samples": self.latency_samples,
            "latency_changed_to": self.played.latency_changed_to,
            "peak": self.written.peak,
            "clipped_samples": self.written.clipped,
            "not_finite_samples": self.written.not_finite,
            "sounds_on": self.played.sounds_on,
            "times_real_time": self.times_real_time(),
            "slots": slots,
        })
    }
}

fn slot_document(slot: &SlotReport) -> Value {
    json!({
        "place": path_in_words(&slot.path),
        "path": slot.path,
        "plugin": slot.plugin,
        "bypass": slot.bypass,
        "instances": slot.instances,
        "latency_samples": slot.latency_samples,
        "problem": slot.problem,
    })
}

fn decibels(level: f32) -> f32 {
    20.0 * level.max(1e-9).log10()
}
