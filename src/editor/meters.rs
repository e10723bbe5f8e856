//! Meters: which there are, what they show, and what they consist of, whoever draws them.
//!
//! egui draws all of them with each frame. Between frames [`Outside`](super::outside::Outside) draws those that
//! [`MeterWatch`] finds in full view, where a system allows that: a level that moves is then no reason to draw
//! the whole window again.

mod bars;
mod watch;

pub use bars::{Bar, Ink, bars, full_scale};
pub use watch::{DrawnMeter, MeterWatch, line};

use super::level::level_step;
use super::theme::Theme;
use crate::rack::meters::LevelMeter;
use crate::rack::{ChainId, SlotId};
use crate::session::View;

/// One of a rack's meters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MeterId {
    /// What goes into a slot.
    Input(SlotId),
    /// What comes out of it.
    Output(SlotId),
    /// What comes out of a chain of a split.
    Chain(ChainId),
}

impl MeterId {
    /// What measures it; nothing where that is not in the rack any more, or not yet.
    pub fn find(self, view: &View) -> Option<&LevelMeter> {
        let slot = |id| view.slots.get(&id)?.desk.as_ref().map(|(_, meters)| meters);
        match self {
            Self::Input(id) => slot(id).map(|meters| &meters.input),
            Self::Output(id) => slot(id).map(|meters| &meters.output),
            Self::Chain(id) => view.chains.get(&id).map(|(_, meters)| &meters.output),
        }
    }
}

/// What a meter shows, in the steps of [`level_step`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Reading {
    /// The peak.
    pub peak: u16,
    /// The mean level.
    pub rms: u16,
}

impl Reading {
    /// What it shows now; silence where nothing measures.
    pub fn of(meter: Option<&LevelMeter>) -> Self {
        meter.map_or_else(Self::default, |meter| Self {
            peak: level_step(meter.peak()),
            rms: level_step(meter.rms()),
        })
    }
}

/// A part of the window, in its pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pixels {
    /// From the left.
    pub x: i32,
    /// From the top.
    pub y: i32,
    /// To the right.
    pub width: i32,
    /// Down.
    pub height: i32,
}

impl Pixels {
    /// The pixels that egui fills for a rectangle in points, at so many pixels to a point.
    pub fn of(rect: egui::Rect, scale: f32) -> Self {
        let [left, top, right, bottom] =
            [rect.left(), rect.top(), rect.right(), rect.bottom()].map(|it| (it * scale).round());
        Self {
            x: left as i32,
            y: top as i32,
            width: (right - left) as i32,
            height: (bottom - top) as i32,
        }
    }

    /// What is in both; nothing where that is empty.
    pub fn intersect(self, other: Self) -> Option<Self> {
        let (x, y) = (self.x.max(other.x), self.y.max(other.y));
        let both = Self {
            x,
            y,
            width: (self.x + self.width).min(other.x + other.width) - x,
            height: (self.y + self.height).min(other.y + other.height) - y,
        };
        (both.width > 0 && both.height > 0).then_some(both)
    }
}

/// A meter in full view, where it stands in the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlacedMeter {
    /// Which one.
    pub id: MeterId,
    /// From left to right, and not from below.
    pub across: bool,
    /// All of it.
    pub whole: Pixels,
    /// What is to be seen of it: the rest may be scrolled away.
    pub seen: Pixels,
    /// How thick the line at the peak is, in pixels.
    pub line: i32,
}

impl PlacedMeter {
    /// How long it is, in pixels.
    pub fn length(&self) -> i32 {
        match self.across {
            true => self.whole.width,
            false => self.whole.height,
        }
    }

    /// Where one of its bars is.
    pub fn place(&self, bar: Bar) -> Pixels {
        let (whole, thick) = (self.whole, bar.to - bar.from);
        match self.across {
            true => Pixels {
                x: whole.x + bar.from,
                width: thick,
                ..whole
            },
            false => Pixels {
                y: whole.y + whole.height - bar.to,
                height: thick,
                ..whole
            },
        }
    }
}

/// What meters are drawn with, as red, green and blue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Inks {
    /// Behind levels.
    pub back: [u8; 3],
    /// Levels.
    pub level: [u8; 3],
    /// Levels above full scale.
    pub hot: [u8; 3],
}

impl Inks {
    /// A theme's.
    pub fn of(theme: &Theme) -> Self {
        let [back, level, hot] = [theme.meter_back, theme.meter, theme.meter_hot].map(|colour| {
            let [red, green, blue, _] = colour.to_array();
            [red, green, blue]
        });
        Self { back, level, hot }
    }

    /// One of them.
    pub fn get(&self, ink: Ink) -> [u8; 3] {
        match ink {
            Ink::Back => self.back,
            Ink::Level => self.level,
            Ink::Hot => self.hot,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bars_of_a_meter_stand_where_it_stands_from_below_or_from_the_left() {
        let meter = PlacedMeter {
            id: MeterId::Input(SlotId(1)),
            across: false,
            whole: Pixels {
                x: 10,
                y: 20,
                width: 8,
                height: 66,
            },
            seen: Pixels::default(),
            line: 2,
        };
        let bar = Bar {
            from: 0,
            to: 6,
            ink: Ink::Level,
        };
        let up = meter.place(bar);
        assert_eq!((up.x, up.y, up.width, up.height), (10, 80, 8, 6));
        let across = PlacedMeter {
            across: true,
            ..meter
        };
        let along = across.place(bar);
        let along = (along.x, along.y, along.width, along.height);
        assert_eq!(along, (10, 20, 6, 66));
    }
}
