#include "matryoshka/cpp/include/instance.h"

#include "matryoshka/src/juce/description.rs.h"
#include "matryoshka/src/juce/instance.rs.h"

namespace matryoshka {

namespace {

    constexpr std::uint8_t latency_changed = 1;
    constexpr std::uint8_t state_changed = 2;

    juce::AudioChannelSet channel_set(std::uint32_t channels)
    {
        if (channels == 0)
            return juce::AudioChannelSet::disabled();

        return juce::AudioChannelSet::canonicalChannelSet(static_cast<int>(channels));
    }

} // namespace

Instance::Instance(std::unique_ptr<juce::AudioPluginInstance> owned) : plugin(std::move(owned))
{
    plugin->setPlayHead(&play_head);
    plugin->addListener(this);
}

Instance::~Instance()
{
    plugin->removeListener(this);
    plugin->setPlayHead(nullptr);
}

bool Instance::process(AudioBufferFloat& buffer, MidiBuffer& midi) const noexcept
{
    const char* reason = "unknown exception";

    try
    {
        plugin->processBlock(buffer, midi);
        return true;
    }
    catch (const std::exception& error)
    {
        reason = error.what();
        std::strncpy(failure_text.data(), reason, failure_text.size() - 1);
    }
    catch (...)
    {
        std::strncpy(failure_text.data(), reason, failure_text.size() - 1);
    }

    return false;
}

void Instance::set_position(const Position& from) const noexcept
{
    auto& to = play_head.position;
    const auto when = [](bool known, auto value) {
        return known ? juce::makeOptional(value) : juce::nullopt;
    };

    to.setIsPlaying(from.playing);
    to.setIsRecording(from.recording);
    to.setIsLooping(from.has_loop);
    to.setBpm(when(from.has_tempo, from.tempo_bpm));
    to.setTimeSignature(
        when(from.has_time_signature,
             juce::AudioPlayHead::TimeSignature { from.numerator, from.denominator }));
    to.setTimeInSamples(when(from.has_samples, from.samples));
    to.setTimeInSeconds(when(from.has_seconds, from.seconds));
    to.setPpqPosition(when(from.has_beats, from.beats));
    to.setPpqPositionOfLastBarStart(when(from.has_bar_start, from.bar_start_beats));
    to.setLoopPoints(when(from.has_loop, juce::AudioPlayHead::LoopPoints { from.loop_start_beats,
                                                                           from.loop_end_beats }));
}

rust::String Instance::failure() const
{
    return rust::String::lossy(failure_text.data());
}

std::uint8_t Instance::take_changes() const noexcept
{
    return changes.exchange(0, std::memory_order_acq_rel);
}

// Both callbacks may come on any thread, the audio thread included: they only leave a mark.
void Instance::audioProcessorParameterChanged(juce::AudioProcessor*, int, float)
{
    changes.fetch_or(state_changed, std::memory_order_acq_rel);
}

void Instance::audioProcessorChanged(juce::AudioProcessor*, const ChangeDetails& details)
{
    std::uint8_t marks = 0;
    if (details.latencyChanged)
        marks |= latency_changed;
    if (details.parameterInfoChanged || details.programChanged || details.nonParameterStateChanged)
        marks |= state_changed;

    changes.fetch_or(marks, std::memory_order_acq_rel);
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

rust::Vec<std::uint8_t> instance_state(const Instance& instance)
{
    juce::MemoryBlock state;
    instance.get().getStateInformation(state);

    rust::Vec<std::uint8_t> bytes;
    bytes.reserve(state.getSize());
    std::copy_n(static_cast<const std::uint8_t*>(state.getData()), state.getSize(),
                std::back_inserter(bytes));
    return bytes;
}

void instance_set_state(const Instance& instance, rust::Slice<const std::uint8_t> state)
{
    instance.get().setStateInformation(state.data(), static_cast<int>(state.size()));
}

rust::Vec<ParameterInfo> instance_parameters(const Instance& instance)
{
    constexpr int text_length = 128;
    rust::Vec<ParameterInfo> parameters;

    for (auto* parameter : instance.get().getParameters())
    {
        const auto text = [parameter](float value) {
            return to_rust(parameter->getText(value, text_length));
        };

        ParameterInfo info;
        if (auto* hosted = dynamic_cast<juce::HostedAudioProcessorParameter*>(parameter))
            info.id = to_rust(hosted->getParameterID());
        info.name = to_rust(parameter->getName(text_length));
        info.unit = to_rust(parameter->getLabel());
        info.value = parameter->getValue();
        info.default_value = parameter->getDefaultValue();
        info.steps = parameter->isDiscrete() ? parameter->getNumSteps() : 0;
        info.automatable = parameter->isAutomatable();
        info.text = to_rust(parameter->getCurrentValueAsText());
        info.min_text = text(0.0f);
        info.max_text = text(1.0f);
        info.default_text = text(info.default_value);
        parameters.push_back(std::move(info));
    }

    return parameters;
}

void instance_set_parameter(const Instance& instance, std::size_t index, float value)
{
    if (auto* parameter = instance.get().getParameters()[static_cast<int>(index)])
        parameter->setValueNotifyingHost(value);
}

} // namespace matryoshka
