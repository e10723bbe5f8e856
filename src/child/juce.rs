//! A child hosted by JUCE: VST3, LV2, LADSPA, and AudioUnit on macOS.

mod buses;
mod complaint;
mod formats;
mod held;
mod look;
mod loudest;
mod marks;
mod midi_in;
mod mpe;
mod own;
mod parameters;
mod preset;
mod processor;
mod song;
mod split;
mod turns;
mod window;

use std::sync::Arc;

pub use formats::{Formats, Found};
pub use look::{EditorLook, Look, look};
pub use loudest::loudest;

use super::{
    Activation, Bus, Changes, Child, ChildError, Description, Layout, Midi, Parameter, Processor,
    Tail, Turn, WindowPlace, WindowWish,
};
use crate::juce::instance::{BusInfo, Instance};
use crate::juce::message_loop::end_before_libraries;
use crate::juce::{Error, SystemStats, testing};
use buses::{candidates, layout_of};
use complaint::Complaint;
use marks::{Marks, TakenFor};
use own::Own;
use processor::{JuceProcessor, Shape};
use song::{Singer, Song};
use window::Shown;

/// The message loop that JUCE's children live on.
pub use crate::juce::message_loop::{MESSAGE_LOOP, before_stop, keep_ticking};

/// What hosts the children, and which version of it: "JUCE v9.0.4".
pub fn host_version() -> String {
    SystemStats::juce_version().map_or_else(|error| error.to_string(), String::from)
}

/// The control half of a plugin in JUCE's hands.
pub struct JuceChild {
    instance: Instance,
    description: Description,
    layout: Layout,
    marks: Arc<Marks>,
    song: Arc<Song>,
    complaint: Complaint,
    shown: Shown,
}

impl JuceChild {
    fn new(mut instance: Instance, description: Description) -> Result<Self, Error> {
        end_before_libraries();
        if matches!(&*description.format, "LV2" | testing::FORMAT) {
            instance.let_rest();
        }
        let owns = owns_of(&instance).unwrap_or_default();
        let (marks, song) = (Arc::new(Marks::new(owns)), Arc::<Song>::default());
        instance.add_listener(marks.clone())?;
        instance.set_play_head(song.clone())?;
        let mut child = Self {
            instance,
            description,
            layout: Layout::default(),
            marks,
            song,
            complaint: Complaint::default(),
            shown: Shown::default(),
        };
        child.layout = layout_of(&child.bus_infos());
        Ok(child)
    }

    /// A child that is no plugin of this machine, for the bench.
    #[cfg(feature = "bench")]
    pub fn for_bench(instance: Instance) -> Self {
        Self::new(instance, Description::default()).expect("memory")
    }

    /// The layout that was settled for.
    #[cfg(feature = "bench")]
    pub fn layout(&self) -> Layout {
        self.layout
    }

    fn bus_infos(&self) -> Vec<BusInfo> {
        self.or("telling its buses", self.instance.buses(), Vec::new())
    }

    /// The answer, or what stands for it where the child threw.
    fn or<T>(&self, doing: &'static str, answer: Result<T, Error>, instead: T) -> T {
        let Self { description, .. } = self;
        self.complaint.or(description, doing, answer, instead)
    }

    fn failed(&self, doing: &'static str) -> impl Fn(Error) -> ChildError + '_ {
        move |error| ChildError::Failed {
            plugin: self.description.to_string(),
            doing,
            reason: error.what().to_owned(),
        }
    }
}

/// What is kept of each parameter. JUCE's hosts make the list once.
fn owns_of(instance: &Instance) -> Result<Box<[Own]>, Error> {
    instance
        .parameters()?
        .map(|parameter| Ok(Own::new(parameter.steps()?, parameter.is_automatable()?)))
        .collect()
}

impl Child for JuceChild {
    fn description(&self) -> &Description {
        &self.description
    }

    fn buses(&self) -> Vec<Bus> {
        self.bus_infos()
            .into_iter()
            .map(|bus| Bus {
                channels: bus.enabled_channels as usize,
                name: bus.name,
                is_input: bus.is_input,
                enabled: bus.enabled,
            })
            .collect()
    }

    fn negotiate(&mut self, wanted: Layout) -> Layout {
        // LADSPA plugins have the channels they have, but JUCE 8 and 9 do not override
        // isBusesLayoutSupported for them, and so agree to anything
        // (juce_LADSPAPluginFormatHeadless.cpp).
        if self.description.format != "LADSPA" {
            let buses = self.bus_infos();
            for (inputs, outputs) in candidates(&buses, wanted) {
                let agreed = self.instance.set_buses(&inputs, &outputs);
                if self.or("agreeing on channels", agreed, false) {
                    break;
                }
            }
        }
        self.layout = layout_of(&self.bus_infos());
        self.layout
    }

