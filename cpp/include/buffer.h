// juce::AudioBuffer<float>, built in place. See src/juce/buffer.rs.
#pragma once

#include "matryoshka/cpp/include/juce.h"

namespace matryoshka {

using AudioBufferFloat = juce::AudioBuffer<float>;

// What src/juce/buffer.rs says of the size and alignment, checked against
// juce_audio_basics/buffers/juce_AudioSampleBuffer.h. The class points into itself (`channels` into
// `preallocatedChannelSpace`), so it must never be moved.
constexpr std::size_t audio_buffer_words = 37;
static_assert(sizeof(AudioBufferFloat) == audio_buffer_words * sizeof(void*));
static_assert(alignof(AudioBufferFloat) == alignof(void*));

// Builds a buffer at `place` that borrows `count` channels of `frames` samples.
void audio_buffer_borrow(AudioBufferFloat* place, const float* const* channels, std::size_t count,
                         std::size_t frames) noexcept;
// Builds a buffer at `place` with zeroed memory of its own.
void audio_buffer_own(AudioBufferFloat* place, std::size_t count, std::size_t frames);
void audio_buffer_destroy(AudioBufferFloat* place) noexcept;

// Changes the number of samples in use. Keeps the memory where it is large enough, but not what it
// holds: the channels move within it.
void audio_buffer_set_frames(AudioBufferFloat& buffer, std::size_t frames);

std::size_t audio_buffer_channels(const AudioBufferFloat& buffer) noexcept;
std::size_t audio_buffer_frames(const AudioBufferFloat& buffer) noexcept;
const float* audio_buffer_read(const AudioBufferFloat& buffer, std::size_t channel) noexcept;
float* audio_buffer_write(AudioBufferFloat& buffer, std::size_t channel) noexcept;

} // namespace matryoshka
