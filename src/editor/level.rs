//! Levels and costs in the steps that they are drawn in, so that a window is drawn again only where that is to
//! be seen.

/// The lowest level that is drawn, in dBFS; what is lower is nothing.
pub const LOWEST_DB: f32 = -60.0;
/// The highest level that is drawn, in dBFS.
pub const HIGHEST_DB: f32 = 6.0;
/// Steps from the lowest to the highest level: a little less than a pixel each.
pub const LEVEL_STEPS: u16 = 66;

/// A linear level as a step of a meter: 0 for nothing, [`LEVEL_STEPS`] for the highest.
pub fn level_step(linear: f32) -> u16 {
    if !linear.is_finite() {
        return LEVEL_STEPS;
    }
    let db = 20.0 * linear.max(1e-10).log10();
    let share = (db - LOWEST_DB) / (HIGHEST_DB - LOWEST_DB);
    (share.clamp(0.0, 1.0) * f32::from(LEVEL_STEPS)).round() as u16
}

/// A cost, as a share of the time that the host has, in tenths of a percent.
pub fn cost_step(share: f32) -> u32 {
    match share.is_finite() {
        true => (share.clamp(0.0, 100.0) * 1000.0).round() as u32,
        false => 100_000,
    }
}

/// A cost in words: "3.2 %".
pub fn cost_in_words(share: f32) -> String {
    format!("{:.1} %", cost_step(share) as f32 / 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_no_step_and_full_scale_and_what_is_no_number_are_high_up() {
        assert_eq!(level_step(0.0), 0);
        assert_eq!(level_step(1.0), 60);
        assert_eq!(level_step(f32::INFINITY), LEVEL_STEPS);
        assert_eq!(level_step(f32::NAN), LEVEL_STEPS);
        assert_eq!(cost_in_words(0.0321), "3.2 %");
    }
}
