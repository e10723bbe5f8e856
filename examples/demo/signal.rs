//! Stereo audio, from and to WAV files.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use hound::{SampleFormat, WavReader, WavSpec, WavWriter};

/// Silence after the music, so that what the plugins sound on with is heard.
const RING_OUT_SECONDS: usize = 2;

/// Stereo audio.
pub struct Signal {
    /// Samples per second.
    pub sample_rate: u32,
    /// Left and right, equally long.
    pub channels: [Vec<f32>; 2],
}

impl Signal {
    /// Its length in samples.
    pub fn frames(&self) -> usize {
        self.channels[0].len()
    }

    /// Its length in seconds.
    pub fn seconds(&self) -> f64 {
        self.frames() as f64 / f64::from(self.sample_rate)
    }

    /// Reads a WAV file of any sample rate, mono or stereo. Mono goes to both sides.
    pub fn read(path: &Path) -> Result<Self> {
        let name = path.display();
        let reader = WavReader::open(path)
            .map_err(|error| anyhow::anyhow!(reason(error)))
            .with_context(|| format!("{name} cannot be played"))?;
        let spec = reader.spec();
        ensure!(
            (1..=2).contains(&spec.channels),
            "{name} has {} channels; the demo plays mono and stereo",
            spec.channels
        );
        ensure!(
            (8_000..=384_000).contains(&spec.sample_rate),
            "{name} says that it has {} samples a second; the demo plays 8000 to 384000",
            spec.sample_rate
        );
        let samples = samples(reader)
            .map_err(|error| anyhow::anyhow!(reason(error)))
            .with_context(|| format!("{name} breaks off, or is damaged"))?;
        ensure!(
            !samples.is_empty(),
            "{name} is empty: there is nothing to play"
        );
        ensure!(
            samples.iter().all(|sample| sample.is_finite()),
            "{name} holds samples that are not numbers"
        );
        let channels = match spec.channels {
            1 => [samples.clone(), samples],
            _ => [0, 1].map(|side| samples.iter().skip(side).step_by(2).copied().collect()),
        };
        let mut signal = Self {
            sample_rate: spec.sample_rate,
            channels,
        };
        signal.let_ring_out();
        Ok(signal)
    }

    /// Writes it as a WAV file of 32-bit floats.
    pub fn write(&self, path: &Path) -> Result<()> {
        let spec = WavSpec {
            channels: 2,
            sample_rate: self.sample_rate,
            bits_per_sample: 32,
            sample_format: SampleFormat::Float,
        };
        let write = || -> Result<(), hound::Error> {
            let mut writer = WavWriter::create(path, spec)?;
            let [left, right] = &self.channels;
            for (left, right) in left.iter().zip(right) {
                writer.write_sample(*left)?;
                writer.write_sample(*right)?;
            }
            writer.finalize()
        };
        write().with_context(|| format!("{} cannot be written", path.display()))
    }

    /// Appends silence.
    pub fn let_ring_out(&mut self) {
        let frames = self.frames() + RING_OUT_SECONDS * self.sample_rate as usize;
        for channel in &mut self.channels {
            channel.resize(frames, 0.0);
        }
    }
}

fn samples<R: std::io::Read>(reader: WavReader<R>) -> Result<Vec<f32>, hound::Error> {
    let spec = reader.spec();
    match spec.sample_format {
        SampleFormat::Float => reader.into_samples().collect(),
        SampleFormat::Int => {
            let full_scale = 2f32.powi(i32::from(spec.bits_per_sample) - 1);
            let whole = reader.into_samples::<i32>();
            whole
                .map(|sample| Ok(sample? as f32 / full_scale))
                .collect()
        }
    }
}

/// hound's errors, for people.
fn reason(error: hound::Error) -> String {
    match error {
        hound::Error::IoError(error) => match error.kind() {
            std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
            // hound's own words for it are not the system's.
            _ if error.raw_os_error().is_none() => "the file ends too soon".to_owned(),
            _ => error.to_string(),
        },
        hound::Error::FormatError(why) => format!("it is no WAV file ({why})"),
        hound::Error::Unsupported => {
            "it is a WAV file of a kind that is not understood; PCM and 32-bit float are".to_owned()
        }
        other => other.to_string(),
    }
}
