//! Nor can two of them be swapped, which would move both.
use matryoshka::juce::AudioBuffer;
use pin_init::stack_pin_init;

fn main() {
    let (mut one, mut two) = ([0.0_f32; 64], [0.0_f32; 64]);
    let first = AudioBuffer::borrow_slice(&mut one, 2).unwrap();
    stack_pin_init!(let first = first);
    let second = AudioBuffer::borrow_slice(&mut two, 2).unwrap();
    stack_pin_init!(let second = second);
    std::mem::swap(&mut *first, &mut *second);
}
