//! The rack in a window, without a DAW.

mod jack_server;

use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use matryoshka::plugin::{Effect, Ended, Instrument, run_alone};

use super::terminal::Terminal;
use super::{INTERRUPTED, Outcome};
use jack_server::JackServer;

/// Open a rack in a window, without a DAW: with JACK, or the system's own sound and MIDI
///
/// Ends when the window is closed, or with Ctrl+C. What was changed and not saved is gone then.
///
/// With JACK, outputs are connected to the first playback ports, and inputs to nothing, so that no loudspeaker howls
/// into a microphone. What follows -- is handed on, such as:
///
///   matryoshka run song.rack -- --connect-jack-inputs system:capture_1,system:capture_2
///   matryoshka run --instrument -- --connect-jack-midi-input a2j:keyboard
#[derive(Debug, Args)]
pub struct Run {
    /// The rack file to start with, which the window's Save writes; else the user's default rack, or an empty one
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

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
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
    pub fn run(mut self, _terminal: &Terminal) -> Outcome {
        let mut file = None;
        if let Some(rack) = &self.rack {
            // Read once here, so that a mistake in it is told here and not only in the window.
            matryoshka::state::read_file(rack)?;
            file = Some(std::path::absolute(rack)?);
        }
        look_for_a_screen()?;
        if let Some(file) = &file {
            start_from(file.as_os_str());
        }
        self.ask_jack();
        let file = file.as_deref();
        let ended = match self.instrument {
            true => run_alone::<Instrument>(file, self.arguments()),
            false => run_alone::<Effect>(file, self.arguments()),
        };
        match ended {
            Ended::Closed => Ok(ExitCode::SUCCESS),
            Ended::Interrupted => Ok(INTERRUPTED.into()),
            Ended::Failed => {
                Err("the rack could not be opened in a window; the log above says why".into())
            }
        }
    }

    /// Takes over how JACK's server plays: nice-plug 0.4.2 prepares the rack for what its arguments say.
    fn ask_jack(&mut self) {
        if ![Backend::Auto, Backend::Jack].contains(&self.backend) {
            return;
        }
        if let Some(server) = JackServer::ask() {
            self.sample_rate = server.sample_rate;
            self.block = server.frames;
        }
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

/// Says so where there is no screen, before anything is loaded.
///
/// # Errors
///
/// If there is no X server that takes us.
#[cfg(target_os = "linux")]
fn look_for_a_screen() -> Result<(), String> {
    let display = std::env::var("DISPLAY").unwrap_or_default();
    let words =
        |why| format!("there is no screen to open a window on (DISPLAY is \"{display}\"): {why}");
    let connected = x11rb::connect(None);
    connected
        .map(drop)
        .map_err(|error| words(error.to_string()))
}

#[cfg(not(target_os = "linux"))]
fn look_for_a_screen() -> Result<(), String> {
    Ok(())
}
