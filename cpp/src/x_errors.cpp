// JUCE's own X11 header, which brings Xlib's macros along; so this is by itself.
#define JUCE_GUI_BASICS_INCLUDE_XHEADERS 1

#include "matryoshka/cpp/include/x_errors.h"
#include "matryoshka/cpp/include/juce.h"

#if JUCE_LINUX
#include <juce_events/native/juce_EventLoopInternal_linux.h>
#endif

#include "matryoshka/src/juce/x_errors.rs.h"

namespace matryoshka {

std::size_t display_address()
{
#if JUCE_LINUX
    return reinterpret_cast<std::size_t>(juce::XWindowSystem::getInstance()->getDisplay());
#else
    return 0;
#endif
}

void serve_display()
{
#if JUCE_LINUX
    auto* windows = juce::XWindowSystem::getInstanceWithoutCreating();
    if (windows == nullptr || windows->getDisplay() == nullptr)
        return;

    const auto number = juce::X11Symbols::getInstance()->xConnectionNumber(windows->getDisplay());
    juce::LinuxEventLoopInternal::invokeEventLoopCallbackForFd(number);
#endif
}

void forget_descriptor(int descriptor) noexcept
{
#if JUCE_LINUX
    if (juce::MessageManager::existsAndIsCurrentThread())
        juce::LinuxEventLoop::unregisterFdCallback(descriptor);
#else
    juce::ignoreUnused(descriptor);
#endif
}

} // namespace matryoshka
