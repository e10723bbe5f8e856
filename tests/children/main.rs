//! Real plugins as children, with nothing but the contract between: their automation to the sample, their
//! programs, presets and system exclusive messages.

mod automation;
mod hold;
mod presets;
#[path = "../support/mod.rs"]
mod support;
