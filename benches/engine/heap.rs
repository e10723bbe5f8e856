//! The heap, counted: how many bytes Rust code has taken and not given back.
//!
//! What C++ takes goes to malloc directly and is not seen here.

#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicIsize, Ordering::Relaxed};

/// The system's allocator, with a counter.
pub struct Counting;

static LIVE: AtomicIsize = AtomicIsize::new(0);

/// The bytes in use now.
pub fn live_bytes() -> isize {
    LIVE.load(Relaxed)
}

/// What `make` takes from the heap and keeps in what it returns, in bytes.
pub fn bytes_of<T>(make: impl FnOnce() -> T) -> (T, isize) {
    let before = live_bytes();
    let made = make();
    (made, live_bytes() - before)
}

fn count(bytes: usize, sign: isize) {
    LIVE.fetch_add(bytes.cast_signed() * sign, Relaxed);
}

// SAFETY: all of the contract is kept by `System`, to which every call goes unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), 1);
        // SAFETY: the caller's promises are those that `System` asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(layout.size(), -1);
        // SAFETY: as above; the pointer came from `System`.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), 1);
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        count(new_size, 1);
        count(layout.size(), -1);
        // SAFETY: as above; the pointer came from `System`.
        unsafe { System.realloc(pointer, layout, new_size) }
    }
}
