// juce::MidiBuffer, filled and read without allocating. See src/juce/midi.rs.
#pragma once

#include "matryoshka/cpp/include/juce.h"

namespace matryoshka {

using juce::MidiBuffer;

// Room for `bytes` bytes of events, so that adding them later needs no memory.
std::unique_ptr<MidiBuffer> midi_buffer_new(std::size_t bytes);
void midi_buffer_clear(MidiBuffer& buffer) noexcept;
bool midi_buffer_add(MidiBuffer& buffer, rust::Slice<const std::uint8_t> message,
                     std::uint32_t offset);
// All messages as JUCE keeps them: the sample, the length, the bytes (juce_MidiBuffer.cpp).
rust::Slice<const std::uint8_t> midi_buffer_data(const MidiBuffer& buffer) noexcept;

} // namespace matryoshka
