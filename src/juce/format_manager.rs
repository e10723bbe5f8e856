//! `juce::AudioPluginFormatManager` and the formats in it, which it lends.
//!
//! ```
//! use std::ops::ControlFlow;
//!
//! use matryoshka::juce::{AudioPluginFormatManager, Error, MESSAGE_LOOP};
//! use matryoshka::threads::Messages;
//!
//! let messages = Messages::acquire(&MESSAGE_LOOP)?;
//! let names = messages.ask(|thread| -> Result<_, Error> {
//!     let mut manager = AudioPluginFormatManager::new(thread)?;
//!     manager.add("VST3")?;
//!     let format = manager.format(0).expect("just added");
//!     let mut names = Vec::new();
//!     format.for_each_type("no such file", |plugin| {
//!         names.push(plugin.name);
//!         ControlFlow::Continue(())
//!     })?;
//!     Ok(names)
//! })?;
//! assert_eq!(names, Ok(vec![]));
//! # Ok::<(), matryoshka::threads::AskError>(())
//! ```
#![allow(unsafe_code)]

use std::any::Any;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use super::description::PluginDescription;
use super::instance::Instance;
use super::owned::Owned;
use super::{Error, JuceString};
use crate::threads::MessageThread;

#[cxx::bridge(namespace = "matryoshka")]
pub(super) mod ffi {
    extern "Rust" {
        type TypeVisitor<'a>;

        fn visit(self: &mut TypeVisitor<'_>, plugin: PluginDescription) -> bool;
    }

    unsafe extern "C++" {
        include!("matryoshka/cpp/include/format_manager.h");
        include!("matryoshka/src/juce/description.rs.h");

        type Instance = crate::juce::instance::ffi::Instance;
        type PluginDescription = crate::juce::description::PluginDescription;
        type AudioPluginFormatManager;
        type AudioPluginFormat;
        #[namespace = "juce"]
        #[cxx_name = "String"]
        type JuceString = crate::juce::JuceString;

        fn format_manager_new() -> Result<UniquePtr<AudioPluginFormatManager>>;
        fn format_manager_add(
            manager: Pin<&mut AudioPluginFormatManager>,
            format: &str,
        ) -> Result<bool>;
        #[cxx_name = "getNumFormats"]
        fn count(self: &AudioPluginFormatManager) -> i32;
        fn format_manager_format(
            manager: &AudioPluginFormatManager,
            index: usize,
        ) -> Result<&AudioPluginFormat>;
        fn format_manager_create(
            manager: &AudioPluginFormatManager,
            description: &PluginDescription,
            sample_rate: f64,
            max_frames: i32,
        ) -> Result<UniquePtr<Instance>>;

        #[cxx_name = "getName"]
        fn name(self: &AudioPluginFormat) -> Result<JuceString>;
        fn format_default_folders(format: &AudioPluginFormat) -> Result<Vec<String>>;
        fn format_search(format: &AudioPluginFormat, folders: &[String]) -> Result<Vec<String>>;
        fn format_might_contain(format: &AudioPluginFormat, file: JuceString) -> Result<bool>;
        fn format_find_types(
            format: &AudioPluginFormat,
            file: JuceString,
            visitor: &mut TypeVisitor,
        ) -> Result<()>;
    }
}

/// The formats known to JUCE, and the maker of plugins. Not `Send`: message thread only.
pub struct AudioPluginFormatManager {
    inner: Owned<ffi::AudioPluginFormatManager>,
}

/// One format of a manager, borrowed from it.
#[derive(Clone, Copy)]
pub struct AudioPluginFormat<'a>(&'a ffi::AudioPluginFormat);

impl AudioPluginFormatManager {
    pub(super) fn raw(&mut self) -> std::pin::Pin<&mut ffi::AudioPluginFormatManager> {
        self.inner.pin_mut()
    }

    /// A manager without formats.
    ///
    /// # Errors
    ///
    /// Where memory runs out.
    pub fn new(_thread: &MessageThread) -> Result<Self, Error> {
        Ok(Self {
            inner: Owned::new(ffi::format_manager_new()?)?,
        })
    }

    /// Adds a format by its name ("VST3", "LV2", "LADSPA", "AudioUnit"). False where this system
    /// has none such. The LV2 format reads all installed bundles' descriptions when it is added.
    pub fn add(&mut self, format: &str) -> Result<bool, Error> {
        Ok(ffi::format_manager_add(self.inner.pin_mut(), format)?)
    }

