//! A plugin's editor in a window of the host's: CLAP's `gui`, as a DAW calls it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use clack_extensions::gui::{
    GuiApiType, GuiConfiguration, GuiSize, HostGui, HostGuiImpl, PluginGui, Window,
};
use clack_extensions::posix_fd::{HostPosixFd, PluginPosixFd};
use clack_extensions::timer::{HostTimer, PluginTimer};
use clack_host::prelude::{HostError, HostExtensions};

use crate::callbacks::{Handlers, Shared};
use crate::window::{HostWindow, Size};
use crate::{Callbacks, Instance};

/// How long a turn of the main loop waits for something to happen.
const TURN: Duration = Duration::from_millis(5);

/// The one way of this host: X11, within its own window.
const EMBEDDED: GuiConfiguration = GuiConfiguration {
    api_type: GuiApiType::X11,
    is_floating: false,
};

/// An open editor.
pub(crate) struct Editor {
    gui: PluginGui,
    window: HostWindow,
}

/// What a plugin has said of its editor.
#[derive(Debug, Default)]
pub(crate) struct Wishes {
    size: Mutex<Option<Size>>,
    resize_requests: AtomicUsize,
    show_requests: AtomicUsize,
    hide_requests: AtomicUsize,
    closed: AtomicUsize,
}

impl Wishes {
    fn take_size(&self) -> Option<Size> {
        let mut size = self.size.lock().unwrap_or_else(PoisonError::into_inner);
        size.take()
    }

    pub(crate) fn resize_requests(&self) -> usize {
        self.resize_requests.load(Ordering::SeqCst)
    }

    pub(crate) fn closed(&self) -> usize {
        self.closed.load(Ordering::SeqCst)
    }
}

impl Instance {
    /// Opens the editor in a new window of that title, as CLAP's header tells: create, scale, size,
    /// parent, show. `scale` is 1 for 96 dots per inch; none is told if `None`.
    pub fn open_editor(&mut self, title: &str, scale: Option<f64>) -> Result<()> {
        ensure!(self.editor.is_none(), "the editor is open already");
        let handle = self.plugin.plugin_handle();
        let gui: PluginGui = handle
            .shared()
            .get_extension()
            .context("the plugin has no editor")?;
        ensure!(
            gui.is_api_supported(&handle, EMBEDDED),
            "the plugin's editor goes into no X11 window"
        );
        gui.create(&handle, EMBEDDED)?;
        if let Some(scale) = scale {
            // A plugin may refuse, if it asks the system itself.
            let _ = gui.set_scale(&handle, scale);
        }
        let size = gui.get_size(&handle);
        let opened = size.context("the editor has no size").and_then(|size| {
            let window = HostWindow::open(title, (size.width, size.height))?;
            let parent = Window::from_x11_handle(window.id().into());
            embed(&gui, &handle, parent)?;
            gui.show(&handle)?;
            Ok(window)
        });
        match opened {
            Ok(window) => {
                self.editor = Some(Editor { gui, window });
                Ok(())
            }
            Err(error) => {
                gui.destroy(&handle);
                Err(error)
            }
        }
    }

    /// Closes the editor and its window. Nothing happens where none is open.
    pub fn close_editor(&mut self) {
        // The plugin's window goes before ours, in which it is.
        drop(self.empty_editor_window());
    }

    /// Closes the editor, and gives back its window, with nothing in it.
    pub fn empty_editor_window(&mut self) -> Option<HostWindow> {
        let Editor { gui, window } = self.editor.take()?;
        let handle = self.plugin.plugin_handle();
        let _ = gui.hide(&handle);
        gui.destroy(&handle);
        Some(window)
    }

    /// Hides the editor, which stays open.
    pub fn hide_editor(&mut self) -> Result<()> {
        let editor = self.editor.as_ref().context("no editor is open")?;
        Ok(editor.gui.hide(&self.plugin.plugin_handle())?)
    }

    /// Shows the editor again.
    pub fn show_editor(&mut self) -> Result<()> {
        let editor = self.editor.as_ref().context("no editor is open")?;
        Ok(editor.gui.show(&self.plugin.plugin_handle())?)
    }

    /// The host's window with the editor in it.
    pub fn editor_window(&self) -> Option<&HostWindow> {
        self.editor.as_ref().map(|editor| &editor.window)
    }

    /// The size that the editor says it has.
    pub fn editor_size(&mut self) -> Option<Size> {
        let editor = self.editor.as_ref()?;
        let size = editor.gui.get_size(&self.plugin.plugin_handle())?;
        Some((size.width, size.height))
    }

