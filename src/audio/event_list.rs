//! A list of events that is filled on the audio thread.

use super::event::{Event, EventKind, SysEx};
use super::events::Events;

/// The most events that an [`EventList`] made by [`EventList::default`] holds.
pub const DEFAULT_EVENT_CAPACITY: usize = 2048;

/// Bytes of system exclusive messages that a list has room for, for each event.
const SYSEX_BYTES_PER_EVENT: usize = 32;

/// A list of events that never grows: what does not fit is dropped and counted.
#[derive(Debug)]
pub struct EventList {
    events: Vec<Event>,
    bytes: Vec<u8>,
    dropped: usize,
}

impl EventList {
    /// A list for at most `capacity` events. Allocates; not for the audio thread.
    pub fn with_capacity(capacity: usize) -> Self {
        Self {
            events: Vec::with_capacity(capacity),
            bytes: Vec::with_capacity(capacity * SYSEX_BYTES_PER_EVENT),
            dropped: 0,
        }
    }

    /// Adds an event, keeping the order of time; events of the same offset keep the order in which
    /// they came. Returns false, and counts it, if the list is full. System exclusive messages are
    /// added by [`push_sysex`](Self::push_sysex).
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

    /// Adds a system exclusive message, from 0xf0 to 0xf7. Returns false, and counts it, if there is no
    /// room for all of it.
    pub fn push_sysex(&mut self, offset: u32, message: &[u8]) -> bool {
        let start = self.bytes.len();
        let fits = message.len() <= self.bytes.capacity() - start
            && self.events.len() < self.events.capacity();
        let (Ok(at), Ok(length), true) = (u32::try_from(start), u32::try_from(message.len()), fits)
        else {
            self.dropped += 1;
            return false;
        };
        self.bytes.extend_from_slice(message);
        self.push(Event {
            offset,
            kind: EventKind::SysEx(SysEx { start: at, length }),
        })
    }

    /// Adds an event of another list, `later` by so many samples, with its bytes.
    pub fn push_from(&mut self, events: &Events<'_>, event: Event, later: u32) -> bool {
        let offset = event.offset.saturating_add(later);
        match event.kind {
            EventKind::SysEx(message) => self.push_sysex(offset, events.sysex(message)),
            kind => self.push(Event { offset, kind }),
        }
    }

    /// The events, in the order of time.
    pub fn as_slice(&self) -> &[Event] {
        &self.events
    }

    /// The events, as everybody hears them.
    pub fn as_events(&self) -> Events<'_> {
        Events::new(&self.events, &self.bytes)
    }

    /// Forgets the events and the count of the dropped ones; keeps the memory.
    pub fn clear(&mut self) {
        self.events.clear();
        self.bytes.clear();
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
        assert_eq!(
            list.as_slice(),
            [note(0, 4), note(2, 2), note(5, 1), note(5, 3)]
        );
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

    #[test]
    fn system_exclusive_messages_keep_their_bytes_from_list_to_list() {
        let mut list = EventList::with_capacity(2);
        assert!(list.push_sysex(3, &[0xf0, 1, 2, 0xf7]));
        assert!(!list.push_sysex(4, &[0; 1000]));
        assert_eq!(list.dropped(), 1);
        let mut other = EventList::with_capacity(2);
        for event in list.as_events().iter() {
            assert!(other.push_from(&list.as_events(), event, 2));
        }
        let events = other.as_events();
        let Some(Event {
            offset: 5,
            kind: EventKind::SysEx(message),
        }) = events.iter().next()
        else {
            panic!("the message has gone");
        };
        assert_eq!(events.sysex(message), [0xf0, 1, 2, 0xf7]);
    }
}
