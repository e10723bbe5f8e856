#include "matryoshka/cpp/include/editor_presence.h"

#include "matryoshka/src/juce/editor_presence.rs.h"

namespace matryoshka {

bool instance_has_editor(const Instance& instance)
{
    return instance.get().hasEditor();
}

} // namespace matryoshka
