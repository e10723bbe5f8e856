// What `cargo xtask bench` measures against: children that do next to nothing, called in a plain
// C++ loop and by juce::AudioProcessorGraph. Compiled with the feature `bench` only. See
// src/juce/bench.rs.
#pragma once

#include "matryoshka/cpp/include/instance.h"

namespace matryoshka {

// A stereo plugin that changes one sample of a block.
std::unique_ptr<Instance> bench_child();

// Plugins called one after the other.
class CppLoop {
public:
    CppLoop(std::size_t children, double sample_rate, int max_frames);

    // Runs `blocks` blocks of the two channels, each `frames` long.
    void run(rust::Slice<float> left, rust::Slice<float> right, std::size_t blocks);

private:
    std::vector<std::unique_ptr<juce::AudioPluginInstance>> children;
    juce::MidiBuffer midi;
};

// The same plugins as nodes in series.
class Graph {
public:
    Graph(std::size_t children, double sample_rate, int max_frames);
    ~Graph();

    void run(rust::Slice<float> left, rust::Slice<float> right, std::size_t blocks);

private:
    juce::AudioProcessorGraph graph;
    juce::MidiBuffer midi;
};

std::unique_ptr<CppLoop> cpp_loop_new(std::size_t children, double sample_rate, int max_frames);
std::unique_ptr<Graph> graph_new(std::size_t children, double sample_rate, int max_frames);

} // namespace matryoshka
