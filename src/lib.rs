//! Matryoshka: an audio plugin that hosts other plugins.
#![allow(clippy::module_name_repetitions)]
extern crate nih_plug as nice_plug;

pub mod audio;
pub mod child;
pub mod juce;
pub mod threads;
