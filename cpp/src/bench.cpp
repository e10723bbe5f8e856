#include "matryoshka/cpp/include/bench.h"

#include "matryoshka/cpp/include/stereo_plugin.h"

namespace matryoshka {

namespace {

    class NextToFree final : public StereoPlugin {
    public:
        void fillInPluginDescription(juce::PluginDescription& description) const override
        {
            description.name = getName();
            description.pluginFormatName = "Bench";
        }

        const juce::String getName() const override { return "Next to free"; }
        void processBlock(juce::AudioBuffer<float>& buffer, juce::MidiBuffer&) override
        {
            buffer.getWritePointer(0)[0] += 1.0e-6f;
        }
    };

    template <typename Call>
    void for_each_block(rust::Slice<float> left, rust::Slice<float> right, std::size_t blocks,
                        juce::MidiBuffer& midi, Call call)
    {
        float* const channels[] = { left.data(), right.data() };

        for (std::size_t block = 0; block < blocks; ++block)
        {
            juce::AudioBuffer<float> buffer(channels, 2, static_cast<int>(left.size()));
            midi.clear();
            call(buffer);
        }
    }

} // namespace

std::unique_ptr<Instance> bench_child()
{
    return std::make_unique<Instance>(std::make_unique<NextToFree>());
}

CppLoop::CppLoop(std::size_t count, double sample_rate, int max_frames)
{
    for (std::size_t i = 0; i < count; ++i)
    {
        children.push_back(std::make_unique<NextToFree>());
        children.back()->setRateAndBufferSizeDetails(sample_rate, max_frames);
        children.back()->prepareToPlay(sample_rate, max_frames);
    }
}

void CppLoop::run(rust::Slice<float> left, rust::Slice<float> right, std::size_t blocks)
{
    for_each_block(left, right, blocks, midi, [this](auto& buffer) {
        for (auto& child : children)
            child->processBlock(buffer, midi);
    });
}

Graph::Graph(std::size_t count, double sample_rate, int max_frames)
{
    using IO = juce::AudioProcessorGraph::AudioGraphIOProcessor;
    graph.setPlayConfigDetails(2, 2, sample_rate, max_frames);

    auto previous = graph.addNode(std::make_unique<IO>(IO::audioInputNode));
    const auto connect = [this, &previous](juce::AudioProcessorGraph::Node::Ptr next) {
        for (int channel = 0; channel < 2; ++channel)
            graph.addConnection({ { previous->nodeID, channel }, { next->nodeID, channel } });
        previous = next;
    };

    for (std::size_t i = 0; i < count; ++i)
        connect(graph.addNode(std::make_unique<NextToFree>()));
    connect(graph.addNode(std::make_unique<IO>(IO::audioOutputNode)));

    graph.prepareToPlay(sample_rate, max_frames);
}

Graph::~Graph()
{
    graph.releaseResources();
}

void Graph::run(rust::Slice<float> left, rust::Slice<float> right, std::size_t blocks)
{
    for_each_block(left, right, blocks, midi,
                   [this](auto& buffer) { graph.processBlock(buffer, midi); });
}

std::unique_ptr<CppLoop> cpp_loop_new(std::size_t children, double sample_rate, int max_frames)
{
    return std::make_unique<CppLoop>(children, sample_rate, max_frames);
}

std::unique_ptr<Graph> graph_new(std::size_t children, double sample_rate, int max_frames)
{
    return std::make_unique<Graph>(children, sample_rate, max_frames);
}

} // namespace matryoshka
