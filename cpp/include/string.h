// juce::String, by value. See src/juce/string.rs.
#pragma once

#include <cstring>
#include <limits>
#include <memory>

#include "matryoshka/cpp/include/juce.h"

// Rust moves a value by copying its bytes and forgetting where they came from. juce::String bears
// that: its one member is a pointer to characters behind which a counted holder stands
// (juce_core/text/juce_String.h and StringHolder in juce_String.cpp). Neither points back at the
// string, and no list of strings is kept. The move constructor says the same: it takes the pointer.
template <> struct rust::IsRelocatable<juce::String> : std::true_type {
};

namespace matryoshka {

static_assert(sizeof(juce::String) == sizeof(void*));
static_assert(alignof(juce::String) == alignof(void*));
// The member, and so all there is in a string, as their sizes tell.
static_assert(sizeof(juce::String) == sizeof(juce::String::CharPointerType));
static_assert(std::is_same_v<juce::String::CharPointerType, juce::CharPointer_UTF8>);
#if defined(__cpp_trivial_relocatability)
// C++26's trait (P2786). Of juce::String itself it says no, as of any class with a destructor of
// its own that is not marked `trivially_relocatable_if_eligible`; so the compiler vouches for the
// member here, and the specialisation above for what the destructor does.
static_assert(std::is_trivially_relocatable_v<juce::String::CharPointerType>);
#else
static_assert(std::is_trivially_copyable_v<juce::String::CharPointerType>);
#endif
static_assert(std::is_nothrow_move_constructible_v<juce::String>);

// Inline, so that what cxx generates calls JUCE itself.

inline juce::String string_empty() noexcept
{
    return {};
}

// The bytes must be UTF-8 without zeros. Ends the process if memory runs out, as Rust's strings do.
inline juce::String string_from_utf8(rust::Slice<const std::uint8_t> text) noexcept
{
    return utf8_to_juce(reinterpret_cast<const char*>(text.data()), text.size());
}

// As the string holds them, without the zero at the end.
inline rust::Slice<const std::uint8_t> string_bytes(const juce::String& text) noexcept
{
    const auto* bytes = text.toRawUTF8();
    return { reinterpret_cast<const std::uint8_t*>(bytes), std::strlen(bytes) };
}

inline juce::String string_clone(const juce::String& text) noexcept
{
    // JUCE counts in an int and does not look whether it overflows. Clones that Rust forgot
    // (`mem::forget`) count for ever, so there is a limit, as in Rust's own Arc.
    if (text.getReferenceCount() > std::numeric_limits<int>::max() / 2)
        return string_from_utf8(string_bytes(text));

    return text;
}

inline void string_destroy(juce::String* text) noexcept
{
    std::destroy_at(text);
}

} // namespace matryoshka
