//! Dark or light, and how large.

use egui::{Key, Modifiers, Slider, Ui};

use crate::editor::preferences::{EditorPreferences, Look, SCALES};
use crate::editor::{Command, Context};

/// Draws it. The scale that is being chosen is kept in `scale`, and set when that is done: otherwise the slider
/// would run away under the pointer.
pub(super) fn show(ui: &mut Ui, cx: &mut Context<'_>, scale: &mut Option<f32>) {
    ui.horizontal(|ui| {
        ui.label("Colours");
        for (look, name) in [(Look::Dark, "Dark"), (Look::Light, "Light")] {
            let is_now = cx.preferences.look == look;
            let why = "How bright the editor is, in all racks";
            if ui.radio(is_now, name).on_hover_text(why).clicked() && !is_now {
                set(cx, |preferences| preferences.look = look);
            }
        }
    });
    ui.horizontal(|ui| {
        ui.label("Scale");
        let mut percent = 100.0 * scale.unwrap_or(cx.preferences.scale);
        let slider = Slider::new(&mut percent, 100.0 * SCALES.start()..=100.0 * SCALES.end())
            .step_by(10.0)
            .suffix(" %");
        let slider = ui
            .add(slider)
            .accessible_name("Scale")
            .on_hover_text("How large everything is. Ctrl and +, - or 0 do the same");
        let chosen = percent / 100.0;
        if slider.dragged() {
            *scale = Some(chosen);
        } else {
            let is_done = slider.changed() || scale.take().is_some();
            if is_done && chosen != cx.preferences.scale {
                set(cx, |preferences| preferences.scale = chosen);
            }
        }
    });
}

/// Ctrl and +, - or 0 set the scale. egui's own shortcuts for that are off: they would be forgotten.
pub(in crate::editor) fn scale_keys(ui: &Ui, cx: &mut Context<'_>) {
    let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::COMMAND, key));
    let step = if pressed(Key::Plus) || pressed(Key::Equals) {
        Some(1)
    } else if pressed(Key::Minus) {
        Some(-1)
    } else if pressed(Key::Num0) {
        Some(0)
    } else {
        None
    };
    let Some(step) = step else { return };
    let scale = stepped(cx.preferences.scale, step);
    if scale != cx.preferences.scale {
        set(cx, |preferences| preferences.scale = scale);
    }
}

/// The scale one step up or down; 1 for none.
fn stepped(scale: f32, step: i32) -> f32 {
    if step == 0 {
        return 1.0;
    }
    let tenths = (scale * 10.0).round() + step as f32;
    (tenths / 10.0).clamp(*SCALES.start(), *SCALES.end())
}

fn set(cx: &mut Context<'_>, change: impl FnOnce(&mut EditorPreferences)) {
    let mut preferences = cx.preferences.clone();
    change(&mut preferences);
    cx.commands.push(Command::SetPreferences(preferences));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_goes_by_tenths_and_never_below_one_or_above_three() {
        assert_eq!(stepped(1.0, 1), 1.1);
        assert_eq!(stepped(1.1, -1), 1.0);
        assert_eq!(stepped(1.0, -1), 1.0);
        assert_eq!(stepped(3.0, 1), 3.0);
        assert_eq!(stepped(2.3, 0), 1.0);
    }
}
