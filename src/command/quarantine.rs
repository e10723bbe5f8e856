//! `matryoshka quarantine`: the plugins that crashed, hung or could not be read.

use std::process::ExitCode;

use clap::Subcommand;
use matryoshka::catalog::{Catalog, FileRecord, Outcome as Found, ScanOptions, Store};
use serde_json::{Value, json};

use super::Outcome;
use super::scan::{plural, record_document, scan};
use super::terminal::Terminal;

/// What can be done with what is in quarantine.
#[derive(Debug, Subcommand)]
pub enum Quarantine {
    /// Tell which files are in quarantine, and why
    List,
    /// Look at them again
    Retry {
        /// Only files with this in their path
        #[arg(value_name = "NAME")]
        name: Option<String>,
    },
    /// Forget them; the next scan looks at them as if they were new
    Clear,
}

impl Quarantine {
    pub fn run(self, terminal: &Terminal) -> Outcome {
        let store = Store::of_user()?;
        let catalog = Catalog::load(&store)?;
        match self {
            Self::List => list(terminal, &catalog.quarantine)?,
            Self::Retry { name } => {
                let name = name.unwrap_or_default().to_lowercase();
                let wanted = |record: &&FileRecord| record.path.to_lowercase().contains(&name);
                let paths = catalog.quarantine.iter().filter(wanted);
                let paths: Vec<_> = paths.map(|record| record.path.clone().into()).collect();
                if paths.is_empty() {
                    terminal.say("No such file is in quarantine.\n")?;
                    return Ok(ExitCode::SUCCESS);
                }
                let tried = paths.len();
                let report = scan(
                    terminal,
                    ScanOptions {
                        paths,
                        retry: true,
                        ..ScanOptions::default()
                    },
                    false,
                )?;
                let still: Vec<FileRecord> = report
                    .scanned
                    .into_iter()
                    .filter(|record| matches!(record.outcome, Found::Failed(_)))
                    .collect();
                if !terminal.json() {
                    let free = tried.saturating_sub(still.len());
                    terminal.say(&format!("{} of {tried} tried are free again.\n", free))?;
                }
                list(terminal, &still)?;
            }
            Self::Clear => {
                for record in &catalog.quarantine {
                    store.forget(&(record.format.clone(), record.path.clone()))?;
                }
                store.fold()?;
                let count = catalog.quarantine.len();
                if terminal.json() {
                    terminal.document(&json!({"cleared": count}))?;
                } else {
                    terminal.say(&format!("{} forgotten.\n", plural(count, "file")))?;
                }
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn list(terminal: &Terminal, quarantine: &[FileRecord]) -> Result<(), super::Trouble> {
    if terminal.json() {
        let files: Vec<Value> = quarantine.iter().map(record_document).collect();
        return terminal.document(&json!({"quarantine": files}));
    }
    if quarantine.is_empty() {
        return Ok(terminal.say("Nothing is in quarantine.\n")?);
    }
    for record in quarantine {
        if let Found::Failed(failure) = &record.outcome {
            terminal.say(&format!("{} ({}): {failure}\n", record.path, record.format))?;
        }
    }
    Ok(())
}
