//! Host parameters that somebody else than the host is moving just now: a knob in a child's window, a
//! control of the rack, MIDI. The host hears of each as one gesture: begin, values, end.

use std::collections::BTreeMap;

use super::HostNews;
use crate::rack::host_values::HostValues;
use crate::rack::{HostId, SlotId};

/// After so many ticks without a value, a gesture that nobody began is over; and for so many more the
/// host's own values may be the echo of what it was told.
const QUIET_TICKS: u32 = 10;

/// The gestures that are open, and those that may still echo.
#[derive(Default)]
pub(super) struct Gestures {
    open: BTreeMap<HostId, Gesture>,
}

struct Gesture {
    /// Whose knob it is.
    slot: Option<SlotId>,
    /// Somebody took hold of the knob, and will let go.
    is_held: bool,
    /// The host was told that it is over.
    is_over: bool,
    /// The value that the host was told last in it.
    told: Option<f64>,
    quiet_ticks: u32,
}

impl Gestures {
    /// Somebody takes hold of what moves a host parameter.
    pub fn begin(
        &mut self,
        host: HostId,
        slot: Option<SlotId>,
        values: &HostValues,
        news: &mut Vec<HostNews>,
    ) {
        self.touch(host, slot, values, news).is_held = true;
    }

    /// A host parameter has a new value, which is noted.
    pub fn value(
        &mut self,
        host: HostId,
        value: f64,
        slot: Option<SlotId>,
        values: &HostValues,
        news: &mut Vec<HostNews>,
    ) {
        let gesture = self.touch(host, slot, values, news);
        values.set_value(host.number(), value);
        // Children say the same more than once.
        if gesture.told.replace(value) != Some(value) {
            news.push(HostNews::Value(host.number() as u16, value));
        }
    }

    /// Somebody lets go.
    pub fn end(&mut self, host: HostId, news: &mut Vec<HostNews>) {
        if let Some(gesture) = self.open.get_mut(&host) {
            gesture.is_held = false;
            gesture.finish(host, news);
        }
    }

    fn touch(
        &mut self,
        host: HostId,
        slot: Option<SlotId>,
        values: &HostValues,
        news: &mut Vec<HostNews>,
    ) -> &mut Gesture {
        let gesture = self.open.entry(host).or_insert_with(|| {
            values.set_held(host.number(), true);
            Gesture {
                slot,
                is_held: false,
                is_over: true,
                told: None,
                quiet_ticks: 0,
            }
        });
        if gesture.is_over {
            gesture.is_over = false;
            news.push(HostNews::Begin(host.number() as u16));
        }
        gesture.quiet_ticks = 0;
        gesture
    }

    /// Ends what nobody moves any more, and what `stays` says no to. Returns the host parameters that the
    /// host has to itself again.
    pub fn tick(
        &mut self,
        values: &HostValues,
        news: &mut Vec<HostNews>,
        stays: impl Fn(HostId, Option<SlotId>) -> bool,
    ) -> Vec<HostId> {
        let mut free = Vec::new();
        self.open.retain(|host, gesture| {
            if !stays(*host, gesture.slot) {
                gesture.is_held = false;
                gesture.finish(*host, news);
            }
            gesture.quiet_ticks += 1;
            if gesture.is_held || gesture.quiet_ticks < QUIET_TICKS {
                return true;
            }
            if !gesture.is_over {
                gesture.finish(*host, news);
                return true;
            }
            values.set_held(host.number(), false);
            free.push(*host);
            false
        });
        free
    }

    /// Ends all, for another rack.
    pub fn end_all(&mut self, values: &HostValues, news: &mut Vec<HostNews>) {
        for (host, mut gesture) in std::mem::take(&mut self.open) {
            gesture.finish(host, news);
            values.set_held(host.number(), false);
        }
    }

    pub fn is_empty(&self) -> bool {
        self.open.is_empty()
    }
}

impl Gesture {
    fn finish(&mut self, host: HostId, news: &mut Vec<HostNews>) {
        if !self.is_over {
            self.is_over = true;
            self.told = None;
            self.quiet_ticks = 0;
            news.push(HostNews::End(host.number() as u16));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(number: usize) -> HostId {
        HostId::new(number).expect("below the end")
    }

    #[test]
    fn a_knob_that_is_held_is_one_gesture_however_long_it_rests() {
        let (mut gestures, values, mut news) =
            (Gestures::default(), HostValues::default(), Vec::new());
        gestures.begin(host(1), None, &values, &mut news);
        gestures.value(host(1), 0.25, None, &values, &mut news);
        for _ in 0..100 {
            assert!(gestures.tick(&values, &mut news, |_, _| true).is_empty());
        }
        gestures.value(host(1), 0.5, None, &values, &mut news);
        gestures.end(host(1), &mut news);
        let expected = [
            HostNews::Begin(1),
            HostNews::Value(1, 0.25),
            HostNews::Value(1, 0.5),
            HostNews::End(1),
        ];
        assert_eq!(news, expected);
        let mut free = Vec::new();
        for _ in 0..=QUIET_TICKS {
            free.extend(gestures.tick(&values, &mut news, |_, _| true));
        }
        assert_eq!((free, news.len()), (vec![host(1)], expected.len()));
    }

    #[test]
    fn values_that_nobody_began_end_by_themselves() {
        let (mut gestures, values, mut news) =
            (Gestures::default(), HostValues::default(), Vec::new());
        gestures.value(host(2), 0.5, None, &values, &mut news);
        for _ in 0..3 * QUIET_TICKS {
            gestures.tick(&values, &mut news, |_, _| true);
        }
        assert_eq!(
            news,
            [
                HostNews::Begin(2),
                HostNews::Value(2, 0.5),
                HostNews::End(2)
            ]
        );
        assert!(gestures.is_empty());
    }

    #[test]
    fn no_gesture_stays_open_when_its_child_goes() {
        let (mut gestures, values, mut news) =
            (Gestures::default(), HostValues::default(), Vec::new());
        let slot = Some(SlotId(3));
        gestures.begin(host(0), slot, &values, &mut news);
        gestures.tick(&values, &mut news, |_, of| of != slot);
        assert_eq!(news, [HostNews::Begin(0), HostNews::End(0)]);
    }
}
