//! Matryoshka as a CLAP plugin.
#![allow(unsafe_code)]

use nih_plug::prelude::*;

use super::Matryoshka;

impl ClapPlugin for Matryoshka {
    const CLAP_ID: &'static str = "org.matryoshka.matryoshka";
    const CLAP_DESCRIPTION: Option<&'static str> =
        Some("A rack of plugins of any format, in one plugin");
    const CLAP_MANUAL_URL: Option<&'static str> = None;
    const CLAP_SUPPORT_URL: Option<&'static str> = None;
    const CLAP_FEATURES: &'static [ClapFeature] = &[
        ClapFeature::AudioEffect,
        ClapFeature::Utility,
        ClapFeature::Stereo,
        ClapFeature::Mono,
    ];
}

nice_export_clap!(Matryoshka);
