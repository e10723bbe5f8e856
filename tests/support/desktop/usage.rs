//! What this process holds and uses, as the system counts it.

use std::fs;
use std::time::Duration;

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

    /// The processor time that the process's threads have taken so far.
    pub fn processor_time() -> Duration {
        let clock = rustix::time::ClockId::ProcessCPUTime;
        let time = rustix::time::clock_gettime(clock);
        Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
    }

    /// The same by thread: its name, and its time in ticks of the system's clock (10 ms).
    pub fn threads_and_ticks() -> Vec<(String, u64)> {
        let tasks = fs::read_dir("/proc/self/task").expect("/proc").flatten();
        let read = |task: fs::DirEntry| {
            let stat = fs::read_to_string(task.path().join("stat")).ok()?;
            let (head, tail) = stat.rsplit_once(')')?;
            let name = head.split_once('(')?.1.to_owned();
            let fields: Vec<&str> = tail.split_whitespace().collect();
            let ticks = [11, 12].map(|it: usize| fields.get(it)?.parse::<u64>().ok());
            let [user, system] = ticks;
            Some((name, user? + system?))
        };
        tasks.filter_map(read).collect()
    }
}
