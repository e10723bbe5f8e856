//! A CLAP host's own threads, where it offers them (`clap.thread-pool`).
//!
//! 1. The host makes the plugin, asks for our extension, and calls `init`, in which we ask for its.
//! 2. In `process`, the engine calls [`HostPool::run`]. It lays the job open in the instance's own
//!    `job`, and asks the host to execute so many tasks.
//! 3. The host calls [`exec`] on its threads with the plugin's pointer, which leads to the instance,
//!    and so to the job.
//! 4. The host returns; the job is closed.
//!
//! A host is not trusted to keep the contract. Each task is claimed by a bit, so one that is asked for
//! twice runs once, and one that was left out is run at the end. An `exec` that comes outside of a
//! request finds no job. One that found it just before the request ended is waited for, as in the
//! slots of `crate::cores`: `inside` is raised before `job` is read, and `job` cleared before `inside` is read, all
//! SeqCst, so either the latecomer sees no job, or the owner sees the latecomer.
//!
//! A host's pool may wait, lock and call the system. That is the host's choice, and the test of the
//! audio thread runs without it.

#![allow(unsafe_code)]

use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, AtomicU64, Ordering::SeqCst};

use clap_sys::ext::thread_pool::{
    CLAP_EXT_THREAD_POOL, clap_host_thread_pool, clap_plugin_thread_pool,
};
use clap_sys::host::clap_host;
use clap_sys::plugin::clap_plugin;

use super::shim::shim;
use crate::cores::{Fork, TaskPanicked, perform};
use crate::session::{HostAnswer, HostCores};

/// One bit for each.
const MOST_TASKS: usize = 64;

pub(super) static EXTENSION: clap_plugin_thread_pool = clap_plugin_thread_pool { exec: Some(exec) };

/// One instance's way to its host's threads.
#[derive(Debug)]
pub(in crate::plugin) struct HostPool {
    host: *const clap_host,
    /// The host's extension; null before `init`, or where it has none.
    extension: AtomicPtr<clap_host_thread_pool>,
    /// A request is under way: CLAP allows one at a time, and none from within.
    requesting: AtomicBool,
    /// What `exec` is to run; null but during a request. It points to the caller's stack.
    job: AtomicPtr<Job>,
    /// How many calls of `exec` may be looking at `job`.
    inside: AtomicU32,
}

struct Job {
    fork: *const (dyn Fork + 'static),
    count: usize,
    claimed: AtomicU64,
    panicked: AtomicBool,
}

// SAFETY: `host` is only handed to functions of the host's that CLAP allows on the thread in question;
// all else is atomic. What `job` points to is `Sync` and outlives every look at it: see the top.
unsafe impl Send for HostPool {}
// SAFETY: as above.
unsafe impl Sync for HostPool {}

impl HostPool {
    /// `host` outlives the plugin, as CLAP has it.
    pub(super) fn new(host: *const clap_host) -> Arc<Self> {
        Arc::new(Self {
            host,
            extension: AtomicPtr::default(),
            requesting: AtomicBool::new(false),
            job: AtomicPtr::default(),
            inside: AtomicU32::new(0),
        })
    }

    /// Learns whether the host has a pool.
    ///
    /// # Safety
    ///
    /// Within `init`; the host's table is complete and alive.
    pub(super) unsafe fn meet(&self) {
        // SAFETY: the caller's promise. What the host returns for that name is null or of that type.
        unsafe {
            if let Some(get_extension) = (*self.host).get_extension {
                let extension = get_extension(self.host, CLAP_EXT_THREAD_POOL.as_ptr());
                self.extension.store(extension.cast_mut().cast(), SeqCst);
            }
        }
    }

    /// The pool, if the host has one. Known from `init` on.
    pub(in crate::plugin) fn offered(self: &Arc<Self>) -> Option<Arc<dyn HostCores>> {
        (!self.extension.load(SeqCst).is_null()).then(|| self.clone() as Arc<dyn HostCores>)
    }

    fn exec(&self, task: u32) {
        self.inside.fetch_add(1, SeqCst);
        let job = self.job.load(SeqCst);
        // SAFETY: null, or a job whose owner waits until `inside` falls to zero.
        if let Some(job) = unsafe { job.as_ref() } {
            job.run(task as usize);
        }
        self.inside.fetch_sub(1, SeqCst);
    }
}

impl HostCores for HostPool {
    fn run(&self, fork: &dyn Fork, count: usize) -> HostAnswer {
        let extension = self.extension.load(SeqCst);
        // SAFETY: null, or the host's extension, which lives as long as the host.
        let extension = unsafe { extension.as_ref() };
        let Some(request) = extension.and_then(|extension| extension.request_exec) else {
            return HostAnswer::Refused;
        };
        if count > MOST_TASKS || self.requesting.swap(true, SeqCst) {
            return HostAnswer::NotNow;
        }
        // SAFETY: only the lifetime changes, and no look at it outlasts this call: see the top.
        let fork = unsafe {
            std::mem::transmute::<*const (dyn Fork + '_), *const (dyn Fork + 'static)>(fork)
        };
        let job = Job {
            fork,
            count,
            claimed: AtomicU64::new(0),
            panicked: AtomicBool::new(false),
        };
        self.job.store(ptr::from_ref(&job).cast_mut(), SeqCst);
        // SAFETY: the audio thread, within `process`, as the trait demands; no other request is under
        // way. The host's function is C, so nothing unwinds past this frame and the job on it.
        let granted = unsafe { request(self.host, count as u32) };
        self.job.store(ptr::null_mut(), SeqCst);
        // A host that keeps the contract is done by now, and this ends at once.
        while self.inside.load(SeqCst) != 0 {
            std::hint::spin_loop();
        }
        let has_begun = granted || job.claimed.load(SeqCst) != 0;
        if has_begun {
            // What the host left out, if anything.
            (0..count).for_each(|task| job.run(task));
        }
        self.requesting.store(false, SeqCst);
        if !has_begun {
            HostAnswer::Refused
        } else if job.panicked.load(SeqCst) {
            HostAnswer::Done(Err(TaskPanicked))
        } else {
            HostAnswer::Done(Ok(()))
        }
    }
}

impl Job {
    /// Runs a task, unless it is none of the job's or was claimed before.
    fn run(&self, task: usize) {
        if task >= self.count || self.claimed.fetch_or(1 << task, SeqCst) & (1 << task) != 0 {
            return;
        }
        // SAFETY: the owner of the job holds the fork until it returns.
        if !perform(unsafe { &*self.fork }, task) {
            self.panicked.store(true, SeqCst);
        }
    }
}

/// # Safety
///
/// The host's call: `plugin` came from `shim::wrap` and is not destroyed.
unsafe extern "C" fn exec(plugin: *const clap_plugin, task: u32) {
    // SAFETY: the host's pointer. The instance's pool lives as long as the instance.
    unsafe { shim(plugin) }.pool.exec(task);
}
