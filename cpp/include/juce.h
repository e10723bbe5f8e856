// All of JUCE that the glue uses, and the string conversions every pair needs.
#pragma once

#include <cstring>

#include <juce_audio_processors/juce_audio_processors.h>

#include "rust/cxx.h"

// What cxx puts around every call that returns a Result. Its own catches std::exception only;
// plugins throw other things, too, and those would end the process.
namespace rust {
namespace behavior {
    template <typename Try, typename Fail> static void trycatch(Try&& func, Fail&& fail) noexcept
    {
        try
        {
            func();
        }
        catch (const std::exception& error)
        {
            fail(error.what());
        }
        catch (...)
        {
            fail("unknown exception");
        }
    }
} // namespace behavior
} // namespace rust

namespace matryoshka {

// The bytes must be UTF-8. They are copied as they are; a zero among them ends the string.
inline juce::String utf8_to_juce(const char* bytes, std::size_t count)
{
    // JUCE looks at the first byte, even of none.
    if (count == 0)
        return {};

    return { juce::CharPointer_UTF8(bytes), juce::CharPointer_UTF8(bytes + count) };
}

inline juce::String to_juce(rust::Str text)
{
    return utf8_to_juce(text.data(), text.size());
}

// Plugins may hand out bytes that are no UTF-8; those become replacement characters. Not measured
// by String::getNumBytesAsUTF8, which counts what they would become, and so more than there are.
inline rust::String to_rust(const juce::String& text)
{
    const auto* bytes = text.toRawUTF8();
    return rust::String::lossy(bytes, std::strlen(bytes));
}

} // namespace matryoshka
