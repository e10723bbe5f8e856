//! What moves a parameter, beside it.

use egui::{Button, Label, RichText, Ui, Vec2};

use super::list::mapped_in_words;
use super::row::HEIGHT;
use crate::editor::{Context, Side};
use crate::rack::HostId;
use crate::session::ParameterView;

/// A badge's width, in points.
pub(super) const BADGE_WIDTH: f32 = 46.0;

/// Draws the badge of what is mapped, and says of what cannot be.
pub(super) fn show_badge(ui: &mut Ui, cx: &mut Context<'_>, view: &ParameterView) {
    let size = Vec2::new(BADGE_WIDTH, HEIGHT);
    let Some(first) = view.mapped.first() else {
        let words = if view.parameter.automatable {
            ""
        } else {
            "fixed"
        };
        let label = Label::new(RichText::new(words).small().color(cx.theme.weak_text));
        let label = ui.add_sized(size, label);
        if !words.is_empty() {
            label.on_hover_text(
                "The plugin does not let this be automated: it shows something, or is for set-up",
            );
        }
        return;
    };
    let words = match view.mapped.len() {
        1 => first.to_string(),
        count => format!("{first} +{}", count - 1),
    };
    let text = RichText::new(words).small().color(cx.theme.on_accent);
    let badge = ui
        .add_sized(size, Button::new(text).small().fill(cx.theme.accent))
        .accessible_name(mapped_in_words(&view.mapped))
        .on_hover_text(moved_by(cx, &view.mapped));
    if badge.clicked() {
        cx.shared.side = Side::Mapping;
    }
}

fn moved_by(cx: &Context<'_>, hosts: &[HostId]) -> String {
    let descriptions = cx.view.host.descriptions();
    let names: Vec<String> = (hosts.iter())
        .filter_map(|host| Some(format!("{host} {}", descriptions.get(host.number())?.name)))
        .collect();
    format!(
        "Moved by {}. Press to see all that is mapped",
        names.join(", ")
    )
}
