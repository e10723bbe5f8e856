//! The host's run loop on Linux, which calls us on its main thread.

use std::sync::Arc;

use nih_plug::wrapper::vst3::vst3::Steinberg::FUnknown;

use super::Herald;

#[cfg(target_os = "linux")]
pub(super) use linux::RunLoop;
#[cfg(not(target_os = "linux"))]
pub(super) use none::RunLoop;

#[cfg(target_os = "linux")]
mod linux {
    use super::*;
    use std::fs::File;
    use std::io::{Read, Write};
    use std::os::fd::{AsRawFd, FromRawFd};
    use std::sync::Weak;

    use nih_plug::wrapper::vst3::vst3::Steinberg::Linux::{
        FileDescriptor, IEventHandler, IEventHandlerTrait, IRunLoop, IRunLoopTrait,
    };
    use nih_plug::wrapper::vst3::vst3::Steinberg::kResultOk;
    use nih_plug::wrapper::vst3::vst3::{Class, ComPtr, ComRef, ComWrapper};

    /// A run loop that watches a descriptor of ours until this is dropped.
    pub(in super::super) struct RunLoop {
        run_loop: ComPtr<IRunLoop>,
        handler: ComPtr<IEventHandler>,
        event: Arc<File>,
    }

    /// What the run loop calls.
    struct Called {
        herald: Weak<Herald>,
        event: Arc<File>,
    }

    impl Class for Called {
        type Interfaces = (IEventHandler,);
    }

    impl IEventHandlerTrait for Called {
        unsafe fn onFDIsSet(&self, _descriptor: FileDescriptor) {
            // It does not wait; that there was nothing to read is no harm.
            let _ = (&*self.event).read(&mut [0; 8]);
            if let Some(herald) = self.herald.upgrade() {
                herald.tell();
            }
        }
    }

    impl RunLoop {
        /// The run loop of the host's context, if it has one.
        ///
        /// # Safety
        ///
        /// `context` is null or the host's. The host's main thread.
        pub(in super::super) unsafe fn find(
            context: *mut FUnknown,
            herald: &Arc<Herald>,
        ) -> Option<Self> {
            // SAFETY: the caller's promise.
            let run_loop = unsafe { ComRef::from_raw(context) }?.cast::<IRunLoop>()?;
            // SAFETY: it takes no pointers.
            let event = unsafe { libc::eventfd(0, libc::EFD_CLOEXEC | libc::EFD_NONBLOCK) };
            if event < 0 {
                return None;
            }
            // SAFETY: a new descriptor, which nobody else has.
            let event = Arc::new(unsafe { File::from_raw_fd(event) });
            let called = Called {
                herald: Arc::downgrade(herald),
                event: event.clone(),
            };
            let handler = ComWrapper::new(called).to_com_ptr::<IEventHandler>()?;
            // SAFETY: the host's run loop; the handler lives until it is unregistered.
            let answer =
                unsafe { run_loop.registerEventHandler(handler.as_ptr(), event.as_raw_fd()) };
            (answer == kResultOk).then_some(Self {
                run_loop,
                handler,
                event,
            })
        }

        /// Has the run loop call us. Any thread.
        pub(in super::super) fn wake(&self) {
            // It fails only if we were told so often that the number is full: then it is set anyway.
            let _ = (&*self.event).write(&1_u64.to_ne_bytes());
        }
    }

    impl Drop for RunLoop {
        fn drop(&mut self) {
            // SAFETY: the host's run loop, which we hold; registered above.
            unsafe { self.run_loop.unregisterEventHandler(self.handler.as_ptr()) };
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod none {
    use super::*;

    /// There is none: the message thread is the host's main thread.
    pub(in super::super) enum RunLoop {}

    impl RunLoop {
        /// Never one.
        ///
        /// # Safety
        ///
        /// None is needed.
        pub(in super::super) unsafe fn find(
            _context: *mut FUnknown,
            _herald: &Arc<Herald>,
        ) -> Option<Self> {
            None
        }

        pub(in super::super) fn wake(&self) {
            match *self {}
        }
    }
}
