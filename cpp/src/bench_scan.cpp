#include "matryoshka/cpp/include/bench_scan.h"

#include "matryoshka/src/juce/bench_scan.rs.h"

namespace matryoshka {

std::size_t KnownPlugins::scan(const AudioPluginFormat& format,
                               rust::Slice<const rust::String> folders)
{
    juce::FileSearchPath paths;
    for (const auto& folder : folders)
        paths.add(juce::File(to_juce(folder)));

    juce::PluginDirectoryScanner scanner(list, const_cast<AudioPluginFormat&>(format), paths, true,
                                         juce::File());
    juce::String name;
    while (scanner.scanNextFile(true, name))
    {
    }

    return static_cast<std::size_t>(list.getNumTypes());
}

std::unique_ptr<KnownPlugins> known_plugins_new()
{
    return std::make_unique<KnownPlugins>();
}

} // namespace matryoshka
