// Whether a plugin has a window of its own. See src/juce/editor_presence.rs.
#pragma once

#include "matryoshka/cpp/include/instance.h"

namespace matryoshka {

bool instance_has_editor(const Instance& instance);

} // namespace matryoshka
