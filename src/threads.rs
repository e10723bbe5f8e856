//! Threads as types: the message thread's token, the queue of jobs that run on it, and its loop.
//!
//! All control calls to children run on one *message thread*. On Linux it is a thread of ours,
//! started when the first [`Messages`] handle is taken and ended when the last one is dropped; on
//! macOS and Windows it is the host's main thread, whose loop is already running. What may only run
//! there takes a `&`[`MessageThread`], which cannot be made or sent elsewhere.
//!
//! The loop itself belongs to whoever hosts children: it is handed in as a [`MessageLoop`].

use std::any::Any;
use std::collections::VecDeque;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;

use parking_lot::Mutex;
use thiserror::Error;

/// Proof that the code that holds it runs on the message thread. Neither `Send` nor `Sync`.
#[derive(Debug)]
pub struct MessageThread(PhantomData<*const ()>);

impl MessageThread {
    /// Only for a [`MessageLoop`]'s own callbacks, which know where they run.
    pub(crate) fn assume() -> Self {
        Self(PhantomData)
    }
}

/// The loop that the message thread runs.
pub trait MessageLoop: Sync {
    /// Starts the loop and returns when it takes messages.
    fn start(&self) -> Result<(), String>;
    /// Ends the loop, having let go of everything it keeps, and returns when it has ended.
    fn stop(&self);
    /// Has `run_pending_jobs` called on the message thread, soon. Any thread.
    fn wake(&self);
    /// Whether the calling thread is the message thread.
    fn is_current(&self) -> bool;
}

/// Why a job gave no answer.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
pub enum AskError {
    /// The thread could not be started.
    #[error("Matryoshka's message thread could not be started: {0}")]
    NotStarted(String),
    /// The job panicked. The message thread goes on.
    #[error("an internal error of Matryoshka: {0}")]
    Panicked(String),
    /// The loop ended before the job's turn came.
    #[error("Matryoshka's message thread has ended")]
    Ended,
}

type Job = Box<dyn FnOnce(&MessageThread) + Send>;

static PENDING: Mutex<VecDeque<Job>> = Mutex::new(VecDeque::new());
static HANDLES: Mutex<usize> = Mutex::new(0);

/// A handle on the message thread; the thread runs while any is held. `Send` and `Sync`.
///
/// It must not be dropped on the message thread itself, which would wait for its own end.
pub struct Messages {
    message_loop: &'static dyn MessageLoop,
}

impl Messages {
    /// Takes a handle, starting the message thread if this is the first. Blocks until it runs.
    ///
    /// # Errors
    ///
    /// [`AskError::NotStarted`] if the system gives no thread.
    pub fn acquire(message_loop: &'static dyn MessageLoop) -> Result<Self, AskError> {
        let mut handles = HANDLES.lock();
        if *handles == 0 {
            message_loop.start().map_err(AskError::NotStarted)?;
        }
        *handles += 1;
        Ok(Self { message_loop })
    }

    /// Runs `job` on the message thread some time soon. Any thread but the audio thread.
    pub fn post(&self, job: impl FnOnce(&MessageThread) + Send + 'static) {
        PENDING.lock().push_back(Box::new(job));
        self.message_loop.wake();
    }

    /// Runs `job` on the message thread and waits for what it returns; on the message thread itself
    /// it runs at once. Any thread but the audio thread. Never call it while holding a lock that
    /// the message thread could want.
    ///
    /// # Errors
    ///
    /// If the job panicked or the thread ended.
    pub fn ask<R: Send + 'static>(
        &self,
        job: impl FnOnce(&MessageThread) -> R + Send + 'static,
    ) -> Result<R, AskError> {
        if self.message_loop.is_current() {
            return catch_unwind(AssertUnwindSafe(|| job(&MessageThread::assume())))
                .map_err(panic_text);
        }
        let (answer, receiver) = mpsc::sync_channel(1);
        self.post(move |thread| {
            let result = catch_unwind(AssertUnwindSafe(|| job(thread))).map_err(panic_text);
            // The asker waits below, so the answer is always taken.
            let _ = answer.send(result);
        });
        receiver.recv().unwrap_or(Err(AskError::Ended))
    }
}

impl Clone for Messages {
    fn clone(&self) -> Self {
        *HANDLES.lock() += 1;
        Self {
            message_loop: self.message_loop,
        }
    }
}

impl Drop for Messages {
    fn drop(&mut self) {
        let mut handles = HANDLES.lock();
        *handles -= 1;
        if *handles == 0 {
            self.message_loop.stop();
            PENDING.lock().clear();
        }
    }
}

/// Leaves a job for the message thread without keeping that thread alive. If it has ended, the job
/// is dropped unrun. For destructors, which may run anywhere.
pub(crate) fn post_if_running(
    message_loop: &dyn MessageLoop,
    job: impl FnOnce(&MessageThread) + Send + 'static,
) {
    if message_loop.is_current() {
        job(&MessageThread::assume());
        return;
    }
    PENDING.lock().push_back(Box::new(job));
    message_loop.wake();
}

/// Runs what was posted so far. For a [`MessageLoop`], on the message thread.
pub(crate) fn run_pending_jobs(thread: &MessageThread) {
    loop {
        let Some(job) = PENDING.lock().pop_front() else {
            return;
        };
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| job(thread))) {
            tracing::error!("{}", panic_text(panic));
        }
    }
}

fn panic_text(panic: Box<dyn Any + Send>) -> AskError {
    let text = panic
        .downcast_ref::<&str>()
        .map(ToString::to_string)
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "unknown".into());
    AskError::Panicked(text)
}
