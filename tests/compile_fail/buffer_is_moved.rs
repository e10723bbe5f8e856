//! juce::AudioBuffer points into itself: it cannot be moved out of its place.
use matryoshka::juce::AudioBuffer;
use pin_init::stack_pin_init;

fn main() {
    let mut samples = [0.0_f32; 64];
    let view = AudioBuffer::borrow_slice(&mut samples, 2).unwrap();
    stack_pin_init!(let view = view);
    let moved: AudioBuffer<'_> = *view;
    drop(moved);
}
