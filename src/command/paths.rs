//! `matryoshka paths`: where plugins are looked for, and where the catalog is.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use matryoshka::catalog::folders::{Folder, Origin, standard};
use matryoshka::catalog::{Preferences, Store};
use matryoshka::child::Formats;
use matryoshka::program;
use serde_json::{Value, json};

use super::Outcome;
use super::table::Table;
use super::terminal::Terminal;

/// Show the folders that are scanned, and add or remove your own
#[derive(Debug, Args)]
pub struct Paths {
    #[command(subcommand)]
    change: Option<Change>,
}

#[derive(Debug, Subcommand)]
enum Change {
    /// Look into this folder, too, for plugins of every format
    Add {
        /// The folder
        #[arg(value_name = "FOLDER")]
        folder: PathBuf,
    },
    /// Look into this folder no more, and forget what was found there
    Remove {
        /// The folder
        #[arg(value_name = "FOLDER")]
        folder: PathBuf,
    },
}

impl Paths {
    pub fn run(self, terminal: &Terminal) -> Outcome {
        let store = Store::of_user()?;
        let preferences = match self.change {
            None => Preferences::load(&store)?,
            Some(Change::Add { folder }) => {
                let Ok(folder) = folder.canonicalize() else {
                    return Err(format!("the folder {} does not exist", folder.display()).into());
                };
                Preferences::change(&store, |own| {
                    if !own.folders.contains(&folder) {
                        own.folders.push(folder);
                    }
                })?
            }
            Some(Change::Remove { folder }) => {
                let folder = folder.canonicalize().unwrap_or(folder);
                let before = Preferences::load(&store)?;
                if !before.folders.contains(&folder) {
                    let folder = folder.display();
                    return Err(format!("the folder {folder} is not one that you added").into());
                }
                let known = store.load()?.files;
                for key in known
                    .keys()
                    .filter(|key| PathBuf::from(&key.1).starts_with(&folder))
                {
                    store.forget(key)?;
                }
                Preferences::change(&store, |own| own.folders.retain(|known| *known != folder))?
            }
        };
        let folders: Vec<Folder> = Formats::names()
            .iter()
            .flat_map(|name| standard(name))
            .collect();
        let worker = program::find();
        if terminal.json() {
            terminal.document(&json!({
                "folders": folders.iter().map(folder_document).collect::<Vec<_>>(),
                "own": preferences.folders,
                "catalog": store.folder(),
                "worker": worker.as_ref().ok(),
            }))?;
            return Ok(ExitCode::SUCCESS);
        }
        let mut table = Table::with_heading(&["FORMAT", "FOLDER", "FROM"]);
        for folder in &folders {
            let missing = if folder.path.is_dir() {
                ""
            } else {
                " (not there)"
            };
            let from = match folder.origin {
                Origin::Variable(name) => name.to_owned(),
                _ => "standard".to_owned(),
            };
            let path = format!("{}{missing}", folder.path.display());
            table.line([folder.format.clone(), path, from]);
        }
        for folder in &preferences.folders {
            table.line([
                "all".to_owned(),
                folder.display().to_string(),
                "yours".to_owned(),
            ]);
        }
        terminal.say(&table.text(""))?;
        terminal.say(&format!(
            "\nThe catalog is in {}\n",
            store.folder().display()
        ))?;
        match worker {
            Ok(worker) => {
                terminal.say(&format!("Plugins are looked at by {}\n", worker.display()))?
            }
            Err(error) => terminal.error(&error),
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn folder_document(folder: &Folder) -> Value {
    let origin = match folder.origin {
        Origin::Standard => "standard",
        Origin::Variable(name) => name,
        Origin::User => "own",
    };
    json!({
        "format": folder.format,
        "folder": folder.path,
        "from": origin,
        "exists": folder.path.is_dir(),
    })
}
