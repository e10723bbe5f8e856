//! Which installed plugin a rack means: by what its files said when it was saved, else by its name.

use std::path::Path;

mod lookup;

use strsim::damerau_levenshtein;
use thiserror::Error;

use super::entry::{Entry, FileRecord, Outcome};
use super::error::ScanError;
use super::likeness::bare;
use crate::child::{ChildError, Description, Formats};
use crate::rack::PluginReference;
use crate::threads::MessageThread;
use lookup::Search;

/// How many names to suggest.
const SUGGESTIONS: usize = 3;

/// How far to look for a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thoroughness {
    /// Have only files looked at that look like the name, and LV2 bundles. For a DAW, which waits.
    Likely,
    /// Have every file looked at. For the command.
    Every,
}

/// Why a plugin was not found.
#[derive(Debug, Error)]
pub enum FindError {
    /// None of that name is installed.
    #[error("{wanted} is not installed{}", did_you_mean(.suggestions))]
    NotInstalled {
        /// The plugin, as the rack names it.
        wanted: String,
        /// Names that are near.
        suggestions: Vec<String>,
    },
    /// The hosting layer failed.
    #[error(transparent)]
    Child(#[from] ChildError),
}

fn did_you_mean(suggestions: &[String]) -> String {
    match suggestions {
        [] => String::new(),
        names => format!(". Did you mean {}?", names.join(" or ")),
    }
}

/// Finds the plugin that a rack means. In this order: exactly what was saved, if its file is still
/// there; the plugin of that id or name in the file that is named; a plugin of that name, in the
/// preferred format. What is not in the catalog yet is looked at by a worker, and then is. Message
/// thread.
///
/// # Errors
///
/// [`FindError::NotInstalled`], with names that are near; or why it could not be looked for.
pub fn resolve(
    thread: &MessageThread,
    reference: &PluginReference,
    thoroughness: Thoroughness,
) -> Result<Description, FindError> {
    if let Some(format) = reference.format()
        && !Formats::names().contains(&format)
    {
        return Err(ChildError::NotHosted {
            plugin: reference.to_string(),
            format: format.to_owned(),
        }
        .into());
    }
    if let Some(exact) = exactly(reference) {
        return Ok(exact);
    }
    let formats = Formats::shared(thread)?;
    let cannot_look = |error: ScanError| ChildError::NotLoaded {
        plugin: reference.to_string(),
        reason: error.to_string(),
    };
    let mut search = Search::begin().map_err(cannot_look)?;
    let wanted = |found: &Description| is_wanted(reference, found);
    if let (Some(file), Some(format)) = (&reference.file, reference.format()) {
        if !Path::new(file).is_absolute() {
            // A URI, or the format of the tests.
            if let Some(found) = formats.types(format, file)?.into_iter().find(wanted) {
                return Ok(found);
            }
        } else if let Some(record) = search.look_at(format, file).map_err(cannot_look)? {
            let in_file = in_record(reference, record)?;
            if let Some(found) = in_file.into_iter().find(wanted) {
                return Ok(found);
            }
        }
    }
    if reference.name.contains(':') && reference.format().is_none_or(|format| format == "LV2") {
        // A URI needs no search, and reading its bundle runs nothing.
        let found = formats.types("LV2", &reference.name)?;
        if let Some(found) = found.into_iter().next() {
            return Ok(found);
        }
    }
    let mut found = search.find(reference);
    if found.is_none() {
        search.widen(reference, thoroughness).map_err(cannot_look)?;
        found = search.find(reference);
    }
    if let Some((description, path)) = found {
        if description.format == "LV2" && formats.types("LV2", &description.file)?.is_empty() {
            // In none of the usual folders: JUCE has to be shown the bundle, which runs nothing.
            formats.types("LV2", &path)?;
        }
        return Ok(description);
    }
    if let Some(record) = search.quarantined(reference) {
        in_record(reference, record)?;
    }
    Err(FindError::NotInstalled {
        wanted: reference.to_string(),
        suggestions: nearest(&reference.name, search.names()),
    })
}

/// The plugins of a file; for one in quarantine, why.
fn in_record(
    reference: &PluginReference,
    record: &FileRecord,
) -> Result<Vec<Description>, FindError> {
    match &record.outcome {
        Outcome::Plugins(plugins) => Ok(plugins.iter().map(Entry::description).collect()),
        Outcome::Failed(failure) => Err(ChildError::NotLoaded {
            plugin: reference.to_string(),
            reason: format!("when {} was scanned, {failure}", record.path),
        }
        .into()),
    }
}

/// The description that the rack itself holds, if it says enough and its file is still there.
fn exactly(reference: &PluginReference) -> Option<Description> {
    let (format, id, file) = (
        reference.format()?,
        reference.id.as_deref()?,
        reference.file.as_deref()?,
    );
    let is_there = Path::new(file).exists() || !Path::new(file).is_absolute();
    (Formats::names().contains(&format) && is_there).then(|| Description {
        name: reference.name.clone(),
        format: format.to_owned(),
        vendor: reference.vendor.clone().unwrap_or_default(),
        version: reference.version.clone().unwrap_or_default(),
        file: file.to_owned(),
        id: id.to_owned(),
        ..Description::default()
    })
}

fn is_wanted(reference: &PluginReference, found: &Description) -> bool {
    match reference.id.as_deref() {
        // A LADSPA plugin's id is its place within its file (juce_LADSPAPluginFormatHeadless.cpp),
        // which any other file has, too.
        Some(id) if id == found.id && found.format != "LADSPA" => true,
        _ => bare(&found.name) == bare(&reference.name),
    }
}

fn nearest(wanted: &str, names: Vec<String>) -> Vec<String> {
    let wanted = bare(wanted);
    let mut near: Vec<(usize, String)> = names
        .into_iter()
        .map(|name| (damerau_levenshtein(&bare(&name), &wanted), name))
        .filter(|(distance, name)| {
            *distance <= wanted.chars().count() / 3 || bare(name).contains(&wanted)
        })
        .collect();
    near.sort();
    near.dedup();
    near.into_iter()
        .take(SUGGESTIONS)
        .map(|(_, name)| name)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_plugin_of_any_ladspa_file_is_not_taken_for_one_that_is_gone() {
        let reference = PluginReference {
            id: Some("00000000".to_owned()),
            ..PluginReference::from("LADSPA:Gone Filter")
        };
        let mut found = Description {
            name: "Hard Limiter".to_owned(),
            format: "LADSPA".to_owned(),
            id: "00000000".to_owned(),
            ..Description::default()
        };
        assert!(!is_wanted(&reference, &found));
        found.name = "Gone Filter".to_owned();
        assert!(is_wanted(&reference, &found));
    }

    #[test]
    fn a_typing_error_brings_the_name_that_was_meant() {
        let names = ["ZamCompX2", "ZamComp", "ZamEQ2"]
            .map(str::to_owned)
            .to_vec();
        assert_eq!(nearest("ZamCmpX2", names)[0], "ZamCompX2");
    }

    #[test]
    fn what_is_like_nothing_brings_no_suggestion() {
        assert!(nearest("Serum", vec!["ZamCompX2".to_owned()]).is_empty());
    }
}
