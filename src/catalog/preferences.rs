//! What the user says of plugins: favourites, what is hidden, what was used of late, where else plugins
//! are, and which format is preferred. In `preferences.json` beside the catalog, which can be made anew;
//! this cannot.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::product::ProductKey;
use super::store::{Store, StoreError};
use crate::child::Formats;
use crate::files;

/// How many plugins count as used of late.
const RECENT: usize = 50;

/// See the [module](self).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Preferences {
    /// Plugins that the user likes, in whatever format.
    pub favourites: Vec<ProductKey>,
    /// Plugins that the user does not want to see.
    pub hidden: Vec<ProductKey>,
    /// Plugins that were used of late, the last one first.
    pub recent: Vec<ProductKey>,
    /// Folders to look into beside the standard ones.
    pub folders: Vec<PathBuf>,
    /// Formats, the preferred one first. Those that are left out come behind, in the usual order.
    pub format_order: Vec<String>,
    /// Fields that are not understood; kept.
    #[serde(flatten)]
    unknown: Map<String, Value>,
}

impl Preferences {
    /// Reads them. Damaged ones are set aside, and none are there.
    ///
    /// # Errors
    ///
    /// If the system does not let them be read.
    pub fn load(store: &Store) -> Result<Self, StoreError> {
        read(&file(store)).map_err(|source| failed(store, "read", source))
    }

    /// Changes them, safely though others do the same.
    ///
    /// # Errors
    ///
    /// If they could not be read or written.
    pub fn change(store: &Store, change: impl FnOnce(&mut Self)) -> Result<Self, StoreError> {
        let path = file(store);
        let all = || {
            fs::create_dir_all(store.folder())?;
            let lock = fs::File::options()
                .create(true)
                .truncate(false)
                .write(true)
                .open(store.folder().join("preferences.lock"))?;
            lock.lock()?;
            let mut preferences = read(&path)?;
            change(&mut preferences);
            let mut text = serde_json::to_vec_pretty(&preferences)?;
            text.push(b'\n');
            files::replace(&path, &text)?;
            Ok(preferences)
        };
        all().map_err(|source| failed(store, "written", source))
    }

    /// Notes that a plugin was put to use.
    pub fn note_use(&mut self, product: &ProductKey) {
        self.recent.retain(|known| known != product);
        self.recent.insert(0, product.clone());
        self.recent.truncate(RECENT);
    }

    /// The place of a format in the order of preference.
    pub fn rank(&self, format: &str) -> usize {
        let own = self.format_order.iter().position(|known| known == format);
        let usual = Formats::names().iter().position(|known| *known == format);
        own.unwrap_or_else(|| self.format_order.len() + usual.unwrap_or(usize::MAX / 2))
    }
}

fn file(store: &Store) -> PathBuf {
    store.folder().join("preferences.json")
}

fn read(path: &Path) -> io::Result<Preferences> {
    let text = match fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Preferences::default()),
        Err(error) => return Err(error),
    };
    serde_json::from_slice(&text).or_else(|error| {
        let aside = path.with_extension("damaged.json");
        tracing::warn!(
            "{} is damaged ({error}); it is kept as {}",
            path.display(),
            aside.display()
        );
        fs::rename(path, aside)?;
        Ok(Preferences::default())
    })
}

fn failed(store: &Store, doing: &'static str, source: io::Error) -> StoreError {
    StoreError::Io {
        folder: store.folder().to_owned(),
        doing,
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_used_last_comes_first_and_unknown_fields_are_kept() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::in_folder(folder.path());
        fs::write(file(&store), r#"{"future": 1, "favourites": ["a/b"]}"#).expect("a file");
        let key = |name: &str| ProductKey::of(name, "Vendor");
        for name in ["One", "Two", "One"] {
            Preferences::change(&store, |own| own.note_use(&key(name))).expect("a change");
        }
        let preferences = Preferences::load(&store).expect("preferences");
        assert_eq!(preferences.recent, [key("One"), key("Two")]);
        assert_eq!(preferences.favourites.len(), 1);
        assert!(
            fs::read_to_string(file(&store))
                .expect("a file")
                .contains("future")
        );
    }
}
