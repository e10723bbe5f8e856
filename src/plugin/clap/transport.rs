//! Where in the song a block begins, as a CLAP host tells it.

use clap_sys::events::{
    CLAP_TRANSPORT_HAS_BEATS_TIMELINE, CLAP_TRANSPORT_HAS_SECONDS_TIMELINE,
    CLAP_TRANSPORT_HAS_TEMPO, CLAP_TRANSPORT_HAS_TIME_SIGNATURE, CLAP_TRANSPORT_IS_LOOP_ACTIVE,
    CLAP_TRANSPORT_IS_PLAYING, CLAP_TRANSPORT_IS_RECORDING, clap_event_transport,
};
use clap_sys::fixedpoint::{CLAP_BEATTIME_FACTOR, CLAP_SECTIME_FACTOR};

use crate::audio::Transport;

/// The host's transport as ours. CLAP has no position in samples, and its steady time is none: it is
/// worked out from the seconds.
pub(super) fn transport(host: &clap_event_transport, sample_rate: f64) -> Transport {
    let is = |flag| host.flags & flag != 0;
    let beats = |time: i64| time as f64 / CLAP_BEATTIME_FACTOR as f64;
    let has_beats = is(CLAP_TRANSPORT_HAS_BEATS_TIMELINE);
    let seconds = is(CLAP_TRANSPORT_HAS_SECONDS_TIMELINE)
        .then(|| host.song_pos_seconds as f64 / CLAP_SECTIME_FACTOR as f64);
    let looping = is(CLAP_TRANSPORT_IS_LOOP_ACTIVE);
    let has_loop = has_beats && (looping || host.loop_end_beats > host.loop_start_beats);
    Transport {
        playing: is(CLAP_TRANSPORT_IS_PLAYING),
        recording: is(CLAP_TRANSPORT_IS_RECORDING),
        tempo_bpm: is(CLAP_TRANSPORT_HAS_TEMPO).then_some(host.tempo),
        time_signature: is(CLAP_TRANSPORT_HAS_TIME_SIGNATURE)
            .then(|| (i32::from(host.tsig_num), i32::from(host.tsig_denom))),
        // `as` saturates, which is far enough from the song's start.
        position_samples: seconds.map(|seconds| (seconds * sample_rate).round() as i64),
        position_seconds: seconds,
        position_beats: has_beats.then(|| beats(host.song_pos_beats)),
        bar_start_beats: has_beats.then(|| beats(host.bar_start)),
        bar: has_beats.then(|| i64::from(host.bar_number)),
        looping,
        loop_beats: has_loop.then(|| (beats(host.loop_start_beats), beats(host.loop_end_beats))),
        host_time_ns: None,
        frame_rate: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap_sys::events::{CLAP_EVENT_TRANSPORT, clap_event_header};

    fn host(flags: u32) -> clap_event_transport {
        clap_event_transport {
            header: clap_event_header {
                size: size_of::<clap_event_transport>() as u32,
                time: 0,
                space_id: 0,
                type_: CLAP_EVENT_TRANSPORT,
                flags: 0,
            },
            flags,
            song_pos_beats: -5 * CLAP_BEATTIME_FACTOR / 4,
            song_pos_seconds: 3 * CLAP_SECTIME_FACTOR / 2,
            tempo: 97.5,
            tempo_inc: 0.0,
            loop_start_beats: 4 * CLAP_BEATTIME_FACTOR,
            loop_end_beats: 8 * CLAP_BEATTIME_FACTOR,
            loop_start_seconds: 0,
            loop_end_seconds: 0,
            bar_start: -3 * CLAP_BEATTIME_FACTOR,
            bar_number: -1,
            tsig_num: 7,
            tsig_denom: 8,
        }
    }

    #[test]
    fn all_that_the_host_says_arrives_exactly() {
        let wanted = Transport {
            playing: true,
            recording: true,
            tempo_bpm: Some(97.5),
            time_signature: Some((7, 8)),
            position_samples: Some(72_000),
            position_seconds: Some(1.5),
            position_beats: Some(-1.25),
            bar_start_beats: Some(-3.0),
            bar: Some(-1),
            looping: true,
            loop_beats: Some((4.0, 8.0)),
            host_time_ns: None,
            frame_rate: None,
        };
        assert_eq!(transport(&host(u32::MAX), 48_000.0), wanted);
    }

    #[test]
    fn what_the_host_does_not_vouch_for_is_not_believed() {
        assert_eq!(transport(&host(0), 48_000.0), Transport::default());
    }
}
