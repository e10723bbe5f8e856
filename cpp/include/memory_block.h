// juce::MemoryBlock, and the state of an instance in one. See src/juce/memory_block.rs.
#pragma once

#include "matryoshka/cpp/include/instance.h"

namespace matryoshka {

using juce::MemoryBlock;

std::unique_ptr<MemoryBlock> memory_block_new(rust::Slice<const std::uint8_t> bytes);
rust::Slice<const std::uint8_t> memory_block_bytes(const MemoryBlock& block) noexcept;

std::unique_ptr<MemoryBlock> instance_state(const Instance& instance);

} // namespace matryoshka
