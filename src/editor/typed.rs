//! A text field for something that is named or numbered: it shows what is, and gives what was typed once it is
//! left with Enter, Tab or the mouse. Escape leaves things as they were.

use egui::{Event, Id, Key, Response, TextEdit, Ui};

/// What is being typed, in one of any number of fields.
#[derive(Clone, Debug, Default)]
pub struct Typed {
    now: Option<(Id, String)>,
}

/// A field that was drawn.
pub struct Typing {
    /// The field.
    pub response: Response,
    /// What was typed, if that was just finished, and is another text than before.
    pub entered: Option<String>,
}

impl Typed {
    /// Draws a field with this id, dressed by `dress`.
    pub fn show(
        &mut self,
        ui: &mut Ui,
        id: Id,
        now: &str,
        dress: impl FnOnce(TextEdit<'_>) -> TextEdit<'_>,
    ) -> Typing {
        let mut text = match self.now.take_if(|(of, _)| *of == id) {
            Some((_, text)) => text,
            None => now.to_owned(),
        };
        let response = ui.add(dress(TextEdit::singleline(&mut text).id(id)));
        let mut entered = None;
        if response.has_focus() {
            self.now = Some((id, text));
        } else if response.lost_focus() || response.changed() {
            // Changed without the keyboard: a screen reader did that.
            let is_left_alone = ui.input(|input| input.key_pressed(Key::Escape));
            entered = Some(text).filter(|text| !is_left_alone && text != now);
            keep_keys(ui, &response);
        }
        Typing { response, entered }
    }
}

/// Nothing else is to hear the key that a field was left with, nor the letters before it: what is drawn later
/// would take Enter for its own. To be called once the field has seen to them.
pub fn keep_keys(ui: &Ui, field: &Response) {
    if field.lost_focus() {
        forget_keys(ui);
    }
}

/// Nothing that is drawn later in this frame hears what was typed in it.
pub fn forget_keys(ui: &Ui) {
    ui.input_mut(|input| {
        let is_typed = |event: &Event| matches!(event, Event::Key { .. } | Event::Text(_));
        input.events.retain(|event| !is_typed(event));
    });
}
