//! The host's threads, for plugins that ask for them (`clap.thread-pool`).
//!
//! They are real threads, and what the plugin is asked to do on them is written down. A host may also
//! be a bad one: see [`ThreadPool`].

#![allow(unsafe_code)] // clack gives no plugin handle that other threads could use.

use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle, ThreadId};

use clack_extensions::thread_pool::HostThreadPoolImpl;
use clack_host::prelude::*;
use clap_sys::ext::thread_pool::{CLAP_EXT_THREAD_POOL, clap_plugin_thread_pool};
use clap_sys::plugin::clap_plugin;

use crate::callbacks::as_audio_thread;

/// What the host offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ThreadPool {
    /// The extension is not there.
    None,
    /// So many threads; the plugin's own thread waits for them.
    Threads(usize),
    /// The extension is there, and every request is refused.
    Refuses,
    /// All tasks on the plugin's own thread, the last one first.
    Backwards,
    /// Breaks the contract: says that all was done, and has done every second task, twice, and one
    /// that was not asked for.
    Lies,
}

/// A task that the plugin was asked to do: its index, and on which thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Executed {
    /// Which request it belongs to, from 0.
    pub request: usize,
    /// The index of the task.
    pub task: u32,
    /// The thread.
    pub thread: ThreadId,
}

#[derive(Default)]
struct Work {
    request: usize,
    /// How many tasks the request has.
    count: u32,
    /// The next one to be taken.
    next: u32,
    unfinished: u32,
    ended: bool,
    executed: Vec<Executed>,
}

struct Inner {
    kind: ThreadPool,
    plugin: AtomicPtr<clap_plugin>,
    work: Mutex<Work>,
    changed: Condvar,
}

/// An instance's pool. The threads end with it.
pub(crate) struct HostThreads {
    inner: Arc<Inner>,
    threads: Vec<JoinHandle<()>>,
}

impl HostThreads {
    pub(crate) fn new(kind: ThreadPool) -> Self {
        let inner = Arc::new(Inner {
            kind,
            plugin: AtomicPtr::default(),
            work: Mutex::default(),
            changed: Condvar::new(),
        });
        let count = match kind {
            ThreadPool::Threads(count) => count,
            _ => 0,
        };
        let threads = (0..count)
            .map(|_| {
                let inner = inner.clone();
                thread::spawn(move || inner.help())
            })
            .collect();
        Self { inner, threads }
    }

    pub(crate) fn is_offered(&self) -> bool {
        self.inner.kind != ThreadPool::None
    }

    /// Tells which plugin to run. It must live as long as requests come from it.
    pub(crate) fn set_plugin(&self, plugin: *const clap_plugin) {
        self.inner
            .plugin
            .store(plugin.cast_mut(), Ordering::Release);
    }

    /// The ids of the threads.
    pub(crate) fn ids(&self) -> Vec<ThreadId> {
        let threads = self.threads.iter();
        threads.map(|thread| thread.thread().id()).collect()
    }

    pub(crate) fn executed(&self) -> Vec<Executed> {
        self.inner.lock().executed.clone()
    }

    pub(crate) fn requests(&self) -> usize {
        self.inner.lock().request
    }

    /// Asks for a task outside of any request, which CLAP forbids.
    pub(crate) fn exec_out_of_turn(&self, task: u32) {
        self.inner.exec(task);
    }
}

impl Drop for HostThreads {
    fn drop(&mut self) {
        self.inner.lock().ended = true;
        self.inner.changed.notify_all();
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, Work> {
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn exec(&self, task: u32) {
        let plugin = self.plugin.load(Ordering::Acquire);
        // SAFETY: the plugin is alive while it requests, and what it returns for that name is null or
        // of that type.
        let exec = unsafe {
            let extension = plugin
                .as_ref()
                .and_then(|table| table.get_extension)
                .map_or(ptr::null(), |get| {
                    get(plugin, CLAP_EXT_THREAD_POOL.as_ptr())
                });
            extension.cast::<clap_plugin_thread_pool>().as_ref()
        };
        if let Some(exec) = exec.and_then(|extension| extension.exec) {
            // SAFETY: as above.
            as_audio_thread(|| unsafe { exec(plugin, task) });
        }
    }

    fn exec_noted(&self, request: usize, task: u32) {
        let thread = thread::current().id();
        self.lock().executed.push(Executed {
            request,
            task,
            thread,
        });
        self.exec(task);
    }

    /// A thread's life.
    fn help(&self) {
        let mut work = self.lock();
        while !work.ended {
            if work.next == work.count {
                work = self
                    .changed
                    .wait(work)
                    .unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            let (request, task) = (work.request - 1, work.next);
            work.next += 1;
            drop(work);
            self.exec_noted(request, task);
            work = self.lock();
            work.unfinished -= 1;
            self.changed.notify_all();
        }
    }

    fn request(&self, count: u32) -> Result<(), HostError> {
        let request = {
            let mut work = self.lock();
            work.request += 1;
            work.request - 1
        };
        match self.kind {
            ThreadPool::None | ThreadPool::Refuses => {
                return Err(HostError::Message("no threads today"));
            }
            ThreadPool::Threads(_) => {
                let mut work = self.lock();
                work.count = count;
                work.next = 0;
                work.unfinished = count;
                self.changed.notify_all();
                while work.unfinished > 0 {
                    work = self
                        .changed
                        .wait(work)
                        .unwrap_or_else(PoisonError::into_inner);
                }
                work.count = 0;
                work.next = 0;
            }
            ThreadPool::Backwards => {
                for task in (0..count).rev() {
                    self.exec_noted(request, task);
                }
            }
            ThreadPool::Lies => {
                for task in (0..count).step_by(2).chain((0..count).step_by(2)) {
                    self.exec_noted(request, task);
                }
                self.exec_noted(request, count);
                self.exec_noted(request, u32::MAX);
            }
        }
        Ok(())
    }
}

/// The part of the host that a plugin may call from the audio thread.
pub(crate) struct Audio {
    threads: Arc<Inner>,
}

impl Audio {
    pub(crate) fn new(threads: &HostThreads) -> Self {
        Self {
            threads: threads.inner.clone(),
        }
    }
}

impl AudioProcessorHandler<'_> for Audio {}

impl HostThreadPoolImpl for Audio {
    fn request_exec(&mut self, task_count: u32) -> Result<(), HostError> {
        self.threads.request(task_count)
    }
}
