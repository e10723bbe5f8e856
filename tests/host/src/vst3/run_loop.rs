//! The host's run loop, which the test turns, and the context that offers it.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use vst3::Steinberg::Linux::{
    FileDescriptor, IEventHandler, IEventHandlerTrait, IRunLoop, IRunLoopTrait, ITimerHandler,
    ITimerHandlerTrait, TimerInterval,
};
use vst3::Steinberg::Vst::{IHostApplication, IHostApplicationTrait, String128};
use vst3::Steinberg::{TUID, kInvalidArgument, kNotImplemented, kResultOk, tresult};
use vst3::{Class, ComPtr, ComRef};

use crate::run_loop::poll;

/// A context that offers no run loop.
#[derive(Default)]
pub struct Context;

/// A context that is a run loop, too.
#[derive(Default)]
pub struct Loop(pub(super) Watch);

impl Loop {
    /// How many descriptors it watches.
    pub fn watched(&self) -> usize {
        self.0.watched()
    }

    /// One turn: waits until a descriptor can be read, at most so long, and calls whom that concerns,
    /// and timers that are due. Returns whether there was one.
    pub fn turn(&self, timeout_ms: i32) -> bool {
        self.0.turn(timeout_ms)
    }
}

/// Whom a run loop has to call, and when.
#[derive(Default)]
pub(super) struct Watch {
    descriptors: Mutex<Vec<(ComPtr<IEventHandler>, FileDescriptor)>>,
    timers: Mutex<Vec<Timer>>,
}

#[derive(Clone)]
struct Timer {
    handler: ComPtr<ITimerHandler>,
    period: Duration,
    due: Instant,
}

impl Watch {
    pub(super) fn watched(&self) -> usize {
        self.descriptors.lock().unwrap().len()
    }

    pub(super) fn timers(&self) -> usize {
        self.timers.lock().unwrap().len()
    }

    /// Calls nobody any more. What watches holds whom it calls, and they may hold what watches.
    pub(super) fn clear(&self) {
        // They may take themselves off while they go, so nothing is held meanwhile.
        let descriptors = std::mem::take(&mut *self.descriptors.lock().unwrap());
        let timers = std::mem::take(&mut *self.timers.lock().unwrap());
        drop((descriptors, timers));
    }

    pub(super) fn turn(&self, timeout_ms: i32) -> bool {
        // Handlers come and go while they are called: nothing is held meanwhile.
        let watched = self.descriptors.lock().unwrap().clone();
        let descriptors = watched.iter().map(|(_, descriptor)| descriptor);
        let mut polled: Vec<libc::pollfd> = descriptors
            .map(|fd| libc::pollfd {
                fd: *fd,
                events: libc::POLLIN,
                revents: 0,
            })
            .collect();
        let mut called = poll(&mut polled, timeout_ms) > 0;
        for ((handler, descriptor), polled) in watched.iter().zip(&polled) {
            if polled.revents & libc::POLLIN != 0 {
                // SAFETY: the plugin's handler, of which we hold a reference.
                unsafe { handler.onFDIsSet(*descriptor) };
            }
        }
        let now = Instant::now();
        let due: Vec<Timer> = {
            let mut timers = self.timers.lock().unwrap();
            let due = timers.iter_mut().filter(|timer| timer.due <= now);
            due.map(|timer| {
                timer.due = now + timer.period;
                timer.clone()
            })
            .collect()
        };
        for timer in due {
            called = true;
            // SAFETY: as above.
            unsafe { timer.handler.onTimer() };
        }
        called
    }

    pub(super) fn add(&self, handler: *mut IEventHandler, descriptor: FileDescriptor) -> tresult {
        // SAFETY: the plugin's handler, or null.
        let Some(handler) = (unsafe { ComRef::from_raw(handler) }) else {
            return kInvalidArgument;
        };
        let mut watched = self.descriptors.lock().unwrap();
        watched.push((handler.to_com_ptr(), descriptor));
        kResultOk
    }

    pub(super) fn remove(&self, handler: *mut IEventHandler) -> tresult {
        let mut watched = self.descriptors.lock().unwrap();
        watched.retain(|(known, _)| known.as_ptr() != handler);
        kResultOk
    }

    pub(super) fn add_timer(&self, handler: *mut ITimerHandler, period_ms: u64) -> tresult {
        // SAFETY: the plugin's handler, or null.
        let Some(handler) = (unsafe { ComRef::from_raw(handler) }) else {
            return kInvalidArgument;
        };
        let period = Duration::from_millis(period_ms.max(5));
        self.timers.lock().unwrap().push(Timer {
            handler: handler.to_com_ptr(),
            period,
            due: Instant::now() + period,
        });
        kResultOk
    }

    pub(super) fn remove_timer(&self, handler: *mut ITimerHandler) -> tresult {
        let mut timers = self.timers.lock().unwrap();
        timers.retain(|timer| timer.handler.as_ptr() != handler);
        kResultOk
    }
}

impl Class for Context {
    type Interfaces = (IHostApplication,);
}

impl Class for Loop {
    type Interfaces = (IHostApplication, IRunLoop);
}

macro_rules! host_application {
    ($context:ty) => {
        impl IHostApplicationTrait for $context {
            unsafe fn getName(&self, name: *mut String128) -> tresult {
                // SAFETY: the plugin's place to write to.
                unsafe { (*name)[0] = 0 };
                kResultOk
            }

            unsafe fn createInstance(
                &self,
                _class: *mut TUID,
                _interface: *mut TUID,
                _object: *mut *mut std::ffi::c_void,
            ) -> tresult {
                kNotImplemented
            }
        }
    };
}

host_application!(Context);
host_application!(Loop);

macro_rules! run_loop {
    ($object:ty, $watch:tt) => {
        impl IRunLoopTrait for $object {
            unsafe fn registerEventHandler(
                &self,
                handler: *mut IEventHandler,
                descriptor: FileDescriptor,
            ) -> tresult {
                self.$watch.add(handler, descriptor)
            }

            unsafe fn unregisterEventHandler(&self, handler: *mut IEventHandler) -> tresult {
                self.$watch.remove(handler)
            }

            unsafe fn registerTimer(
                &self,
                handler: *mut ITimerHandler,
                interval: TimerInterval,
            ) -> tresult {
                self.$watch.add_timer(handler, interval)
            }

            unsafe fn unregisterTimer(&self, handler: *mut ITimerHandler) -> tresult {
                self.$watch.remove_timer(handler)
            }
        }
    };
}
pub(super) use run_loop;

run_loop!(Loop, 0);
