//! A plugin's editor in a window of the host's: VST3's `IPlugView`, as a DAW calls it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use vst3::Steinberg::Linux::{
    FileDescriptor, IEventHandler, IRunLoop, IRunLoopTrait, ITimerHandler, TimerInterval,
};
use vst3::Steinberg::Vst::IEditControllerTrait;
use vst3::Steinberg::{
    IPlugFrame, IPlugFrameTrait, IPlugView, IPlugViewContentScaleSupport,
    IPlugViewContentScaleSupportTrait, IPlugViewTrait, ViewRect, kInvalidArgument,
    kPlatformTypeX11EmbedWindowID, kResultFalse, kResultOk, kResultTrue, tresult,
};
use vst3::{Class, ComPtr, ComRef, ComWrapper};

use super::Vst3Instance;
use super::run_loop::{Watch, run_loop};
use crate::window::{HostWindow, Size};

/// An open editor. It closes when this is dropped, which must be before its plugin is terminated.
pub struct View {
    view: ComPtr<IPlugView>,
    frame: ComWrapper<Frame>,
    window: Arc<HostWindow>,
}

/// The host's side of it: its window, which the plugin may resize, and its run loop.
struct Frame {
    watch: Watch,
    /// It goes with the view, whoever holds the frame longer.
    window: Weak<HostWindow>,
    resize_requests: AtomicUsize,
}

impl Vst3Instance {
    /// Opens the editor in a new window of that title. `scale` is 1 for 96 dots per inch; none is told
    /// if `None`.
    pub fn open_editor(&self, title: &str, scale: Option<f32>) -> Result<View> {
        // SAFETY: the plugin is initialized; the view is ours.
        let view = unsafe { ComPtr::from_raw(self.controller.createView(c"editor".as_ptr())) };
        let view = view.context("the plugin has no editor")?;
        // SAFETY: as above; the name is VST3's own.
        let answer = unsafe { view.isPlatformTypeSupported(kPlatformTypeX11EmbedWindowID) };
        ensure!(
            answer == kResultTrue,
            "the plugin's editor goes into no X11 window"
        );
        if let Some(scale) = scale
            && let Some(scaled) = view.cast::<IPlugViewContentScaleSupport>()
        {
            // SAFETY: as above. A plugin may refuse.
            unsafe { scaled.setContentScaleFactor(scale) };
        }
        let window = HostWindow::open(title, size_of(&view)?)?;
        let window = Arc::new(window);
        let id = window.id();
        let frame = ComWrapper::new(Frame {
            watch: Watch::default(),
            window: Arc::downgrade(&window),
            resize_requests: AtomicUsize::new(0),
        });
        let pointer = frame.to_com_ptr::<IPlugFrame>().context("a frame")?;
        let opened = View {
            view,
            frame,
            window,
        };
        // SAFETY: the frame and the window live until `removed`; the plugin takes its own reference.
        let answer = unsafe {
            opened.view.setFrame(pointer.as_ptr());
            let parent = std::ptr::with_exposed_provenance_mut(id as usize);
            opened.view.attached(parent, kPlatformTypeX11EmbedWindowID)
        };
        ensure!(answer == kResultOk, "the editor could not be attached");
        Ok(opened)
    }
}

impl View {
    /// The host's window with the editor in it.
    pub fn window(&self) -> &HostWindow {
        &self.window
    }

    /// The size that the editor says it has.
    pub fn size(&self) -> Result<Size> {
        size_of(&self.view)
    }

    /// Whether the musician may drag the window's edge.
    pub fn can_resize(&self) -> bool {
        // SAFETY: the view is alive.
        unsafe { self.view.canResize() == kResultTrue }
    }

    /// How often the plugin has asked for another size.
    pub fn resize_requests(&self) -> usize {
        self.frame.resize_requests.load(Ordering::SeqCst)
    }

    /// How many descriptors and timers the plugin has the host's run loop watch.
    pub fn watched(&self) -> (usize, usize) {
        (self.frame.watch.watched(), self.frame.watch.timers())
    }

    /// Resizes the editor as if the musician dragged the window's edge. Returns the size that it has got.
    pub fn resize(&self, size: Size) -> Result<Size> {
        ensure!(self.can_resize(), "the editor has one size");
        let mut wanted = rectangle(size);
        // SAFETY: the view is alive, the rectangle ours. Not every plugin changes what it does not like.
        unsafe { self.view.checkSizeConstraint(&raw mut wanted) };
        let size = size_in(&wanted)?;
        self.window.resize(size)?;
        // SAFETY: as above.
        let answer = unsafe { self.view.onSize(&raw mut wanted) };
        ensure!(answer == kResultOk, "the editor refuses {size:?}");
        Ok(size)
    }

    /// One turn of the run loop that the editor was given, which waits at most so long.
    pub fn turn(&self, timeout_ms: i32) -> bool {
        self.frame.watch.turn(timeout_ms)
    }

    /// Turns the run loop until that is so, for so long at most. Returns whether it came to be.
    pub fn pump_until(&self, at_most: Duration, mut condition: impl FnMut() -> bool) -> bool {
        let deadline = Instant::now() + at_most;
        loop {
            if condition() {
                return true;
            }
            if Instant::now() >= deadline {
                return false;
            }
            self.turn(5);
        }
    }
}

impl Drop for View {
    fn drop(&mut self) {
        // SAFETY: attached, and the window is still there.
        unsafe {
            self.view.removed();
            self.view.setFrame(std::ptr::null_mut());
        }
        self.frame.watch.clear();
    }
}

fn size_of(view: &ComPtr<IPlugView>) -> Result<Size> {
    let mut rect = rectangle((0, 0));
    // SAFETY: the view is alive, the place ours.
    let answer = unsafe { view.getSize(&raw mut rect) };
    ensure!(answer == kResultOk, "the editor does not tell its size");
    size_in(&rect)
}

fn size_in(rect: &ViewRect) -> Result<Size> {
    let width = u32::try_from(rect.right - rect.left)?;
    let height = u32::try_from(rect.bottom - rect.top)?;
    Ok((width, height))
}

fn rectangle((width, height): Size) -> ViewRect {
    ViewRect {
        left: 0,
        top: 0,
        right: width as i32,
        bottom: height as i32,
    }
}

impl Class for Frame {
    type Interfaces = (IPlugFrame, IRunLoop);
}

run_loop!(Frame, watch);

impl IPlugFrameTrait for Frame {
    unsafe fn resizeView(&self, view: *mut IPlugView, rect: *mut ViewRect) -> tresult {
        self.resize_requests.fetch_add(1, Ordering::SeqCst);
        // SAFETY: the plugin's own, which live during the call; or null.
        let (view, wanted) = unsafe { (ComRef::from_raw(view), rect.as_ref()) };
        let (Some(view), Some(wanted)) = (view, wanted) else {
            return kInvalidArgument;
        };
        let window = self.window.upgrade();
        let size = size_in(wanted).ok();
        let resized = window.zip(size).map(|(window, size)| window.resize(size));
        if !matches!(resized, Some(Ok(()))) {
            return kResultFalse;
        }
        // SAFETY: as above. VST3 has the host call this from within.
        unsafe { view.onSize(rect) }
    }
}
