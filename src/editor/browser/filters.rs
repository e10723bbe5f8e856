//! What is left out of the browser: all, favourites or recent ones, and menus of categories, vendors, formats.

use egui::{ScrollArea, Ui};

use super::shelf::{Facet, Filters, Shelf, Which};

/// Draws the filters.
pub(super) fn show(ui: &mut Ui, filters: &mut Filters, shelf: &Shelf) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        let kinds = [
            (
                Which::All,
                "All",
                shelf.total(),
                "Every plugin that is not hidden",
            ),
            (
                Which::Favourites,
                "Favourites",
                shelf.favourites,
                "Plugins with a star",
            ),
            (
                Which::Recent,
                "Recent",
                shelf.recent(),
                "Plugins that were put to use of late, the last one first",
            ),
        ];
        for (which, name, count, why) in kinds {
            ui.selectable_value(&mut filters.which, which, name)
                .on_hover_text(format!("{why}: {count}"));
        }
    });
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        menu(
            ui,
            "Category",
            "What plugins are",
            &mut filters.tag,
            &shelf.tags,
        );
        menu(
            ui,
            "Vendor",
            "Who made them",
            &mut filters.vendor,
            &shelf.vendors,
        );
        menu(
            ui,
            "Format",
            "What they are made as",
            &mut filters.format,
            &shelf.formats,
        );
        if shelf.hidden > 0 || filters.hidden {
            ui.toggle_value(&mut filters.hidden, "Hidden")
                .on_hover_text(format!("Show what you have hidden, too: {}", shelf.hidden));
        }
        if !filters.is_open() {
            let clear = ui.button("Clear").on_hover_text("Show all plugins again");
            if clear.clicked() {
                *filters = Filters::default();
            }
        }
    });
}

fn menu(ui: &mut Ui, name: &str, why: &str, chosen: &mut Option<String>, facets: &[Facet]) {
    let shown = chosen.clone().unwrap_or_else(|| name.to_owned());
    let button = ui.menu_button(shown, |ui| {
        let any = ui
            .selectable_label(chosen.is_none(), format!("Any {}", name.to_lowercase()))
            .on_hover_text("Leave nothing out for this");
        if any.clicked() {
            *chosen = None;
            ui.close();
        }
        ScrollArea::vertical().max_height(320.0).show(ui, |ui| {
            for facet in facets {
                let is_chosen = chosen.as_deref() == Some(facet.name.as_str());
                let row = ui
                    .selectable_label(is_chosen, format!("{} ({})", facet.name, facet.count))
                    .on_hover_text(format!("Only what is {}", facet.name));
                if row.clicked() {
                    *chosen = Some(facet.name.clone()).filter(|_| !is_chosen);
                    ui.close();
                }
            }
        });
    });
    let name = match chosen {
        Some(chosen) => format!("{name}: {chosen}"),
        None => name.to_owned(),
    };
    button.response.accessible_name(name).on_hover_text(why);
}
