//! Matryoshka as a VST3 plugin.
#![allow(unsafe_code)]

use nih_plug::prelude::*;

use super::Matryoshka;

impl Vst3Plugin for Matryoshka {
    const VST3_CLASS_ID: [u8; 16] = *b"MatryoshkaRack01";
    const VST3_SUBCATEGORIES: &'static [Vst3SubCategory] =
        &[Vst3SubCategory::Fx, Vst3SubCategory::Tools];
}

nice_export_vst3!(Matryoshka);
