//! No two channels of a view are the same samples.
use matryoshka::juce::AudioBuffer;

fn main() {
    let mut samples = [0.0_f32; 64];
    let mut channels = [&mut samples[..], &mut samples[..]];
    drop(AudioBuffer::borrow(&mut channels));
}
