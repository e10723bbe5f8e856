//! Who may touch what the audio thread works with, and when.
//!
//! Two schedules that follow each other share most of their children, delay lines and fades, so none
//! of these can belong to either. They live in [`Leased`] cells, and the right to use them in a
//! [`Lease`], of which there is exactly one for each exchange: whoever holds the lease may use the
//! cells of its brand, one at a time. That costs a comparison instead of an atomic exchange for each
//! cell and block, and the compiler sees to the rest.
//!
//! Where the chains of a split run at the same time, each has a twin of the lease, and
//! the schedule has made sure beforehand that no two of them have a cell in common.

#![allow(unsafe_code)]

use std::cell::UnsafeCell;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::fader::Fader;
use super::splitting::SplitState;
use super::strip::Strip;
use crate::child::Processor;

/// Marks the cells that one [`Lease`] gives the right to use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Brand(u64);

/// The right to use the cells of one [`Brand`]. There is one for each brand: it can be neither
/// copied nor made again. It goes where the audio thread's work goes.
#[derive(Debug)]
pub struct Lease {
    pub(super) children: Key<Box<dyn Processor>>,
    pub(super) strips: Key<Strip>,
    pub(super) splits: Key<SplitState>,
    pub(super) faders: Key<Fader>,
}

/// The part of a lease for cells that hold a `T`. With one key for each kind, cells of two kinds can
/// be open at the same time, and two of one kind cannot.
pub struct Key<T> {
    brand: Brand,
    kind: PhantomData<fn(T)>,
}

impl<T> Key<T> {
    fn new(brand: Brand) -> Self {
        let kind = PhantomData;
        Self { brand, kind }
    }
}

impl<T> fmt::Debug for Key<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.brand.fmt(formatter)
    }
}

impl Lease {
    /// A lease with a brand of its own.
    #[allow(clippy::new_without_default)]
    pub fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self::of(Brand(NEXT.fetch_add(1, Ordering::Relaxed)))
    }

    fn of(brand: Brand) -> Self {
        Self {
            children: Key::new(brand),
            strips: Key::new(brand),
            splits: Key::new(brand),
            faders: Key::new(brand),
        }
    }

    /// The mark for the cells that this is the right to use.
    pub fn brand(&self) -> Brand {
        self.children.brand
    }

    /// The same right once more, for a chain that runs beside others.
    ///
    /// # Safety
    ///
    /// While it lives, no cell may be opened with it that is opened with another twin of the lease,
    /// or with the lease itself.
    pub(super) unsafe fn twin(&self) -> Self {
        Self::of(self.brand())
    }
}

/// A shared handle to something that the audio thread works with. Clones are handles to the same.
pub struct Leased<T> {
    shared: Arc<Shared<T>>,
}

/// A child's audio half.
pub type ProcessorCell = Leased<Box<dyn Processor>>;

struct Shared<T> {
    brand: Brand,
    value: UnsafeCell<T>,
}

// SAFETY: the brand never changes. The value, which is `Send`, is reached through a shared `Shared` in
// `Leased::open` alone, and there by one thread at a time: see there.
unsafe impl<T: Send> Sync for Shared<T> {}

impl<T> Leased<T> {
    /// Takes something, to be used by whoever holds the lease of that brand.
    pub fn new(brand: Brand, value: T) -> Self {
        let value = UnsafeCell::new(value);
        Self {
            shared: Arc::new(Shared { brand, value }),
        }
    }

    /// Gives it back.
    ///
    /// # Errors
    ///
    /// The cell itself, while there are clones of it: a schedule still holds it.
    pub fn into_inner(self) -> Result<T, Self> {
        Arc::try_unwrap(self.shared)
            .map(|shared| shared.value.into_inner())
            .map_err(|shared| Self { shared })
    }

    /// The mark of the lease that gives the right to use it.
    pub fn brand(&self) -> Brand {
        self.shared.brand
    }

    /// Whether both are handles to the same.
    pub fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared)
    }

    /// Where the shared part is, to tell cells apart.
    pub(in crate::rack) fn address(&self) -> usize {
        Arc::as_ptr(&self.shared) as usize
    }

    /// What is in it, for as long as the key is not used for anything else; nothing with a key of
    /// another brand.
    #[inline]
    pub(in crate::rack) fn open<'l>(&'l self, key: &'l mut Key<T>) -> Option<&'l mut T> {
        if self.shared.brand != key.brand {
            return None;
        }
        // SAFETY: no other reference to the value exists while the one returned does. Only this
        // function makes any from a shared `Shared`, each borrows the key of the cell's brand and
        // kind mutably for all of its life, and there is one such key: `Lease::new` never gives a
        // brand twice (2^64 calls apart), neither lease nor key can be cloned, and who makes a twin
        // answers for it. Where the lease has moved to another thread, whatever moved it has ordered
        // this use after the last one. `into_inner` needs the last handle, by value, and this
        // borrows one.
        Some(unsafe { &mut *self.shared.value.get() })
    }
}

impl<T> Clone for Leased<T> {
    fn clone(&self) -> Self {
        let shared = self.shared.clone();
        Self { shared }
    }
}

impl<T> fmt::Debug for Leased<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Leased")
            .field("brand", &self.shared.brand)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_lease_of_its_own_brand_opens_a_cell() {
        let (own, foreign) = (Lease::new().brand(), Lease::new().brand());
        let cell = Leased::new(own, 7);
        let (mut own, mut foreign) = (Key::new(own), Key::new(foreign));
        assert_eq!(cell.open(&mut own), Some(&mut 7));
        assert_eq!(cell.open(&mut foreign), None);
    }

    #[test]
    fn what_a_schedule_still_holds_is_not_given_back() {
        let lease = Lease::new();
        let cell = Leased::new(lease.brand(), 7);
        let held = cell.clone();
        let cell = cell.into_inner().unwrap_err();
        drop(held);
        assert_eq!(cell.into_inner().unwrap(), 7);
    }
}
