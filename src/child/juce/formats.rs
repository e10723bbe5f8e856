//! The formats that JUCE hosts on this system: what is installed, and how a plugin is loaded.

use std::cell::RefCell;
use std::ops::ControlFlow;
use std::rc::Rc;

use super::{JuceChild, before_stop};
#[cfg(unix)]
use crate::child::resident;
use crate::child::{Child, ChildError, Description};
use crate::juce::{AudioPluginFormatManager, PluginDescription, testing};
use crate::threads::MessageThread;

/// The formats that can be hosted, the preferred one first, and last the one of the tests.
#[cfg(target_os = "linux")]
const NAMES: &[&str] = &["VST3", "LV2", "LADSPA", testing::FORMAT];
/// The formats that can be hosted, the preferred one first.
#[cfg(target_os = "macos")]
const NAMES: &[&str] = &["VST3", "AudioUnit", "LV2", testing::FORMAT];
/// The formats that can be hosted, the preferred one first.
#[cfg(not(any(target_os = "linux", target_os = "macos")))]
const NAMES: &[&str] = &["VST3", "LV2", testing::FORMAT];

/// A plugin in a file, as the format tells of it before one is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What it is.
    pub description: Description,
    /// Input channels, all buses together.
    pub inputs: u32,
    /// Output channels, all buses together.
    pub outputs: u32,
}

thread_local! {
    static SHARED: RefCell<Option<Rc<Formats>>> = const { RefCell::new(None) };
}

/// The formats, each started when it is first asked for: LV2 reads every installed bundle's
/// description then, which takes a while. Message thread only.
pub struct Formats {
    manager: RefCell<AudioPluginFormatManager>,
}

