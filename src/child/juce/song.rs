//! Where in the song the current block is, from the processor to the child that asks.

#![allow(unsafe_code)]

use std::num::NonZeroUsize;
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{
    AtomicBool, AtomicPtr, AtomicU32, AtomicU64, AtomicUsize, Ordering, fence,
};

use crate::audio::{FrameRate, Transport};
use crate::juce::{AudioPlayHead, Position};

/// What is known, one bit each, and then what is a flag itself.
const TEMPO: u64 = 1;
const TIME_SIGNATURE: u64 = 1 << 1;
const SAMPLES: u64 = 1 << 2;
const SECONDS: u64 = 1 << 3;
const BEATS: u64 = 1 << 4;
const BAR_START: u64 = 1 << 5;
const LOOP: u64 = 1 << 6;
const BAR: u64 = 1 << 7;
const HOST_TIME: u64 = 1 << 8;
const FRAME_RATE: u64 = 1 << 9;
const PLAYING: u64 = 1 << 10;
const RECORDING: u64 = 1 << 11;
const LOOPING: u64 = 1 << 12;
const PULLED_DOWN: u64 = 1 << 13;
const DROP: u64 = 1 << 14;
/// From this bit on: the round number of pictures in a second.
const FRAME_RATE_BASE: u32 = 32;

/// How many words a transport is written down in.
const WORDS: usize = 11;

/// The transport of the block that is being processed, for the child to ask.
///
/// Nearly every child that asks does so while it processes, on the thread that processes it. It reads
/// the block's own transport then, which costs a child that does not ask two stores and no copy. A child
/// that asks on another thread cannot: the block may end meanwhile. The first such question is heard,
/// and from the next block on each transport is also written down for it; until then, and while a new one
/// is being written, nothing is known. Nobody waits.
///
/// The thread is told by its number from the system, and not by a thread-local variable: in a library
/// that was loaded later, the first use of one on a thread allocates.
pub(super) struct Song {
    /// The transport of the block, while one is processed.
    now: AtomicPtr<Transport>,
    /// The thread that processes it, or did last.
    thread: AtomicUsize,
    /// Somebody asked whom `now` does not answer.
    asked_elsewhere: AtomicBool,
    /// There is a [`Singer`].
    taken: AtomicBool,
    /// Odd while the words are being written; zero before they are for the first time.
    version: AtomicU32,
    words: [AtomicU64; WORDS],
}

/// What the processor says the transport by. There is one at a time, so that one thread at a time says
/// where a song is.
pub(super) struct Singer(Arc<Song>);

impl Default for Song {
    fn default() -> Self {
        Self {
            now: AtomicPtr::new(ptr::null_mut()),
            thread: AtomicUsize::new(0),
            // Where threads have no number, all questions are answered from the words.
            asked_elsewhere: AtomicBool::new(this_thread().is_none()),
            taken: AtomicBool::new(false),
            version: AtomicU32::new(0),
            words: Default::default(),
        }
    }
}

/// The number of the thread that asks: a read of a register, in effect.
#[inline]
fn this_thread() -> Option<NonZeroUsize> {
    #[cfg(unix)]
    // SAFETY: it has no preconditions.
    let number = unsafe { libc::pthread_self() } as usize;
    #[cfg(not(unix))]
    let number = 0;
    NonZeroUsize::new(number)
}

impl Singer {
    /// `None` while there is another.
    pub(super) fn of(song: &Arc<Song>) -> Option<Self> {
        let free = !song.taken.swap(true, Ordering::Acquire);
        free.then(|| Self(song.clone()))
    }

    /// Runs `process`, during which the child hears `transport`.
    #[inline]
    pub(super) fn during<R>(&mut self, transport: &Transport, process: impl FnOnce() -> R) -> R {
        /// Ends the block also where `process` panics.
        struct Block<'song>(&'song Song);
        impl Drop for Block<'_> {
            #[inline]
            fn drop(&mut self) {
                self.0.now.store(ptr::null_mut(), Ordering::Release);
            }
        }

        let song = &*self.0;
        if song.asked_elsewhere.load(Ordering::Relaxed) {
            song.write_down(transport);
        }
        let _block = Block(song);
        if let Some(thread) = this_thread() {
            song.thread.store(thread.get(), Ordering::Relaxed);
            song.now
                .store(ptr::from_ref(transport).cast_mut(), Ordering::Release);
        }
        process()
    }
}

impl Drop for Singer {
    fn drop(&mut self) {
        self.0.taken.store(false, Ordering::Release);
    }
}

