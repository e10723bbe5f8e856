#include "matryoshka/cpp/include/play_head.h"

#include "matryoshka/src/juce/play_head.rs.h"

namespace matryoshka {

namespace {

    juce::AudioPlayHead::PositionInfo to_juce(const Position& from)
    {
        using juce::AudioPlayHead;

        AudioPlayHead::PositionInfo to;
        const auto when = [](bool known, auto value) {
            return known ? juce::makeOptional(value) : juce::nullopt;
        };

        to.setIsPlaying(from.playing);
        to.setIsRecording(from.recording);
        to.setIsLooping(from.looping);
        to.setBpm(when(from.has_tempo, from.tempo_bpm));
        to.setTimeSignature(when(from.has_time_signature, AudioPlayHead::TimeSignature {
                                                              from.numerator, from.denominator }));
        to.setTimeInSamples(when(from.has_samples, from.samples));
        to.setTimeInSeconds(when(from.has_seconds, from.seconds));
        to.setPpqPosition(when(from.has_beats, from.beats));
        to.setPpqPositionOfLastBarStart(when(from.has_bar_start, from.bar_start_beats));
        to.setBarCount(when(from.has_bar, from.bar));
        to.setLoopPoints(when(from.has_loop, AudioPlayHead::LoopPoints { from.loop_start_beats,
                                                                         from.loop_end_beats }));
        to.setHostTimeNs(when(from.has_host_time, from.host_time_ns));
        to.setFrameRate(when(from.has_frame_rate, AudioPlayHead::FrameRate()
                                                      .withBaseRate(from.frame_rate_base)
                                                      .withDrop(from.is_drop)
                                                      .withPullDown(from.is_pulled_down)));
        // Without this, JUCE's VST3 host keeps the frame rate to itself (toProcessContext).
        to.setEditOriginTime(when(from.has_frame_rate, 0.0));
        return to;
    }

    class PlayHead final : public juce::AudioPlayHead {
    public:
        explicit PlayHead(rust::Box<RustPlayHead> owned) : play_head(std::move(owned)) {}

        juce::Optional<PositionInfo> getPosition() const override
        {
            Position position {};
            if (!play_head->position(position))
                return juce::nullopt;

            return to_juce(position);
        }

    private:
        rust::Box<RustPlayHead> play_head;
    };

} // namespace

bool instance_set_play_head(const Instance& instance, rust::Box<RustPlayHead> play_head)
{
    return instance.set_play_head(std::make_unique<PlayHead>(std::move(play_head)));
}

} // namespace matryoshka
