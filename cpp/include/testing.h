// A plugin that throws where it is told to, and a format to load it by: what the layer's tests
// host. See src/juce/testing.rs.
#pragma once

#include "matryoshka/cpp/include/format_manager.h"

namespace matryoshka {

void testing_add_format(AudioPluginFormatManager& manager);
std::size_t testing_plugins_alive() noexcept;

} // namespace matryoshka
