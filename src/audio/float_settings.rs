//! How this thread's processor treats numbers that are nearly zero, and rounds: settings that plugins are
//! known to change and not to put back, to the cost of whoever comes next.

#![allow(unsafe_code)]

/// The settings at some moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FloatSettings(u64);

impl FloatSettings {
    /// Those of now.
    #[inline]
    pub fn now() -> Self {
        Self(read() & SETTINGS)
    }

    /// Puts them back where somebody has changed them. Costs a few cycles where nobody has.
    #[inline]
    pub fn keep(self) {
        let now = read();
        if now & SETTINGS != self.0 {
            write((now & !SETTINGS) | self.0);
        }
    }
}

/// Of the x86 register, all but the flags that tell what happened.
#[cfg(target_arch = "x86_64")]
const SETTINGS: u64 = 0xffc0;

#[cfg(target_arch = "x86_64")]
#[inline]
fn read() -> u64 {
    let mut register = 0_u32;
    // SAFETY: the instruction stores the four bytes of the register, and there is room for them.
    unsafe {
        core::arch::asm!("stmxcsr [{}]", in(reg) &raw mut register,
            options(nostack, preserves_flags));
    }
    u64::from(register)
}

#[cfg(target_arch = "x86_64")]
#[inline]
fn write(register: u64) {
    let register = register as u32;
    // SAFETY: what is loaded was read from the register before, on this thread or on one with the same
    // processor, so no reserved bit is set. Settings other than Rust's own are what
    // `without_denormals` is for, and does; only what it set comes back here.
    unsafe {
        core::arch::asm!("ldmxcsr [{}]", in(reg) &raw const register,
            options(nostack, preserves_flags, readonly));
    }
}

/// The whole of Arm's control register is settings; what happened is told in another.
#[cfg(target_arch = "aarch64")]
const SETTINGS: u64 = u64::MAX;

#[cfg(target_arch = "aarch64")]
#[inline]
fn read() -> u64 {
    let register;
    // SAFETY: reading the register has no effect.
    unsafe {
        core::arch::asm!("mrs {}, fpcr", out(reg) register, options(nomem, nostack, preserves_flags));
    }
    register
}

#[cfg(target_arch = "aarch64")]
#[inline]
fn write(register: u64) {
    // SAFETY: as on x86-64.
    unsafe {
        core::arch::asm!("msr fpcr, {}", in(reg) register, options(nomem, nostack, preserves_flags));
    }
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
const SETTINGS: u64 = 0;

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn read() -> u64 {
    0
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn write(_register: u64) {}

#[cfg(all(test, any(target_arch = "x86_64", target_arch = "aarch64")))]
mod tests {
    use std::hint::black_box;

    use super::*;
    use crate::audio::without_denormals;

    #[test]
    fn a_plugin_that_turns_denormals_back_on_does_so_for_nobody_else() {
        let small = black_box(f32::MIN_POSITIVE);
        let halved = || black_box(small * black_box(0.5));
        let usual = FloatSettings::now();
        assert!(halved() > 0.0);
        without_denormals(|| {
            let flushing = FloatSettings::now();
            assert_eq!(halved(), 0.0);
            usual.keep();
            assert!(halved() > 0.0, "the settings were not changed");
            flushing.keep();
            assert_eq!(halved(), 0.0);
        });
        assert_eq!(FloatSettings::now(), usual);
    }
}
