//! What `cargo xtask bench interop` measures: calls as the host makes them, within this crate, and
//! their peers. Only with the feature `bench`.
//!
//! Each function makes `calls` calls. All stand here, on the library's side of the crate's boundary, so
//! that neither of a row pays for crossing it.
#![allow(unsafe_code, missing_docs)]

use std::hint::black_box;

use pin_init::stack_pin_init;

use super::{AudioBuffer, AudioPluginFormatManager, JuceString};

/// The binding by hand.
#[allow(dead_code)]
#[path = "../../examples/c_ffi/format_manager.rs"]
mod by_hand;

pub use by_hand::FormatManager as FormatManagerByHand;

#[cxx::bridge(namespace = "matryoshka")]
mod ffi {
    unsafe extern "C++" {
        include!("matryoshka/cpp/include/bench_interop.h");

        #[namespace = "juce"]
        #[cxx_name = "String"]
        type JuceString = crate::juce::JuceString;
        type RangeFloat = crate::juce::range::Range<f32>;
        type AudioBufferFloat<'a> = crate::juce::AudioBuffer<'a>;
        type BoxedView;

        fn boxed_string_empty() -> UniquePtr<JuceString>;
        fn boxed_string_clone(text: &JuceString) -> UniquePtr<JuceString>;
        fn boxed_string_from_utf8(text: &[u8]) -> UniquePtr<JuceString>;
        fn boxed_find_min_max(
            buffer: &AudioBufferFloat,
            channel: usize,
            start: usize,
            frames: usize,
        ) -> UniquePtr<RangeFloat>;
        unsafe fn boxed_view(
            channels: *const *const f32,
            count: i32,
            frames: i32,
        ) -> UniquePtr<BoxedView>;
    }

    impl UniquePtr<JuceString> {}
    impl UniquePtr<RangeFloat> {}
}

pub fn count(manager: &AudioPluginFormatManager, calls: usize) {
    for _ in 0..calls {
        black_box(black_box(manager).len());
    }
}

pub fn count_by_hand(manager: &FormatManagerByHand, calls: usize) {
    for _ in 0..calls {
        black_box(black_box(manager).count());
    }
}

pub fn empty_string(calls: usize) {
    for _ in 0..calls {
        black_box(&JuceString::new());
    }
}

pub fn empty_string_boxed(calls: usize) {
    for _ in 0..calls {
        black_box(&ffi::boxed_string_empty());
    }
}

pub fn held_string(text: &JuceString, calls: usize) {
    for _ in 0..calls {
        black_box(&black_box(text).clone());
    }
}

pub fn held_string_boxed(text: &JuceString, calls: usize) {
    for _ in 0..calls {
        black_box(&ffi::boxed_string_clone(black_box(text)));
    }
}

pub fn made_string(text: &str, calls: usize) {
    for _ in 0..calls {
        black_box(&JuceString::from(black_box(text)));
    }
}

pub fn made_string_boxed(text: &str, calls: usize) {
    for _ in 0..calls {
        black_box(&ffi::boxed_string_from_utf8(black_box(text).as_bytes()));
    }
}

/// Of the first four samples.
pub fn range(buffer: &AudioBuffer<'_>, calls: usize) {
    for _ in 0..calls {
        black_box(&black_box(buffer).find_min_max(0, 0, 4));
    }
}

/// As [`range`], with the same check.
pub fn range_boxed(buffer: &AudioBuffer<'_>, calls: usize) {
    for _ in 0..calls {
        black_box(&ffi::boxed_find_min_max(black_box(buffer), 0, 0, 4));
    }
}

pub fn view(channels: &mut [&mut [f32]; 2], calls: usize) {
    for _ in 0..calls {
        let Some(view) = AudioBuffer::borrow(black_box(channels.as_mut_slice())) else {
            return;
        };
        stack_pin_init!(let view = view);
        black_box(&view);
    }
}

pub fn view_boxed(channels: &mut [&mut [f32]; 2], calls: usize) {
    for _ in 0..calls {
        let [left, right] = black_box(&mut *channels);
        let Ok(frames) = i32::try_from(left.len()) else {
            return;
        };
        if left.len() != right.len() {
            return;
        }
        let pointers = [left.as_ptr(), right.as_ptr()];
        // SAFETY: the two channels have so many samples each, and outlive the view.
        black_box(&unsafe { ffi::boxed_view(pointers.as_ptr(), 2, frames) });
    }
}
