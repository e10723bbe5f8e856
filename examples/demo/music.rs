//! Music made of arithmetic, for those who bring none.

use std::f32::consts::TAU;

use crate::signal::Signal;

/// The tempo of the music, in beats a minute; also what the plugins are told.
pub const TEMPO: f64 = 120.0;

/// Four bars in A minor at [`TEMPO`]: plucked strings, a bass, a kick, a snare and hats. The same
/// samples at each call.
pub fn compose() -> Signal {
    const SAMPLE_RATE: u32 = 48_000;
    const EIGHTH: usize = (SAMPLE_RATE as f64 * 60.0 / TEMPO / 2.0) as usize;
    // A minor, F, C, G: the root in Hz, and the chord above it in semitones from A3.
    const BARS: [(f32, [i32; 4]); 4] = [
        (55.0, [0, 3, 7, 12]),
        (43.65, [-4, 0, 3, 8]),
        (65.41, [3, 7, 10, 15]),
        (49.0, [-2, 2, 5, 10]),
    ];
    const ORDER: [usize; 8] = [0, 2, 1, 3, 2, 1, 3, 2];

    let mut band = Band {
        sample_rate: SAMPLE_RATE as f32,
        channels: [vec![], vec![]].map(|_: Vec<f32>| vec![0.0; EIGHTH * 8 * BARS.len()]),
        noise: Noise(0x2545_f491),
    };
    for (bar, (root, chord)) in BARS.into_iter().enumerate() {
        for (eighth, voice) in ORDER.into_iter().enumerate() {
            let at = (bar * 8 + eighth) * EIGHTH;
            let pan = if eighth % 2 == 0 { 0.3 } else { 0.7 };
            band.pluck(at, 220.0 * 2f32.powf(chord[voice] as f32 / 12.0), pan);
            match eighth {
                0 | 3 | 4 => band.bass(at, root),
                6 => band.bass(at, root * 1.5),
                _ => {}
            }
            match eighth {
                0 | 4 | 5 => band.kick(at),
                2 | 6 => band.snare(at),
                _ => {}
            }
            band.hat(at, if eighth % 2 == 0 { 0.05 } else { 0.09 });
        }
    }
    let mut signal = Signal {
        sample_rate: SAMPLE_RATE,
        channels: band.channels,
    };
    signal.let_ring_out();
    signal
}

struct Band {
    sample_rate: f32,
    channels: [Vec<f32>; 2],
    noise: Noise,
}

impl Band {
    /// A plucked string after Karplus and Strong (Computer Music Journal 7:2, 1983): a burst of
    /// noise goes round a loop as long as a period, and is averaged at each turn.
    fn pluck(&mut self, at: usize, hertz: f32, pan: f32) {
        let mut string: Vec<f32> = (0..(self.sample_rate / hertz).round() as usize)
            .map(|_| self.noise.next())
            .collect();
        let mut place = 0;
        self.play(at, 1.1, pan, |seconds| {
            let next = (place + 1) % string.len();
            let sample = string[place];
            string[place] = 0.497 * (sample + string[next]);
            place = next;
            0.34 * sample * fade(seconds, 1.1)
        });
    }

    /// A few harmonics that die away.
    fn bass(&mut self, at: usize, hertz: f32) {
        self.play(at, 0.42, 0.5, |seconds| {
            let harmonic = |number: f32| (TAU * hertz * number * seconds).sin() / number;
            let body: f32 = [1.0, 2.0, 3.0, 4.0].into_iter().map(harmonic).sum();
            0.24 * body * (-4.0 * seconds).exp() * fade(seconds, 0.42)
        });
    }

    /// A sine that falls from 150 Hz to 45 Hz.
    fn kick(&mut self, at: usize) {
        self.play(at, 0.35, 0.5, |seconds| {
            // The phase is the integral of 45 Hz + 105 Hz * e^(-30 t).
            let turns = 45.0 * seconds + 3.5 * (1.0 - (-30.0 * seconds).exp());
            0.62 * (TAU * turns).sin() * (-9.0 * seconds).exp() * fade(seconds, 0.35)
        });
    }

    /// Noise over a tone.
    fn snare(&mut self, at: usize) {
        let mut noise = Noise(self.noise.0 ^ 0x5bd1_e995);
        self.play(at, 0.22, 0.5, |seconds| {
            let tone = 0.6 * (TAU * 190.0 * seconds).sin();
            0.26 * (noise.next() + tone) * (-18.0 * seconds).exp() * fade(seconds, 0.22)
        });
        self.noise = noise;
    }

    /// A tick of bright noise.
    fn hat(&mut self, at: usize, level: f32) {
        let mut noise = Noise(self.noise.0 ^ 0x9e37_79b9);
        let mut last = 0.0;
        self.play(at, 0.06, 0.62, |seconds| {
            let sample = noise.next();
            // The difference of neighbours: less bass.
            let bright = sample - std::mem::replace(&mut last, sample);
            level * bright * (-60.0 * seconds).exp() * fade(seconds, 0.06)
        });
        self.noise = noise;
    }

    /// Adds `seconds` of `voice` from sample `at`, as far as there is room. `pan` goes from 0, left,
    /// to 1, right.
    fn play(&mut self, at: usize, seconds: f32, pan: f32, mut voice: impl FnMut(f32) -> f32) {
        let end = (at + (seconds * self.sample_rate) as usize).min(self.channels[0].len());
        let (left, right) = ((1.0 - pan).sqrt(), pan.sqrt());
        for frame in at..end {
            let sample = voice((frame - at) as f32 / self.sample_rate);
            self.channels[0][frame] += sample * left;
            self.channels[1][frame] += sample * right;
        }
    }
}

/// Full level, but for the last hundredth of a second of `length`, in which it goes to nothing.
fn fade(seconds: f32, length: f32) -> f32 {
    ((length - seconds) * 100.0).clamp(0.0, 1.0)
}

/// White noise from -1 to 1, the same each time: Marsaglia's xorshift (2003). Not seeded with 0.
struct Noise(u32);

impl Noise {
    fn next(&mut self) -> f32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0 as f32 / (u32::MAX / 2) as f32 - 1.0
    }
}
