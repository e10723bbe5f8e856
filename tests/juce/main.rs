//! The safe JUCE layer, against a plugin in C++ that misbehaves where it is told to
//! (`cpp/src/testing.cpp`): calls that make no sense, children that throw, and what C++ calls in Rust.

mod callbacks;
mod misuse;
mod misuse_of_plugins;
mod support;
mod throwing;
