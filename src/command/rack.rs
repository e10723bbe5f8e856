//! `matryoshka rack check`: whether a rack file can be played here.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use matryoshka::catalog::{Thoroughness, resolve};
use matryoshka::child::{Description, MESSAGE_LOOP};
use matryoshka::rack::{PluginReference, Slot};
use matryoshka::state::{self, Loaded, StateError};
use matryoshka::threads::Messages;
use serde_json::{Value, json};

use super::list::plugin_document;
use super::terminal::Terminal;
use super::{Outcome, Trouble};

/// What can be done with rack files.
#[derive(Debug, Subcommand)]
pub enum RackCommand {
    Check(Check),
}

/// Tell what each place of a rack file resolves to, and what is wrong
///
/// Exit code 0 if everything is as it should be, 1 if anything is not: the file is no rack, or of a
/// newer version; a plugin is not installed; settings are damaged; a place is not understood.
/// Fields with unknown names are mentioned, but are no mistake.
#[derive(Debug, Args)]
pub struct Check {
    /// The rack file
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

impl RackCommand {
    pub fn run(self, terminal: &Terminal) -> Outcome {
        match self {
            Self::Check(check) => check.run(terminal),
        }
    }
}

/// A slot, looked at.
struct Place {
    /// Where it stands, as people count: "place 2", or "chain 1 of the split at place 2, place 1".
    words: String,
    slot: Slot,
    found: Result<Description, String>,
}

impl Check {
    fn run(self, terminal: &Terminal) -> Outcome {
        let loaded = match state::read_file(&self.file) {
            Ok(loaded) => loaded,
            Err(error) => return self.unreadable(terminal, error),
        };
        let places = find(&loaded, terminal)?;
        let mut problems = loaded.warnings.clone();
        for place in &places {
            if let Err(problem) = &place.found {
                problems.push(format!("{}: {problem}", place.words));
            }
        }
        if terminal.json() {
            terminal.document(&self.document(&places, &problems))?;
        } else {
            terminal.say(&listing(&places))?;
            for place in &places {
                for field in place.slot.unknown.keys() {
                    terminal.note(&format!(
                        "{} has a field \"{field}\", which means nothing here; it is kept",
                        place.words
                    ));
                }
            }
            for problem in &problems {
                terminal.error(problem);
            }
            if problems.is_empty() {
                terminal.say(&format!("{} is good.\n", self.file.display()))?;
            }
        }
        Ok(verdict(&problems))
    }

    /// A script that asks for JSON gets some whatever the file is.
    fn unreadable(&self, terminal: &Terminal, error: StateError) -> Outcome {
        if !terminal.json() {
            return Err(error.into());
        }
        let problems = [error.to_string()];
        terminal.document(&self.document(&[], &problems))?;
        Ok(verdict(&problems))
    }

    fn document(&self, places: &[Place], problems: &[String]) -> Value {
        let places: Vec<Value> = places.iter().map(place_document).collect();
        json!({
            "file": self.file.display().to_string(),
            "good": problems.is_empty(),
            "problems": problems,
            "places": places,
        })
    }
}

fn verdict(problems: &[String]) -> ExitCode {
    if problems.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Looks for the plugin of every slot.
fn find(loaded: &Loaded, terminal: &Terminal) -> Result<Vec<Place>, Trouble> {
    let rack = &loaded.rack;
    let slots: Vec<(String, Slot)> = (rack.slots())
        .filter_map(|slot| {
            let place = rack.place(slot.id)?;
            Some((rack.in_words(place), slot.clone()))
        })
        .collect();
    if slots.is_empty() {
        return Ok(Vec::new());
    }
    let wanted: Vec<PluginReference> = slots.iter().map(|(_, slot)| slot.plugin.clone()).collect();
    let spinner = terminal.spinner("looking for the plugins");
    let messages = Messages::acquire(&MESSAGE_LOOP)?;
    let found = messages.ask(move |thread| {
        let find = |plugin: &PluginReference| {
            resolve(thread, plugin, Thoroughness::Every).map_err(|error| error.to_string())
        };
        wanted.iter().map(find).collect::<Vec<_>>()
    });
    spinner.finish_and_clear();
    Ok(slots
        .into_iter()
        .zip(found?)
        .map(|((words, slot), found)| Place { words, slot, found })
        .collect())
}

fn listing(places: &[Place]) -> String {
    let mut text = String::new();
    for Place { words, slot, found } in places {
        let becomes = match found {
            Ok(found) => format!("{found}, {}", found.file),
            Err(_) => "not found".to_owned(),
        };
        let bypassed = if slot.bypass { " (bypassed)" } else { "" };
        text += &format!("{words}: {}{bypassed}: {becomes}\n", slot.plugin);
    }
    text
}

fn place_document(place: &Place) -> Value {
    let Place { words, slot, found } = place;
    json!({
        "place": words,
        "plugin": slot.plugin,
        "bypass": slot.bypass,
        "state_bytes": slot.state.as_ref().and_then(|state| state.bytes()).map(<[u8]>::len),
        "resolves_to": found.as_ref().ok().map(plugin_document),
        "problem": found.as_ref().err(),
        "unknown_fields": slot.unknown.keys().collect::<Vec<_>>(),
    })
}
