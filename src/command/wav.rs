//! WAV files as planar f32 samples, block by block, and back into the format they came from.

use std::fs::File;
use std::io::{self, BufReader, BufWriter};
use std::path::{Path, PathBuf};

use hound::{SampleFormat, WavReader, WavSpec, WavWriter};
use matryoshka::audio::MAX_CHANNELS;
use thiserror::Error;

/// Why a WAV file could not be read or written.
#[derive(Debug, Error)]
pub enum WavError {
    #[error("{} does not exist", .0.display())]
    NotFound(PathBuf),
    #[error("{} cannot be read: {source}", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("{} is not a WAV file that can be read here: {reason}", path.display())]
    NotAWav { path: PathBuf, reason: String },
    #[error("{} is cut off: {present} of {promised} frames are there", path.display())]
    CutOff {
        path: PathBuf,
        present: u64,
        promised: u64,
    },
    #[error("{} cannot be written: {}", path.display(), in_words(source))]
    Unwritable { path: PathBuf, source: io::Error },
    #[error(
        "{} would be longer than a WAV file can be (4 GiB); render it in parts",
        .0.display()
    )]
    TooLong(PathBuf),
}

fn in_words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::StorageFull => "the disk is full".to_owned(),
        io::ErrorKind::NotFound => "its folder does not exist".to_owned(),
        _ => error.to_string(),
    }
}

/// A WAV file that is read.
pub struct Input {
    path: PathBuf,
    reader: WavReader<BufReader<File>>,
    read: u64,
}

impl Input {
    /// Opens a WAV file and checks that all of it can be understood.
    pub fn open(path: &Path) -> Result<Self, WavError> {
        let file = File::open(path).map_err(|source| unreadable(path, source))?;
        if file.metadata().is_ok_and(|metadata| metadata.is_dir()) {
            return Err(unreadable(path, io::ErrorKind::IsADirectory.into()));
        }
        let not_a_wav = |reason: String| WavError::NotAWav {
            path: path.to_owned(),
            reason,
        };
        let reader = WavReader::new(BufReader::new(file)).map_err(|error| match error {
            // hound's own error of a file that ends too early is of the kind `Other`.
            hound::Error::IoError(source) => match source.kind() {
                io::ErrorKind::Other | io::ErrorKind::UnexpectedEof => {
                    not_a_wav("it ends before its first sample".to_owned())
                }
                _ => unreadable(path, source),
            },
            hound::Error::FormatError(reason) => not_a_wav(reason.to_owned()),
            error => not_a_wav(error.to_string()),
        })?;
        let spec = reader.spec();
        match (spec.sample_format, spec.bits_per_sample) {
            (SampleFormat::Int, 8 | 16 | 24 | 32) | (SampleFormat::Float, 32) => {}
            (format, bits) => {
                let kind = kind_of(format);
                return Err(not_a_wav(format!("its samples are {bits}-bit {kind}s")));
            }
        }
        if usize::from(spec.channels) > MAX_CHANNELS {
            let channels = spec.channels;
            return Err(not_a_wav(format!(
                "it has {channels} channels, and {MAX_CHANNELS} are the most"
            )));
        }
        if spec.sample_rate == 0 {
            return Err(not_a_wav("its sample rate is 0".to_owned()));
        }
        Ok(Self {
            path: path.to_owned(),
            reader,
            read: 0,
        })
    }

    pub fn spec(&self) -> WavSpec {
        self.reader.spec()
    }

    pub fn channels(&self) -> usize {
        usize::from(self.spec().channels)
    }

    /// How long it is.
    pub fn frames(&self) -> u64 {
        u64::from(self.reader.duration())
    }

    /// Fills the first `frames` of each channel: with the next samples, and with silence after the
    /// last.
    pub fn read(&mut self, channels: &mut [Vec<f32>], frames: usize) -> Result<(), WavError> {
        let left = self.frames() - self.read;
        let present = usize::try_from(left).map_or(frames, |left| left.min(frames));
        match self.spec().sample_format {
            SampleFormat::Float => self.read_as(channels, present, |sample: f32| sample)?,
            SampleFormat::Int => {
                let full_scale = full_scale(self.spec().bits_per_sample);
                self.read_as(channels, present, |sample: i32| {
                    (f64::from(sample) / full_scale) as f32
                })?;
            }
        }
        self.read += present as u64;
        for channel in channels {
            channel[present..frames].fill(0.0);
        }
        Ok(())
    }

    fn read_as<S: hound::Sample>(
        &mut self,
        channels: &mut [Vec<f32>],
        frames: usize,
        to_f32: impl Fn(S) -> f32,
    ) -> Result<(), WavError> {
        let promised = self.frames();
        let mut samples = self.reader.samples::<S>();
        for frame in 0..frames {
            for channel in &mut *channels {
                channel[frame] = match samples.next() {
                    Some(Ok(sample)) => to_f32(sample),
                    // What was promised is asked for, so that only a file that ends too early
                    // leads here.
                    Some(Err(_)) | None => {
                        return Err(WavError::CutOff {
                            path: self.path.clone(),
                            present: self.read + frame as u64,
                            promised,
                        });
                    }
                };
            }
        }
        Ok(())
    }
}

fn unreadable(path: &Path, source: io::Error) -> WavError {
    match source.kind() {
        io::ErrorKind::NotFound => WavError::NotFound(path.to_owned()),
        _ => WavError::Unreadable {
            path: path.to_owned(),
            source,
        },
    }
}

