// What juce::AudioPluginInstance asks of any plugin, answered by one that has little to say. The
// plugins of tests and benches build on it.
#pragma once

#include "matryoshka/cpp/include/juce.h"

namespace matryoshka {

// Stereo in and out; no MIDI, no editor, no programs, no state.
class StereoPlugin : public juce::AudioPluginInstance {
public:
    StereoPlugin()
        : AudioPluginInstance(BusesProperties()
                                  .withInput("In", juce::AudioChannelSet::stereo())
                                  .withOutput("Out", juce::AudioChannelSet::stereo()))
    {
    }

    void prepareToPlay(double, int) override {}
    void releaseResources() override {}
    double getTailLengthSeconds() const override { return 0.0; }
    bool acceptsMidi() const override { return false; }
    bool producesMidi() const override { return false; }
    juce::AudioProcessorEditor* createEditor() override { return nullptr; }
    bool hasEditor() const override { return false; }
    int getNumPrograms() override { return 1; }
    int getCurrentProgram() override { return 0; }
    void setCurrentProgram(int) override {}
    const juce::String getProgramName(int) override { return {}; }
    void changeProgramName(int, const juce::String&) override {}
    void getStateInformation(juce::MemoryBlock&) override {}
    void setStateInformation(const void*, int) override {}
};

} // namespace matryoshka
