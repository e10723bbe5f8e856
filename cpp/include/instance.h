// juce::AudioPluginInstance with what hosting one needs. See src/juce/instance.rs.
#pragma once

#include <array>
#include <atomic>

#include "matryoshka/cpp/include/buffer.h"
#include "matryoshka/cpp/include/description.h"
#include "matryoshka/cpp/include/midi.h"

namespace matryoshka {

struct BusInfo;
enum class Outcome : std::uint8_t;

// Owns the plugin, and the Rust objects that it calls. The calls are const since the control half
// and the audio half share one instance; which half may call what is the Rust side's business
// (src/juce/instance.rs), and JUCE's rules are named there.
class Instance final {
public:
    explicit Instance(std::unique_ptr<juce::AudioPluginInstance> plugin);
    ~Instance();

    juce::AudioPluginInstance& get() const { return *plugin; }

    // Audio thread. Where the plugin throws, failure() then says what.
    Outcome process(AudioBufferFloat& buffer, MidiBuffer& midi) const noexcept;
    // Audio thread. Tells no listener. False where there is no such parameter, or the plugin threw.
    bool set_value(std::size_t index, float value) const noexcept;
    rust::String failure() const;

    // Has the plugin never process while it is given a program or a state. Before it processes.
    void let_rest() const { rests = true; }

    // While there is one, such a plugin does not process. Message thread; waits for the block that
    // is being processed.
    class Rest final {
    public:
        explicit Rest(const Instance& instance);
        ~Rest();

    private:
        const Instance& instance;
    };

    // Both keep what they are given until the plugin is gone, so that a plugin that still calls
    // from another thread always finds it. Message thread.
    void add_listener(std::unique_ptr<juce::AudioProcessorListener> listener) const;
    bool set_play_head(std::unique_ptr<juce::AudioPlayHead> play_head) const;

private:
    Outcome process_now(AudioBufferFloat& buffer, MidiBuffer& midi) const;
    void note_failure(const char* reason) const noexcept;

    mutable std::array<char, 256> failure_text {};
    mutable std::atomic<bool> failed { false };
    mutable bool rests = false;
    mutable std::atomic<bool> is_resting { false };
    mutable std::atomic<bool> is_processing { false };
    mutable std::vector<std::unique_ptr<juce::AudioProcessorListener>> listeners;
    mutable std::unique_ptr<juce::AudioPlayHead> play_head;
    // The last member, so that it goes first.
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
void instance_let_rest(const Instance& instance) noexcept;
void instance_set_state(const Instance& instance, rust::Slice<const std::uint8_t> state);

} // namespace matryoshka
