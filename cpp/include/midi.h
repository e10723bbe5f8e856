// juce::MidiBuffer, filled and read without allocating. See src/juce/midi.rs.
#pragma once

#include "matryoshka/cpp/include/juce.h"

namespace matryoshka {

using juce::MidiBuffer;

struct ShortMessage;

// Room for `bytes` bytes of events, so that adding them later needs no memory.
std::unique_ptr<MidiBuffer> midi_buffer_new(std::size_t bytes);
void midi_buffer_clear(MidiBuffer& buffer) noexcept;
bool midi_buffer_add(MidiBuffer& buffer, rust::Slice<const std::uint8_t> message,
                     std::uint32_t offset);
// Copies messages of up to three bytes into `messages` and returns how many there were.
std::size_t midi_buffer_read(const MidiBuffer& buffer, rust::Slice<ShortMessage> messages) noexcept;

} // namespace matryoshka
