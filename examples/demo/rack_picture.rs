//! The picture of the rack: its plugins, chains and splits, and where audio waits.

use std::path::Path;

use anyhow::Result;
use matryoshka::rack::{Chain, Item, Slot, Split};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::canvas::{self, Area, DRY, GRID, INK, WET, letters, px};
use crate::layout::{
    self, LABEL, LINE, Lane, Layout, Node, Rect, SETTINGS, Shape, SlotNode, SplitNode, TITLE, What,
    elided,
};
use crate::rack::Playing;

/// The width that a README shows best. Only racks with splits deep in splits need more.
const WIDTH: i32 = 1200;
const MARGIN: i32 = 28;
const HEADING: i32 = 104;

/// Letters from this size on are for what is read first.
const BOLD_FROM: u32 = 17;

const PAPER: RGBColor = RGBColor(0xff, 0xff, 0xff);
/// The frames of splits, by how many are around them.
const TINTS: [RGBColor; 2] = [RGBColor(0xf1, 0xf4, 0xf7), RGBColor(0xe2, 0xe8, 0xee)];
const FRAME: RGBColor = RGBColor(0xb6, 0xc3, 0xcf);
/// What is not heard.
const PALE: RGBColor = RGBColor(0xb4, 0xba, 0xc2);
const FAINT: RGBColor = RGBColor(0x58, 0x60, 0x6a);
/// What a split is.
const TITLES: RGBColor = RGBColor(0x3a, 0x5c, 0x7c);
const LATE: RGBColor = RGBColor(0xb8, 0x38, 0x0f);

/// Draws the rack that plays into the PNG file `path`.
pub fn draw(path: &Path, playing: &Playing, sample_rate: u32) -> Result<()> {
    let nodes = nodes(&playing.rack.chain, playing);
    let layout = layout::lay_out(&nodes, WIDTH - 2 * MARGIN);
    let width = (layout.width + 2 * MARGIN).max(WIDTH);
    let height = HEADING + layout.height + MARGIN;
    canvas::paint(path, (width as u32, height as u32), |area| {
        write_heading(area, width, playing, sample_rate)?;
        let left = (width - layout.width) / 2;
        draw_layout(area, &layout, (left, HEADING))
    })
}

fn nodes(chain: &Chain, playing: &Playing) -> Vec<Node> {
    let node = |item: &Item| match item {
        Item::Slot(slot) => Node::Slot(slot_node(slot, playing)),
        Item::Split(split) => Node::Split(split_node(split, playing)),
        _ => Node::Slot(SlotNode {
            name: "not understood".to_owned(),
            is_missing: true,
            mix: 1.0,
            ..SlotNode::default()
        }),
    };
    chain.0.iter().map(node).collect()
}

fn slot_node(slot: &Slot, playing: &Playing) -> SlotNode {
    SlotNode {
        name: slot.plugin.name.clone(),
        format: slot.plugin.format().unwrap_or_default().to_owned(),
        settings: slot.settings_in_words(),
        latency_samples: playing.latencies.slots.get(&slot.id).copied().unwrap_or(0),
        mix: slot.mix_percent / 100.0,
        bypass: slot.bypass,
        is_missing: playing.problems.contains_key(&slot.id),
    }
}

