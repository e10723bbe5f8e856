//! The catalog as it is searched for one plugin: what is not in it yet is looked at on the way.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use tempfile::TempDir;

use super::super::fingerprint::{self, Since};
use super::super::likeness::{bare, file_looks_like};
use super::super::process::{Employment, Worker};
use super::super::scanner::{MEMORY_MB, ScanOptions, TIMEOUT, look_at, scan};
use super::super::store::{Contents, Key, Store};
use super::super::{Outcome, Preferences, ScanError, folders};
use super::{FileRecord, Thoroughness, is_wanted};
use crate::child::{Description, Formats};
use crate::program;
use crate::rack::PluginReference;

/// See the [module](self).
pub struct Search {
    store: Store,
    preferences: Preferences,
    /// What was known before.
    known: Arc<Contents>,
    /// What was learned on the way.
    learned: BTreeMap<Key, FileRecord>,
    /// Files whose record was found to be true.
    checked: Vec<Key>,
    /// Started when it is first needed, in a folder of its own.
    worker: Option<(Worker, TempDir)>,
}

impl Search {
    pub fn begin() -> Result<Self, ScanError> {
        let store = Store::of_user()?;
        Ok(Self {
            known: store.load_cached()?,
            learned: BTreeMap::new(),
            preferences: Preferences::load(&store)?,
            store,
            checked: Vec::new(),
            worker: None,
        })
    }

    /// What is known of a file, after a look at it where that is not up to date. `None` if it is gone.
    pub fn look_at(&mut self, format: &str, path: &str) -> Result<Option<&FileRecord>, ScanError> {
        let key = (format.to_owned(), path.to_owned());
        if !self.is_true(&key) {
            if !Path::new(path).exists() {
                return Ok(None);
            }
            let spent = self
                .worker
                .as_ref()
                .is_some_and(|(worker, _)| worker.is_spent());
            let (mut worker, folder) = match self.worker.take().filter(|_| !spent) {
                Some(worker) => worker,
                None => employ()?,
            };
            let record = look_at(&mut worker, &key, None, TIMEOUT);
            self.worker = Some((worker, folder));
            let Some(record) = record else {
                return Ok(None);
            };
            self.store.add(&record)?;
            self.learned.insert(key.clone(), record);
        }
        Ok(self.record(&key))
    }

    fn record(&self, key: &Key) -> Option<&FileRecord> {
        self.learned.get(key).or_else(|| self.known.files.get(key))
    }

    fn records(&self) -> impl Iterator<Item = (&Key, &FileRecord)> {
        let is_old = |(key, _): &(&Key, &FileRecord)| !self.learned.contains_key(*key);
        self.learned
            .iter()
            .chain(self.known.files.iter().filter(is_old))
    }

    /// Whether what is known of the file still holds.
    fn is_true(&mut self, key: &Key) -> bool {
        if self.checked.contains(key) {
            return true;
        }
        let Some(record) = self.record(key) else {
            return false;
        };
        let before = &record.fingerprint;
        let since = fingerprint::since(&key.0, Path::new(&key.1), before, record.scanned_at);
        // Audio Units are in no file; they are what they were.
        let is_file = Path::new(&key.1).is_absolute();
        let holds = matches!(since, Ok(Since::Same | Since::SameContent(_))) || !is_file;
        if holds {
            self.checked.push(key.clone());
        }
        holds
    }

    /// The plugin that is meant, of those that are known and still there, with the file that it is in.
    pub fn find(&mut self, reference: &PluginReference) -> Option<(Description, String)> {
        let mut found: Vec<(usize, Key, Description)> = Vec::new();
        for (key, record) in self.records() {
            if reference.format().is_some_and(|format| format != key.0) {
                continue;
            }
            let Outcome::Plugins(entries) = &record.outcome else {
                continue;
            };
            for entry in entries {
                let description = entry.description();
                if is_wanted(reference, &description) {
                    let rank = self.preferences.rank(&key.0);
                    found.push((rank, key.clone(), description));
                }
            }
        }
        found.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
        found
            .into_iter()
            .find(|(_, key, _)| self.is_true(key))
            .map(|(_, key, description)| (description, key.1))
    }

