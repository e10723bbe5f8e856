//! `juce::AudioProcessorEditor` in a `juce::DocumentWindow`: a plugin's own window.
//!
//! The window belongs to its [`Instance`], so that it goes before the plugin does. All of it is for the
//! message thread, where an `Instance` is anyway.
//!
//! ```
//! use matryoshka::juce::{MESSAGE_LOOP, testing};
//! use matryoshka::threads::Messages;
//!
//! let messages = Messages::acquire(&MESSAGE_LOOP)?;
//! let is_open = messages.ask(|thread| -> Result<_, matryoshka::juce::Error> {
//!     let mut plugin = testing::plugin(thread, "well")?; // it has no editor
//!     let is_open = plugin.open_window("Vocals - 1 Well", 1.0)?;
//!     assert!(plugin.window().is_none());
//!     Ok(is_open)
//! })??;
//! assert!(!is_open);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![allow(unsafe_code)]

use super::instance::Instance;
use super::owned::Owned;
use super::{Error, message_loop, x_errors};

pub use ffi::Rect;

#[cxx::bridge(namespace = "matryoshka")]
mod ffi {
    /// A rectangle, in JUCE's units of length.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    struct Rect {
        /// The left edge.
        x: i32,
        /// The top edge.
        y: i32,
        /// The width.
        width: i32,
        /// The height.
        height: i32,
    }

    unsafe extern "C++" {
        include!("matryoshka/cpp/include/editor_window.h");

        type Instance = crate::juce::instance::ffi::Instance;

        type EditorWindow;
        fn handle(self: &EditorWindow) -> Result<u64>;
        fn place(self: &EditorWindow) -> Result<Rect>;
        fn is_resizable(self: &EditorWindow) -> Result<bool>;
        fn is_done(self: &EditorWindow) -> bool;
        fn rename(self: Pin<&mut EditorWindow>, title: &str) -> Result<()>;
        #[cxx_name = "move"]
        fn move_to(self: Pin<&mut EditorWindow>, x: i32, y: i32) -> Result<()>;
        fn show_soon(self: Pin<&mut EditorWindow>, width: i32, height: i32) -> Result<()>;
        fn bring_to_front(self: Pin<&mut EditorWindow>) -> Result<()>;

        fn instance_open_editor(
            instance: &Instance,
            title: &str,
            scale: f32,
        ) -> Result<UniquePtr<EditorWindow>>;
        fn screens() -> Result<Vec<Rect>>;
        fn system_scale() -> Result<f64>;
    }
}

/// A plugin's window. It is there, and not seen until it is [shown](Self::show_soon).
pub struct EditorWindow(Owned<ffi::EditorWindow>);

impl Instance {
    /// Makes a window with the plugin's editor in it, in place of one that it had. False where the
    /// plugin has no editor. `scale` comes on top of the [system's](system_scale).
    ///
    /// # Errors
    ///
    /// What the plugin threw.
    pub fn open_window(&mut self, title: &str, scale: f32) -> Result<bool, Error> {
        self.close_window();
        message_loop::outlast();
        let window = ffi::instance_open_editor(self.raw(), title, scale)?;
        if !window.is_null() {
            self.window = Some(EditorWindow(Owned::new(window)?));
        }
        Ok(self.window.is_some())
    }

    /// Lets go of the window and the editor.
    pub fn close_window(&mut self) {
        self.window = None;
    }

    /// Its window, while there is one.
    pub fn window(&self) -> Option<&EditorWindow> {
        self.window.as_ref()
    }

    /// Its window, while there is one.
    pub fn window_mut(&mut self) -> Option<&mut EditorWindow> {
        self.window.as_mut()
    }
}

/// What the plugin's editor throws comes back as an error from all of these.
impl EditorWindow {
    /// The window system's own name for it: on Linux, the X window. The window system knows it by the
    /// time that this returns.
    pub fn handle(&self) -> Result<u64, Error> {
        Ok(self.0.handle()?)
    }

    /// The top left of its frame, and the size of what is in it.
    pub fn place(&self) -> Result<Rect, Error> {
        Ok(self.0.place()?)
    }

    /// Whether the editor can have another size.
    pub fn is_resizable(&self) -> Result<bool, Error> {
        Ok(self.0.is_resizable()?)
    }

    /// Whether somebody has pressed the button that closes it. It is for the owner to close it then.
    pub fn is_done(&self) -> bool {
        self.0.is_done()
    }

    /// Gives it another title.
    pub fn rename(&mut self, title: &str) -> Result<(), Error> {
        Ok(self.0.pin_mut().rename(title)?)
    }

    /// Puts the top left of its frame there. For before it is shown.
    pub fn move_to(&mut self, x: i32, y: i32) -> Result<(), Error> {
        Ok(self.0.pin_mut().move_to(x, y)?)
    }

    /// Has it seen, soon: when JUCE has done what it put off. With a size, for editors that can have
    /// another than their own.
    pub fn show_soon(&mut self, size: Option<(i32, i32)>) -> Result<(), Error> {
        let (width, height) = size.unwrap_or_default();
        Ok(self.0.pin_mut().show_soon(width, height)?)
    }

    /// Puts it before other windows.
    pub fn bring_to_front(&mut self) -> Result<(), Error> {
        Ok(self.0.pin_mut().bring_to_front()?)
    }
}

/// The screens' usable parts, the chief one's first; none where there is no display, on which plugins
/// must then not be asked for their editors. The first call connects to the display, so what is to be
/// ready for its errors is made so here.
///
/// # Errors
///
/// Where memory runs out.
pub fn screens(_on_its_thread: &Instance) -> Result<Vec<Rect>, Error> {
    x_errors::outlive()?;
    Ok(ffi::screens()?)
}

/// Pixels to a unit of length on the chief screen, as the system says.
///
/// # Errors
///
/// Where memory runs out.
pub fn system_scale(_on_its_thread: &Instance) -> Result<f64, Error> {
    Ok(ffi::system_scale()?)
}
