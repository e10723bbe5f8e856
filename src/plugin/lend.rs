//! Memory that is lent to one at a time, and for which nobody waits.

#![allow(unsafe_code)]

use std::cell::UnsafeCell;
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicBool, Ordering};

/// Something that is lent to one at a time.
#[derive(Default)]
pub(super) struct Lendable<T> {
    is_lent: AtomicBool,
    thing: UnsafeCell<T>,
}

// SAFETY: the thing is reached through `lend` alone, which gives it to one at a time.
unsafe impl<T: Send> Sync for Lendable<T> {}

impl<T> Lendable<T> {
    /// The thing, unless it is lent to somebody else.
    pub fn lend(&self) -> Option<Lent<'_, T>> {
        let is_free = !self.is_lent.swap(true, Ordering::Acquire);
        is_free.then_some(Lent(self))
    }
}

impl<T> fmt::Debug for Lendable<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Lendable")
    }
}

/// The thing, until this is dropped.
pub(super) struct Lent<'l, T>(&'l Lendable<T>);

impl<T> Deref for Lent<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: `is_lent` was free, and is this one's until it is dropped.
        unsafe { &*self.0.thing.get() }
    }
}

impl<T> DerefMut for Lent<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: as above.
        unsafe { &mut *self.0.thing.get() }
    }
}

impl<T> Drop for Lent<'_, T> {
    fn drop(&mut self) {
        self.0.is_lent.store(false, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thing_is_lent_to_one_at_a_time() {
        let thing = Lendable::<u8>::default();
        let lent = thing.lend();
        assert!(lent.is_some() && thing.lend().is_none());
        drop(lent);
        assert!(thing.lend().is_some());
    }
}
