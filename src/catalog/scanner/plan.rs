//! What there is to do: what is there, compared with what is known.

use std::collections::VecDeque;
use std::path::Path;

use super::super::ScanError;
use super::super::entry::{FileRecord, Outcome};
use super::super::fingerprint::{self, Since};
use super::super::folders;
use super::super::process::{Answer, Worker};
use super::super::protocol::Request;
use super::super::store::{Contents, Key, Store};
use super::crew::employment;
use super::{Report, ScanOptions, now};

/// Compares what is there with what is known.
pub fn make(
    store: &Store,
    options: &ScanOptions,
    known: &Contents,
) -> Result<(Report, VecDeque<Key>), ScanError> {
    let walk = folders::walk(&options.all_folders());
    let mut report = Report {
        notes: walk.notes,
        ..Report::default()
    };
    let mut jobs = Vec::new();
    for (format, path) in walk.files {
        let Some(text) = path.to_str() else {
            let path = path.display();
            report.notes.push(format!(
                "{path} has a name that is no text, and is left out"
            ));
            continue;
        };
        let key = (format, text.to_owned());
        let before = known.files.get(&key);
        let again = options.force
            || before
                .is_none_or(|record| options.retry && matches!(record.outcome, Outcome::Failed(_)));
        let Some(before) = before.filter(|_| !again) else {
            jobs.push((cost(&key, before), key));
            continue;
        };
        let since = fingerprint::since(&key.0, &path, &before.fingerprint, before.scanned_at);
        match since {
            Ok(Since::Same) => report.unchanged += 1,
            Ok(Since::SameContent(fingerprint)) => {
                report.unchanged += 1;
                store.add(&FileRecord {
                    fingerprint,
                    scanned_at: now(),
                    ..before.clone()
                })?;
            }
            // What cannot be read now may be when its turn comes.
            Ok(Since::Changed(_)) | Err(_) => jobs.push((cost(&key, Some(before)), key)),
        }
    }
    if cfg!(target_os = "macos") && options.paths.is_empty() && options.wants(AUDIO_UNIT) {
        let (new, unchanged) = audio_units(store, options, known)?;
        report.unchanged += unchanged;
        jobs.extend(new.into_iter().map(|key| (0, key)));
    }
    for (key, record) in &known.files {
        let is_file = Path::new(&record.path).is_absolute();
        if is_file && options.wants(&record.format) && !Path::new(&record.path).exists() {
            store.forget(key)?;
            report.gone += 1;
        }
    }
    // The long ones first, so that no worker has one left when all others are done.
    jobs.sort_by(|a, b| b.cmp(a));
    Ok((report, jobs.into_iter().map(|(_, key)| key).collect()))
}

const AUDIO_UNIT: &str = "AudioUnit";

/// Audio Units are in no folder that could be looked into; the system names them. (Untested.)
fn audio_units(
    store: &Store,
    options: &ScanOptions,
    known: &Contents,
) -> Result<(Vec<Key>, usize), ScanError> {
    let mut worker = Worker::start(&employment(options, &store.folder().join("scratch"), 0)?)?;
    let request = Request {
        format: AUDIO_UNIT.to_owned(),
        file: String::new(),
        part: None,
        list: true,
    };
    let Answer::Files(files) = worker.ask(&request, options.timeout) else {
        return Ok((Vec::new(), 0));
    };
    let keys = files.into_iter().map(|file| (AUDIO_UNIT.to_owned(), file));
    let is_new = |key: &Key| match known.files.get(key) {
        None => true,
        Some(record) => {
            options.force || (options.retry && matches!(record.outcome, Outcome::Failed(_)))
        }
    };
    let (new, old): (Vec<Key>, Vec<Key>) = keys.partition(is_new);
    Ok((new, old.len()))
}

/// How long it may take, in milliseconds: as last time, else a guess.
fn cost(key: &Key, before: Option<&FileRecord>) -> u64 {
    if let Some(before) = before {
        return before.millis;
    }
    match key.0.as_str() {
        // A description for each plugin in it.
        "LV2" => {
            let entries = std::fs::read_dir(&key.1).map_or(0, Iterator::count);
            10 * entries as u64
        }
        "LADSPA" => 5,
        _ => 100,
    }
}
