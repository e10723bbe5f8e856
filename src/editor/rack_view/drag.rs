//! What is dragged over the rack, and dropped on it.

use std::path::PathBuf;
use std::sync::Arc;

use egui::{DragAndDrop, Id, LayerId, Order, Pos2, Rect, Stroke, Ui, Vec2, vec2};

use super::layout::Plan;
use super::{edits, pieces, selection};
use crate::editor::Command;
use crate::editor::shared::{Context, Dragged};
use crate::editor::theme::sizes::{CONTROL, PADDING, ROUNDING, TEXT};
use crate::rack::{ItemId, Place};

/// How near the edge what is dragged has the rack scroll.
const EDGE: f32 = 32.0;
/// What is said while files are dragged over the window.
const HINT: &str = "Rack files are put in here";

/// Takes hold of an item, and of all that is selected with it.
pub fn take(ui: &Ui, cx: &mut Context<'_>, item: ItemId) {
    if !cx.shared.selected.contains(&item) {
        cx.shared.select(item);
    }
    let items = selection::in_order(&cx.view.rack, cx.shared);
    DragAndDrop::set_payload(ui.ctx(), Dragged::Items(items));
}

/// Shows where what is dragged would go, and puts it there once it is let go. The plan was drawn from `origin`;
/// `seen` is what is to be seen of it.
pub fn show(ui: &Ui, cx: &mut Context<'_>, plan: &Plan<'_>, origin: Vec2, seen: Rect) {
    drop_files(ui, cx, plan, origin, seen);
    let Some(dragged) = DragAndDrop::payload::<Dragged>(ui.ctx()) else {
        return;
    };
    if !matches!(*dragged, Dragged::Items(_) | Dragged::Plugin(..)) {
        return;
    }
    let Some(pointer) = ui.input(|input| input.pointer.latest_pos()) else {
        return;
    };
    if !seen.contains(pointer) {
        return;
    }
    scroll(ui, pointer, seen);
    let target = plan
        .place_at(pointer - origin)
        .filter(|(place, _)| can_drop(cx, &dragged, *place));
    if let Some((_, line)) = target {
        show_target(ui, cx, line.translate(origin), seen);
    }
    show_dragged(ui, cx, &dragged, pointer, target.is_some());
    if ui.input(|input| input.pointer.any_released())
        && let Some(dragged) = DragAndDrop::take_payload::<Dragged>(ui.ctx())
        && let Some((place, _)) = target
    {
        put(cx, &dragged, place);
    }
}

fn can_drop(cx: &Context<'_>, dragged: &Dragged, place: Place) -> bool {
    match dragged {
        Dragged::Items(items) => {
            let rack = &cx.view.rack;
            !items
                .iter()
                .any(|item| edits::holds(rack, *item, place.chain))
        }
        _ => true,
    }
}

fn put(cx: &mut Context<'_>, dragged: &Arc<Dragged>, place: Place) {
    match &**dragged {
        Dragged::Items(items) => {
            let edits = edits::moves(&cx.view.rack, items, place);
            if !edits.is_empty() {
                cx.commands.push(Command::Edit(edits));
            }
        }
        Dragged::Plugin(plugin, product) => {
            cx.shared.awaits_slot = true;
            cx.commands.push(Command::Insert {
                place,
                plugin: plugin.clone(),
                product: Some(product.clone()),
            });
        }
        Dragged::Parameter(..) | Dragged::Host(_) => {}
    }
}

/// Where it would go.
fn show_target(ui: &Ui, cx: &Context<'_>, line: Rect, seen: Rect) {
    let stroke = Stroke::new(3.0, cx.theme.accent);
    let painter = ui.painter().with_clip_rect(seen);
    painter.hline(line.x_range(), line.center().y, stroke);
    painter.circle_filled(line.left_center(), 4.0, cx.theme.accent);
    painter.circle_filled(line.right_center(), 4.0, cx.theme.accent);
}

fn show_dragged(ui: &Ui, cx: &Context<'_>, dragged: &Dragged, pointer: Pos2, fits: bool) {
    let mut text = match dragged {
        Dragged::Items(items) => match items.as_slice() {
            [ItemId::Slot(slot)] => {
                let live = cx.view.slots.get(slot);
                live.map_or_else(String::new, |live| live.description.name.clone())
            }
            [ItemId::Split(_)] => "a split".to_owned(),
            many => format!("{} items", many.len()),
        },
        Dragged::Plugin(plugin, _) => plugin.name.clone(),
        _ => return,
    };
    if !fits {
        text.push_str(": not into itself");
    }
    show_at_pointer(ui, cx, text, pointer);
}

/// Words that follow the pointer.
fn show_at_pointer(ui: &Ui, cx: &Context<'_>, text: String, pointer: Pos2) {
    let layer = LayerId::new(Order::Tooltip, Id::unique("dragged over the rack"));
    let painter = ui.ctx().layer_painter(layer);
    let font = egui::FontId::proportional(TEXT);
    let galley = painter.layout_no_wrap(text, font, cx.theme.on_accent);
    let at = pointer + vec2(12.0, CONTROL / 2.0);
    let rect = Rect::from_min_size(at, galley.size()).expand(PADDING / 2.0);
    painter.rect_filled(rect, ROUNDING, cx.theme.accent);
    painter.galley(at, galley, cx.theme.on_accent);
}

fn scroll(ui: &Ui, pointer: Pos2, seen: Rect) {
    let step = |at: f32, from: f32, until: f32| match at {
        _ if at < from + EDGE => 8.0,
        _ if at > until - EDGE => -8.0,
        _ => 0.0,
    };
    let by = vec2(
        step(pointer.x, seen.left(), seen.right()),
        step(pointer.y, seen.top(), seen.bottom()),
    );
    if by != Vec2::ZERO {
        ui.scroll_with_delta(by);
        ui.ctx().request_repaint_after(pieces::FRAME);
    }
}

/// Files that the system's file manager drags over the window, and drops on it: see
/// [`file_drops`](crate::editor::file_drops).
fn drop_files(ui: &Ui, cx: &mut Context<'_>, plan: &Plan<'_>, origin: Vec2, seen: Rect) {
    let (are_over, paths) = ui.input(|input| {
        let dropped = input.raw.dropped_files.iter();
        let paths: Vec<PathBuf> = dropped.map(|file| file.path().to_owned()).collect();
        (!input.raw.hovered_files.is_empty(), paths)
    });
    if !are_over && paths.is_empty() {
        return;
    }
    let pointer = ui.input(|input| input.pointer.latest_pos());
    let under = pointer.filter(|pointer| seen.contains(*pointer));
    let target = under.and_then(|pointer| plan.place_at(pointer - origin));
    if let Some(pointer) = pointer.filter(|_| are_over) {
        if let Some((_, line)) = target {
            show_target(ui, cx, line.translate(origin), seen);
        }
        if let Some(pointer) = under {
            scroll(ui, pointer, seen);
        }
        show_at_pointer(ui, cx, HINT.to_owned(), pointer);
    }
    let place = target.map_or_else(|| cx.shared.insertion_place(cx.view), |(place, _)| place);
    let is_rack = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "rack");
    let (racks, others): (Vec<_>, Vec<_>) = paths.into_iter().partition(is_rack);
    // The last first, each to the same place, so that they stand in their order.
    for path in racks.into_iter().rev() {
        cx.commands.push(Command::InsertRack { place, path });
    }
    if let Some(other) = others.first() {
        let name = other.file_name().unwrap_or_default().to_string_lossy();
        cx.shared.trouble = Some(format!("{name} is no rack file: those end in .rack"));
    }
}
