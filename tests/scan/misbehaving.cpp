// A plugin file, LADSPA and VST3 in one, that misbehaves when it is scanned, as its own file name
// says. Whatever it does, it does once a process, when it is first asked what is in it. As LADSPA
// it is then a gain of one input and one output, if it still can.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include <dlfcn.h>
#include <ladspa.h>
#include <signal.h>
#include <unistd.h>

namespace {

std::string own_name()
{
    Dl_info info;
    dladdr(reinterpret_cast<void*>(&own_name), &info);
    return std::filesystem::path(info.dli_fname).stem().string();
}

void wait_for_ever()
{
    for (;;)
        pause();
}

void misbehave()
{
    static bool done = false;
    if (done)
        return;
    done = true;

    // "hang-2" is another file that hangs.
    const auto name = own_name();
    const auto kind = name.substr(0, name.find('-'));

    if (kind == "segfault")
        *static_cast<volatile int*>(nullptr) = 1;
    if (kind == "abort")
    {
        std::fputs("the fixture gives up\n", stderr);
        std::abort();
    }
    if (kind == "hang")
        wait_for_ever();
    if (kind == "exit")
        std::exit(0);
    if (kind == "throw")
        throw std::runtime_error("the fixture throws");
    if (kind == "slow")
        sleep(5);
    if (kind == "chatter")
    {
        for (int i = 0; i < 300000; ++i)
            std::puts("{\"found\":{\"plugins\":[]}}");
        std::fflush(stdout);
    }
    if (kind == "fork" && fork() == 0)
        wait_for_ever();
    // As daemons do, so that it belongs to nobody.
    if (kind == "daemon" && fork() == 0)
    {
        setsid();
        if (fork() != 0)
            _exit(0);
        wait_for_ever();
    }
    if (kind == "greedy")
    {
        std::vector<char> memory(std::size_t(2) << 30);
        for (std::size_t i = 0; i < memory.size(); i += 4096)
            memory[i] = 1;
    }
    if (kind == "homeless")
        std::filesystem::remove_all(std::filesystem::current_path());
}

const LADSPA_PortDescriptor ports[] = { LADSPA_PORT_INPUT | LADSPA_PORT_AUDIO,
                                        LADSPA_PORT_OUTPUT | LADSPA_PORT_AUDIO };
const char* const port_names[] = { "In", "Out" };
const LADSPA_PortRangeHint hints[] = { {}, {} };
LADSPA_Data* connected[2];

LADSPA_Handle instantiate(const LADSPA_Descriptor*, unsigned long)
{
    return connected;
}

void connect_port(LADSPA_Handle, unsigned long port, LADSPA_Data* data)
{
    connected[port] = data;
}

void run(LADSPA_Handle, unsigned long frames)
{
    std::memmove(connected[1], connected[0], frames * sizeof(LADSPA_Data));
}

} // namespace

extern "C" __attribute__((visibility("default"))) const LADSPA_Descriptor*
ladspa_descriptor(unsigned long index)
{
    misbehave();
    if (index > 0)
        return nullptr;

    static const std::string name = own_name();
    static const LADSPA_Descriptor descriptor = [] {
        LADSPA_Descriptor it {};
        it.UniqueID = 1;
        it.Label = it.Name = name.c_str();
        it.Maker = "Matryoshka's tests";
        it.Copyright = "None";
        it.PortCount = 2;
        it.PortDescriptors = ports;
        it.PortNames = port_names;
        it.PortRangeHints = hints;
        it.instantiate = instantiate;
        it.connect_port = connect_port;
        it.run = run;
        it.cleanup = [](LADSPA_Handle) {};
        return it;
    }();
    return &descriptor;
}

extern "C" __attribute__((visibility("default"))) bool ModuleEntry(void*)
{
    misbehave();
    return true;
}

extern "C" __attribute__((visibility("default"))) bool ModuleExit()
{
    return true;
}

extern "C" __attribute__((visibility("default"))) void* GetPluginFactory()
{
    return nullptr;
}
