//! `matryoshka list`: the plugins of this machine.

use std::process::ExitCode;

use clap::Args;
use console::truncate_str;
use matryoshka::catalog::{
    Catalog, Entry, EntryBus, Outcome as Found, Plugin, ScanError, ScanOptions, Store,
};
use matryoshka::child::{Description, Formats};
use serde_json::{Value, json};

use super::formats::OnlyFormats;
use super::scan::scan;
use super::table::Table;
use super::terminal::Terminal;
use super::{Outcome, Trouble};

/// List the plugins that are known, by format
///
/// What `matryoshka scan` found; where nothing was scanned yet, that is done first. Files in quarantine
/// are named at the end.
#[derive(Debug, Args)]
pub struct List {
    #[command(flatten)]
    only: OnlyFormats,
}

/// Columns of the terminal. Names are cut beyond that, but not in JSON.
const WIDEST_CELL: usize = 48;

impl List {
    pub fn run(self, terminal: &Terminal) -> Outcome {
        let mut catalog = known_catalog(terminal)?;
        let is_wanted = |format: &str| {
            let mut formats = self.only.formats.iter();
            self.only.formats.is_empty()
                || formats.any(|wanted| wanted.eq_ignore_ascii_case(format))
        };
        catalog
            .plugins
            .retain(|plugin| is_wanted(&plugin.entry.format));
        catalog
            .quarantine
            .retain(|record| is_wanted(&record.format));
        let rank = |format: &str| Formats::names().iter().position(|name| *name == format);
        catalog.plugins.sort_by_cached_key(|Plugin { entry, .. }| {
            (
                rank(&entry.format),
                entry.name.to_lowercase(),
                entry.file.clone(),
            )
        });
        if terminal.json() {
            terminal.document(&document(&catalog))?;
            return Ok(ExitCode::SUCCESS);
        }
        for record in &catalog.quarantine {
            if let Found::Failed(failure) = &record.outcome {
                terminal.note(&format!("{} is in quarantine: {failure}", record.path));
            }
        }
        terminal.say(&table(&catalog.plugins))?;
        Ok(ExitCode::SUCCESS)
    }
}

/// The catalog; where not everything was scanned yet, after a scan.
pub fn known_catalog(terminal: &Terminal) -> Result<Catalog, Trouble> {
    let store = Store::of_user()?;
    let catalog = Catalog::load(&store)?;
    for note in &catalog.notes {
        terminal.note(note);
    }
    if catalog.is_whole {
        return Ok(catalog);
    }
    if let Err(trouble) = scan(terminal, ScanOptions::default(), false) {
        if !trouble
            .downcast_ref::<ScanError>()
            .is_some_and(|error| matches!(error, ScanError::Busy))
        {
            return Err(trouble);
        }
        store.wait_for_scan()?;
    }
    Ok(Catalog::load(&store)?)
}

fn table(plugins: &[Plugin]) -> String {
    if plugins.is_empty() {
        return "No plugins were found.\n".to_owned();
    }
    let mut table = Table::with_heading(&["FORMAT", "NAME", "VENDOR", "KIND"]);
    for Plugin { entry, .. } in plugins {
        let kind = entry.tags.join(", ");
        let cells = [&entry.format, &entry.name, &entry.vendor, &kind];
        table.line(cells.map(|cell| one_line(cell)));
    }
    table.text("")
}

/// Plugins may call themselves anything; in a table it is one short line.
pub fn one_line(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    truncate_str(&line, WIDEST_CELL, "…").into_owned()
}

fn document(catalog: &Catalog) -> Value {
    let plugins: Vec<Value> = catalog.plugins.iter().map(entry_document).collect();
    let failures: Vec<Value> = catalog
        .quarantine
        .iter()
        .filter_map(|record| match &record.outcome {
            Found::Failed(failure) => Some(json!({
                "file": record.path,
                "format": record.format,
                "reason": failure.to_string(),
            })),
            Found::Plugins(_) => None,
        })
        .collect();
    json!({"plugins": plugins, "failures": failures})
}

/// What the catalog knows of a plugin, for scripts.
pub fn entry_document(plugin: &Plugin) -> Value {
    let Entry {
        tags,
        buses,
        takes_midi,
        makes_midi,
        has_editor,
        ..
    } = &plugin.entry;
    let mut document = plugin_document(&plugin.entry.description());
    document["tags"] = json!(tags);
    document["buses"] = buses.iter().map(bus_document).collect();
    document["takes_midi"] = (*takes_midi).into();
    document["makes_midi"] = (*makes_midi).into();
    document["has_editor"] = json!(has_editor);
    document["in"] = json!(plugin.path);
    document
}

fn bus_document(bus: &EntryBus) -> Value {
    json!({
        "name": bus.name,
        "direction": if bus.is_input { "input" } else { "output" },
        "channels": bus.channels,
        "enabled": !bus.is_off,
    })
}

/// What a plugin is, for scripts.
pub fn plugin_document(plugin: &Description) -> Value {
    json!({
        "name": plugin.name,
        "format": plugin.format,
        "vendor": plugin.vendor,
        "version": plugin.version,
        "category": plugin.category,
        "file": plugin.file,
        "id": plugin.id,
        "instrument": plugin.is_instrument,
    })
}
