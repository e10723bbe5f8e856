//! The audio thread's vocabulary: blocks of borrowed channels, events with offsets, the transport.
//!
//! Everything here is plain data that lives in the DAW's memory or was allocated beforehand; using
//! it allocates nothing. A block's audio is a slice of channels, each a mutable slice of samples
//! (channels x frames), borrowed from the DAW for the length of one call.

mod crowd;
mod event;
mod event_list;
mod events;
mod float_settings;
mod points;
mod transport;

pub use event::{Event, EventKind, Expression, Note, SysEx, midi_bytes};
pub use event_list::{DEFAULT_EVENT_CAPACITY, EventList};
pub use events::{Events, Listening};
pub use float_settings::FloatSettings;
pub use points::{DEFAULT_MIN_SPLIT_FRAMES, HostPoint, HostPointKind, ParameterPoint, Points};
pub use transport::{FrameRate, Transport};

/// The most channels that a block may have, main and sidechain each.
pub const MAX_CHANNELS: usize = 64;

/// One block of audio on its way through the rack or a child, with what belongs to it.
///
/// `'a` is the life of the samples, `'b` that of the lists that point to them.
pub struct Block<'b, 'a> {
    /// The main channels, each `frames` samples long: input on entry, output on return.
    pub main: &'b mut [&'a mut [f32]],
    /// The sidechain's channels, each `frames` samples long; empty where the host gives none.
    pub sidechain: &'b [&'a mut [f32]],
    /// The block's length in samples. It may vary from block to block, up to the maximum that was
    /// announced when activating.
    pub frames: usize,
    /// What happens within the block, in the order of time.
    pub events: Events<'b>,
    /// How the child's parameters move within the block. Those of the rack's children are worked out on
    /// the way: here the host's block has none.
    pub points: Points<'b>,
    /// Where to put the events that come out.
    pub events_out: &'b mut EventList,
    /// Where in the song the block begins.
    pub transport: &'b Transport,
}

/// Runs `process` with numbers that are nearly zero taken for zero, as children expect of a host: some
/// take a hundred times longer over them.
#[allow(unsafe_code)]
pub fn without_denormals<R>(process: impl FnOnce() -> R) -> R {
    // SAFETY: the crate's one demand is that nothing relies on exact denormal arithmetic within;
    // children are written for hosts that flush them, and our own code moves and scales samples.
    unsafe { no_denormals::no_denormals(process) }
}
