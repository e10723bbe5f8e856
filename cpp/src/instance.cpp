#include "matryoshka/cpp/include/instance.h"

#include "matryoshka/src/juce/description.rs.h"
#include "matryoshka/src/juce/instance.rs.h"

namespace matryoshka {

namespace {

    juce::AudioChannelSet channel_set(std::uint32_t channels)
    {
        if (channels == 0)
            return juce::AudioChannelSet::disabled();

        return juce::AudioChannelSet::canonicalChannelSet(static_cast<int>(channels));
    }

} // namespace

Instance::Instance(std::unique_ptr<juce::AudioPluginInstance> owned) : plugin(std::move(owned)) {}

Instance::~Instance()
{
    for (const auto& listener : listeners)
        plugin->removeListener(listener.get());
    plugin->setPlayHead(nullptr);
}

Outcome Instance::process(AudioBufferFloat& buffer, MidiBuffer& midi) const noexcept
{
    auto outcome = Outcome::Processed;

    // Either this sees that it rests, or Rest sees that it processes. Nobody waits here: while it
    // rests, what comes in is what comes out.
    if (rests)
    {
        is_processing.store(true);
        if (is_resting.load())
        {
            midi.clear();
            is_processing.store(false, std::memory_order_release);
            return outcome;
        }
    }

    try
    {
        outcome = process_now(buffer, midi);
    }
    catch (const std::exception& error)
    {
        note_failure(error.what());
        outcome = Outcome::Threw;
    }
    catch (...)
    {
        note_failure("unknown exception");
        outcome = Outcome::Threw;
    }

    if (rests)
        is_processing.store(false, std::memory_order_release);
    return outcome;
}

inline Outcome Instance::process_now(AudioBufferFloat& buffer, MidiBuffer& midi) const
{
    if (buffer.getNumSamples() > 0)
    {
        // Plugins do not check, and would write behind what is shorter. They may change their
        // buses in any call, so that it is asked anew for each block.
        if (buffer.getNumChannels() < juce::jmax(plugin->getTotalNumInputChannels(),
                                                 plugin->getTotalNumOutputChannels()) ||
            buffer.getNumSamples() > plugin->getBlockSize())
            return Outcome::Misfit;

        plugin->processBlock(buffer, midi);
    }

    return midi.data.isEmpty() ? Outcome::Processed : Outcome::ProcessedWithMidi;
}

Instance::Rest::Rest(const Instance& which) : instance(which)
{
    if (!instance.rests)
        return;

    instance.is_resting.store(true);
    while (instance.is_processing.load())
        juce::Thread::yield();
}

Instance::Rest::~Rest()
{
    instance.is_resting.store(false);
}

bool Instance::set_value(std::size_t index, float value) const noexcept
{
    try
    {
        // VST3, LV2 and LADSPA make this list once, and never change it.
        const auto& parameters = plugin->getParameters();
        if (index >= static_cast<std::size_t>(parameters.size()))
            return false;

        parameters.getUnchecked(static_cast<int>(index))->setValue(value);
        return true;
    }
    catch (const std::exception& error)
    {
        note_failure(error.what());
    }
    catch (...)
    {
        note_failure("unknown exception");
    }

    return false;
}

// The first one stays. Only then may another thread read it.
void Instance::note_failure(const char* reason) const noexcept
{
    if (failed.load(std::memory_order_relaxed))
        return;

    std::strncpy(failure_text.data(), reason, failure_text.size() - 1);
    failed.store(true, std::memory_order_release);
}

rust::String Instance::failure() const
{
    if (!failed.load(std::memory_order_acquire))
        return {};

    return rust::String::lossy(failure_text.data());
}

void Instance::add_listener(std::unique_ptr<juce::AudioProcessorListener> listener) const
{
    listeners.push_back(std::move(listener));
    plugin->addListener(listeners.back().get());
}

bool Instance::set_play_head(std::unique_ptr<juce::AudioPlayHead> head) const
{
    if (play_head != nullptr)
        return false;

    play_head = std::move(head);
    plugin->setPlayHead(play_head.get());
    return true;
}

PluginDescription instance_description(const Instance& instance)
{
    return description_to_rust(instance.get().getPluginDescription());
}

rust::Vec<BusInfo> instance_buses(const Instance& instance)
{
    rust::Vec<BusInfo> buses;

    for (const auto is_input : { true, false })
    {
        for (int i = 0; i < instance.get().getBusCount(is_input); ++i)
        {
            const auto* bus = instance.get().getBus(is_input, i);
            buses.push_back({ to_rust(bus->getName()), is_input,
                              static_cast<std::uint32_t>(bus->getNumberOfChannels()),
                              static_cast<std::uint32_t>(bus->getLastEnabledLayout().size()),
                              bus->isEnabled() });
        }
    }

    return buses;
}

bool instance_set_buses(const Instance& instance, rust::Slice<const std::uint32_t> inputs,
                        rust::Slice<const std::uint32_t> outputs)
{
    juce::AudioProcessor::BusesLayout layout;

    for (const auto channels : inputs)
        layout.inputBuses.add(channel_set(channels));
    for (const auto channels : outputs)
        layout.outputBuses.add(channel_set(channels));

    return instance.get().setBusesLayout(layout);
}

void instance_prepare(const Instance& instance, double sample_rate, std::int32_t max_frames,
                      bool offline)
{
    instance.get().setNonRealtime(offline);
    instance.get().setRateAndBufferSizeDetails(sample_rate, max_frames);
    instance.get().prepareToPlay(sample_rate, max_frames);
    // JUCE's LV2 host makes a new instance in there, and tells that one nothing
    // (juce_LV2PluginFormatImpl.h).
    instance.get().setNonRealtime(offline);
}

void instance_release(const Instance& instance)
{
    instance.get().releaseResources();
}

void instance_reset(const Instance& instance)
{
    instance.get().reset();
}

std::int32_t instance_latency(const Instance& instance)
{
    return instance.get().getLatencySamples();
}

double instance_tail_seconds(const Instance& instance)
{
    return instance.get().getTailLengthSeconds();
}

bool instance_accepts_midi(const Instance& instance)
{
    return instance.get().acceptsMidi();
}

bool instance_produces_midi(const Instance& instance)
{
    return instance.get().producesMidi();
}

void instance_let_rest(const Instance& instance) noexcept
{
    instance.let_rest();
}

void instance_set_state(const Instance& instance, rust::Slice<const std::uint8_t> state)
{
    const Instance::Rest rest(instance);
    instance.get().setStateInformation(state.data(), static_cast<int>(state.size()));
}

} // namespace matryoshka
