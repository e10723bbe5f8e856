//! Where everything of a rack goes on its picture: a pure function from what is in the rack to places.
//!
//! Audio goes from left to right. A chain that is too long goes on in a next line, as text does, and a
//! split is a frame with a lane for each of its chains. Each thing is laid out in its own frame of
//! reference, from (0, 0), and then put where its parent wants it. All lengths are pixels of the
//! finished picture.

/// A slot's box, with one line of settings.
pub const SLOT: (i32, i32) = (208, 92);
/// A line in a slot's box.
pub const LINE: i32 = 25;
/// How many settings are in a line.
pub const SETTINGS: usize = 2;
/// Between two things of a chain, for the wire to be seen.
const GAP: i32 = 24;
/// Between two lines of a chain, for the wire to get back to the left.
const LINE_GAP: i32 = 34;
/// From the edge of a split's frame to its bars.
const EDGE: i32 = 16;
/// From a split's bars to its lanes.
const LEAD: i32 = 22;
/// The line with a split's kind.
pub const TITLE: i32 = 38;
/// The line above a lane, with the chain's name.
pub const LABEL: i32 = 26;
/// Between two lanes, and below the last one.
const LANE_GAP: i32 = 14;
/// A lane with nothing in it.
const EMPTY_LANE: i32 = 30;
/// The least room for what tells that a chain waits.
pub const WAIT: (i32, i32) = (170, 30);
/// The least room for a lane, so that what stands above it can be read.
const LANE_WIDTH: i32 = 150;
/// "In" and "out".
const TERMINAL: (i32, i32) = (52, 34);

/// What is at one place of a chain.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    Slot(SlotNode),
    Split(SplitNode),
}

/// A slot.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SlotNode {
    pub name: String,
    pub format: String,
    /// "bypassed", "mix 50 %"
    pub settings: Vec<String>,
    pub latency_samples: u32,
    /// How much of the output is the plugin's, from 0 to 1.
    pub mix: f32,
    pub bypass: bool,
    /// The plugin is not there, or failed.
    pub is_missing: bool,
}

/// A split.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SplitNode {
    pub kind: String,
    pub latency_samples: u32,
    pub lanes: Vec<Lane>,
}

/// A chain of a split.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lane {
    pub label: String,
    pub is_heard: bool,
    pub nodes: Vec<Node>,
    /// By how much it is delayed, so that it is as late as its neighbours.
    pub waits_samples: u32,
}

/// A rectangle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rect {
    pub x: i32,
    pub y: i32,
    pub width: i32,
    pub height: i32,
}

/// Something to be drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Shape<'n> {
    pub what: What<'n>,
    /// False where nothing of it is heard: its chain is muted.
    pub is_heard: bool,
}

/// What is to be drawn.
#[derive(Clone, Debug, PartialEq)]
pub enum What<'n> {
    /// A split's frame, with so many around it.
    Frame(Rect, &'n SplitNode, usize),
    Slot(Rect, &'n SlotNode),
    /// What stands above a lane.
    Label(Rect, &'n str),
    /// A lane that waits for so many samples.
    Wait(Rect, u32),
    /// A way that audio goes, from corner to corner.
    Wire(Vec<(i32, i32)>),
    /// "In" or "out".
    Terminal(Rect, &'static str),
}

/// A rack, laid out. What is in front comes last.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layout<'n> {
    pub width: i32,
    pub height: i32,
    pub shapes: Vec<Shape<'n>>,
}

/// Lays out a rack in as little more than `width` as its deepest split needs.
pub fn lay_out(nodes: &[Node], width: i32) -> Layout<'_> {
    let sides = 2 * (TERMINAL.0 + GAP);
    let chain = series(nodes, width - sides, 0, true);
    let top = (TERMINAL.1 / 2 - chain.entry).max(0);
    let mut layout = Layout {
        width: chain.width + sides,
        height: (top + chain.height).max(top + chain.exit + TERMINAL.1 / 2),
        shapes: Vec::new(),
    };
    let left = TERMINAL.0 + GAP;
    let (entry, exit) = (top + chain.entry, top + chain.exit);
    let end = left + chain.end;
    layout.wire(&[(TERMINAL.0, entry), (left, entry)], true);
    layout.wire(&[(end, exit), (end + GAP, exit)], true);
    layout.take(chain, left, top);
    for (x, y, name) in [(0, entry, "In"), (end + GAP, exit, "Out")] {
        let rect = Rect {
            x,
            y: y - TERMINAL.1 / 2,
            width: TERMINAL.0,
            height: TERMINAL.1,
        };
        layout.add(What::Terminal(rect, name), true);
    }
    layout
}

/// Something laid out, and where the wire meets it: at the left at `entry`, at `end` at `exit`.
#[derive(Default)]
struct Part<'n> {
    width: i32,
    height: i32,
    entry: i32,
    exit: i32,
    /// Where its last line ends.
    end: i32,
    shapes: Vec<Shape<'n>>,
}

