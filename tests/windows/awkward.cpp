// A window for LV2's GTK 2 interface that does what its URI says at its end: "crash", "nothing",
// "odd", "hang". It is compiled without GTK's headers.

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <dlfcn.h>
#include <limits>
#include <unistd.h>

namespace {
using Write = void (*)(void*, uint32_t, uint32_t, uint32_t, const void*);

struct Feature {
    const char* uri;
    void* data;
};

struct Descriptor {
    const char* uri;
    void* (*instantiate)(const Descriptor*, const char*, const char*, Write, void*, void**,
                         const Feature* const*);
    void (*cleanup)(void*);
    void (*portEvent)(void*, uint32_t, uint32_t, uint32_t, const void*);
    const void* (*extensionData)(const char*);
};

/// The compressor's ports.
constexpr uint32_t ratioPort = 11, kneePort = 15, levelPort = 6;

struct Window {
    const char* fault;
    Write write;
    void* controller;
};

bool is(const char* uri, const char* fault)
{
    return std::strcmp(uri + std::strlen(uri) - std::strlen(fault), fault) == 0;
}

void writeFloat(const Window& window, uint32_t port, float value)
{
    window.write(window.controller, port, sizeof(value), 0, &value);
}

void* instantiate(const Descriptor* descriptor, const char*, const char*, Write write,
                  void* controller, void** widget, const Feature* const*)
{
    if (is(descriptor->uri, "crash"))
        *reinterpret_cast<volatile int*>(16) = 1;

    if (is(descriptor->uri, "nothing"))
        return nullptr;

    auto* gtk = dlopen("libgtk-x11-2.0.so.0", RTLD_NOW);
    auto* label = reinterpret_cast<void* (*)(const char*)>(dlsym(gtk, "gtk_label_new"));
    *widget = label("Awkward");
    auto* window = new Window { descriptor->uri, write, controller };

    // Opening a window turns no knob.
    writeFloat(*window, kneePort, 8.0f);
    return window;
}

void cleanup(void* handle)
{
    auto* window = static_cast<Window*>(handle);

    while (is(window->fault, "hang"))
        sleep(1);

    delete window;
}

void portEvent(void* handle, uint32_t port, uint32_t, uint32_t, const void* data)
{
    auto& window = *static_cast<Window*>(handle);
    float value = 0;
    std::memcpy(&value, data, sizeof(value));

    // The host says 0.75 of 1 to 20, once.
    if (!is(window.fault, "odd") || port != ratioPort || value < 15.0f)
        return;

    std::puts("{\"turned\":{\"port\":15,\"value\":1.0}}");
    std::fflush(stdout);
    // What it was told itself, what shows something, and what there is not.
    writeFloat(window, ratioPort, 3.0f);
    writeFloat(window, levelPort, 1.0f);
    writeFloat(window, 4000, 1.0f);
    writeFloat(window, UINT32_MAX, 1.0f);
    writeFloat(window, kneePort, std::numeric_limits<float>::quiet_NaN());
    writeFloat(window, kneePort, std::numeric_limits<float>::infinity());
    const double wide = 2.0;
    window.write(window.controller, kneePort, sizeof(wide), 0, &wide);
    window.write(window.controller, kneePort, sizeof(float), 77, &wide);
    window.write(window.controller, kneePort, sizeof(float), 0, nullptr);
    writeFloat(window, kneePort, 4.0f);
}

const void* extensionData(const char*)
{
    return nullptr;
}

#define AWKWARD(fault)                                                                             \
    {                                                                                              \
        "urn:matryoshka:awkward:" fault, instantiate, cleanup, portEvent, extensionData            \
    }

const Descriptor descriptors[] = { AWKWARD("crash"), AWKWARD("nothing"), AWKWARD("odd"),
                                   AWKWARD("hang") };
} // namespace

extern "C" __attribute__((visibility("default"))) const Descriptor* lv2ui_descriptor(uint32_t index)
{
    return index < 4 ? &descriptors[index] : nullptr;
}
