//! What the header says of the rack as a whole, in words.

use crate::editor::level::cost_in_words;
use crate::session::View;

/// "Latency 512 samples, 10.7 ms"; nothing before the rack is prepared.
pub(super) fn latency(view: &View) -> Option<String> {
    let samples = view.latencies.as_ref()?.total_samples;
    let milliseconds = 1000.0 * f64::from(samples) / view.sample_rate.filter(|rate| *rate > 0.0)?;
    let unit = if samples == 1 { "sample" } else { "samples" };
    Some(format!("Latency {samples} {unit}, {milliseconds:.1} ms"))
}

/// "48 kHz, 512 samples"; nothing before the rack is prepared.
pub(super) fn rate(view: &View) -> Option<String> {
    let khz = view.sample_rate? / 1000.0;
    let frames = view.max_frames?;
    // 44.1 and not 44.10.
    let khz = (khz * 1000.0).round() / 1000.0;
    Some(format!("{khz} kHz, {frames} samples"))
}

/// "Cost 3.2 %": of the rack as a whole. Chains that run side by side count once.
pub(super) fn cost(view: &View) -> String {
    format!("Cost {}", cost_in_words(view.cost.smoothed()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Latencies;

    #[test]
    fn latency_and_rate_are_told_once_they_are_known() {
        let mut view = View::default();
        assert_eq!((latency(&view), rate(&view)), (None, None));
        view.sample_rate = Some(44_100.0);
        view.max_frames = Some(512);
        view.latencies = Some(Latencies {
            total_samples: 512,
            ..Latencies::default()
        });
        assert_eq!(
            latency(&view).as_deref(),
            Some("Latency 512 samples, 11.6 ms")
        );
        assert_eq!(rate(&view).as_deref(), Some("44.1 kHz, 512 samples"));
    }
}
