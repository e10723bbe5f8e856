//! A child's own editor in a window of its own: what is asked of it, where it is, and where it may be
//! put.

use serde::{Deserialize, Serialize};

/// What a child's window is opened with.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WindowWish {
    /// What stands in its title bar.
    pub title: String,
    /// The window that it stays above: the window system's own name for it, or for a window in it.
    pub above: Option<u64>,
    /// Where it was last.
    pub last: Option<WindowPlace>,
    /// Pixels to a unit of length, where somebody knows better than the system.
    pub scale: Option<f64>,
    /// How many of its kind are open already: so that they do not hide each other.
    pub others: u32,
}

/// Where a child's window is. In the system's units of length, which on a screen of twice the usual
/// resolution are two pixels long.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WindowPlace {
    /// The left edge of its frame.
    pub x: i32,
    /// The top edge of its frame.
    pub y: i32,
    /// The width of what is in the frame.
    pub width: i32,
    /// The height of what is in the frame.
    pub height: i32,
}

/// The display that this process is to use.
pub(super) fn display() -> Option<String> {
    std::env::var("DISPLAY")
        .ok()
        .filter(|name| !name.is_empty())
}

/// How much of a title bar must be on a screen, so that the window can be got hold of.
const GRIP: (i32, i32) = (60, 20);

/// How far each window is from the one before.
const STEP: i32 = 28;

impl WindowPlace {
    fn overlap(&self, other: &Self) -> (i32, i32) {
        let along = |at: i32, long: i32, other_at: i32, other_long: i32| {
            let end = at
                .saturating_add(long)
                .min(other_at.saturating_add(other_long));
            end.saturating_sub(at.max(other_at))
        };
        (
            along(self.x, self.width, other.x, other.width),
            along(self.y, self.height, other.y, other.height),
        )
    }

    /// Whether a window there could be got hold of on one of the screens.
    pub(crate) fn is_reachable(&self, screens: &[Self]) -> bool {
        let bar = Self {
            height: GRIP.1,
            ..*self
        };
        screens.iter().any(|screen| {
            let (width, height) = bar.overlap(screen);
            width >= GRIP.0.min(self.width) && height >= GRIP.1
        })
    }

    /// Where a window of this size that was nowhere before is put: in the middle of the window that it
    /// stays above, else of the first screen, `others` steps away, and on that screen as a whole if it
    /// is small enough.
    pub(crate) fn in_the_middle(self, above: Option<Self>, screens: &[Self], others: u32) -> Self {
        let screen = above
            .and_then(|above| {
                let area = |screen: &&Self| {
                    let (width, height) = above.overlap(screen);
                    i64::from(width.max(0)) * i64::from(height.max(0))
                };
                screens.iter().max_by_key(area)
            })
            .or(screens.first());
        let Some(screen) = screen else { return self };
        let around = above.unwrap_or(*screen);
        let shift = STEP * (others % 8) as i32;
        let along = |at: i32, long: i32, own: i32, screen_at: i32, screen_long: i32| {
            let middle = at + (long - own) / 2 + shift;
            middle.min(screen_at + screen_long - own).max(screen_at)
        };
        Self {
            x: along(around.x, around.width, self.width, screen.x, screen.width),
            y: along(
                around.y,
                around.height,
                self.height,
                screen.y,
                screen.height,
            ),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(x: i32, y: i32, width: i32, height: i32) -> WindowPlace {
        WindowPlace {
            x,
            y,
            width,
            height,
        }
    }

    const SCREENS: [WindowPlace; 2] = [at(0, 0, 1920, 1080), at(1920, 0, 1280, 1024)];

    #[test]
    fn a_window_whose_screen_is_gone_is_not_put_there_again() {
        let place = at(2000, 100, 400, 300);
        assert!(place.is_reachable(&SCREENS));
        assert!(!place.is_reachable(&SCREENS[..1]));
        assert!(!place.is_reachable(&[]));
    }

    #[test]
    fn a_window_whose_title_bar_is_off_the_screen_is_not_put_there_again() {
        assert!(!at(100, -40, 400, 300).is_reachable(&SCREENS));
        assert!(!at(100, 1075, 400, 300).is_reachable(&SCREENS));
        assert!(!at(-380, 100, 400, 300).is_reachable(&SCREENS));
        assert!(at(-300, 100, 400, 300).is_reachable(&SCREENS));
        assert!(!at(i32::MAX, i32::MIN, i32::MAX, 300).is_reachable(&SCREENS));
    }

    #[test]
    fn a_new_window_comes_up_in_the_middle_of_the_racks_and_on_its_screen() {
        let size = at(0, 0, 400, 300);
        let rack = at(2000, 200, 800, 500);
        assert_eq!(
            size.in_the_middle(Some(rack), &SCREENS, 0),
            at(2200, 300, 400, 300)
        );
        assert_eq!(
            size.in_the_middle(None, &SCREENS, 0),
            at(760, 390, 400, 300)
        );
        let corner = at(3100, 900, 100, 100);
        assert_eq!(
            size.in_the_middle(Some(corner), &SCREENS, 0),
            at(2800, 724, 400, 300)
        );
        let tall = at(0, 0, 400, 2000);
        assert_eq!(tall.in_the_middle(None, &SCREENS, 0).y, 0);
    }

    #[test]
    fn windows_opened_one_after_the_other_do_not_hide_each_other() {
        let size = at(0, 0, 400, 300);
        let first = size.in_the_middle(None, &SCREENS, 0);
        let second = size.in_the_middle(None, &SCREENS, 1);
        assert_eq!((second.x - first.x, second.y - first.y), (STEP, STEP));
    }
}
