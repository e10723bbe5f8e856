// What `cargo xtask bench interop` measures by-value and in-place forms against: the same values,
// each in a unique_ptr. Compiled with the feature `bench` only. See src/juce/bench_interop.rs.
#pragma once

#include "matryoshka/cpp/include/buffer.h"
#include "matryoshka/cpp/include/levels.h"
#include "matryoshka/cpp/include/range.h"
#include "matryoshka/cpp/include/string.h"

namespace matryoshka {

struct BoxedView : AudioBufferFloat {
    using AudioBufferFloat::AudioBufferFloat;
};

// Inline, as what they are measured against is.

inline std::unique_ptr<juce::String> boxed_string_empty()
{
    return std::make_unique<juce::String>();
}

inline std::unique_ptr<juce::String> boxed_string_clone(const juce::String& text)
{
    return std::make_unique<juce::String>(string_clone(text));
}

inline std::unique_ptr<juce::String> boxed_string_from_utf8(rust::Slice<const std::uint8_t> text)
{
    return std::make_unique<juce::String>(string_from_utf8(text));
}

// Null where there are no such samples.
inline std::unique_ptr<RangeFloat> boxed_find_min_max(const AudioBufferFloat& buffer,
                                                      std::size_t channel, std::size_t start,
                                                      std::size_t frames)
{
    bool found = false;
    const auto range = audio_buffer_find_min_max(buffer, channel, start, frames, found);
    return found ? std::make_unique<RangeFloat>(range) : nullptr;
}

inline std::unique_ptr<BoxedView> boxed_view(const float* const* channels, int count, int frames)
{
    return std::make_unique<BoxedView>(const_cast<float* const*>(channels), count, frames);
}

} // namespace matryoshka
