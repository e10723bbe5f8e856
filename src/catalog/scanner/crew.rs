//! The threads of a scan, one for each worker.

use std::collections::{HashMap, VecDeque};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use super::super::entry::{Failure, FileRecord, Outcome};
use super::super::fingerprint;
use super::super::process::{Answer, Employment, Worker, end_by_id, work_folder};
use super::super::protocol::{Part, Request};
use super::super::store::{Key, Store};
use super::super::{ScanError, lv2};
use super::{Event, ScanOptions, now};
use crate::program;

/// Taking longer than this is worth a word.
const LONG: Duration = Duration::from_secs(3);
/// How often a file is tried again whose worker was killed: nobody does that for a plugin's fault but the
/// system, for want of memory, and then it is so again.
const CHANCES: usize = 3;
/// How often it is looked whether the scan is to stop.
const LOOK: Duration = Duration::from_millis(25);

/// How the worker of that number is started.
///
/// # Errors
///
/// If there is no program to start.
pub fn employment(
    options: &ScanOptions,
    scratch: &Path,
    number: usize,
) -> Result<Employment, ScanError> {
    Ok(Employment {
        program: program::find()?,
        folder: work_folder(scratch, number),
        memory_mb: options.memory_mb,
    })
}

/// A file, or a part of one.
struct Job {
    key: Key,
    part: Option<Part>,
}

/// What came of a file's parts, by their numbers; `None` where it had vanished.
type Parts = Vec<(usize, Option<FileRecord>)>;

/// A bundle is divided between workers from so many plugins each on.
const WORTH_A_PART: usize = 20;

/// Divides bundles that hold many plugins, as some hold hundreds and would keep one worker busy when all
/// others are done.
fn divide(key: Key, workers: usize) -> Vec<Job> {
    let plugins = match key.0.as_str() {
        "LV2" => lv2::plugins(Path::new(&key.1)),
        _ => 1,
    };
    match (plugins / WORTH_A_PART).min(workers) {
        0 | 1 => vec![Job { key, part: None }],
        parts => (0..parts)
            .map(|index| Job {
                key: key.clone(),
                part: Some(Part {
                    index,
                    count: parts,
                }),
            })
            .collect(),
    }
}

/// What the threads of a scan share.
struct Shared<'a> {
    store: &'a Store,
    options: &'a ScanOptions,
    stop: &'a AtomicBool,
    queue: Mutex<VecDeque<Job>>,
    /// What is done of files that are looked at in parts.
    halves: Mutex<HashMap<Key, Parts>>,
    /// The process that each thread waits for; 0 while it does not.
    waiting_for: Vec<AtomicU32>,
    /// Why the scan cannot go on.
    broken: Mutex<Option<ScanError>>,
}

