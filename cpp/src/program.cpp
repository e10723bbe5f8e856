#include "matryoshka/cpp/include/program.h"

namespace matryoshka {

std::int32_t instance_program_count(const Instance& instance)
{
    return instance.get().getNumPrograms();
}

std::int32_t instance_program(const Instance& instance)
{
    return instance.get().getCurrentProgram();
}

rust::String instance_program_name(const Instance& instance, std::int32_t index)
{
    return to_rust(instance.get().getProgramName(index));
}

void instance_set_program(const Instance& instance, std::int32_t index)
{
    const Instance::Rest rest(instance);
    instance.get().setCurrentProgram(index);
}

} // namespace matryoshka