    fn activate(&mut self, activation: &Activation) -> Result<Box<dyn Processor>, ChildError> {
        const DOING: &str = "getting ready to play";
        let values = self.values();
        let Activation {
            sample_rate,
            max_frames,
            offline,
        } = *activation;
        // JUCE's LV2 host makes the plugin anew, and tells all values once more.
        let half = self.marks.while_taken_for(TakenFor::Nothing, || {
            self.instance.prepare(sample_rate, max_frames, offline)
        });
        let half = half.map_err(self.failed(DOING))?;
        let Some(half) = half else {
            return Err(ChildError::Failed {
                plugin: self.description.to_string(),
                doing: DOING,
                reason: format!(
                    "{sample_rate} Hz and blocks of {max_frames} samples are not possible"
                ),
            });
        };
        self.restore(&values);
        let buses = self.bus_infos();
        self.layout = layout_of(&buses);
        let total = |is_input| -> usize {
            buses
                .iter()
                .filter(|bus| bus.is_input == is_input)
                .map(|bus| bus.channels as usize)
                .sum()
        };
        let shape = Shape {
            layout: self.layout,
            total_channels: total(true).max(total(false)),
            sample_rate,
            max_frames,
            min_frames: 1,
            takes_midi: self.instance.accepts_midi().map_err(self.failed(DOING))?,
            makes_midi: self.instance.produces_midi().map_err(self.failed(DOING))?,
        };
        // With the one audio half comes the one singer.
        let Some(singer) = Singer::of(&self.song) else {
            return Err(ChildError::Failed {
                plugin: self.description.to_string(),
                doing: DOING,
                reason: "it is playing already".to_owned(),
            });
        };
        let marks = self.marks.clone();
        let processor = JuceProcessor::new(half, singer, marks, shape);
        self.shown.sample_rate = Some(sample_rate);
        Ok(Box::new(processor.map_err(self.failed(DOING))?))
    }

    fn deactivate(&mut self, processor: Box<dyn Processor>) {
        // The audio half inside tells JUCE that none is out; `prepare` and `release` check it.
        drop(processor);
        let released = self.instance.release();
        self.or("coming to rest", released, ());
    }

    fn reset(&mut self) {
        let reset = self.instance.reset();
        self.or("falling silent", reset, ());
    }

    fn save_state(&mut self) -> Result<Vec<u8>, ChildError> {
        let state = self.instance.state();
        Ok(state.map_err(self.failed("saving its settings"))?.to_vec())
    }

    fn load_state(&mut self, state: &[u8]) -> Result<(), ChildError> {
        // JUCE reads as many floats as there are parameters, however few bytes there are
        // (juce_LADSPAPluginFormatHeadless.cpp, setStateInformation).
        if self.description.format == "LADSPA" {
            let own_bytes = self.parameters().len() * size_of::<f32>();
            if state.len() != own_bytes {
                let bytes = state.len();
                return Err(ChildError::Failed {
                    plugin: self.description.to_string(),
                    doing: "loading its settings",
                    reason: format!("they are {bytes} bytes long, and not {own_bytes}"),
                });
            }
        }
        let result = self
            .marks
            .while_taken_for(TakenFor::NewSettings, || self.instance.set_state(state));
        result.map_err(self.failed("loading its settings"))
    }

    fn latency_samples(&self) -> u32 {
        self.or("telling its latency", self.instance.latency_samples(), 0)
    }

    fn tail(&self) -> Tail {
        match self.or("telling its tail", self.instance.tail_seconds(), 0.0) {
            seconds if seconds.is_infinite() => Tail::Infinite,
            seconds if seconds > 0.0 => Tail::Seconds(seconds),
            _ => Tail::Seconds(0.0),
        }
    }

    fn midi(&self) -> Midi {
        const ABOUT_MIDI: &str = "telling whether it speaks MIDI";
        Midi {
            takes: self.or(ABOUT_MIDI, self.instance.accepts_midi(), false),
            makes: self.or(ABOUT_MIDI, self.instance.produces_midi(), false),
        }
    }

