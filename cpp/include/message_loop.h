// The message loop: juce::MessageManager, started, woken and stopped. See src/juce/message_loop.rs.
#pragma once

#include "matryoshka/cpp/include/juce.h"

namespace matryoshka {

// Make the calling thread JUCE's message thread, and take it back.
void initialise_juce();
void shutdown_juce();

void run_dispatch_loop();
void stop_dispatch_loop();
bool is_message_thread();

// Has the message thread call Rust's run_pending_jobs() soon. Any thread.
bool wake_message_thread();

// Calls Rust's tick() on the message thread, again and again, while it exists.
class Ticker final : private juce::Timer {
public:
    explicit Ticker(int interval_ms);
    ~Ticker() override;

private:
    void timerCallback() override;
};

std::unique_ptr<Ticker> start_ticker(int interval_ms);

} // namespace matryoshka
