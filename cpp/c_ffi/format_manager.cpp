#include "format_manager.h"

#include <juce_audio_processors/juce_audio_processors.h>

// C knows no classes: the struct is only a name for the pointer's sake, and each call casts it
// back.
static auto* to_cpp(matryoshka_format_manager* manager)
{
    return reinterpret_cast<juce::AudioPluginFormatManager*>(manager);
}

static auto* to_cpp(const matryoshka_format_manager* manager)
{
    return reinterpret_cast<const juce::AudioPluginFormatManager*>(manager);
}

matryoshka_format_manager* matryoshka_format_manager_new() noexcept
{
    try
    {
        return reinterpret_cast<matryoshka_format_manager*>(new juce::AudioPluginFormatManager);
    }
    catch (...)
    {
        return nullptr;
    }
}

void matryoshka_format_manager_delete(matryoshka_format_manager* manager) noexcept
{
    delete to_cpp(manager);
}

int matryoshka_format_manager_add_vst3(matryoshka_format_manager* manager) noexcept
{
    try
    {
        // JUCE 9 takes a unique_ptr, JUCE 8 a raw pointer.
        auto format = std::make_unique<juce::VST3PluginFormat>();
#if JUCE_MAJOR_VERSION >= 9
        to_cpp(manager)->addFormat(std::move(format));
#else
        to_cpp(manager)->addFormat(format.release());
#endif
        return 0;
    }
    catch (...)
    {
        return 1;
    }
}

int matryoshka_format_manager_count(const matryoshka_format_manager* manager) noexcept
{
    return to_cpp(manager)->getNumFormats();
}
