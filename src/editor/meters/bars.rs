//! What a meter consists of: bars along it, in pixels.

use super::Reading;
use crate::editor::level::{LEVEL_STEPS, level_step};

/// What a bar is drawn with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// Nothing is there.
    Back,
    /// A level.
    Level,
    /// A level above full scale.
    Hot,
}

/// A part of a meter, in pixels from where silence is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bar {
    /// Where it begins.
    pub from: i32,
    /// Where it ends.
    pub to: i32,
    /// What it is drawn with.
    pub ink: Ink,
}

/// Where a level stands on a meter of so many pixels.
fn position(step: u16, length: i32) -> i32 {
    (f32::from(step) / f32::from(LEVEL_STEPS) * length as f32).round() as i32
}

/// Where full scale is on a meter of so many pixels.
pub fn full_scale(length: i32) -> i32 {
    position(level_step(1.0), length)
}

/// All of a meter of so many pixels, from silence on, without gaps: filled to the mean level, and with a line of
/// `line` pixels that ends at the peak. What is above full scale is hot, and so is the line if its end is.
pub fn bars(reading: Reading, length: i32, line: i32) -> Vec<Bar> {
    let full = full_scale(length);
    let (rms, peak) = (
        position(reading.rms, length),
        position(reading.peak, length),
    );
    let line_from = (peak - line).max(0);
    let mut cuts = [0, rms.min(full), rms, full, line_from, peak, length];
    cuts.sort_unstable();
    let mut bars: Vec<Bar> = Vec::new();
    for pair in cuts.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        let is_hot = match from {
            _ if (line_from..peak).contains(&from) => Some(peak > full),
            _ if from < rms => Some(from >= full),
            _ => None,
        };
        let ink = match is_hot {
            Some(true) => Ink::Hot,
            Some(false) => Ink::Level,
            None => Ink::Back,
        };
        match bars.last_mut() {
            _ if from == to => {}
            Some(last) if last.ink == ink => last.to = to,
            _ => bars.push(Bar { from, to, ink }),
        }
    }
    bars
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(rms: u16, peak: u16) -> Vec<(i32, i32, Ink)> {
        let bars = bars(Reading { peak, rms }, 132, 4);
        bars.iter().map(|bar| (bar.from, bar.to, bar.ink)).collect()
    }

    #[test]
    fn a_meter_is_filled_to_the_mean_level_and_has_a_line_at_the_peak() {
        use Ink::{Back, Hot, Level};
        assert_eq!(drawn(0, 0), [(0, 132, Back)]);
        assert_eq!(
            drawn(20, 40),
            [
                (0, 40, Level),
                (40, 76, Back),
                (76, 80, Level),
                (80, 132, Back)
            ]
        );
        // A line at the very bottom is as much of it as there is room for.
        assert_eq!(drawn(0, 1), [(0, 2, Level), (2, 132, Back)]);
        assert_eq!(
            drawn(30, 66),
            [(0, 60, Level), (60, 128, Back), (128, 132, Hot)]
        );
        assert_eq!(drawn(66, 66), [(0, 120, Level), (120, 132, Hot)]);
    }

    #[test]
    fn bars_fill_every_meter_without_a_gap_whatever_the_levels() {
        for length in [1, 7, 66, 151] {
            for rms in 0..=LEVEL_STEPS {
                for peak in 0..=LEVEL_STEPS {
                    let bars = bars(Reading { peak, rms }, length, 2);
                    assert_eq!(bars.first().map(|bar| bar.from), Some(0));
                    assert_eq!(bars.last().map(|bar| bar.to), Some(length));
                    let joined = bars
                        .windows(2)
                        .all(|pair| pair[0].to == pair[1].from && pair[0].ink != pair[1].ink);
                    assert!(joined, "{rms} {peak} {length}: {bars:?}");
                }
            }
        }
    }
}
