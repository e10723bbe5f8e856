//! `matryoshka rack check`: whether a rack file can be played here.

mod listing;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use matryoshka::catalog::{Thoroughness, resolve};
use matryoshka::child::{Description, MESSAGE_LOOP};
use matryoshka::rack::{PluginReference, Rack, Slot, Split, SplitKind, path_in_words};
use matryoshka::state::{self, StateError};
use matryoshka::threads::Messages;
use serde_json::{Map, Value, json};

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
    /// Where it stands: see [`Rack::path`].
    path: Vec<usize>,
    slot: Slot,
    found: Result<Description, String>,
}

impl Check {
    fn run(self, terminal: &Terminal) -> Outcome {
        let loaded = match state::read_file(&self.file) {
            Ok(loaded) => loaded,
            Err(error) => return self.unreadable(terminal, error),
        };
        let rack = &loaded.rack;
        let places = find(rack, terminal)?;
        let mut problems = loaded.warnings.clone();
        for place in &places {
            if let Err(problem) = &place.found {
                problems.push(format!("{}: {problem}", path_in_words(&place.path)));
            }
        }
        if terminal.json() {
            terminal.document(&self.document(rack, &places, &problems))?;
        } else {
            terminal.say(&listing::text(rack, &places))?;
            for (owner, field) in unknown_fields(rack, &places) {
                terminal.note(&format!(
                    "{owner} has a field \"{field}\", which means nothing here; it is kept"
                ));
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
        terminal.document(&self.document(&Rack::new(), &[], &problems))?;
        Ok(verdict(&problems))
    }

    fn document(&self, rack: &Rack, places: &[Place], problems: &[String]) -> Value {
        let places: Vec<Value> = places.iter().map(place_document).collect();
        let splits: Vec<Value> = (rack.splits())
            .map(|split| split_document(rack, split))
            .collect();
        json!({
            "file": self.file.display().to_string(),
            "good": problems.is_empty(),
            "problems": problems,
            "name": rack.name,
            "places": places,
            "splits": splits,
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
fn find(rack: &Rack, terminal: &Terminal) -> Result<Vec<Place>, Trouble> {
    let slots: Vec<(Vec<usize>, Slot)> = (rack.slots())
        .filter_map(|slot| Some((rack.path(rack.place(slot.id)?), slot.clone())))
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
        .map(|((path, slot), found)| Place { path, slot, found })
        .collect())
}

/// The fields that mean nothing, each with what has it.
fn unknown_fields(rack: &Rack, places: &[Place]) -> Vec<(String, String)> {
    let mut all = Vec::new();
    let mut add = |owner: &str, fields: &Map<String, Value>| {
        all.extend((fields.keys()).map(|field| (owner.to_owned(), field.clone())));
    };
    // Settings of the rack with mistakes in them are kept with the unknown, and told as mistakes.
    let settings = ["all_cores", "runaway_limit_dbfs"];
    let of_the_rack = (rack.unknown.clone().into_iter())
        .filter(|(field, _)| !settings.contains(&field.as_str()))
        .collect();
    add("the rack", &of_the_rack);
    for place in places {
        add(&path_in_words(&place.path), &place.slot.unknown);
    }
    for split in rack.splits() {
        let words = words_of(rack, split);
        add(&format!("the split at {words}"), &split.unknown);
        for (number, chain) in (1..).zip(&split.chains) {
            add(
                &format!("chain {number} of the split at {words}"),
                &chain.unknown,
            );
        }
    }
    all
}

fn path_of(rack: &Rack, split: &Split) -> Vec<usize> {
    rack.place(split.id)
        .map_or_else(Vec::new, |place| rack.path(place))
}

fn words_of(rack: &Rack, split: &Split) -> String {
    path_in_words(&path_of(rack, split))
}

fn place_document(place: &Place) -> Value {
    let Place { path, slot, found } = place;
    json!({
        "place": path_in_words(path),
        "path": path,
        "plugin": slot.plugin,
        "bypass": slot.bypass,
        "mix_percent": slot.mix_percent,
        "input_gain_db": slot.input_gain_db,
        "output_gain_db": slot.output_gain_db,
        "channels": slot.channels,
        "state_bytes": slot.state.as_ref().and_then(|state| state.bytes()).map(<[u8]>::len),
        "resolves_to": found.as_ref().ok().map(plugin_document),
        "problem": found.as_ref().err(),
        "unknown_fields": slot.unknown.keys().collect::<Vec<_>>(),
    })
}

fn split_document(rack: &Rack, split: &Split) -> Value {
    let path = path_of(rack, split);
    let chains: Vec<Value> = (split.chains.iter())
        .map(|chain| {
            json!({
                "name": chain.name,
                "gain_db": chain.gain_db,
                "pan": chain.pan,
                "mute": chain.mute,
                "solo": chain.solo,
                "heard": chain.is_heard(split),
                "unknown_fields": chain.unknown.keys().collect::<Vec<_>>(),
            })
        })
        .collect();
    let crossovers_hz = match &split.kind {
        SplitKind::Bands { crossovers_hz } => Some(crossovers_hz),
        _ => None,
    };
    json!({
        "place": path_in_words(&path),
        "path": path,
        "split": split.kind.word(),
        "crossovers_hz": crossovers_hz,
        "chains": chains,
        "unknown_fields": split.unknown.keys().collect::<Vec<_>>(),
    })
}
