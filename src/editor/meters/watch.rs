//! Finds the meters of a frame that nothing covers; a plugin of egui's.

use std::sync::Arc;

use egui::epaint::ClippedShape;
use egui::{Color32, Context, FullOutput, Rect, Shape, Ui};

use super::{Inks, MeterId, Pixels, PlacedMeter};
use crate::editor::outside::Outside;

/// How thick the line at the peak is, in points.
pub const LINE: f32 = 2.0;

/// Finds the meters that nothing covers. It hands what it finds to [`Outside`], before the frame is shown.
pub struct MeterWatch {
    outside: Arc<Outside>,
    drawn: Vec<DrawnMeter>,
    inks: Inks,
}

/// A meter, as egui has drawn it in this frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DrawnMeter {
    /// Which one.
    pub id: MeterId,
    /// From left to right, and not from below.
    pub across: bool,
    /// Where, in points.
    pub rect: Rect,
    /// What is drawn in.
    pub clip: Rect,
    /// The pointer is over it: then words about it are to move with it.
    pub hovered: bool,
    /// How many shapes it is made of, its back first.
    pub shapes: usize,
    /// Its back's colour.
    pub back: Color32,
}

impl MeterWatch {
    /// A watch over one window's frames.
    pub fn new(outside: Arc<Outside>) -> Self {
        Self {
            outside,
            drawn: Vec::new(),
            inks: Inks::default(),
        }
    }

    /// Takes note of a meter of this frame.
    pub fn note(&mut self, drawn: DrawnMeter, inks: Inks) {
        self.drawn.push(drawn);
        self.inks = inks;
    }
}

impl egui::Plugin for MeterWatch {
    fn debug_name(&self) -> &'static str {
        "meters"
    }

    fn on_begin_pass(&mut self, _ui: &mut Ui) {
        self.drawn.clear();
    }

    fn output_hook(&mut self, ctx: &Context, output: &mut FullOutput) {
        let scale = ctx.pixels_per_point();
        let window = Pixels::of(ctx.content_rect(), scale);
        let all = self.drawn.iter().map(|drawn| drawn.id).collect();
        let free = in_full_view(&self.drawn, &output.shapes)
            .filter(|drawn| !drawn.hovered)
            .filter_map(|drawn| placed(drawn, window, scale))
            .collect();
        self.outside.publish(all, free, self.inks);
    }
}

fn placed(drawn: &DrawnMeter, window: Pixels, scale: f32) -> Option<PlacedMeter> {
    let whole = Pixels::of(drawn.rect, scale);
    let clip = Pixels::of(drawn.clip, scale).intersect(window)?;
    Some(PlacedMeter {
        id: drawn.id,
        across: drawn.across,
        whole,
        seen: whole.intersect(clip)?,
        line: line(scale),
    })
}

/// How thick the line at the peak is, at so many pixels to a point.
pub fn line(scale: f32) -> i32 {
    ((LINE * scale).round() as i32).max(1)
}

/// The meters of a frame over which nothing else is drawn.
fn in_full_view<'a>(
    meters: &'a [DrawnMeter],
    shapes: &[ClippedShape],
) -> impl Iterator<Item = &'a DrawnMeter> {
    let bounds: Vec<Rect> = match meters {
        [] => Vec::new(),
        _ => shapes.iter().map(bounds_of).collect(),
    };
    let backs: Vec<Option<usize>> = (meters.iter())
        .map(|meter| {
            shapes.iter().position(|it| {
                matches!(&it.shape, Shape::Rect(back)
                    if back.rect == meter.rect && back.fill == meter.back)
            })
        })
        .collect();
    meters.iter().zip(backs).filter_map(move |(meter, back)| {
        // One that was moved after it was drawn is not found, and left alone.
        let seen = meter.rect.intersect(meter.clip);
        let above = bounds.get(back? + meter.shapes..)?;
        let is_free = !above.iter().any(|it| it.intersect(seen).is_positive());
        is_free.then_some(meter)
    })
}

/// Where a shape is to be seen.
fn bounds_of(shape: &ClippedShape) -> Rect {
    let bounds = shape.shape.visual_bounding_rect();
    match bounds.any_nan() {
        // Those of an empty text are no numbers in egui 0.37.
        true => Rect::NOTHING,
        false => bounds.intersect(shape.clip_rect),
    }
}

#[cfg(test)]
mod tests {
    use egui::{Stroke, pos2, vec2};

    use super::*;
    use crate::rack::SlotId;

    fn shape(rect: Rect, clip: Rect) -> ClippedShape {
        ClippedShape::new(clip, Shape::rect_filled(rect, 0.0, Color32::RED))
    }

    #[test]
    fn a_meter_is_in_full_view_while_nothing_is_drawn_over_what_is_seen_of_it() {
        let rect = Rect::from_min_size(pos2(10.0, 10.0), vec2(8.0, 60.0));
        let clip = Rect::from_min_max(pos2(0.0, 0.0), pos2(100.0, 40.0));
        let meter = DrawnMeter {
            id: MeterId::Input(SlotId(1)),
            across: false,
            rect,
            clip,
            hovered: false,
            shapes: 2,
            back: Color32::RED,
        };
        let stroke = Stroke::new(1.0, Color32::RED);
        let own = [
            shape(Rect::from_min_max(pos2(0.0, 0.0), pos2(90.0, 90.0)), clip),
            shape(rect, clip),
            ClippedShape::new(clip, Shape::hline(8.0..=10.0, 20.0, stroke)),
        ];
        let is_free = |over: &[ClippedShape]| {
            let shapes = [&own[..], over].concat();
            in_full_view(&[meter], &shapes).count() == 1
        };
        assert!(is_free(&[]));
        assert!(is_free(&[shape(Rect::NAN, Rect::EVERYTHING)]));
        assert!(!is_free(&[shape(Rect::EVERYTHING, Rect::EVERYTHING)]));
        let at = |x: f32, y: f32| Rect::from_min_size(pos2(x, y), vec2(20.0, 20.0));
        assert!(!is_free(&[shape(at(15.0, 30.0), Rect::EVERYTHING)]));
        // Beside it, below what is seen of it, and cut off before it begins.
        assert!(is_free(&[shape(at(18.0, 30.0), Rect::EVERYTHING)]));
        assert!(is_free(&[shape(at(10.0, 45.0), Rect::EVERYTHING)]));
        let elsewhere = Rect::from_min_max(pos2(20.0, 0.0), pos2(100.0, 100.0));
        assert!(is_free(&[shape(at(15.0, 30.0), elsewhere)]));
        assert_eq!(in_full_view(&[meter], &own[..1]).count(), 0);
    }
}
