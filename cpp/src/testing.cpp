#include "matryoshka/cpp/include/testing.h"

#include <string_view>
#include <thread>
#include <utility>

#include "matryoshka/cpp/include/stereo_plugin.h"

namespace matryoshka {

namespace {

    std::atomic<std::size_t> alive { 0 };
    std::atomic<std::size_t> gone_elsewhere { 0 };

    // The identifier of such a plugin is the name of the call that fails, with "int:" before it
    // where what is thrown is no std::exception.
    class Fault {
    public:
        explicit Fault(const juce::String& identifier)
            : throws_int(identifier.startsWith("int:")),
              call(throws_int ? identifier.substring(4) : identifier)
        {
        }

        void at(const char* name) const
        {
            if (call != name)
                return;
            if (throws_int)
                throw 42;
            throw std::runtime_error("thrown in " + call.toStdString());
        }

        bool is(const char* name) const { return call == name; }

    private:
        bool throws_int;
        juce::String call;
    };

    class Gain final : public juce::HostedAudioProcessorParameter {
    public:
        explicit Gain(const Fault& shared) : fault(shared) {}

        juce::String getParameterID() const override { return fault.at("parameter id"), "gain"; }
        juce::String getName(int) const override { return fault.at("parameter name"), "Gain"; }
        juce::String getLabel() const override { return fault.at("parameter unit"), "x"; }
        float getValue() const override { return fault.at("parameter value"), value.load(); }
        float getDefaultValue() const override { return fault.at("parameter default"), 1.0f; }
        void setValue(float to) override { fault.at("set parameter"), value = to; }
        juce::String getText(float of, int) const override
        {
            return fault.at("parameter text"), juce::String(of, 2);
        }
        float getValueForText(const juce::String& text) const override
        {
            return fault.at("text value"), text.getFloatValue();
        }

    private:
        const Fault& fault;
        std::atomic<float> value { 1.0f };
    };

    class TestPlugin final : public StereoPlugin {
    public:
        explicit TestPlugin(const juce::String& name) : identifier(name), fault(name)
        {
            ++alive;
            addHostedParameter(std::make_unique<Gain>(fault));
            if (fault.is("curious"))
                asker = std::thread([this] { ask_on(); });
        }

        ~TestPlugin() override
        {
            is_leaving = true;
            if (asker.joinable())
                asker.join();
            if (!juce::MessageManager::existsAndIsCurrentThread())
                ++gone_elsewhere;
            --alive;
        }

        int getNumPrograms() override { return fault.is("programs") ? program_names.size() : 1; }
        int getCurrentProgram() override { return program; }
        const juce::String getProgramName(int index) override
        {
            return fault.at("program name"), fault.is("programs") ? program_names[index] : "";
        }
        // The gain is the program's number as part of them all.
        void setCurrentProgram(int index) override
        {
            fault.at("set program");
            program = index;
            while_alone([] { std::this_thread::yield(); });
            const auto value = static_cast<float>(index) / static_cast<float>(program_names.size());
            getParameters().getFirst()->setValueNotifyingHost(value);
            updateHostDisplay(ChangeDetails {}.withProgramChanged(true));
        }

        const juce::String getName() const override { return "Test plugin"; }

        bool hasEditor() const override { return fault.is("editor") || fault.is("window"); }
        juce::AudioProcessorEditor* createEditor() override
        {
            fault.at("editor");
            return fault.is("window") ? new juce::GenericAudioProcessorEditor(*this) : nullptr;
        }

        void fillInPluginDescription(juce::PluginDescription& description) const override
        {
            fault.at("describe");
            description.name = getName();
            description.pluginFormatName = "Test";
            description.fileOrIdentifier = identifier;
        }

        bool isBusesLayoutSupported(const BusesLayout&) const override
        {
            return fault.at("buses"), true;
        }

        void prepareToPlay(double, int) override
        {
            fault.at("prepare");
            was_offline = isNonRealtime();
            setLatencySamples(fault.is("late") ? 64 : 0);
        }

        void releaseResources() override { fault.at("release"); }
        void reset() override
        {
            fault.at("reset");
            if (fault.is("restless"))
                change_everything();
        }

