// juce::SystemStats, whose static functions are bound without glue. See src/juce/system_stats.rs.
#pragma once

#include "matryoshka/cpp/include/string.h"
