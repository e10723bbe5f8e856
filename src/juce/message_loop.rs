//! `juce::MessageManager`'s loop, as the [`MessageLoop`] that `crate::threads` runs jobs on.
//!
//! On Linux we bring the thread, as JUCE's own plugin wrappers do
//! (`juce_audio_plugin_client/detail/juce_LinuxMessageThread.h`). On macOS and Windows the host's
//! main thread is JUCE's message thread and its loop delivers JUCE's messages; that code is
//! untested.
//!
//! The loop runs while there is a handle on it. What runs on it besides jobs: a keeper at every tick,
//! and clean-ups before JUCE ends.
//!
//! ```
//! use std::sync::mpsc;
//!
//! use matryoshka::juce::message_loop::{self, MESSAGE_LOOP};
//! use matryoshka::threads::Messages;
//!
//! let (tell, hear) = mpsc::channel();
//! let tell_the_end = tell.clone();
//! let messages = Messages::acquire(&MESSAGE_LOOP)?;
//! messages.ask(move |thread| {
//!     message_loop::before_stop(thread, move || drop(tell_the_end.send("end")));
//!     message_loop::keep_ticking(thread, move |_thread| drop(tell.send("tick")));
//! })?;
//! assert_eq!(hear.recv(), Ok("tick"));
//! drop(messages); // the last handle: the loop ends, and this returns when it has
//! assert_eq!(hear.try_iter().last(), Some("end"));
//! # Ok::<(), matryoshka::threads::AskError>(())
//! ```
#![allow(unsafe_code)]

#[cfg(target_os = "linux")]
mod thread;

use std::cell::RefCell;
use std::rc::Rc;

use cxx::UniquePtr;
#[cfg(target_os = "linux")]
use parking_lot::Mutex;
use parking_lot::RwLock;

use super::callback::guarded;
use crate::threads::{self, MessageLoop, MessageThread};

#[cxx::bridge(namespace = "matryoshka")]
mod ffi {
    unsafe extern "C++" {
        include!("matryoshka/cpp/include/message_loop.h");

        fn initialise_juce() -> Result<()>;
        fn shutdown_juce() -> Result<()>;
        fn run_dispatch_loop() -> Result<()>;
        fn stop_dispatch_loop() -> Result<()>;
        fn is_message_thread() -> bool;
        fn wake_message_thread() -> Result<bool>;

        type Ticker;
        fn start_ticker(interval_ms: i32) -> Result<UniquePtr<Ticker>>;
    }

    extern "Rust" {
        fn run_pending_jobs();
        fn tick();
    }
}

/// How often what children changed by themselves is looked at.
const TICK_INTERVAL_MS: i32 = 25;

/// Whether JUCE is there. Read while another thread calls it, so that it stays for so long: posting to
/// the loop that is to end returns after the loop has, and would find its queue gone.
static IS_UP: RwLock<bool> = RwLock::new(false);

type Keeper = Rc<dyn Fn(&MessageThread)>;

thread_local! {
    /// Runs at each tick.
    static ON_TICK: RefCell<Option<Keeper>> = const { RefCell::new(None) };
    /// Lets go of what must be gone before JUCE ends.
    static ON_STOP: RefCell<Vec<Box<dyn FnOnce()>>> = const { RefCell::new(Vec::new()) };
    static TICKER: RefCell<UniquePtr<ffi::Ticker>> = RefCell::new(UniquePtr::null());
}

/// Has `keeper` called every 25 ms or so on the message thread, until it stops.
pub fn keep_ticking(_thread: &MessageThread, keeper: impl Fn(&MessageThread) + 'static) {
    ON_TICK.with(|on_tick| *on_tick.borrow_mut() = Some(Rc::new(keeper)));
    TICKER.with(|ticker| {
        let mut ticker = ticker.borrow_mut();
        if ticker.is_null() {
            match ffi::start_ticker(TICK_INTERVAL_MS) {
                Ok(started) => *ticker = started,
                Err(error) => tracing::error!("the rack will not be looked after: {error}"),
            }
        }
    });
}

/// Has `clean_up` called before JUCE is shut down.
pub fn before_stop(_thread: &MessageThread, clean_up: impl FnOnce() + 'static) {
    ON_STOP.with(|on_stop| on_stop.borrow_mut().push(Box::new(clean_up)));
}

/// Called by C++ on the message thread only.
fn run_pending_jobs() {
    guarded((), || threads::run_pending_jobs(&MessageThread::assume()));
}

/// Called by C++ on the message thread only.
fn tick() {
    guarded((), || {
        // A keeper that panics keeps its place; one that comes back here finds nothing borrowed.
        let keeper = ON_TICK.with(|on_tick| on_tick.borrow().clone());
        if let Some(keeper) = keeper {
            keeper(&MessageThread::assume());
        }
    });
}

