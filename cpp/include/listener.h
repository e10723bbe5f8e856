// juce::AudioProcessorListener, implemented in Rust. See src/juce/listener.rs.
#pragma once

#include "matryoshka/cpp/include/instance.h"

namespace matryoshka {

struct RustListener;
struct ChangeDetails;

// The listener stays until the instance goes.
void instance_add_listener(const Instance& instance, rust::Box<RustListener> listener);

} // namespace matryoshka
