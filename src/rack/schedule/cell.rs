//! Who may touch a child's audio half, and when.
//!
//! Two schedules that follow each other share most of their children, so a child's audio half cannot
//! belong to either. It lives in a [`ProcessorCell`], and the right to use it in a [`Lease`], of
//! which there is exactly one for each exchange: whoever holds the lease may use the processors of
//! its brand, one at a time. That costs a comparison instead of an atomic exchange for each child
//! and block, and the compiler sees to the rest.

#![allow(unsafe_code)]

use std::cell::UnsafeCell;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::child::Processor;

/// Marks the processors that one [`Lease`] gives the right to use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Brand(u64);

/// The right to use the processors of one [`Brand`]. There is one for each brand: it can be neither
/// copied nor made again. It goes where the audio thread's work goes.
#[derive(Debug)]
pub struct Lease {
    brand: Brand,
}

impl Lease {
    /// A lease with a brand of its own.
    #[allow(clippy::new_without_default)]
    pub fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self {
            brand: Brand(NEXT.fetch_add(1, Ordering::Relaxed)),
        }
    }

    /// The mark for the processors that this is the right to use.
    pub fn brand(&self) -> Brand {
        self.brand
    }
}

/// A shared handle to a child's audio half. Clones are handles to the same.
#[derive(Clone)]
pub struct ProcessorCell {
    shared: Arc<Shared>,
}

struct Shared {
    brand: Brand,
    failed: AtomicBool,
    processor: UnsafeCell<Box<dyn Processor>>,
}

// SAFETY: the brand never changes and `failed` is atomic. The processor, which is `Send`, is reached
// through a shared `Shared` in `ProcessorCell::processor` alone, and there by one thread at a time:
// see there.
unsafe impl Sync for Shared {}

impl ProcessorCell {
    /// Takes a child's audio half, to be used by whoever holds the lease of that brand.
    pub fn new(brand: Brand, processor: Box<dyn Processor>) -> Self {
        Self {
            shared: Arc::new(Shared {
                brand,
                failed: AtomicBool::new(false),
                processor: UnsafeCell::new(processor),
            }),
        }
    }

    /// Gives the audio half back.
    ///
    /// # Errors
    ///
    /// The cell itself, while there are clones of it: a schedule still holds the child.
    pub fn into_inner(self) -> Result<Box<dyn Processor>, Self> {
        Arc::try_unwrap(self.shared)
            .map(|shared| shared.processor.into_inner())
            .map_err(|shared| Self { shared })
    }

    /// Whether the child failed while processing. It is not called again; its slot passes audio.
    pub fn failed(&self) -> bool {
        self.shared.failed.load(Ordering::Relaxed)
    }

    /// The mark of the lease that gives the right to use it.
    pub fn brand(&self) -> Brand {
        self.shared.brand
    }

    pub(super) fn mark_failed(&self) {
        self.shared.failed.store(true, Ordering::Relaxed);
    }

    /// Where the shared part is, to tell cells apart.
    pub(super) fn address(&self) -> usize {
        Arc::as_ptr(&self.shared) as usize
    }

    /// The audio half, for as long as the lease is not used for anything else; nothing with a lease
    /// of another brand.
    #[inline]
    pub(super) fn processor<'l>(&'l self, lease: &'l mut Lease) -> Option<&'l mut dyn Processor> {
        if self.shared.brand != lease.brand {
            return None;
        }
        // SAFETY: no other reference to the processor exists while the one returned does. Only this
        // function makes any from a shared `Shared`, each borrows the lease of the cell's brand
        // mutably for all of its life, and there is one such lease: `Lease::new` never gives a
        // brand twice (2^64 calls apart), and a `Lease` cannot be cloned. Where the lease has moved
        // to another thread, whatever moved it has ordered this use after the last one.
        // `into_inner` needs the last handle, by value, and this borrows one.
        Some(unsafe { &mut **self.shared.processor.get() })
    }
}

impl fmt::Debug for ProcessorCell {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ProcessorCell")
            .field("brand", &self.shared.brand)
            .field("failed", &self.failed())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rack::fakes::FakeSpec;

    #[test]
    fn only_the_lease_of_its_own_brand_opens_a_cell() {
        let (mut own, mut foreign) = (Lease::new(), Lease::new());
        let spec = FakeSpec {
            layout: Default::default(),
            latency: 0,
            gain: 1.0,
        };
        let cell = ProcessorCell::new(own.brand(), spec.processor(1));
        assert!(cell.processor(&mut own).is_some());
        assert!(cell.processor(&mut foreign).is_none());
    }
}
