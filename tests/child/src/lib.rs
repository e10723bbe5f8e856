//! The fixture child: a plugin (CLAP + VST3) that does exactly what its parameters say, so that a
//! test can tell to the sample whether a rack treats its children right.
//!
//! | parameter | effect |
//! |---|---|
//! | Gain | each sample times this gain; at 0 dB the very same bits |
//! | Latency | the audio comes this many samples late, and the host is told so |
//! | Sidechain gate | a sample passes only where the sidechain was not silent |
//! | MIDI echo | each note event is sent out again at its own sample |
//! | State size | how much the saved state carries; checked when it is loaded |
//! | Invert | each sample's sign is turned |
//! | Tell denormals | instead of audio, how numbers are treated that are nearly zero |
//! | Misdeed | it does what no plugin should: see `misbehave.rs` |
//! | State damaged | set by a load whose state was not what had been saved |
//!
//! All take effect at their sample, unsmoothed. Deep in a rack, where a test reaches no parameter,
//! the environment sets them for new instances: `MATRYOSHKA_FIXTURE="gain=-6,latency=64"`.
//!
//! | file | what it holds |
//! |---|---|
//! | `params.rs` | the parameters, their state and the environment |
//! | `pattern.rs` | the text that fills a state of a given size |
//! | `delay.rs` | the real latency |
//! | `misbehave.rs` | NaN, infinities, runaway levels, writing outside |
//!
//! Further misbehaviour (crash, hang, a lie about latency..) goes there, too. All of it must be off in a
//! new instance.

mod delay;
mod misbehave;
mod params;
mod pattern;

use std::sync::Arc;

use nih_plug::prelude::*;

use crate::delay::Delay;
use crate::params::{FixtureParams, MAX_LATENCY_SAMPLES};

/// The plugin.
pub struct Fixture {
    params: Arc<FixtureParams>,
    /// One for each main channel.
    delays: Vec<Delay>,
    /// The sidechain's gate, delayed like the audio: 1 where it was open, else 0.
    gate: Delay,
    /// What the host was told last.
    reported_latency: u32,
}

impl Default for Fixture {
    fn default() -> Self {
        let params = FixtureParams::from_env(std::env::var("MATRYOSHKA_FIXTURE").ok().as_deref());
        Self {
            params: Arc::new(params),
            delays: Vec::new(),
            gate: Delay::new(0),
            reported_latency: 0,
        }
    }
}

const SIDECHAIN: &[std::num::NonZeroU32] = &[new_nonzero_u32(2)];

impl Plugin for Fixture {
    const NAME: &'static str = "Matryoshka Fixture";
    const VENDOR: &'static str = "Matryoshka";
    const URL: &'static str = "";
    const EMAIL: &'static str = "";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");

