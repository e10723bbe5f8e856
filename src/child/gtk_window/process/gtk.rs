//! The few functions of GTK that a window needs, of GTK 2 or 3, loaded when there is one to show. Lengths are
//! pixels.
//!
//! All of it belongs on the thread that made it, which is the process's first.

use std::ffi::{CStr, CString, c_char, c_int, c_uint, c_ulong, c_void};
use std::ptr::{null, null_mut};

use libloading::Library;

use super::super::described::Toolkit;
use crate::child::WindowPlace;

/// A `GtkWidget *`.
pub type Widget = *mut c_void;

/// A callback of GLib's that takes only our pointer, and says whether it is to be called again.
pub type Again = unsafe extern "C" fn(*mut c_void) -> c_int;

/// GTK's words for no and yes.
pub const NO: c_int = 0;
pub const YES: c_int = 1;

/// `GdkRectangle`, and `cairo_rectangle_int_t`.
#[derive(Clone, Copy, Default)]
#[repr(C)]
struct Rectangle {
    x: c_int,
    y: c_int,
    width: c_int,
    height: c_int,
}

/// `GtkRequisition`.
#[derive(Clone, Copy, Default)]
#[repr(C)]
struct Requisition {
    width: c_int,
    height: c_int,
}

/// Declares functions by their C names, and finds them in a library.
macro_rules! functions {
    ($of:ident: $($name:ident($($argument:ty),*) $(-> $result:ty)?;)*) => {
        struct $of { $($name: unsafe extern "C" fn($($argument),*) $(-> $result)?,)* }

        impl $of {
            fn find(library: &Library) -> Result<Self, libloading::Error> {
                // SAFETY: declared as in GTK's headers, which both GTKs have kept for all these.
                unsafe {
                    Ok(Self { $($name: *library.get(concat!(stringify!($name), "\0").as_bytes())?,)* })
                }
            }
        }
    };
}

functions! { Common:
    gtk_init_check(*mut c_int, *mut *mut *mut c_char) -> c_int;
    gtk_main();
    gtk_main_quit();
    gtk_main_level() -> c_uint;
    gtk_window_new(c_int) -> Widget;
    gtk_window_set_title(Widget, *const c_char);
    gtk_window_set_resizable(Widget, c_int);
    gtk_window_move(Widget, c_int, c_int);
    gtk_window_resize(Widget, c_int, c_int);
    gtk_window_get_position(Widget, *mut c_int, *mut c_int);
    gtk_window_get_size(Widget, *mut c_int, *mut c_int);
    gtk_window_present(Widget);
    gtk_container_add(Widget, Widget);
    gtk_widget_show(Widget);
    gtk_widget_show_all(Widget);
    gtk_widget_realize(Widget);
    gtk_widget_get_window(Widget) -> *mut c_void;
    gtk_widget_destroy(Widget);
    gdk_flush();
    gdk_screen_get_default() -> *mut c_void;
    gdk_screen_get_n_monitors(*mut c_void) -> c_int;
    gdk_screen_get_monitor_geometry(*mut c_void, c_int, *mut Rectangle);
    g_signal_connect_data(*mut c_void, *const c_char, *const c_void, *mut c_void, *const c_void, c_int) -> c_ulong;
    g_idle_add(Again, *mut c_void) -> c_uint;
    g_timeout_add(c_uint, Again, *mut c_void) -> c_uint;
}

functions! { OnlyTwo:
    gtk_widget_size_request(Widget, *mut Requisition);
    gdk_x11_drawable_get_xid(*mut c_void) -> c_ulong;
}

functions! { OnlyThree:
    gtk_widget_get_preferred_size(Widget, *mut Requisition, *mut Requisition);
    gtk_widget_get_scale_factor(Widget) -> c_int;
    gdk_x11_window_get_xid(*mut c_void) -> c_ulong;
}

enum Only {
    Two(OnlyTwo),
    Three(OnlyThree),
}

/// GTK, ready.
pub struct Gtk {
    common: Common,
    only: Only,
}

/// What GTK's loop can be woken by, from any thread.
#[derive(Clone, Copy)]
pub struct Waker(unsafe extern "C" fn(Again, *mut c_void) -> c_uint);

impl Waker {
    /// Has the loop call `then` when it has nothing else to do.
    pub fn wake(self, then: Again) {
        // SAFETY: GLib lets any thread do so; `then` does not look at its pointer.
        unsafe { (self.0)(then, null_mut()) };
    }
}

