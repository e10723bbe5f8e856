//! LV2 in C's words, as far as a window needs them: what a host hands to windows and plugins.
//!
//! All of it is made once and stays until the process ends. Some members are only there so that the others are
//! where C has them, or for C to read.

use std::ffi::{CStr, CString, c_char, c_void};
use std::path::Path;
use std::ptr::{null, null_mut};

use libloading::Library;
use parking_lot::Mutex;

/// `LV2_Handle`, `LV2UI_Handle`: the plugin's, or window's, own.
pub type Handle = *mut c_void;

/// `extension_data`: tells what else there is, by its URI.
pub type ExtensionData = unsafe extern "C" fn(*const c_char) -> *const c_void;

/// `LV2_Feature`: something that a host can do.
#[allow(dead_code)]
#[repr(C)]
struct Feature {
    uri: *const c_char,
    data: *mut c_void,
}

/// What a plugin or a window is made with: a list of `LV2_Feature`s.
pub struct Features(Vec<(&'static CStr, *mut c_void)>);

impl Features {
    /// Names for URIs, and options.
    pub fn new(options: &[(&CStr, f32)]) -> Self {
        let map = leak(Map {
            handle: null_mut(),
            map,
        });
        let unmap = leak(Unmap {
            handle: null_mut(),
            unmap,
        });
        let float = number_of(c"http://lv2plug.in/ns/ext/atom#Float");
        let option = |key: u32, value: *const c_void| LvOption {
            context: 0,
            subject: 0,
            key,
            size: if key == 0 { 0 } else { 4 },
            kind: if key == 0 { 0 } else { float },
            value,
        };
        let mut options: Vec<LvOption> = (options.iter())
            .map(|(key, value)| option(number_of(key), leak(*value).cast_const()))
            .collect();
        options.push(option(0, null()));
        let options = Box::leak(options.into_boxed_slice());
        Self(vec![
            (c"http://lv2plug.in/ns/ext/urid#map", map),
            (c"http://lv2plug.in/ns/ext/urid#unmap", unmap),
            (
                c"http://lv2plug.in/ns/ext/options#options",
                options.as_mut_ptr().cast(),
            ),
        ])
    }

    /// One more.
    pub fn with(mut self, uri: &'static CStr, data: *mut c_void) -> Self {
        self.0.push((uri, data));
        self
    }

    /// As `const LV2_Feature *const *`.
    pub fn list(self) -> *const *const c_void {
        let one = |(uri, data): (&CStr, *mut c_void)| {
            let uri = uri.as_ptr();
            leak(Feature { uri, data }).cast_const()
        };
        let mut list: Vec<*const c_void> = self.0.into_iter().map(one).collect();
        list.push(null());
        Box::leak(list.into_boxed_slice()).as_ptr()
    }
}

/// Keeps something for as long as the process lasts.
pub fn leak<T>(thing: T) -> *mut c_void {
    std::ptr::from_mut(Box::leak(Box::new(thing))).cast()
}

/// `LV2_URID_Map`.
#[allow(dead_code)]
#[repr(C)]
struct Map {
    handle: *mut c_void,
    map: unsafe extern "C" fn(*mut c_void, *const c_char) -> u32,
}

/// `LV2_URID_Unmap`.
#[allow(dead_code)]
#[repr(C)]
struct Unmap {
    handle: *mut c_void,
    unmap: unsafe extern "C" fn(*mut c_void, u32) -> *const c_char,
}

/// `LV2_Options_Option`.
#[allow(dead_code)]
#[repr(C)]
struct LvOption {
    context: u32,
    subject: u32,
    key: u32,
    size: u32,
    kind: u32,
    value: *const c_void,
}

/// The URIs that have numbers: their places, from 1.
static URIS: Mutex<Vec<CString>> = Mutex::new(Vec::new());

/// The number of a URI.
pub fn number_of(uri: &CStr) -> u32 {
    let mut uris = URIS.lock();
    let place = uris.iter().position(|known| **known == *uri);
    let place = place.unwrap_or_else(|| {
        uris.push(uri.to_owned());
        uris.len() - 1
    });
    place as u32 + 1
}

unsafe extern "C" fn map(_handle: *mut c_void, uri: *const c_char) -> u32 {
    if uri.is_null() {
        return 0;
    }
    // SAFETY: a C string, by LV2's contract.
    number_of(unsafe { CStr::from_ptr(uri) })
}

unsafe extern "C" fn unmap(_handle: *mut c_void, number: u32) -> *const c_char {
    let uris = URIS.lock();
    let known = (number as usize)
        .checked_sub(1)
        .and_then(|place| uris.get(place));
    // The text stays where it is, on the heap, when the list grows.
    known.map_or(null(), |uri| uri.as_ptr())
}

/// Loads a library of a bundle's, for good.
pub fn load(library: &Path) -> Result<&'static Library, String> {
    // SAFETY: code of a plugin's, which the user has installed to run it; it has this process to itself.
    let loaded = unsafe { Library::new(library) };
    let loaded = loaded.map_err(|error| format!("the system cannot load it: {error}"))?;
    Ok(Box::leak(Box::new(loaded)))
}

/// The descriptor of this URI, of those that a library tells by `function`.
///
/// `D` begins with the URI, as a C string.
pub fn descriptor<D>(library: &Library, function: &CStr, uri: &str) -> Option<*const D> {
    // SAFETY: LV2 declares both functions so. A descriptor's first member is its URI, and it lives as long as
    // its library, which stays.
    unsafe {
        let tell: libloading::Symbol<unsafe extern "C" fn(u32) -> *const D> =
            library.get(function.to_bytes_with_nul()).ok()?;
        (0..)
            .map(|index| tell(index))
            .take_while(|descriptor| !descriptor.is_null())
            .find(|descriptor| {
                let name = *descriptor.cast::<*const c_char>();
                !name.is_null() && CStr::from_ptr(name).to_bytes() == uri.as_bytes()
            })
    }
}

/// A bundle's path, as LV2 hands it out: with a slash at its end.
pub fn bundle_path(bundle: &Path) -> CString {
    let path = format!("{}/", bundle.display());
    CString::new(path).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uri_keeps_its_number_and_a_number_its_uri() {
        let one = number_of(c"urn:test:one");
        let two = number_of(c"urn:test:two");
        assert_ne!(one, two);
        // SAFETY: a C string, and numbers.
        unsafe {
            assert_eq!(map(null_mut(), c"urn:test:one".as_ptr()), one);
            assert_eq!(CStr::from_ptr(unmap(null_mut(), two)), c"urn:test:two");
            assert!(unmap(null_mut(), 0).is_null());
            assert!(unmap(null_mut(), u32::MAX).is_null());
        }
    }
}
