//! A small CLAP host for tests, benches and the demo, and a smaller VST3 host ([`vst3`]).
//!
//! It loads a *built* plugin the way a DAW does, through its file and its entry point, and can be as
//! awkward as DAWs are: buffers in place or apart, blocks of any size, one input port where two are
//! declared, states read and written a few bytes at a time.
//!
//! ```no_run
//! use matryoshka_test_host::{Event, Library, Setup};
//!
//! # fn main() -> anyhow::Result<()> {
//! let library = Library::load("/usr/lib/clap/ZamCompX2.clap")?;
//! let id = library.plugin_ids()?[0].clone();
//! let mut instance = library.create(&id)?;
//!
//! let mut processor = instance.activate(Setup::new(48_000.0, 512))?;
//! processor.begin(256); // clears events and inputs
//! processor.input_mut(0, 0).fill(0.5);
//! processor.push(Event::note_on(10, 60, 0.8));
//! processor.process()?; // the plugin's call, and nothing that allocates
//! let left: &[f32] = processor.output(0, 0);
//! # let _ = left;
//!
//! let state = instance.save_state()?;
//! instance.deactivate(processor);
//! instance.load_state(&state)?;
//! # Ok(())
//! # }
//! ```
//!
//! Threads are types, as in clack: an [`Instance`] stays on the thread that made it, which is the
//! plugin's main thread; a [`Processor`] may be sent to another thread and is the audio thread
//! wherever it is called.
//!
//! | file | what it holds |
//! |---|---|
//! | `library.rs` | a loaded plugin file and what is in it |
//! | `instance.rs` | the main-thread half of a plugin: ports, latency, state, activation |
//! | `params.rs` | the same half's parameters |
//! | `processor.rs` | the audio half: blocks in, blocks out |
//! | `buffers.rs` | its audio memory, in place or apart |
//! | `render.rs` | whole signals through the audio half, in blocks of any sizes |
//! | `event.rs` | notes, MIDI and parameter values |
//! | `callbacks.rs` | what the plugin says to the host, counted |
//! | `gui.rs` | the same half's editor, in a window of the host's |
//! | `window.rs` | that window (X11) |
//! | `run_loop.rs` | timers and descriptors, for plugins that want them |
//! | `paced.rs` | audio at the pace of a sound card, on its own thread |
//! | `thread_pool.rs` | threads that the plugin may use |
//! | `pieces.rs` | streams that give and take a few bytes at a time |
//! | `vst3.rs` | the VST3 host |

mod buffers;
mod callbacks;
mod event;
#[cfg(unix)]
mod gui;
mod instance;
mod library;
mod paced;
mod params;
mod pieces;
mod processor;
mod render;
#[cfg(unix)]
mod run_loop;
mod thread_pool;
pub mod vst3;
#[cfg(unix)]
mod window;

pub use callbacks::Callbacks;
pub use clack_extensions::note_ports::{NoteDialect, NoteDialects};
pub use clack_extensions::render::RenderMode;
pub use event::{Event, EventKind};
pub use instance::{Instance, Port, Ports};
pub use library::Library;
pub use paced::Paced;
pub use params::Param;
pub use processor::{Inputs, Oddity, Processor, Setup};
pub use render::Rendered;
pub use thread_pool::{Executed, ThreadPool};
#[cfg(unix)]
pub use window::{HostWindow, Size};
