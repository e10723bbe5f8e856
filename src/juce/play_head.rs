//! `juce::AudioPlayHead`: a Rust object that tells a plugin where in the song it is.
//!
//! ```
//! use std::sync::Arc;
//!
//! use matryoshka::juce::{AudioBuffer, AudioPlayHead, MESSAGE_LOOP, MidiBuffer, Position, testing};
//! use matryoshka::threads::Messages;
//! use pin_init::stack_pin_init;
//!
//! struct Steady;
//!
//! impl AudioPlayHead for Steady {
//!     fn position(&self) -> Option<Position> {
//!         Some(Position { has_tempo: true, tempo_bpm: 120.0, ..Position::default() })
//!     }
//! }
//!
//! let messages = Messages::acquire(&MESSAGE_LOOP)?;
//! let half = messages.ask(|thread| {
//!     let mut plugin = testing::plugin(thread, "tempo")?; // puts out the tempo that it is told
//!     plugin.set_play_head(Arc::new(Steady))?;
//!     plugin.prepare(48_000.0, 64, false)
//! })??;
//! let mut samples = [0.0_f32; 128];
//! {
//!     let view = AudioBuffer::borrow_slice(&mut samples, 2).expect("twice 64 samples");
//!     stack_pin_init!(let view = view);
//!     let mut half = half.expect("an audio half");
//!     half.process(view, &mut MidiBuffer::with_capacity(0)?)?;
//! }
//! assert_eq!(samples[0], 120.0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![allow(unsafe_code)]

use std::sync::Arc;

use super::callback::guarded;
use super::{Error, Instance};

pub use ffi::Position;

#[cxx::bridge(namespace = "matryoshka")]
mod ffi {
    /// `juce::AudioPlayHead::PositionInfo`: what is known of the song at a block's start.
    #[derive(Clone, Copy, Debug, Default, PartialEq)]
    struct Position {
        /// The song is playing.
        playing: bool,
        /// The host is recording.
        recording: bool,
        /// Whether `tempo_bpm` is known.
        has_tempo: bool,
        /// Quarter notes per minute.
        tempo_bpm: f64,
        /// Whether the time signature is known.
        has_time_signature: bool,
        /// Beats in a bar.
        numerator: i32,
        /// The note value of a beat.
        denominator: i32,
        /// Whether `samples` is known.
        has_samples: bool,
        /// Samples since the song's start.
        samples: i64,
        /// Whether `seconds` is known.
        has_seconds: bool,
        /// Seconds since the song's start.
        seconds: f64,
        /// Whether `beats` is known.
        has_beats: bool,
        /// Quarter notes since the song's start.
        beats: f64,
        /// Whether `bar_start_beats` is known.
        has_bar_start: bool,
        /// Quarter notes from the song's start to the bar's.
        bar_start_beats: f64,
        /// Whether `bar` is known.
        has_bar: bool,
        /// The number of the bar.
        bar: i64,
        /// The song goes round in a loop.
        looping: bool,
        /// Whether the loop's ends are known.
        has_loop: bool,
        /// The loop's start in quarter notes.
        loop_start_beats: f64,
        /// The loop's end in quarter notes.
        loop_end_beats: f64,
        /// Whether `host_time_ns` is known.
        has_host_time: bool,
        /// The host's clock in nanoseconds.
        host_time_ns: u64,
        /// Whether the pictures of a film are known.
        has_frame_rate: bool,
        /// Their round number in a second.
        frame_rate_base: i32,
        /// A thousandth slower.
        is_pulled_down: bool,
        /// The time code leaves numbers out.
        is_drop: bool,
    }

    extern "Rust" {
        type RustPlayHead;

        /// False where nothing is known.
        fn position(self: &RustPlayHead, position: &mut Position) -> bool;
    }

    unsafe extern "C++" {
        include!("matryoshka/cpp/include/play_head.h");

        type Instance = crate::juce::instance::ffi::Instance;

        fn instance_set_play_head(
            instance: &Instance,
            play_head: Box<RustPlayHead>,
        ) -> Result<bool>;
    }
}

/// What tells a plugin the position. Plugins ask within `process`, on the audio thread, and may ask on
/// any other: the answer must neither wait nor allocate. A panic is reported and goes no further.
pub trait AudioPlayHead: Send + Sync {
    /// Where the current block begins; `None` where that is not known.
    fn position(&self) -> Option<Position>;
}

/// What C++ holds.
struct RustPlayHead(Arc<dyn AudioPlayHead>);

impl RustPlayHead {
    fn position(&self, into: &mut Position) -> bool {
        let position = guarded(None, || self.0.position());
        if let Some(position) = position {
            *into = position;
        }
        position.is_some()
    }
}

impl Instance {
    /// Has the plugin ask `play_head`, until it is gone. False if it has one already: that one stays,
    /// since the plugin may be asking it right now.
    ///
    /// # Errors
    ///
    /// Where memory runs out.
    pub fn set_play_head(&mut self, play_head: Arc<dyn AudioPlayHead>) -> Result<bool, Error> {
        let play_head = Box::new(RustPlayHead(play_head));
        Ok(ffi::instance_set_play_head(self.raw(), play_head)?)
    }
}
