//! One thread at a time processes: the audio half is lent, not shared.
use std::pin::Pin;

use matryoshka::juce::{AudioBuffer, AudioHalf, MidiBuffer};

fn race(
    half: &mut AudioHalf,
    mut buffers: [Pin<&mut AudioBuffer<'_>>; 2],
    mut midi: [MidiBuffer; 2],
) {
    let [one, two] = &mut buffers;
    let [first, second] = &mut midi;
    std::thread::scope(|scope| {
        scope.spawn(|| half.process(one.as_mut(), first));
        scope.spawn(|| half.process(two.as_mut(), second));
    });
}

fn main() {
    let _ = race;
}
