//! `matryoshka list`: the plugins of this machine.

use std::process::ExitCode;

use clap::Args;
use clap::builder::PossibleValuesParser;
use console::truncate_str;
use matryoshka::catalog::{self, Scan};
use matryoshka::child::{Description, Formats, MESSAGE_LOOP};
use matryoshka::threads::Messages;
use serde_json::{Value, json};

use super::table::Table;
use super::terminal::Terminal;
use super::{Outcome, Trouble};

/// List the plugins that are installed, by format
///
/// Every plugin in the formats' usual folders is opened, in this process. That takes some seconds,
/// and a plugin that crashes takes the command along; what could not be read is named at the end.
#[derive(Debug, Args)]
pub struct List {
    /// Only this format; may be given several times
    #[arg(
        long = "format",
        value_name = "FORMAT",
        ignore_case = true,
        value_parser = PossibleValuesParser::new(Formats::names())
    )]
    formats: Vec<String>,
}

/// Columns of the terminal. Names are cut beyond that, but not in JSON.
const WIDEST_CELL: usize = 48;

impl List {
    pub fn run(self, terminal: &Terminal) -> Outcome {
        let scan = self.scan(terminal)?;
        for (file, reason) in &scan.failures {
            tracing::warn!("{file} could not be read: {reason}");
        }
        if terminal.json() {
            terminal.document(&document(&scan))?;
        } else {
            terminal.say(&table(&scan.plugins))?;
        }
        Ok(ExitCode::SUCCESS)
    }

    fn scan(self, terminal: &Terminal) -> Result<Scan, Trouble> {
        let bar = terminal.bar(0);
        let messages = Messages::acquire(&MESSAGE_LOOP)?;
        let shown = bar.clone();
        let scan = messages.ask(move |thread| {
            catalog::scan(thread, &self.formats, |done, all, file| {
                shown.set_length(all as u64);
                shown.set_message(file.to_owned());
                shown.set_position(done as u64);
            })
        });
        bar.finish_and_clear();
        Ok(scan??)
    }
}

fn table(plugins: &[Description]) -> String {
    if plugins.is_empty() {
        return "No plugins were found.\n".to_owned();
    }
    let mut table = Table::with_heading(&["FORMAT", "NAME", "VENDOR", "CATEGORY"]);
    for plugin in plugins {
        let Description {
            format,
            name,
            vendor,
            category,
            ..
        } = plugin;
        table.line([format, name, vendor, category].map(|cell| one_line(cell)));
    }
    table.text("")
}

/// Plugins may call themselves anything; in a table it is one short line.
fn one_line(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    truncate_str(&line, WIDEST_CELL, "…").into_owned()
}

fn document(scan: &Scan) -> Value {
    let plugins: Vec<Value> = scan.plugins.iter().map(plugin_document).collect();
    let failures: Vec<Value> = scan
        .failures
        .iter()
        .map(|(file, reason)| json!({"file": file, "reason": reason}))
        .collect();
    json!({"plugins": plugins, "failures": failures})
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
