//! The rack's window as VST3 has it (`IPlugView`): nice-plug's, but for what that leaves behind on Linux.
//!
//! For each frame with a run loop, nice-plug 0.4.2 makes a handler with two sockets that holds a reference
//! to itself, so that it never goes (`RunLoopEventHandler` in its `wrapper/vst3/view.rs`, whose `drop` says
//! so): the host would watch the sockets of every window that ever was. So nice-plug is handed a frame of
//! ours, which knows what was registered with it, and lets go of that when it goes itself.

use nih_plug::wrapper::vst3::vst3::Steinberg::Vst::IEditController;
use nih_plug::wrapper::vst3::vst3::Steinberg::{FIDString, IPlugView};

use super::shim::table;

pub(super) unsafe extern "system" fn create(
    this: *mut IEditController,
    name: FIDString,
) -> *mut IPlugView {
    // SAFETY: the host's pointer and nice-plug's own function.
    let view = unsafe { (table(this).inner.createView)(this, name) };
    #[cfg(target_os = "linux")]
    if !view.is_null() {
        // SAFETY: a new view of nice-plug's, which nobody else has seen yet.
        unsafe { frames::watch(view) };
    }
    view
}

#[cfg(target_os = "linux")]
mod frames {
    use std::collections::BTreeMap;
    use std::ptr;

    use nih_plug::wrapper::vst3::vst3::Steinberg::Linux::{
        FileDescriptor, IEventHandler, IRunLoop, IRunLoopTrait, ITimerHandler, TimerInterval,
    };
    use nih_plug::wrapper::vst3::vst3::Steinberg::{
        IPlugFrame, IPlugFrameTrait, IPlugView, IPlugViewVtbl, ViewRect, kResultFalse, kResultOk,
        tresult,
    };
    use nih_plug::wrapper::vst3::vst3::{Class, ComPtr, ComRef, ComWrapper};
    use parking_lot::Mutex;

    /// A table of views: the changed one, nice-plug's, and where nice-plug has it. All views of one kind of
    /// plugin share one, which stays.
    #[repr(C)]
    struct Table {
        outer: IPlugViewVtbl,
        inner: IPlugViewVtbl,
        of: usize,
    }

    static TABLES: Mutex<Vec<&'static Table>> = Mutex::new(Vec::new());

    /// The frames that nice-plug was handed, by the addresses of their views.
    static FRAMES: Mutex<BTreeMap<usize, ComWrapper<Frame>>> = Mutex::new(BTreeMap::new());

    /// # Safety
    ///
    /// The view is a new one of nice-plug's.
    pub(super) unsafe fn watch(view: *mut IPlugView) {
        // A host that took no leave of the view that was here may have no frame any more.
        let stale = FRAMES.lock().remove(&view.addr());
        std::mem::forget(stale);
        let word = view.cast::<*const IPlugViewVtbl>();
        // SAFETY: the view's first word points to its table by COM's contract.
        let theirs = unsafe { *word };
        let mut tables = TABLES.lock();
        let known = tables.iter().find(|table| table.of == theirs.addr());
        let table = known.copied().unwrap_or_else(|| {
            // SAFETY: plain function pointers, of which two bitwise copies do no harm.
            let (inner, mut outer) = unsafe { (ptr::read(theirs), ptr::read(theirs)) };
            outer.setFrame = set_frame;
            let of = theirs.addr();
            let table: &'static Table = Box::leak(Box::new(Table { outer, inner, of }));
            tables.push(table);
            table
        });
        // SAFETY: as in `shim`; the table stays.
        unsafe { word.write(ptr::from_ref(table).cast()) };
    }

