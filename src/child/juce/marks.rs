//! What a child changed by itself, noted down from whichever thread it happened on.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicUsize, Ordering};

use super::own::Own;
use super::turns::Turns;
use crate::child::{Changes, Turn};
use crate::juce::{AudioProcessorListener, ChangeDetails};

/// Marks that the listener leaves and the control half takes. Leaving one neither allocates nor waits: it
/// may come on the audio thread.
pub(super) struct Marks {
    latency: AtomicBool,
    state: AtomicBool,
    parameters: AtomicBool,
    values: AtomicBool,
    turns: Turns,
    owns: Box<[Own]>,
    /// Points were set since the control half last looked, or before that.
    points: AtomicU8,
    /// One more than the index of the parameter that the control half is setting.
    being_set: AtomicUsize,
    /// What values are taken for.
    taken_for: AtomicU8,
}

/// What values that the child tells are taken for, during a call of ours.
#[derive(Clone, Copy)]
#[repr(u8)]
pub(super) enum TakenFor {
    /// Somebody turns it.
    Turns = 0,
    /// All of them may be others than before.
    NewSettings = 1,
    /// They are what they were.
    Nothing = 2,
}

/// How often the control half looks until what was set by points is not lately any more.
const LOOKS: u8 = 2;

impl Marks {
    /// For a child with these parameters.
    pub(super) fn new(owns: Box<[Own]>) -> Self {
        Self {
            latency: AtomicBool::default(),
            state: AtomicBool::default(),
            parameters: AtomicBool::default(),
            values: AtomicBool::default(),
            turns: Turns::new(owns.len()),
            owns,
            points: AtomicU8::new(0),
            being_set: AtomicUsize::new(0),
            taken_for: AtomicU8::new(TakenFor::Turns as u8),
        }
    }

    /// What changed since the last call.
    pub(super) fn take(&self) -> Changes {
        let points = self.points.load(Ordering::Relaxed);
        if points > 0 {
            let fewer = points - 1;
            // If more come meanwhile, it looks once more.
            let order = Ordering::Relaxed;
            let _ = self.points.compare_exchange(points, fewer, order, order);
            self.owns.iter().for_each(Own::grow_older);
        }
        Changes {
            latency: self.latency.swap(false, Ordering::Acquire),
            state: self.state.swap(false, Ordering::Acquire),
            parameters: self.parameters.swap(false, Ordering::Acquire),
            values: self.values.swap(false, Ordering::Acquire),
        }
    }

    /// The oldest turn that was not taken yet.
    pub(super) fn take_turn(&self) -> Option<Turn> {
        self.turns.take()
    }

    /// A point of a block sets a parameter. Audio thread.
    pub(super) fn set_by_point(&self, index: usize, value: f32) {
        if let Some(own) = self.owns.get(index) {
            own.set(value);
            self.points.store(LOOKS, Ordering::Relaxed);
        }
    }

    /// The control half sets a parameter by `set`.
    pub(super) fn while_setting<R>(&self, index: usize, value: f32, set: impl FnOnce() -> R) -> R {
        if let Some(own) = self.owns.get(index) {
            own.set(value);
            self.points.store(LOOKS, Ordering::Relaxed);
        }
        self.being_set
            .store(index.wrapping_add(1), Ordering::Relaxed);
        let done = set();
        self.being_set.store(0, Ordering::Relaxed);
        done
    }

    /// Somebody turns a parameter in a window that JUCE knows nothing of: `set` sets it.
    pub(super) fn while_turned<R>(&self, index: usize, value: f32, set: impl FnOnce() -> R) -> R {
        let done = self.while_setting(index, value, set);
        self.state.store(true, Ordering::Release);
        if !self.turns.push_value(index, value) {
            self.values.store(true, Ordering::Release);
        }
        done
    }

    /// Calls the child, which may tell values that nobody turns.
    pub(super) fn while_taken_for<R>(&self, what: TakenFor, call: impl FnOnce() -> R) -> R {
        self.taken_for.store(what as u8, Ordering::Relaxed);
        let done = call();
        self.taken_for
            .store(TakenFor::Turns as u8, Ordering::Relaxed);
        done
    }
}

impl AudioProcessorListener for Marks {
    fn parameter_changed(&self, index: usize, value: f32) {
        self.state.store(true, Ordering::Release);
        let taken_for = self.taken_for.load(Ordering::Relaxed);
        if taken_for == TakenFor::NewSettings as u8 {
            self.values.store(true, Ordering::Release);
        }
        if taken_for != TakenFor::Turns as u8 {
            return;
        }
        let own = self.owns.get(index);
        // JUCE tells what the control half sets, also while somebody holds it.
        let is_being_set = self.being_set.load(Ordering::Relaxed) == index.wrapping_add(1)
            && own.is_none_or(|own| own.is_last(value));
        if !is_being_set
            && own.is_none_or(|own| own.is_turned_to(value))
            && !self.turns.push_value(index, value)
        {
            self.values.store(true, Ordering::Release);
        }
    }

    fn gesture_began(&self, index: usize) {
        if let Some(own) = self.owns.get(index) {
            own.hold(true);
        }
        self.turns.push_gesture(index, true);
    }

    // The value itself comes as a change of the parameter; a gesture may end without any.
    fn gesture_ended(&self, index: usize) {
        self.state.store(true, Ordering::Release);
        self.turns.push_gesture(index, false);
        if let Some(own) = self.owns.get(index) {
            own.hold(false);
        }
    }

    fn changed(&self, details: ChangeDetails) {
        if details.latency {
            self.latency.store(true, Ordering::Release);
        }
        if details.parameter_info {
            self.parameters.store(true, Ordering::Release);
        }
        if details.program {
            self.values.store(true, Ordering::Release);
        }
        if details.parameter_info || details.program || details.other_state {
            self.state.store(true, Ordering::Release);
        }
    }
}
