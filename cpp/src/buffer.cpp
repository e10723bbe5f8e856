#include "matryoshka/cpp/include/buffer.h"

namespace matryoshka {

void audio_buffer_borrow(AudioBufferFloat* place, const float* const* channels, std::size_t count,
                         std::size_t frames) noexcept
{
    new (place) AudioBufferFloat(const_cast<float* const*>(channels), static_cast<int>(count),
                                 static_cast<int>(frames));
}

void audio_buffer_own(AudioBufferFloat* place, std::size_t count, std::size_t frames)
{
    auto* buffer = new (place) AudioBufferFloat(static_cast<int>(count), static_cast<int>(frames));
    buffer->clear();
}

void audio_buffer_destroy(AudioBufferFloat* place) noexcept
{
    place->~AudioBuffer();
}

void audio_buffer_set_frames(AudioBufferFloat& buffer, std::size_t frames)
{
    buffer.setSize(buffer.getNumChannels(), static_cast<int>(frames), false, false, true);
}

std::size_t audio_buffer_channels(const AudioBufferFloat& buffer) noexcept
{
    return static_cast<std::size_t>(buffer.getNumChannels());
}

std::size_t audio_buffer_frames(const AudioBufferFloat& buffer) noexcept
{
    return static_cast<std::size_t>(buffer.getNumSamples());
}

const float* audio_buffer_read(const AudioBufferFloat& buffer, std::size_t channel) noexcept
{
    return buffer.getReadPointer(static_cast<int>(channel));
}

float* audio_buffer_write(AudioBufferFloat& buffer, std::size_t channel) noexcept
{
    return buffer.getWritePointer(static_cast<int>(channel));
}

} // namespace matryoshka