fn split_node(split: &Split, playing: &Playing) -> SplitNode {
    let latencies = &playing.latencies;
    let lane = |(at, chain): (usize, &matryoshka::rack::SplitChain)| {
        let latency = latencies.chains.get(&chain.id).copied();
        let part = split.part_in_words(at);
        let named = match (part, &chain.name) {
            (Some(part), Some(name)) => format!("{name} ({part})"),
            (Some(part), None) => capitalised(&part),
            (None, Some(name)) => name.clone(),
            (None, None) => format!("Chain {}", at + 1),
        };
        let mut label = vec![named];
        label.extend(chain.settings_in_words());
        Lane {
            label: label.join("  ·  "),
            is_heard: chain.is_heard(split),
            nodes: nodes(&chain.chain, playing),
            waits_samples: latency.unwrap_or_default().waits_samples,
        }
    };
    SplitNode {
        kind: capitalised(&split.kind.in_words()),
        latency_samples: latencies.splits.get(&split.id).copied().unwrap_or(0),
        lanes: split.chains.iter().enumerate().map(lane).collect(),
    }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// "1 sample", "480 samples"
fn samples(count: u32) -> String {
    match count {
        1 => "1 sample".to_owned(),
        count => format!("{count} samples"),
    }
}

fn write_heading(area: &Area<'_>, width: i32, playing: &Playing, sample_rate: u32) -> Result<()> {
    let total = playing.latencies.total_samples;
    let ms = f64::from(total) / f64::from(sample_rate) * 1e3;
    let late = match total {
        0 => "It answers at once: there is no latency.".to_owned(),
        total => format!(
            "In all, it answers {} late: {ms:.1} ms at {sample_rate} Hz, for the host to make up for.",
            samples(total)
        ),
    };
    let name = playing.rack.name.as_deref().map_or_else(
        || "Matryoshka: the rack that plays".to_owned(),
        |name| format!("Matryoshka plays the rack \"{name}\""),
    );
    let middle = width / 2;
    write(area, &name, (middle, 30), 28, INK, HPos::Center, width - 40)?;
    write(
        area,
        &late,
        (middle, 66),
        20,
        FAINT,
        HPos::Center,
        width - 40,
    )
}

fn draw_layout(area: &Area<'_>, layout: &Layout<'_>, at: (i32, i32)) -> Result<()> {
    let moved = |rect: &Rect| Rect {
        x: rect.x + at.0,
        y: rect.y + at.1,
        ..*rect
    };
    for Shape { what, is_heard } in &layout.shapes {
        match what {
            What::Frame(rect, split, depth) => draw_frame(area, &moved(rect), split, *depth)?,
            What::Slot(rect, slot) => draw_slot(area, &moved(rect), slot, *is_heard)?,
            What::Label(rect, text) => {
                let rect = moved(rect);
                let color = if *is_heard { INK } else { FAINT };
                let place = (rect.x, rect.y + LABEL / 2);
                write(area, text, place, 17, color, HPos::Left, rect.width)?;
            }
            What::Wait(rect, count) => draw_wait(area, &moved(rect), *count)?,
            What::Wire(corners) => {
                let color = if *is_heard { DRY } else { PALE };
                let corners = corners.iter().map(|(x, y)| drawn(x + at.0, y + at.1));
                let line = color.stroke_width(px(3));
                // Joints have no round corners by themselves.
                let corners: Vec<(i32, i32)> = corners.collect();
                for corner in &corners[1..corners.len() - 1] {
                    area.draw(&Circle::new(*corner, px(3) / 2, color.filled()))?;
                }
                area.draw(&PathElement::new(corners, line))?;
            }
            What::Terminal(rect, name) => {
                let rect = moved(rect);
                fill(area, &rect, rect.height / 2, DRY)?;
                let middle = (rect.x + rect.width / 2, rect.y + rect.height / 2);
                write(area, name, middle, 18, PAPER, HPos::Center, rect.width)?;
            }
        }
    }
    Ok(())
}

fn draw_frame(area: &Area<'_>, rect: &Rect, split: &SplitNode, depth: usize) -> Result<()> {
    fill(area, rect, 12, TINTS[depth % TINTS.len()])?;
    outline(area, rect, 12, FRAME, 1)?;
    let y = rect.y + TITLE / 2;
    let late = format!("+{}", samples(split.latency_samples));
    let inner = rect.width - 28;
    let taken = match split.latency_samples {
        0 => 0,
        _ => canvas::width(area, &late, 16) / px(1) as i32 + 12,
    };
    let left = (rect.x + 14, y);
    write(
        area,
        &split.kind,
        left,
        18,
        TITLES,
        HPos::Left,
        inner - taken,
    )?;
    if split.latency_samples > 0 {
        let right = (rect.x + rect.width - 14, y);
        write(area, &late, right, 16, LATE, HPos::Right, inner)?;
    }
    Ok(())
}

fn draw_slot(area: &Area<'_>, rect: &Rect, slot: &SlotNode, is_heard: bool) -> Result<()> {
    let is_silent = slot.bypass || slot.is_missing || !is_heard;
    let (ink, edge) = if is_silent { (FAINT, PALE) } else { (INK, DRY) };
    fill(area, rect, 8, PAPER)?;
    outline(area, rect, 8, edge, 2)?;
    let inner = rect.width - 24;
    let line = |number: i32| (rect.x + 12, rect.y + 22 + LINE * number);
    write(area, &slot.name, line(0), 20, ink, HPos::Left, inner)?;

    let late = match slot.latency_samples {
        0 => "no latency".to_owned(),
        latency => format!("+{}", samples(latency)),
    };
    let late_color = if slot.latency_samples > 0 {
        LATE
    } else {
        FAINT
    };
    let taken = canvas::width(area, &late, 16) / px(1) as i32 + 10;
    write(
        area,
        &slot.format,
        line(1),
        16,
        FAINT,
        HPos::Left,
        inner - taken,
    )?;
    let right = (rect.x + rect.width - 12, line(1).1);
    write(area, &late, right, 16, late_color, HPos::Right, inner)?;

    let missing = ["not loaded: audio passes".to_owned()];
    let settings = if slot.is_missing {
        &missing[..]
    } else {
        &slot.settings
    };
    for (number, settings) in (2..).zip(settings.chunks(SETTINGS)) {
        let text = settings.join(", ");
        write(area, &text, line(number), 16, ink, HPos::Left, inner)?;
    }
    if slot.mix < 1.0 && !slot.bypass {
        draw_mix(area, rect, slot.mix)?;
    }
    Ok(())
}

/// A bar along the lower edge: how much of what comes out is the plugin's.
fn draw_mix(area: &Area<'_>, rect: &Rect, mix: f32) -> Result<()> {
    let bar = Rect {
        x: rect.x + 12,
        y: rect.y + rect.height - 9,
        width: rect.width - 24,
        height: 4,
    };
    fill(area, &bar, 2, GRID)?;
    let width = (bar.width as f32 * mix.clamp(0.0, 1.0)).round() as i32;
    if width > 0 {
        fill(area, &Rect { width, ..bar }, 2, WET)?;
    }
    Ok(())
}

/// A hatched bar, as long as there is room: here audio waits for its neighbours.
fn draw_wait(area: &Area<'_>, rect: &Rect, count: u32) -> Result<()> {
    const STEP: i32 = 9;
    fill(area, rect, 6, RGBColor(0xfb, 0xee, 0xe8))?;
    let hatch = WET.mix(0.28).stroke_width(px(1));
    let mut x = rect.x - rect.height;
    while x < rect.x + rect.width {
        // From the lower edge to the upper one, cut off at the sides.
        let from = (x.max(rect.x), rect.y + rect.height - (rect.x - x).max(0));
        let beyond = (x + rect.height - rect.x - rect.width).max(0);
        let to = (x + rect.height - beyond, rect.y + beyond);
        let ends = [drawn(from.0, from.1), drawn(to.0, to.1)];
        area.draw(&PathElement::new(ends, hatch))?;
        x += STEP;
    }
    outline(area, rect, 6, WET, 1)?;
    let text = format!("waits {}", samples(count));
    let middle = (rect.x + rect.width / 2, rect.y + rect.height / 2);
    let wide = canvas::width(area, &text, 16) / px(1) as i32 + 14;
    let label = Rect {
        x: middle.0 - wide / 2,
        y: rect.y + 4,
        width: wide,
        height: rect.height - 8,
    };
    fill(area, &label, 4, PAPER)?;
    write(area, &text, middle, 16, LATE, HPos::Center, rect.width)
}

/// A point as it is drawn.
fn drawn(x: i32, y: i32) -> (i32, i32) {
    let scale = px(1) as i32;
    (x * scale, y * scale)
}

/// Writes a line of text as long as it fits into `width`.
fn write(
    area: &Area<'_>,
    text: &str,
    (x, y): (i32, i32),
    size: u32,
    color: RGBColor,
    across: HPos,
    width: i32,
) -> Result<()> {
    let room = width * px(1) as i32;
    let text = elided(text, room, |text| canvas::width(area, text, size));
    let style = letters(size)
        .color(&color)
        .pos(Pos::new(across, VPos::Center));
    let (x, y) = drawn(x, y);
    // The middle of a line of this font is above the middle of its small letters.
    let y = y + (px(size) / 12) as i32;
    area.draw_text(&text, &style, (x, y))?;
    if size >= BOLD_FROM {
        // There is one weight of the font, a light one: twice, half a pixel apart, is bolder.
        area.draw_text(&text, &style, (x + 1, y))?;
    }
    Ok(())
}

fn fill(area: &Area<'_>, rect: &Rect, radius: i32, color: RGBColor) -> Result<()> {
    Ok(area.draw(&Polygon::new(rounded(rect, radius), color.filled()))?)
}

fn outline(area: &Area<'_>, rect: &Rect, radius: i32, color: RGBColor, line: u32) -> Result<()> {
    // From the middle of an edge, where the two ends of the line meet without a notch.
    let start = drawn(rect.x + rect.width, rect.y + rect.height / 2);
    let mut corners = vec![start];
    corners.extend(rounded(rect, radius));
    corners.push(start);
    let line = color.stroke_width(px(line));
    Ok(area.draw(&PathElement::new(corners, line))?)
}

/// The corners of a rectangle that has none.
fn rounded(rect: &Rect, radius: i32) -> Vec<(i32, i32)> {
    const STEPS: i32 = 8;
    let (left, top) = drawn(rect.x, rect.y);
    let (right, bottom) = drawn(rect.x + rect.width, rect.y + rect.height);
    let most = (right - left).min(bottom - top) / 2;
    let radius = (radius * px(1) as i32).min(most);
    let centres = [
        (right - radius, bottom - radius),
        (left + radius, bottom - radius),
        (left + radius, top + radius),
        (right - radius, top + radius),
    ];
    let corner = |(quarter, (x, y)): (usize, (i32, i32))| {
        (0..=STEPS).map(move |step| {
            let turn = quarter as f64 + f64::from(step) / f64::from(STEPS);
            let angle = turn * std::f64::consts::FRAC_PI_2;
            let along = |part: f64| (part * f64::from(radius)).round() as i32;
            (x + along(angle.cos()), y + along(angle.sin()))
        })
    };
    centres.into_iter().enumerate().flat_map(corner).collect()
}
