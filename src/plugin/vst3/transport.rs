//! Where in the song a block begins, as a VST3 host tells it.

use nih_plug::wrapper::vst3::vst3::Steinberg::Vst::{
    FrameRate_::FrameRateFlags_::{kDropRate, kPullDownRate},
    IProcessContextRequirements_::Flags_::{
        kNeedBarPositionMusic, kNeedContinousTimeSamples, kNeedCycleMusic, kNeedFrameRate,
        kNeedProjectTimeMusic, kNeedSystemTime, kNeedTempo, kNeedTimeSignature,
        kNeedTransportState,
    },
    ProcessContext,
    ProcessContext_::StatesAndFlags_::{
        kBarPositionValid, kCycleActive, kCycleValid, kPlaying, kProjectTimeMusicValid, kRecording,
        kSmpteValid, kSystemTimeValid, kTempoValid, kTimeSigValid,
    },
};

use crate::audio::{FrameRate, Transport};

/// What the host is asked to tell: all that [`transport`] reads.
// The constants' type is the platform's.
#[allow(clippy::unnecessary_cast)]
pub(super) const NEEDED: u32 = (kNeedSystemTime
    | kNeedContinousTimeSamples
    | kNeedProjectTimeMusic
    | kNeedBarPositionMusic
    | kNeedCycleMusic
    | kNeedTempo
    | kNeedTimeSignature
    | kNeedFrameRate
    | kNeedTransportState) as u32;

/// The host's transport as ours. VST3 has no position in seconds; it is worked out from the samples, which
/// are always there. The number of the bar is not.
#[allow(clippy::unnecessary_cast)]
pub(super) fn transport(host: &ProcessContext) -> Transport {
    let is = |flag| host.state & flag as u32 != 0;
    let rate_is = |flag| host.frameRate.flags & flag as u32 != 0;
    Transport {
        playing: is(kPlaying),
        recording: is(kRecording),
        tempo_bpm: is(kTempoValid).then_some(host.tempo),
        time_signature: is(kTimeSigValid)
            .then_some((host.timeSigNumerator, host.timeSigDenominator)),
        position_samples: Some(host.projectTimeSamples),
        position_seconds: (host.sampleRate > 0.0)
            .then(|| host.projectTimeSamples as f64 / host.sampleRate),
        position_beats: is(kProjectTimeMusicValid).then_some(host.projectTimeMusic),
        bar_start_beats: is(kBarPositionValid).then_some(host.barPositionMusic),
        bar: None,
        looping: is(kCycleActive),
        loop_beats: is(kCycleValid).then_some((host.cycleStartMusic, host.cycleEndMusic)),
        host_time_ns: is(kSystemTimeValid)
            .then(|| u64::try_from(host.systemTime).ok())
            .flatten(),
        frame_rate: is(kSmpteValid)
            .then(|| {
                Some(FrameRate {
                    base: u8::try_from(host.frameRate.framesPerSecond).ok()?,
                    is_pulled_down: rate_is(kPullDownRate),
                    is_drop: rate_is(kDropRate),
                })
            })
            .flatten(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nih_plug::wrapper::vst3::vst3::Steinberg::Vst;

    fn host(state: u32) -> ProcessContext {
        // SAFETY: plain numbers, all of which may be zero.
        let zero: ProcessContext = unsafe { std::mem::zeroed() };
        ProcessContext {
            state,
            sampleRate: 48_000.0,
            projectTimeSamples: -24_000,
            systemTime: 123_456_789_012,
            projectTimeMusic: -1.5,
            barPositionMusic: -4.0,
            cycleStartMusic: 8.0,
            cycleEndMusic: 12.0,
            tempo: 133.25,
            timeSigNumerator: 5,
            timeSigDenominator: 8,
            frameRate: Vst::FrameRate {
                framesPerSecond: 30,
                flags: 3,
            },
            ..zero
        }
    }

    #[test]
    fn all_that_the_host_says_arrives_exactly() {
        let wanted = Transport {
            playing: true,
            recording: true,
            tempo_bpm: Some(133.25),
            time_signature: Some((5, 8)),
            position_samples: Some(-24_000),
            position_seconds: Some(-0.5),
            position_beats: Some(-1.5),
            bar_start_beats: Some(-4.0),
            bar: None,
            looping: true,
            loop_beats: Some((8.0, 12.0)),
            host_time_ns: Some(123_456_789_012),
            frame_rate: Some(FrameRate {
                base: 30,
                is_pulled_down: true,
                is_drop: true,
            }),
        };
        assert_eq!(transport(&host(u32::MAX)), wanted);
    }

    #[test]
    fn what_the_host_does_not_vouch_for_is_not_believed() {
        let wanted = Transport {
            position_samples: Some(-24_000),
            position_seconds: Some(-0.5),
            ..Transport::default()
        };
        assert_eq!(transport(&host(0)), wanted);
    }
}
