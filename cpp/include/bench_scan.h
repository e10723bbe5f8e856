// The peer of `cargo xtask bench scan`: juce::PluginDirectoryScanner. Compiled with the feature
// `bench` only. See src/juce/bench_scan.rs.
#pragma once

#include "matryoshka/cpp/include/format_manager.h"

namespace matryoshka {

// What JUCE's scanner has found so far.
class KnownPlugins {
public:
    // Scans the folders, one file after the other, and tells how many plugins are known then.
    std::size_t scan(const AudioPluginFormat& format, rust::Slice<const rust::String> folders);

private:
    juce::KnownPluginList list;
};

std::unique_ptr<KnownPlugins> known_plugins_new();

} // namespace matryoshka
