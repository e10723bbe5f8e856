//! `matryoshka run`: a rack in a window without a DAW, as its users meet it: the real program on a desktop, real
//! plugins, and a real JACK server.
//!
//! Each test with a window runs in a process of its own: see [`desktop`].
#![cfg(target_os = "linux")]

#[path = "../support/desktop/mod.rs"]
mod desktop;
mod ear;
mod misfortunes;
mod running;
mod server;
#[path = "../support/mod.rs"]
mod support;
mod window;
mod with_jack;
