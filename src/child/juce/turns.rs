//! What is turned in a child, on its way to the control half.

use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use crossbeam_queue::ArrayQueue;

use crate::child::{Turn, TurnKind};

/// How many turns are kept until somebody takes them.
const TURNS: usize = 1024;
/// How much of that is kept free for beginnings and ends.
const FOR_GESTURES: usize = 256;

const NONE: u8 = 0;
const BEGIN: u8 = 1;
const END: u8 = 2;

/// A queue that drops values when it is full, and neither beginnings nor ends: those wait at their
/// parameter then. May be filled on any thread, the audio thread too; nothing allocates, locks or waits.
pub(super) struct Turns {
    queue: ArrayQueue<Turn>,
    /// For each parameter, what waits.
    late: Box<[AtomicU8]>,
    /// Whether it is worth looking there.
    is_late: AtomicBool,
}

impl Turns {
    /// For so many parameters.
    pub(super) fn new(parameters: usize) -> Self {
        Self {
            queue: ArrayQueue::new(TURNS),
            late: (0..parameters).map(|_| AtomicU8::new(NONE)).collect(),
            is_late: AtomicBool::new(false),
        }
    }

    /// Adds a value. False if there is no room for it.
    pub(super) fn push_value(&self, index: usize, value: f32) -> bool {
        let kind = TurnKind::Value(value);
        let has_room = self.queue.len() < TURNS - FOR_GESTURES;
        // Behind a beginning that waits, it would come before it.
        has_room && !self.waits(index) && self.queue.push(Turn { index, kind }).is_ok()
    }

    /// Adds a beginning or an end.
    pub(super) fn push_gesture(&self, index: usize, begins: bool) {
        let (kind, own, other) = if begins {
            (TurnKind::Begin, BEGIN, END)
        } else {
            (TurnKind::End, END, BEGIN)
        };
        if !self.waits(index) && self.queue.push(Turn { index, kind }).is_ok() {
            return;
        }
        let Some(late) = self.late.get(index) else {
            return;
        };
        // An end and the next beginning make one gesture of two; a beginning and its end make none.
        let cancelled = late.compare_exchange(other, NONE, Ordering::AcqRel, Ordering::Relaxed);
        if cancelled.is_err() {
            late.store(own, Ordering::Release);
            self.is_late.store(true, Ordering::Release);
        }
    }

    fn waits(&self, index: usize) -> bool {
        (self.late.get(index)).is_some_and(|late| late.load(Ordering::Acquire) != NONE)
    }

    /// The oldest.
    pub(super) fn take(&self) -> Option<Turn> {
        self.queue.pop().or_else(|| self.take_late())
    }

    #[cold]
    fn take_late(&self) -> Option<Turn> {
        if !self.is_late.swap(false, Ordering::AcqRel) {
            return None;
        }
        for (index, late) in self.late.iter().enumerate() {
            let kind = match late.swap(NONE, Ordering::AcqRel) {
                BEGIN => TurnKind::Begin,
                END => TurnKind::End,
                _ => continue,
            };
            // There may be more.
            self.is_late.store(true, Ordering::Release);
            return Some(Turn { index, kind });
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(turns: &Turns) -> Vec<(usize, TurnKind)> {
        std::iter::from_fn(|| turns.take())
            .map(|turn| (turn.index, turn.kind))
            .collect()
    }

    #[test]
    fn turns_come_in_their_order() {
        let turns = Turns::new(2);
        turns.push_gesture(1, true);
        assert!(turns.push_value(1, 0.5) && turns.push_value(0, 0.25));
        turns.push_gesture(1, false);
        assert_eq!(
            taken(&turns),
            [
                (1, TurnKind::Begin),
                (1, TurnKind::Value(0.5)),
                (0, TurnKind::Value(0.25)),
                (1, TurnKind::End),
            ]
        );
    }

    #[test]
    fn a_flood_of_values_leaves_room_for_the_end() {
        let turns = Turns::new(1);
        turns.push_gesture(0, true);
        let kept = (0..5000).filter(|_| turns.push_value(0, 0.5)).count();
        assert_eq!(kept, TURNS - FOR_GESTURES - 1);
        turns.push_gesture(0, false);
        let taken = taken(&turns);
        assert_eq!(taken.len(), kept + 2);
        assert_eq!(taken.last(), Some(&(0, TurnKind::End)));
    }

    #[test]
    fn a_flood_of_gestures_stays_in_pairs() {
        for gestures in [1, 511, 512, 513, 514, 3000] {
            let turns = Turns::new(3);
            for gesture in 0..gestures {
                turns.push_gesture(gesture % 3, true);
                turns.push_gesture(gesture % 3, false);
            }
            // One that is open at the end.
            turns.push_gesture(2, true);
            let mut open = [0; 3];
            for (index, kind) in taken(&turns) {
                open[index] += if kind == TurnKind::Begin { 1 } else { -1 };
                assert!((0..=1).contains(&open[index]), "{gestures}");
            }
            assert_eq!(open, [0, 0, 1], "{gestures}");
            assert_eq!(turns.take(), None);
        }
    }

    #[test]
    fn many_threads_lose_no_beginning_and_no_end() {
        let turns = Turns::new(4);
        let done = AtomicBool::new(false);
        let mut open = [0; 4];
        let mut count = |turns: &Turns| {
            for (index, kind) in taken(turns) {
                match kind {
                    TurnKind::Begin => open[index] += 1,
                    TurnKind::End => open[index] -= 1,
                    TurnKind::Value(_) => {}
                }
                assert!((0..=1).contains(&open[index]));
            }
        };
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4)
                .map(|index| {
                    let turns = &turns;
                    scope.spawn(move || {
                        for _ in 0..5000 {
                            turns.push_gesture(index, true);
                            turns.push_value(index, 0.5);
                            turns.push_gesture(index, false);
                        }
                    })
                })
                .collect();
            scope.spawn(|| {
                threads.into_iter().for_each(|thread| drop(thread.join()));
                done.store(true, Ordering::Release);
            });
            while !done.load(Ordering::Acquire) {
                count(&turns);
            }
        });
        count(&turns);
        assert_eq!(open, [0; 4]);
    }
}
