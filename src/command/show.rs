//! `matryoshka show`: one plugin, looked at closely.

use std::process::ExitCode;

use clap::Args;
use matryoshka::catalog::{Thoroughness, resolve};
use matryoshka::child::{
    Activation, Bus, ChildError, Description, Formats, Layout, MESSAGE_LOOP, Midi, Parameter, Tail,
};
use matryoshka::rack::PluginReference;
use matryoshka::rack::compile::fit;
use matryoshka::threads::{MessageThread, Messages};
use serde_json::{Value, json};

use super::list::plugin_document;
use super::table::Table;
use super::terminal::Terminal;
use super::{Outcome, Trouble};

/// Show a plugin's buses, latency, tail and parameters
///
/// The plugin is loaded and prepared as in a stereo rack at 48 kHz, in blocks of 512 samples.
#[derive(Debug, Args)]
pub struct Show {
    /// The plugin, as in rack files: "ZamCompX2", "VST3:ZamCompX2", or the URI of an LV2 plugin
    #[arg(value_name = "PLUGIN")]
    plugin: String,
}

/// The chain that the plugin is fitted to.
const CHANNELS: usize = 2;
const ACTIVATION: Activation = Activation {
    sample_rate: 48_000.0,
    max_frames: 512,
    offline: false,
};

/// All that there is to see.
struct Sight {
    description: Description,
    buses: Vec<Bus>,
    /// What it settled for in a stereo chain.
    layout: Layout,
    latency_samples: u32,
    tail: Tail,
    midi: Midi,
    parameters: Vec<Parameter>,
}

