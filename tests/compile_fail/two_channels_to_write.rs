//! A channel to write borrows the whole buffer: the plugin could have made them overlap.
use std::pin::Pin;

use matryoshka::juce::AudioBuffer;

fn both<'b>(mut buffer: Pin<&'b mut AudioBuffer<'static>>) -> Option<(&'b mut [f32], &'b mut [f32])> {
    let left = buffer.as_mut().channel_mut(0)?;
    let right = buffer.as_mut().channel_mut(1)?;
    Some((left, right))
}

fn main() {
    let _ = both;
}
