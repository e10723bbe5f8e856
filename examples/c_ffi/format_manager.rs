//! A binding by hand. Each declaration is a promise that nothing checks; cpp/c_ffi has the other half.
#![allow(unsafe_code)]

use std::ffi::c_int;
use std::marker::{PhantomData, PhantomPinned};
use std::ptr::NonNull;

mod ffi {
    use super::{PhantomData, PhantomPinned, c_int};

    /// The C++ object: a type that Rust can point to, but neither make, move, measure nor send.
    #[repr(C)]
    pub struct FormatManager {
        _nothing: [u8; 0],
        _marker: PhantomData<(*mut u8, PhantomPinned)>,
    }

    // cpp/c_ffi/format_manager.h
    unsafe extern "C" {
        pub fn matryoshka_format_manager_new() -> *mut FormatManager;
        pub fn matryoshka_format_manager_delete(manager: *mut FormatManager);
        pub fn matryoshka_format_manager_add_vst3(manager: *mut FormatManager) -> c_int;
        pub fn matryoshka_format_manager_count(manager: *const FormatManager) -> c_int;
    }
}

/// Owns a C++ `AudioPluginFormatManager`. Neither `Send` nor `Sync`, as the pointer is neither.
pub struct FormatManager(NonNull<ffi::FormatManager>);

impl FormatManager {
    /// A manager without formats; `None` where memory runs out.
    pub fn new() -> Option<Self> {
        // SAFETY: takes nothing, and returns null or an object that is ours.
        NonNull::new(unsafe { ffi::matryoshka_format_manager_new() }).map(Self)
    }

    /// Adds the format VST3; false if C++ threw.
    pub fn add_vst3(&mut self) -> bool {
        // SAFETY: the object lives until `drop`, and `&mut self` keeps others from it meanwhile.
        unsafe { ffi::matryoshka_format_manager_add_vst3(self.0.as_ptr()) == 0 }
    }

    /// The number of formats.
    pub fn count(&self) -> usize {
        // SAFETY: the object lives until `drop`, and C++ only reads it.
        let count = unsafe { ffi::matryoshka_format_manager_count(self.0.as_ptr()) };
        usize::try_from(count).unwrap_or(0)
    }
}

impl Drop for FormatManager {
    fn drop(&mut self) {
        // SAFETY: the object came from `new`, and is deleted here and nowhere else.
        unsafe { ffi::matryoshka_format_manager_delete(self.0.as_ptr()) }
    }
}
