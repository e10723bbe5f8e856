//! Which installed plugin a rack means: by what its files said when it was saved, else by its name.

use std::path::Path;

use strsim::damerau_levenshtein;
use thiserror::Error;

use super::likeness::{bare, file_looks_like};
use crate::child::{ChildError, Description, Formats};
use crate::rack::PluginReference;
use crate::threads::MessageThread;

/// How many names to suggest.
const SUGGESTIONS: usize = 3;

/// How far to look for a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thoroughness {
    /// Open only files that look like the name. For a DAW's process.
    Likely,
    /// Open every file. For the command.
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
/// preferred format. Message thread.
///
/// # Errors
///
/// [`FindError::NotInstalled`], with names that are near.
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
    let formats = Formats::shared(thread)?;
    if let Some(exact) = exactly(reference) {
        return Ok(exact);
    }
    let wanted = |found: &Description| is_wanted(reference, found);
    if let (Some(file), Some(format)) = (&reference.file, reference.format())
        && let Some(found) = formats.types(format, file)?.into_iter().find(wanted)
    {
        return Ok(found);
    }

    let named = |name: &&&str| reference.format().is_none_or(|format| format == **name);
    let mut seen = Vec::new();
    for format in Formats::names().iter().filter(named) {
        // A URI needs no search.
        if reference.name.contains(':')
            && let Some(found) = formats.types(format, &reference.name)?.into_iter().next()
        {
            return Ok(found);
        }
        let files = formats.files(format);
        let (likely, others): (Vec<String>, Vec<String>) = files
            .into_iter()
            .partition(|file| file_looks_like(file, &reference.name));
        let open_others = thoroughness == Thoroughness::Every || *format == "LV2";
        let files = likely
            .into_iter()
            .chain(others.into_iter().filter(|_| open_others));
        for file in files {
            let types = match formats.types(format, &file) {
                Ok(types) => types,
                Err(error) => {
                    tracing::warn!("{file}: {error}");
                    continue;
                }
            };
            if let Some(found) = types.iter().find(|found| wanted(found)) {
                return Ok(found.clone());
            }
            seen.extend(types.into_iter().map(|found| found.name));
        }
    }
    Err(FindError::NotInstalled {
        wanted: reference.to_string(),
        suggestions: nearest(&reference.name, seen),
    })
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
