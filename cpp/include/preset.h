// Preset files of VST3 plugins. See src/juce/preset.rs.
#pragma once

#include "matryoshka/cpp/include/memory_block.h"

namespace matryoshka {

// Empty where the plugin is no VST3, or saves none.
std::unique_ptr<MemoryBlock> instance_preset(const Instance& instance);
// False where the plugin is no VST3, or does not take it.
bool instance_set_preset(const Instance& instance, rust::Slice<const std::uint8_t> file);

} // namespace matryoshka