    const AUDIO_IO_LAYOUTS: &'static [AudioIOLayout] = &[
        AudioIOLayout {
            main_input_channels: NonZeroU32::new(2),
            main_output_channels: NonZeroU32::new(2),
            aux_input_ports: SIDECHAIN,
            ..AudioIOLayout::const_default()
        },
        AudioIOLayout {
            main_input_channels: NonZeroU32::new(1),
            main_output_channels: NonZeroU32::new(1),
            aux_input_ports: SIDECHAIN,
            ..AudioIOLayout::const_default()
        },
    ];

    const MIDI_INPUT: MidiConfig = MidiConfig::Basic;
    const MIDI_OUTPUT: MidiConfig = MidiConfig::Basic;

    // Tests of automation want to see a value arrive at its sample.
    const SAMPLE_ACCURATE_AUTOMATION: bool = true;

    type Editor = ();
    type SysExMessage = ();
    type BackgroundTask = ();

    fn params(&self) -> Arc<dyn Params> {
        self.params.clone()
    }

    fn activate(
        &mut self,
        layout: &AudioIOLayout,
        _config: &BufferConfig,
        context: &mut impl ActivateContext<Self>,
    ) -> bool {
        let channels = layout.main_output_channels.map_or(0, NonZeroU32::get) as usize;
        self.delays
            .resize_with(channels, || Delay::new(MAX_LATENCY_SAMPLES));
        // The gate is made at the first activation, so that scanning the plugin costs nothing.
        if self.gate.max_samples() < MAX_LATENCY_SAMPLES {
            self.gate = Delay::new(MAX_LATENCY_SAMPLES);
        }
        self.reported_latency = self.params.latency_samples();
        context.set_latency_samples(self.reported_latency);
        true
    }

    fn reset(&mut self) {
        self.delays.iter_mut().for_each(Delay::clear);
        self.gate.clear();
    }

    fn process(
        &mut self,
        buffer: &mut Buffer,
        aux: &mut AuxiliaryBuffers,
        context: &mut impl ProcessContext<Self>,
    ) -> ProcessStatus {
        let latency = self.params.latency_samples();
        if latency != self.reported_latency {
            self.reported_latency = latency;
            context.set_latency_samples(latency);
        }

        self.process_audio(buffer, sidechain_of(aux), latency as usize);

        if self.params.tell_denormals.value() {
            let told = misbehave::denormals_are_flushed();
            for channel in buffer.as_slice() {
                channel.fill(told);
            }
        }
        if let Some(misdeed) = self.params.misdeed() {
            misbehave::misbehave(misdeed, buffer);
        }

        let echo = self.params.midi_echo.value();
        while let Some(event) = context.next_event() {
            if echo {
                // A host without room for the event, or for any, is not this plugin's problem.
                let _ = context.try_send_event(event);
            }
        }
        ProcessStatus::Normal
    }
}

impl Fixture {
    /// `sidechain` may hold fewer samples than `buffer`, or none: what is missing is silent.
    fn process_audio(&mut self, buffer: &mut Buffer, sidechain: [&[f32]; 2], latency: usize) {
        let gain = self.params.gain();
        let inverted = self.params.invert.value();
        let gated = self.params.sidechain_gate.value();
        let key = |channel: usize, frame: usize| {
            sidechain[channel]
                .get(frame)
                .map_or(0.0, |sample| sample.abs())
        };

        for frame in 0..buffer.samples() {
            let open = key(0, frame) + key(1, frame) > 0.0;
            let open = self.gate.process(f32::from(u8::from(open)), latency) > 0.0;
            for (samples, delay) in buffer.as_slice().iter_mut().zip(&mut self.delays) {
                let sample = &mut samples[frame];
                *sample = delay.process(*sample, latency);
                if gated && !open {
                    *sample = 0.0;
                } else if gain != 1.0 {
                    // At 0 dB not even a multiplication: with denormals flushed, that would change
                    // bits.
                    *sample *= gain;
                }
                if inverted {
                    *sample = -*sample;
                }
            }
        }
    }
}

/// The sidechain's two channels; empty where the host gives none.
fn sidechain_of<'a>(aux: &'a AuxiliaryBuffers) -> [&'a [f32]; 2] {
    let channels = aux
        .inputs
        .first()
        .map_or(&[][..], |port| port.as_slice_immutable());
    [0, 1].map(|channel| {
        channels
            .get(channel)
            .map_or(&[][..], |samples| &samples[..])
    })
}

impl ClapPlugin for Fixture {
    const CLAP_ID: &'static str = "org.matryoshka.fixture";
    const CLAP_DESCRIPTION: Option<&'static str> =
        Some("Does exactly what its parameters say, for Matryoshka's tests");
    const CLAP_MANUAL_URL: Option<&'static str> = None;
    const CLAP_SUPPORT_URL: Option<&'static str> = None;
    const CLAP_FEATURES: &'static [ClapFeature] = &[
        ClapFeature::AudioEffect,
        ClapFeature::Utility,
        ClapFeature::Stereo,
        ClapFeature::Mono,
    ];
}

impl Vst3Plugin for Fixture {
    const VST3_CLASS_ID: [u8; 16] = *b"MatryoshkaFixtur";
    const VST3_SUBCATEGORIES: &'static [Vst3SubCategory] =
        &[Vst3SubCategory::Fx, Vst3SubCategory::Tools];
}

nice_export_clap!(Fixture);
nice_export_vst3!(Fixture);
