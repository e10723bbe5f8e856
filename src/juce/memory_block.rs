//! `juce::MemoryBlock`: bytes that C++ owns, such as a plugin's state, read in place.
//!
//! ```
//! use matryoshka::juce::{Error, MemoryBlock};
//!
//! let block = MemoryBlock::new(b"bytes")?;
//! assert_eq!(&block[..], b"bytes");
//! # Ok::<(), Error>(())
//! ```
#![allow(unsafe_code)]

use std::fmt;
use std::ops::Deref;

use cxx::UniquePtr;

use super::{Error, Instance};

#[cxx::bridge(namespace = "matryoshka")]
pub(super) mod ffi {
    unsafe extern "C++" {
        include!("matryoshka/cpp/include/memory_block.h");

        type Instance = crate::juce::instance::ffi::Instance;
        type MemoryBlock;

        fn memory_block_new(bytes: &[u8]) -> Result<UniquePtr<MemoryBlock>>;
        fn memory_block_bytes(block: &MemoryBlock) -> &[u8];
        fn instance_state(instance: &Instance) -> Result<UniquePtr<MemoryBlock>>;
    }
}

/// Bytes that C++ owns. It reads as a slice, without a copy.
pub struct MemoryBlock(UniquePtr<ffi::MemoryBlock>);

// SAFETY: juce::MemoryBlock is an array of bytes with no ties to a thread (juce_MemoryBlock.h).
unsafe impl Send for MemoryBlock {}
// SAFETY: as above; through `&` it is only read.
unsafe impl Sync for MemoryBlock {}

impl MemoryBlock {
    /// A copy of `bytes`.
    ///
    /// # Errors
    ///
    /// Where memory runs out.
    pub fn new(bytes: &[u8]) -> Result<Self, Error> {
        Ok(Self(ffi::memory_block_new(bytes)?))
    }

    pub(super) fn from_raw(block: UniquePtr<ffi::MemoryBlock>) -> Self {
        Self(block)
    }
}

impl Deref for MemoryBlock {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.0.as_ref().map_or(&[], ffi::memory_block_bytes)
    }
}

impl fmt::Debug for MemoryBlock {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "MemoryBlock({} bytes)", self.len())
    }
}

impl Instance {
    /// The plugin's state.
    ///
    /// # Errors
    ///
    /// What the plugin threw.
    pub fn state(&self) -> Result<MemoryBlock, Error> {
        Ok(MemoryBlock::from_raw(ffi::instance_state(self.raw())?))
    }
}
