//! The child's own window: opened where it was last, and watched while it is open.

#[cfg(target_os = "linux")]
mod gtk;

use std::cell::Cell;

use super::JuceChild;
use crate::child::window::display;
#[cfg(target_os = "linux")]
use crate::child::x11;
use crate::child::{ChildError, WindowPlace, WindowWish};
use crate::juce::Error;
use crate::juce::editor_presence::has_editor;
use crate::juce::editor_window::{EditorWindow, Rect, screens, system_scale};
use crate::juce::x_errors::outlive_dead_drawables;

/// What is known of a child's window besides what JUCE knows.
#[derive(Default)]
pub(super) struct Shown {
    /// It was asked for a window, and has none.
    has_none: Cell<bool>,
    /// Samples per second, once it has been made ready to play.
    pub(super) sample_rate: Option<f64>,
    #[cfg(target_os = "linux")]
    watch: Option<x11::Watch>,
    #[cfg(target_os = "linux")]
    gtk: gtk::GtkShown,
}

impl Shown {
    fn is_gone(&self) -> bool {
        #[cfg(target_os = "linux")]
        return self.watch.as_ref().is_some_and(x11::Watch::is_gone);
        #[cfg(not(target_os = "linux"))]
        false
    }
}

impl JuceChild {
    /// LV2's files tell, and LADSPA has none. To ask a VST3 makes a view (see
    /// [`crate::juce::editor_presence`]), and nearly all have one.
    pub(super) fn offers_window(&self) -> bool {
        match &*self.description.format {
            "LADSPA" => false,
            "VST3" | "AudioUnit" => !self.shown.has_none.get(),
            _ => self.juce_has_window() || self.has_gtk_window(),
        }
    }

    fn juce_has_window(&self) -> bool {
        self.or(
            "telling whether it has a window",
            has_editor(&self.instance),
            false,
        )
    }

    #[cfg(not(target_os = "linux"))]
    fn has_gtk_window(&self) -> bool {
        false
    }

    /// Opens the window, or brings it to the front.
    pub(super) fn show_window(&mut self, wish: &WindowWish) -> Result<(), ChildError> {
        if self.window_place().is_some() {
            self.wish_of_window(wish);
            #[cfg(target_os = "linux")]
            self.raise_gtk_window();
            let raised = self.instance.window_mut().map(EditorWindow::bring_to_front);
            return raised
                .unwrap_or(Ok(()))
                .map_err(|error| self.not_shown(error.what()));
        }
        self.drop_window();
        let opened = self.try_to_show(wish);
        if let Err(reason) = &opened {
            self.drop_window();
            return Err(self.not_shown(reason));
        }
        Ok(())
    }

    fn try_to_show(&mut self, wish: &WindowWish) -> Result<(), String> {
        // JUCE would take the first display of the machine, whoever's it is.
        if cfg!(target_os = "linux") && display().is_none() {
            return Err("there is no display to show it on (DISPLAY is not set)".to_owned());
        }
        let screens = screens(&self.instance).map_err(in_words)?;
        let screens: Vec<WindowPlace> = screens.into_iter().map(WindowPlace::from).collect();
        if screens.is_empty() {
            let display = display().unwrap_or_default();
            return Err(format!("the display {display} cannot be reached"));
        }
        // JUCE has the child draw at the system's scale; what is asked for comes on top.
        let system = system_scale(&self.instance).map_err(in_words)?;
        #[cfg(target_os = "linux")]
        if self.description.format == "LV2" && !self.juce_has_window() && self.has_gtk_window() {
            return self.show_gtk_window(wish, system);
        }
        let scale = wish.scale.map_or(1.0, |scale| scale / system);
        let opened = self.instance.open_window(&wish.title, scale as f32);
        if !opened.map_err(in_words)? {
            self.shown.has_none.set(true);
            return Err("it has none".to_owned());
        }
        outlive_dead_drawables();
        let Some(window) = self.instance.window_mut() else {
            return Ok(());
        };
        #[cfg(target_os = "linux")]
        let above = {
            let handle = window.handle().map_err(in_words)?;
            let watch = x11::Watch::begin(handle)?;
            watch.stay_above(wish.above);
            let above = wish.above.and_then(|above| watch.rectangle_around(above));
            self.shown.watch = Some(watch);
            above.map(|above| in_units(above, system))
        };
        #[cfg(not(target_os = "linux"))]
        let above = None;
        put(window, wish, above, &screens).map_err(in_words)
    }

    /// Has the open window follow the wish in what can change while it is open.
    pub(super) fn wish_of_window(&mut self, wish: &WindowWish) {
        #[cfg(target_os = "linux")]
        if let Some(watch) = &self.shown.watch {
            watch.stay_above(wish.above);
        }
        #[cfg(target_os = "linux")]
        self.dress_gtk_window(wish);
        let named = (self.instance.window_mut()).map(|window| window.rename(&wish.title));
        self.or("showing its window", named.unwrap_or(Ok(())), ());
    }

    pub(super) fn drop_window(&mut self) {
        self.instance.close_window();
        #[cfg(target_os = "linux")]
        {
            self.shown.watch = None;
            self.drop_gtk_window();
        }
    }

    pub(super) fn window_place(&self) -> Option<WindowPlace> {
        #[cfg(target_os = "linux")]
        if let Some(place) = self.gtk_window_place() {
            return Some(place);
        }
        let window = self.instance.window()?;
        // Some load what they draw with only when they do.
        outlive_dead_drawables();
        if window.is_done() || self.shown.is_gone() {
            return None;
        }
        let place = self.or(
            "telling where its window is",
            window.place(),
            Rect::default(),
        );
        Some(place.into())
    }

    fn not_shown(&self, reason: &str) -> ChildError {
        ChildError::NotShown {
            plugin: self.description.to_string(),
            reason: reason.to_owned(),
        }
    }
}

/// Where it was last, if that is still on a screen; else in the middle. It comes to the front.
fn put(
    window: &mut EditorWindow,
    wish: &WindowWish,
    above: Option<WindowPlace>,
    screens: &[WindowPlace],
) -> Result<(), Error> {
    let own = WindowPlace::from(window.place()?);
    let is_resizable = window.is_resizable()?;
    let last = wish.last.map(|last| WindowPlace {
        x: last.x,
        y: last.y,
        ..if is_resizable { last } else { own }
    });
    let last = last.filter(|last| last.is_reachable(screens));
    let place = last.unwrap_or_else(|| own.in_the_middle(above, screens, wish.others));
    window.move_to(place.x, place.y)?;
    let size = last.filter(|_| is_resizable);
    window.show_soon(size.map(|last| (last.width, last.height)))
}

/// From pixels.
#[cfg(target_os = "linux")]
fn in_units(pixels: WindowPlace, scale: f64) -> WindowPlace {
    let unit = |pixels: i32| (f64::from(pixels) / scale).round() as i32;
    WindowPlace {
        x: unit(pixels.x),
        y: unit(pixels.y),
        width: unit(pixels.width),
        height: unit(pixels.height),
    }
}

/// To pixels.
#[cfg(target_os = "linux")]
fn from_units(units: WindowPlace, scale: f64) -> WindowPlace {
    in_units(units, scale.recip())
}

fn in_words(error: Error) -> String {
    error.what().to_owned()
}

impl From<Rect> for WindowPlace {
    fn from(rect: Rect) -> Self {
        let Rect {
            x,
            y,
            width,
            height,
        } = rect;
        Self {
            x,
            y,
            width,
            height,
        }
    }
}
