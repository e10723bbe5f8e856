//! The programs of `juce::AudioProcessor`: settings that a plugin brings along. JUCE's LV2 host has the
//! plugin's presets as its programs.
//!
//! ```
//! use matryoshka::juce::{Error, MESSAGE_LOOP, testing};
//! use matryoshka::threads::Messages;
//!
//! let messages = Messages::acquire(&MESSAGE_LOOP)?;
//! let chosen = messages.ask(|thread| -> Result<_, Error> {
//!     let mut plugin = testing::plugin(thread, "programs")?;
//!     let quiet = plugin.programs()?.iter().position(|name| name == "Quiet");
//!     plugin.set_program(quiet.expect("there is one"))?;
//!     plugin.program()
//! })??;
//! assert_eq!(chosen, Some(1));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![allow(unsafe_code)]

use super::{Error, Instance};

#[cxx::bridge(namespace = "matryoshka")]
mod ffi {
    unsafe extern "C++" {
        include!("matryoshka/cpp/include/program.h");

        type Instance = crate::juce::instance::ffi::Instance;

        fn instance_program_count(instance: &Instance) -> Result<i32>;
        fn instance_program(instance: &Instance) -> Result<i32>;
        fn instance_program_name(instance: &Instance, index: i32) -> Result<String>;
        fn instance_set_program(instance: &Instance, index: i32) -> Result<()>;
    }
}

/// All of these return what the plugin threw as an error.
impl Instance {
    /// The names of its programs.
    pub fn programs(&self) -> Result<Vec<String>, Error> {
        let plugin = self.raw();
        (0..ffi::instance_program_count(plugin)?)
            .map(|index| Ok(ffi::instance_program_name(plugin, index)?))
            .collect()
    }

    /// The program that was chosen last; `None` where it has none, or says one that there is not.
    pub fn program(&self) -> Result<Option<usize>, Error> {
        let count = ffi::instance_program_count(self.raw())?;
        let chosen = ffi::instance_program(self.raw())?;
        let is_there = (0..count).contains(&chosen);
        Ok(usize::try_from(chosen).ok().filter(|_| is_there))
    }

    /// Chooses a program. False where there is none such.
    pub fn set_program(&mut self, index: usize) -> Result<bool, Error> {
        let count = ffi::instance_program_count(self.raw())?;
        let Some(index) = i32::try_from(index).ok().filter(|index| *index < count) else {
            return Ok(false);
        };
        ffi::instance_set_program(self.raw(), index)?;
        Ok(true)
    }
}
