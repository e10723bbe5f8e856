// A C interface to juce::AudioPluginFormatManager, by hand, for examples/c_ffi.rs: how C++ is bound
// without a generator, and what `cargo xtask bench interop` compares the generated bindings with.
// Nothing checks that the other side declares the same.
#pragma once

struct matryoshka_format_manager;

extern "C" {

// Null where memory runs out.
matryoshka_format_manager* matryoshka_format_manager_new() noexcept;
// Accepts null. Each manager may be deleted once.
void matryoshka_format_manager_delete(matryoshka_format_manager* manager) noexcept;
// Adds the format VST3. Returns 0 if it is there, and otherwise why it is not: 1 where C++ threw.
int matryoshka_format_manager_add_vst3(matryoshka_format_manager* manager) noexcept;
int matryoshka_format_manager_count(const matryoshka_format_manager* manager) noexcept;

} // extern "C"
