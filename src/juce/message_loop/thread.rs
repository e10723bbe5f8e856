//! The thread that the loop runs on, on Linux: one of ours.
//!
//! It ends with the loop, unless a child has had a window by then. Toolkits take the thread that they
//! first see for the program's main one, which is there until the program ends: Qt 5 crashes on another.
//! Then it rests, and the next loop runs on it again.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// Plugins expect the main thread's stack, which is four times that of a thread of Rust's.
const STACK_BYTES: usize = 8 << 20;

static STAYS: AtomicBool = AtomicBool::new(false);

/// Has the thread outlast the loop from now on.
pub(super) fn stay() {
    STAYS.store(true, Ordering::Relaxed);
}

/// What becomes of the thread when the loop has ended.
enum End {
    Rests,
    Goes,
}

/// What the loop does: to begin with, and from then on until its end.
#[derive(Clone, Copy)]
pub(super) struct Run {
    pub start: fn() -> Result<(), String>,
    pub until_stopped: fn(),
}

type Started = SyncSender<Result<(), String>>;

/// The thread, while it is there.
pub(super) struct LoopThread {
    thread: JoinHandle<()>,
    /// Begins one run.
    begin: SyncSender<Started>,
    /// Tells the end of each.
    ended: Receiver<End>,
    runs: bool,
}

impl LoopThread {
    /// Runs the loop on the thread that rests, else on a new one. Blocks until it has started.
    pub(super) fn run(resting: Option<Self>, run: Run) -> Result<Self, String> {
        let mut thread = resting.map_or_else(|| Self::new(run), Ok)?;
        let (started, wait) = sync_channel(1);
        thread
            .begin
            .send(started)
            .map_err(|error| error.to_string())?;
        wait.recv().map_err(|error| error.to_string())??;
        thread.runs = true;
        Ok(thread)
    }

    fn new(run: Run) -> Result<Self, String> {
        let (begin, to_begin) = sync_channel::<Started>(1);
        let (tell_end, ended) = sync_channel(1);
        let body = move || {
            while let Ok(started) = to_begin.recv() {
                let outcome = (run.start)();
                let has_failed = outcome.is_err();
                let _ = started.send(outcome);
                if has_failed {
                    return;
                }
                (run.until_stopped)();
                let rests = STAYS.load(Ordering::Relaxed);
                let _ = tell_end.send(if rests { End::Rests } else { End::Goes });
                if !rests {
                    return;
                }
            }
        };
        let thread = std::thread::Builder::new()
            .name("matryoshka".into())
            .stack_size(STACK_BYTES)
            .spawn(body)
            .map_err(|error| error.to_string())?;
        Ok(Self {
            thread,
            begin,
            ended,
            runs: false,
        })
    }

    /// Waits until the loop, which was told to stop, has done so. Hands the thread back if it rests.
    pub(super) fn wait(mut self) -> Option<Self> {
        self.runs = false;
        match self.ended.recv() {
            Ok(End::Rests) => Some(self),
            Ok(End::Goes) | Err(_) => {
                let _ = self.thread.join();
                None
            }
        }
    }

    /// At the end of the process: tells the loop to stop if it runs, and waits for it, but not for ever. A
    /// thread that rests must not end now, when all that it would clean up is being torn down.
    pub(super) fn end_with_the_process(self, stop: impl FnOnce(), patience: Duration) {
        if self.runs {
            stop();
            if let Ok(End::Goes) = self.ended.recv_timeout(patience) {
                let _ = self.thread.join();
                return;
            }
        }
        std::mem::forget(self);
    }
}
