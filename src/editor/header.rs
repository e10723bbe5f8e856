//! To come.

use super::shared::Context;

/// See the [module](self).
#[derive(Debug, Default)]
pub struct Header {}

impl Header {
    /// Draws it, and takes in what is done to it.
    pub fn show(&mut self, ui: &mut egui::Ui, cx: &mut Context<'_>) {
        let _ = (ui, cx);
    }
}
