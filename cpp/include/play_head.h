// juce::AudioPlayHead, implemented in Rust. See src/juce/play_head.rs.
#pragma once

#include "matryoshka/cpp/include/instance.h"

namespace matryoshka {

struct RustPlayHead;
struct Position;

// False if the instance has one already. It stays until the instance goes.
bool instance_set_play_head(const Instance& instance, rust::Box<RustPlayHead> play_head);

} // namespace matryoshka
