//! A list of events that is filled on the audio thread.

#[cfg(test)]
mod tests;

use super::crowd::{Worth, worth};
use super::event::{Event, EventKind, SysEx};
use super::events::Events;

/// The most events that an [`EventList`] made by [`EventList::default`] holds.
pub const DEFAULT_EVENT_CAPACITY: usize = 2048;

/// Bytes of system exclusive messages that a list has room for, for each event.
const SYSEX_BYTES_PER_EVENT: usize = 32;

/// Lists smaller than this have no room to be choosy: what comes when they are full is dropped.
const SMALLEST_CHOOSY: usize = 128;

/// The messages that end all notes, one for each MIDI channel.
const ALL_NOTES_OFF: usize = 16;

/// How many addresses a crowded list remembers the latest event of. A power of two.
const REMEMBERED: usize = 1024;

/// A list of events that never grows.
///
/// Where events come faster than there is room, what matters least is lost, and counted:
///
/// 1. Up to three quarters, everything is taken.
/// 2. Then notes no longer begin. Controllers, bends, pressures and expressions replace the value of
///    the last one of their kind and address.
/// 3. The last eighth is for what ends notes.
/// 4. If even that does not fit, all notes of all channels are ended.
#[derive(Debug)]
pub struct EventList {
    events: Vec<Event>,
    bytes: Vec<u8>,
    room: Room,
    /// Where the latest event of an address stands, by the address's hash; as of when the list became
    /// crowded.
    latest: Box<[u32]>,
    is_crowded: bool,
    has_ended_all: bool,
    /// For [`sort`](Self::sort).
    order: Vec<u64>,
    dropped: usize,
    merged: usize,
}

/// At how many events what begins.
#[derive(Clone, Copy, Debug)]
struct Room {
    crowded: usize,
    releases: usize,
    full: usize,
}

impl EventList {
    /// A list for at most `capacity` events. Allocates; not for the audio thread.
    pub fn with_capacity(capacity: usize) -> Self {
        let is_choosy = capacity >= SMALLEST_CHOOSY;
        let room = if is_choosy {
            Room {
                crowded: capacity / 4 * 3,
                releases: capacity / 8 * 7,
                full: capacity - ALL_NOTES_OFF,
            }
        } else {
            Room {
                crowded: capacity,
                releases: capacity,
                full: capacity,
            }
        };
        Self {
            events: Vec::with_capacity(capacity),
            bytes: Vec::with_capacity(capacity * SYSEX_BYTES_PER_EVENT),
            room,
            latest: vec![u32::MAX; if is_choosy { REMEMBERED } else { 0 }].into(),
            is_crowded: false,
            has_ended_all: false,
            order: Vec::with_capacity(capacity),
            dropped: 0,
            merged: 0,
        }
    }

    /// Adds an event, keeping the order of time; events of the same offset keep the order in which
    /// they came. Returns false, and counts it, if there is no room. System exclusive messages are
    /// added by [`push_sysex`](Self::push_sysex).
    pub fn push(&mut self, event: Event) -> bool {
        let before = self.events.len();
        let taken = self.append(event);
        for index in before..self.events.len() {
            self.put_in_place(index);
        }
        taken
    }

    /// As [`push`](Self::push), for many events that may come in any order: whoever is done with adding
    /// them [sorts](Self::sort) the list.
    pub fn append(&mut self, event: Event) -> bool {
        let count = self.events.len();
        if count < self.room.crowded {
            self.events.push(event);
            return true;
        }
        if !self.is_crowded {
            self.is_crowded = true;
            self.latest.fill(u32::MAX);
        }
        let limit = match worth(&event.kind) {
            Worth::Release => self.room.full,
            Worth::Latest(address) => {
                if self.replace_latest(address, event) {
                    return true;
                }
                self.room.releases
            }
            Worth::Other => self.room.releases,
            Worth::Begin => 0,
        };
        if count < limit {
            self.events.push(event);
            return true;
        }
        self.dropped += 1;
        if worth(&event.kind) == Worth::Release {
            self.end_all(event.offset);
        }
        false
    }

    /// Puts the events in the order of time; those of the same offset stay in the order in which they
    /// came. Allocates nothing.
    pub fn sort(&mut self) {
        if self.events.is_sorted_by_key(|event| event.offset) {
            return;
        }
        self.order.clear();
        let keys = (0_u64..).zip(&self.events);
        (self.order).extend(keys.map(|(index, event)| u64::from(event.offset) << 32 | index));
        self.order.sort_unstable();
        // Each place takes the event that belongs there, along the circles that this makes.
        const DONE: u64 = u64::MAX;
        for start in 0..self.order.len() {
            if self.order[start] == DONE {
                continue;
            }
            let first = self.events[start];
            let mut place = start;
            loop {
                let from = (self.order[place] & u64::from(u32::MAX)) as usize;
                self.order[place] = DONE;
                if from == start {
                    self.events[place] = first;
                    break;
                }
                self.events[place] = self.events[from];
                place = from;
            }
        }
    }

