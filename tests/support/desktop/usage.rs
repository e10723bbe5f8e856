//! What this process holds and uses, as the system counts it.

use std::collections::HashMap;
use std::ffi::OsString;
use std::time::{Duration, Instant};
use std::{fs, thread};

/// Names the process of the desktop's X server.
pub(super) const SERVER: &str = "MATRYOSHKA_TEST_X_SERVER";

/// Counts at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// Threads.
    pub threads: usize,
    /// Open descriptors.
    pub descriptors: usize,
    /// Memory that is in use, in KiB.
    pub resident_kib: u64,
}

impl Usage {
    /// What it is now.
    pub fn now() -> Self {
        let count = |folder: &str| fs::read_dir(folder).expect("/proc").count();
        let status = fs::read_to_string("/proc/self/status").expect("/proc");
        let resident = status.lines().find_map(|it| it.strip_prefix("VmRSS:"));
        let resident = resident.and_then(|it| it.split_whitespace().next());
        Self {
            threads: count("/proc/self/task"),
            descriptors: count("/proc/self/fd"),
            resident_kib: resident.and_then(|it| it.parse().ok()).expect("VmRSS"),
        }
    }

    /// What it is once threads and descriptors have stayed the same for a while: what ends on another thread may
    /// take a moment.
    pub fn settled() -> Self {
        const QUIET: Duration = Duration::from_millis(500);
        let counts = |usage: &Self| (usage.threads, usage.descriptors);
        let (mut last, mut since) = (Self::now(), Instant::now());
        while since.elapsed() < QUIET {
            thread::sleep(Duration::from_millis(10));
            let now = Self::now();
            if counts(&now) != counts(&last) {
                since = Instant::now();
            }
            last = now;
        }
        last
    }

    /// What the open descriptors stand for, sorted.
    pub fn descriptors() -> Vec<String> {
        let descriptors = fs::read_dir("/proc/self/fd").expect("/proc").flatten();
        let targets = descriptors.filter_map(|it| fs::read_link(it.path()).ok());
        let mut names: Vec<String> = targets.map(|it| it.display().to_string()).collect();
        names.sort();
        names
    }

    /// The processor time that each of the process's threads has taken so far, by its number, with its name. What
    /// threads took that have ended is not in it.
    pub fn processor_time() -> HashMap<OsString, (String, Duration)> {
        Self::processor_time_of("self")
    }

    /// The same of the desktop's X server, all threads together.
    pub fn server_time() -> Duration {
        let server = std::env::var(SERVER).expect("a test on a desktop");
        let threads = Self::processor_time_of(&server);
        threads.values().map(|(_, time)| *time).sum()
    }

    fn processor_time_of(process: &str) -> HashMap<OsString, (String, Duration)> {
        let tasks = fs::read_dir(format!("/proc/{process}/task"))
            .expect("/proc")
            .flatten();
        let read = |task: fs::DirEntry| {
            let of = |file: &str| fs::read_to_string(task.path().join(file)).ok();
            let nanoseconds = of("schedstat")?.split_whitespace().next()?.parse().ok()?;
            let name = of("comm")?.trim_end().to_owned();
            Some((task.file_name(), (name, Duration::from_nanos(nanoseconds))))
        };
        tasks.filter_map(read).collect()
    }
}
