//! Where in the song a block begins.

/// Where in the song a block begins, and how the song runs. What the host does not say is `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Transport {
    /// The song is playing.
    pub playing: bool,
    /// The host is recording.
    pub recording: bool,
    /// Beats (quarter notes) per minute.
    pub tempo_bpm: Option<f64>,
    /// The time signature: beats in a bar, and the note value of one (4 is a quarter note).
    pub time_signature: Option<(i32, i32)>,
    /// Samples since the song's start; may be negative.
    pub position_samples: Option<i64>,
    /// Seconds since the song's start; may be negative.
    pub position_seconds: Option<f64>,
    /// Quarter notes since the song's start; may be negative.
    pub position_beats: Option<f64>,
    /// Quarter notes from the song's start to the start of the current bar.
    pub bar_start_beats: Option<f64>,
    /// The number of the current bar, from 0.
    pub bar: Option<i64>,
    /// The song goes round in a loop.
    pub looping: bool,
    /// The loop's start and end in quarter notes.
    pub loop_beats: Option<(f64, f64)>,
    /// The host's clock at the block's start, in nanoseconds.
    pub host_time_ns: Option<u64>,
    /// The pictures of the film that the song goes with.
    pub frame_rate: Option<FrameRate>,
}

/// How many pictures a second a film has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameRate {
    /// The round number: 24, 25, 30, 60.
    pub base: u8,
    /// A thousandth slower: 29.97 for 30.
    pub is_pulled_down: bool,
    /// The time code leaves numbers out.
    pub is_drop: bool,
}

impl Transport {
    /// Where the song is some frames later, if it goes on straight: hosts that loop cut their blocks at
    /// the loop's end themselves.
    pub fn after(&self, frames: usize, sample_rate: f64) -> Self {
        let mut later = *self;
        let seconds = frames as f64 / sample_rate;
        later.host_time_ns =
            (self.host_time_ns).map(|at| at.saturating_add((seconds * 1e9) as u64));
        if !self.playing || frames == 0 {
            return later;
        }
        let beats = self.tempo_bpm.map(|tempo| seconds * tempo / 60.0);
        later.position_samples = (self.position_samples).map(|at| at.saturating_add(frames as i64));
        later.position_seconds = self.position_seconds.map(|at| at + seconds);
        later.position_beats = (self.position_beats.zip(beats)).map(|(at, beats)| at + beats);
        if let (Some(at), Some(bar), Some((count, unit))) = (
            later.position_beats,
            self.bar_start_beats,
            self.time_signature,
        ) {
            let bar_beats = f64::from(count) * 4.0 / f64::from(unit);
            let bars = ((at - bar) / bar_beats).floor();
            if bars.is_finite() && bars > 0.0 {
                later.bar_start_beats = Some(bar + bars * bar_beats);
                later.bar = self.bar.map(|bar| bar.saturating_add(bars as i64));
            }
        }
        later
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_song_goes_on_within_a_cut_block_and_stands_while_stopped() {
        let stopped = Transport {
            tempo_bpm: Some(120.0),
            time_signature: Some((3, 4)),
            position_samples: Some(-10),
            position_seconds: Some(1.0),
            position_beats: Some(5.0),
            bar_start_beats: Some(3.0),
            bar: Some(1),
            ..Transport::default()
        };
        assert_eq!(stopped.after(24000, 48000.0), stopped);
        let playing = Transport {
            playing: true,
            ..stopped
        };
        let later = playing.after(24000, 48000.0);
        assert_eq!(later.position_samples, Some(23990));
        assert_eq!(later.position_seconds, Some(1.5));
        assert_eq!(later.position_beats, Some(6.0));
        assert_eq!(later.bar_start_beats, Some(6.0));
        assert_eq!(later.bar, Some(2));
    }

    #[test]
    fn a_time_signature_of_nonsense_moves_no_bar() {
        let odd = Transport {
            playing: true,
            tempo_bpm: Some(120.0),
            position_beats: Some(5.0),
            bar_start_beats: Some(3.0),
            time_signature: Some((0, 0)),
            ..Transport::default()
        };
        assert_eq!(odd.after(24000, 48000.0).bar_start_beats, Some(3.0));
    }
}
