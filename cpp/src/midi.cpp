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

std::size_t midi_buffer_read(const MidiBuffer& buffer, rust::Slice<ShortMessage> messages) noexcept
{
    std::size_t count = 0;

    for (const auto metadata : buffer)
    {
        if (metadata.numBytes > 3 || count == messages.size())
            continue;

        auto& message = messages[count++];
        message = {};
        message.offset = static_cast<std::uint32_t>(juce::jmax(0, metadata.samplePosition));
        std::copy_n(metadata.data, metadata.numBytes, message.bytes.data());
    }

    return count;
}

} // namespace matryoshka
