//! `juce::String`, held in Rust by value.
//!
//! A [`JuceString`] *is* the C++ object: one pointer to counted characters, which Rust may move by
//! copying its bytes. It crosses the bridge in a register's worth of memory, without a `unique_ptr`
//! around it; why that is sound stands in `cpp/include/string.h`, with assertions.
//!
//! ```
//! use matryoshka::juce::JuceString;
//!
//! let name = JuceString::from("Größe ♪");
//! let copy = name.clone(); // counts up; copies no characters
//! assert_eq!(copy, name);
//! assert_eq!(copy, "Größe ♪");
//! assert_eq!(format!("{copy:>9}"), "  Größe ♪");
//!
//! // Any bytes will do, as they do where plugins hand them out.
//! assert_eq!(JuceString::from_bytes(b"A\xff"), "A\u{fffd}");
//! ```
//!
//! # The character U+0000
//!
//! JUCE ends strings with a zero byte and so cannot hold that character. Cutting the text there
//! would make `"a.vst3\0.txt"` the name of another file. It is therefore kept as the two bytes
//! `C0 80`, as Java does, which no UTF-8 text contains: what goes in comes out again, and JUCE itself
//! reads one character that is not valid (JUCE 9) or the end of the text (JUCE 8).
#![allow(unsafe_code)]

use std::borrow::Cow;
use std::ffi::c_char;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ptr::NonNull;

use cxx::{ExternType, type_id};

/// What stands for U+0000 within JUCE.
const ZERO: &[u8] = b"\xc0\x80";

/// A `juce::String`. `Send` and `Sync`, as its characters never change and are counted atomically.
#[repr(C)]
pub struct JuceString {
    /// JUCE never leaves it null: an empty string points to a static one.
    text: NonNull<c_char>,
}

// SAFETY: cpp/include/string.h asserts size and alignment, and says why the bytes may be moved.
unsafe impl ExternType for JuceString {
    type Id = type_id!("juce::String");
    type Kind = cxx::kind::Trivial;
}

// SAFETY: the characters are shared but never written (nothing here changes a string), and JUCE
// counts their owners with a `std::atomic<int>` (StringHolder in juce_String.cpp).
unsafe impl Send for JuceString {}
// SAFETY: as above; reading and cloning are all that `&JuceString` allows.
unsafe impl Sync for JuceString {}

#[cxx::bridge(namespace = "matryoshka")]
mod ffi {
    unsafe extern "C++" {
        include!("matryoshka/cpp/include/string.h");

        #[namespace = "juce"]
        #[cxx_name = "String"]
        type JuceString = super::JuceString;

        fn string_empty() -> JuceString;
        fn string_from_utf8(text: &[u8]) -> JuceString;
        fn string_clone(text: &JuceString) -> JuceString;
        unsafe fn string_destroy(text: *mut JuceString);
        fn string_bytes(text: &JuceString) -> &[u8];
    }
}

impl JuceString {
    /// An empty string. Allocates nothing.
    pub fn new() -> Self {
        ffi::string_empty()
    }

    /// A string of any bytes: what is not UTF-8 becomes the replacement character, U+FFFD.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        Self::from(&*String::from_utf8_lossy(bytes))
    }

    /// The text, where it can be had without a copy: it is UTF-8 and without U+0000.
    pub fn as_str(&self) -> Option<&str> {
        std::str::from_utf8(self.as_raw_bytes()).ok()
    }

    /// The text. Bytes that are no UTF-8, as plugins may hand out, are read as U+FFFD.
    pub fn to_str(&self) -> Cow<'_, str> {
        if let Some(text) = self.as_str() {
            return Cow::Borrowed(text);
        }
        let mut rest = self.as_raw_bytes();
        let mut text = String::with_capacity(rest.len());
        while let Some(zero) = rest.windows(ZERO.len()).position(|bytes| bytes == ZERO) {
            text.push_str(&String::from_utf8_lossy(&rest[..zero]));
            text.push('\0');
            rest = &rest[zero + ZERO.len()..];
        }
        text.push_str(&String::from_utf8_lossy(rest));
        Cow::Owned(text)
    }

    /// Whether there are no characters.
    pub fn is_empty(&self) -> bool {
        self.as_raw_bytes().is_empty()
    }

    /// The bytes as JUCE holds them.
    fn as_raw_bytes(&self) -> &[u8] {
        ffi::string_bytes(self)
    }
}

impl From<&str> for JuceString {
    /// Lossless for any text. Allocates unless it is empty.
    fn from(text: &str) -> Self {
        if !text.as_bytes().contains(&0) {
            return ffi::string_from_utf8(text.as_bytes());
        }
        let mut bytes = Vec::with_capacity(text.len() + 8);
        for (index, part) in text.split('\0').enumerate() {
            if index > 0 {
                bytes.extend_from_slice(ZERO);
            }
            bytes.extend_from_slice(part.as_bytes());
        }
        ffi::string_from_utf8(&bytes)
    }
}

impl From<&JuceString> for String {
    fn from(text: &JuceString) -> Self {
        text.to_str().into_owned()
    }
}

impl From<JuceString> for String {
    fn from(text: JuceString) -> Self {
        Self::from(&text)
    }
}

impl Default for JuceString {
    fn default() -> Self {
        Self::new()
    }
}

impl Clone for JuceString {
    /// Shares the characters.
    fn clone(&self) -> Self {
        ffi::string_clone(self)
    }
}

impl Drop for JuceString {
    fn drop(&mut self) {
        // SAFETY: `self` is a constructed string, and what is passed to C++ by value is not dropped
        // here: cxx forgets it.
        unsafe { ffi::string_destroy(self) }
    }
}

/// Equal bytes, not JUCE's operator, which stops comparing where it reads U+0000.
impl PartialEq for JuceString {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text || self.as_raw_bytes() == other.as_raw_bytes()
    }
}

impl Eq for JuceString {}

impl Hash for JuceString {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_raw_bytes().hash(state);
    }
}

impl PartialEq<str> for JuceString {
    fn eq(&self, other: &str) -> bool {
        self.to_str() == other
    }
}

impl PartialEq<&str> for JuceString {
    fn eq(&self, other: &&str) -> bool {
        *self == **other
    }
}

impl fmt::Display for JuceString {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_str().fmt(formatter)
    }
}

impl fmt::Debug for JuceString {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.to_str(), formatter)
    }
}
