//! Where everything in the rack stands, as rectangles: chains from top to bottom, a split's chains side by
//! side. A function of the model and of the room there is, so that what cannot be seen need not be drawn, and
//! what is dropped finds its place.

use egui::{Pos2, Rect, Vec2, pos2, vec2};

use crate::editor::theme::sizes::{GAP, PADDING};
use crate::rack::{Chain, ChainId, Item, Place, Rack, Slot, Split};

/// The narrowest slot.
pub const NARROWEST: f32 = 340.0;
/// From this width on, a slot's numbers stand beside its controls and not below them.
pub const WIDE: f32 = 600.0;

const SLOT_HEIGHT: f32 = 70.0;
const NARROW_SLOT_HEIGHT: f32 = 94.0;
const UNKNOWN_HEIGHT: f32 = 48.0;
const EMPTY_HEIGHT: f32 = 56.0;
const EMPTY_RACK_HEIGHT: f32 = 132.0;
/// The line at a chain's end, where the next plugin goes.
const END_HEIGHT: f32 = 26.0;
const SPLIT_TITLE_HEIGHT: f32 = 32.0;
const CHAIN_HEADER_HEIGHT: f32 = 64.0;

/// A part of the picture.
#[derive(Clone, Copy, Debug)]
pub enum Part<'a> {
    /// A slot.
    Slot(&'a Slot),
    /// The frame of a split; the title is at its top.
    Split(&'a Split),
    /// Something that this version does not understand.
    Unknown,
    /// The header of a split's chain, counted from zero.
    Header(&'a Split, usize),
    /// The room of a chain that holds nothing.
    Empty(ChainId),
    /// The end of a chain that holds something.
    End(ChainId),
}

/// A part in its place.
#[derive(Clone, Copy, Debug)]
pub struct Placed<'a> {
    /// What.
    pub part: Part<'a>,
    /// Where, from the rack's upper left corner.
    pub rect: Rect,
    /// Where it stands in the rack; for what belongs to a chain as a whole, the chain's beginning.
    pub place: Place,
}

/// The room of a chain.
#[derive(Clone, Debug)]
pub struct ChainArea {
    /// Which.
    pub chain: ChainId,
    /// All of it, its header with it.
    pub rect: Rect,
    /// Where its items are.
    pub items: Vec<Rect>,
    /// Below its header.
    pub top: f32,
}

/// See the [module](self).
#[derive(Debug, Default)]
pub struct Plan<'a> {
    /// Everything that is drawn, what is behind before what is in front of it.
    pub parts: Vec<Placed<'a>>,
    /// Every chain; those in splits after those that they are in.
    pub chains: Vec<ChainArea>,
    /// How large it is.
    pub size: Vec2,
    /// How wide the window is: no slot is wider, so that both of its ends can be seen.
    window: f32,
}

impl<'a> Plan<'a> {
    /// Lays a rack out for a window of this width.
    pub fn of(rack: &'a Rack, width: f32) -> Self {
        let mut plan = Self {
            window: width.max(NARROWEST),
            ..Self::default()
        };
        let width = width.max(chain_width(&rack.chain));
        let bottom = plan.chain(ChainId::ROOT, &rack.chain, Pos2::ZERO, width);
        plan.size = vec2(width, bottom);
        plan.chains[0].rect = Rect::from_min_size(Pos2::ZERO, plan.size);
        plan
    }

    /// The place nearest to a point, and the line to show it with.
    pub fn place_at(&self, point: Pos2) -> Option<(Place, Rect)> {
        let within = |area: &&ChainArea| area.rect.contains(point);
        let area = self.chains.iter().rev().find(within);
        let area = area.or_else(|| self.chains.first())?;
        let above = |rect: &&Rect| rect.center().y <= point.y;
        let at = area.items.iter().take_while(above).count();
        let chain = area.chain;
        Some((Place { chain, at }, area.line(at)))
    }

    /// Lays a chain out, and says where it ends.
    fn chain(&mut self, id: ChainId, chain: &'a Chain, from: Pos2, width: f32) -> f32 {
        let number = self.chains.len();
        self.chains.push(ChainArea {
            chain: id,
            rect: Rect::NOTHING,
            items: Vec::with_capacity(chain.0.len()),
            top: from.y,
        });
        let mut y = from.y;
        for (at, item) in chain.0.iter().enumerate() {
            let place = Place { chain: id, at };
            let from = pos2(from.x, y);
            let bottom = match item {
                Item::Slot(slot) => {
                    let width = width.min(self.window);
                    let height = if width < WIDE {
                        NARROW_SLOT_HEIGHT
                    } else {
                        SLOT_HEIGHT
                    };
                    self.part(Part::Slot(slot), from, vec2(width, height), place)
                }
                Item::Split(split) => self.split(split, from, width, place),
                Item::Unknown(_) => {
                    let size = vec2(width.min(self.window), UNKNOWN_HEIGHT);
                    self.part(Part::Unknown, from, size, place)
                }
            };
            let rect = Rect::from_min_max(from, pos2(from.x + width, bottom));
            self.chains[number].items.push(rect);
            y = bottom + GAP;
        }
        let (part, height) = match (chain.0.is_empty(), id) {
            (true, ChainId::ROOT) => (Part::Empty(id), EMPTY_RACK_HEIGHT),
            (true, _) => (Part::Empty(id), EMPTY_HEIGHT),
            (false, _) => (Part::End(id), END_HEIGHT),
        };
        let place = Place {
            chain: id,
            at: chain.0.len(),
        };
        self.part(part, pos2(from.x, y), vec2(width, height), place)
    }

