// juce::Range<float>, by value. See src/juce/range.rs.
#pragma once

#include "matryoshka/cpp/include/juce.h"

namespace matryoshka {

using RangeFloat = juce::Range<float>;

// What src/juce/range.rs says of it: two floats, start and end, without a destructor or a copy
// constructor of its own (juce_core/maths/juce_Range.h). Their order is a test's business.
static_assert(sizeof(RangeFloat) == 2 * sizeof(float));
static_assert(alignof(RangeFloat) == alignof(float));
static_assert(std::is_trivially_copyable_v<RangeFloat>);

} // namespace matryoshka
