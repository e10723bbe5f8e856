// juce::AudioPluginFormatManager and its formats. See src/juce/format_manager.rs.
#pragma once

#include "matryoshka/cpp/include/description.h"
#include "matryoshka/cpp/include/instance.h"
#include "matryoshka/cpp/include/string.h"

namespace matryoshka {

using juce::AudioPluginFormat;
using juce::AudioPluginFormatManager;

struct TypeVisitor;

std::unique_ptr<AudioPluginFormatManager> format_manager_new();
// False where this build of JUCE has no format of that name.
bool format_manager_add(AudioPluginFormatManager& manager, rust::Str format);
// The format at `index`, which fits an int; throws where there is none. It lives as long as the
// manager.
const AudioPluginFormat& format_manager_format(const AudioPluginFormatManager& manager,
                                               std::size_t index);
std::unique_ptr<Instance> format_manager_create(const AudioPluginFormatManager& manager,
                                                const PluginDescription& description,
                                                double sample_rate, std::int32_t max_frames);

rust::Vec<rust::String> format_default_folders(const AudioPluginFormat& format);
rust::Vec<rust::String> format_search(const AudioPluginFormat& format,
                                      rust::Slice<const rust::String> folders);
bool format_might_contain(const AudioPluginFormat& format, juce::String file);
// Shows the visitor each plugin in the file, until it has seen enough.
void format_find_types(const AudioPluginFormat& format, juce::String file, TypeVisitor& visitor);

} // namespace matryoshka
