//! One plugin in the browser's list.

use egui::accesskit::Role;
use egui::{
    Align2, Key, RichText, Sense, TextStyle, TextWrapMode, Ui, Vec2, WidgetInfo, WidgetText,
};

use super::shelf::{Card, reference};
use crate::editor::{CatalogView, Context, Dragged};

/// A row's height, in points.
pub(super) const HEIGHT: f32 = 38.0;

/// What is done to a plugin in the list.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Act {
    /// It is pointed at.
    Choose,
    /// It goes into the rack, in a format perhaps.
    Insert(Option<String>),
    /// It becomes a favourite, or none any more.
    Favourite(bool),
    /// It is hidden, or shown again.
    Hide(bool),
}

/// Draws a row.
pub(super) fn show(
    ui: &mut Ui,
    cx: &Context<'_>,
    card: &Card,
    is_chosen: bool,
    format: Option<&str>,
) -> Option<Act> {
    let theme = cx.theme;
    let (_, rect) = ui.allocate_space(Vec2::new(ui.available_width(), HEIGHT));
    let id = ui.make_persistent_id(("plugin", &card.key));
    let response = ui.interact(rect, id, Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::selected(Role::ListItem, true, is_chosen, &card.name));
    let mut act = None;

    let (text, weak) = match is_chosen {
        true => (theme.on_accent, theme.on_accent),
        false => (theme.text, theme.weak_text),
    };
    let painter = ui.painter_at(rect);
    if is_chosen {
        painter.rect_filled(rect, 4.0, theme.accent);
    } else if response.hovered() || response.has_focus() {
        painter.rect_filled(rect, 4.0, theme.slot);
    }
    if response.has_focus() {
        let stroke = egui::Stroke::new(1.0, theme.outline);
        painter.rect_stroke(rect, 4.0, stroke, egui::StrokeKind::Inside);
    }
    let inner = rect.shrink2(Vec2::new(6.0, 3.0));
    let star_width = 26.0;
    let write = |ui: &Ui, words: String, at: Align2, style, color| {
        let galley = WidgetText::from(RichText::new(words)).into_galley(
            ui,
            Some(TextWrapMode::Truncate),
            (inner.width() - star_width).max(20.0),
            style,
        );
        let place = at.align_size_within_rect(galley.size(), inner);
        painter.galley_with_override_text_color(place.min, galley, color);
    };
    let detail = match card.vendor.is_empty() {
        true => card.formats.join(", "),
        false => format!("{} - {}", card.vendor, card.formats.join(", ")),
    };
    write(
        ui,
        card.name.clone(),
        Align2::LEFT_TOP,
        TextStyle::Body,
        text,
    );
    write(ui, detail, Align2::LEFT_BOTTOM, TextStyle::Small, weak);

    if response.drag_started()
        && let Some(plugin) = card.plugin(cx.catalog, format)
    {
        egui::DragAndDrop::set_payload(
            ui.ctx(),
            Dragged::Plugin(reference(plugin), card.key.clone()),
        );
    }
    let is_by_hand = ui.input(|input| input.pointer.any_click());
    let is_entered = response.has_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    if response.double_clicked() || is_entered || response.clicked() && !is_by_hand {
        act = Some(Act::Insert(None));
    } else if response.clicked() || response.drag_started() {
        act = Some(Act::Choose);
    }
    response.context_menu(|ui| act = menu(ui, card).or(act.take()));
    response.on_hover_ui(|ui| {
        ui.set_max_width(360.0);
        ui.label(about(card, cx.catalog, format));
    });
    star(ui, cx, card, is_chosen, rect).or(act)
}

fn star(
    ui: &mut Ui,
    cx: &Context<'_>,
    card: &Card,
    is_chosen: bool,
    row: egui::Rect,
) -> Option<Act> {
    let size = Vec2::splat(24.0);
    let place = Align2::RIGHT_CENTER.align_size_within_rect(size, row.shrink(3.0));
    let color = match (is_chosen, card.is_favourite) {
        (true, _) => cx.theme.on_accent,
        (false, true) => cx.theme.accent,
        (false, false) => cx.theme.weak_text,
    };
    let id = ui.make_persistent_id(("star", &card.key));
    let star = ui.interact(place, id, Sense::click());
    paint_star(
        ui,
        place,
        color,
        card.is_favourite,
        star.hovered() || star.has_focus(),
    );
    star.widget_info(|| {
        WidgetInfo::selected(
            Role::Button,
            true,
            card.is_favourite,
            format!("Favourite {}", card.name),
        )
    });
    let star = star.on_hover_text(match card.is_favourite {
        true => "One of your favourites; press to end that",
        false => "Make it one of your favourites",
    });
    star.clicked().then_some(Act::Favourite(!card.is_favourite))
}

/// A star: the font has none.
fn paint_star(ui: &Ui, place: egui::Rect, color: egui::Color32, is_full: bool, is_lit: bool) {
    let radius = if is_lit { 9.0 } else { 7.5 };
    let center = place.center();
    let corner = |at: usize| {
        let radius = if at.is_multiple_of(2) {
            radius
        } else {
            radius * 0.45
        };
        let angle = std::f32::consts::TAU * (at as f32 / 10.0 - 0.25);
        center + radius * Vec2::angled(angle)
    };
    if is_full {
        for tip in (0..10).step_by(2) {
            let kite = vec![center, corner((tip + 9) % 10), corner(tip), corner(tip + 1)];
            let kite = egui::Shape::convex_polygon(kite, color, egui::Stroke::NONE);
            ui.painter().add(kite);
        }
    }
    let outline = (0..10).map(corner).collect();
    ui.painter().add(egui::Shape::closed_line(
        outline,
        egui::Stroke::new(1.0, color),
    ));
}

fn menu(ui: &mut Ui, card: &Card) -> Option<Act> {
    let mut act = None;
    let mut entry = |ui: &mut Ui, words: String, why: &str, done: Act| {
        if ui.button(words).on_hover_text(why).clicked() {
            act = Some(done);
            ui.close();
        }
    };
    match card.formats.as_slice() {
        [_, _, ..] => {
            for format in &card.formats {
                let why = "Put it into the rack in this format";
                entry(
                    ui,
                    format!("Insert as {format}"),
                    why,
                    Act::Insert(Some(format.clone())),
                );
            }
        }
        _ => entry(
            ui,
            "Insert".to_owned(),
            "Put it into the rack",
            Act::Insert(None),
        ),
    }
    let (words, why) = match card.is_favourite {
        true => ("No favourite any more", "Take its star away"),
        false => ("Favourite", "Give it a star"),
    };
    entry(
        ui,
        words.to_owned(),
        why,
        Act::Favourite(!card.is_favourite),
    );
    let (words, why) = match card.is_hidden {
        true => ("Show again", "Have it in the list again"),
        false => ("Hide", "Leave it out of the list; racks still play it"),
    };
    entry(ui, words.to_owned(), why, Act::Hide(!card.is_hidden));
    act
}

fn about(card: &Card, catalog: &CatalogView, format: Option<&str>) -> String {
    let mut words = card.name.clone();
    let mut line = |label: &str, text: &str| {
        if !text.is_empty() {
            words += &format!("\n{label}{text}");
        }
    };
    line("by ", &card.vendor);
    line("", &card.tags.join(", "));
    if let Some(plugin) = card.plugin(catalog, format) {
        line("version ", &plugin.entry.version);
        let (inputs, outputs) = plugin.entry.channels();
        line("", &format!("{inputs} in, {outputs} out"));
        line(&format!("{}: ", plugin.entry.format), &plugin.path);
    }
    words
}
