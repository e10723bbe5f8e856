//! Where in the song the current block is, from the processor to the child that asks.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering, fence};

use crate::audio::Transport;
use crate::juce::{AudioPlayHead, Position};

/// What is known, one bit each, and then the two that are a flag themselves.
const TEMPO: u64 = 1;
const TIME_SIGNATURE: u64 = 1 << 1;
const SAMPLES: u64 = 1 << 2;
const SECONDS: u64 = 1 << 3;
const BEATS: u64 = 1 << 4;
const BAR_START: u64 = 1 << 5;
const LOOP: u64 = 1 << 6;
const PLAYING: u64 = 1 << 7;
const RECORDING: u64 = 1 << 8;

/// The transport of the block that is being processed. The processor writes it and the child reads it,
/// both on the audio thread. A child that asks on another thread is answered, too, unless a new block
/// begins just then: then it hears that nothing is known. Nobody waits.
#[derive(Default)]
pub(super) struct Song {
    /// Odd while the words are being written.
    version: AtomicU32,
    words: [AtomicU64; 9],
}

impl Song {
    /// Says where the next block begins. One thread at a time: the processor's.
    pub(super) fn set(&self, transport: &Transport) {
        let mut known = 0;
        let mut note = |bit, is_known: bool| {
            if is_known {
                known |= bit;
            }
        };
        note(TEMPO, transport.tempo_bpm.is_some());
        note(TIME_SIGNATURE, transport.time_signature.is_some());
        note(SAMPLES, transport.position_samples.is_some());
        note(SECONDS, transport.position_seconds.is_some());
        note(BEATS, transport.position_beats.is_some());
        note(BAR_START, transport.bar_start_beats.is_some());
        note(LOOP, transport.loop_beats.is_some());
        note(PLAYING, transport.playing);
        note(RECORDING, transport.recording);
        let (numerator, denominator) = transport.time_signature.unwrap_or((4, 4));
        let (loop_start, loop_end) = transport.loop_beats.unwrap_or_default();
        let bits = |value: Option<f64>| value.unwrap_or_default().to_bits();
        self.write([
            known,
            bits(transport.tempo_bpm),
            (u64::from(numerator.cast_unsigned()) << 32) | u64::from(denominator.cast_unsigned()),
            transport
                .position_samples
                .unwrap_or_default()
                .cast_unsigned(),
            bits(transport.position_seconds),
            bits(transport.position_beats),
            bits(transport.bar_start_beats),
            loop_start.to_bits(),
            loop_end.to_bits(),
        ]);
    }

    fn write(&self, words: [u64; 9]) {
        let version = self.version.load(Ordering::Relaxed);
        self.version
            .store(version.wrapping_add(1), Ordering::Relaxed);
        fence(Ordering::Release);
        for (place, word) in self.words.iter().zip(words) {
            place.store(word, Ordering::Relaxed);
        }
        self.version
            .store(version.wrapping_add(2), Ordering::Release);
    }

    fn read(&self) -> Option<[u64; 9]> {
        let before = self.version.load(Ordering::Acquire);
        let words = self
            .words
            .each_ref()
            .map(|word| word.load(Ordering::Relaxed));
        fence(Ordering::Acquire);
        let after = self.version.load(Ordering::Relaxed);
        (before == after && before.is_multiple_of(2)).then_some(words)
    }
}

impl AudioPlayHead for Song {
    fn position(&self) -> Option<Position> {
        let [
            known,
            tempo,
            signature,
            samples,
            seconds,
            beats,
            bar_start,
            loop_start,
            loop_end,
        ] = self.read()?;
        let knows = |bit| known & bit != 0;
        Some(Position {
            playing: knows(PLAYING),
            recording: knows(RECORDING),
            has_tempo: knows(TEMPO),
            tempo_bpm: f64::from_bits(tempo),
            has_time_signature: knows(TIME_SIGNATURE),
            numerator: ((signature >> 32) as u32).cast_signed(),
            denominator: (signature as u32).cast_signed(),
            has_samples: knows(SAMPLES),
            samples: samples.cast_signed(),
            has_seconds: knows(SECONDS),
            seconds: f64::from_bits(seconds),
            has_beats: knows(BEATS),
            beats: f64::from_bits(beats),
            has_bar_start: knows(BAR_START),
            bar_start_beats: f64::from_bits(bar_start),
            has_loop: knows(LOOP),
            loop_start_beats: f64::from_bits(loop_start),
            loop_end_beats: f64::from_bits(loop_end),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_host_says_is_what_the_child_hears() {
        let song = Song::default();
        song.set(&Transport {
            playing: true,
            tempo_bpm: Some(93.5),
            time_signature: Some((-7, 8)),
            position_samples: Some(-480),
            loop_beats: Some((4.0, 8.0)),
            ..Transport::default()
        });
        let heard = song.position().expect("nobody writes");
        assert!(heard.playing && !heard.recording);
        assert!(heard.has_tempo && heard.tempo_bpm == 93.5);
        assert_eq!((heard.numerator, heard.denominator), (-7, 8));
        assert!(heard.has_samples && heard.samples == -480);
        assert!(!heard.has_seconds && !heard.has_beats && !heard.has_bar_start);
        assert!(heard.has_loop);
        assert_eq!((heard.loop_start_beats, heard.loop_end_beats), (4.0, 8.0));
    }

    #[test]
    fn a_child_that_asks_from_another_thread_never_hears_half_of_two_blocks() {
        let song = Song::default();
        let done = std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for block in 0..200_000 {
                    song.set(&Transport {
                        position_samples: Some(block),
                        position_beats: Some(block as f64),
                        ..Transport::default()
                    });
                }
                done.store(true, Ordering::Relaxed);
            });
            while !done.load(Ordering::Relaxed) {
                if let Some(heard) = song.position() {
                    assert_eq!(heard.samples as f64, heard.beats);
                }
            }
        });
    }
}
