#include "matryoshka/cpp/include/memory_block.h"

namespace matryoshka {

std::unique_ptr<MemoryBlock> memory_block_new(rust::Slice<const std::uint8_t> bytes)
{
    return std::make_unique<MemoryBlock>(bytes.data(), bytes.size());
}

rust::Slice<const std::uint8_t> memory_block_bytes(const MemoryBlock& block) noexcept
{
    return { static_cast<const std::uint8_t*>(block.getData()), block.getSize() };
}

std::unique_ptr<MemoryBlock> instance_state(const Instance& instance)
{
    auto state = std::make_unique<MemoryBlock>();
    instance.get().getStateInformation(*state);
    return state;
}

} // namespace matryoshka
