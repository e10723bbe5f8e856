//! How loud a block is: the peak of each channel, found by JUCE.
//!
//! JUCE compares four or eight samples at once (`juce_FloatVectorOperations.cpp`). A fold over a slice
//! does not become that: the compiler may not reorder comparisons of floats.

use pin_init::stack_pin_init;

use crate::juce::AudioBuffer;

/// The loudest sample of all channels, without its sign; 1 is full scale, 0 is silence or no sample.
/// Samples that are no numbers count as little or as much as JUCE makes of them. Any thread, the audio
/// thread too: allocates nothing.
///
/// The channels are borrowed to be written, as JUCE's buffer could; they stay as they are.
pub fn loudest(channels: &mut [&mut [f32]]) -> f32 {
    channels
        .iter_mut()
        .filter_map(|channel| peak(channel))
        .fold(0.0, f32::max)
}

/// `None` of no samples.
fn peak(channel: &mut [f32]) -> Option<f32> {
    let frames = channel.len();
    let view = AudioBuffer::borrow_slice(channel, 1)?;
    stack_pin_init!(let view = view);
    view.find_min_max(0, 0, frames).map(|range| range.peak())
}

#[cfg(test)]
mod tests {
    use super::loudest;

    #[test]
    fn the_loudest_sample_of_any_channel_counts_with_either_sign() {
        let mut quiet = [0.125_f32; 100];
        let mut low = [0.0_f32; 100];
        low[77] = -0.75;
        assert_eq!(loudest(&mut [&mut quiet, &mut low]), 0.75);
        quiet[3] = 2.0;
        assert_eq!(loudest(&mut [&mut quiet, &mut low]), 2.0);
        quiet[3] = f32::NEG_INFINITY;
        assert_eq!(loudest(&mut [&mut quiet, &mut low]), f32::INFINITY);
    }

    #[test]
    fn nothing_is_silent_and_there_may_be_more_channels_than_a_view_can_hold() {
        assert_eq!(loudest(&mut []), 0.0);
        assert_eq!(loudest(&mut [&mut []]), 0.0);
        let mut samples = [0.5_f32; 64];
        let mut channels: Vec<&mut [f32]> = samples.chunks_mut(1).collect();
        assert_eq!(loudest(&mut channels), 0.5);
    }
}
