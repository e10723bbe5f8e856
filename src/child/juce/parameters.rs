//! A child's parameters, in JUCE's words.

use super::JuceChild;
use crate::child::{Child, Parameter};
use crate::juce::{AudioProcessorParameter, Error};

impl JuceChild {
    pub(super) fn parameter(
        &self,
        parameter: AudioProcessorParameter<'_>,
    ) -> Result<Parameter, Error> {
        let default = parameter.default_value()?;
        Ok(Parameter {
            index: parameter.index(),
            id: parameter.id()?,
            name: parameter.name()?,
            // nice-plug's plugins tell it with a space before it.
            unit: parameter.unit()?.trim().to_owned(),
            value: parameter.value()?,
            default,
            steps: parameter.steps()?,
            automatable: parameter.is_automatable()?,
            text: parameter.text()?,
            min_text: parameter.text_of(0.0)?,
            max_text: parameter.text_of(1.0)?,
            default_text: parameter.text_of(default)?,
        })
    }

    /// The values of all parameters.
    pub(super) fn values(&self) -> Vec<f32> {
        let values = self.instance.parameters().and_then(|parameters| {
            let values = parameters.map(|parameter| parameter.value());
            values.collect::<Result<_, _>>()
        });
        self.or("telling its parameters", values, Vec::new())
    }

    /// Sets the parameters that have other values than these. JUCE's LV2 host makes a new instance to get it
    /// ready, with the state of the old one, which has heard of what was set only if a block was
    /// processed since (`prepareToPlay` in `juce_LV2PluginFormatImpl.h`).
    pub(super) fn restore(&mut self, values: &[f32]) {
        if self.description.format != "LV2" {
            return;
        }
        let now = self.values();
        for (index, (was, is)) in values.iter().zip(&now).enumerate() {
            if was != is {
                self.set_parameter(index, *was);
            }
        }
    }

    pub(super) fn parameter_words(&self, index: usize, value: f32) -> Result<String, Error> {
        let Some(parameter) = self.instance.parameter(index)? else {
            return Ok(String::new());
        };
        let (mut text, unit) = (parameter.text_of(value)?, parameter.unit()?);
        // Some say the unit with the value, too.
        if let Some(number) = text.strip_suffix(unit.trim()) {
            text.truncate(number.trim_end().len());
        }
        Ok(text)
    }

    pub(super) fn parameter_read(&self, index: usize, text: &str) -> Result<Option<f32>, Error> {
        let Some(parameter) = self.instance.parameter(index)? else {
            return Ok(None);
        };
        let Some(value) = parameter.value_of(text)? else {
            return Ok(None);
        };
        // Words that it does not know are zero, or the default, to many.
        let is_read = text.contains(|it: char| it.is_ascii_digit())
            || parameter.text_of(value)?.trim() == text.trim();
        Ok(is_read.then_some(value))
    }
}
