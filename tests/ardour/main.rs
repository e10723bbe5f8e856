//! What a musician does with the VST3, in Ardour: a host that we did not write.
//!
//! `cargo xtask ardour` runs it, and sees to Ardour. It is no part of `cargo xtask test`, as Ardour takes 150 MB.
#![cfg(target_os = "linux")]

#[path = "../support/desktop/mod.rs"]
mod desktop;
mod host;
mod session;
#[path = "../support/mod.rs"]
mod support;
mod walk;