        // Halves what comes in, or does what its name says. MIDI stays as it comes.
        void processBlock(juce::AudioBuffer<float>& buffer, juce::MidiBuffer&) override
        {
            fault.at("process");
            while_alone([&] { buffer.applyGain(1.0f); });
            if (overlapped)
                throw std::runtime_error("processed while it was given a program or a state");
            auto& gain = *getParameters().getFirst();
            buffer.applyGain(fault.is("gain") ? gain.getValue() : 0.5f);
            if (fault.is("tempo"))
                tell_tempo(buffer);
            if (fault.is("transport"))
                tell_transport(buffer);
            if (fault.is("offline"))
                tell_offline(buffer);
            if (fault.is("restless"))
                change_everything();
            if (fault.is("flood"))
                flood(gain);
            // What it was set to in the block before, as it may be by way of another thread.
            if (fault.is("echo"))
                gain.setValueNotifyingHost(std::exchange(heard, gain.getValue()));
            if (fault.is("drift"))
                gain.setValueNotifyingHost(gain.getValue() * 0.75f);
        }

        double getTailLengthSeconds() const override { return fault.at("tail"), 0.25; }
        bool acceptsMidi() const override { return fault.at("accepts midi"), fault.is("midi"); }
        bool producesMidi() const override { return fault.at("produces midi"), fault.is("midi"); }

        void getStateInformation(juce::MemoryBlock& state) override
        {
            fault.at("save");
            state.append(saved.getData(), saved.getSize());
        }

        void setStateInformation(const void* data, int size) override
        {
            fault.at("load");
            while_alone([] { std::this_thread::yield(); });
            saved.replaceAll(data, static_cast<std::size_t>(size));
        }

    private:
        // From a thread of its own, until it is gone.
        void ask_on() const
        {
            while (!is_leaving)
            {
                if (auto* head = getPlayHead())
                    head->getPosition();
            }
        }

        void tell_tempo(juce::AudioBuffer<float>& buffer) const
        {
            auto* head = getPlayHead();
            const auto position = head != nullptr ? head->getPosition() : juce::nullopt;
            const auto tempo = position ? position->getBpm() : juce::nullopt;
            buffer.setSample(0, 0, tempo ? static_cast<float>(*tempo) : -1.0f);
        }

        // Numbers of 64 bits as they are, 16 to a sample, in the first channel: what is known, a
        // bit for each of the numbers and flags that follow in this order.
        void tell_transport(juce::AudioBuffer<float>& buffer) const
        {
            auto* head = getPlayHead();
            const auto position = head != nullptr ? head->getPosition() : juce::nullopt;
            if (!position)
                return;

            std::uint64_t known = 0;
            std::vector<std::uint64_t> numbers { 0 };
            const auto tell = [&](const auto& optional, auto&&... numbers_of) {
                known |= std::uint64_t { optional.hasValue() } << (numbers.size() - 1);
                (numbers.push_back(optional ? bits(numbers_of(*optional)) : 0), ...);
            };
            const auto itself = [](auto value) { return value; };
            tell(position->getBpm(), itself);
            tell(
                position->getTimeSignature(),
                [](auto signature) { return std::int64_t { signature.numerator }; },
                [](auto signature) { return std::int64_t { signature.denominator }; });
            tell(position->getTimeInSamples(), itself);
            tell(position->getTimeInSeconds(), itself);
            tell(position->getPpqPosition(), itself);
            tell(position->getPpqPositionOfLastBarStart(), itself);
            tell(position->getBarCount(), itself);
            tell(
                position->getLoopPoints(), [](auto points) { return points.ppqStart; },
                [](auto points) { return points.ppqEnd; });
            tell(position->getHostTimeNs(), itself);
            tell(position->getFrameRate(), [](auto rate) {
                return std::int64_t { rate.getBaseRate() } | std::int64_t { rate.isDrop() } << 32 |
                       std::int64_t { rate.isPullDown() } << 33;
            });
            known |= std::uint64_t { position->getIsPlaying() } << 32 |
                     std::uint64_t { position->getIsRecording() } << 33 |
                     std::uint64_t { position->getIsLooping() } << 34;
            numbers.front() = known;
            if (static_cast<std::size_t>(buffer.getNumSamples()) < 4 * numbers.size())
                return;

            for (std::size_t i = 0; i < 4 * numbers.size(); ++i)
            {
                const auto part = (numbers[i / 4] >> (16 * (i % 4))) & 0xffff;
                buffer.setSample(0, static_cast<int>(i), static_cast<float>(part));
            }
        }

        template <typename Number> static std::uint64_t bits(Number number)
        {
            static_assert(sizeof(Number) == sizeof(std::uint64_t));
            std::uint64_t bits {};
            std::memcpy(&bits, &number, sizeof(bits));
            return bits;
        }

