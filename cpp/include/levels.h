// juce::AudioBuffer's calls on the samples themselves. See src/juce/levels.rs.
//
// `clear()` and `applyGain(gain)` are bound as they are. What takes positions is wrapped, since
// methods in a bridge are public, and these must not be called unchecked; inline, so that what cxx
// generates calls JUCE itself.
#pragma once

#include "matryoshka/cpp/include/buffer.h"
#include "matryoshka/cpp/include/range.h"

namespace matryoshka {

// Whether the channel is there and the samples from `start` on: one call instead of two for
// numbers.
inline bool audio_buffer_has(const AudioBufferFloat& buffer, std::size_t channel, std::size_t start,
                             std::size_t frames) noexcept
{
    const auto channels = static_cast<std::size_t>(buffer.getNumChannels());
    const auto samples = static_cast<std::size_t>(buffer.getNumSamples());
    return channel < channels && start <= samples && frames <= samples - start;
}

inline void audio_buffer_clear(AudioBufferFloat& buffer, int start, int frames) noexcept
{
    buffer.clear(start, frames);
}

inline void audio_buffer_clear(AudioBufferFloat& buffer, int channel, int start,
                               int frames) noexcept
{
    buffer.clear(channel, start, frames);
}

inline void audio_buffer_apply_gain(AudioBufferFloat& buffer, int start, int frames,
                                    float gain) noexcept
{
    buffer.applyGain(start, frames, gain);
}

inline void audio_buffer_apply_gain(AudioBufferFloat& buffer, int channel, int start, int frames,
                                    float gain) noexcept
{
    buffer.applyGain(channel, start, frames, gain);
}

// Looks itself whether there are such samples, and any: the check and the work are one call.
inline RangeFloat audio_buffer_find_min_max(const AudioBufferFloat& buffer, std::size_t channel,
                                            std::size_t start, std::size_t frames,
                                            bool& found) noexcept
{
    found = frames > 0 && audio_buffer_has(buffer, channel, start, frames);
    if (!found)
        return {};

    return buffer.findMinMax(static_cast<int>(channel), static_cast<int>(start),
                             static_cast<int>(frames));
}

} // namespace matryoshka
