//! C++ bound by hand, through C: create, use and delete a `juce::AudioPluginFormatManager`.
//!
//! `cargo run --release --example c_ffi`. This is where the story of docs/interop.md begins. The rest
//! of Matryoshka has its bindings generated; this stays as what they are measured against
//! (benches/interop.rs).

#[path = "c_ffi/format_manager.rs"]
mod format_manager;

use format_manager::FormatManager;
// The library brings the C++ along.
use matryoshka as _;

fn main() {
    let mut manager = FormatManager::new().expect("memory for a format manager");
    assert_eq!(manager.count(), 0);
    assert!(manager.add_vst3(), "C++ threw");
    println!(
        "formats of JUCE's format manager, over C: {}",
        manager.count()
    );
    assert_eq!(manager.count(), 1);
}
