//! The window of an LV2 plugin that JUCE cannot show, since it is GTK's: shown by a process of its own, and
//! kept in step with the plugin's parameters.

use std::cell::OnceCell;

use super::super::JuceChild;
use super::{from_units, in_units, in_words};
use crate::child::gtk_window::{Described, Dress, GtkWindow, Opening, PortKind, Turned};
use crate::child::juce::Formats;
use crate::child::{Child, WindowPlace, WindowWish};
use crate::juce::AudioProcessorListener;

/// What is known of a child's GTK window.
#[derive(Default)]
pub(super) struct GtkShown {
    /// What its bundle says, once it was asked.
    described: OnceCell<Option<Described>>,
    window: Option<GtkWindow>,
    knobs: Vec<Knob>,
    /// The parameters that somebody holds there.
    held: Vec<usize>,
    /// Pixels to a unit of length.
    scale: f64,
}

/// A parameter, and the port that it is.
#[derive(Clone, Copy, Debug)]
struct Knob {
    parameter: usize,
    port: u32,
    range: Range,
    /// The value that the window was told last, or told us.
    told: f32,
}

/// How a parameter, from 0 to 1, stands for a port's value.
#[derive(Clone, Copy, Debug)]
enum Range {
    /// From the lowest to the highest (`LV2Parameter` in JUCE's juce_LV2PluginFormatImpl.h).
    Between(f32, f32),
    /// What is on is a bypass that is off (`BypassParameter` there).
    Enabling,
}

impl Range {
    fn to_port(self, value: f32) -> f32 {
        match self {
            Self::Between(min, max) => min + (max - min) * value.clamp(0.0, 1.0),
            Self::Enabling => f32::from(u8::from(value <= 0.0)),
        }
    }

    fn to_parameter(self, value: f32) -> f32 {
        match self {
            Self::Between(min, max) if min == max => 0.0,
            Self::Between(min, max) => ((value - min) / (max - min)).clamp(0.0, 1.0),
            Self::Enabling => f32::from(u8::from(value <= 0.0)),
        }
    }
}

impl JuceChild {
    /// The GTK window that its bundle has. Asks the files once.
    fn described_window(&self) -> Option<&Described> {
        if self.description.format != "LV2" {
            return None;
        }
        let find = || Described::find(&self.description.file, &Formats::folders_in_use("LV2"));
        self.shown.gtk.described.get_or_init(find).as_ref()
    }

    pub(super) fn has_gtk_window(&self) -> bool {
        self.described_window().is_some()
    }

    /// Opens the GTK window, or brings it to the front. `scale` is the system's.
    pub(super) fn show_gtk_window(&mut self, wish: &WindowWish, scale: f64) -> Result<(), String> {
        let described = self.described_window().ok_or("it has none")?.clone();
        let knobs = self.knobs(&described).map_err(in_words)?;
        let opened = GtkWindow::open(Opening {
            sample_rate: self.shown.sample_rate.unwrap_or(USUAL_RATE),
            scale: wish.scale.unwrap_or(scale),
            dress: dress(wish),
            last: wish.last.map(|last| from_units(last, scale)),
            others: wish.others,
            values: (knobs.iter())
                .map(|knob| (knob.port, knob.range.to_port(knob.told)))
                .collect(),
            ..Opening::of(described)
        })?;
        let gtk = &mut self.shown.gtk;
        (gtk.window, gtk.knobs, gtk.scale) = (Some(opened), knobs, scale);
        Ok(())
    }

    pub(super) fn raise_gtk_window(&mut self) {
        if let Some(window) = &mut self.shown.gtk.window {
            window.raise();
        }
    }

    pub(super) fn dress_gtk_window(&mut self, wish: &WindowWish) {
        if let Some(window) = &mut self.shown.gtk.window {
            window.dress(dress(wish));
        }
    }

    pub(super) fn drop_gtk_window(&mut self) {
        let held: Vec<usize> = self.shown.gtk.held.drain(..).collect();
        for parameter in held {
            self.marks.gesture_ended(parameter);
        }
        self.shown.gtk.window = None;
    }

    /// Where the GTK window is; `None` where none is open.
    pub(super) fn gtk_window_place(&self) -> Option<WindowPlace> {
        let gtk = &self.shown.gtk;
        let place = gtk.window.as_ref()?.place()?;
        Some(in_units(place, gtk.scale))
    }

