//! The built CLAP in a host on clack-host.

use matryoshka_test_host::{Instance, Library};

use super::{ID, bundled, state};

/// The built library.
pub fn load() -> Library {
    Library::load(bundled("Matryoshka.clap")).expect("the bundle")
}

/// An instance of Matryoshka with this rack.
pub fn create(library: &Library, rack: &str) -> Instance {
    create_kind(library, ID, rack)
}

/// An instance of the library's plugin of that id, with this rack.
pub fn create_kind(library: &Library, id: &str, rack: &str) -> Instance {
    let mut instance = library.create(id).expect("an instance");
    instance.load_state(&state(rack)).expect("a state");
    instance
}
