//! The rack in a window, without a DAW.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use matryoshka::plugin::{Effect, Instrument, run_alone};

use super::Outcome;
use super::terminal::Terminal;

/// Open a rack in a window, without a DAW: with JACK, or the system's own sound and MIDI
#[derive(Debug, Args)]
pub struct Run {
    /// The rack file to start with; else the user's default rack, or an empty one
    rack: Option<PathBuf>,

    /// Play notes rather than change audio: no audio goes in, and 16 stereo outputs come out
    #[arg(long)]
    instrument: bool,

    /// What plays: by default JACK where its server runs, else the system's sound, else nothing
    #[arg(long, value_enum, default_value_t = Backend::Auto)]
    backend: Backend,

    /// Samples per second; JACK has its own
    #[arg(long, value_name = "HZ", default_value_t = 48_000)]
    sample_rate: u32,

    /// Samples in a block; JACK has its own
    #[arg(long, value_name = "FRAMES", default_value_t = 512)]
    block: u32,

    /// The sound device to listen to, by its name; "" lists what there is. By default none
    #[arg(long, value_name = "NAME")]
    input_device: Option<String>,

    /// The sound device to play to, by its name; "" lists what there is
    #[arg(long, value_name = "NAME")]
    output_device: Option<String>,

    /// The MIDI port to listen to, by its name; "" lists what there is. JACK has --connect-jack-midi-input
    #[arg(long, value_name = "NAME")]
    midi_input: Option<String>,

    /// Beats per minute
    #[arg(long, value_name = "BPM", default_value_t = 120.0)]
    tempo: f32,

    /// More for nice-plug's standalone host, which opens the window
    #[arg(last = true)]
    more: Vec<String>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Backend {
    Auto,
    Jack,
    #[cfg(all(unix, not(target_os = "macos")))]
    Alsa,
    #[cfg(target_os = "macos")]
    CoreAudio,
    #[cfg(windows)]
    Wasapi,
    /// Nothing is heard
    Dummy,
}

impl Run {
    /// Returns when the window is closed.
    pub fn run(self, _terminal: &Terminal) -> Outcome {
        if let Some(rack) = &self.rack {
            // Read once here, so that a mistake in it is told here and not only in the window.
            matryoshka::state::read_file(rack)?;
            let rack = std::path::absolute(rack)?;
            start_from(rack.as_os_str());
        }
        let opened = match self.instrument {
            true => run_alone::<Instrument>(self.arguments()),
            false => run_alone::<Effect>(self.arguments()),
        };
        if !opened {
            return Err("the rack could not be opened in a window; the log above says why".into());
        }
        Ok(ExitCode::SUCCESS)
    }

    /// In nice-plug's words.
    fn arguments(&self) -> Vec<String> {
        let backend = self.backend.to_possible_value();
        let backend = backend.map_or_else(String::new, |value| value.get_name().to_owned());
        let mut arguments = vec![
            format!("--backend={backend}"),
            format!("--sample-rate={}", self.sample_rate),
            format!("--period-size={}", self.block),
            format!("--tempo={}", self.tempo),
        ];
        let named = [
            ("input-device", &self.input_device),
            ("output-device", &self.output_device),
            ("midi-input", &self.midi_input),
        ];
        for (name, value) in named {
            arguments.extend(value.iter().map(|value| format!("--{name}={value}")));
        }
        arguments.extend(self.more.iter().cloned());
        arguments
    }
}

/// Has the instance that is made next start from this rack.
#[allow(unsafe_code)]
fn start_from(rack: &OsStr) {
    // SAFETY: no plugin is loaded and no thread of ours is started yet, so nobody reads the environment.
    unsafe { std::env::set_var("MATRYOSHKA_RACK", rack) };
}
