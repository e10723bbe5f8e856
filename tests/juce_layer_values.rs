//! The values of the JUCE layer that cross the bridge as they are: strings, ranges, and views built
//! in place. What they hold, what they refuse, where they live, and that nothing of them is left.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard};

use matryoshka::juce::{AudioBuffer, JuceString, Range, SystemStats};
use pin_init::stack_pin_init;
use proptest::prelude::*;

/// The example's binding by hand, which so is tested, too.
#[path = "../examples/c_ffi/format_manager.rs"]
mod by_hand;

/// Tests that count the process's memory, and those that use much of it, take turns.
static MEMORY: Mutex<()> = Mutex::new(());

fn memory() -> MutexGuard<'static, ()> {
    MEMORY
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}

proptest! {
    #[test]
    fn any_text_comes_back_from_juce_as_it_went_in(text: String) {
        let _turn = memory();
        let string = JuceString::from(&*text);
        prop_assert_eq!(string.to_string(), &*text);
        prop_assert_eq!(&string, &*text);
        prop_assert_eq!(String::from(string.clone()), text.clone());
        prop_assert_eq!(string.is_empty(), text.is_empty());
        prop_assert_eq!(format!("{string:?}"), format!("{text:?}"));
        prop_assert_eq!(string.as_str(), (!text.contains('\0')).then_some(&*text));
    }

    #[test]
    fn zeros_anywhere_in_a_text_are_kept(parts in prop::collection::vec("[a-zä\u{10ffff}]{0,3}", 1..6)) {
        let _turn = memory();
        let text = parts.join("\0");
        prop_assert_eq!(JuceString::from(&*text).to_string(), text);
    }

    #[test]
    fn any_bytes_become_a_text(bytes: Vec<u8>) {
        let _turn = memory();
        let string = JuceString::from_bytes(&bytes);
        prop_assert_eq!(string.to_string(), String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn strings_are_equal_exactly_where_their_texts_are(a in "[a\0]{0,3}", b in "[a\0]{0,3}") {
        let _turn = memory();
        let (one, other) = (JuceString::from(&*a), JuceString::from(&*b));
        prop_assert_eq!(one == other, a == b);
        let both: HashSet<JuceString> = [one, other].into();
        prop_assert_eq!(both.len(), if a == b { 1 } else { 2 });
    }

    #[test]
    fn the_range_of_samples_is_that_of_the_slice(
        mut samples in prop::collection::vec(-8.0_f32..8.0, 1..200),
        start in 0_usize..200,
        frames in 0_usize..200,
    ) {
        let _turn = memory();
        let expected = samples.get(start..start + frames).filter(|part| !part.is_empty()).map(|part| {
            let low = part.iter().copied().fold(f32::INFINITY, f32::min);
            let high = part.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            Range::new(low, high)
        });
        let mut channels = [&mut samples[..]];
        let view = AudioBuffer::borrow(&mut channels).expect("one channel");
        stack_pin_init!(let view = view);
        prop_assert_eq!(view.find_min_max(0, start, frames), expected);
    }
}

#[test]
fn a_string_keeps_its_text_wherever_rust_moves_it() {
    let _turn = memory();
    let mut strings = Vec::new();
    // The vector grows, and with it moves each string's bytes.
    for number in 0..1000 {
        strings.push(JuceString::from(&*format!("number {number}")));
    }
    strings.rotate_left(1);
    strings.swap(0, 500);
    let boxed = Box::new(strings.swap_remove(0));
    assert_eq!(*boxed, "number 501");
    assert_eq!(strings.last().expect("many"), &"number 999".to_owned()[..]);
}

#[test]
fn clones_share_their_characters_across_threads_and_outlive_the_first() {
    let _turn = memory();
    let first = JuceString::from("shared");
    std::thread::scope(|scope| {
        for _ in 0..4 {
            let clone = first.clone();
            scope.spawn(move || {
                for _ in 0..10_000 {
                    assert_eq!(clone.clone(), "shared");
                }
            });
        }
    });
    let clone = first.clone();
    drop(first);
    assert_eq!(clone, "shared");
}

#[test]
fn a_string_is_as_large_as_a_pointer_even_where_there_may_be_none() {
    assert_eq!(size_of::<JuceString>(), size_of::<usize>());
    assert_eq!(size_of::<Option<JuceString>>(), size_of::<usize>());
}

#[test]
fn a_static_member_says_which_juce_this_is() {
    let version = SystemStats::juce_version().expect("memory").to_string();
    let number = version.strip_prefix("JUCE v").expect("JUCE's name first");
    let major: u32 = number
        .split('.')
        .next()
        .and_then(|it| it.parse().ok())
        .expect("a number");
    assert!(major >= 8, "{version}");
}

#[test]
fn the_order_of_a_ranges_members_is_juces() {
    let mut samples = [-0.5_f32, 0.25];
    let mut channels = [&mut samples[..]];
    let view = AudioBuffer::borrow(&mut channels).expect("one channel");
    stack_pin_init!(let view = view);
    let range = view.find_min_max(0, 0, 2).expect("two samples");
    assert_eq!((range.start(), range.end()), (-0.5, 0.25));
    assert!(range.contains(-0.5) && range.contains(0.0) && !range.contains(0.25));
    assert_eq!((range.length(), range.peak()), (0.75, 0.5));
    assert_eq!(Range::new(1.0, 0.0), Range::new(1.0, 1.0));
}

#[test]
fn positions_that_are_not_there_are_none_and_change_nothing() {
    let (mut left, mut right) = ([1.0_f32; 8], [1.0_f32; 8]);
    let mut channels = [&mut left[..], &mut right[..]];
    let view = AudioBuffer::borrow(&mut channels).expect("two channels");
    // A pinned view ends with its scope only, and with it the loan of the samples.
    stack_pin_init!(let view = view);
    let huge = usize::MAX;
    for (channel, start, frames) in [
        (2, 0, 1),
        (huge, 0, 1),
        (1 << 32, 0, 1),
        (0, 8, 1),
        (0, 0, 9),
        (0, huge, 1),
        (0, 1, huge),
        (0, 1 << 32, 1),
        (0, 0, 1 << 32),
    ] {
        let position = format!("{channel} {start} {frames}");
        assert_eq!(
            view.find_min_max(channel, start, frames),
            None,
            "{position}"
        );
        assert_eq!(
            view.as_mut().clear_channel(channel, start, frames),
            None,
            "{position}"
        );
        let gained = view
            .as_mut()
            .apply_gain_channel(channel, start, frames, 0.5);
        assert_eq!(gained, None, "{position}");
        if channel == 0 {
            assert_eq!(
                view.as_mut().clear_region(start, frames),
                None,
                "{position}"
            );
            assert_eq!(
                view.as_mut().apply_gain_region(start, frames, 0.5),
                None,
                "{position}"
            );
        }
    }
    assert_eq!(view.find_min_max(0, 0, 0), None);
    assert_eq!(view.as_mut().clear_channel(0, 8, 0), Some(()));
    for channel in 0..2 {
        assert_eq!(view.channel(channel), Some(&[1.0; 8][..]));
    }
}

#[test]
fn each_overload_does_what_its_name_says() {
    let (mut left, mut right) = ([1.0_f32; 4], [1.0_f32; 4]);
    let mut channels = [&mut left[..], &mut right[..]];
    {
        let view = AudioBuffer::borrow(&mut channels).expect("two channels");
        stack_pin_init!(let view = view);
        view.as_mut().apply_gain(2.0);
        assert_eq!(view.as_mut().apply_gain_region(1, 2, 2.0), Some(()));
        assert_eq!(view.as_mut().apply_gain_channel(1, 3, 1, 0.5), Some(()));
        assert_eq!(view.as_mut().clear_channel(0, 0, 1), Some(()));
        assert_eq!(view.channel(0), Some(&[0.0, 4.0, 4.0, 2.0][..]));
        assert_eq!(view.channel(1), Some(&[2.0, 4.0, 4.0, 1.0][..]));
        assert_eq!(view.as_mut().clear_region(2, 2), Some(()));
        assert_eq!(view.channel(1), Some(&[2.0, 4.0, 0.0, 0.0][..]));
        view.as_mut().clear();
        assert_eq!(view.find_min_max(1, 0, 4), Some(Range::default()));
    }
    assert_eq!((left, right), ([0.0; 4], [0.0; 4]));
}

#[test]
fn a_view_stands_on_the_stack_of_who_makes_it_and_points_to_the_samples_themselves() {
    let mut samples = [0.5_f32; 16];
    let address_of_samples = samples.as_ptr();
    let near = 0_u8;
    let mut channels = [&mut samples[..]];
    let view = AudioBuffer::borrow(&mut channels).expect("one channel");
    stack_pin_init!(let view = view);
    let distance = (&raw const *view).addr().abs_diff((&raw const near).addr());
    assert!(
        distance < 16 * 1024,
        "the view is {distance} bytes away from this stack frame"
    );
    assert_eq!(
        view.channel(0).expect("a channel").as_ptr(),
        address_of_samples
    );
}

/// Bytes that malloc has given out, Rust's and C++'s alike.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[allow(unsafe_code)]
fn bytes_in_use() -> usize {
    // SAFETY: takes nothing and only reads the allocator's books.
    let books = unsafe { libc::mallinfo2() };
    books.uordblks + books.hblkhd
}

/// What happens ten thousand times may not leave a byte a time; other threads of the test harness
/// may leave some.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn leaves_nothing(what: &str, make: impl Fn(usize)) {
    let _turn = memory();
    (0..100).for_each(&make);
    let left = |_| {
        let before = bytes_in_use();
        (0..10_000).for_each(&make);
        bytes_in_use().saturating_sub(before)
    };
    // A leak is there each time; what other tests of this process do meanwhile is not.
    let least = (0..5).map(left).min().unwrap_or_default();
    assert!(least < 10_000, "10,000 {what} leave {least} bytes");
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[test]
fn ten_thousand_strings_leave_nothing() {
    leaves_nothing("strings", |number| {
        let string = JuceString::from(&*format!("a name of more than thirty characters, {number}"));
        let clone = string.clone();
        drop(string);
        assert!(!clone.is_empty());
        assert!(
            JuceString::from_bytes(b"\xff\0")
                .to_string()
                .ends_with('\0')
        );
        SystemStats::juce_version().expect("memory");
    });
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[test]
fn ten_thousand_views_leave_nothing() {
    leaves_nothing("views", |_| {
        let (mut left, mut right) = ([0.5_f32; 16], [0.5_f32; 16]);
        let mut channels = [&mut left[..], &mut right[..]];
        let view = AudioBuffer::borrow(&mut channels).expect("two channels");
        stack_pin_init!(let view = view);
        assert_eq!(view.channels(), 2);
    });
}

/// The bytes in use below so many views that are all alive.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn bytes_in_use_under(views: usize) -> usize {
    if views == 0 {
        return bytes_in_use();
    }
    let (mut left, mut right) = ([0.5_f32; 16], [0.5_f32; 16]);
    let mut channels = [&mut left[..], &mut right[..]];
    let view = AudioBuffer::borrow(&mut channels).expect("two channels");
    stack_pin_init!(let view = view);
    let bytes = bytes_in_use_under(views - 1);
    assert_eq!(view.channels(), 2);
    bytes
}

/// Many at once, since malloc keeps a few freed pieces aside without saying so.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[test]
fn two_hundred_views_at_once_take_nothing_from_the_heap() {
    let _turn = memory();
    let before = bytes_in_use();
    let taken = bytes_in_use_under(200).saturating_sub(before);
    // Other tests run at the same time, and use some. The views would use twice this much.
    let half = 200 * size_of::<AudioBuffer<'_>>() / 2;
    assert!(taken < half, "200 views take {taken} bytes");
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[test]
fn ten_thousand_managers_over_c_leave_nothing() {
    leaves_nothing("managers", |_| {
        let mut manager = by_hand::FormatManager::new().expect("memory");
        assert_eq!(manager.count(), 0);
        assert!(manager.add_vst3());
        assert_eq!(manager.count(), 1);
    });
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[test]
fn ten_thousand_buffers_with_memory_of_their_own_leave_nothing() {
    use pin_init::InPlaceInit;

    leaves_nothing("buffers", |_| {
        let buffer = AudioBuffer::new(40, 64).expect("small numbers");
        let buffer = Box::try_pin_init::<matryoshka::juce::Error>(buffer).expect("memory");
        assert_eq!(buffer.channels(), 40);
    });
}
