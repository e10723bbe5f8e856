//! The catalog on disk: in the user's data folder, for all DAWs and commands at once.
//!
//! - `catalog.json` is the catalog as it was last put together: versioned, and replaced as a whole.
//! - `catalog.journal` is what was learned since: one JSON document a line, appended one by one, so that
//!   whatever is killed loses nothing that was finished. A line that was torn is skipped.
//! - `catalog.lock` is held while either is read or written, for moments only.
//!
//! Putting together reads both, writes a new `catalog.json` beside the old one, makes sure that it is on
//! the disk, moves it there and empties the journal. Killed between the last two, the journal is applied
//! again, which changes nothing.
//!
//! What cannot be read is set aside under another name, and said.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::entry::FileRecord;
use crate::files;

/// The version of `catalog.json`.
const VERSION: u32 = 1;

/// Names the folder, instead of the user's.
pub const VARIABLE: &str = "MATRYOSHKA_DATA";

/// Format and path of a file.
pub type Key = (String, String);

/// Time and length of the two files.
pub type Stamp = [Option<(SystemTime, u64)>; 2];

/// What was last read, where from, and how that looked.
static CACHED: Mutex<Option<(PathBuf, Stamp, Arc<Contents>)>> = Mutex::new(None);

/// Why the catalog could not be read or written.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The system told so.
    #[error("the catalog in {} cannot be {doing}: {source}", .folder.display())]
    Io {
        /// Where the catalog is.
        folder: PathBuf,
        /// "read" or "written".
        doing: &'static str,
        /// The system's words.
        source: io::Error,
    },
    /// The user has no folder for data.
    #[error("your folder for data is not known; set {VARIABLE} to one")]
    NoFolder,
}

/// What is in the store.
#[derive(Clone, Debug, Default)]
pub struct Contents {
    /// Everything that was scanned.
    pub files: BTreeMap<Key, FileRecord>,
    /// Whether a scan of everything was ever done to its end.
    pub is_whole: bool,
    /// What the user should know: what was set aside, and where.
    pub notes: Vec<String>,
}

/// The catalog's place on disk.
#[derive(Clone, Debug)]
pub struct Store {
    folder: PathBuf,
}

/// `catalog.json`.
#[derive(Deserialize)]
struct Document {
    version: u32,
    #[serde(default)]
    is_whole: bool,
    files: Vec<FileRecord>,
}

#[derive(Serialize)]
struct DocumentRef<'a> {
    version: u32,
    is_whole: bool,
    files: Vec<&'a FileRecord>,
}

#[derive(Deserialize)]
struct Versioned {
    version: u32,
}

/// A line of `catalog.journal`.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Line {
    Scanned(FileRecord),
    Gone(Key),
}

