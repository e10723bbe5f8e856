//! What no plugin should do, and some do: for the rack's guards to catch.

#![allow(unsafe_code)] // writing where one must not

use std::hint::black_box;

use nih_plug::prelude::*;

/// Something that no plugin should do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misdeed {
    /// Puts out something that is no number.
    NotANumber,
    /// Puts out infinity.
    Infinity,
    /// Puts out +60 dBFS.
    Runaway,
    /// Writes one sample behind the end of its first channel.
    ///
    /// Only for hosts that have memory to spare there.
    WriteOutside,
}

/// In the order of the parameter's values, from 1.
const ALL: [Misdeed; 4] = [
    Misdeed::NotANumber,
    Misdeed::Infinity,
    Misdeed::Runaway,
    Misdeed::WriteOutside,
];

/// How many there are.
pub const MISDEEDS: i32 = ALL.len() as i32;

/// The misdeed of that number; none for 0.
pub fn misdeed(number: i32) -> Option<Misdeed> {
    let index = usize::try_from(number).ok()?.checked_sub(1)?;
    ALL.get(index).copied()
}

/// Does it, from the middle of the block on.
pub fn misbehave(misdeed: Misdeed, buffer: &mut Buffer) {
    let frames = buffer.samples();
    let bad = match misdeed {
        Misdeed::NotANumber => f32::NAN,
        Misdeed::Infinity => f32::NEG_INFINITY,
        Misdeed::Runaway => 1000.0,
        Misdeed::WriteOutside => {
            if let Some(channel) = buffer.as_slice().first_mut() {
                // SAFETY: there is none but the host's: whoever asks for this has memory there.
                unsafe { channel.as_mut_ptr().add(frames).write(0.25) };
            }
            return;
        }
    };
    for channel in buffer.as_slice() {
        channel[frames / 2..].fill(bad);
    }
}

/// How numbers are treated that are nearly zero, on the thread that asks: 0 as they are, 0.25 where such
/// results become zero, 0.5 where such operands do, 0.75 where both do.
pub fn denormals_are_flushed() -> f32 {
    // Both operations are spelt out for the processor: the compiler must not do them beforehand.
    let result = black_box(f32::MIN_POSITIVE) * black_box(0.5);
    let operand = black_box(f32::from_bits(1)) * black_box(1.0e38);
    let results = if black_box(result).to_bits() == 0 {
        0.25
    } else {
        0.0
    };
    let operands = if black_box(operand).to_bits() == 0 {
        0.5
    } else {
        0.0
    };
    results + operands
}
