//! C++ may call a listener as long as the plugin lives, so it cannot borrow.
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use matryoshka::juce::{AudioProcessorListener, Instance};

struct Borrows<'a>(&'a AtomicUsize);

impl AudioProcessorListener for Borrows<'_> {}

fn watch(plugin: &mut Instance) {
    let count = AtomicUsize::new(0);
    plugin.add_listener(Arc::new(Borrows(&count))).unwrap();
}

fn main() {
    let _ = watch;
}
