//! A view ends before the samples that it borrows.
use std::pin::Pin;

use matryoshka::juce::AudioBuffer;
use pin_init::InPlaceInit;

fn view<'a>() -> Pin<Box<AudioBuffer<'a>>> {
    let mut samples = [0.0_f32; 64];
    Box::pin_init(AudioBuffer::borrow_slice(&mut samples, 2).unwrap()).unwrap()
}

fn main() {
    drop(view());
}