    /// Adds a system exclusive message, from 0xf0 to 0xf7. Returns false, and counts it, if there is no
    /// room for all of it.
    pub fn push_sysex(&mut self, offset: u32, message: &[u8]) -> bool {
        self.add_sysex(offset, message, Self::push)
    }

    /// As [`push_sysex`](Self::push_sysex), for many events in any order: see [`append`](Self::append).
    pub fn append_sysex(&mut self, offset: u32, message: &[u8]) -> bool {
        self.add_sysex(offset, message, Self::append)
    }

    /// Adds an event of another list, `later` by so many samples, with its bytes.
    pub fn push_from(&mut self, events: &Events<'_>, event: Event, later: u32) -> bool {
        let offset = event.offset.saturating_add(later);
        match event.kind {
            EventKind::SysEx(message) => self.push_sysex(offset, events.sysex(message)),
            kind => self.push(Event { offset, kind }),
        }
    }

    /// Moves all events to the block's start, for those that come late.
    pub fn move_to_start(&mut self) {
        for event in &mut self.events {
            event.offset = 0;
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

    /// Forgets the events and what was counted; keeps the memory.
    pub fn clear(&mut self) {
        self.events.clear();
        self.bytes.clear();
        self.is_crowded = false;
        self.has_ended_all = false;
        self.dropped = 0;
        self.merged = 0;
    }

    /// How many events did not fit since the last [`clear`](Self::clear).
    pub fn dropped(&self) -> usize {
        self.dropped
    }

    /// How many events only gave another one their value since the last [`clear`](Self::clear).
    pub fn merged(&self) -> usize {
        self.merged
    }

    fn add_sysex(
        &mut self,
        offset: u32,
        message: &[u8],
        add: impl FnOnce(&mut Self, Event) -> bool,
    ) -> bool {
        let start = self.bytes.len();
        let fits = message.len() <= self.bytes.capacity() - start;
        let (Ok(at), Ok(length), true) = (u32::try_from(start), u32::try_from(message.len()), fits)
        else {
            self.dropped += 1;
            return false;
        };
        let kind = EventKind::SysEx(SysEx { start: at, length });
        let taken = add(self, Event { offset, kind });
        if taken {
            self.bytes.extend_from_slice(message);
        }
        taken
    }

    /// Gives the last event of that address the value of this one, at the time of the last one. False if
    /// there is none; then this one is remembered, as it is about to be added.
    fn replace_latest(&mut self, address: u64, event: Event) -> bool {
        let hash = address.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 54;
        let Some(place) = self.latest.get_mut(hash as usize) else {
            return false;
        };
        match self.events.get_mut(*place as usize) {
            Some(last) if worth(&last.kind) == Worth::Latest(address) => {
                if last.offset <= event.offset {
                    last.kind = event.kind;
                }
                self.merged += 1;
                true
            }
            _ => {
                *place = self.events.len() as u32;
                false
            }
        }
    }

    /// Ends all notes at that time or, if they were to be ended before, later.
    fn end_all(&mut self, offset: u32) {
        if self.events.capacity() < SMALLEST_CHOOSY {
            return;
        }
        let all_off = |channel: usize| EventKind::Midi([0xb0 | channel as u8, 123, 0]);
        if !self.has_ended_all {
            self.has_ended_all = true;
            let room = self.events.capacity() - self.events.len();
            let events = (0..ALL_NOTES_OFF.min(room)).map(|channel| Event {
                offset,
                kind: all_off(channel),
            });
            self.events.extend(events);
        } else if let Some(last) = self.events.last().copied()
            && last.offset < offset
        {
            // In a list that is kept in order they are the last ones, unless they came early.
            let start = self.events.len().saturating_sub(ALL_NOTES_OFF);
            for (channel, event) in self.events[start..].iter_mut().enumerate() {
                if event.kind == all_off(channel) {
                    event.offset = offset;
                }
            }
        }
    }

    /// Moves the event at `index`, behind which none is out of order, to where it belongs.
    fn put_in_place(&mut self, index: usize) {
        let offset = self.events[index].offset;
        if index > 0 && self.events[index - 1].offset > offset {
            let place = self.events[..index].partition_point(|earlier| earlier.offset <= offset);
            self.events[place..=index].rotate_right(1);
        }
    }
}

impl Default for EventList {
    fn default() -> Self {
        Self::with_capacity(DEFAULT_EVENT_CAPACITY)
    }
}
