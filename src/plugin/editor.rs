//! The rack's window: nice-plug's `Editor`, with egui in it.
//!
//! Nothing of nice-plug's is used but the window: what is drawn is the [`editor`](crate::editor)'s.

use std::error::Error;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use nice_plug_egui::baseview::{HandlerError, WindowSize};
use nice_plug_egui::{
    EguiEditor, EguiEditorHandle, EguiEditorState, EguiNiceSettings, Frame, Key, KeyCapture,
    NiceEguiApp, RepaintNotifier, create_egui_editor,
};
use nih_plug::context::gui::GuiContext;
use nih_plug::editor::dpi::{LogicalSize, NativeSize};
use nih_plug::editor::{
    Editor, EditorHandle, HostMethods, Modifiers, ParentWindowHandle, ResizeHint, SizeConstraints,
    SpawnedEditor, VirtualKeyCode,
};
use nih_plug::plugin::TrackInfo;
use parking_lot::Mutex;
use raw_window_handle::{HasWindowHandle, RawWindowHandle};

use super::alone::{self, Program, Shown};
use super::door::Door;
#[cfg(target_os = "linux")]
use crate::editor::assistive::Assistive;
use crate::editor::file_drops::FileDrops;
use crate::editor::meters::MeterWatch;
use crate::editor::preferences::{MAX_SIZE, MIN_SIZE};
use crate::editor::tree::TreeWriter;
use crate::editor::{Command, Editor as Rack, EditorPreferences, Link, Redraw, Source};
use crate::session::Surroundings;

/// How often nice-plug-egui looks whether it has asked itself for a frame. What we ask for wakes the window up.
const POLL: Duration = Duration::from_secs(1);

/// The editor that nice-plug opens and closes.
pub struct RackEditor {
    /// Made when it is first asked for: that reads a file, and hosts create plugins only to look at them.
    window: OnceLock<Window>,
    common: Arc<Common>,
}

/// The window, whether it is open or not.
struct Window {
    egui: EguiEditor<App>,
    state: Arc<EguiEditorState>,
}

/// What the window and whoever opens it share.
struct Common {
    source: Source,
    redraw: Redraw,
    notifier: RepaintNotifier,
    /// While a window is open and has drawn its first frame: whom to ask for another. baseview 0.4.2 never draws
    /// if it is asked before the window is on the screen: it asks the X server for a frame before it listens for
    /// the answer, and asks no more until that comes (`handle_present_notify` in its `platform/x11/present.rs`). The
    /// first frame comes when the window does.
    ctx: Arc<Mutex<Option<egui::Context>>>,
    /// While a window is open.
    link: Mutex<Option<Link>>,
    surroundings: Mutex<Surroundings>,
    /// What was loaded before the window came.
    #[cfg(unix)]
    before: Mutex<Option<crate::child::Before>>,
    /// In points, once the window was resized.
    size: Mutex<Option<[f32; 2]>>,
    /// Where there is no DAW.
    program: Option<&'static Program>,
}

impl Common {
    /// The window has gone, or is about to: has its size kept, and gives its link, to be ended.
    fn end(&self) -> Option<Link> {
        if let Some(size) = *self.size.lock() {
            self.send(Command::KeepSize(size));
        }
        let link = self.link.lock().take();
        // Without a link no frame puts it back.
        self.ctx.lock().take();
        link
    }

    fn change_surroundings(&self, change: impl FnOnce(&mut Surroundings)) {
        let mut surroundings = self.surroundings.lock();
        change(&mut surroundings);
        if let Some(link) = &*self.link.lock() {
            link.set_surroundings(surroundings.clone());
        }
    }

    fn send(&self, command: Command) {
        if let Some(link) = &*self.link.lock() {
            link.send(command);
        }
    }
}