        // When it was prepared, and now.
        void tell_offline(juce::AudioBuffer<float>& buffer) const
        {
            buffer.setSample(0, 0, was_offline ? 1.0f : 0.0f);
            buffer.setSample(0, 1, isNonRealtime() ? 1.0f : 0.0f);
        }

        // Notes if there are two at once.
        template <typename Work> void while_alone(Work&& work)
        {
            if (++at_work > 1)
                overlapped = true;
            work();
            --at_work;
        }

        static void flood(juce::AudioProcessorParameter& gain)
        {
            gain.beginChangeGesture();
            for (int i = 0; i < 5000; ++i)
                gain.setValueNotifyingHost(static_cast<float>(i) / 5000.0f);
            gain.endChangeGesture();
        }

        void change_everything()
        {
            auto& gain = *getParameters().getFirst();
            gain.beginChangeGesture();
            gain.setValueNotifyingHost(0.25f);
            gain.endChangeGesture();
            setLatencySamples(getLatencySamples() + 1);
            updateHostDisplay(ChangeDetails {}.withProgramChanged(true));
        }

        juce::String identifier;
        Fault fault;
        juce::MemoryBlock saved;
        const juce::StringArray program_names { "Loud", "Quiet", "Off" };
        int program = 0;
        bool was_offline = false;
        float heard = 1.0f;
        std::atomic<int> at_work { 0 };
        std::atomic<bool> overlapped { false };
        std::thread asker;
        std::atomic<bool> is_leaving { false };
    };

    class TestFormat final : public juce::AudioPluginFormat {
    public:
        juce::String getName() const override { return "Test"; }

        void findAllTypesForFile(juce::OwnedArray<juce::PluginDescription>& results,
                                 const juce::String& file) override
        {
            Fault(file).at("find");
            for (int i = 0; i < 3; ++i)
            {
                auto description = std::make_unique<juce::PluginDescription>();
                description->name = "Test plugin " + juce::String(i);
                description->pluginFormatName = getName();
                description->fileOrIdentifier = file;
                results.add(std::move(description));
            }
        }

        bool fileMightContainThisPluginType(const juce::String& file) override
        {
            return Fault(file).at("might contain"), true;
        }
        juce::String getNameOfPluginFromIdentifier(const juce::String& file) override
        {
            return file;
        }
        bool pluginNeedsRescanning(const juce::PluginDescription&) override { return false; }
        bool doesPluginStillExist(const juce::PluginDescription&) override { return true; }
        bool canScanForPlugins() const override { return false; }
        bool isTrivialToScan() const override { return true; }
        juce::StringArray searchPathsForPlugins(const juce::FileSearchPath&, bool, bool) override
        {
            return {};
        }
        juce::FileSearchPath getDefaultLocationsToSearch() override { return {}; }
        bool
        requiresUnblockedMessageThreadDuringCreation(const juce::PluginDescription&) const override
        {
            return false;
        }

    protected:
        void createPluginInstance(const juce::PluginDescription& description, double, int,
                                  PluginCreationCallback callback) override
        {
            Fault(description.fileOrIdentifier).at("create");
            callback(std::make_unique<TestPlugin>(description.fileOrIdentifier), {});
        }
    };

} // namespace

void testing_add_format(AudioPluginFormatManager& manager)
{
    // JUCE 9 takes a unique_ptr, JUCE 8 a raw pointer.
#if JUCE_MAJOR_VERSION >= 9
    manager.addFormat(std::make_unique<TestFormat>());
#else
    manager.addFormat(std::make_unique<TestFormat>().release());
#endif
}

std::size_t testing_plugins_gone_elsewhere() noexcept
{
    return gone_elsewhere;
}

std::array<std::size_t, 2> testing_layout(rust::Str of)
{
    const std::string_view name(of.data(), of.size());

    if (name == "AudioBuffer<float>")
        return { sizeof(AudioBufferFloat), alignof(AudioBufferFloat) };
    if (name == "AudioBuffer<double>")
        return { sizeof(AudioBufferDouble), alignof(AudioBufferDouble) };
    if (name == "Range<float>")
        return { sizeof(RangeFloat), alignof(RangeFloat) };
    if (name == "String")
        return { sizeof(juce::String), alignof(juce::String) };

    return {};
}

std::size_t testing_plugins_alive() noexcept
{
    return alive;
}

} // namespace matryoshka
