//! A child hosted by JUCE: VST3, LV2, LADSPA, and AudioUnit on macOS.

mod formats;
mod processor;

pub use formats::Formats;

use super::{
    Activation, Bus, Changes, Child, ChildError, Description, Layout, Midi, Parameter, Processor,
    Tail,
};
use crate::juce::Error;
use crate::juce::instance::{BusInfo, Instance, LATENCY_CHANGED, STATE_CHANGED};
use processor::{JuceProcessor, Shape};

/// The message loop that JUCE's children live on.
pub use crate::juce::message_loop::{MESSAGE_LOOP, before_stop, keep_ticking};

/// The control half of a plugin in JUCE's hands.
pub struct JuceChild {
    instance: Instance,
    description: Description,
    layout: Layout,
}

impl JuceChild {
    fn new(instance: Instance, description: Description) -> Self {
        let mut child = Self {
            instance,
            description,
            layout: Layout::default(),
        };
        child.layout = layout_of(&child.bus_infos());
        child
    }

    /// A child that is no plugin of this machine, for the bench.
    #[cfg(feature = "bench")]
    pub fn for_bench(instance: Instance) -> Self {
        Self::new(instance, Description::default())
    }

    /// The layout that was settled for.
    #[cfg(feature = "bench")]
    pub fn layout(&self) -> Layout {
        self.layout
    }

    fn bus_infos(&self) -> Vec<BusInfo> {
        self.instance.buses().unwrap_or_else(|error| {
            tracing::warn!("{}: {error}", self.description);
            Vec::new()
        })
    }

    fn failed(&self, doing: &'static str) -> impl Fn(Error) -> ChildError + '_ {
        move |error| ChildError::Failed {
            plugin: self.description.to_string(),
            doing,
            reason: error.what().to_owned(),
        }
    }
}

/// The channels of the main buses and of the sidechain, which is the second input.
fn layout_of(buses: &[BusInfo]) -> Layout {
    let channels = |is_input: bool, index: usize| {
        buses
            .iter()
            .filter(|bus| bus.is_input == is_input)
            .nth(index)
            .map_or(0, |bus| bus.channels as usize)
    };
    Layout {
        main_inputs: channels(true, 0),
        main_outputs: channels(false, 0),
        sidechain: channels(true, 1),
    }
}

/// The bus layouts to ask for, best first: the wanted main channels with as much of the sidechain
/// as there is, then mono (to be run once per channel). Buses beyond those are switched off, or left
/// as they are where the plugin insists.
fn candidates(buses: &[BusInfo], wanted: Layout) -> Vec<(Vec<u32>, Vec<u32>)> {
    let side = |is_input: bool, main: usize, second: Option<usize>, others_on: bool| -> Vec<u32> {
        buses
            .iter()
            .filter(|bus| bus.is_input == is_input)
            .enumerate()
            .map(|(index, bus)| match (index, second) {
                (0, _) => main as u32,
                (1, Some(channels)) => channels as u32,
                (_, _) if others_on => bus.channels,
                _ => 0,
            })
            .collect()
    };
    let mut layouts = Vec::new();
    let mut mains = vec![(wanted.main_inputs, wanted.main_outputs)];
    if mains[0] != (1, 1) {
        mains.push((1, 1));
    }
    for (inputs, outputs) in mains {
        let mut sidechains = vec![wanted.sidechain, wanted.sidechain.min(1), 0];
        sidechains.dedup();
        for others_on in [false, true] {
            for &sidechain in &sidechains {
                let layout = (
                    side(true, inputs, Some(sidechain), others_on),
                    side(false, outputs, None, others_on),
                );
                if !layouts.contains(&layout) {
                    layouts.push(layout);
                }
            }
        }
    }
    layouts
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
                match self.instance.set_buses(&inputs, &outputs) {
                    Ok(true) => break,
                    Ok(false) => {}
                    Err(error) => tracing::warn!("{}: {error}", self.description),
                }
            }
        }
        self.layout = layout_of(&self.bus_infos());
        self.layout
    }

    fn activate(&mut self, activation: &Activation) -> Result<Box<dyn Processor>, ChildError> {
        const DOING: &str = "getting ready to play";
        let half = self
            .instance
            .prepare(
                activation.sample_rate,
                activation.max_frames,
                activation.offline,
            )
            .map_err(self.failed(DOING))?;
        let Some(half) = half else {
            return Err(ChildError::Failed {
                plugin: self.description.to_string(),
                doing: DOING,
                reason: format!(
                    "{} Hz and blocks of {} samples are not possible",
                    activation.sample_rate, activation.max_frames
                ),
            });
        };
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
            max_frames: activation.max_frames,
            takes_midi: self.instance.accepts_midi().map_err(self.failed(DOING))?,
            makes_midi: self.instance.produces_midi().map_err(self.failed(DOING))?,
        };
        let processor = JuceProcessor::new(half, shape).map_err(self.failed(DOING))?;
        Ok(Box::new(processor))
    }

    fn deactivate(&mut self, processor: Box<dyn Processor>) {
        // The audio half inside tells JUCE that none is out; `prepare` and `release` check it.
        drop(processor);
        if let Err(error) = self.instance.release() {
            tracing::warn!("{}: {error}", self.description);
        }
    }

    fn reset(&mut self) {
        if let Err(error) = self.instance.reset() {
            tracing::warn!("{}: {error}", self.description);
        }
    }

    fn save_state(&mut self) -> Result<Vec<u8>, ChildError> {
        self.instance
            .state()
            .map_err(self.failed("saving its settings"))
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
        let result = self.instance.set_state(state);
        result.map_err(self.failed("loading its settings"))
    }

    fn latency_samples(&self) -> u32 {
        self.instance.latency_samples().unwrap_or(0)
    }

    fn tail(&self) -> Tail {
        match self.instance.tail_seconds() {
            Ok(seconds) if seconds.is_infinite() => Tail::Infinite,
            Ok(seconds) if seconds > 0.0 => Tail::Seconds(seconds),
            _ => Tail::Seconds(0.0),
        }
    }

    fn midi(&self) -> Midi {
        Midi {
            takes: self.instance.accepts_midi().unwrap_or(false),
            makes: self.instance.produces_midi().unwrap_or(false),
        }
    }

    fn parameters(&self) -> Vec<Parameter> {
        let parameters = self.instance.parameters().unwrap_or_else(|error| {
            tracing::warn!("{}: {error}", self.description);
            Vec::new()
        });
        parameters
            .into_iter()
            .enumerate()
            .map(|(index, info)| Parameter {
                index,
                id: info.id,
                name: info.name,
                unit: info.unit,
                value: info.value,
                default: info.default_value,
                steps: u32::try_from(info.steps).ok().filter(|&steps| steps > 1),
                automatable: info.automatable,
                text: info.text,
                min_text: info.min_text,
                max_text: info.max_text,
                default_text: info.default_text,
            })
            .collect()
    }

    fn set_parameter(&mut self, index: usize, value: f32) {
        if let Err(error) = self.instance.set_parameter(index, value) {
            tracing::warn!("{}: {error}", self.description);
        }
    }

    fn take_changes(&mut self) -> Changes {
        let changes = self.instance.take_changes();
        Changes {
            latency: changes & LATENCY_CHANGED != 0,
            state: changes & STATE_CHANGED != 0,
        }
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