impl RackEditor {
    /// `program` is where there is no DAW.
    pub(super) fn new(door: Arc<Door>, program: Option<&'static Program>) -> Self {
        let ctx = Arc::<Mutex<Option<egui::Context>>>::default();
        let common = Arc::new(Common {
            source: Arc::new(move || door.session().cloned()),
            redraw: Arc::new({
                let ctx = ctx.clone();
                move || {
                    if let Some(ctx) = &*ctx.lock() {
                        // Without a delay egui would draw two frames.
                        ctx.request_repaint_after(Duration::from_nanos(1));
                    }
                }
            }),
            notifier: RepaintNotifier::new(),
            ctx,
            link: Mutex::default(),
            surroundings: Mutex::default(),
            #[cfg(unix)]
            before: Mutex::default(),
            size: Mutex::default(),
            program,
        });
        Self {
            window: OnceLock::new(),
            common,
        }
    }

    fn window(&self) -> &Window {
        self.window.get_or_init(|| Window::new(self.common.clone()))
    }

    fn shown(&self) -> Shown {
        let common = self.common.clone();
        Shown {
            redraw: self.common.redraw.clone(),
            finish: Box::new(move || {
                let link = common.end();
                if let Some(link) = link {
                    link.finish();
                }
            }),
        }
    }
}

impl Window {
    fn new(common: Arc<Common>) -> Self {
        let preferences = EditorPreferences::load();
        let [width, height] = preferences.size;
        let state = EguiEditorState::from_size(LogicalSize { width, height }, preferences.scale);
        let settings = EguiNiceSettings::new()
            .with_tile("Matryoshka")
            .with_repaint_poll_interval(POLL)
            .with_resize_hint(resize_hint());
        let notifier = common.notifier.clone();
        let mut rack = Rack::new(preferences);
        if let Some(file) = common.program.and_then(Program::file) {
            rack.shared().file = Some(file.to_owned());
            rack.shared().awaits_rack = true;
        }
        let app = App { rack, common };
        let egui = create_egui_editor(state.clone(), notifier, settings, app);
        Self {
            egui: egui.expect("nice-plug-egui 0.6.0 always makes one"),
            state,
        }
    }
}

fn resize_hint() -> ResizeHint {
    let logical = |[width, height]: [f32; 2]| LogicalSize { width, height };
    ResizeHint {
        can_resize: true,
        can_resize_horizontally: true,
        can_resize_vertically: true,
        size_constraints: SizeConstraints::Logical {
            min_size: Some(logical(MIN_SIZE)),
            max_size: Some(logical(MAX_SIZE)),
        },
        ..ResizeHint::default()
    }
}

impl Editor for RackEditor {
    type Handle = RackEditorHandle;

    fn spawn(
        &self,
        parent: Option<ParentWindowHandle>,
        wait_for_parent: bool,
        fallback_scale_factor: Option<f64>,
        gui_context: GuiContext,
        host: Option<HostMethods>,
    ) -> Result<SpawnedEditor<RackEditorHandle>, Box<dyn Error>> {
        #[cfg(unix)]
        {
            *self.common.before.lock() = Some(crate::child::Before::now());
        }
        let link = Link::open(self.common.source.clone(), self.common.redraw.clone());
        *self.common.link.lock() = Some(link);
        self.common.change_surroundings(|surroundings| {
            surroundings.above = parent.and_then(number_of);
            surroundings.scale = fallback_scale_factor;
        });
        let spawned = self.window().egui.spawn(
            parent,
            wait_for_parent,
            fallback_scale_factor,
            gui_context,
            host,
        );
        match spawned {
            Ok(spawned) => {
                if let Some(program) = self.common.program {
                    program.note_opened(self.shown());
                }
                Ok(SpawnedEditor {
                    handle: RackEditorHandle {
                        egui: spawned.handle,
                        common: self.common.clone(),
                    },
                    window: spawned.window,
                })
            }
            Err(error) => {
                drop(self.common.end());
                if let Some(program) = self.common.program {
                    program.note_failed(error.to_string());
                }
                Err(error)
            }
        }
    }

