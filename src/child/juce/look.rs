//! A close look at the plugins in a file: loaded, asked, and let go of. For workers, which may die of
//! it; what runs in a DAW must not do this for a plugin that nobody asked for.

use super::{Formats, Found, JuceChild};
#[cfg(unix)]
use crate::child::resident;
use crate::child::{Bus, Child, ChildError, Midi};
use crate::juce::editor_presence::has_editor;
use crate::threads::MessageThread;

/// What a plugin told of itself when it was loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// What its format told beforehand.
    pub found: Found,
    /// Its buses, as they stand when it was just made.
    pub buses: Vec<Bus>,
    /// Whether it takes and makes MIDI.
    pub midi: Midi,
}

/// The loaded plugins of a file, which can still be asked for their windows.
pub struct EditorLook(Vec<Option<JuceChild>>);

impl EditorLook {
    /// Whether each plugin has a window of its own. Some plugins crash when they are asked, so all
    /// else should be known by then.
    pub fn editors(&self) -> Vec<bool> {
        self.0
            .iter()
            .map(|child| {
                let child = child.as_ref();
                child.is_some_and(|child| has_editor(&child.instance).unwrap_or(false))
            })
            .collect()
    }
}

/// Loads every plugin in a VST3, LADSPA or Audio Unit file and asks it what it is. Message thread.
///
/// # Errors
///
/// Why a plugin could not be loaded, or that there is none.
pub fn look(
    thread: &MessageThread,
    format: &str,
    file: &str,
) -> Result<(Vec<Look>, EditorLook), ChildError> {
    let formats = Formats::shared(thread)?;
    let all = formats.found(format, file)?;
    if all.is_empty() {
        return Err(ChildError::NotLoaded {
            plugin: file.to_owned(),
            reason: why_empty(format, file),
        });
    }
    let mut looks = Vec::new();
    let mut children = Vec::new();
    for found in all {
        if format == "LADSPA" && found.description.id == FIRST_LADSPA {
            looks.push(ladspa(found));
            children.push(None);
            continue;
        }
        let child = formats.create_juce(thread, &found.description)?;
        looks.push(Look {
            found,
            buses: child.buses(),
            midi: child.midi(),
        });
        children.push(Some(child));
    }
    Ok((looks, EditorLook(children)))
}

/// The id of a file's first plugin.
const FIRST_LADSPA: &str = "00000000";

/// JUCE's format has loaded a file's first plugin to tell of it (`findAllTypesForFile` in
/// juce_LADSPAPluginFormatHeadless.cpp): its channels are true, and it takes time to do so again. LADSPA
/// knows neither MIDI nor windows.
fn ladspa(found: Found) -> Look {
    let buses = [
        ("Input", true, found.inputs),
        ("Output", false, found.outputs),
    ];
    let real = buses.into_iter().filter(|(_, _, channels)| *channels > 0);
    Look {
        buses: real
            .map(|(name, is_input, channels)| Bus {
                name: name.to_owned(),
                is_input,
                channels: channels as usize,
                enabled: true,
            })
            .collect(),
        midi: Midi::default(),
        found,
    }
}

/// Why a file holds no plugin: in the system's words, where it cannot be loaded at all.
fn why_empty(format: &str, file: &str) -> String {
    #[cfg(unix)]
    if let Some(complaint) = resident::complaint(format, file) {
        return complaint;
    }
    let _ = file;
    format!("it holds no {format} plugin")
}
