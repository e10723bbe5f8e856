//! Preset files of VST3 plugins (`.vstpreset`), as JUCE reads and writes them.
//!
//! ```
//! use matryoshka::juce::{MESSAGE_LOOP, testing};
//! use matryoshka::threads::Messages;
//!
//! let messages = Messages::acquire(&MESSAGE_LOOP)?;
//! let taken = messages.ask(|thread| {
//!     let mut plugin = testing::plugin(thread, "well")?;
//!     assert!(plugin.preset()?.is_none());
//!     plugin.set_preset(b"VST3")
//! })??;
//! assert!(!taken, "it is no VST3");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![allow(unsafe_code)]

use super::{Error, Instance, MemoryBlock};

#[cxx::bridge(namespace = "matryoshka")]
mod ffi {
    unsafe extern "C++" {
        include!("matryoshka/cpp/include/preset.h");

        type Instance = crate::juce::instance::ffi::Instance;
        type MemoryBlock = crate::juce::memory_block::ffi::MemoryBlock;

        fn instance_preset(instance: &Instance) -> Result<UniquePtr<MemoryBlock>>;
        fn instance_set_preset(instance: &Instance, file: &[u8]) -> Result<bool>;
    }
}

impl Instance {
    /// What the plugin would save as a preset file; `None` where it is no VST3, or saves none.
    ///
    /// # Errors
    ///
    /// What the plugin threw.
    pub fn preset(&self) -> Result<Option<MemoryBlock>, Error> {
        let preset = MemoryBlock::from_raw(ffi::instance_preset(self.raw())?);
        Ok(Some(preset).filter(|preset| !preset.is_empty()))
    }

    /// Hands the plugin a preset file. False where it is no VST3, or does not take it; JUCE looks whose
    /// preset it is, but not whether it is all there.
    ///
    /// # Errors
    ///
    /// What the plugin threw, or that the file is longer than C++'s `int` can count.
    pub fn set_preset(&mut self, file: &[u8]) -> Result<bool, Error> {
        if i32::try_from(file.len()).is_err() {
            return Err(Error::new("the preset is larger than 2 GiB"));
        }
        Ok(ffi::instance_set_preset(self.raw(), file)?)
    }
}
