// A plugin that throws where it is told to, and a format to load it by: what the layer's tests
// host. See src/juce/testing.rs.
#pragma once

#include <array>

#include "matryoshka/cpp/include/format_manager.h"
#include "matryoshka/cpp/include/range.h"

namespace matryoshka {

void testing_add_format(AudioPluginFormatManager& manager);
std::size_t testing_plugins_alive() noexcept;
// Those that were not destroyed on the message thread.
std::size_t testing_plugins_gone_elsewhere() noexcept;
// Size and alignment of the JUCE class so named; zeros where none is meant.
std::array<std::size_t, 2> testing_layout(rust::Str of);

} // namespace matryoshka
