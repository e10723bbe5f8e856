//! A plugin's parameters, as CLAP shows them.

use std::ffi::CString;

use anyhow::{Context, Result};
use clack_extensions::params::{ParamInfoBuffer, ParamInfoFlags, PluginParams};
use clack_host::prelude::*;

use crate::{Event, Instance};

/// A parameter. Its values are CLAP's plain ones; nice-plug's plugins show steps (0 to their number)
/// or, without steps, 0 to 1, whatever the range the musician sees.
#[derive(Clone, Debug, PartialEq)]
pub struct Param {
    /// Names the parameter in events and for the text.
    pub id: u32,
    /// The name shown to the musician.
    pub name: String,
    /// The group, with slashes for groups in groups.
    pub module: String,
    /// The lowest value.
    pub min: f64,
    /// The highest value.
    pub max: f64,
    /// The value of a new instance.
    pub default: f64,
    /// The value now.
    pub value: f64,
    /// Takes whole numbers only.
    pub is_stepped: bool,
    /// A DAW may automate it.
    pub is_automatable: bool,
    /// A DAW may modulate it.
    pub is_modulatable: bool,
    /// A DAW should not show it.
    pub is_hidden: bool,
}

impl Instance {
    /// All parameters, in the plugin's order.
    pub fn params(&mut self) -> Vec<Param> {
        let handle = self.plugin.plugin_handle();
        let Some(params) = handle.shared().get_extension::<PluginParams>() else {
            return Vec::new();
        };
        let mut buffer = ParamInfoBuffer::new();
        (0..params.count(&handle))
            .filter_map(|index| {
                let info = params.get_info(&handle, index, &mut buffer)?;
                Some(Param {
                    id: info.id.get(),
                    name: String::from_utf8_lossy(info.name).into_owned(),
                    module: String::from_utf8_lossy(info.module).into_owned(),
                    min: info.min_value,
                    max: info.max_value,
                    default: info.default_value,
                    value: params.get_value(&handle, info.id)?,
                    is_stepped: info.flags.contains(ParamInfoFlags::IS_STEPPED),
                    is_automatable: info.flags.contains(ParamInfoFlags::IS_AUTOMATABLE),
                    is_modulatable: info.flags.contains(ParamInfoFlags::IS_MODULATABLE),
                    is_hidden: info.flags.contains(ParamInfoFlags::IS_HIDDEN),
                })
            })
            .collect()
    }

    /// The first parameter of this name.
    pub fn param(&mut self, name: &str) -> Result<Param> {
        self.params()
            .into_iter()
            .find(|param| param.name == name)
            .with_context(|| format!("no parameter is called \"{name}\""))
    }

    /// The text the plugin shows for a value.
    pub fn param_text(&mut self, id: u32, value: f64) -> Result<String> {
        let handle = self.plugin.plugin_handle();
        let params: PluginParams = handle.shared().get_extension().context("no parameters")?;
        let mut buffer = [0; 256];
        let text = params
            .value_to_text(&handle, ClapId::new(id), value, &mut buffer)
            .with_context(|| format!("no text for the value {value} of parameter {id}"))?;
        Ok(String::from_utf8_lossy(text).into_owned())
    }

    /// The value the plugin reads from a text such as "-6 dB".
    pub fn param_value(&mut self, id: u32, text: &str) -> Result<f64> {
        let handle = self.plugin.plugin_handle();
        let params: PluginParams = handle.shared().get_extension().context("no parameters")?;
        params
            .text_to_value(&handle, ClapId::new(id), &CString::new(text)?)
            .with_context(|| format!("parameter {id} cannot read \"{text}\""))
    }

    /// The event that sets the parameter called `name` to what `text` says, at sample `at`.
    pub fn param_event(&mut self, at: u32, name: &str, text: &str) -> Result<Event> {
        let id = self.param(name)?.id;
        Ok(Event::param(at, id, self.param_value(id, text)?))
    }

    /// Sets the parameter called `name` to what `text` says, without processing (CLAP's flush).
    /// For an inactive plugin; an active one takes [`Event`]s.
    pub fn set_param(&mut self, name: &str, text: &str) -> Result<()> {
        let event = self.param_event(0, name, text)?;
        self.flush(&[event])
    }

    /// Hands over events without processing (CLAP's flush). For an inactive plugin.
    pub fn flush(&mut self, given: &[Event]) -> Result<()> {
        let mut events = EventBuffer::with_capacity(given.len());
        for event in given {
            event.push_to(&mut events);
        }

        let mut handle = self
            .plugin
            .inactive_plugin_handle()
            .context("set_param is for inactive plugins")?;
        let params: PluginParams = handle
            .as_main_thread()
            .shared()
            .get_extension()
            .context("no parameters")?;
        params.flush(&mut handle, &events.as_input(), &mut OutputEvents::void());
        Ok(())
    }
}