fn series(nodes: &[Node], available: i32, depth: usize, is_heard: bool) -> Part<'_> {
    if nodes.is_empty() {
        return Part {
            height: EMPTY_LANE,
            entry: EMPTY_LANE / 2,
            exit: EMPTY_LANE / 2,
            ..Part::default()
        };
    }
    let mut lines: Vec<Vec<Part<'_>>> = vec![Vec::new()];
    let mut filled = 0;
    for node in nodes {
        let part = match node {
            Node::Slot(node) => slot(node, is_heard),
            Node::Split(node) => split(node, available, depth, is_heard),
        };
        let is_first = lines.last().is_none_or(Vec::is_empty);
        if !is_first && filled + GAP + part.width > available {
            lines.push(Vec::new());
            filled = part.width;
        } else {
            filled += part.width + if is_first { 0 } else { GAP };
        }
        lines.last_mut().expect("a line").push(part);
    }

    let mut all = Part::default();
    let mut top = 0;
    for (number, line) in lines.into_iter().enumerate() {
        let above = line.iter().map(|part| part.entry).max().unwrap_or(0);
        let below = line.iter().map(|part| part.height - part.entry).max();
        let axis = top + above;
        if number == 0 {
            all.entry = axis;
        } else {
            // Back to the left, between the lines.
            let between = top - LINE_GAP / 2;
            let out = all.end + GAP / 2;
            let corners = [
                (all.end, all.exit),
                (out, all.exit),
                (out, between),
                (-GAP / 2, between),
                (-GAP / 2, axis),
                (0, axis),
            ];
            all.wire(&corners, is_heard);
        }
        let mut x = 0;
        for (place, part) in line.into_iter().enumerate() {
            if place > 0 {
                all.wire(&[(x, axis), (x + GAP, axis)], is_heard);
                x += GAP;
            }
            let (width, y) = (part.width, axis - part.entry);
            all.take(part, x, y);
            x += width;
        }
        (all.end, all.exit) = (x, axis);
        all.width = all.width.max(x);
        all.height = axis + below.unwrap_or(0);
        top = all.height + LINE_GAP;
    }
    all
}

fn slot(node: &SlotNode, is_heard: bool) -> Part<'_> {
    let more_lines = node.settings.len().saturating_sub(1) / SETTINGS;
    let (width, height) = (SLOT.0, SLOT.1 + LINE * more_lines as i32);
    let rect = Rect {
        x: 0,
        y: 0,
        width,
        height,
    };
    let mut part = Part {
        width,
        height,
        entry: height / 2,
        exit: height / 2,
        end: width,
        shapes: Vec::new(),
    };
    part.add(What::Slot(rect, node), is_heard);
    part
}

