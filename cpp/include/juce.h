// All of JUCE that the glue uses, and the string conversions every pair needs.
#pragma once

#include <juce_audio_processors/juce_audio_processors.h>

#include "rust/cxx.h"

namespace matryoshka {

inline juce::String to_juce(rust::Str text)
{
    return juce::String::fromUTF8(text.data(), static_cast<int>(text.size()));
}

// Plugins may hand out bytes that are no UTF-8; those become replacement characters.
inline rust::String to_rust(const juce::String& text)
{
    return rust::String::lossy(text.toRawUTF8(), text.getNumBytesAsUTF8());
}

} // namespace matryoshka
