#include "matryoshka/cpp/include/description.h"

#include "matryoshka/src/juce/description.rs.h"

namespace matryoshka {

PluginDescription description_to_rust(const juce::PluginDescription& from)
{
    PluginDescription to;
    to.name = to_rust(from.name);
    to.format = to_rust(from.pluginFormatName);
    to.category = to_rust(from.category);
    to.vendor = to_rust(from.manufacturerName);
    to.version = to_rust(from.version);
    to.file = to_rust(from.fileOrIdentifier);
    to.unique_id = from.uniqueId;
    to.deprecated_uid = from.deprecatedUid;
    to.is_instrument = from.isInstrument;
    to.inputs = from.numInputChannels;
    to.outputs = from.numOutputChannels;
    return to;
}

juce::PluginDescription description_to_juce(const PluginDescription& from)
{
    juce::PluginDescription to;
    to.name = to_juce(from.name);
    to.descriptiveName = to.name;
    to.pluginFormatName = to_juce(from.format);
    to.category = to_juce(from.category);
    to.manufacturerName = to_juce(from.vendor);
    to.version = to_juce(from.version);
    to.fileOrIdentifier = to_juce(from.file);
    to.uniqueId = from.unique_id;
    to.deprecatedUid = from.deprecated_uid;
    to.isInstrument = from.is_instrument;
    to.numInputChannels = from.inputs;
    to.numOutputChannels = from.outputs;
    return to;
}

} // namespace matryoshka