impl Formats {
    /// The names of the formats, the preferred one first.
    pub fn names() -> &'static [&'static str] {
        match NAMES.split_last() {
            Some((_, names)) if !testing::is_on() => names,
            _ => NAMES,
        }
    }

    /// The formats that all of the process's racks share; they last as long as the message thread.
    ///
    /// # Errors
    ///
    /// If JUCE throws, which it would for want of memory.
    pub fn shared(thread: &MessageThread) -> Result<Rc<Self>, ChildError> {
        SHARED.with(|shared| {
            if let Some(formats) = &*shared.borrow() {
                return Ok(formats.clone());
            }
            let manager =
                AudioPluginFormatManager::new(thread).map_err(|error| ChildError::NotLoaded {
                    plugin: "JUCE".into(),
                    reason: error.what().into(),
                })?;
            let formats = Rc::new(Self {
                manager: RefCell::new(manager),
            });
            *shared.borrow_mut() = Some(formats.clone());
            before_stop(thread, || {
                SHARED.with(|shared| drop(shared.borrow_mut().take()));
            });
            Ok(formats)
        })
    }

    /// Makes sure the format is there. False where this system has none such.
    fn start(&self, format: &str) -> bool {
        if !Self::names().contains(&format) {
            return false;
        }
        if self.manager.borrow().format_named(format).is_some() {
            return true;
        }
        let mut manager = self.manager.borrow_mut();
        let added = if format == testing::FORMAT {
            testing::add_format(&mut manager).map(|()| true)
        } else {
            manager.add(format)
        };
        added.unwrap_or_else(|error| {
            tracing::warn!("{format}: {error}");
            false
        })
    }

    /// The folders in which plugins of a format are usually installed.
    pub fn folders(&self, format: &str) -> Vec<String> {
        if !self.start(format) {
            return Vec::new();
        }
        self.manager
            .borrow()
            .format_named(format)
            .and_then(|format| format.default_folders().ok())
            .unwrap_or_default()
    }

    /// The folders in which plugins of a format are usually installed, while racks share the formats; else
    /// none. Message thread.
    pub(super) fn folders_in_use(format: &str) -> Vec<String> {
        let shared = SHARED.with(|shared| shared.borrow().clone());
        shared.map_or_else(Vec::new, |formats| formats.folders(format))
    }

    /// The files (LV2: URIs) that look like plugins of a format, in its usual folders. Loads none.
    pub fn files(&self, format: &str) -> Vec<String> {
        let folders = self.folders(format);
        self.manager
            .borrow()
            .format_named(format)
            .and_then(|format| format.search(&folders).ok())
            .unwrap_or_default()
    }

    /// The plugins in a file (LV2: of a URI). For VST3 and LADSPA this runs the file's code; for LV2
    /// it reads the bundle's description.
    ///
    /// # Errors
    ///
    /// If the file throws.
    pub fn types(&self, format: &str, file: &str) -> Result<Vec<Description>, ChildError> {
        let found = self.found(format, file)?;
        Ok(found.into_iter().map(|found| found.description).collect())
    }

    /// The plugins in a file (LV2: in a bundle, or of a URI), as [`types`](Self::types), with their
    /// channels.
    ///
    /// # Errors
    ///
    /// If the file throws.
    pub fn found(&self, format: &str, file: &str) -> Result<Vec<Found>, ChildError> {
        if !self.start(format) {
            return Ok(Vec::new());
        }
        let manager = self.manager.borrow();
        let Some(named) = manager.format_named(format) else {
            return Ok(Vec::new());
        };
        #[cfg(unix)]
        resident::keep(format, file);
        let mut found = Vec::new();
        let keep = |plugin: PluginDescription| {
            found.push(Found {
                inputs: u32::try_from(plugin.inputs).unwrap_or(0),
                outputs: u32::try_from(plugin.outputs).unwrap_or(0),
                description: from_juce(plugin),
            });
            ControlFlow::Continue(())
        };
        named
            .for_each_type(file, keep)
            .map_err(|error| ChildError::NotLoaded {
                plugin: file.into(),
                reason: error.what().into(),
            })?;
        Ok(found)
    }

    /// Loads a plugin.
    ///
    /// # Errors
    ///
    /// Why it could not be loaded, in the format's or the plugin's words.
    pub fn create(
        &self,
        thread: &MessageThread,
        description: &Description,
    ) -> Result<Box<dyn Child>, ChildError> {
        Ok(Box::new(self.create_juce(thread, description)?))
    }

    /// Loads a plugin, as what it is.
    pub(super) fn create_juce(
        &self,
        thread: &MessageThread,
        description: &Description,
    ) -> Result<JuceChild, ChildError> {
        self.start(&description.format);
        let create = || self.manager.borrow().create(thread, &to_juce(description));
        #[cfg(unix)]
        resident::keep(&description.format, &description.file);
        #[cfg(unix)]
        let created = resident::keeping(create);
        #[cfg(not(unix))]
        let created = create();
        let instance = created.map_err(|reason| ChildError::NotLoaded {
            plugin: description.to_string(),
            reason,
        })?;
        let mut own = description.clone();
        let told = instance.description();
        // A reference in a rack does not say these. What it says stays as it is: a VST3's own
        // description names the library within the bundle, from which it cannot be loaded again.
        if let Ok(told) = &told {
            own.category.clone_from(&told.category);
            own.is_instrument = told.is_instrument;
        }
        let child = JuceChild::new(instance, own).map_err(|error| ChildError::NotLoaded {
            plugin: description.to_string(),
            reason: error.what().to_owned(),
        })?;
        child.or("telling what it is", told.map(drop), ());
        Ok(child)
    }
}

fn from_juce(found: PluginDescription) -> Description {
    Description {
        name: found.name,
        format: found.format,
        vendor: found.vendor,
        version: found.version,
        category: found.category,
        file: found.file,
        id: format!("{:08x}", found.unique_id),
        is_instrument: found.is_instrument,
    }
}

fn to_juce(description: &Description) -> PluginDescription {
    PluginDescription {
        name: description.name.clone(),
        format: description.format.clone(),
        category: description.category.clone(),
        vendor: description.vendor.clone(),
        version: description.version.clone(),
        file: description.file.clone(),
        unique_id: u32::from_str_radix(&description.id, 16).map_or(0, u32::cast_signed),
        is_instrument: description.is_instrument,
        ..PluginDescription::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_in_a_rack_file_is_the_one_that_juce_gave_negative_ones_too() {
        for unique_id in [0, 1, -1, i32::MIN, 0x5a61_6d43] {
            let found = PluginDescription {
                unique_id,
                ..PluginDescription::default()
            };
            assert_eq!(to_juce(&from_juce(found)).unique_id, unique_id);
        }
    }
}
