//! The automation of a whole rack within a block: which parameter of which slot's child has which value,
//! and from which sample on.

use super::SlotId;
use crate::audio::ParameterPoint;

/// So many points fit into a block, unless asked for otherwise.
pub const DEFAULT_POINT_CAPACITY: usize = 4096;

/// The points of all slots in a block, in memory that never grows. [Push](Self::push) them in the order of
/// time, [sort](Self::sort), then ask for those [of](Self::of) a slot.
#[derive(Debug)]
pub struct PointsBySlot {
    entries: Vec<Entry>,
    /// Those of `entries`, in the same order, once they are sorted.
    points: Vec<ParameterPoint>,
    capacity: usize,
    merged: usize,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    slot: SlotId,
    /// Which came first, of those at the same offset.
    sequence: u32,
    point: ParameterPoint,
}

impl PointsBySlot {
    /// Room for so many points. Allocates; not for the audio thread.
    pub fn with_capacity(capacity: usize) -> Self {
        Self {
            entries: Vec::with_capacity(capacity),
            points: Vec::with_capacity(capacity),
            capacity,
            merged: 0,
        }
    }

    /// Adds a point. Where there is no more room, it takes the place of the last one of the same slot and
    /// parameter, and is counted. Returns false where there is none: then it is lost, and counted, too.
    /// To be called before [`sort`](Self::sort).
    pub fn push(&mut self, slot: SlotId, point: ParameterPoint) -> bool {
        if self.entries.len() < self.capacity {
            let sequence = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
            self.entries.push(Entry {
                slot,
                sequence,
                point,
            });
            return true;
        }
        self.merged += 1;
        let is_same = |entry: &&mut Entry| entry.slot == slot && entry.point.index == point.index;
        let last = self.entries.iter_mut().rev().find(is_same);
        last.map(|entry| entry.point = point).is_some()
    }

    /// Puts the points in the order of slots and time; those of the same offset stay as they came. Does
    /// not allocate.
    pub fn sort(&mut self) {
        self.entries
            .sort_unstable_by_key(|entry| (entry.slot, entry.point.offset, entry.sequence));
        self.points.clear();
        // There is room: both hold as many.
        (self.points).extend(self.entries.iter().map(|entry| entry.point));
    }

    /// The points of a slot, in the order of time.
    #[inline]
    pub fn of(&self, slot: SlotId) -> &[ParameterPoint] {
        if self.points.is_empty() {
            return &[];
        }
        let start = self.entries.partition_point(|entry| entry.slot < slot);
        let end = self.entries.partition_point(|entry| entry.slot <= slot);
        self.points.get(start..end).unwrap_or_default()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// How many points found no room since they were last [cleared](Self::clear).
    pub fn merged(&self) -> usize {
        self.merged
    }

    /// Forgets all points, and keeps the memory.
    pub fn clear(&mut self) {
        self.entries.clear();
        self.points.clear();
        self.merged = 0;
    }

    /// Takes those points of others that are in a part of their block, counted from its start. What is
    /// beyond the block's end goes with the last part.
    pub(super) fn cut(&mut self, others: &Self, start: usize, end: usize, is_last: bool) {
        self.clear();
        let shift = u32::try_from(start).unwrap_or(u32::MAX);
        for entry in &others.entries {
            let offset = entry.point.offset as usize;
            if offset >= start && (offset < end || is_last) {
                let offset = entry.point.offset - shift;
                let point = ParameterPoint {
                    offset,
                    ..entry.point
                };
                self.push(entry.slot, point);
            }
        }
        self.sort();
    }
}

impl Default for PointsBySlot {
    fn default() -> Self {
        Self::with_capacity(DEFAULT_POINT_CAPACITY)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(offset: u32, index: u32, value: f32) -> ParameterPoint {
        ParameterPoint {
            offset,
            index,
            value,
            modulation: 0.0,
        }
    }

    #[test]
    fn each_slot_gets_its_own_points_in_the_order_of_time_and_equals_as_they_came() {
        let mut points = PointsBySlot::with_capacity(8);
        let (one, other) = (SlotId(1), SlotId(7));
        for (slot, point) in [
            (other, point(3, 0, 0.1)),
            (one, point(5, 0, 0.2)),
            (other, point(0, 1, 0.3)),
            (other, point(3, 0, 0.4)),
            (one, point(5, 0, 0.5)),
        ] {
            assert!(points.push(slot, point));
        }
        points.sort();
        assert_eq!(points.of(one), [point(5, 0, 0.2), point(5, 0, 0.5)]);
        let others = [point(0, 1, 0.3), point(3, 0, 0.1), point(3, 0, 0.4)];
        assert_eq!(points.of(other), others);
        assert!(points.of(SlotId(2)).is_empty());
        points.clear();
        assert!(points.is_empty() && points.of(one).is_empty());
    }

    #[test]
    fn where_there_is_no_more_room_the_newest_value_of_a_parameter_wins_and_is_counted() {
        let mut points = PointsBySlot::with_capacity(2);
        points.push(SlotId(1), point(0, 0, 0.1));
        points.push(SlotId(1), point(1, 1, 0.2));
        let room = points.entries.capacity();
        assert!(points.push(SlotId(1), point(2, 0, 0.3)));
        assert!(!points.push(SlotId(2), point(3, 0, 0.4)));
        points.sort();
        assert_eq!(points.merged(), 2);
        assert_eq!(points.of(SlotId(1)), [point(1, 1, 0.2), point(2, 0, 0.3)]);
        assert_eq!(points.entries.capacity(), room);
    }

    #[test]
    fn a_part_of_a_block_gets_the_points_within_it() {
        let mut points = PointsBySlot::with_capacity(8);
        for offset in [0, 9, 10, 19, 1000] {
            points.push(SlotId(1), point(offset, 0, 0.5));
        }
        points.sort();
        let mut part = PointsBySlot::with_capacity(8);
        part.cut(&points, 0, 10, false);
        assert_eq!(part.of(SlotId(1)), [point(0, 0, 0.5), point(9, 0, 0.5)]);
        part.cut(&points, 10, 20, true);
        let rest = [point(0, 0, 0.5), point(9, 0, 0.5), point(990, 0, 0.5)];
        assert_eq!(part.of(SlotId(1)), rest);
    }
}
