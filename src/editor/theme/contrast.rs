//! Every colour that something is written or drawn with, against every colour that is behind it: by WCAG 2.2,
//! 4.5 to 1 for text (1.4.3) and 3 to 1 for graphics that tell something (1.4.11), in both looks.

use egui::{Color32, Rgba};

use super::Theme;
use crate::editor::preferences::Look;

const TEXT: f32 = 4.5;
const GRAPHICS: f32 = 3.0;

/// The contrast of two opaque colours, 1 to 21:
/// <https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio>
fn contrast(one: Color32, other: Color32) -> f32 {
    let luminance = |colour: Color32| {
        assert!(colour.is_opaque(), "{colour:?}");
        let linear = Rgba::from(colour);
        0.2126 * linear.r() + 0.7152 * linear.g() + 0.0722 * linear.b()
    };
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// What has too little contrast, in words.
fn too_weak(theme: &Theme) -> Vec<String> {
    let visuals = theme.visuals();
    let mut weak = Vec::new();
    let mut check = |what: &str, front: Color32, backs: &[(&str, Color32)], needed: f32| {
        for (behind, back) in backs {
            let found = contrast(front, *back);
            if found < needed {
                let look = theme.look;
                weak.push(format!(
                    "{look:?}: {what} on {behind}: {found:.2} of {needed}"
                ));
            }
        }
    };
    let rooms = [
        ("the background", theme.background),
        ("a slot", theme.slot),
        ("a split", theme.split),
    ];
    let [controls, control] = [
        [
            ("a control", theme.control),
            ("a control under the pointer", theme.control_hovered),
        ],
        [("a control", theme.control), ("a slot", theme.slot)],
    ];
    check("text", theme.text, &rooms, TEXT);
    check("text", theme.text, &controls, TEXT);
    check("weak text", theme.weak_text, &rooms, TEXT);
    check("weak text", theme.weak_text, &controls, TEXT);
    check("typed text", theme.text, &[("a field", theme.field)], TEXT);
    let hint = [("a field", theme.field)];
    check("a hint", visuals.weak_text_color(), &hint, TEXT);
    check("a warning", theme.warning, &rooms, TEXT);
    check("a warning", theme.warning, &controls, TEXT);
    let on = [("what is on", theme.accent)];
    check("text", theme.on_accent, &on, TEXT);
    let link = [("the background", theme.background), ("a slot", theme.slot)];
    check("a link", visuals.hyperlink_color, &link, TEXT);

    check("an outline", theme.outline, &rooms, GRAPHICS);
    check("what is on", theme.accent, &rooms, GRAPHICS);
    check("the mark of a warning", theme.warning, &rooms, GRAPHICS);
    check("the focus", theme.text, &rooms, GRAPHICS);
    check("the focus", theme.text, &control, GRAPHICS);
    let meter = [("a meter's back", theme.meter_back)];
    check("a level", theme.meter, &meter, GRAPHICS);
    check(
        "a level above full scale",
        theme.meter_hot,
        &meter,
        GRAPHICS,
    );
    check(
        "the cursor",
        visuals.text_cursor.stroke.color,
        &hint,
        GRAPHICS,
    );

    // As egui draws its own widgets.
    let widgets = &visuals.widgets;
    for (what, widget) in [
        ("text", &widgets.noninteractive),
        ("a control's text", &widgets.inactive),
        ("a control's text under the pointer", &widgets.hovered),
        ("a control's text while it is used", &widgets.active),
        ("the text of an open control", &widgets.open),
    ] {
        let fills = [
            ("its fill", widget.bg_fill),
            ("its weak fill", widget.weak_bg_fill),
        ];
        check(what, widget.text_color(), &fills, TEXT);
        check(
            what,
            widget.text_color(),
            &[("a menu", visuals.window_fill)],
            TEXT,
        );
        check("a control's edge", widget.bg_stroke.color, &rooms, GRAPHICS);
    }
    let selection = visuals.selection;
    let selected = [("a selection", selection.bg_fill)];
    check("selected text", selection.stroke.color, &selected, TEXT);
    weak
}

#[test]
fn everything_can_be_read_in_both_looks() {
    let weak: Vec<String> = [Look::Dark, Look::Light]
        .into_iter()
        .flat_map(|look| too_weak(&Theme::of(look)))
        .collect();
    assert!(weak.is_empty(), "{}", weak.join("\n"));
}

#[test]
fn the_measure_is_that_of_the_standard() {
    assert!((contrast(Color32::WHITE, Color32::BLACK) - 21.0).abs() < 0.01);
    // The darkest grey that passes on white.
    assert!((contrast(Color32::from_gray(118), Color32::WHITE) - 4.54).abs() < 0.01);
}

/// What cannot be had is not subject to the standard; that it can still be made out is for those who look for it.
#[test]
fn what_cannot_be_had_can_still_be_made_out() {
    for look in [Look::Dark, Look::Light] {
        let theme = Theme::of(look);
        let alpha = theme.visuals().disabled_alpha();
        // As it is drawn: mixed as the bytes stand.
        let mixed = theme.slot.lerp_to_gamma(theme.text, alpha);
        let found = contrast(mixed, theme.slot);
        assert!(found > 2.0, "{look:?}: {found:.2}");
    }
}
