//! The plugins of the bundle: the same rack behind different ports.

use std::num::NonZeroU32;

use nih_plug::prelude::*;

use super::apart::MAX_OUTPUTS;

/// As many channels as the main input has, for surround, Ambisonics and the like.
macro_rules! wide {
    ($channels:literal, $name:literal) => {
        layout(
            $channels,
            const { &[new_nonzero_u32($channels)] },
            names($name),
        )
    };
}

/// What tells one plugin of the bundle from the other.
pub trait Kind: Send + 'static {
    /// The name that hosts show.
    const NAME: &'static str;
    /// Audio ports to choose from.
    const LAYOUTS: &'static [AudioIOLayout];
    /// What nice-plug hands over of MIDI: next to nothing, since our entries read the host's events themselves.
    const MIDI: MidiConfig = MidiConfig::Basic;
    /// There is no entry of ours: the plugin's own program runs it.
    const ALONE: bool = false;
    /// CLAP's id.
    const CLAP_ID: &'static str;
    /// A line for the musician.
    const CLAP_DESCRIPTION: &'static str;
    /// What hosts sort by.
    const CLAP_FEATURES: &'static [ClapFeature];
    /// VST3's class id.
    const VST3_CLASS_ID: [u8; 16];
    /// What hosts sort by.
    const VST3_SUBCATEGORIES: &'static [Vst3SubCategory];
}

/// The rack on a track of audio: what goes in comes out changed.
pub enum Effect {}

/// The rack on a track of notes: no audio goes in, and much may come out.
pub enum Instrument {}

impl Kind for Effect {
    const NAME: &'static str = "Matryoshka";
    // The third is what a VST3 host gets that asks for a mono track: nice-plug 0.4.2 takes the main
    // bus's channels for those of the sidechain too (`aux_input_start_idx` in `setBusArrangements`,
    // its `wrapper/vst3/wrapper.rs`), so that "Mono" never matches there. It can go with that. The
    // sidechains of wide layouts are as wide for the same reason; a narrower one may be connected.
    const LAYOUTS: &'static [AudioIOLayout] = &[
        layout(2, STEREO, names("Stereo")),
        layout(1, STEREO, names("Mono")),
        layout(1, MONO, names("Mono, mono sidechain")),
        wide!(3, "3 channels"),
        wide!(4, "4 channels"),
        wide!(5, "5 channels"),
        wide!(6, "6 channels"),
        wide!(7, "7 channels"),
        wide!(8, "8 channels"),
        wide!(9, "9 channels"),
        wide!(10, "10 channels"),
        wide!(12, "12 channels"),
        wide!(14, "14 channels"),
        wide!(16, "16 channels"),
        wide!(25, "25 channels"),
        wide!(32, "32 channels"),
        wide!(36, "36 channels"),
        wide!(49, "49 channels"),
        wide!(64, "64 channels"),
    ];
    const CLAP_ID: &'static str = "org.matryoshka.matryoshka";
    const CLAP_DESCRIPTION: &'static str = "A rack of plugins of any format, in one plugin";
    const CLAP_FEATURES: &'static [ClapFeature] = &[
        ClapFeature::AudioEffect,
        ClapFeature::Utility,
        ClapFeature::Stereo,
        ClapFeature::Mono,
    ];
    const VST3_CLASS_ID: [u8; 16] = *b"MatryoshkaRack01";
    const VST3_SUBCATEGORIES: &'static [Vst3SubCategory] =
        &[Vst3SubCategory::Fx, Vst3SubCategory::Tools];
}

impl Kind for Instrument {
    const NAME: &'static str = "Matryoshka Instrument";
    const LAYOUTS: &'static [AudioIOLayout] = &[AudioIOLayout {
        main_output_channels: NonZeroU32::new(2),
        aux_output_ports: &[new_nonzero_u32(2); MAX_OUTPUTS - 1],
        names: PortNames {
            layout: Some("16 stereo outputs"),
            main_output: Some("Out 1"),
            aux_outputs: &[
                "Out 2", "Out 3", "Out 4", "Out 5", "Out 6", "Out 7", "Out 8", "Out 9", "Out 10",
                "Out 11", "Out 12", "Out 13", "Out 14", "Out 15", "Out 16",
            ],
            ..PortNames::const_default()
        },
        ..AudioIOLayout::const_default()
    }];
    const CLAP_ID: &'static str = "org.matryoshka.instrument";
    const CLAP_DESCRIPTION: &'static str = "A rack of instruments and effects, in one instrument";
    const CLAP_FEATURES: &'static [ClapFeature] = &[
        ClapFeature::Instrument,
        ClapFeature::Synthesizer,
        ClapFeature::Stereo,
    ];
    const VST3_CLASS_ID: [u8; 16] = *b"MatryoshkaInst01";
    const VST3_SUBCATEGORIES: &'static [Vst3SubCategory] =
        &[Vst3SubCategory::Instrument, Vst3SubCategory::Synth];
}

const STEREO: &[NonZeroU32] = &[new_nonzero_u32(2)];
const MONO: &[NonZeroU32] = &[new_nonzero_u32(1)];

const fn layout(
    channels: u32,
    sidechain: &'static [NonZeroU32],
    names: PortNames,
) -> AudioIOLayout {
    AudioIOLayout {
        main_input_channels: NonZeroU32::new(channels),
        main_output_channels: NonZeroU32::new(channels),
        aux_input_ports: sidechain,
        names,
        ..AudioIOLayout::const_default()
    }
}

const fn names(layout: &'static str) -> PortNames {
    PortNames {
        layout: Some(layout),
        aux_inputs: &["Sidechain"],
        ..PortNames::const_default()
    }
}
