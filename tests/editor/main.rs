//! The editor of the built bundles in a host's window, on a desktop, used as a musician uses it.
//!
//! Each test runs in a process of its own: see [`desktop`]. Pictures of what it saw are kept in
//! `target/screenshots`.
#![cfg(target_os = "linux")]

mod alone;
mod burden;
#[path = "../support/desktop/mod.rs"]
mod desktop;
mod drops;
mod lives;
mod meters;
mod scale;
mod screen_reader;
mod stage;
#[path = "../support/mod.rs"]
mod support;
mod vst3;
mod walk;
