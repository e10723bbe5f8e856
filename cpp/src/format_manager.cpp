#include "matryoshka/cpp/include/format_manager.h"

#include <string_view>

#include "matryoshka/src/juce/description.rs.h"
#include "matryoshka/src/juce/format_manager.rs.h"

namespace matryoshka {

namespace {

    // Formats are not const in JUCE though asking them changes nothing a caller could see.
    AudioPluginFormat& asked(const AudioPluginFormat& format)
    {
        return const_cast<AudioPluginFormat&>(format);
    }

    template <typename Format> void add(AudioPluginFormatManager& manager)
    {
        // JUCE 9 takes a unique_ptr, JUCE 8 a raw pointer.
#if JUCE_MAJOR_VERSION >= 9
        manager.addFormat(std::make_unique<Format>());
#else
        manager.addFormat(std::make_unique<Format>().release());
#endif
    }

} // namespace

std::unique_ptr<AudioPluginFormatManager> format_manager_new()
{
    return std::make_unique<AudioPluginFormatManager>();
}

bool format_manager_add(AudioPluginFormatManager& manager, rust::Str name)
{
    const std::string_view format(name.data(), name.size());

#if JUCE_PLUGINHOST_VST3
    if (format == "VST3")
        return add<juce::VST3PluginFormat>(manager), true;
#endif
#if JUCE_PLUGINHOST_LV2
    if (format == "LV2")
        return add<juce::LV2PluginFormat>(manager), true;
#endif
#if JUCE_PLUGINHOST_LADSPA
    if (format == "LADSPA")
        return add<juce::LADSPAPluginFormat>(manager), true;
#endif
#if JUCE_PLUGINHOST_AU
    if (format == "AudioUnit")
        return add<juce::AudioUnitPluginFormat>(manager), true;
#endif

    return false;
}

const AudioPluginFormat& format_manager_format(const AudioPluginFormatManager& manager,
                                               std::size_t index)
{
    if (auto* format = manager.getFormat(static_cast<int>(index)))
        return *format;

    throw std::out_of_range("there is no format " + std::to_string(index));
}

std::unique_ptr<Instance> format_manager_create(const AudioPluginFormatManager& manager,
                                                const PluginDescription& description,
                                                double sample_rate, std::int32_t max_frames)
{
    juce::String error;
    auto plugin = manager.createPluginInstance(description_to_juce(description), sample_rate,
                                               max_frames, error);
    if (plugin == nullptr)
        throw std::runtime_error(error.toStdString());

    return std::make_unique<Instance>(std::move(plugin));
}

rust::Vec<rust::String> format_default_folders(const AudioPluginFormat& format)
{
    rust::Vec<rust::String> folders;
    const auto paths = asked(format).getDefaultLocationsToSearch();

    for (int i = 0; i < paths.getNumPaths(); ++i)
        folders.push_back(to_rust(paths[i].getFullPathName()));

    return folders;
}

rust::Vec<rust::String> format_search(const AudioPluginFormat& format,
                                      rust::Slice<const rust::String> folders)
{
    juce::FileSearchPath paths;
    for (const auto& folder : folders)
        paths.add(juce::File(to_juce(folder)));

    rust::Vec<rust::String> found;
    for (const auto& file : asked(format).searchPathsForPlugins(paths, true, false))
        found.push_back(to_rust(file));

    return found;
}

bool format_might_contain(const AudioPluginFormat& format, juce::String file)
{
    return asked(format).fileMightContainThisPluginType(file);
}

void format_find_types(const AudioPluginFormat& format, juce::String file, TypeVisitor& visitor)
{
    juce::OwnedArray<juce::PluginDescription> types;
    asked(format).findAllTypesForFile(types, file);

    for (const auto* type : types)
        if (!visitor.visit(description_to_rust(*type)))
            return;
}

} // namespace matryoshka
