//! A folder to run the command in, and sounds to run it on.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use hound::{SampleFormat, WavReader, WavSpec, WavWriter};
use serde_json::Value;
use tempfile::TempDir;

/// What a run left behind.
pub struct Run {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Run {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}", self.out))
    }
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).expect("UTF-8"),
            err: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }
}

/// A folder to run in.
pub struct Desk(pub TempDir);

impl Desk {
    pub fn new() -> Self {
        Self(tempfile::tempdir().expect("a scratch folder"))
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn matryoshka(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_matryoshka"));
        command
            .args(arguments)
            .current_dir(self.0.path())
            .stdin(Stdio::null())
            // A rack of the user's must not be heard here.
            .env("XDG_CONFIG_HOME", self.0.path())
            .env_remove("MATRYOSHKA_RACK")
            .env_remove("DISPLAY");
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Run {
        self.matryoshka(arguments).output().expect("a run").into()
    }

    /// Runs what must go well.
    pub fn succeed(&self, arguments: &[&str]) -> Run {
        let run = self.run(arguments);
        assert_eq!(run.code, Some(0), "{arguments:?}: {}{}", run.out, run.err);
        run
    }

    /// Runs what must fail with a message that holds all of `parts`.
    pub fn fail(&self, arguments: &[&str], parts: &[&str]) -> Run {
        let run = self.run(arguments);
        assert_eq!(run.code, Some(1), "{arguments:?}: {}{}", run.out, run.err);
        assert!(run.err.contains("error: "), "{}", run.err);
        for part in parts {
            assert!(run.err.contains(part), "{part:?} is not in {:?}", run.err);
        }
        run
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path(name), content).expect("a file");
    }

    /// What is in the folder, to see what a failure left there.
    pub fn files(&self) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(self.0.path())
            .expect("a folder")
            .map(|entry| {
                entry
                    .expect("an entry")
                    .file_name()
                    .into_string()
                    .expect("UTF-8")
            })
            .collect();
        names.sort();
        names
    }
}

pub fn spec(channels: u16, sample_rate: u32, bits_per_sample: u16) -> WavSpec {
    let sample_format = match bits_per_sample {
        32 => SampleFormat::Float,
        _ => SampleFormat::Int,
    };
    WavSpec {
        channels,
        sample_rate,
        bits_per_sample,
        sample_format,
    }
}

/// A tone that swells and falls, another one on each channel.
pub fn tone(frame: u32, channel: u16, rate: u32) -> f32 {
    let time = frame as f32 / rate as f32;
    let pitch = 220.0 * f32::from(channel + 1);
    (time * pitch * std::f32::consts::TAU).sin() * 0.4 * (1.0 - (time * 3.0).cos())
}

pub fn write_tone(path: &Path, spec: WavSpec, frames: u32) {
    let mut writer = WavWriter::create(path, spec).expect("a WAV");
    for frame in 0..frames {
        for channel in 0..spec.channels {
            let sample = tone(frame, channel, spec.sample_rate);
            match spec.sample_format {
                SampleFormat::Float => writer.write_sample(sample),
                SampleFormat::Int => {
                    let full_scale = (1_i64 << (spec.bits_per_sample - 1)) as f32;
                    writer.write_sample((sample * (full_scale - 1.0)) as i32)
                }
            }
            .expect("a sample");
        }
    }
    writer.finalize().expect("a WAV");
}

pub fn read_floats(path: &Path) -> (WavSpec, Vec<f32>) {
    let mut reader = WavReader::open(path).expect("a WAV");
    let samples = reader
        .samples::<f32>()
        .map(|sample| sample.expect("a sample"));
    let samples = samples.collect();
    (reader.spec(), samples)
}

/// A desk with a second of stereo, 32-bit float at 48 kHz, in `dry.wav`.
pub fn desk_with_a_tone() -> Desk {
    let desk = Desk::new();
    write_tone(&desk.path("dry.wav"), spec(2, 48_000, 32), 48_000);
    desk.write("empty.rack", r#"{"chain": []}"#);
    desk
}

/// What renders through nothing.
pub const EMPTY: &[&str] = &["render", "--rack", "empty.rack"];
