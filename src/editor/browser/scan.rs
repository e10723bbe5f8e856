//! The scan as the browser shows it: how far it is, and what could not be used, with reasons.

use std::collections::BTreeMap;
use std::path::Path;

use egui::{Button, CollapsingHeader, ProgressBar, RichText, ScrollArea, Ui};

use crate::catalog::{Outcome, Progress};
use crate::editor::{Again, CatalogView, Command, Context};

/// Files that cannot be used, and why, by name: those of the catalog, and those that the scan found since.
pub(super) fn failures(catalog: &CatalogView) -> BTreeMap<String, String> {
    let known = catalog.catalog.quarantine.iter().filter_map(|record| {
        let Outcome::Failed(failure) = &record.outcome else {
            return None;
        };
        Some((record.path.clone(), failure.to_string()))
    });
    let new = catalog.progress.failures.iter().cloned();
    known.chain(new).collect()
}

/// "12 of 340: foo.vst3".
pub(super) fn progress_in_words(progress: &Progress) -> String {
    let Progress { done, total, .. } = progress;
    let current = progress.current.iter().find(|path| !path.is_empty());
    match (total, current) {
        (0, _) => "Looking through the folders".to_owned(),
        (_, Some(path)) => format!("{done} of {total}: {}", file_name(path)),
        (_, None) => format!("{done} of {total}"),
    }
}

/// A file's own name; all of it for what is no path.
pub(super) fn file_name(path: &str) -> &str {
    let name = Path::new(path).file_name().and_then(|name| name.to_str());
    name.unwrap_or(path)
}

/// Draws it.
pub(super) fn show(ui: &mut Ui, cx: &mut Context<'_>) {
    let progress = &cx.catalog.progress;
    if progress.is_running {
        let share = progress.done as f32 / progress.total.max(1) as f32;
        ui.add(ProgressBar::new(share).desired_height(8.0))
            .accessible_name("Scan progress")
            .on_hover_text("How many of the plugin files have been looked at");
        ui.horizontal(|ui| {
            let stop = ui
                .button("Stop")
                .on_hover_text("End the scan; what is done is kept");
            if stop.clicked() {
                cx.commands.push(Command::StopScan);
            }
            ui.add(egui::Label::new(progress_in_words(progress)).truncate())
                .on_hover_text("Each plugin is looked at in a process of its own");
        });
    } else if cx.catalog.catalog.is_whole {
        let scan = ui
            .button("Scan")
            .on_hover_text("Look for plugins that are new or have changed");
        if scan.clicked() {
            cx.commands.push(Command::Scan(Again::Nothing));
        }
    } else {
        first_use(ui, cx);
    }
    let errors = [&cx.catalog.error, &cx.catalog.progress.error];
    for error in errors.into_iter().flatten() {
        ui.colored_label(cx.theme.warning, error);
    }
    show_failures(ui, cx);
}

fn first_use(ui: &mut Ui, cx: &mut Context<'_>) {
    ui.label(
        "Matryoshka has not looked for plugins on this computer yet. It does so in the background, and a \
         plugin that crashes meanwhile harms nothing.",
    );
    let look = ui
        .add(
            Button::new(RichText::new("Look for plugins").color(cx.theme.on_accent))
                .fill(cx.theme.accent),
        )
        .on_hover_text("Look through the folders where plugins usually are, and yours");
    if look.clicked() {
        cx.commands.push(Command::Scan(Again::Nothing));
    }
}

fn show_failures(ui: &mut Ui, cx: &mut Context<'_>) {
    let failures = failures(cx.catalog);
    if failures.is_empty() {
        return;
    }
    let words = match failures.len() {
        1 => "1 file cannot be used".to_owned(),
        count => format!("{count} files cannot be used"),
    };
    let list = CollapsingHeader::new(words)
        .id_salt("failures")
        .show(ui, |ui| {
            show_again(ui, cx);
            ScrollArea::vertical().max_height(140.0).show(ui, |ui| {
                for (path, reason) in &failures {
                    ui.label(RichText::new(file_name(path)).strong())
                        .on_hover_text(path);
                    ui.label(RichText::new(reason).small().color(cx.theme.weak_text));
                }
            });
        });
    list.header_response
        .on_hover_text("Plugin files that crashed, hung or could not be read, and why");
}

fn show_again(ui: &mut Ui, cx: &mut Context<'_>) {
    let wishes = [
        (
            "Try these again",
            "Look at them once more, and at what is new or has changed",
            Again::Failures,
        ),
        (
            "Scan everything again",
            "Look at all plugins once more, at these too",
            Again::Everything,
        ),
    ];
    ui.horizontal_wrapped(|ui| {
        for (words, why, again) in wishes {
            let button = ui.add_enabled(!cx.catalog.progress.is_running, Button::new(words));
            let button = button
                .on_hover_text(why)
                .on_disabled_hover_text("A scan is under way");
            if button.clicked() {
                cx.commands.push(Command::Scan(again));
            }
        }
    });
}
