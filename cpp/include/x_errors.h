// What is to be done about JUCE's connection to the X server. See src/juce/x_errors.rs.
#pragma once

#include <cstddef>

namespace matryoshka {

// Where Xlib's Display of JUCE's connection is; zero where there is none. Connects, if nobody has
// yet.
std::size_t display_address();

// Has JUCE deal with what the X server said while it waited for an answer. JUCE looks only when
// more comes (registerFdCallback in juce_XWindowSystem_linux.cpp), and that may take until somebody
// moves the mouse. Message thread.
void serve_display();

// Has JUCE no longer wait for a descriptor, if this is its thread.
void forget_descriptor(int descriptor) noexcept;

} // namespace matryoshka
