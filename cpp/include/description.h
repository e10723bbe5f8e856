// juce::PluginDescription as a plain struct. See src/juce/description.rs.
#pragma once

#include "matryoshka/cpp/include/juce.h"

namespace matryoshka {

struct PluginDescription;

PluginDescription description_to_rust(const juce::PluginDescription& description);
juce::PluginDescription description_to_juce(const PluginDescription& description);

} // namespace matryoshka
