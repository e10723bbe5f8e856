//! Libraries of children stay loaded for the life of the process.
//!
//! A library may leave destructors with the threads that it ran on: Rust's standard library does, by
//! a pthread key, and so do many C++ runtimes. When such a thread ends after the library was
//! unloaded, the process jumps into nothing. JUCE unloads a library with its last instance, and once
//! more after each look at what is in it; the host's audio threads know nothing of that. So each
//! library is marked `RTLD_NODELETE` before anything of it runs. Seen with nice-plug's plugins.
#![allow(unsafe_code)]

use std::ffi::{CStr, CString, OsStr};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// Keeps the library of a VST3 or LADSPA plugin loaded. Does nothing where it cannot be loaded: the
/// format itself will say why.
pub(super) fn keep(format: &str, file: &str) {
    let library = match format {
        "VST3" => library_in_bundle(Path::new(file)),
        "LADSPA" => Some(PathBuf::from(file)),
        _ => None,
    };
    if let Some(library) = library {
        keep_library(library.as_os_str());
    }
}

/// Why the library of a VST3 or LADSPA plugin cannot be loaded, in the system's words; `None` if it can.
/// Runs the library's initialisers.
pub(super) fn complaint(format: &str, file: &str) -> Option<String> {
    let path = Path::new(file);
    let library = match format {
        "VST3" if path.is_dir() => match library_in_bundle(path) {
            Some(library) => library,
            None => return Some("the bundle has no library for this machine in it".to_owned()),
        },
        "VST3" | "LADSPA" => path.to_owned(),
        _ => return None,
    };
    let path = CString::new(library.as_os_str().as_bytes()).ok()?;
    // SAFETY: as in `keep_library`; the error is read at once, on the thread whose it is.
    unsafe {
        let handle = libc::dlopen(
            path.as_ptr(),
            libc::RTLD_LAZY | libc::RTLD_LOCAL | libc::RTLD_NODELETE,
        );
        if handle.is_null() {
            let error = libc::dlerror();
            if error.is_null() {
                return None;
            }
            let words = CStr::from_ptr(error).to_string_lossy();
            // The path is said wherever this is.
            let words = words.trim_start_matches(&*library.to_string_lossy());
            let words = words.trim_start_matches(": ");
            return Some(format!("the system cannot load it: {words}"));
        }
        libc::dlclose(handle);
    }
    None
}

/// Runs `load`, and keeps what libraries it loaded and did not unload again.
pub(super) fn keeping<R>(load: impl FnOnce() -> R) -> R {
    let before = Before::now();
    let result = load();
    before.keep_new();
    result
}

/// What the process had loaded before something that brings libraries along: before a window, which brings OpenGL's
/// and its driver's.
pub(crate) struct Before(Vec<CString>);

impl Before {
    /// What is loaded now.
    pub(crate) fn now() -> Self {
        Self(loaded())
    }

    /// Keeps what has been loaded since and is still there. OpenGL's libraries would go with the last window, which is
    /// on a thread of its own; a process that ends at that moment calls exit handlers of theirs that are no longer
    /// there (seen with Mesa).
    pub(crate) fn keep_new(&self) {
        for library in loaded() {
            if !self.0.contains(&library) {
                keep_library(OsStr::from_bytes(library.as_bytes()));
            }
        }
    }
}

/// `X.vst3/Contents/<machine>-linux/X.so`.
fn library_in_bundle(bundle: &Path) -> Option<PathBuf> {
    let machine = format!("{}-linux", std::env::consts::ARCH);
    let stem = bundle.file_stem()?;
    let mut name = stem.to_os_string();
    name.push(".so");
    Some(bundle.join("Contents").join(machine).join(name)).filter(|library| library.is_file())
}

fn keep_library(library: &OsStr) {
    let Ok(path) = CString::new(library.as_bytes()) else {
        return;
    };
    // SAFETY: a C string that lives through the call. Loading runs the library's initialisers, as
    // loading it to host it would; that it is never unloaded makes every later use of it safer.
    unsafe {
        let handle = libc::dlopen(
            path.as_ptr(),
            libc::RTLD_LAZY | libc::RTLD_LOCAL | libc::RTLD_NODELETE,
        );
        if !handle.is_null() {
            libc::dlclose(handle);
        }
    }
}

/// The paths of all libraries in the process.
#[cfg(target_os = "linux")]
fn loaded() -> Vec<CString> {
    use std::ffi::{c_int, c_void};

    unsafe extern "C" fn note(
        info: *mut libc::dl_phdr_info,
        _size: libc::size_t,
        names: *mut c_void,
    ) -> c_int {
        // SAFETY: the C library passes a valid entry, and our own list back.
        let (info, names) = unsafe { (&*info, &mut *names.cast::<Vec<CString>>()) };
        if !info.dlpi_name.is_null() {
            // SAFETY: not null, and a C string by dl_iterate_phdr's contract.
            let name = unsafe { CStr::from_ptr(info.dlpi_name) };
            if !name.is_empty() {
                names.push(name.to_owned());
            }
        }
        0
    }

    let mut names: Vec<CString> = Vec::new();
    // SAFETY: the callback only uses the list, which lives through the call.
    unsafe { libc::dl_iterate_phdr(Some(note), (&raw mut names).cast()) };
    names
}

/// macOS never unloads libraries with thread-local variables, which covers what is known of.
#[cfg(not(target_os = "linux"))]
fn loaded() -> Vec<CString> {
    Vec::new()
}