impl Gtk {
    /// Loads and starts it.
    ///
    /// # Errors
    ///
    /// That it is not installed, or has no display.
    pub fn start(toolkit: Toolkit) -> Result<Self, String> {
        let (number, library) = match toolkit {
            Toolkit::Gtk2 => (2, "libgtk-x11-2.0.so.0"),
            Toolkit::Gtk3 => (3, "libgtk-3.so.0"),
        };
        let library = load(number, library)?;
        let lacks = |error: libloading::Error| format!("the GTK {number} here is another: {error}");
        let common = Common::find(library).map_err(lacks)?;
        let only = match toolkit {
            Toolkit::Gtk2 => Only::Two(OnlyTwo::find(library).map_err(lacks)?),
            Toolkit::Gtk3 => {
                // Places, and staying above, are X11's.
                // SAFETY: declared as in gdk/gdkdisplaymanager.h, and called before GTK is started.
                unsafe {
                    let set: libloading::Symbol<unsafe extern "C" fn(*const c_char)> =
                        library.get(b"gdk_set_allowed_backends\0").map_err(lacks)?;
                    set(c"x11".as_ptr());
                }
                Only::Three(OnlyThree::find(library).map_err(lacks)?)
            }
        };
        // SAFETY: nothing of GTK has been used yet; it takes no arguments of ours.
        if unsafe { (common.gtk_init_check)(null_mut(), null_mut()) } == NO {
            let display = std::env::var("DISPLAY").unwrap_or_default();
            return Err(format!("the display {display} cannot be reached"));
        }
        Ok(Self { common, only })
    }

    pub fn waker(&self) -> Waker {
        Waker(self.common.g_idle_add)
    }

    /// A window that is not to be seen yet.
    pub fn window(&self) -> Window<'_> {
        const TOPLEVEL: c_int = 0;
        // SAFETY: GTK is started.
        let widget = unsafe { (self.common.gtk_window_new)(TOPLEVEL) };
        Window { gtk: self, widget }
    }

    /// Runs the loop until [`quit`](Self::quit).
    pub fn run(&self) {
        // SAFETY: GTK is started.
        unsafe { (self.common.gtk_main)() }
    }

    /// Ends the loop that runs.
    pub fn quit(&self) {
        // SAFETY: GTK is started.
        unsafe { (self.common.gtk_main_quit)() }
    }

    /// Whether the loop runs within itself.
    pub fn is_nested(&self) -> bool {
        // SAFETY: GTK is started.
        unsafe { (self.common.gtk_main_level)() > 1 }
    }

    /// Has `then` called every so often, for as long as it wants.
    pub fn every(&self, millis: u32, then: Again) {
        // SAFETY: `then` does not look at its pointer.
        unsafe { (self.common.g_timeout_add)(millis, then, null_mut()) };
    }

    /// The screens, in pixels of this window.
    fn screens(&self, scale: i32) -> Vec<WindowPlace> {
        let Common {
            gdk_screen_get_default,
            gdk_screen_get_n_monitors,
            gdk_screen_get_monitor_geometry,
            ..
        } = &self.common;
        // SAFETY: GTK is started, so there is a screen, with so many monitors.
        unsafe {
            let screen = gdk_screen_get_default();
            (0..gdk_screen_get_n_monitors(screen))
                .map(|number| {
                    let mut rectangle = Rectangle::default();
                    gdk_screen_get_monitor_geometry(screen, number, &raw mut rectangle);
                    WindowPlace {
                        x: rectangle.x * scale,
                        y: rectangle.y * scale,
                        width: rectangle.width * scale,
                        height: rectangle.height * scale,
                    }
                })
                .collect()
        }
    }
}

/// Loads a GTK for good.
fn load(number: u32, name: &str) -> Result<&'static Library, String> {
    // SAFETY: a library of the system's, whose initialisers may run here.
    let library = unsafe { Library::new(name) };
    let library = library.map_err(|error| {
        format!("it is made with GTK {number}, which is not installed on this machine ({error})")
    })?;
    Ok(Box::leak(Box::new(library)))
}

/// A window of GTK's. It stays until the process ends, or is destroyed.
pub struct Window<'gtk> {
    gtk: &'gtk Gtk,
    pub widget: Widget,
}