/// On the message thread: everything of ours that lives in JUCE goes before JUCE does.
fn wind_down() {
    threads::run_pending_jobs(&MessageThread::assume());
    TICKER.with(|ticker| *ticker.borrow_mut() = UniquePtr::null());
    ON_TICK.with(|on_tick| *on_tick.borrow_mut() = None);
    let clean_ups = ON_STOP.with(|on_stop| std::mem::take(&mut *on_stop.borrow_mut()));
    clean_ups.into_iter().for_each(|clean_up| clean_up());
    let mut is_up = IS_UP.write();
    *is_up = false;
    report(ffi::shutdown_juce());
}

/// Makes the calling thread JUCE's message thread.
fn start_up() -> Result<(), String> {
    let mut is_up = IS_UP.write();
    ffi::initialise_juce().map_err(|error| error.to_string())?;
    *is_up = true;
    Ok(())
}

/// Timers and file descriptors of plugins are served in there; what one of them throws ends neither the
/// loop nor the process.
#[cfg(target_os = "linux")]
fn run_until_stopped() {
    while let Err(error) = ffi::run_dispatch_loop() {
        tracing::error!("a plugin threw on the message thread: {error}");
    }
    wind_down();
}

/// Has the message thread, where it is one of ours, outlast its loop from now on: a child gets a window.
pub(super) fn outlast() {
    #[cfg(target_os = "linux")]
    thread::stay();
}

/// Calls JUCE from any thread, if it is there.
fn if_up<R>(call: impl FnOnce() -> R) -> Option<R> {
    let is_up = IS_UP.read();
    is_up.then(call)
}

/// Where nothing can be done about it.
fn report<R>(result: Result<R, cxx::Exception>) {
    if let Err(error) = result {
        tracing::error!("JUCE: {error}");
    }
}

/// How long the end of the process waits for the message thread, which a plugin may hold up.
#[cfg(target_os = "linux")]
const PATIENCE_AT_EXIT: std::time::Duration = std::time::Duration::from_secs(2);

/// Ends the loop in a process that exits with instances alive, as some hosts do: JUCE's static objects are
/// about to go, and the loop must not use them any more.
#[cfg(target_os = "linux")]
extern "C" fn stop_at_exit() {
    let thread = MESSAGE_LOOP.thread.lock().take();
    if let Some(thread) = thread {
        let stop = || {
            if_up(|| report(ffi::stop_dispatch_loop()));
        };
        thread.end_with_the_process(stop, PATIENCE_AT_EXIT);
    }
}

/// Sees to it that in a process that exits with instances alive, they go before the static objects of
/// every library that is loaded by now: exit runs its handlers and destroys such objects in one order,
/// the newest first. To be called when a plugin's library has been loaded.
pub fn end_before_libraries() {
    #[cfg(target_os = "linux")]
    // SAFETY: the handler is a plain function of this library, which is never unloaded (see build.rs).
    // Once it has run, it does nothing.
    unsafe {
        libc::atexit(stop_at_exit);
    }
}

/// JUCE's message loop.
pub struct JuceMessageLoop {
    #[cfg(target_os = "linux")]
    thread: Mutex<Option<thread::LoopThread>>,
}

/// The process's one loop.
pub static MESSAGE_LOOP: JuceMessageLoop = JuceMessageLoop {
    #[cfg(target_os = "linux")]
    thread: Mutex::new(None),
};

impl MessageLoop for JuceMessageLoop {
    #[cfg(target_os = "linux")]
    fn start(&self) -> Result<(), String> {
        end_before_libraries();
        let run = thread::Run {
            start: start_up,
            until_stopped: run_until_stopped,
        };
        let resting = self.thread.lock().take();
        *self.thread.lock() = Some(thread::LoopThread::run(resting, run)?);
        Ok(())
    }

    #[cfg(target_os = "linux")]
    fn stop(&self) {
        if_up(|| report(ffi::stop_dispatch_loop()));
        let thread = self.thread.lock().take();
        if let Some(resting) = thread.and_then(thread::LoopThread::wait) {
            *self.thread.lock() = Some(resting);
        }
    }

    #[cfg(not(target_os = "linux"))]
    fn start(&self) -> Result<(), String> {
        // The first instance is created on the host's main thread, which so becomes JUCE's.
        start_up()
    }

    #[cfg(not(target_os = "linux"))]
    fn stop(&self) {
        wind_down();
    }

    fn wake(&self) {
        if_up(|| report(ffi::wake_message_thread()));
    }

    fn is_current(&self) -> bool {
        if_up(ffi::is_message_thread).unwrap_or(false)
    }
}
