//! JUCE has buffers of float and double, and no others.
use matryoshka::juce::AudioBuffer;

fn main() {
    drop(AudioBuffer::<i16>::zeroed(2, 64));
}
