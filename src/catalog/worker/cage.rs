//! What keeps a worker's misfortunes within it, on Linux.
//!
//! - It dies with the scanner, even if that is killed: the system sends `SIGKILL` (`PR_SET_PDEATHSIG`).
//! - So do processes that a plugin forks, with the worker: a fork handler sets the same in them. It also
//!   closes the pipes there, so that the scanner sees a dead worker's end at once. (A plugin that forks
//!   by other ways than the C library's `fork` slips through; what it starts is found as below.)
//! - Processes whose parents ended become the worker's children (`PR_SET_CHILD_SUBREAPER`), where they
//!   are found and ended after each file.
//! - A crash writes no core: that takes seconds, and fills disks. (A limit of 1 also keeps core handlers
//!   from being started, which 0 does not: core(5).)
//! - It takes no more memory than allowed, counted as `RLIMIT_DATA` does: memory that is merely reserved,
//!   as some plugins do by the terabyte, is not counted.
#![allow(unsafe_code)]

use std::fs::{self, File};
use std::io;
use std::os::fd::AsRawFd;
use std::sync::atomic::{AtomicI32, Ordering};

use rustix::process::{
    Pid, Resource, Rlimit, Signal, WaitOptions, getpid, kill_process, set_child_subreaper,
    set_parent_process_death_signal, setrlimit, wait,
};

/// The pipes, for the fork handler.
static PIPES: [AtomicI32; 2] = [AtomicI32::new(-1), AtomicI32::new(-1)];

/// How often leftovers are looked for, should they fork on.
const ROUNDS: usize = 8;

pub fn enter(requests: &File, answers: &File, memory_mb: Option<u64>) -> io::Result<()> {
    set_parent_process_death_signal(Some(Signal::KILL))?;
    set_child_subreaper(Some(getpid()))?;
    let at_most = |bytes| Rlimit {
        current: Some(bytes),
        maximum: Some(bytes),
    };
    setrlimit(Resource::Core, at_most(1))?;
    if let Some(megabytes) = memory_mb {
        setrlimit(Resource::Data, at_most(megabytes << 20))?;
    }
    PIPES[0].store(requests.as_raw_fd(), Ordering::Relaxed);
    PIPES[1].store(answers.as_raw_fd(), Ordering::Relaxed);
    // SAFETY: the handler is a plain function of this program, which is never unloaded; it calls only
    // what may be called between fork and exec.
    let refused = unsafe { libc::pthread_atfork(None, None, Some(in_forked_child)) };
    match refused {
        0 => Ok(()),
        error => Err(io::Error::from_raw_os_error(error)),
    }
}

extern "C" fn in_forked_child() {
    // SAFETY: both calls are safe in a forked child (signal-safety(7)). The descriptors are this
    // process's own copies, which nothing in it uses.
    unsafe {
        libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL);
        for pipe in &PIPES {
            libc::close(pipe.load(Ordering::Relaxed));
        }
    }
}

/// Ends the processes that a plugin left, and theirs. Whether there were any.
pub fn end_children() -> bool {
    let mut ended = false;
    for _ in 0..ROUNDS {
        // Takes note of those that have ended by themselves, and tells whether others are left.
        let has_children = loop {
            match wait(WaitOptions::NOHANG) {
                // Those whose parent ended have had their signal already.
                Ok(Some((_, status))) => {
                    ended |= status.terminating_signal() == Some(libc::SIGKILL)
                }
                Ok(None) => break true,
                Err(_) => break false,
            }
        };
        if !has_children {
            break;
        }
        for child in children() {
            if kill_process(child, Signal::KILL).is_ok() {
                ended = true;
                let _ = rustix::process::waitpid(Some(child), WaitOptions::empty());
            }
        }
    }
    ended
}

fn children() -> Vec<Pid> {
    let own = getpid().as_raw_nonzero().get().to_string();
    let Ok(processes) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    processes
        .flatten()
        .filter_map(|entry| {
            let number: i32 = entry.file_name().to_str()?.parse().ok()?;
            // "number (name) state parent ..", and the name may hold anything.
            let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
            let (_, behind) = stat.rsplit_once(')')?;
            let mut fields = behind.split_whitespace();
            let (state, parent) = (fields.next()?, fields.next()?);
            // One that has ended ("Z") is none.
            (parent == own && state != "Z")
                .then(|| Pid::from_raw(number))
                .flatten()
        })
        .collect()
}
