//! Another name for a slot or a chain, typed where the name stands.

use egui::{Id, Key, Rect, TextEdit, Ui};

use super::RackView;
use super::selection::Spot;
use crate::editor::Command;
use crate::editor::shared::Context;
use crate::rack::edit::Edit;
use crate::rack::{Bearer, ItemId};

/// What is being renamed.
#[derive(Clone, Debug)]
pub struct Renaming {
    bearer: Bearer,
    text: String,
    is_new: bool,
}

impl RackView {
    /// Has something renamed.
    pub(super) fn rename(&mut self, bearer: Bearer, name: Option<String>) {
        self.renaming = Some(Renaming {
            bearer,
            text: name.unwrap_or_default(),
            is_new: true,
        });
    }

    /// Has what the keys go on from renamed.
    pub(super) fn rename_spot(&mut self, cx: &Context<'_>) {
        let rack = &cx.view.rack;
        match cx.shared.spot() {
            Some(Spot::Item(ItemId::Slot(slot))) => {
                let label = rack.slot(slot).and_then(|slot| slot.label.clone());
                self.rename(Bearer::Slot(slot), label);
            }
            Some(Spot::Chain(chain)) => {
                let name = rack.split_chain(chain).map(|chain| chain.name.clone());
                if let Some(name) = name {
                    self.rename(Bearer::Chain(chain), name);
                }
            }
            Some(Spot::Item(ItemId::Split(_))) | None => {}
        }
    }

    /// Draws the field over the name, if it is this one that is renamed.
    pub(super) fn show_renaming(
        &mut self,
        ui: &mut Ui,
        cx: &mut Context<'_>,
        bearer: Bearer,
        rect: Rect,
    ) {
        let Some(renaming) = self.renaming.as_mut().filter(|it| it.bearer == bearer) else {
            return;
        };
        let id = Id::unique(("rename", bearer));
        let hint = match bearer {
            Bearer::Slot(_) => "A name that others know it by",
            Bearer::Chain(_) => "The chain's name",
        };
        let field = TextEdit::singleline(&mut renaming.text).id(id);
        let response = ui.put(rect, field.hint_text(hint)).accessible_name(hint);
        if std::mem::take(&mut renaming.is_new) {
            response.request_focus();
            return;
        }
        if !response.lost_focus() {
            return;
        }
        let text = renaming.text.trim();
        let name = (!text.is_empty()).then(|| text.to_owned());
        if !ui.input(|input| input.key_pressed(Key::Escape)) {
            let edit = match bearer {
                Bearer::Slot(_) => Edit::SetLabel {
                    bearer,
                    label: name,
                },
                Bearer::Chain(chain) => Edit::NameChain { chain, name },
            };
            cx.commands.push(Command::Edit(vec![edit]));
        }
        self.renaming = None;
    }
}