impl Song {
    /// The transport of the block that this very thread is processing just now.
    fn sung_here(&self) -> Option<Transport> {
        let now = self.now.load(Ordering::Acquire);
        let here = this_thread()?.get();
        if now.is_null() || self.thread.load(Ordering::Relaxed) != here {
            return None;
        }
        // SAFETY: it points to the transport of a block that is being processed. This thread stored
        // it, in a `Singer::during` that has not returned, and that borrows the transport:
        //
        // - That `during` ran on this thread. Had another thread stored what was read here, that
        //   thread's number would have been stored before it, and be seen (release and acquire). This
        //   thread's own could only have replaced it in a later `during`, and having run that, this
        //   thread would have read what that one left in `now`, and not the older pointer. (`during`s
        //   follow each other, and whatever brings the only `Singer` from one thread to another
        //   orders what they store.)
        // - It has not returned: before it does, it stores null, which this thread would have read.
        Some(unsafe { *now })
    }

    /// Writes down where the block begins, for questions from elsewhere. One thread at a time: the
    /// singer's.
    #[cold]
    fn write_down(&self, transport: &Transport) {
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
        note(BAR, transport.bar.is_some());
        note(HOST_TIME, transport.host_time_ns.is_some());
        note(FRAME_RATE, transport.frame_rate.is_some());
        note(PLAYING, transport.playing);
        note(RECORDING, transport.recording);
        note(LOOPING, transport.looping);
        if let Some(rate) = transport.frame_rate {
            note(PULLED_DOWN, rate.is_pulled_down);
            note(DROP, rate.is_drop);
            known |= u64::from(rate.base) << FRAME_RATE_BASE;
        }
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
            transport.bar.unwrap_or_default().cast_unsigned(),
            transport.host_time_ns.unwrap_or_default(),
        ]);
    }

    /// What was written down last.
    fn read_back(&self) -> Option<Transport> {
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
            bar,
            host_time,
        ] = self.read()?;
        let knows = |bit| known & bit != 0;
        let number = |bit, bits| knows(bit).then_some(f64::from_bits(bits));
        let (numerator, denominator) = ((signature >> 32) as u32, signature as u32);
        Some(Transport {
            playing: knows(PLAYING),
            recording: knows(RECORDING),
            tempo_bpm: number(TEMPO, tempo),
            time_signature: knows(TIME_SIGNATURE)
                .then_some((numerator.cast_signed(), denominator.cast_signed())),
            position_samples: knows(SAMPLES).then_some(samples.cast_signed()),
            position_seconds: number(SECONDS, seconds),
            position_beats: number(BEATS, beats),
            bar_start_beats: number(BAR_START, bar_start),
            bar: knows(BAR).then_some(bar.cast_signed()),
            looping: knows(LOOPING),
            loop_beats: knows(LOOP)
                .then_some((f64::from_bits(loop_start), f64::from_bits(loop_end))),
            host_time_ns: knows(HOST_TIME).then_some(host_time),
            frame_rate: knows(FRAME_RATE).then_some(FrameRate {
                base: (known >> FRAME_RATE_BASE) as u8,
                is_pulled_down: knows(PULLED_DOWN),
                is_drop: knows(DROP),
            }),
        })
    }

    fn write(&self, words: [u64; WORDS]) {
        let version = self.version.load(Ordering::Relaxed);
        self.version
            .store(version.wrapping_add(1), Ordering::Relaxed);
        fence(Ordering::Release);
        for (place, word) in self.words.iter().zip(words) {
            place.store(word, Ordering::Relaxed);
        }
        self.version
            .store(version.wrapping_add(2).max(2), Ordering::Release);
    }

    fn read(&self) -> Option<[u64; WORDS]> {
        let before = self.version.load(Ordering::Acquire);
        let words = self
            .words
            .each_ref()
            .map(|word| word.load(Ordering::Relaxed));
        fence(Ordering::Acquire);
        let after = self.version.load(Ordering::Relaxed);
        (before == after && before != 0 && before.is_multiple_of(2)).then_some(words)
    }
}

