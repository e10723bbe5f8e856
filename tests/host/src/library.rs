//! A loaded plugin file and what is in it.

use std::ffi::CString;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clack_host::prelude::*;

use crate::{Instance, ThreadPool};

/// A loaded plugin file. It is unloaded when this and every [`Instance`] from it are gone.
pub struct Library {
    entry: PluginEntry,
    path: PathBuf,
}

impl Library {
    /// Loads a `.clap` file (or any shared library with a `clap_entry`) and calls its entry.
    // Loading a library runs its code: nothing can prove that safe, and a host exists to do it.
    #[allow(unsafe_code)]
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref().to_owned();
        // SAFETY: The caller names the file; the tests name plugins built here or installed by the
        // system. A broken plugin can do anything, in this host as in any other.
        let entry = unsafe { PluginEntry::load(&path) }
            .with_context(|| format!("loading the CLAP {}", path.display()))?;
        Ok(Self { entry, path })
    }

    /// The ids of the plugins in the file, in its order.
    pub fn plugin_ids(&self) -> Result<Vec<String>> {
        let factory = self
            .entry
            .get_plugin_factory()
            .with_context(|| format!("{} has no plugin factory", self.path.display()))?;
        Ok(factory
            .plugin_descriptors()
            .filter_map(|descriptor| descriptor.id())
            .map(|id| id.to_string_lossy().into_owned())
            .collect())
    }

    /// Makes an instance of the plugin `id`. The calling thread becomes its main thread.
    pub fn create(&self, id: &str) -> Result<Instance> {
        self.create_with(id, ThreadPool::None)
    }

    /// The same, in a host that has a thread pool.
    pub fn create_with(&self, id: &str, threads: ThreadPool) -> Result<Instance> {
        Instance::new(&self.entry, &CString::new(id)?, threads)
            .with_context(|| format!("creating {id} from {}", self.path.display()))
    }
}
