//! The menus of splits and of their chains.

use egui::Ui;

use super::menu::{WIDTH, entry, entry_if, shifts, submenu, wraps};
use super::{RackView, edits, selection};
use crate::editor::Command;
use crate::editor::shared::Context;
use crate::rack::edit::Edit;
use crate::rack::{Bearer, Split, SplitChain, SplitKind};

impl RackView {
    /// The menu of a split.
    pub(super) fn split_menu(&mut self, ui: &mut Ui, cx: &mut Context<'_>, split: &Split) {
        let items = selection::meant(&cx.view.rack, cx.shared, split.id.into());
        ui.set_min_width(WIDTH);
        let kind = submenu(ui, "Kind", |ui| {
            for (text, kind) in edits::kinds() {
                let refused = edits::kind_refused(split, &kind);
                let why_not = refused.unwrap_or_default();
                if entry_if(ui, refused.is_none(), text, "", why_not) {
                    let split = split.id;
                    let edit = Edit::SetKind { split, kind };
                    cx.commands.push(Command::Edit(vec![edit]));
                }
            }
        });
        self.greet(ui, &kind);
        let parallel = split.kind == SplitKind::Parallel;
        let why_not = "Only parallel splits have any number of chains";
        if entry_if(ui, parallel, "Add a chain", "", why_not) {
            let edit = Edit::InsertChain {
                split: split.id,
                at: split.chains.len(),
                chain: SplitChain::default(),
            };
            cx.commands.push(Command::Edit(vec![edit]));
        }
        let held = split.chains.iter().filter(|it| !it.chain.0.is_empty());
        let single = held.count() <= 1;
        let why_not = "More than one of its chains holds something";
        if entry_if(ui, single, "Unwrap", "", why_not) {
            let split = split.id;
            cx.commands
                .push(Command::Edit(vec![Edit::Unwrap { split }]));
        }
        ui.separator();
        if entry(ui, "Duplicate", "Ctrl+D") {
            cx.commands.push(Command::Duplicate(items.clone()));
        }
        submenu(ui, "Move", |ui| shifts(ui, cx, &items));
        submenu(ui, "Wrap in a split", |ui| wraps(ui, cx, &items));
        ui.separator();
        if entry(ui, "Remove", "Delete") {
            cx.commands.push(Command::Edit(edits::removals(&items)));
        }
    }

    /// The menu of one of a split's chains.
    pub(super) fn chain_menu(
        &mut self,
        ui: &mut Ui,
        cx: &mut Context<'_>,
        split: &Split,
        number: usize,
    ) {
        let chain = &split.chains[number];
        ui.set_min_width(WIDTH);
        let add = ui.button("Add a plugin\u{2026}");
        self.greet(ui, &add);
        if add.clicked() {
            cx.shared.choose_chain(chain.id);
            cx.shared.browse("");
            ui.close();
        }
        if entry(ui, "Rename\u{2026}", "Ctrl+R") {
            self.rename(Bearer::Chain(chain.id), chain.name.clone());
        }
        ui.separator();
        let parallel = split.kind == SplitKind::Parallel;
        let why_not = "Only parallel splits have any number of chains";
        for (text, at) in [
            ("Add a chain before it", number),
            ("Add a chain behind it", number + 1),
        ] {
            if entry_if(ui, parallel, text, "", why_not) {
                let edit = Edit::InsertChain {
                    split: split.id,
                    at,
                    chain: SplitChain::default(),
                };
                cx.commands.push(Command::Edit(vec![edit]));
            }
        }
        let can = parallel && split.chains.len() > 1;
        let why_not = match parallel {
            true => "The last chain of a split stays; the split can be removed",
            false => "The kind of this split needs all of its chains",
        };
        if entry_if(ui, can, "Remove the chain", "", why_not) {
            let chain = chain.id;
            cx.commands
                .push(Command::Edit(vec![Edit::RemoveChain { chain }]));
        }
    }
}
