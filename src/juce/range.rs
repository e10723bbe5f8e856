//! `juce::Range<float>`, returned by value.
//!
//! C++ may copy it byte by byte, and so may Rust: it crosses the bridge as the two floats that it
//! is. `cpp/include/range.h` asserts size, alignment and that it is trivially copyable.
//!
//! ```
//! use matryoshka::juce::{AudioBuffer, Range};
//! use pin_init::stack_pin_init;
//!
//! let mut samples = [0.25_f32, -0.5, 0.125];
//! let mut channels = [&mut samples[..]];
//! let view = AudioBuffer::borrow(&mut channels).expect("one channel");
//! stack_pin_init!(let view = view);
//! let range = view.find_min_max(0, 0, 3).expect("three samples of channel 0");
//! assert_eq!(range, Range::new(-0.5, 0.25));
//! assert_eq!(range.length(), 0.75);
//! assert_eq!(range.peak(), 0.5);
//! ```
#![allow(unsafe_code)]

use cxx::{ExternType, type_id};

/// What lies between two values: from the start, and up to the end, which is not below it.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Range<T> {
    start: T,
    end: T,
}

// SAFETY: the name is the alias in cpp/include/range.h, which asserts size, alignment and that the
// type is trivially copyable.
unsafe impl ExternType for Range<f32> {
    type Id = type_id!("matryoshka::RangeFloat");
    type Kind = cxx::kind::Trivial;
}

impl Range<f32> {
    /// A range. An end below the start becomes the start, as in JUCE.
    pub fn new(start: f32, end: f32) -> Self {
        let end = if end < start { start } else { end };
        Self { start, end }
    }

    /// Where it starts.
    pub fn start(self) -> f32 {
        self.start
    }

    /// Where it ends.
    pub fn end(self) -> f32 {
        self.end
    }

    /// From start to end.
    pub fn length(self) -> f32 {
        self.end - self.start
    }

    /// Whether `value` lies in it; the end does not.
    pub fn contains(self, value: f32) -> bool {
        (self.start..self.end).contains(&value)
    }

    /// The value furthest from zero, without its sign: the peak, where the range is of samples.
    pub fn peak(self) -> f32 {
        self.start.abs().max(self.end.abs())
    }
}
