//! Nor can it be an object that one thread at a time may use.
use std::cell::Cell;
use std::sync::Arc;

use matryoshka::juce::{AudioProcessorListener, Instance};

struct Counts(Cell<usize>);

impl AudioProcessorListener for Counts {}

fn watch(plugin: &mut Instance) {
    plugin.add_listener(Arc::new(Counts(Cell::new(0)))).unwrap();
}

fn main() {
    let _ = watch;
}
