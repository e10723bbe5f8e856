//! The audio thread's vocabulary: blocks of borrowed channels, events with offsets, the transport.
//!
//! Everything here is plain data that lives in the DAW's memory or was allocated beforehand; using
//! it allocates nothing. A block's audio is a slice of channels, each a mutable slice of samples
//! (channels x frames), borrowed from the DAW for the length of one call.

mod float_settings;

pub use float_settings::FloatSettings;

/// The most channels that a block may have, main and sidechain each.
pub const MAX_CHANNELS: usize = 64;

/// The most events that an [`EventList`] made by [`EventList::default`] holds.
pub const DEFAULT_EVENT_CAPACITY: usize = 2048;

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
    pub events: &'b [Event],
    /// Where to put the events that come out.
    pub events_out: &'b mut EventList,
    /// Where in the song the block begins.
    pub transport: &'b Transport,
}

/// Something that happens at one sample of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// Samples from the block's start.
    pub offset: u32,
    /// What happens.
    pub kind: EventKind,
}

/// What an [`Event`] does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EventKind {
    /// A MIDI 1.0 channel message: status, first and second data byte (zero where unused).
    Midi([u8; 3]),
}

impl EventKind {
    /// The message's bytes as MIDI counts them: two for program change and channel pressure,
    /// three otherwise.
    pub fn midi_bytes(&self) -> &[u8] {
        match self {
            Self::Midi(bytes) => match bytes[0] & 0xf0 {
                0xc0 | 0xd0 => &bytes[..2],
                _ => bytes,
            },
        }
    }
}

/// A list of events that never grows: what does not fit is dropped and counted.
#[derive(Debug)]
pub struct EventList {
    events: Vec<Event>,
    dropped: usize,
}

impl EventList {
    /// A list for at most `capacity` events. Allocates; not for the audio thread.
    pub fn with_capacity(capacity: usize) -> Self {
        Self {
            events: Vec::with_capacity(capacity),
            dropped: 0,
        }
    }

    /// Adds an event, keeping the order of time; events of the same offset keep the order in which
    /// they came. Returns false, and counts it, if the list is full.
    pub fn push(&mut self, event: Event) -> bool {
        if self.events.len() == self.events.capacity() {
            self.dropped += 1;
            return false;
        }
        let after = self
            .events
            .iter()
            .rposition(|earlier| earlier.offset <= event.offset)
            .map_or(0, |position| position + 1);
        self.events.insert(after, event);
        true
    }

    /// The events, in the order of time.
    pub fn as_slice(&self) -> &[Event] {
        &self.events
    }

    /// Forgets the events and the count of the dropped ones; keeps the memory.
    pub fn clear(&mut self) {
        self.events.clear();
        self.dropped = 0;
    }

    /// How many events did not fit since the last [`clear`](Self::clear).
    pub fn dropped(&self) -> usize {
        self.dropped
    }
}

impl Default for EventList {
    fn default() -> Self {
        Self::with_capacity(DEFAULT_EVENT_CAPACITY)
    }
}

/// Where in the song a block begins, and how the song runs. What the host does not say is `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Transport {
    /// The song is playing.
    pub playing: bool,
    /// The host is recording.
    pub recording: bool,
    /// Beats (quarter notes) per minute.
    pub tempo_bpm: Option<f64>,
    /// The time signature: beats in a bar, and the note value of one (4 is a quarter note).
    pub time_signature: Option<(i32, i32)>,
    /// Samples since the song's start; may be negative.
    pub position_samples: Option<i64>,
    /// Seconds since the song's start; may be negative.
    pub position_seconds: Option<f64>,
    /// Quarter notes since the song's start; may be negative.
    pub position_beats: Option<f64>,
    /// Quarter notes from the song's start to the start of the current bar.
    pub bar_start_beats: Option<f64>,
    /// The loop's start and end in quarter notes, where one is active.
    pub loop_beats: Option<(f64, f64)>,
}

/// Runs `process` with numbers that are nearly zero taken for zero, as children expect of a host: some
/// take a hundred times longer over them.
#[allow(unsafe_code)]
pub fn without_denormals<R>(process: impl FnOnce() -> R) -> R {
    // SAFETY: the crate's one demand is that nothing relies on exact denormal arithmetic within;
    // children are written for hosts that flush them, and our own code moves and scales samples.
    unsafe { no_denormals::no_denormals(process) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(offset: u32, key: u8) -> Event {
        Event {
            offset,
            kind: EventKind::Midi([0x90, key, 100]),
        }
    }

    #[test]
    fn events_that_come_out_of_order_are_put_in_order_and_equals_keep_theirs() {
        let mut list = EventList::with_capacity(8);
        for event in [note(5, 1), note(2, 2), note(5, 3), note(0, 4)] {
            assert!(list.push(event));
        }
        let keys: Vec<u8> = list
            .as_slice()
            .iter()
            .map(|event| event.kind.midi_bytes()[1])
            .collect();
        assert_eq!(keys, [4, 2, 1, 3]);
    }

    #[test]
    fn a_full_list_drops_and_counts_instead_of_growing() {
        let mut list = EventList::with_capacity(2);
        let capacity = list.events.capacity();
        for key in 0..10 {
            list.push(note(0, key));
        }
        assert_eq!(list.events.capacity(), capacity);
        assert_eq!(list.dropped(), 10 - capacity);
    }
}
