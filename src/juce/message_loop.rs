//! `juce::MessageManager`'s loop, as the [`MessageLoop`] that `crate::threads` runs jobs on.
//!
//! On Linux we bring the thread, as JUCE's own plugin wrappers do
//! (`juce_audio_plugin_client/detail/juce_LinuxMessageThread.h`). On macOS and Windows the host's
//! main thread is JUCE's message thread and its loop delivers JUCE's messages; that code is
//! untested.
#![allow(unsafe_code)]

use std::cell::RefCell;
use std::rc::Rc;
#[cfg(target_os = "linux")]
use std::thread::JoinHandle;

use cxx::UniquePtr;
#[cfg(target_os = "linux")]
use parking_lot::Mutex;

use crate::threads::{self, MessageLoop, MessageThread};

#[cxx::bridge(namespace = "matryoshka")]
mod ffi {
    unsafe extern "C++" {
        include!("matryoshka/cpp/include/message_loop.h");

        fn initialise_juce();
        fn shutdown_juce();
        fn run_dispatch_loop();
        fn stop_dispatch_loop();
        fn is_message_thread() -> bool;
        fn wake_message_thread() -> bool;

        type Ticker;
        fn start_ticker(interval_ms: i32) -> UniquePtr<Ticker>;
    }

    extern "Rust" {
        fn run_pending_jobs();
        fn tick();
    }
}

/// How often what children changed by themselves is looked at.
const TICK_INTERVAL_MS: i32 = 25;

/// Plugins expect the main thread's stack, which is four times that of a thread of Rust's.
#[cfg(target_os = "linux")]
const STACK_BYTES: usize = 8 << 20;

type Keeper = Rc<dyn Fn(&MessageThread)>;

thread_local! {
    /// Runs at each tick.
    static ON_TICK: RefCell<Option<Keeper>> = const { RefCell::new(None) };
    /// Lets go of what must be gone before JUCE ends.
    static ON_STOP: RefCell<Vec<Box<dyn FnOnce()>>> = const { RefCell::new(Vec::new()) };
    static TICKER: RefCell<UniquePtr<ffi::Ticker>> = RefCell::new(UniquePtr::null());
}

/// Has `keeper` called every [`TICK_INTERVAL_MS`] on the message thread, until it stops.
pub fn keep_ticking(_thread: &MessageThread, keeper: impl Fn(&MessageThread) + 'static) {
    ON_TICK.with(|on_tick| *on_tick.borrow_mut() = Some(Rc::new(keeper)));
    TICKER.with(|ticker| {
        let mut ticker = ticker.borrow_mut();
        if ticker.is_null() {
            *ticker = ffi::start_ticker(TICK_INTERVAL_MS);
        }
    });
}

/// Has `clean_up` called before JUCE is shut down.
pub fn before_stop(_thread: &MessageThread, clean_up: impl FnOnce() + 'static) {
    ON_STOP.with(|on_stop| on_stop.borrow_mut().push(Box::new(clean_up)));
}

/// Called by C++ on the message thread only.
fn run_pending_jobs() {
    threads::run_pending_jobs(&MessageThread::assume());
}

/// Called by C++ on the message thread only.
fn tick() {
    let keeper = ON_TICK.with(|on_tick| on_tick.borrow().clone());
    if let Some(keeper) = keeper {
        let call = std::panic::AssertUnwindSafe(|| keeper(&MessageThread::assume()));
        if std::panic::catch_unwind(call).is_err() {
            tracing::error!("an internal error while looking after the rack");
        }
    }
}

/// On the message thread: everything of ours that lives in JUCE goes before JUCE does.
fn wind_down() {
    threads::run_pending_jobs(&MessageThread::assume());
    TICKER.with(|ticker| *ticker.borrow_mut() = UniquePtr::null());
    ON_TICK.with(|on_tick| *on_tick.borrow_mut() = None);
    let clean_ups = ON_STOP.with(|on_stop| std::mem::take(&mut *on_stop.borrow_mut()));
    clean_ups.into_iter().for_each(|clean_up| clean_up());
    ffi::shutdown_juce();
}

/// JUCE's message loop.
pub struct JuceMessageLoop {
    #[cfg(target_os = "linux")]
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// The process's one loop.
pub static MESSAGE_LOOP: JuceMessageLoop = JuceMessageLoop {
    #[cfg(target_os = "linux")]
    thread: Mutex::new(None),
};

impl MessageLoop for JuceMessageLoop {
    #[cfg(target_os = "linux")]
    fn start(&self) -> Result<(), String> {
        let (ready, wait) = std::sync::mpsc::sync_channel(1);
        let thread = std::thread::Builder::new()
            .name("matryoshka".into())
            .stack_size(STACK_BYTES)
            .spawn(move || {
                ffi::initialise_juce();
                let _ = ready.send(());
                ffi::run_dispatch_loop();
                wind_down();
            })
            .map_err(|error| error.to_string())?;
        wait.recv().map_err(|error| error.to_string())?;
        *self.thread.lock() = Some(thread);
        Ok(())
    }

    #[cfg(target_os = "linux")]
    fn stop(&self) {
        ffi::stop_dispatch_loop();
        if let Some(thread) = self.thread.lock().take() {
            let _ = thread.join();
        }
    }

    #[cfg(not(target_os = "linux"))]
    fn start(&self) -> Result<(), String> {
        // The first instance is created on the host's main thread, which so becomes JUCE's.
        ffi::initialise_juce();
        Ok(())
    }

    #[cfg(not(target_os = "linux"))]
    fn stop(&self) {
        wind_down();
    }

    fn wake(&self) {
        ffi::wake_message_thread();
    }

    fn is_current(&self) -> bool {
        ffi::is_message_thread()
    }
}