fn split(node: &SplitNode, available: i32, depth: usize, is_heard: bool) -> Part<'_> {
    let sides = 2 * (EDGE + LEAD);
    let available = (available - sides).max(SLOT.0);
    let heard = |lane: &Lane| is_heard && lane.is_heard;
    let lanes: Vec<(&Lane, Part<'_>)> = (node.lanes.iter())
        .map(|lane| {
            let part = series(&lane.nodes, available, depth + 1, heard(lane));
            (lane, part)
        })
        .collect();
    let needed = lanes.iter().map(|(lane, part)| {
        let waiting = match (lane.waits_samples, part.end) {
            (0, end) => end,
            (_, 0) => WAIT.0,
            (_, end) => end + GAP + WAIT.0,
        };
        part.width.max(waiting)
    });
    let inner = needed.max().unwrap_or(0).max(LANE_WIDTH);

    let mut frame = Part {
        width: inner + sides,
        ..Part::default()
    };
    let (left, right) = (EDGE + LEAD, EDGE + LEAD + inner);
    let mut shapes = Part::default();
    let mut y = TITLE;
    let mut bars = Vec::new();
    for (lane, part) in lanes {
        let is_heard = heard(lane);
        let label = Rect {
            x: left,
            y,
            width: inner,
            height: LABEL,
        };
        shapes.add(What::Label(label, &lane.label), is_heard);
        y += LABEL;
        let (entry, exit, end) = (y + part.entry, y + part.exit, left + part.end);
        bars.push((entry, exit, is_heard));
        shapes.wire(&[(EDGE, entry), (left, entry)], is_heard);
        shapes.wire(&[(end, exit), (frame.width - EDGE, exit)], is_heard);
        if lane.waits_samples > 0 {
            let x = if part.end == 0 { left } else { end + GAP };
            let rect = Rect {
                x,
                y: exit - WAIT.1 / 2,
                width: right - x,
                height: WAIT.1,
            };
            shapes.add(What::Wait(rect, lane.waits_samples), is_heard);
        }
        let height = part.height;
        shapes.take(part, left, y);
        y += height + LANE_GAP;
    }
    if bars.is_empty() {
        // Audio passes.
        y += EMPTY_LANE;
    }
    frame.height = y;
    // In the middle of what is beside it.
    let entries = || bars.iter().map(|bar| bar.0);
    let (first, last) = (entries().min(), entries().max());
    let axis = first
        .zip(last)
        .map_or(TITLE + EMPTY_LANE / 2, |(first, last)| {
            first + (last - first) / 2
        });
    frame.entry = axis;
    frame.exit = axis;
    frame.end = frame.width;
    let rect = Rect {
        x: 0,
        y: 0,
        width: frame.width,
        height: frame.height,
    };
    frame.add(What::Frame(rect, node, depth), is_heard);
    let across = if bars.is_empty() {
        frame.width - EDGE
    } else {
        EDGE
    };
    frame.wire(&[(0, axis), (across, axis)], is_heard);
    frame.wire(&[(frame.width - EDGE, axis), (frame.width, axis)], is_heard);
    frame.shapes.append(&mut shapes.shapes);
    // The bars as far as all lanes reach, and over that, as far as those do that are heard.
    for pick in [false, true] {
        let ends = |at: fn(&(i32, i32, bool)) -> i32| {
            let bars = bars.iter().filter(|bar| bar.2 || !pick).map(at);
            let ends = bars.clone().min().zip(bars.max())?;
            Some((ends.0.min(axis), ends.1.max(axis)))
        };
        for (x, ends) in [
            (EDGE, ends(|bar| bar.0)),
            (frame.width - EDGE, ends(|bar| bar.1)),
        ] {
            if let Some((low, high)) = ends {
                frame.wire(&[(x, low), (x, high)], pick);
            }
        }
    }
    frame
}

/// What shapes can be added to.
trait Shapes<'n> {
    fn shapes(&mut self) -> &mut Vec<Shape<'n>>;

    fn add(&mut self, what: What<'n>, is_heard: bool) {
        self.shapes().push(Shape { what, is_heard });
    }

    fn wire(&mut self, corners: &[(i32, i32)], is_heard: bool) {
        self.add(What::Wire(corners.to_vec()), is_heard);
    }

    /// Adds the shapes of a part whose (0, 0) is at `x`, `y` here.
    fn take(&mut self, part: Part<'n>, x: i32, y: i32) {
        let moved = part.shapes.into_iter().map(|shape| shape.moved(x, y));
        self.shapes().extend(moved);
    }
}

impl<'n> Shapes<'n> for Part<'n> {
    fn shapes(&mut self) -> &mut Vec<Shape<'n>> {
        &mut self.shapes
    }
}

impl<'n> Shapes<'n> for Layout<'n> {
    fn shapes(&mut self) -> &mut Vec<Shape<'n>> {
        &mut self.shapes
    }
}