    unsafe extern "system" fn set_frame(this: *mut IPlugView, frame: *mut IPlugFrame) -> tresult {
        // SAFETY: the view's table is the first member of a `Table`.
        let table = unsafe { &**this.cast::<*const Table>() };
        // SAFETY: null or the host's.
        let ours = unsafe { ComRef::from_raw(frame) }.and_then(Frame::around);
        let handed = (ours.as_ref())
            .and_then(|ours| ours.as_com_ref::<IPlugFrame>())
            .map_or(frame, |ours| ours.as_ptr());
        // SAFETY: nice-plug's own function; it takes references of its own.
        let answer = unsafe { (table.inner.setFrame)(this, handed) };
        let before = match ours {
            Some(ours) => FRAMES.lock().insert(this.addr(), ours),
            None => FRAMES.lock().remove(&this.addr()),
        };
        if let Some(before) = before {
            before.let_go();
        }
        answer
    }

    /// The host's frame and its run loop, as nice-plug sees them.
    struct Frame {
        host: ComPtr<IPlugFrame>,
        run_loop: ComPtr<IRunLoop>,
        handlers: Mutex<Vec<ComPtr<IEventHandler>>>,
    }

    impl Class for Frame {
        type Interfaces = (IPlugFrame, IRunLoop);
    }

    impl Frame {
        /// `None` where there is no run loop.
        fn around(host: ComRef<'_, IPlugFrame>) -> Option<ComWrapper<Self>> {
            let run_loop = host.cast::<IRunLoop>()?;
            Some(ComWrapper::new(Self {
                host: host.to_com_ptr(),
                run_loop,
                handlers: Mutex::default(),
            }))
        }

        /// Lets go of what nice-plug has registered, when it has forgotten the frame.
        fn let_go(&self) {
            let handlers = std::mem::take(&mut *self.handlers.lock());
            for handler in handlers {
                // SAFETY: registered below. The reference is the one that the handler holds to itself,
                // and its last one but ours.
                unsafe {
                    self.run_loop.unregisterEventHandler(handler.as_ptr());
                    drop(ComPtr::from_raw(handler.as_ptr()));
                }
            }
        }
    }

    impl IPlugFrameTrait for Frame {
        unsafe fn resizeView(&self, view: *mut IPlugView, size: *mut ViewRect) -> tresult {
            // SAFETY: nice-plug's arguments, for the host.
            unsafe { self.host.resizeView(view, size) }
        }
    }

    impl IRunLoopTrait for Frame {
        unsafe fn registerEventHandler(
            &self,
            handler: *mut IEventHandler,
            descriptor: FileDescriptor,
        ) -> tresult {
            // SAFETY: nice-plug's arguments, for the host.
            let answer = unsafe { self.run_loop.registerEventHandler(handler, descriptor) };
            // SAFETY: null or nice-plug's handler.
            let handler = unsafe { ComRef::from_raw(handler) };
            if let Some(handler) = handler.filter(|_| answer == kResultOk) {
                self.handlers.lock().push(handler.to_com_ptr());
            }
            answer
        }

        unsafe fn unregisterEventHandler(&self, handler: *mut IEventHandler) -> tresult {
            // What is let go of says so once more when it goes.
            let known = {
                let mut handlers = self.handlers.lock();
                let place = (handlers.iter()).position(|known| known.as_ptr() == handler);
                place.map(|place| handlers.swap_remove(place))
            };
            match known {
                // SAFETY: nice-plug's argument, for the host.
                Some(_) => unsafe { self.run_loop.unregisterEventHandler(handler) },
                None => kResultFalse,
            }
        }

        unsafe fn registerTimer(
            &self,
            handler: *mut ITimerHandler,
            milliseconds: TimerInterval,
        ) -> tresult {
            // SAFETY: nice-plug's arguments, for the host.
            unsafe { self.run_loop.registerTimer(handler, milliseconds) }
        }

        unsafe fn unregisterTimer(&self, handler: *mut ITimerHandler) -> tresult {
            // SAFETY: nice-plug's argument, for the host.
            unsafe { self.run_loop.unregisterTimer(handler) }
        }
    }
}