impl Window<'_> {
    fn functions(&self) -> &Common {
        &self.gtk.common
    }

    /// Pixels to a unit of GTK's.
    fn scale(&self) -> i32 {
        match &self.gtk.only {
            Only::Two(_) => 1,
            // SAFETY: the widget is alive.
            Only::Three(only) => unsafe { (only.gtk_widget_get_scale_factor)(self.widget) }.max(1),
        }
    }

    pub fn name(&self, title: &str) {
        let title = CString::new(title.replace('\0', "")).unwrap_or_default();
        // SAFETY: the widget is alive; GTK copies the text.
        unsafe { (self.functions().gtk_window_set_title)(self.widget, title.as_ptr()) }
    }

    /// Puts a plugin's widget into it.
    pub fn hold(&self, content: Widget) {
        // SAFETY: both are alive; the plugin says that its widget is one.
        unsafe {
            (self.functions().gtk_container_add)(self.widget, content);
            (self.functions().gtk_widget_show_all)(content);
        }
    }

    pub fn set_resizable(&self, is_resizable: bool) {
        // SAFETY: the widget is alive.
        unsafe { (self.functions().gtk_window_set_resizable)(self.widget, is_resizable.into()) }
    }

    /// Makes the window on the X server, not to be seen yet, and tells its number.
    pub fn realize(&self) -> u64 {
        // SAFETY: the widget is alive, and has a window once it is realised.
        unsafe {
            (self.functions().gtk_widget_realize)(self.widget);
            let window = (self.functions().gtk_widget_get_window)(self.widget);
            let number = match &self.gtk.only {
                Only::Two(only) => (only.gdk_x11_drawable_get_xid)(window),
                Only::Three(only) => (only.gdk_x11_window_get_xid)(window),
            };
            (self.functions().gdk_flush)();
            number
        }
    }

    /// Puts it where it was last, where that can be reached; else in the middle.
    pub fn put(&self, last: Option<WindowPlace>, above: Option<WindowPlace>, others: u32) {
        let mut wanted = Requisition::default();
        let scale = self.scale();
        // SAFETY: the widget is alive; the answer goes where there is room for it.
        unsafe {
            match &self.gtk.only {
                Only::Two(only) => (only.gtk_widget_size_request)(self.widget, &raw mut wanted),
                Only::Three(only) => {
                    (only.gtk_widget_get_preferred_size)(self.widget, null_mut(), &raw mut wanted);
                }
            }
        }
        let screens = self.gtk.screens(scale);
        let own = WindowPlace {
            width: wanted.width * scale,
            height: wanted.height * scale,
            ..WindowPlace::default()
        };
        let last = last.filter(|last| last.is_reachable(&screens));
        let place = last.unwrap_or_else(|| own.in_the_middle(above, &screens, others));
        self.move_to(place.x, place.y);
        if let Some(last) = last {
            self.resize(last.width, last.height);
        }
    }

    fn move_to(&self, x: i32, y: i32) {
        let scale = self.scale();
        // SAFETY: the widget is alive.
        unsafe { (self.functions().gtk_window_move)(self.widget, x / scale, y / scale) }
    }

    /// Gives it another size, where it has no fixed one.
    pub fn resize(&self, width: i32, height: i32) {
        let scale = self.scale();
        let units = |pixels: i32| (pixels / scale).max(1);
        // SAFETY: the widget is alive.
        unsafe {
            (self.functions().gtk_window_resize)(self.widget, units(width), units(height));
        }
    }

    pub fn show(&self) {
        // SAFETY: the widget is alive.
        unsafe { (self.functions().gtk_widget_show)(self.widget) }
    }

    pub fn raise(&self) {
        // SAFETY: the widget is alive.
        unsafe { (self.functions().gtk_window_present)(self.widget) }
    }

    /// The corner of its frame, and the size of what is in it.
    pub fn place(&self) -> WindowPlace {
        let [mut x, mut y, mut width, mut height] = [0; 4];
        // SAFETY: the widget is alive; the answers go where there is room for them.
        unsafe {
            (self.functions().gtk_window_get_position)(self.widget, &raw mut x, &raw mut y);
            (self.functions().gtk_window_get_size)(self.widget, &raw mut width, &raw mut height);
        }
        let scale = self.scale();
        WindowPlace {
            x: x * scale,
            y: y * scale,
            width: width * scale,
            height: height * scale,
        }
    }

    /// Has `then` called when its button is pressed, and `moved` when it has another place or size. Both return
    /// whether that was all there is to do.
    pub fn on(
        &self,
        closed: unsafe extern "C" fn(Widget, *mut c_void, *mut c_void) -> c_int,
        moved: unsafe extern "C" fn(Widget, *mut c_void, *mut c_void) -> c_int,
    ) {
        let connect = |signal: &CStr, then: *const c_void| {
            // SAFETY: both signals call with a widget, an event and our pointer, and ask for a yes or no.
            unsafe {
                (self.functions().g_signal_connect_data)(
                    self.widget,
                    signal.as_ptr(),
                    then,
                    null_mut(),
                    null(),
                    0,
                );
            }
        };
        connect(c"delete-event", closed as *const c_void);
        connect(c"configure-event", moved as *const c_void);
    }

    /// Destroys it, with what is in it.
    pub fn destroy(&self) {
        // SAFETY: the widget is alive, and not used any more.
        unsafe { (self.functions().gtk_widget_destroy)(self.widget) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_without_that_gtk_says_so() {
        let reason = load(2, "libgtk-that-nobody-has.so.0").expect_err("no library");
        assert!(
            reason.contains("made with GTK 2, which is not installed"),
            "{reason}"
        );
        assert!(reason.contains("libgtk-that-nobody-has.so.0"), "{reason}");
    }
}