/// Has workers look at all files; gives what came of each, in the order of completion.
///
/// # Errors
///
/// If there is no worker, or the store cannot be written.
pub fn run(
    store: &Store,
    options: &ScanOptions,
    jobs: VecDeque<Key>,
    scratch: &Path,
    stop: &AtomicBool,
    tell: &mut dyn FnMut(&Event),
) -> Result<Vec<FileRecord>, ScanError> {
    let jobs: VecDeque<Job> = jobs
        .into_iter()
        .flat_map(|key| divide(key, options.jobs))
        .collect();
    let workers = options.jobs.clamp(1, jobs.len());
    // Before anything is started: without a worker there is no scan.
    let employments: Result<Vec<Employment>, ScanError> = (0..workers)
        .map(|number| employment(options, scratch, number))
        .collect();
    let shared = Shared {
        store,
        options,
        stop,
        queue: Mutex::new(jobs),
        halves: Mutex::default(),
        waiting_for: (0..workers).map(|_| AtomicU32::new(0)).collect(),
        broken: Mutex::new(None),
    };
    let mut scanned = Vec::new();
    let (sender, events) = channel();
    let shared_ref = &shared;
    std::thread::scope(|scope| -> Result<(), ScanError> {
        for (number, employment) in employments?.into_iter().enumerate() {
            let sender = sender.clone();
            scope.spawn(move || shared_ref.work(number, &employment, &sender));
        }
        drop(sender);
        let mut done = 0;
        loop {
            match events.recv_timeout(LOOK) {
                Ok(mut event) => {
                    match &mut event {
                        Event::Finished { done: all, .. } | Event::Vanished { done: all, .. } => {
                            done += 1;
                            *all = done;
                        }
                        _ => {}
                    }
                    tell(&event);
                    if let Event::Finished { record, .. } = event {
                        scanned.push(*record);
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            }
            if stop.load(Ordering::Relaxed) {
                for process in &shared_ref.waiting_for {
                    match process.load(Ordering::Relaxed) {
                        0 => {}
                        id => end_by_id(id),
                    }
                }
            }
        }
    })?;
    match shared.broken.into_inner() {
        Some(error) => Err(error),
        None => Ok(scanned),
    }
}

impl Shared<'_> {
    /// One thread: takes files off the queue and has its worker look at them.
    fn work(&self, number: usize, employment: &Employment, events: &Sender<Event>) {
        if let Err(error) = self.try_work(number, employment, events) {
            // The others need not go on.
            self.queue.lock().clear();
            self.broken.lock().get_or_insert(error);
        }
    }

    fn try_work(
        &self,
        number: usize,
        employment: &Employment,
        events: &Sender<Event>,
    ) -> Result<(), ScanError> {
        let mut worker: Option<Worker> = None;
        while !self.stop.load(Ordering::Relaxed) {
            let Some(job) = self.queue.lock().pop_front() else {
                return Ok(());
            };
            // Whoever does not listen any more still wants the results.
            let _ = events.send(Event::Started {
                worker: number,
                path: job.key.1.clone(),
            });
            let mut record = self.ask(number, employment, &mut worker, &job)?;
            for _ in 0..CHANCES {
                let is_stopped = self.stop.load(Ordering::Relaxed);
                if is_stopped || !record.as_ref().is_some_and(was_killed) {
                    break;
                }
                record = self.ask(number, employment, &mut worker, &job)?;
            }
            if self.stop.load(Ordering::Relaxed) {
                // It may have been ended for that, which is not the file's fault.
                return Ok(());
            }
            let Some(record) = self.put_together(&job, record) else {
                continue;
            };
            let key = job.key;
            let event = match record {
                Some(record) => {
                    self.store.add(&record)?;
                    Event::Finished {
                        worker: number,
                        record: Box::new(record),
                        done: 0,
                    }
                }
                None => Event::Vanished {
                    worker: number,
                    path: key.1,
                    done: 0,
                },
            };
            let _ = events.send(event);
        }
        Ok(())
    }

    /// The record of a whole file, when its last part is done. (Of one that vanished: `Some(None)`.)
    fn put_together(&self, job: &Job, record: Option<FileRecord>) -> Option<Option<FileRecord>> {
        let Some(part) = job.part else {
            return Some(record);
        };
        let mut halves = self.halves.lock();
        let done = halves.entry(job.key.clone()).or_default();
        done.push((part.index, record));
        if done.len() < part.count {
            return None;
        }
        halves.remove(&job.key).map(join)
    }

    /// Has the thread's worker look at a file; a new one, where there is none that could.
    fn ask(
        &self,
        number: usize,
        employment: &Employment,
        worker: &mut Option<Worker>,
        job: &Job,
    ) -> Result<Option<FileRecord>, ScanError> {
        let asked = match worker.take() {
            Some(worker) => worker,
            None => Worker::start(employment)?,
        };
        let asked = worker.insert(asked);
        let waiting_for = &self.waiting_for[number];
        waiting_for.store(asked.id(), Ordering::Relaxed);
        let record = look_at(asked, &job.key, job.part, self.options.timeout);
        waiting_for.store(0, Ordering::Relaxed);
        if asked.is_spent() {
            *worker = None;
        }
        Ok(record)
    }
}

/// The parts of a file as one: what failed in one failed, what is gone is gone.
fn join(mut parts: Parts) -> Option<FileRecord> {
    parts.sort_by_key(|(index, _)| *index);
    let mut parts = parts.into_iter().map(|(_, record)| record);
    let mut whole = parts.next()??;
    for part in parts {
        let part = part?;
        whole.millis += part.millis;
        whole.remarks.extend(part.remarks);
        match (&mut whole.outcome, part.outcome) {
            (Outcome::Plugins(all), Outcome::Plugins(more)) => all.extend(more),
            (Outcome::Plugins(_), failed) => whole.outcome = failed,
            (Outcome::Failed(_), _) => {}
        }
    }
    Some(whole)
}

/// Whether somebody ended the worker, and not the plugin.
fn was_killed(record: &FileRecord) -> bool {
    const SIGKILL: i32 = 9;
    matches!(
        record.outcome,
        Outcome::Failed(Failure::Signal {
            signal: SIGKILL,
            ..
        })
    )
}

/// Has a worker look at a file. `None` if it is not there any more.
pub fn look_at(
    worker: &mut Worker,
    key: &Key,
    part: Option<Part>,
    timeout: Duration,
) -> Option<FileRecord> {
    let (format, path) = key;
    let is_file = Path::new(path).is_absolute();
    let fingerprint = match fingerprint::take(format, Path::new(path)) {
        Ok(fingerprint) => fingerprint,
        Err(_) if is_file => return None,
        Err(_) => fingerprint::Fingerprint::default(),
    };
    let begun = Instant::now();
    let scanned_at = now();
    let request = Request {
        format: format.clone(),
        file: path.clone(),
        part,
        list: false,
    };
    let answer = worker.ask(&request, timeout);
    let elapsed = begun.elapsed();
    // A file that goes away under a worker's hands fails as it likes, or not at all.
    if is_file && !Path::new(path).exists() {
        return None;
    }
    let mut remarks = Vec::new();
    let outcome = match answer {
        Answer::Plugins(plugins, odd) => {
            remarks = odd;
            Outcome::Plugins(plugins)
        }
        Answer::Files(_) => Outcome::Plugins(Vec::new()),
        Answer::Failed(failure) => Outcome::Failed(failure),
    };
    if elapsed > LONG && matches!(outcome, Outcome::Plugins(_)) {
        remarks.push(format!("it took {:.1} s", elapsed.as_secs_f64()));
    }
    Some(FileRecord {
        format: format.clone(),
        path: path.clone(),
        fingerprint,
        scanned_at,
        millis: u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
        outcome,
        remarks,
    })
}
