#include "matryoshka/cpp/include/midi.h"

#include "matryoshka/src/juce/midi.rs.h"

namespace matryoshka {

std::unique_ptr<MidiBuffer> midi_buffer_new(std::size_t bytes)
{
    auto buffer = std::make_unique<MidiBuffer>();
    buffer->ensureSize(bytes);
    return buffer;
}

void midi_buffer_clear(MidiBuffer& buffer) noexcept
{
    buffer.clear();
}

bool midi_buffer_add(MidiBuffer& buffer, rust::Slice<const std::uint8_t> message,
                     std::uint32_t offset)
{
    return buffer.addEvent(message.data(), static_cast<int>(message.size()),
                           static_cast<int>(offset));
}

rust::Slice<const std::uint8_t> midi_buffer_data(const MidiBuffer& buffer) noexcept
{
    return { buffer.data.begin(), static_cast<std::size_t>(buffer.data.size()) };
}

} // namespace matryoshka
