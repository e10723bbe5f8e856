//! `juce::AudioProcessorParameter`, borrowed from its plugin.
//!
//! ```
//! use matryoshka::juce::{Error, MESSAGE_LOOP, testing};
//! use matryoshka::threads::Messages;
//!
//! let messages = Messages::acquire(&MESSAGE_LOOP)?;
//! let lines = messages.ask(|thread| -> Result<_, Error> {
//!     let mut plugin = testing::plugin(thread, "well")?;
//!     plugin.set_parameter(0, 0.25)?;
//!     let mut lines = Vec::new();
//!     for parameter in plugin.parameters()? {
//!         lines.push(format!("{}: {} {}", parameter.name()?, parameter.text()?, parameter.unit()?));
//!     }
//!     Ok(lines)
//! })??;
//! assert_eq!(lines, ["Gain: 0.25 x"]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The C++ reference that the bridge hands out lives as long as the plugin does not rebuild its list,
//! which it may in any call (`updateParameterInfo` in `juce_VST3PluginFormatImpl.h`). So the
//! borrowed value keeps the plugin and the index, and takes the reference anew for each call.
#![allow(unsafe_code)]

use super::instance::ffi::Instance as RawInstance;
use super::{Error, Instance};

#[cxx::bridge(namespace = "matryoshka")]
mod ffi {
    unsafe extern "C++" {
        include!("matryoshka/cpp/include/parameter.h");

        type Instance = crate::juce::instance::ffi::Instance;
        type AudioProcessorParameter;

        fn instance_parameter_count(instance: &Instance) -> Result<usize>;
        fn instance_parameter(
            instance: &Instance,
            index: usize,
        ) -> Result<&AudioProcessorParameter>;
        fn instance_set_parameter(instance: &Instance, index: usize, value: f32) -> Result<()>;
        fn instance_parameter_gesture(
            instance: &Instance,
            index: usize,
            begins: bool,
        ) -> Result<()>;

        fn parameter_id(parameter: &AudioProcessorParameter) -> Result<String>;
        fn parameter_name(parameter: &AudioProcessorParameter) -> Result<String>;
        fn parameter_unit(parameter: &AudioProcessorParameter) -> Result<String>;
        fn parameter_value(parameter: &AudioProcessorParameter) -> Result<f32>;
        fn parameter_default(parameter: &AudioProcessorParameter) -> Result<f32>;
        fn parameter_steps(parameter: &AudioProcessorParameter) -> Result<i32>;
        fn parameter_is_automatable(parameter: &AudioProcessorParameter) -> Result<bool>;
        fn parameter_text(parameter: &AudioProcessorParameter) -> Result<String>;
        fn parameter_text_of(parameter: &AudioProcessorParameter, value: f32) -> Result<String>;
        fn parameter_value_of(parameter: &AudioProcessorParameter, text: &str) -> Result<f32>;
    }
}

/// One parameter of a plugin, borrowed from it. Values are from 0 to 1.
#[derive(Clone, Copy)]
pub struct AudioProcessorParameter<'a> {
    plugin: &'a RawInstance,
    index: usize,
}

impl AudioProcessorParameter<'_> {
    fn raw(&self) -> Result<&ffi::AudioProcessorParameter, Error> {
        Ok(ffi::instance_parameter(self.plugin, self.index)?)
    }

    /// Its place in the plugin's list.
    pub fn index(&self) -> usize {
        self.index
    }

    /// The format's identifier.
    ///
    /// # Errors
    ///
    /// As in all calls here: what the plugin threw, or that the parameter is no more.
    pub fn id(&self) -> Result<String, Error> {
        Ok(ffi::parameter_id(self.raw()?)?)
    }

    /// The plugin's name for it.
    pub fn name(&self) -> Result<String, Error> {
        Ok(ffi::parameter_name(self.raw()?)?)
    }

    /// The unit: "dB", "Hz"; empty where there is none.
    pub fn unit(&self) -> Result<String, Error> {
        Ok(ffi::parameter_unit(self.raw()?)?)
    }

    /// The value.
    pub fn value(&self) -> Result<f32, Error> {
        Ok(ffi::parameter_value(self.raw()?)?)
    }

    /// The default value.
    pub fn default_value(&self) -> Result<f32, Error> {
        Ok(ffi::parameter_default(self.raw()?)?)
    }

    /// The number of steps; `None` where it is continuous.
    pub fn steps(&self) -> Result<Option<u32>, Error> {
        let steps = ffi::parameter_steps(self.raw()?)?;
        Ok(u32::try_from(steps).ok().filter(|&steps| steps > 1))
    }

    /// Whether the host may automate it.
    pub fn is_automatable(&self) -> Result<bool, Error> {
        Ok(ffi::parameter_is_automatable(self.raw()?)?)
    }

    /// The value in the plugin's words.
    pub fn text(&self) -> Result<String, Error> {
        Ok(ffi::parameter_text(self.raw()?)?)
    }

    /// Another value in the plugin's words. What is no number, or lies outside, is taken for the
    /// nearest that is within.
    pub fn text_of(&self, value: f32) -> Result<String, Error> {
        Ok(ffi::parameter_text_of(self.raw()?, within(value))?)
    }

    /// The value that the plugin reads from a text; `None` where that is no number from 0 to 1.
    pub fn value_of(&self, text: &str) -> Result<Option<f32>, Error> {
        let value = ffi::parameter_value_of(self.raw()?, text)?;
        Ok((0.0..=1.0).contains(&value).then_some(value))
    }
}

fn within(value: f32) -> f32 {
    if value.is_nan() {
        0.0
    } else {
        value.clamp(0.0, 1.0)
    }
}

impl Instance {
    /// Its parameters, as they are now.
    ///
    /// # Errors
    ///
    /// As in all calls here: what the plugin threw.
    pub fn parameters(
        &self,
    ) -> Result<impl ExactSizeIterator<Item = AudioProcessorParameter<'_>>, Error> {
        let plugin = self.raw();
        let count = ffi::instance_parameter_count(plugin)?;
        Ok((0..count).map(move |index| AudioProcessorParameter { plugin, index }))
    }

    /// The parameter at an index.
    pub fn parameter(&self, index: usize) -> Result<Option<AudioProcessorParameter<'_>>, Error> {
        Ok(self.parameters()?.nth(index))
    }

    /// Sets a parameter, from 0 to 1, and tells the listeners. False where there is none, or where
    /// the value is no number; what lies outside is taken for the nearest that is within.
    pub fn set_parameter(&mut self, index: usize, value: f32) -> Result<bool, Error> {
        let there = !value.is_nan() && self.parameter(index)?.is_some();
        if there {
            ffi::instance_set_parameter(self.raw(), index, within(value))?;
        }
        Ok(there)
    }

    /// Tells the plugin, and the listeners, that somebody takes hold of a parameter's control, or
    /// lets go of it. False where there is none.
    pub fn parameter_gesture(&mut self, index: usize, begins: bool) -> Result<bool, Error> {
        let there = self.parameter(index)?.is_some();
        if there {
            ffi::instance_parameter_gesture(self.raw(), index, begins)?;
        }
        Ok(there)
    }
}
