#include "matryoshka/cpp/include/preset.h"

namespace matryoshka {

namespace {

    // JUCE 9 hands the VST3 side out, JUCE 8 has it visited.
#if JUCE_MAJOR_VERSION >= 9
    template <typename Use> void with_vst3(const Instance& instance, Use&& use)
    {
        if (auto* client = instance.get().getVST3Client())
            use(*client);
    }
#else
    template <typename Use> void with_vst3(const Instance& instance, Use&& use)
    {
        struct Visitor final : juce::ExtensionsVisitor {
            explicit Visitor(Use& given) : use(given) {}
            void visitVST3Client(const VST3Client& client) override { use(client); }
            Use& use;
        };

        Visitor visitor { use };
        instance.get().getExtensions(visitor);
    }
#endif

} // namespace

std::unique_ptr<MemoryBlock> instance_preset(const Instance& instance)
{
    auto preset = std::make_unique<MemoryBlock>();
    with_vst3(instance, [&](auto& client) { *preset = client.getPreset(); });
    return preset;
}

bool instance_set_preset(const Instance& instance, rust::Slice<const std::uint8_t> file)
{
    auto taken = false;
    const MemoryBlock block(file.data(), file.size());
    with_vst3(instance, [&](auto& client) { taken = client.setPreset(block); });
    return taken;
}

} // namespace matryoshka