    /// nice-plug-egui 0.6.0 leaves out the musician's own scale here, and not where it makes the window.
    fn size(&self) -> NativeSize<u32> {
        let Window { egui, state } = self.window();
        let size = egui.size();
        let scale = f64::from(state.user_scale_factor());
        let scaled = |side: u32| (f64::from(side) * scale).round() as u32;
        NativeSize {
            width: scaled(size.width),
            height: scaled(size.height),
        }
    }

    fn resize_hint(&self) -> ResizeHint {
        resize_hint()
    }

    fn track_info_updated(&self, info: TrackInfo) {
        let name = info.name();
        let track = (!name.is_empty()).then(|| name.to_owned());
        self.common
            .change_surroundings(|surroundings| surroundings.track = track);
    }
}

/// An open window.
pub struct RackEditorHandle {
    egui: EguiEditorHandle,
    common: Arc<Common>,
}

impl Drop for RackEditorHandle {
    fn drop(&mut self) {
        // Taken out first, so that nothing is locked while it ends.
        let link = self.common.end();
        drop(link);
    }
}

impl EditorHandle for RackEditorHandle {
    type Window = <EguiEditorHandle as EditorHandle>::Window;
    type Error = <EguiEditorHandle as EditorHandle>::Error;

    fn run_until_closed(window: Self::Window) -> Result<(), Self::Error> {
        let closed = EguiEditorHandle::run_until_closed(window);
        if let Some(program) = alone::program() {
            program.note_closed();
        }
        closed
    }

    fn set_parent(
        &self,
        parent: ParentWindowHandle,
        window: &Self::Window,
    ) -> Result<(), Self::Error> {
        self.common
            .change_surroundings(|surroundings| surroundings.above = number_of(parent));
        self.egui.set_parent(parent, window)
    }

    fn show(&self, window: &Self::Window) -> Result<(), Self::Error> {
        let shown = self.egui.show(window);
        (self.common.redraw)();
        shown
    }

    fn hide(&self, window: &Self::Window) -> Result<(), Self::Error> {
        self.egui.hide(window)
    }

    fn set_size(&self, size: NativeSize<u32>, window: &Self::Window) -> Result<(), Self::Error> {
        self.egui.set_size(size, window)
    }

    fn host_main_thread_callback(&self, window: &Self::Window) {
        self.egui.host_main_thread_callback(window);
    }

    fn adjust_size(&self, size: NativeSize<u32>, window: &Self::Window) -> Option<NativeSize<u32>> {
        self.egui.adjust_size(size, window)
    }

    fn set_fallback_scale_factor(
        &self,
        scale: f64,
        window: &Self::Window,
    ) -> Result<(), Self::Error> {
        self.common
            .change_surroundings(|surroundings| surroundings.scale = Some(scale));
        self.egui.set_fallback_scale_factor(scale, window)
    }

    fn on_virtual_key_from_host(
        &self,
        key: VirtualKeyCode,
        is_down: bool,
        modifiers: Modifiers,
    ) -> bool {
        self.egui.on_virtual_key_from_host(key, is_down, modifiers)
    }

    fn state_changed(&self) {
        self.egui.state_changed();
        (self.common.redraw)();
    }

    fn param_value_changed(&self, id: &str, value: f32) {
        self.egui.param_value_changed(id, value);
    }

    fn param_modulation_changed(&self, id: &str, offset: f32) {
        self.egui.param_modulation_changed(id, offset);
    }
}

/// What is in the window.
struct App {
    rack: Rack,
    common: Arc<Common>,
}

