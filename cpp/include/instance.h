// juce::AudioPluginInstance with what hosting one needs. See src/juce/instance.rs.
#pragma once

#include <array>
#include <atomic>

#include "matryoshka/cpp/include/buffer.h"
#include "matryoshka/cpp/include/description.h"
#include "matryoshka/cpp/include/midi.h"

namespace matryoshka {

struct BusInfo;
struct ParameterInfo;
struct Position;

// Hands the DAW's transport to the child. Written and read on the audio thread.
class PlayHead final : public juce::AudioPlayHead {
public:
    juce::Optional<PositionInfo> getPosition() const override { return position; }

    PositionInfo position;
};

// Owns the plugin, its play head, and the marks that its listener leaves. The calls are const since
// the control half and the audio half share one instance; which half may call what is the Rust
// side's business (src/juce/instance.rs), and JUCE's rules are named there.
class Instance final : private juce::AudioProcessorListener {
public:
    explicit Instance(std::unique_ptr<juce::AudioPluginInstance> plugin);
    ~Instance() override;

    juce::AudioPluginInstance& get() const { return *plugin; }

    // Audio thread. False if the child threw; failure() then says what.
    bool process(AudioBufferFloat& buffer, MidiBuffer& midi) const noexcept;
    void set_position(const Position& position) const noexcept;
    rust::String failure() const;

    std::uint8_t take_changes() const noexcept;

private:
    void audioProcessorParameterChanged(juce::AudioProcessor*, int, float) override;
    void audioProcessorChanged(juce::AudioProcessor*, const ChangeDetails&) override;

    mutable PlayHead play_head;
    mutable std::array<char, 256> failure_text {};
    mutable std::atomic<std::uint8_t> changes { 0 };
    std::unique_ptr<juce::AudioPluginInstance> plugin;
};

PluginDescription instance_description(const Instance& instance);
rust::Vec<BusInfo> instance_buses(const Instance& instance);
// Channels of each bus, inputs then outputs; false if the child refuses.
bool instance_set_buses(const Instance& instance, rust::Slice<const std::uint32_t> inputs,
                        rust::Slice<const std::uint32_t> outputs);
void instance_prepare(const Instance& instance, double sample_rate, std::int32_t max_frames,
                      bool offline);
void instance_release(const Instance& instance);
void instance_reset(const Instance& instance);
std::int32_t instance_latency(const Instance& instance);
double instance_tail_seconds(const Instance& instance);
bool instance_accepts_midi(const Instance& instance);
bool instance_produces_midi(const Instance& instance);
rust::Vec<std::uint8_t> instance_state(const Instance& instance);
void instance_set_state(const Instance& instance, rust::Slice<const std::uint8_t> state);
rust::Vec<ParameterInfo> instance_parameters(const Instance& instance);
void instance_set_parameter(const Instance& instance, std::size_t index, float value);

} // namespace matryoshka
