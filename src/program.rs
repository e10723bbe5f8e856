//! The command's program, which the library starts for what must not run in a DAW's process: plugins are
//! looked at there, and windows of GTK shown.
//!
//! It is
//!
//! 1. where `MATRYOSHKA_WORKER` says;
//! 2. beside the library (or program) that this code is in: in the VST3 bundle, beside the CLAP, and the
//!    command itself; on macOS, in the bundle's `Contents/Helpers`;
//! 3. on `PATH`.
#![allow(unsafe_code)]

use std::env;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use thiserror::Error;

/// Names the program, for a try without installing.
pub const VARIABLE: &str = "MATRYOSHKA_WORKER";

/// The program's file name.
const PROGRAM: &str = if cfg!(windows) {
    "matryoshka.exe"
} else {
    "matryoshka"
};

/// The program is in none of its places.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error(
    "the program \"matryoshka\", which runs what could crash your DAW, is missing{}. Install Matryoshka \
     again, or set {VARIABLE} to where it is",
    should_be(.looked_at)
)]
pub struct Missing {
    /// Where it should be.
    pub looked_at: Vec<PathBuf>,
}

fn should_be(places: &[PathBuf]) -> String {
    match places.first() {
        Some(first) => format!(" (it should be {})", first.display()),
        None => String::new(),
    }
}

/// Finds the program.
///
/// # Errors
///
/// Where it is missing, with the places that were looked at.
pub fn find() -> Result<PathBuf, Missing> {
    if let Some(named) = env::var_os(VARIABLE).filter(|named| !named.is_empty()) {
        return Ok(named.into());
    }
    let own = own_library();
    let mut places: Vec<PathBuf> = own.as_deref().map(places_near).unwrap_or_default();
    let path = env::var_os("PATH").unwrap_or_default();
    let on_path = env::split_paths(&path).map(|folder| folder.join(PROGRAM));
    let near = places.len();
    places.extend(on_path);
    if let Some(found) = places.iter().find(|place| place.is_file()) {
        return Ok(found.clone());
    }
    places.truncate(near);
    Err(Missing { looked_at: places })
}

/// The places that belong to a library.
fn places_near(library: &Path) -> Vec<PathBuf> {
    let mut places = Vec::new();
    let Some(folder) = library.parent() else {
        return places;
    };
    places.push(folder.join(PROGRAM));
    if cfg!(target_os = "macos") {
        // The library is Contents/MacOS/Matryoshka, which is the same name where case does not matter.
        places.clear();
        if let Some(contents) = folder.parent() {
            places.push(contents.join("Helpers").join(PROGRAM));
        }
        if library.file_name().is_some_and(|name| name == PROGRAM) {
            places.push(library.to_owned());
        }
    }
    // Cargo's tests are a folder below the programs.
    if folder.ends_with("deps")
        && let Some(folder) = folder.parent()
    {
        places.push(folder.join(PROGRAM));
    }
    places
}

/// The library, or program, that this very code was loaded from.
#[cfg(unix)]
fn own_library() -> Option<PathBuf> {
    use std::ffi::{CStr, OsStr};
    use std::os::unix::ffi::OsStrExt;

    let here: fn() -> Option<PathBuf> = own_library;
    // SAFETY: all zeros is a value of this plain C struct.
    let mut info: libc::Dl_info = unsafe { std::mem::zeroed() };
    // SAFETY: any address may be asked about; the answer goes where there is room for it.
    let known = unsafe { libc::dladdr(here as *const libc::c_void, &raw mut info) };
    if known == 0 || info.dli_fname.is_null() {
        return env::current_exe().ok();
    }
    // SAFETY: dladdr gave a C string that lives as long as the library is loaded, which this code is in.
    let name = unsafe { CStr::from_ptr(info.dli_fname) };
    let path = PathBuf::from(OsStr::from_bytes(name.to_bytes()));
    // Of a program, it is what the program was called by, and may mean something else by now.
    let path = if path.is_absolute() {
        path
    } else {
        env::current_exe().ok()?
    };
    // A link in a plugin folder leads to where the worker is, too.
    Some(std::fs::canonicalize(&path).unwrap_or(path))
}

/// The library, or program, that this very code was loaded from. (Untested.)
#[cfg(windows)]
fn own_library() -> Option<PathBuf> {
    use std::ffi::OsString;
    use std::os::windows::ffi::OsStringExt;

    use windows_sys::Win32::Foundation::HMODULE;
    use windows_sys::Win32::System::LibraryLoader::{
        GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS, GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
        GetModuleFileNameW, GetModuleHandleExW,
    };

    /// The longest path that Windows knows.
    const LONGEST: usize = 32_768;

    let here: fn() -> Option<PathBuf> = own_library;
    let mut module: HMODULE = std::ptr::null_mut();
    let mut name = vec![0_u16; LONGEST];
    // SAFETY: the address is one of this code; the handle and the name go where there is room for them,
    // and as the count of references is unchanged, nothing is to be given back.
    let length = unsafe {
        let found = GetModuleHandleExW(
            GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
            here as *const u16,
            &raw mut module,
        );
        if found == 0 {
            return env::current_exe().ok();
        }
        GetModuleFileNameW(module, name.as_mut_ptr(), LONGEST as u32)
    };
    name.truncate(length as usize);
    Some(PathBuf::from(OsString::from_wide(&name)))
}

/// What one end says to the other: a line of JSON.
///
/// # Errors
///
/// What JSON cannot hold.
pub(crate) fn line(message: &impl Serialize) -> serde_json::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(message)?;
    line.push(b'\n');
    Ok(line)
}

/// Says something to the other end. May wait until there is room.
///
/// # Errors
///
/// If the other end has gone.
pub(crate) fn say(to: &mut impl Write, message: &impl Serialize) -> io::Result<()> {
    to.write_all(&line(message)?)
}

/// Stdin and stdout as they were at the start, for the program's own use. What reads and prints from now on
/// finds nothing, and stderr.
///
/// # Errors
///
/// If the system does not let them be kept apart.
#[cfg(unix)]
pub fn pipes() -> io::Result<(File, File)> {
    use std::os::fd::AsFd;

    let requests = File::from(io::stdin().as_fd().try_clone_to_owned()?);
    let answers = File::from(io::stdout().as_fd().try_clone_to_owned()?);
    rustix::stdio::dup2_stdin(File::open("/dev/null")?)?;
    rustix::stdio::dup2_stdout(io::stderr())?;
    Ok((requests, answers))
}

/// Stdin and stdout. Elsewhere than on Unix plugins share them: most have none on Windows.
///
/// # Errors
///
/// If the system does not let them be kept.
#[cfg(not(unix))]
pub fn pipes() -> io::Result<(File, File)> {
    use std::os::windows::io::AsHandle;

    let requests = File::from(io::stdin().as_handle().try_clone_to_owned()?);
    let answers = File::from(io::stdout().as_handle().try_clone_to_owned()?);
    Ok((requests, answers))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn it_is_beside_the_library() {
        let places = places_near(Path::new(
            "/x/Matryoshka.vst3/Contents/x86_64-linux/Matryoshka.so",
        ));
        let beside = Path::new("/x/Matryoshka.vst3/Contents/x86_64-linux/matryoshka");
        assert_eq!(places, [beside]);
        assert_eq!(own_library(), env::current_exe().ok());
    }
}
