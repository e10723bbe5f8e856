// What `cargo xtask bench interop` measures by-value and in-place forms against: the same values,
// each in a unique_ptr. Compiled with the feature `bench` only. See src/juce/bench_interop.rs.
#pragma once

#include "matryoshka/cpp/include/buffer.h"
#include "matryoshka/cpp/include/range.h"
#include "matryoshka/cpp/include/string.h"

namespace matryoshka {

struct BoxedView : AudioBufferFloat {
    using AudioBufferFloat::AudioBufferFloat;
};

std::unique_ptr<juce::String> boxed_string_empty();
std::unique_ptr<juce::String> boxed_string_clone(const juce::String& text);
std::unique_ptr<juce::String> boxed_string_from_utf8(rust::Slice<const std::uint8_t> text);
std::unique_ptr<RangeFloat> boxed_find_min_max(const AudioBufferFloat& buffer, int channel,
                                               int start, int frames);
std::unique_ptr<BoxedView> boxed_view(const float* const* channels, int count, int frames);

} // namespace matryoshka