    /// Has more files looked at, until the plugin is among them.
    pub fn widen(
        &mut self,
        reference: &PluginReference,
        thoroughness: Thoroughness,
    ) -> Result<(), ScanError> {
        let hosted = Formats::names().iter();
        let named = hosted.filter(|name| reference.format().is_none_or(|format| format == **name));
        let mut all = Vec::new();
        for format in named {
            let mut of_format = folders::standard(format);
            let user = self.preferences.folders.iter().map(|path| folders::Folder {
                format: (*format).to_owned(),
                path: path.clone(),
                origin: folders::Origin::User,
            });
            of_format.extend(user);
            all.extend(folders::walk(&of_format).files);
        }
        let is_likely = |path: &str| file_looks_like(path, &reference.name);
        let mut files: Vec<Key> = all
            .into_iter()
            .filter_map(|(format, path)| Some((format, path.to_str()?.to_owned())))
            .filter(|(format, path)| format == "LV2" || is_likely(path))
            .collect();
        files.sort_by_key(|(format, path)| (!is_likely(path), self.preferences.rank(format)));
        for (format, path) in files {
            if self.is_true(&(format.clone(), path.clone())) {
                continue;
            }
            if let Some(record) = self.look_at(&format, &path)?
                && let Outcome::Plugins(entries) = &record.outcome
                && entries
                    .iter()
                    .any(|entry| is_wanted(reference, &entry.description()))
            {
                return Ok(());
            }
        }
        if thoroughness == Thoroughness::Every {
            self.scan_all(reference)?;
        }
        Ok(())
    }

    fn scan_all(&mut self, reference: &PluginReference) -> Result<(), ScanError> {
        let options = ScanOptions {
            formats: reference.format().map(str::to_owned).into_iter().collect(),
            folders: self.preferences.folders.clone(),
            ..ScanOptions::default()
        };
        match scan(&self.store, &options, &AtomicBool::new(false), &mut |_| {}) {
            Ok(_) => {}
            Err(ScanError::Busy) => self.store.wait_for_scan()?,
            Err(error) => return Err(error),
        }
        self.known = self.store.load_cached()?;
        Ok(())
    }

    /// A file in quarantine that looks like the plugin's.
    pub fn quarantined(&self, reference: &PluginReference) -> Option<&FileRecord> {
        self.records().map(|(_, record)| record).find(|record| {
            matches!(record.outcome, Outcome::Failed(_))
                && reference
                    .format()
                    .is_none_or(|format| format == record.format)
                && same_stem(&record.path, &reference.name)
        })
    }

    /// The names of all plugins that are known.
    pub fn names(&self) -> Vec<String> {
        let outcomes = self.records().map(|(_, record)| &record.outcome);
        outcomes
            .filter_map(|outcome| match outcome {
                Outcome::Plugins(entries) => Some(entries),
                Outcome::Failed(_) => None,
            })
            .flatten()
            .map(|entry| entry.name.clone())
            .collect()
    }
}

/// Whether a file has just this name. What only looks like it says nothing of what is in quarantine.
fn same_stem(path: &str, name: &str) -> bool {
    let stem = Path::new(path).file_stem().and_then(|stem| stem.to_str());
    stem.is_some_and(|stem| bare(stem) == bare(name))
}

fn employ() -> Result<(Worker, TempDir), ScanError> {
    let program = program::find()?;
    let folder = tempfile::tempdir().map_err(ScanError::NoFolder)?;
    let employment = Employment {
        program,
        folder: folder.path().to_owned(),
        memory_mb: MEMORY_MB,
    };
    Ok((Worker::start(&employment)?, folder))
}