impl AudioPlayHead for Song {
    fn position(&self) -> Option<Position> {
        let transport = self.sung_here().or_else(|| {
            self.asked_elsewhere.store(true, Ordering::Relaxed);
            self.read_back()
        })?;
        let (numerator, denominator) = transport.time_signature.unwrap_or((4, 4));
        let (loop_start_beats, loop_end_beats) = transport.loop_beats.unwrap_or_default();
        let rate = transport.frame_rate;
        Some(Position {
            playing: transport.playing,
            recording: transport.recording,
            has_tempo: transport.tempo_bpm.is_some(),
            tempo_bpm: transport.tempo_bpm.unwrap_or_default(),
            has_time_signature: transport.time_signature.is_some(),
            numerator,
            denominator,
            has_samples: transport.position_samples.is_some(),
            samples: transport.position_samples.unwrap_or_default(),
            has_seconds: transport.position_seconds.is_some(),
            seconds: transport.position_seconds.unwrap_or_default(),
            has_beats: transport.position_beats.is_some(),
            beats: transport.position_beats.unwrap_or_default(),
            has_bar_start: transport.bar_start_beats.is_some(),
            bar_start_beats: transport.bar_start_beats.unwrap_or_default(),
            has_bar: transport.bar.is_some(),
            bar: transport.bar.unwrap_or_default(),
            looping: transport.looping,
            has_loop: transport.loop_beats.is_some(),
            loop_start_beats,
            loop_end_beats,
            has_host_time: transport.host_time_ns.is_some(),
            host_time_ns: transport.host_time_ns.unwrap_or_default(),
            has_frame_rate: transport.frame_rate.is_some(),
            frame_rate_base: rate.map_or(0, |rate| rate.base.into()),
            is_pulled_down: rate.is_some_and(|rate| rate.is_pulled_down),
            is_drop: rate.is_some_and(|rate| rate.is_drop),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn somewhere() -> Transport {
        Transport {
            playing: true,
            tempo_bpm: Some(93.5),
            time_signature: Some((-7, 8)),
            position_samples: Some(-480),
            bar: Some(-3),
            looping: false,
            loop_beats: Some((4.0, 8.0)),
            host_time_ns: Some(u64::MAX - 1),
            frame_rate: Some(FrameRate {
                base: 30,
                is_pulled_down: true,
                is_drop: false,
            }),
            ..Transport::default()
        }
    }

    fn is_somewhere(heard: Position) {
        assert!(heard.playing && !heard.recording);
        assert!(heard.has_tempo && heard.tempo_bpm == 93.5);
        assert_eq!((heard.numerator, heard.denominator), (-7, 8));
        assert!(heard.has_samples && heard.samples == -480);
        assert!(!heard.has_seconds && !heard.has_beats && !heard.has_bar_start);
        assert!(heard.has_bar && heard.bar == -3);
        assert!(heard.has_host_time && heard.host_time_ns == u64::MAX - 1);
        assert!(heard.has_frame_rate && heard.is_pulled_down && !heard.is_drop);
        assert_eq!(heard.frame_rate_base, 30);
        assert!(heard.has_loop && !heard.looping);
        assert_eq!((heard.loop_start_beats, heard.loop_end_beats), (4.0, 8.0));
    }

    fn elsewhere<R: Send>(ask: impl FnOnce() -> R + Send) -> R {
        std::thread::scope(|scope| scope.spawn(ask).join().expect("no panic"))
    }

    #[test]
    fn what_the_host_says_is_what_the_child_hears_in_the_very_block() {
        let song = Arc::<Song>::default();
        let mut singer = Singer::of(&song).expect("the first");
        let heard = singer.during(&somewhere(), || song.position());
        is_somewhere(heard.expect("it is asked while it processes"));
        let heard = singer.during(&Transport::default(), || song.position());
        assert!(!heard.expect("the next block").playing);
    }

    #[test]
    fn a_child_that_asks_on_another_thread_is_answered_from_the_next_block_on() {
        let song = Arc::<Song>::default();
        let mut singer = Singer::of(&song).expect("the first");
        let first = singer.during(&somewhere(), || elsewhere(|| song.position()));
        assert_eq!(first, None, "that block was not written down");
        let second = singer.during(&somewhere(), || elsewhere(|| song.position()));
        is_somewhere(second.expect("this one was"));
        is_somewhere(elsewhere(|| song.position()).expect("also between blocks"));
        is_somewhere(
            song.position()
                .expect("and on the thread that processed it"),
        );
    }

    #[test]
    fn a_block_that_panics_is_over_too() {
        let song = Arc::<Song>::default();
        let mut singer = Singer::of(&song).expect("the first");
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            singer.during(&somewhere(), || panic!("in the middle"))
        }));
        assert!(panicked.is_err());
        assert_eq!(song.position(), None);
    }

    #[test]
    fn only_one_at_a_time_says_where_a_song_is() {
        let song = Arc::<Song>::default();
        let singer = Singer::of(&song);
        assert!(singer.is_some() && Singer::of(&song).is_none());
        drop(singer);
        assert!(Singer::of(&song).is_some());
    }

    #[test]
    fn a_child_that_asks_from_another_thread_never_hears_half_of_two_blocks() {
        let song = Arc::<Song>::default();
        let mut singer = Singer::of(&song).expect("the first");
        song.position();
        let done = std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for block in 0..200_000 {
                    let transport = Transport {
                        position_samples: Some(block),
                        position_beats: Some(block as f64),
                        ..Transport::default()
                    };
                    let heard = singer.during(&transport, || song.position());
                    assert_eq!(heard.expect("asked while processing").samples, block);
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
