#include "matryoshka/cpp/include/bench_interop.h"

namespace matryoshka {

std::unique_ptr<juce::String> boxed_string_empty()
{
    return std::make_unique<juce::String>();
}

std::unique_ptr<juce::String> boxed_string_clone(const juce::String& text)
{
    return std::make_unique<juce::String>(text);
}

std::unique_ptr<juce::String> boxed_string_from_utf8(rust::Slice<const std::uint8_t> text)
{
    return std::make_unique<juce::String>(string_from_utf8(text));
}

std::unique_ptr<RangeFloat> boxed_find_min_max(const AudioBufferFloat& buffer, int channel,
                                               int start, int frames)
{
    return std::make_unique<RangeFloat>(buffer.findMinMax(channel, start, frames));
}

std::unique_ptr<BoxedView> boxed_view(const float* const* channels, int count, int frames)
{
    return std::make_unique<BoxedView>(const_cast<float* const*>(channels), count, frames);
}

} // namespace matryoshka