impl Shape<'_> {
    fn moved(mut self, x: i32, y: i32) -> Self {
        match &mut self.what {
            What::Wire(corners) => {
                for corner in corners {
                    corner.0 += x;
                    corner.1 += y;
                }
            }
            What::Frame(rect, ..)
            | What::Slot(rect, _)
            | What::Label(rect, _)
            | What::Wait(rect, _)
            | What::Terminal(rect, _) => {
                rect.x += x;
                rect.y += y;
            }
        }
        self
    }
}

/// The text as long as it fits into `width`, and then "…". `measure` tells how wide a text is.
pub fn elided(text: &str, width: i32, measure: impl Fn(&str) -> i32) -> String {
    if measure(text) <= width {
        return text.to_owned();
    }
    let mut letters: Vec<char> = text.chars().collect();
    while letters.pop().is_some() {
        let short: String = letters.iter().collect();
        let short = format!("{}…", short.trim_end());
        if measure(&short) <= width {
            return short;
        }
    }
    String::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn a_slot() -> Node {
        Node::Slot(SlotNode::default())
    }

    fn a_lane(nodes: Vec<Node>, waits_samples: u32) -> Lane {
        Lane {
            is_heard: true,
            nodes,
            waits_samples,
            ..Lane::default()
        }
    }

    fn a_split(lanes: Vec<Lane>) -> Node {
        Node::Split(SplitNode {
            lanes,
            ..SplitNode::default()
        })
    }

    fn rect(what: &What<'_>) -> Option<Rect> {
        match what {
            What::Frame(rect, ..)
            | What::Slot(rect, _)
            | What::Label(rect, _)
            | What::Wait(rect, _)
            | What::Terminal(rect, _) => Some(*rect),
            What::Wire(_) => None,
        }
    }

    fn boxes(layout: &Layout<'_>) -> Vec<Rect> {
        let is_box = |what: &What<'_>| !matches!(what, What::Frame(..));
        let shapes = layout.shapes.iter().map(|shape| &shape.what);
        shapes.filter(|it| is_box(it)).filter_map(rect).collect()
    }

    fn frames(layout: &Layout<'_>) -> Vec<(Rect, usize)> {
        let shapes = layout.shapes.iter();
        let frame = |shape: &Shape<'_>| match shape.what {
            What::Frame(rect, _, depth) => Some((rect, depth)),
            _ => None,
        };
        shapes.filter_map(frame).collect()
    }

    fn overlap(one: &Rect, other: &Rect) -> bool {
        one.x < other.x + other.width
            && other.x < one.x + one.width
            && one.y < other.y + other.height
            && other.y < one.y + one.height
    }

    fn contains(outer: &Rect, inner: &Rect) -> bool {
        outer.x <= inner.x
            && outer.y <= inner.y
            && inner.x + inner.width <= outer.x + outer.width
            && inner.y + inner.height <= outer.y + outer.height
    }

    /// Nothing covers anything else, nothing is outside, and every wire is straight.
    fn assert_tidy(layout: &Layout<'_>) {
        let page = Rect {
            x: 0,
            y: 0,
            width: layout.width,
            height: layout.height,
        };
        let boxes = boxes(layout);
        for (number, one) in boxes.iter().enumerate() {
            assert!(contains(&page, one), "{one:?} in {page:?}");
            for other in &boxes[number + 1..] {
                assert!(!overlap(one, other), "{one:?} and {other:?}");
            }
        }
        for (frame, _) in frames(layout) {
            assert!(contains(&page, &frame), "{frame:?} in {page:?}");
            for one in &boxes {
                let apart = !overlap(&frame, one);
                assert!(apart || contains(&frame, one), "{frame:?} and {one:?}");
            }
        }
        for shape in &layout.shapes {
            let What::Wire(corners) = &shape.what else {
                continue;
            };
            for pair in corners.windows(2) {
                let ((x, y), (to_x, to_y)) = (pair[0], pair[1]);
                assert!(x == to_x || y == to_y, "{pair:?}");
                for (x, y) in [(x, y), (to_x, to_y)] {
                    assert!((0..=layout.width).contains(&x), "{pair:?}");
                    assert!((0..=layout.height).contains(&y), "{pair:?}");
                }
            }
        }
    }

    #[test]
    fn an_empty_rack_is_a_wire_from_in_to_out() {
        let layout = lay_out(&[], 1000);
        assert_tidy(&layout);
        assert_eq!(boxes(&layout).len(), 2);
    }

    #[test]
    fn a_chain_that_is_too_long_goes_on_in_the_next_line() {
        let nodes = vec![a_slot(); 7];
        let layout = lay_out(&nodes, 1000);
        assert_tidy(&layout);
        assert!(layout.width <= 1000);
        let mut lines: Vec<i32> = boxes(&layout)
            .iter()
            .filter(|rect| rect.width == SLOT.0)
            .map(|rect| rect.y)
            .collect();
        lines.dedup();
        assert_eq!(lines.len(), 3);
    }

    #[test]
    fn a_slot_with_much_set_on_it_is_as_much_taller_as_its_words_need() {
        let height = |settings: usize| {
            let nodes = [Node::Slot(SlotNode {
                settings: vec!["mix 50 %".to_owned(); settings],
                ..SlotNode::default()
            })];
            let layout = lay_out(&nodes, 1000);
            assert_tidy(&layout);
            layout.height - SLOT.1
        };
        let heights: Vec<i32> = (0..=5).map(height).collect();
        assert_eq!(heights, [0, 0, 0, LINE, LINE, 2 * LINE]);
    }

    #[test]
    fn a_chain_that_waits_shows_it_up_to_where_its_neighbours_end() {
        let nodes = [a_split(vec![
            a_lane(vec![], 480),
            a_lane(vec![a_slot(), a_slot()], 0),
            a_lane(vec![a_slot()], 100),
        ])];
        let layout = lay_out(&nodes, 1200);
        assert_tidy(&layout);
        let waits: Vec<Rect> = (layout.shapes.iter())
            .filter(|shape| matches!(shape.what, What::Wait(..)))
            .filter_map(|shape| rect(&shape.what))
            .collect();
        let ends: Vec<i32> = waits.iter().map(|rect| rect.x + rect.width).collect();
        assert_eq!(ends.len(), 2);
        assert_eq!(ends[0], ends[1]);
        assert!(waits[0].width > waits[1].width && waits[1].width >= WAIT.0);
    }

    #[test]
    fn splits_in_splits_are_frames_in_frames_however_deep() {
        let mut nodes = vec![a_slot(), a_slot()];
        for _ in 0..24 {
            let wide = a_lane(vec![a_slot(); 5], 7);
            let lanes = vec![a_lane(nodes, 0), a_lane(vec![], 64), wide];
            nodes = vec![a_slot(), a_split(lanes), a_split(vec![])];
        }
        let layout = lay_out(&nodes, 1200);
        assert_tidy(&layout);
        let frames = frames(&layout);
        assert_eq!(frames.len(), 48);
        assert_eq!(frames.iter().map(|(_, depth)| *depth).max(), Some(23));
        for (number, (one, depth)) in frames.iter().enumerate() {
            for (other, deeper) in &frames[number + 1..] {
                let nested = contains(one, other) || contains(other, one);
                assert!(!overlap(one, other) || nested && depth != deeper);
            }
        }
    }

    #[test]
    fn what_is_in_a_chain_that_is_not_heard_is_not_heard_either() {
        let inner = a_split(vec![a_lane(vec![a_slot()], 0)]);
        let muted = Lane {
            is_heard: false,
            ..a_lane(vec![inner], 0)
        };
        let nodes = [a_split(vec![muted])];
        let layout = lay_out(&nodes, 1200);
        let slot = (layout.shapes.iter()).find(|it| matches!(it.what, What::Slot(..)));
        assert!(slot.is_some_and(|slot| !slot.is_heard));
    }

    #[test]
    fn a_text_that_is_too_long_ends_in_dots_and_one_without_any_room_is_left_out() {
        let measure = |text: &str| text.chars().count() as i32;
        assert_eq!(elided("Größe", 5, measure), "Größe");
        assert_eq!(elided("Größer", 5, measure), "Größ…");
        assert_eq!(elided("A long name", 3, measure), "A…");
        assert_eq!(elided("A long name", 0, measure), "");
    }
}