    fn parameters(&self) -> Vec<Parameter> {
        let parameters = self.instance.parameters().and_then(|parameters| {
            parameters
                .map(|parameter| self.parameter(parameter))
                .collect()
        });
        self.or("telling its parameters", parameters, Vec::new())
    }

    fn current_value(&self, index: usize) -> Option<f32> {
        let value = self.instance.parameter(index).and_then(|parameter| {
            let parameter = parameter.map(|parameter| parameter.value());
            parameter.transpose()
        });
        self.or("telling a parameter's value", value, None)
    }

    fn set_parameter(&mut self, index: usize, value: f32) {
        if value.is_nan() {
            return;
        }
        let value = value.clamp(0.0, 1.0);
        let set = self
            .marks
            .while_setting(index, value, || self.instance.set_parameter(index, value));
        self.or("setting a parameter", set, false);
    }

    fn take_changes(&mut self) -> Changes {
        self.marks.take()
    }

    fn take_turn(&mut self) -> Option<Turn> {
        self.marks.take_turn()
    }

    fn parameter_text(&self, index: usize, value: f32) -> String {
        let text = self.parameter_words(index, value);
        self.or("telling a value in its words", text, String::new())
    }

    fn parameter_value(&self, index: usize, text: &str) -> Option<f32> {
        let value = self.parameter_read(index, text);
        self.or("reading a value", value, None)
    }

    fn programs(&self) -> Vec<String> {
        let programs = self.instance.programs();
        let programs = self.or("telling its programs", programs, Vec::new());
        // Plugins without programs have to have one all the same.
        match &programs[..] {
            [only] if only.trim().is_empty() || only == "Default" => Vec::new(),
            _ => programs,
        }
    }

    fn program(&self) -> Option<usize> {
        self.or("telling its program", self.instance.program(), None)
    }

    fn set_program(&mut self, index: usize) {
        let set = self
            .marks
            .while_taken_for(TakenFor::NewSettings, || self.instance.set_program(index));
        self.or("choosing a program", set, false);
    }

    fn load_preset(&mut self, file: &[u8]) -> Result<(), ChildError> {
        let loaded = self.marks.while_taken_for(TakenFor::NewSettings, || {
            preset::load(&mut self.instance, file)
        });
        loaded.map_err(|reason| ChildError::Failed {
            plugin: self.description.to_string(),
            doing: "loading a preset file",
            reason,
        })
    }

    fn has_window(&self) -> bool {
        self.offers_window()
    }

    fn open_window(&mut self, wish: &WindowWish) -> Result<(), ChildError> {
        self.show_window(wish)
    }

    fn dress_window(&mut self, wish: &WindowWish) {
        self.wish_of_window(wish);
    }

    fn close_window(&mut self) {
        self.drop_window();
    }

    fn window(&self) -> Option<WindowPlace> {
        self.window_place()
    }

    fn tend_window(&mut self) {
        #[cfg(target_os = "linux")]
        self.tend_gtk_window();
    }

    fn take_complaint(&mut self) -> Option<ChildError> {
        self.complaint.take()
    }

    fn failure(&self) -> String {
        self.instance.failure()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bus(is_input: bool, channels: u32) -> BusInfo {
        BusInfo {
            name: String::new(),
            is_input,
            channels,
            enabled_channels: channels,
            enabled: channels > 0,
        }
    }

    const STEREO: Layout = Layout {
        main_inputs: 2,
        main_outputs: 2,
        sidechain: 2,
    };

    #[test]
    fn a_child_without_a_sidechain_is_asked_for_stereo_and_then_for_mono() {
        let asked = candidates(&[bus(true, 2), bus(false, 2)], STEREO);
        assert_eq!(asked, [(vec![2], vec![2]), (vec![1], vec![1])]);
    }

    #[test]
    fn the_sidechain_is_tried_as_wide_as_the_host_has_it_then_mono_then_off() {
        let asked = candidates(&[bus(true, 2), bus(true, 1), bus(false, 2)], STEREO);
        let sidechains: Vec<u32> = asked.iter().take(3).map(|(inputs, _)| inputs[1]).collect();
        assert_eq!(sidechains, [2, 1, 0]);
    }

    #[test]
    fn an_instrument_that_insists_on_its_sixteen_outputs_is_left_with_them() {
        let buses: Vec<BusInfo> = std::iter::repeat_with(|| bus(false, 2)).take(16).collect();
        let asked = candidates(&buses, STEREO);
        assert_eq!(asked[0].1[1..], [0; 15]);
        assert!(asked.iter().any(|(_, outputs)| outputs[..] == [2; 16]));
    }
}