    /// Whether the musician may drag the window's edge.
    pub fn can_resize_editor(&mut self) -> bool {
        let editor = self.editor.as_ref();
        editor.is_some_and(|it| it.gui.can_resize(&self.plugin.plugin_handle()))
    }

    /// Resizes the editor as if the musician dragged the window's edge: the plugin is asked what size
    /// near that it likes, the window gets it, and the plugin is told. Returns that size.
    pub fn resize_editor(&mut self, (width, height): Size) -> Result<Size> {
        let editor = self.editor.as_ref().context("no editor is open")?;
        let handle = self.plugin.plugin_handle();
        ensure!(editor.gui.can_resize(&handle), "the editor has one size");
        let wanted = GuiSize { width, height };
        let size = editor.gui.adjust_size(&handle, wanted).unwrap_or(wanted);
        editor.window.resize((size.width, size.height))?;
        editor.gui.set_size(&handle, size)?;
        Ok((size.width, size.height))
    }

    /// One turn of the host's main loop: main-thread callbacks, a new size for the window, timers, and
    /// descriptors that have something. Returns at once.
    pub fn pump(&mut self) -> Result<()> {
        self.turn(Duration::ZERO)
    }

    /// Turns the main loop until that is so, for so long at most. Returns whether it came to be.
    pub fn pump_until(
        &mut self,
        at_most: Duration,
        mut condition: impl FnMut(&mut Self) -> bool,
    ) -> Result<bool> {
        let deadline = Instant::now() + at_most;
        loop {
            if condition(self) {
                return Ok(true);
            }
            if Instant::now() >= deadline {
                return Ok(false);
            }
            self.turn(TURN)?;
        }
    }

    fn turn(&mut self, at_most: Duration) -> Result<()> {
        self.tick();
        if let Some(size) = self.callbacks().editor_wishes.take_size()
            && let Some(editor) = &self.editor
        {
            editor.window.resize(size)?;
        }
        let ready = self.run_loop.wait(at_most);
        let handle = self.plugin.plugin_handle();
        if let Some(timer) = handle.shared().get_extension::<PluginTimer>() {
            for id in self.run_loop.due() {
                timer.on_timer(&handle, id);
            }
        }
        if let Some(descriptors) = handle.shared().get_extension::<PluginPosixFd>() {
            for (descriptor, flags) in ready {
                descriptors.on_fd(&handle, descriptor, flags);
            }
        }
        Ok(())
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        self.close_editor();
    }
}

#[allow(unsafe_code)]
fn embed(
    gui: &PluginGui,
    handle: &clack_host::prelude::PluginMainThreadHandle,
    parent: Window,
) -> Result<()> {
    // SAFETY: the window goes after the editor: see `Instance::close_editor`, and `open_editor` where
    // this fails.
    Ok(unsafe { gui.set_parent(handle, parent) }?)
}

impl Callbacks {
    /// How often `host.gui.request_resize` was called.
    pub fn resize_requests(&self) -> usize {
        self.editor_wishes.resize_requests()
    }

    /// How often `host.gui.closed` was called.
    pub fn editor_closed(&self) -> usize {
        self.editor_wishes.closed()
    }
}

/// Tells the plugin what this host can do for editors.
pub(crate) fn register(builder: &mut HostExtensions<Handlers>) {
    builder
        .register::<HostGui>()
        .register::<HostTimer>()
        .register::<HostPosixFd>();
}

impl HostGuiImpl for Shared {
    fn resize_hints_changed(&self) {}

    fn request_resize(&self, size: GuiSize) -> Result<(), HostError> {
        let wishes = &self.callbacks.editor_wishes;
        wishes.resize_requests.fetch_add(1, Ordering::SeqCst);
        let mut place = wishes.size.lock().unwrap_or_else(PoisonError::into_inner);
        *place = Some((size.width, size.height));
        Ok(())
    }

    fn request_show(&self) -> Result<(), HostError> {
        let wishes = &self.callbacks.editor_wishes;
        wishes.show_requests.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }

    fn request_hide(&self) -> Result<(), HostError> {
        let wishes = &self.callbacks.editor_wishes;
        wishes.hide_requests.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }

    fn closed(&self, _was_destroyed: bool) {
        self.callbacks
            .editor_wishes
            .closed
            .fetch_add(1, Ordering::SeqCst);
    }
}
