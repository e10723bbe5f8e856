//! A C++ object that Rust owns, held by its address.
//!
//! cxx's `UniquePtr` may be empty, and asks C++ for the address each time it is used, since only C++
//! knows what a `unique_ptr` is made of. Both are paid for once here: this is never empty, and to use
//! it takes no call.
#![allow(unsafe_code)]

use std::ops::Deref;
use std::pin::Pin;
use std::ptr::NonNull;

use cxx::UniquePtr;
use cxx::memory::UniquePtrTarget;

use super::Error;

/// Owns a `T` in C++'s memory, which C++ destroys. Neither `Send` nor `Sync`.
pub(super) struct Owned<T: UniquePtrTarget>(NonNull<T>);

impl<T: UniquePtrTarget> Owned<T> {
    /// Takes over what C++ handed out.
    ///
    /// # Errors
    ///
    /// If that is nothing.
    pub(super) fn new(pointer: UniquePtr<T>) -> Result<Self, Error> {
        NonNull::new(pointer.into_raw())
            .map(Self)
            .ok_or_else(|| Error::new("C++ handed out nothing"))
    }

    /// The object, to change. It stays where it is.
    #[inline]
    pub(super) fn pin_mut(&mut self) -> Pin<&mut T> {
        // SAFETY: the object lives until `drop`, is borrowed through `&mut self`, and is never moved.
        unsafe { Pin::new_unchecked(self.0.as_mut()) }
    }
}

impl<T: UniquePtrTarget> Deref for Owned<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: the object lives until `drop`.
        unsafe { self.0.as_ref() }
    }
}

impl<T: UniquePtrTarget> Drop for Owned<T> {
    fn drop(&mut self) {
        // SAFETY: the address came from a `UniquePtr`, and goes back into one once.
        drop(unsafe { UniquePtr::from_raw(self.0.as_ptr()) });
    }
}
