// juce::AudioProcessorParameter. See src/juce/parameter.rs.
#pragma once

#include "matryoshka/cpp/include/instance.h"

namespace matryoshka {

using juce::AudioProcessorParameter;

std::size_t instance_parameter_count(const Instance& instance);
// Throws where there is none. A plugin may rebuild its parameters in any call on the message
// thread, so the reference is for one use at once.
const AudioProcessorParameter& instance_parameter(const Instance& instance, std::size_t index);
// Throws where there is none.
void instance_set_parameter(const Instance& instance, std::size_t index, float value);
void instance_parameter_gesture(const Instance& instance, std::size_t index, bool begins);

rust::String parameter_id(const AudioProcessorParameter& parameter);
rust::String parameter_name(const AudioProcessorParameter& parameter);
rust::String parameter_unit(const AudioProcessorParameter& parameter);
float parameter_value(const AudioProcessorParameter& parameter);
float parameter_default(const AudioProcessorParameter& parameter);
// 0 where the parameter is continuous.
std::int32_t parameter_steps(const AudioProcessorParameter& parameter);
bool parameter_is_automatable(const AudioProcessorParameter& parameter);
rust::String parameter_text(const AudioProcessorParameter& parameter);
rust::String parameter_text_of(const AudioProcessorParameter& parameter, float value);
float parameter_value_of(const AudioProcessorParameter& parameter, rust::Str text);

} // namespace matryoshka
