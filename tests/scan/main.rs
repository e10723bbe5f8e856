//! Scanning, with every misfortune that plugins, users and systems bring about: real processes, real
//! signals, and the machine's real plugins.
#![cfg(target_os = "linux")]

mod changes;
mod desk;
mod finding;
mod in_a_daw;
mod kills;
mod misfortune;
mod real_plugins;
mod stores;
#[path = "../support/mod.rs"]
mod support;
mod worker_program;
