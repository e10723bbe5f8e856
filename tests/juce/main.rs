//! The safe JUCE layer, against a plugin in C++ that misbehaves where it is told to
//! (`cpp/src/testing.cpp`): calls that make no sense, children that throw, what C++ calls in Rust, and what of a
//! block reaches a child, and of a child its host.

mod callbacks;
mod misuse;
mod misuse_of_plugins;
mod parts;
mod support;
mod throwing;
mod turns;