    /// Takes in what was turned in the window, and tells it what others have turned.
    pub(in crate::child::juce) fn tend_gtk_window(&mut self) {
        let Some(window) = &mut self.shown.gtk.window else {
            return;
        };
        for turned in window.hear() {
            self.take_in(turned);
        }
        let mut knobs = std::mem::take(&mut self.shown.gtk.knobs);
        let is_heard = (self.shown.gtk.window.as_ref()).is_some_and(GtkWindow::listens);
        let mut news = Vec::new();
        for knob in knobs.iter_mut().filter(|_| is_heard) {
            if let Some(value) = self.current_value(knob.parameter)
                && value != knob.told
            {
                knob.told = value;
                news.push((knob.port, knob.range.to_port(value)));
            }
        }
        let gtk = &mut self.shown.gtk;
        gtk.knobs = knobs;
        if let Some(window) = &mut gtk.window
            && !news.is_empty()
        {
            window.tell(news);
        }
    }

    fn take_in(&mut self, turned: Turned) {
        let (Turned::Held(port, _) | Turned::To(port, _)) = turned;
        let knobs = &self.shown.gtk.knobs;
        let Some(place) = knobs.iter().position(|knob| knob.port == port) else {
            return;
        };
        let Knob {
            parameter, range, ..
        } = knobs[place];
        match turned {
            Turned::Held(_, true) => {
                self.shown.gtk.held.push(parameter);
                self.marks.gesture_began(parameter);
            }
            Turned::Held(_, false) => {
                self.shown.gtk.held.retain(|held| *held != parameter);
                self.marks.gesture_ended(parameter);
            }
            Turned::To(_, value) => {
                let value = range.to_parameter(value);
                let set = self.marks.while_turned(parameter, value, || {
                    self.instance.set_parameter(parameter, value)
                });
                self.or("setting a parameter", set, false);
                let now = self.current_value(parameter).unwrap_or(value);
                self.shown.gtk.knobs[place].told = now;
            }
        }
    }

    /// The parameters that are ports, and where they are. JUCE calls them by the ports' symbols
    /// (`getInfoForPort` in juce_LV2PluginFormatImpl.h).
    fn knobs(&self, described: &Described) -> Result<Vec<Knob>, crate::juce::Error> {
        let mut knobs = Vec::new();
        for parameter in self.instance.parameters()? {
            let id = parameter.id()?;
            let symbol = id.strip_prefix("sym:");
            let mut ports = described.ports.iter();
            let Some(port) = ports.find(|port| Some(&*port.symbol) == symbol) else {
                continue;
            };
            let PortKind::Knob {
                min,
                max,
                is_enabling,
                ..
            } = port.kind
            else {
                continue;
            };
            knobs.push(Knob {
                parameter: parameter.index(),
                port: port.index,
                range: if is_enabling {
                    Range::Enabling
                } else {
                    Range::Between(min, max)
                },
                told: parameter.value()?,
            });
        }
        Ok(knobs)
    }
}

/// What curves are drawn for before anything plays, in samples per second.
const USUAL_RATE: f64 = 48_000.0;

fn dress(wish: &WindowWish) -> Dress {
    Dress {
        title: wish.title.clone(),
        above: wish.above,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ports_value_comes_back_from_its_parameter() {
        for (min, max) in [
            (0.0, 1.0),
            (-24.0, 24.0),
            (0.015_625, 64.0),
            (10.0, 20_000.0),
        ] {
            let range = Range::Between(min, max);
            assert_eq!(range.to_port(0.0), min);
            assert_eq!(range.to_port(1.0), max);
            for step in 0..=100_u8 {
                let value = min + (max - min) * f32::from(step) / 100.0;
                let back = range.to_port(range.to_parameter(value));
                assert!(
                    (back - value).abs() <= (max - min) * 1.0e-6,
                    "{value} {back}"
                );
            }
            assert_eq!(range.to_parameter(max * 2.0), 1.0);
        }
        assert_eq!(Range::Between(3.0, 3.0).to_parameter(3.0), 0.0);
    }

    #[test]
    fn what_switches_a_plugin_on_is_a_bypass_the_other_way_round() {
        assert_eq!(Range::Enabling.to_port(0.0), 1.0);
        assert_eq!(Range::Enabling.to_port(1.0), 0.0);
        assert_eq!(Range::Enabling.to_parameter(1.0), 0.0);
        assert_eq!(Range::Enabling.to_parameter(0.0), 1.0);
    }
}
