// juce::AudioBuffer<float> and <double>, built in place. See src/juce/buffer.rs.
#pragma once

#include <new>

#include "matryoshka/cpp/include/juce.h"

namespace matryoshka {

using AudioBufferFloat = juce::AudioBuffer<float>;
using AudioBufferDouble = juce::AudioBuffer<double>;

// What src/juce/buffer.rs says of the size and alignment, checked against
// juce_audio_basics/buffers/juce_AudioSampleBuffer.h. The class points into itself (`channels` into
// `preallocatedChannelSpace`), so it must never be moved.
constexpr std::size_t audio_buffer_words = 37;
static_assert(sizeof(AudioBufferFloat) == audio_buffer_words * sizeof(void*));
static_assert(alignof(AudioBufferFloat) == alignof(void*));
static_assert(sizeof(AudioBufferDouble) == audio_buffer_words * sizeof(void*));
static_assert(alignof(AudioBufferDouble) == alignof(void*));

// Templates, so that what cxx generates can inline them: the audio thread calls some of these for
// every child and block.

// Builds a buffer at `place` that borrows `count` channels of `frames` samples.
template <typename Sample>
void audio_buffer_borrow(juce::AudioBuffer<Sample>* place, const Sample* const* channels,
                         std::size_t count, std::size_t frames) noexcept
{
    new (place) juce::AudioBuffer<Sample>(const_cast<Sample* const*>(channels),
                                          static_cast<int>(count), static_cast<int>(frames));
}

// Builds a buffer at `place` with zeroed memory of its own.
template <typename Sample>
void audio_buffer_own(juce::AudioBuffer<Sample>* place, std::size_t count, std::size_t frames)
{
    // Not by the constructor with these arguments: it takes up to 15 bytes less than setSize counts
    // for the same size, so that a shorter setSize could still allocate
    // (juce_audio_basics/buffers/juce_AudioSampleBuffer.h, allocateData and setSize). Where setSize
    // throws, the empty buffer owns nothing.
    auto* buffer = new (place) juce::AudioBuffer<Sample>();
    buffer->setSize(static_cast<int>(count), static_cast<int>(frames));
    buffer->clear();
}

template <typename Sample> void audio_buffer_destroy(juce::AudioBuffer<Sample>* place) noexcept
{
    std::destroy_at(place);
}

// Changes the number of samples in use. Keeps the memory where it is large enough, but not what it
// holds: the channels move within it.
template <typename Sample>
void audio_buffer_set_frames(juce::AudioBuffer<Sample>& buffer, std::size_t frames)
{
    buffer.setSize(buffer.getNumChannels(), static_cast<int>(frames), false, false, true);
}

template <typename Sample>
std::size_t audio_buffer_channels(const juce::AudioBuffer<Sample>& buffer) noexcept
{
    return static_cast<std::size_t>(buffer.getNumChannels());
}

template <typename Sample>
std::size_t audio_buffer_frames(const juce::AudioBuffer<Sample>& buffer) noexcept
{
    return static_cast<std::size_t>(buffer.getNumSamples());
}

template <typename Sample>
const Sample* audio_buffer_read(const juce::AudioBuffer<Sample>& buffer,
                                std::size_t channel) noexcept
{
    return buffer.getReadPointer(static_cast<int>(channel));
}

template <typename Sample>
Sample* audio_buffer_write(juce::AudioBuffer<Sample>& buffer, std::size_t channel) noexcept
{
    return buffer.getWritePointer(static_cast<int>(channel));
}

} // namespace matryoshka