impl NiceEguiApp for App {
    fn build(
        &mut self,
        ctx: egui::Context,
        _gui: GuiContext,
        frame: &mut Frame,
    ) -> Result<(), HandlerError> {
        #[cfg(unix)]
        if let Some(before) = self.common.before.lock().take() {
            before.keep_new();
        }
        if let Some(writer) = TreeWriter::from_environment() {
            ctx.add_plugin(writer);
        }
        #[cfg(target_os = "linux")]
        ctx.add_plugin(Assistive::new(self.common.redraw.clone()));
        if let Some(link) = &*self.common.link.lock() {
            let outside = link.outside();
            if let Some(window) = drawn_into(frame) {
                outside.begin(window);
            }
            ctx.add_plugin(FileDrops::new(outside.clone()));
            ctx.add_plugin(MeterWatch::new(outside));
        }
        self.rack.begin();
        Ok(())
    }

    fn ui(&mut self, ui: &mut egui::Ui, frame: &mut Frame) {
        take_keys(ui, frame);
        // Space is the DAW's, unless it is typed into something.
        frame.set_key_capture(match ui.ctx().text_edit_focused() {
            true => KeyCapture::CaptureAll,
            false => KeyCapture::IgnoreKeys(vec![Key::Character(" ".to_owned())]),
        });
        let now = {
            let link = self.common.link.lock();
            link.as_ref().map(|link| {
                (self.common.ctx.lock()).get_or_insert_with(|| ui.ctx().clone());
                (
                    link.view(),
                    link.catalog(),
                    link.take_trouble(),
                    link.take_listing(),
                )
            })
        };
        let Some((view, catalog, mut trouble, listing)) = now else {
            return;
        };
        if let Some(program) = self.common.program {
            trouble = program.take_trouble().or(trouble);
            if program.wants_to_end() {
                frame.baseview_window().request_close();
            }
        }
        if listing.is_some() {
            self.rack.shared().listing = listing;
        }
        if let Some(trouble) = trouble {
            self.rack.shared().trouble = Some(trouble);
        }
        for command in self.rack.show(ui, &view, &catalog) {
            if let Command::SetPreferences(preferences) = &command {
                ui.ctx().set_zoom_factor(preferences.scale);
            }
            self.common.send(command);
        }
    }

    fn resized(&mut self, size: WindowSize) {
        let points = [size.logical.width as f32, size.logical.height as f32];
        *self.common.size.lock() = Some(points);
    }
}

/// The window that egui draws into, as X numbers it.
fn drawn_into(frame: &Frame) -> Option<u64> {
    match frame.baseview_window().window_handle().ok()?.as_raw() {
        // It is of 32 bits on some systems.
        #[allow(clippy::unnecessary_cast)]
        RawWindowHandle::Xlib(handle) => Some(handle.window as u64),
        RawWindowHandle::Xcb(handle) => Some(u64::from(handle.window.get())),
        _ => None,
    }
}

/// Has keys come here, once something is pressed here.
///
/// egui-baseview 0.9.0 asks for that, too, but not where baseview 0.4.2 takes the window to have them already: and
/// that it does whenever a window around it is given them while the pointer is within (`FocusIn` of any detail, in its
/// `platform/x11/event_loop.rs`). Keys then come by way of the DAW, which keeps those that are shortcuts of its own:
/// Enter, in Ardour. It can go when baseview looks at the detail.
fn take_keys(ui: &egui::Ui, frame: &Frame) {
    let is_pressed = cfg!(target_os = "linux") && ui.input(|input| input.pointer.any_pressed());
    if is_pressed && let Err(error) = frame.baseview_window().focus() {
        tracing::debug!("the window gets no keys: {error}");
    }
}

/// The window as its system numbers it.
fn number_of(window: ParentWindowHandle) -> Option<u64> {
    match window {
        // It is of 32 bits on some systems.
        #[allow(clippy::unnecessary_cast)]
        ParentWindowHandle::XlibWindow(id) => Some(id as u64),
        ParentWindowHandle::XcbWindow(id) => Some(u64::from(id.get())),
        ParentWindowHandle::AppKitNsView(view) => Some(view.as_ptr() as u64),
        ParentWindowHandle::Win32Hwnd(hwnd) => Some(hwnd.get() as u64),
    }
}