impl Show {
    pub fn run(self, terminal: &Terminal) -> Outcome {
        let spinner = terminal.spinner("loading the plugin");
        let messages = Messages::acquire(&MESSAGE_LOOP)?;
        let sight = messages.ask(move |thread| look(thread, &self.plugin));
        spinner.finish_and_clear();
        let sight = sight??;
        if terminal.json() {
            terminal.document(&sight.document())?;
        } else {
            terminal.say(&sight.text())?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn look(thread: &MessageThread, plugin: &str) -> Result<Sight, Trouble> {
    let found = resolve(thread, &PluginReference::from(plugin), Thoroughness::Every)?;
    let mut child = Formats::shared(thread)?
        .create(thread, &found)
        .map_err(without_settings)?;
    let buses = child.buses();
    let layout = child.negotiate(Layout {
        main_inputs: CHANNELS,
        main_outputs: CHANNELS,
        sidechain: CHANNELS,
    });
    let processor = child.activate(&ACTIVATION)?;
    let sight = Sight {
        description: child.description().clone(),
        buses,
        layout,
        latency_samples: child.latency_samples(),
        tail: child.tail(),
        midi: child.midi(),
        parameters: child.parameters(),
    };
    child.deactivate(processor);
    Ok(sight)
}

/// There are no settings to be kept here.
fn without_settings(error: ChildError) -> Trouble {
    match error {
        ChildError::NotLoaded { plugin, reason } => {
            format!("{plugin} could not be loaded: {reason}").into()
        }
        other => other.into(),
    }
}

impl Sight {
    fn text(&self) -> String {
        let Description {
            vendor,
            version,
            category,
            file,
            id,
            ..
        } = &self.description;
        let mut facts = Table::default();
        let mut fact = |name: &str, text: String| {
            if !text.is_empty() {
                facts.line([name.to_owned(), text]);
            }
        };
        fact("Vendor", vendor.clone());
        fact("Version", version.clone());
        fact("Category", category.clone());
        fact("File", file.clone());
        fact("Id", id.clone());
        fact(
            "Latency",
            format!("{} samples at 48 kHz", self.latency_samples),
        );
        fact("Tail", tail_text(self.tail));
        fact("MIDI", midi_text(self.midi).to_owned());
        for (direction, is_input) in [("Inputs", true), ("Outputs", false)] {
            fact(direction, buses_text(&self.buses, is_input));
        }
        fact("In a stereo rack", fit_text(self.layout));
        let mut text = format!("{}\n{}", self.description, facts.text("  "));
        if self.parameters.is_empty() {
            return text + "\nNo parameters\n";
        }
        let mut parameters =
            Table::with_heading(&["PARAMETER", "FROM", "TO", "DEFAULT", "UNIT", "STEPS"]);
        for parameter in &self.parameters {
            parameters.line([
                parameter.name.clone(),
                tidy(&parameter.min_text),
                tidy(&parameter.max_text),
                tidy(&parameter.default_text),
                parameter.unit.clone(),
                parameter
                    .steps
                    .map_or_else(String::new, |steps| steps.to_string()),
            ]);
        }
        text += "\n";
        text += &parameters.text("  ");
        text
    }

    fn document(&self) -> Value {
        let buses: Vec<Value> = self.buses.iter().map(bus_document).collect();
        let parameters: Vec<Value> = self.parameters.iter().map(parameter_document).collect();
        let Layout {
            main_inputs,
            main_outputs,
            sidechain,
        } = self.layout;
        let (seconds, is_infinite) = match self.tail {
            Tail::Seconds(seconds) => (Some(seconds), false),
            Tail::Infinite => (None, true),
        };
        json!({
            "plugin": plugin_document(&self.description),
            "buses": buses,
            "in_stereo_rack": {
                "main_inputs": main_inputs,
                "main_outputs": main_outputs,
                "sidechain": sidechain,
                "instances": fit(CHANNELS, self.layout).instances(CHANNELS),
            },
            "latency_samples": self.latency_samples,
            "sample_rate": ACTIVATION.sample_rate,
            "block": ACTIVATION.max_frames,
            "tail_seconds": seconds,
            "tail_infinite": is_infinite,
            "takes_midi": self.midi.takes,
            "makes_midi": self.midi.makes,
            "parameters": parameters,
        })
    }
}

fn tail_text(tail: Tail) -> String {
    match tail {
        Tail::Seconds(0.0) => "none reported".to_owned(),
        Tail::Seconds(seconds) => format!("{seconds:.3} s"),
        Tail::Infinite => "endless".to_owned(),
    }
}

fn midi_text(midi: Midi) -> &'static str {
    match (midi.takes, midi.makes) {
        (true, true) => "in and out",
        (true, false) => "in",
        (false, true) => "out",
        (false, false) => "none",
    }
}

/// "Input (2 channels), Sidechain (1 channel, off)".
fn buses_text(buses: &[Bus], is_input: bool) -> String {
    let texts: Vec<String> = buses
        .iter()
        .filter(|bus| bus.is_input == is_input)
        .map(|bus| {
            let plural = if bus.channels == 1 { "" } else { "s" };
            let off = if bus.enabled { "" } else { ", off" };
            let name = if bus.name.is_empty() {
                "unnamed"
            } else {
                &bus.name
            };
            format!("{name} ({} channel{plural}{off})", bus.channels)
        })
        .collect();
    if texts.is_empty() {
        return "none".to_owned();
    }
    texts.join(", ")
}

fn fit_text(layout: Layout) -> String {
    let instances = match fit(CHANNELS, layout).instances(CHANNELS) {
        1 => String::new(),
        more => format!(", as {more} linked instances"),
    };
    let sidechain = match layout.sidechain {
        0 => String::new(),
        1 => ", mono sidechain".to_owned(),
        channels => format!(", sidechain of {channels} channels"),
    };
    format!(
        "{} in, {} out{sidechain}{instances}",
        layout.main_inputs, layout.main_outputs
    )
}

/// A number as people write it: "10" for a plugin's "9.999999".
fn tidy(text: &str) -> String {
    let Some(number) = text.parse::<f64>().ok().filter(|_| text.contains('.')) else {
        return text.to_owned();
    };
    let decimals = if number.abs() < 1.0 { 6 } else { 3 };
    let rounded = format!("{number:.decimals$}");
    match rounded.trim_end_matches('0').trim_end_matches('.') {
        "" | "-0" => "0".to_owned(),
        short => short.to_owned(),
    }
}

fn bus_document(bus: &Bus) -> Value {
    json!({
        "name": bus.name,
        "direction": if bus.is_input { "input" } else { "output" },
        "channels": bus.channels,
        "enabled": bus.enabled,
    })
}

fn parameter_document(parameter: &Parameter) -> Value {
    json!({
        "index": parameter.index,
        "id": parameter.id,
        "name": parameter.name,
        "unit": parameter.unit,
        "min_text": parameter.min_text,
        "max_text": parameter.max_text,
        "default_text": parameter.default_text,
        "default": parameter.default,
        "value": parameter.value,
        "text": parameter.text,
        "steps": parameter.steps,
        "automatable": parameter.automatable,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shown_without_the_noise_of_floats_and_words_as_they_are() {
        for (text, shown) in [
            ("9.999999", "10"),
            ("-80.000000", "-80"),
            ("0.100000", "0.1"),
            ("-0.000000", "0"),
            ("20", "20"),
            ("VocalLeveller", "VocalLeveller"),
            ("1.5 kHz", "1.5 kHz"),
        ] {
            assert_eq!(tidy(text), shown);
        }
    }
}