    fn split(&mut self, split: &'a Split, from: Pos2, width: f32, place: Place) -> f32 {
        let frame = self.parts.len();
        self.part(Part::Split(split), from, Vec2::ZERO, place);
        let top = from.y + SPLIT_TITLE_HEIGHT;
        let spare = width - split_width(split);
        let spare = spare.max(0.0) / split.chains.len().max(1) as f32;
        let mut x = from.x + PADDING;
        let mut bottom = top;
        let first = self.chains.len();
        let mut columns = Vec::with_capacity(split.chains.len());
        for (number, chain) in split.chains.iter().enumerate() {
            let width = column_width(&chain.chain) + spare;
            let place = Place {
                chain: chain.id,
                at: 0,
            };
            let size = vec2(width, CHAIN_HEADER_HEIGHT);
            let below = self.part(Part::Header(split, number), pos2(x, top), size, place) + GAP;
            columns.push((self.chains.len(), x, width));
            bottom = bottom.max(self.chain(chain.id, &chain.chain, pos2(x, below), width));
            x += width + GAP;
        }
        debug_assert!(columns.is_empty() || columns[0].0 == first);
        for (number, x, width) in columns {
            let size = vec2(width, bottom - top);
            self.chains[number].rect = Rect::from_min_size(pos2(x, top), size);
        }
        let bottom = bottom + PADDING;
        self.parts[frame].rect = Rect::from_min_max(from, pos2(from.x + width, bottom));
        bottom
    }

    fn part(&mut self, part: Part<'a>, from: Pos2, size: Vec2, place: Place) -> f32 {
        let rect = Rect::from_min_size(from, size);
        self.parts.push(Placed { part, rect, place });
        rect.bottom()
    }
}

impl ChainArea {
    /// A line before one of its places.
    fn line(&self, at: usize) -> Rect {
        let y = match (at.checked_sub(1), self.items.get(at)) {
            (_, Some(below)) => below.top() - GAP / 2.0,
            (Some(above), None) => self.items[above].bottom() + GAP / 2.0,
            (None, None) => self.top,
        };
        Rect::from_x_y_ranges(self.rect.x_range(), y..=y)
    }
}

/// The title of a split's frame.
pub fn title_of(frame: Rect) -> Rect {
    Rect::from_min_size(frame.min, vec2(frame.width(), SPLIT_TITLE_HEIGHT))
}

fn column_width(chain: &Chain) -> f32 {
    chain_width(chain).max(NARROWEST)
}

fn chain_width(chain: &Chain) -> f32 {
    let widths = chain.0.iter().map(|item| match item {
        Item::Split(split) => split_width(split),
        Item::Slot(_) | Item::Unknown(_) => NARROWEST,
    });
    widths.fold(0.0, f32::max)
}

fn split_width(split: &Split) -> f32 {
    let columns: f32 = (split.chains.iter())
        .map(|chain| column_width(&chain.chain) + GAP)
        .sum();
    (columns - GAP + 2.0 * PADDING).max(NARROWEST)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state;

    const NESTED: &str = r#"{"chain": [{"plugin": "A"},
        {"split": "parallel", "chains": [
            [{"plugin": "B"}, {"split": "mid_side", "chains": [[{"plugin": "C"}], []]}],
            []]},
        {"split": "parallel", "chains": []}, {"?": 0}]}"#;

    #[test]
    fn nothing_covers_anything_but_what_it_is_in_however_little_room_there_is() {
        let rack = state::parse(NESTED).expect("a rack").rack;
        for width in [0.0, 300.0, 700.0, 3000.0] {
            let plan = Plan::of(&rack, width);
            let all = Rect::from_min_size(Pos2::ZERO, plan.size);
            for (number, one) in plan.parts.iter().enumerate() {
                assert!(all.contains_rect(one.rect), "{width}: {one:?}");
                for other in &plan.parts[number + 1..] {
                    let apart = !one.rect.shrink(0.5).intersects(other.rect);
                    let inside = matches!(one.part, Part::Split(_));
                    let inside = inside && one.rect.contains_rect(other.rect);
                    assert!(apart || inside, "{width}: {one:?} and {other:?}");
                }
            }
        }
    }

    #[test]
    fn every_place_of_every_chain_can_be_pointed_at() {
        let rack = state::parse(NESTED).expect("a rack").rack;
        let plan = Plan::of(&rack, 1000.0);
        for area in &plan.chains {
            for at in 0..=area.items.len() {
                let line = area.line(at);
                let place = Place {
                    chain: area.chain,
                    at,
                };
                let found = plan.place_at(line.center()).map(|(place, _)| place);
                assert_eq!(found, Some(place));
            }
        }
    }
}
