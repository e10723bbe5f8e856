//! While a view of them exists, samples are its alone.
use matryoshka::juce::AudioBuffer;
use pin_init::stack_pin_init;

fn main() {
    let (mut left, mut right) = ([0.0_f64; 64], [0.0_f64; 64]);
    let mut channels = [&mut left[..], &mut right[..]];
    let view = AudioBuffer::borrow(&mut channels).unwrap();
    stack_pin_init!(let view = view);
    left[0] = 1.0;
    println!("{:?}", view.channel(0));
}
