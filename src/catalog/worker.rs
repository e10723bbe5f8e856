//! The worker's side: a process that looks at one plugin file after the other, and may die of it.
//!
//! What it says goes through pipes that were its stdin and stdout; it keeps them to itself, and what
//! plugins print goes to stderr, which the scanner reads separately. On Linux nothing that it started
//! outlives it, and it does not outlive the scanner (`cage`).

#[cfg(target_os = "linux")]
mod cage;
mod memory;

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::category;
use super::entry::{Entry, EntryBus};
use super::lv2;
use super::protocol::{Message, Part, Request, VERSION};
use crate::child::{Bus, EditorLook, Formats, Found, MESSAGE_LOOP, look};
use crate::program;
use crate::threads::{AskError, MessageThread, Messages};

/// What a worker is to keep to.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    /// Where it works; made anew before each file, should a plugin have deleted it.
    pub folder: Option<PathBuf>,
    /// How much memory it may take, in megabytes.
    pub memory_mb: Option<u64>,
}

/// Runs the worker until the scanner closes the pipe.
pub fn run(terms: &Terms) -> ExitCode {
    match serve(terms) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn serve(terms: &Terms) -> io::Result<()> {
    let (requests, mut answers) = program::pipes()?;
    #[cfg(target_os = "linux")]
    cage::enter(&requests, &answers, terms.memory_mb)?;
    let mut requests = BufReader::new(requests);
    let messages = Messages::acquire(&MESSAGE_LOOP).map_err(io::Error::other)?;
    program::say(&mut answers, &Message::Ready { version: VERSION })?;
    let mut line = String::new();
    loop {
        line.clear();
        if requests.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let request: Request = serde_json::from_str(&line)?;
        if let Some(folder) = &terms.folder {
            std::fs::create_dir_all(folder)?;
            std::env::set_current_dir(folder)?;
        }
        memory::forget_peak();
        let done = match answer(&messages, request, &mut answers) {
            Ok(done) => done,
            Err(AskError::Panicked(reason)) => Message::Failed { reason },
            Err(error) => return Err(io::Error::other(error)),
        };
        program::say(&mut answers, &tidied(done))?;
    }
}

/// Does what is asked, having said what is found on the way, and returns the last word on it.
fn answer(messages: &Messages, request: Request, answers: &mut File) -> Result<Message, AskError> {
    let Request {
        format,
        file,
        part,
        list,
    } = request;
    if list {
        let files = messages.ask(move |thread| {
            let formats = Formats::shared(thread).map_err(|error| error.to_string())?;
            Ok::<_, String>(formats.files(&format))
        })?;
        return Ok(match files {
            Ok(files) => Message::Files { files },
            Err(reason) => Message::Failed { reason },
        });
    }
    let mut own = match answers.try_clone() {
        Ok(own) => own,
        Err(error) => {
            return Ok(Message::Failed {
                reason: error.to_string(),
            });
        }
    };
    messages.ask(move |thread| {
        let mut found = |plugins, remarks| {
            // A scanner that is gone is noticed when the next request is read.
            let _ = program::say(&mut own, &Message::Found { plugins, remarks });
        };
        if format == "LV2" {
            return match look_at_bundle(thread, &file, part) {
                Ok((plugins, remarks)) => {
                    found(plugins, remarks);
                    done(Vec::new())
                }
                Err(reason) => Message::Failed { reason },
            };
        }
        match look_at_file(thread, &format, &file) {
            Ok((plugins, editors)) => {
                found(plugins, Vec::new());
                done(editors.editors())
            }
            Err(reason) => Message::Failed { reason },
        }
    })
}

fn done(editors: Vec<bool>) -> Message {
    Message::Done {
        editors,
        remarks: Vec::new(),
    }
}

fn look_at_file(
    thread: &MessageThread,
    format: &str,
    file: &str,
) -> Result<(Vec<Entry>, EditorLook), String> {
    let (looks, editors) = look(thread, format, file).map_err(|error| plain(&error))?;
    let plugins = looks
        .into_iter()
        .map(|look| {
            // A LADSPA plugin's ports are all there is; JUCE gives those without inputs a bus that is
            // off, in which nothing could go.
            let is_real = |bus: &Bus| bus.channels > 0 && (bus.enabled || format != "LADSPA");
            let buses = look.buses.into_iter().filter(is_real);
            let buses = buses.map(|bus| EntryBus {
                name: bus.name,
                is_input: bus.is_input,
                channels: bus.channels,
                is_off: !bus.enabled,
            });
            Entry {
                buses: buses.collect(),
                takes_midi: look.midi.takes,
                makes_midi: look.midi.makes,
                ..entry(look.found)
            }
        })
        .collect();
    Ok((plugins, editors))
}

/// The plugins of an LV2 bundle, without running them: JUCE tells which it can host and their names, the
/// bundle itself the rest.
fn look_at_bundle(
    thread: &MessageThread,
    bundle: &str,
    part: Option<Part>,
) -> Result<(Vec<Entry>, Vec<String>), String> {
    let formats = Formats::shared(thread).map_err(|error| error.to_string())?;
    let described = lv2::read(Path::new(bundle), part);
    let mut plugins = Vec::new();
    let mut remarks = Vec::new();
    let mut is_loaded = false;
    for described in described {
        let ask = |what: &str| formats.found("LV2", what).map_err(|error| plain(&error));
        let mut found = ask(&described.uri)?;
        if found.is_empty() && !is_loaded {
            // In none of the usual folders, so JUCE does not know the bundle yet.
            ask(bundle)?;
            is_loaded = true;
            found = ask(&described.uri)?;
        }
        let Some(found) = found.into_iter().next() else {
            remarks.push(format!("{} cannot be hosted", described.uri));
            continue;
        };
        let (inputs, outputs) = (found.inputs as usize, found.outputs as usize);
        let mut entry = Entry {
            buses: described.buses,
            takes_midi: described.takes_midi,
            makes_midi: described.makes_midi,
            has_editor: Some(described.has_editor),
            ..entry(found)
        };
        if all_channels(&entry) != (inputs, outputs) {
            remarks.push(format!("the buses of {} are not understood", entry.name));
            entry.buses = totals(inputs, outputs);
        }
        plugins.push(entry);
    }
    Ok((plugins, remarks))
}

/// Channels as JUCE counts them: of LV2's buses, those that are off, too.
fn all_channels(entry: &Entry) -> (usize, usize) {
    let sum = |is_input| {
        let buses = entry.buses.iter().filter(|bus| bus.is_input == is_input);
        buses.map(|bus| bus.channels).sum()
    };
    (sum(true), sum(false))
}

fn totals(inputs: usize, outputs: usize) -> Vec<EntryBus> {
    [(true, inputs), (false, outputs)]
        .into_iter()
        .filter(|(_, channels)| *channels > 0)
        .map(|(is_input, channels)| EntryBus {
            name: String::new(),
            is_input,
            channels,
            is_off: false,
        })
        .collect()
}

fn entry(found: Found) -> Entry {
    let description = found.description;
    Entry {
        tags: category::tags(
            &description.category,
            &description.name,
            description.is_instrument,
        ),
        name: description.name,
        format: description.format,
        id: description.id,
        file: description.file,
        vendor: description.vendor,
        version: description.version,
        category: description.category,
        is_instrument: description.is_instrument,
        ..Entry::default()
    }
}

/// The reason alone: the catalog names the file itself, and there are no settings to be kept.
fn plain(error: &crate::child::ChildError) -> String {
    use crate::child::ChildError::{Failed, NotLoaded};
    match error {
        NotLoaded { reason, .. } | Failed { reason, .. } if reason.contains("bad_alloc") => {
            "it asked for more memory than there is for a scan".to_owned()
        }
        NotLoaded { reason, .. } | Failed { reason, .. } => reason.clone(),
        other => other.to_string(),
    }
}

/// Looks after what a plugin left behind before the last word is said.
fn tidied(message: Message) -> Message {
    let Message::Done { editors, remarks } = message else {
        #[cfg(target_os = "linux")]
        cage::end_children();
        return message;
    };
    let mut remarks = remarks;
    #[cfg(target_os = "linux")]
    if cage::end_children() {
        remarks.push("it left programs running, which were ended".to_owned());
    }
    if let Some(gigabytes) = memory::peak_gigabytes().filter(|peak| *peak > MUCH_GIGABYTES) {
        remarks.push(format!("it took {gigabytes:.1} GB of memory"));
    }
    Message::Done { editors, remarks }
}

/// More memory than this is worth a word.
const MUCH_GIGABYTES: f64 = 1.0;
