#include "matryoshka/cpp/include/parameter.h"

namespace matryoshka {

namespace {

    constexpr int text_length = 128;

    AudioProcessorParameter& at(const Instance& instance, std::size_t index)
    {
        const auto& parameters = instance.get().getParameters();
        if (index >= static_cast<std::size_t>(parameters.size()))
            throw std::out_of_range("it has no parameter " + std::to_string(index));

        return *parameters.getUnchecked(static_cast<int>(index));
    }

} // namespace

std::size_t instance_parameter_count(const Instance& instance)
{
    return static_cast<std::size_t>(instance.get().getParameters().size());
}

const AudioProcessorParameter& instance_parameter(const Instance& instance, std::size_t index)
{
    return at(instance, index);
}

void instance_set_parameter(const Instance& instance, std::size_t index, float value)
{
    at(instance, index).setValueNotifyingHost(value);
}

void instance_parameter_gesture(const Instance& instance, std::size_t index, bool begins)
{
    auto& parameter = at(instance, index);

    if (begins)
        parameter.beginChangeGesture();
    else
        parameter.endChangeGesture();
}

rust::String parameter_id(const AudioProcessorParameter& parameter)
{
    if (auto* hosted = dynamic_cast<const juce::HostedAudioProcessorParameter*>(&parameter))
        return to_rust(hosted->getParameterID());

    return {};
}

rust::String parameter_name(const AudioProcessorParameter& parameter)
{
    return to_rust(parameter.getName(text_length));
}

rust::String parameter_unit(const AudioProcessorParameter& parameter)
{
    return to_rust(parameter.getLabel());
}

float parameter_value(const AudioProcessorParameter& parameter)
{
    return parameter.getValue();
}

float parameter_default(const AudioProcessorParameter& parameter)
{
    return parameter.getDefaultValue();
}

std::int32_t parameter_steps(const AudioProcessorParameter& parameter)
{
    return parameter.isDiscrete() ? parameter.getNumSteps() : 0;
}

bool parameter_is_automatable(const AudioProcessorParameter& parameter)
{
    return parameter.isAutomatable();
}

rust::String parameter_text(const AudioProcessorParameter& parameter)
{
    return to_rust(parameter.getCurrentValueAsText());
}

rust::String parameter_text_of(const AudioProcessorParameter& parameter, float value)
{
    return to_rust(parameter.getText(value, text_length));
}

float parameter_value_of(const AudioProcessorParameter& parameter, rust::Str text)
{
    return parameter.getValueForText(to_juce(text));
}

} // namespace matryoshka
