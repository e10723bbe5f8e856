#include "matryoshka/cpp/include/listener.h"

#include "matryoshka/src/juce/listener.rs.h"

namespace matryoshka {

namespace {

    class Listener final : public juce::AudioProcessorListener {
    public:
        explicit Listener(rust::Box<RustListener> owned) : listener(std::move(owned)) {}

    private:
        void audioProcessorParameterChanged(juce::AudioProcessor*, int index, float value) override
        {
            listener->parameter_changed(index, value);
        }

        void audioProcessorParameterChangeGestureBegin(juce::AudioProcessor*, int index) override
        {
            listener->gesture_began(index);
        }

        void audioProcessorParameterChangeGestureEnd(juce::AudioProcessor*, int index) override
        {
            listener->gesture_ended(index);
        }

        void audioProcessorChanged(juce::AudioProcessor*, const ChangeDetails& details) override
        {
            listener->changed({ details.latencyChanged, details.parameterInfoChanged,
                                details.programChanged, details.nonParameterStateChanged });
        }

        rust::Box<RustListener> listener;
    };

} // namespace

void instance_add_listener(const Instance& instance, rust::Box<RustListener> listener)
{
    instance.add_listener(std::make_unique<Listener>(std::move(listener)));
}

} // namespace matryoshka
