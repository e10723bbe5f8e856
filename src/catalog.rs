//! The plugins of this machine: what is installed, and which of them a rack means.
//!
//! # A scan
//!
//! Plugins are looked at in other processes ([`worker`]), several at once ([`scanner`]), and what is
//! learned is remembered ([`store`]). What crashes, hangs or lies there costs one worker, and is put into
//! quarantine with the reason. A file is looked at again when it has changed ([`fingerprint`]).
//!
//! # Rules
//!
//! - A DAW's process never runs the code of a plugin that nobody asked for. It reads the store; what is
//!   not there, a worker looks at. (LV2 bundles can be read without running anything.)
//! - What was finished is never lost, whatever is killed.
//! - What the user said ([`preferences`]) is kept apart from what can be learned anew.

mod background;
pub mod category;
mod entry;
mod error;
pub mod fingerprint;
pub mod folders;
mod likeness;
mod lv2;
pub mod preferences;
mod process;
mod product;
mod protocol;
mod resolve;
pub mod scanner;
mod search;
pub mod store;
pub mod worker;

pub use background::{Progress, progress, start_scan, stop_scan};
pub use entry::{Entry, EntryBus, Failure, FileRecord, Outcome};
pub use error::ScanError;
pub use preferences::Preferences;
pub use product::{Product, ProductKey};
pub use resolve::{FindError, Thoroughness, resolve};
pub use scanner::{Event, Report, ScanOptions, scan};
pub use search::{Hit, Query};
pub use store::{Stamp, Store, StoreError};

use store::Contents;

/// A plugin in the catalog.
#[derive(Clone, Debug)]
pub struct Plugin {
    /// What it is.
    pub entry: Entry,
    /// What it is known by across formats.
    pub product: ProductKey,
    /// The file, or bundle, that it is in.
    pub path: String,
}

/// The catalog, as it was when it was read.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    /// All plugins, in the order of their formats and files.
    pub plugins: Vec<Plugin>,
    /// The files that cannot be used, and why.
    pub quarantine: Vec<FileRecord>,
    /// What the user should know: what was set aside.
    pub notes: Vec<String>,
    /// Whether all of the machine was ever scanned, and not only what racks asked for.
    pub is_whole: bool,
}

impl Catalog {
    /// Reads it.
    ///
    /// # Errors
    ///
    /// If the system does not let it be read.
    pub fn load(store: &Store) -> Result<Self, StoreError> {
        Ok(Self::from(store.load()?))
    }

    /// The user's, read again only when it has changed.
    ///
    /// # Errors
    ///
    /// If the system does not let it be read.
    pub fn current() -> Result<Self, StoreError> {
        let contents = Store::of_user()?.load_cached()?;
        Ok(Self::from(Contents::clone(&contents)))
    }

    /// The plugins, those that are the same in several formats as one, by name.
    pub fn products(&self, preferences: &Preferences) -> Vec<Product<'_>> {
        product::group(self, preferences)
    }
}

impl From<Contents> for Catalog {
    fn from(contents: Contents) -> Self {
        let mut catalog = Self {
            notes: contents.notes,
            is_whole: contents.is_whole,
            ..Self::default()
        };
        for (_, record) in contents.files {
            match record.outcome {
                Outcome::Plugins(entries) => {
                    let path = record.path;
                    catalog
                        .plugins
                        .extend(entries.into_iter().map(|entry| Plugin {
                            product: ProductKey::of(&entry.name, &entry.vendor),
                            path: path.clone(),
                            entry,
                        }));
                }
                Outcome::Failed(_) => catalog.quarantine.push(record),
            }
        }
        catalog
    }
}
