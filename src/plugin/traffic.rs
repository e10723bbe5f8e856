//! What goes between a host and the rack within one block, besides audio.
//!
//! Our entries read the host's events and parameters themselves, since nice-plug 0.4.2 freezes the
//! parameters' names and loses much of the rest (system exclusive data, modulation, the address of an
//! expression): it gets none of either. The entry [fills](Cargo::begin) the cargo, has nice-plug process
//! the block, in which `Matryoshka::process` finds it, and then takes what the rack has put out. All of
//! that is one call on one thread; whoever comes between finds the cargo lent and goes without.

#[cfg(test)]
mod tests;

use super::lend::Lendable;
use crate::audio::{Event, EventList, Events, HostPoint, HostPointKind, Transport};
use crate::session::{HOST_PARAMETERS, HostNews};

/// The points that a block may have before those of one parameter are taken together.
const POINTS: usize = 4096;
/// Values and modulations.
const KINDS: usize = 2;

/// What a host says of something from 0 to 1, within bounds; nothing where it is no number.
pub(super) fn unit(value: f64) -> Option<f64> {
    (!value.is_nan()).then(|| value.clamp(0.0, 1.0))
}

/// An instance's [`Cargo`], which its entry and its plugin share.
pub(super) type Traffic = Lendable<Cargo>;

/// See the [module](self).
pub(super) struct Cargo {
    /// What the host sends, sorted once [`ready`](Self::ready).
    pub events_in: EventList,
    /// What the rack puts out. It stays until the next block: a VST3 host reads system exclusive
    /// messages where they are.
    pub events_out: EventList,
    /// Where in the song the block begins.
    pub transport: Transport,
    points: Vec<HostPoint>,
    /// For each kind and parameter, where the latest of its points may stand.
    latest: Box<[u16]>,
    order: Vec<(u64, HostPoint)>,
    merged_points: usize,
    /// How long the block is that is being filled.
    frames: u32,
    /// News that the host had no room for.
    pub unsent: Option<HostNews>,
}

impl Default for Cargo {
    fn default() -> Self {
        let capacity = POINTS + KINDS * HOST_PARAMETERS;
        Self {
            events_in: EventList::default(),
            events_out: EventList::default(),
            transport: Transport::default(),
            points: Vec::with_capacity(capacity),
            latest: vec![0; KINDS * HOST_PARAMETERS].into(),
            order: Vec::with_capacity(capacity),
            merged_points: 0,
            frames: 0,
            unsent: None,
        }
    }
}

impl Cargo {
    /// Begins to be filled for a block of so many frames. What was flushed since the last block, or was
    /// never played, comes at its start.
    pub fn begin(&mut self, frames: u32) {
        self.frames = frames;
        self.events_in.move_to_start();
        for index in 0..self.points.len() {
            self.points[index].offset = 0;
            if let Some(latest) = latest(&mut self.latest, &self.points[index]) {
                *latest = index as u16;
            }
        }
    }

    /// An offset within the block, for what the host says.
    pub fn offset(&self, told: u32) -> u32 {
        told.min(self.frames.saturating_sub(1))
    }

    /// Adds an event of the host's.
    pub fn add(&mut self, event: Event) {
        // What has no room is counted by the list.
        self.events_in.append(event);
    }

    /// Adds a point of the host's. What is no number, or a parameter's that is none, is ignored, and
    /// values outside of 0 to 1 are taken for the nearest within.
    pub fn add_point(&mut self, mut point: HostPoint) {
        match &mut point.kind {
            HostPointKind::Value(value) if !value.is_nan() => *value = value.clamp(0.0, 1.0),
            HostPointKind::Modulation(amount) if amount.is_finite() => {}
            _ => return,
        }
        let (count, room) = (self.points.len(), self.points.capacity());
        let Some(latest) = latest(&mut self.latest, &point) else {
            return;
        };
        let known = self.points.get_mut(usize::from(*latest));
        let known = known.filter(|known| is_of_same(known, &point));
        match known {
            Some(known) if count >= POINTS => {
                // In whatever order they came, the last one in time counts.
                if known.offset <= point.offset {
                    *known = point;
                }
                self.merged_points += 1;
            }
            // There is always room for the first one of each.
            _ if count < room => {
                *latest = count as u16;
                self.points.push(point);
            }
            _ => self.merged_points += 1,
        }
    }

    /// Ends the filling: events and points are in the order of time.
    pub fn ready(&mut self) {
        self.events_in.sort();
        if self.points.is_sorted_by_key(|point| point.offset) {
            return;
        }
        self.order.clear();
        let keys = (0_u64..).zip(&self.points);
        (self.order).extend(keys.map(|(n, point)| (u64::from(point.offset) << 32 | n, *point)));
        self.order.sort_unstable_by_key(|(key, _)| *key);
        for (place, (_, point)) in self.points.iter_mut().zip(&self.order) {
            *place = *point;
        }
    }

    /// All that the rack needs for the block: what the host sends, what it says of its parameters, where
    /// to put what comes out, and the transport.
    pub fn contents(&mut self) -> (Events<'_>, &[HostPoint], &mut EventList, &Transport) {
        self.events_out.clear();
        (
            self.events_in.as_events(),
            &self.points,
            &mut self.events_out,
            &self.transport,
        )
    }

    /// What the host says of its parameters, in the order of time.
    pub fn points(&self) -> &[HostPoint] {
        &self.points
    }

    /// Forgets what the host has said, as it was played.
    pub fn played(&mut self) {
        self.events_in.clear();
        self.points.clear();
        self.merged_points = 0;
    }

    /// How many points took the place of others since they were last [`played`](Self::played).
    #[cfg(test)]
    fn merged_points(&self) -> usize {
        self.merged_points
    }
}

fn is_of_same(one: &HostPoint, other: &HostPoint) -> bool {
    one.parameter == other.parameter
        && matches!(one.kind, HostPointKind::Value(_))
            == matches!(other.kind, HostPointKind::Value(_))
}

fn latest<'l>(latest: &'l mut [u16], point: &HostPoint) -> Option<&'l mut u16> {
    let parameter = usize::from(point.parameter);
    if parameter >= HOST_PARAMETERS {
        return None;
    }
    let start = match point.kind {
        HostPointKind::Value(_) => 0,
        HostPointKind::Modulation(_) => HOST_PARAMETERS,
    };
    latest.get_mut(start + parameter)
}
