//! Tells a VST3 host what has changed by itself: knobs that children moved, names, the state.
//!
//! VST3 wants that told on the host's main thread.
//!
//! - On Linux, the way there is the host's run loop, where it gives one with its context: whoever has news
//!   writes to a descriptor that the run loop watches for us.
//! - A host on Linux without one is told on a thread that lives just for that. It is not the message thread,
//!   as the host may make it wait for its main thread, which may be waiting for the message thread. This
//!   is the last resort, and nice-plug does the same for the latency.
//! - On macOS and Windows the message thread, where news come from, is the host's main thread.
//!
//! Nothing is told before `initialize` nor after `terminate`, and what is told without a handler is kept.

mod run_loop;
#[cfg(test)]
mod tests;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use nih_plug::wrapper::vst3::vst3::ComPtr;
use nih_plug::wrapper::vst3::vst3::ComRef;
use nih_plug::wrapper::vst3::vst3::Steinberg::FUnknown;
use nih_plug::wrapper::vst3::vst3::Steinberg::Vst::{
    IComponentHandler, IComponentHandler2, IComponentHandler2Trait, IComponentHandlerTrait,
    ParamID, RestartFlags,
    RestartFlags_::{kParamTitlesChanged, kParamValuesChanged},
};
use parking_lot::{Mutex, ReentrantMutex};

use crate::session::{HostNews, HostParameters};
use run_loop::RunLoop;

/// How long the end waits for a call that is under way on another thread. A host that has locked what
/// that call wants would otherwise hang.
const PATIENCE: Duration = Duration::from_secs(2);

/// An instance's way to its host.
pub(super) struct Herald {
    parameters: Weak<HostParameters>,
    ears: Mutex<Ears>,
    /// Held while the host is called, so that nobody leaves meanwhile; a host may come back to us within.
    telling: ReentrantMutex<()>,
    /// A thread is on its way to tell.
    is_on_the_way: AtomicBool,
    /// There was something to tell, and nobody to tell it to.
    is_owed: AtomicBool,
}

/// What is known of the host.
#[derive(Default)]
struct Ears {
    /// Between `initialize` and `terminate`.
    is_open: bool,
    handler: Option<ComPtr<IComponentHandler>>,
    run_loop: Option<RunLoop>,
}

impl Herald {
    pub(super) fn new(parameters: &Arc<HostParameters>) -> Arc<Self> {
        Arc::new(Self {
            parameters: Arc::downgrade(parameters),
            ears: Mutex::default(),
            telling: ReentrantMutex::new(()),
            is_on_the_way: AtomicBool::new(false),
            is_owed: AtomicBool::new(false),
        })
    }

    /// Hears of news from now on.
    ///
    /// # Safety
    ///
    /// `context` is null or the host's. The host's main thread.
    pub(super) unsafe fn meet(self: &Arc<Self>, context: *mut FUnknown) {
        if self.ears.lock().is_open {
            // By the other interface.
            return;
        }
        // SAFETY: the caller's promise. The run loop may call us within: nothing is held.
        let run_loop = unsafe { RunLoop::find(context, self) };
        {
            let mut ears = self.ears.lock();
            ears.is_open = true;
            ears.run_loop = run_loop;
        }
        if let Some(parameters) = self.parameters.upgrade() {
            let herald = Arc::downgrade(self);
            parameters.on_news(Some(Arc::new(move || {
                if let Some(herald) = herald.upgrade() {
                    herald.wake();
                }
            })));
        }
    }

    /// Learns whom to tell.
    ///
    /// # Safety
    ///
    /// `handler` is null or the host's.
    pub(super) unsafe fn set_handler(self: &Arc<Self>, handler: *mut IComponentHandler) {
        // SAFETY: the caller's promise; it is kept with a reference of our own.
        let handler = unsafe { ComRef::from_raw(handler) }.map(|handler| handler.to_com_ptr());
        let is_there = handler.is_some();
        let telling = self.telling.try_lock_for(PATIENCE);
        let old = std::mem::replace(&mut self.ears.lock().handler, handler);
        drop(telling);
        drop(old);
        if is_there && self.is_owed.swap(false, Ordering::AcqRel) {
            self.wake();
        }
    }

    /// Tells nothing any more: when this returns, no call is under way.
    pub(super) fn leave(&self) {
        if let Some(parameters) = self.parameters.upgrade() {
            parameters.on_news(None);
        }
        let telling = self.telling.try_lock_for(PATIENCE);
        let ears = std::mem::take(&mut *self.ears.lock());
        drop(telling);
        // The host's references go last, as it may come back to us within.
        drop(ears);
    }

    /// Has somebody tell the news. Any thread but the audio thread.
    fn wake(self: &Arc<Self>) {
        let ears = self.ears.lock();
        if !ears.is_open || ears.handler.is_none() {
            self.is_owed.store(true, Ordering::Release);
            return;
        }
        if let Some(run_loop) = &ears.run_loop {
            run_loop.wake();
            return;
        }
        drop(ears);
        if cfg!(not(target_os = "linux")) {
            self.tell();
        } else if !self.is_on_the_way.swap(true, Ordering::AcqRel) {
            let herald = self.clone();
            let name = "matryoshka news".to_owned();
            let thread = std::thread::Builder::new().name(name).spawn(move || {
                // What comes from here on has somebody sent again.
                herald.is_on_the_way.store(false, Ordering::Release);
                herald.tell();
            });
            if let Err(error) = thread {
                self.is_on_the_way.store(false, Ordering::Release);
                tracing::error!("The host is not told what has changed: {error}");
            }
        }
    }

    /// Tells all news, in the order in which they came.
    fn tell(&self) {
        let _telling = self.telling.lock();
        let Some(parameters) = self.parameters.upgrade() else {
            return;
        };
        // Asked each time: the host may leave within a call.
        while let Some(handler) = self.handler() {
            let Some(news) = parameters.take_news() else {
                break;
            };
            // SAFETY: the host's handler, of which we hold a reference. Where there is a main thread to be
            // had, this is it.
            unsafe {
                match news {
                    HostNews::Begin(parameter) => handler.beginEdit(ParamID::from(parameter)),
                    HostNews::Value(parameter, value) => {
                        handler.performEdit(ParamID::from(parameter), value)
                    }
                    HostNews::End(parameter) => handler.endEdit(ParamID::from(parameter)),
                }
            };
        }
        if self.handler().is_none() {
            self.is_owed.store(true, Ordering::Release);
            return;
        }
        let refresh = parameters.take_refresh();
        let mut flags: RestartFlags = 0;
        if refresh.descriptions {
            flags |= kParamTitlesChanged;
        }
        if refresh.values || refresh.texts {
            flags |= kParamValuesChanged;
        }
        if let Some(handler) = self.handler().filter(|_| flags != 0) {
            #[allow(clippy::unnecessary_cast)] // the constants' type is the platform's
            // SAFETY: as above.
            unsafe {
                handler.restartComponent(flags as i32)
            };
        }
        let handler = self.handler().filter(|_| refresh.dirty);
        if let Some(handler) = handler.and_then(|it| it.cast::<IComponentHandler2>()) {
            // SAFETY: as above.
            unsafe { handler.setDirty(1) };
        }
    }

    fn handler(&self) -> Option<ComPtr<IComponentHandler>> {
        self.ears.lock().handler.clone()
    }
}
