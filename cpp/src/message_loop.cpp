#include "matryoshka/cpp/include/message_loop.h"

#include "matryoshka/cpp/include/x_errors.h"

#include "matryoshka/src/juce/message_loop.rs.h"

namespace matryoshka {

void initialise_juce()
{
    juce::initialiseJuce_GUI();
    juce::MessageManager::getInstance()->setCurrentThreadAsMessageThread();
}

void shutdown_juce()
{
    juce::shutdownJuce_GUI();
}

void run_dispatch_loop()
{
    juce::MessageManager::getInstance()->runDispatchLoop();
}

void stop_dispatch_loop()
{
    juce::MessageManager::getInstance()->stopDispatchLoop();
}

bool is_message_thread()
{
    auto* manager = juce::MessageManager::getInstanceWithoutCreating();
    return manager != nullptr && manager->isThisTheMessageThread();
}

bool wake_message_thread()
{
    return juce::MessageManager::callAsync([] { run_pending_jobs(); });
}

Ticker::Ticker(int interval_ms)
{
    startTimer(interval_ms);
}

Ticker::~Ticker()
{
    stopTimer();
}

void Ticker::timerCallback()
{
    serve_display();
    tick();
}

std::unique_ptr<Ticker> start_ticker(int interval_ms)
{
    return std::make_unique<Ticker>(interval_ms);
}

} // namespace matryoshka