#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum LineRef<'a> {
    Scanned(&'a FileRecord),
    Gone(&'a Key),
}

impl Store {
    /// The user's.
    ///
    /// # Errors
    ///
    /// [`StoreError::NoFolder`].
    pub fn of_user() -> Result<Self, StoreError> {
        if let Some(folder) = std::env::var_os(VARIABLE).filter(|folder| !folder.is_empty()) {
            return Ok(Self::in_folder(folder));
        }
        let data = dirs::data_dir().ok_or(StoreError::NoFolder)?;
        Ok(Self::in_folder(data.join("matryoshka")))
    }

    /// The one in a folder, which need not be there yet.
    pub fn in_folder(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
        }
    }

    /// Where it is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn failed(&self, doing: &'static str) -> impl Fn(io::Error) -> StoreError + '_ {
        move |source| StoreError::Io {
            folder: self.folder.clone(),
            doing,
            source,
        }
    }

    /// Something that changes whenever the catalog on disk does.
    pub fn stamp(&self) -> Stamp {
        ["catalog.json", "catalog.journal"].map(|name| {
            let metadata = fs::metadata(self.path(name)).ok()?;
            Some((metadata.modified().ok()?, metadata.len()))
        })
    }

    /// Reads everything. A store that is not there is empty. One that is damaged, or of a newer version,
    /// is set aside and said in the notes.
    ///
    /// # Errors
    ///
    /// If the system does not let it be read.
    pub fn load(&self) -> Result<Contents, StoreError> {
        if !self.folder.exists() {
            return Ok(Contents::default());
        }
        // Nobody else writes where we cannot.
        let lock = self.lock().ok();
        let contents = self.read(lock.is_some()).map_err(self.failed("read"));
        drop(lock);
        contents
    }

    /// As [`load`](Self::load), but read again only when it has changed.
    ///
    /// # Errors
    ///
    /// As [`load`](Self::load).
    pub fn load_cached(&self) -> Result<Arc<Contents>, StoreError> {
        let stamp = self.stamp();
        let mut cached = CACHED.lock();
        if let Some((folder, known, contents)) = &*cached
            && (folder, known) == (&self.folder, &stamp)
        {
            return Ok(contents.clone());
        }
        let contents = Arc::new(self.load()?);
        *cached = Some((self.folder.clone(), stamp, contents.clone()));
        Ok(contents)
    }

    /// Adds what was learned of a file. It is safe when this returns, whatever is killed then.
    ///
    /// # Errors
    ///
    /// If it could not be written.
    pub fn add(&self, record: &FileRecord) -> Result<(), StoreError> {
        self.append(&LineRef::Scanned(record))
    }

    /// Forgets a file that is gone.
    ///
    /// # Errors
    ///
    /// If it could not be written.
    pub fn forget(&self, key: &Key) -> Result<(), StoreError> {
        self.append(&LineRef::Gone(key))
    }

    /// Puts the catalog together anew.
    ///
    /// # Errors
    ///
    /// If it could not be read or written; it is then as it was.
    pub fn fold(&self) -> Result<Contents, StoreError> {
        self.fold_io(false).map_err(self.failed("written"))
    }

    /// Puts the catalog together anew, and notes that everything was scanned.
    ///
    /// # Errors
    ///
    /// As [`fold`](Self::fold).
    pub fn fold_whole(&self) -> Result<Contents, StoreError> {
        self.fold_io(true).map_err(self.failed("written"))
    }

    /// Waits until nobody scans any more.
    ///
    /// # Errors
    ///
    /// If the folder cannot be written to.
    pub fn wait_for_scan(&self) -> Result<(), StoreError> {
        let wait = || {
            fs::create_dir_all(&self.folder)?;
            open_lock(&self.path("scan.lock"))?.lock()
        };
        wait().map_err(self.failed("written"))
    }

    /// Whether there is something to [`fold`](Self::fold).
    pub fn has_news(&self) -> bool {
        fs::metadata(self.path("catalog.journal")).is_ok_and(|journal| journal.len() > 0)
    }

    /// Keeps others from scanning while it is held; `None` while another does.
    ///
    /// # Errors
    ///
    /// If the folder cannot be written to.
    pub fn scan_alone(&self) -> Result<Option<File>, StoreError> {
        let try_lock = || {
            fs::create_dir_all(&self.folder)?;
            let file = open_lock(&self.path("scan.lock"))?;
            match file.try_lock() {
                Ok(()) => Ok(Some(file)),
                Err(fs::TryLockError::WouldBlock) => Ok(None),
                Err(fs::TryLockError::Error(error)) => Err(error),
            }
        };
        try_lock().map_err(self.failed("written"))
    }

    fn fold_io(&self, is_whole: bool) -> io::Result<Contents> {
        fs::create_dir_all(&self.folder)?;
        let lock = self.lock()?;
        let mut contents = self.read(true)?;
        contents.is_whole |= is_whole;
        let document = DocumentRef {
            version: VERSION,
            is_whole: contents.is_whole,
            files: contents.files.values().collect(),
        };
        let mut text = serde_json::to_vec(&document)?;
        text.push(b'\n');
        files::replace(&self.path("catalog.json"), &text)?;
        // The move must be on the disk before the journal is empty.
        #[cfg(unix)]
        File::open(&self.folder)?.sync_all()?;
        if self.path("catalog.journal").exists() {
            File::options()
                .write(true)
                .open(self.path("catalog.journal"))?
                .set_len(0)?;
        }
        drop(lock);
        Ok(contents)
    }

    fn append(&self, line: &LineRef<'_>) -> Result<(), StoreError> {
        let append = || {
            fs::create_dir_all(&self.folder)?;
            let lock = self.lock()?;
            let mut journal = File::options()
                .read(true)
                .append(true)
                .create(true)
                .open(self.path("catalog.journal"))?;
            let mut text = Vec::new();
            // Behind a line that was torn, a new one.
            if journal.seek(SeekFrom::End(0))? > 0 {
                journal.seek(SeekFrom::End(-1))?;
                let mut last = [0];
                journal.read_exact(&mut last)?;
                if last != *b"\n" {
                    text.push(b'\n');
                }
            }
            serde_json::to_writer(&mut text, line)?;
            text.push(b'\n');
            journal.write_all(&text)?;
            drop(lock);
            Ok(())
        };
        append().map_err(self.failed("written"))
    }

    fn lock(&self) -> io::Result<File> {
        let file = open_lock(&self.path("catalog.lock"))?;
        file.lock()?;
        Ok(file)
    }

    /// With the lock held.
    fn read(&self, may_set_aside: bool) -> io::Result<Contents> {
        let mut contents = Contents::default();
        let path = self.path("catalog.json");
        if let Some(text) = if_there(fs::read(&path))? {
            match serde_json::from_slice::<Document>(&text) {
                // A version of which nothing is known is not guessed at, though it may look the same.
                Ok(document) if document.version == VERSION => {
                    contents.is_whole = document.is_whole;
                    let files = document.files.into_iter();
                    contents.files = files
                        .map(|record| ((record.format.clone(), record.path.clone()), record))
                        .collect();
                }
                outcome => {
                    let newer = version_of(&text).filter(|version| *version > VERSION);
                    let reason = match (newer, outcome) {
                        (Some(version), _) => format!("of a newer Matryoshka (version {version})"),
                        (None, Err(error)) => format!("damaged ({error})"),
                        (None, Ok(_)) => "of no version that is known".to_owned(),
                    };
                    contents.notes.push(if may_set_aside {
                        let kind = if newer.is_some() { "newer" } else { "damaged" };
                        let aside = self.set_aside(&path, kind)?;
                        let aside = aside.display();
                        format!("the catalog was {reason}; it is kept as {aside}")
                    } else {
                        format!("the catalog is {reason}")
                    });
                }
            }
        }
        if let Some(journal) = if_there(fs::read(self.path("catalog.journal")))? {
            for line in journal.split(|byte| *byte == b'\n') {
                match serde_json::from_slice(line) {
                    Ok(Line::Scanned(record)) => {
                        let key = (record.format.clone(), record.path.clone());
                        contents.files.insert(key, record);
                    }
                    Ok(Line::Gone(key)) => drop(contents.files.remove(&key)),
                    // Torn, or empty.
                    Err(_) => {}
                }
            }
        }
        Ok(contents)
    }

    fn set_aside(&self, path: &Path, kind: &str) -> io::Result<PathBuf> {
        let aside = (1..)
            .map(|number| self.path(&format!("catalog.{kind}-{number}.json")))
            .find(|aside| !aside.exists())
            .expect("numbers do not end");
        fs::rename(path, &aside)?;
        Ok(aside)
    }
}

fn open_lock(path: &Path) -> io::Result<File> {
    File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
}

fn version_of(text: &[u8]) -> Option<u32> {
    serde_json::from_slice::<Versioned>(text)
        .ok()
        .map(|document| document.version)
}

fn if_there<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
