//! The host's run loop, which the test turns, and the context that offers it.

use std::sync::Mutex;

use vst3::Steinberg::Linux::{
    FileDescriptor, IEventHandler, IEventHandlerTrait, IRunLoop, IRunLoopTrait, ITimerHandler,
    TimerInterval,
};
use vst3::Steinberg::Vst::{IHostApplication, IHostApplicationTrait, String128};
use vst3::Steinberg::{TUID, kNotImplemented, kResultOk, tresult};
use vst3::{Class, ComPtr, ComRef};

/// A context that offers no run loop.
#[derive(Default)]
pub struct Context;

/// A context that is a run loop, too.
#[derive(Default)]
pub struct Loop {
    watched: Mutex<Vec<(ComPtr<IEventHandler>, FileDescriptor)>>,
}

impl Loop {
    /// How many descriptors it watches.
    pub fn watched(&self) -> usize {
        self.watched.lock().unwrap().len()
    }

    /// One turn: waits until a descriptor can be read, at most so long, and calls whom that concerns.
    /// Returns whether there was one.
    pub fn turn(&self, timeout_ms: i32) -> bool {
        let watched = self.watched.lock().unwrap().clone();
        let descriptors = watched.iter().map(|(_, descriptor)| descriptor);
        let mut polled: Vec<pollfd> = descriptors
            .map(|fd| pollfd {
                fd: *fd,
                events: POLLIN,
                revents: 0,
            })
            .collect();
        // SAFETY: the list is as long as told.
        let ready = unsafe { poll(polled.as_mut_ptr(), polled.len() as _, timeout_ms) };
        for ((handler, descriptor), polled) in watched.iter().zip(&polled) {
            if polled.revents & POLLIN != 0 {
                // SAFETY: the plugin's handler, of which we hold a reference.
                unsafe { handler.onFDIsSet(*descriptor) };
            }
        }
        ready > 0
    }
}

/// libc's.
#[repr(C)]
#[allow(non_camel_case_types)]
struct pollfd {
    fd: i32,
    events: i16,
    revents: i16,
}

const POLLIN: i16 = 1;

unsafe extern "C" {
    fn poll(descriptors: *mut pollfd, count: std::ffi::c_ulong, timeout_ms: i32) -> i32;
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

impl IRunLoopTrait for Loop {
    unsafe fn registerEventHandler(
        &self,
        handler: *mut IEventHandler,
        descriptor: FileDescriptor,
    ) -> tresult {
        // SAFETY: the plugin's handler.
        let handler = unsafe { ComRef::from_raw(handler) }.expect("a handler");
        let mut watched = self.watched.lock().unwrap();
        watched.push((handler.to_com_ptr(), descriptor));
        kResultOk
    }

    unsafe fn unregisterEventHandler(&self, handler: *mut IEventHandler) -> tresult {
        let mut watched = self.watched.lock().unwrap();
        watched.retain(|(known, _)| known.as_ptr() != handler);
        kResultOk
    }

    unsafe fn registerTimer(
        &self,
        _handler: *mut ITimerHandler,
        _interval: TimerInterval,
    ) -> tresult {
        kNotImplemented
    }

    unsafe fn unregisterTimer(&self, _handler: *mut ITimerHandler) -> tresult {
        kNotImplemented
    }
}
