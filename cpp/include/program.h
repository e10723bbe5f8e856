// The programs of juce::AudioProcessor. See src/juce/program.rs.
#pragma once

#include "matryoshka/cpp/include/instance.h"

namespace matryoshka {

std::int32_t instance_program_count(const Instance& instance);
std::int32_t instance_program(const Instance& instance);
// The index must be one of the programs.
rust::String instance_program_name(const Instance& instance, std::int32_t index);
void instance_set_program(const Instance& instance, std::int32_t index);

} // namespace matryoshka