/// What became of the samples on their way into the file.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Written {
    pub frames: u64,
    /// The loudest sample; 1 is full scale.
    pub peak: f32,
    /// Samples beyond full scale, which integers cannot hold.
    pub clipped: u64,
    /// Samples that were infinite or not a number.
    pub not_finite: u64,
}

/// A WAV file that is written.
pub struct Output {
    path: PathBuf,
    writer: WavWriter<BufWriter<File>>,
    spec: WavSpec,
    written: Written,
}

impl Output {
    /// Starts a WAV file of `frames` in `file`; errors name it `path`.
    pub fn start(file: File, path: &Path, spec: WavSpec, frames: u64) -> Result<Self, WavError> {
        let bytes_per_frame = u64::from(spec.bits_per_sample / 8) * u64::from(spec.channels);
        // The header's lengths are of 32 bits, and count some of the header.
        if frames.saturating_mul(bytes_per_frame) > u64::from(u32::MAX - 128)
            || bytes_per_frame * u64::from(spec.sample_rate) > u64::from(u32::MAX)
        {
            return Err(WavError::TooLong(path.to_owned()));
        }
        let writer =
            WavWriter::new(BufWriter::new(file), spec).map_err(|error| unwritable(path, error))?;
        Ok(Self {
            path: path.to_owned(),
            writer,
            spec,
            written: Written::default(),
        })
    }

    /// Appends the frames `range` of each channel.
    pub fn write(
        &mut self,
        channels: &[Vec<f32>],
        range: std::ops::Range<usize>,
    ) -> Result<(), WavError> {
        let full_scale = full_scale(self.spec.bits_per_sample);
        self.written.frames += range.len() as u64;
        for frame in range {
            for channel in channels {
                let sample = channel[frame];
                self.look_at(sample);
                let result = match self.spec.sample_format {
                    SampleFormat::Float => self.writer.write_sample(sample),
                    SampleFormat::Int => self.writer.write_sample(to_integer(sample, full_scale)),
                };
                result.map_err(|error| unwritable(&self.path, error))?;
            }
        }
        Ok(())
    }

    fn look_at(&mut self, sample: f32) {
        if sample.is_finite() {
            let level = sample.abs();
            self.written.peak = self.written.peak.max(level);
            self.written.clipped +=
                u64::from(level > 1.0 && self.spec.sample_format == SampleFormat::Int);
        } else {
            self.written.not_finite += 1;
        }
    }

    /// Completes the file.
    pub fn finish(self) -> Result<Written, WavError> {
        let path = self.path;
        self.writer
            .finalize()
            .map_err(|error| unwritable(&path, error))?;
        Ok(self.written)
    }
}

fn unwritable(path: &Path, error: hound::Error) -> WavError {
    let source = match error {
        hound::Error::IoError(source) => source,
        other => io::Error::other(other),
    };
    WavError::Unwritable {
        path: path.to_owned(),
        source,
    }
}

/// The integer that stands for 1.0, which is one more than the greatest.
fn full_scale(bits: u16) -> f64 {
    f64::from(1_u32 << (bits - 1))
}

/// The nearest integer sample; not a number becomes silence.
fn to_integer(sample: f32, full_scale: f64) -> i32 {
    let scaled = (f64::from(sample) * full_scale).round();
    scaled.clamp(-full_scale, full_scale - 1.0) as i32
}

/// "24-bit integers, 48000 Hz, 2 channels".
pub fn in_a_line(spec: WavSpec) -> String {
    let channels = match spec.channels {
        1 => "mono".to_owned(),
        2 => "stereo".to_owned(),
        more => format!("{more} channels"),
    };
    let kind = kind_of(spec.sample_format);
    format!(
        "{channels}, {} Hz, {}-bit {kind}s",
        spec.sample_rate, spec.bits_per_sample
    )
}

fn kind_of(format: SampleFormat) -> &'static str {
    match format {
        SampleFormat::Int => "integer",
        SampleFormat::Float => "float",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_integer_of_up_to_24_bits_survives_the_way_to_f32_and_back() {
        for bits in [8, 16, 24] {
            let full_scale = full_scale(bits);
            let limit = full_scale as i32;
            for sample in (-limit..limit).step_by(if bits == 24 { 97 } else { 1 }) {
                let as_f32 = (f64::from(sample) / full_scale) as f32;
                assert_eq!(to_integer(as_f32, full_scale), sample, "{bits} bits");
            }
        }
    }

    #[test]
    fn what_no_integer_can_hold_becomes_the_nearest_one_and_nonsense_silence() {
        for (sample, integer) in [
            (1.0, 32767),
            (7.0, 32767),
            (-7.0, -32768),
            (f32::INFINITY, 32767),
            (f32::NAN, 0),
        ] {
            assert_eq!(to_integer(sample, full_scale(16)), integer, "{sample}");
        }
        assert_eq!(to_integer(1.0, full_scale(32)), i32::MAX);
    }

    #[test]
    fn a_full_disk_is_called_one() {
        let path = Path::new("wet.wav");
        let error = unwritable(
            path,
            hound::Error::IoError(io::ErrorKind::StorageFull.into()),
        );
        assert_eq!(
            error.to_string(),
            "wet.wav cannot be written: the disk is full"
        );
    }
}