    /// The number of formats.
    pub fn len(&self) -> usize {
        usize::try_from(self.inner.count()).unwrap_or(0)
    }

    /// Whether no format was added.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The format at `index`; it lives as long as the manager is borrowed.
    pub fn format(&self, index: usize) -> Option<AudioPluginFormat<'_>> {
        if index >= self.len() {
            return None;
        }
        ffi::format_manager_format(&self.inner, index)
            .ok()
            .map(AudioPluginFormat)
    }

    /// The format of that name, if it was added.
    pub fn format_named(&self, name: &str) -> Option<AudioPluginFormat<'_>> {
        (0..self.len())
            .filter_map(|index| self.format(index))
            .find(|format| format.name().is_ok_and(|known| known == name))
    }

    /// Loads a plugin. The sample rate and block length are a first guess; `prepare` sets them.
    ///
    /// # Errors
    ///
    /// Why it could not be loaded, in JUCE's or the plugin's words.
    pub fn create(
        &self,
        thread: &MessageThread,
        description: &PluginDescription,
    ) -> Result<Instance, String> {
        let inner = ffi::format_manager_create(&self.inner, description, 48_000.0, 512)
            .map_err(|error| error.what().to_owned())?;
        Instance::new(thread, inner).ok_or_else(|| "it gave no instance".to_owned())
    }
}

impl<'a> AudioPluginFormat<'a> {
    /// The C++ object.
    #[cfg(feature = "bench")]
    pub(super) fn raw(&self) -> &'a ffi::AudioPluginFormat {
        self.0
    }
}

impl AudioPluginFormat<'_> {
    /// The format's name.
    ///
    /// # Errors
    ///
    /// As in all calls here: what C++ threw.
    pub fn name(&self) -> Result<JuceString, Error> {
        Ok(self.0.name()?)
    }

    /// The folders in which plugins of this format are usually installed.
    pub fn default_folders(&self) -> Result<Vec<String>, Error> {
        Ok(ffi::format_default_folders(self.0)?)
    }

    /// The files (for LV2: the URIs) under `folders` that look like plugins of this format. Loads
    /// none of them.
    pub fn search(&self, folders: &[String]) -> Result<Vec<String>, Error> {
        Ok(ffi::format_search(self.0, folders)?)
    }

    /// Whether the file looks like a plugin of this format.
    pub fn might_contain(&self, file: &str) -> Result<bool, Error> {
        Ok(ffi::format_might_contain(self.0, file.into())?)
    }

    /// Shows `visit` the plugins in a file, until it breaks off. May load the file and run its code.
    /// If `visit` panics, the panic goes on here.
    pub fn for_each_type(
        &self,
        file: &str,
        mut visit: impl FnMut(PluginDescription) -> ControlFlow<()>,
    ) -> Result<(), Error> {
        let mut visitor = TypeVisitor {
            visit: &mut visit,
            panic: None,
        };
        let result = ffi::format_find_types(self.0, file.into(), &mut visitor);
        if let Some(panic) = visitor.panic {
            resume_unwind(panic);
        }
        Ok(result?)
    }

    /// The plugins in a file. May load the file and run its code.
    pub fn find_types(&self, file: &str) -> Result<Vec<PluginDescription>, Error> {
        let mut found = Vec::new();
        self.for_each_type(file, |plugin| {
            found.push(plugin);
            ControlFlow::Continue(())
        })?;
        Ok(found)
    }
}

/// A closure for the length of one call, behind C++. It is reached by `&mut`, so C++ cannot come back
/// to it while it runs.
pub(super) struct TypeVisitor<'a> {
    visit: &'a mut dyn FnMut(PluginDescription) -> ControlFlow<()>,
    /// Carried around the C++ frames, through which it must not unwind.
    panic: Option<Box<dyn Any + Send>>,
}

impl TypeVisitor<'_> {
    /// Whether to go on.
    fn visit(&mut self, plugin: PluginDescription) -> bool {
        match catch_unwind(AssertUnwindSafe(|| (self.visit)(plugin))) {
            Ok(flow) => flow.is_continue(),
            Err(panic) => {
                self.panic = Some(panic);
                false
            }
        }
    }
}
