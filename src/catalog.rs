//! The plugins of this machine: what is installed, and which of them a rack means.
//!
//! For now everything happens in this process, on the message thread, each time anew; scanning in
//! other processes, with a memory, is to come. What a DAW's process does is kept to what somebody
//! asked for: to find a plugin by its name, only files that look like it are opened
//! ([`Thoroughness::Likely`]).

mod likeness;
mod resolve;

use std::rc::Rc;

pub use resolve::{FindError, Thoroughness, resolve};

use crate::child::{ChildError, Description, Formats};
use crate::threads::MessageThread;

/// What a scan found, and what it could not read.
#[derive(Clone, Debug, Default)]
pub struct Scan {
    /// The plugins, by format in the order of preference, then by name.
    pub plugins: Vec<Description>,
    /// The files that failed, each with the reason.
    pub failures: Vec<(String, String)>,
}

/// Looks at every plugin of the given formats (empty: all) in the usual folders. Runs the plugins'
/// code in this process. `progress` is told of each file before it is opened: how many are done, how
/// many there are, and its name. Message thread.
///
/// # Errors
///
/// If the hosting layer cannot be started.
pub fn scan(
    thread: &MessageThread,
    formats: &[String],
    mut progress: impl FnMut(usize, usize, &str),
) -> Result<Scan, ChildError> {
    let hosted = Formats::shared(thread)?;
    let files: Vec<(&str, String)> = Formats::names()
        .iter()
        .filter(|name| formats.is_empty() || formats.iter().any(|f| f.eq_ignore_ascii_case(name)))
        .flat_map(|name| files_of(&hosted, name))
        .collect();
    let mut scan = Scan::default();
    for (done, (format, file)) in files.iter().enumerate() {
        progress(done, files.len(), file);
        match hosted.types(format, file) {
            Ok(found) => scan.plugins.extend(found),
            Err(error) => scan.failures.push((file.clone(), error.to_string())),
        }
    }
    progress(files.len(), files.len(), "");
    let rank = |format: &str| Formats::names().iter().position(|name| *name == format);
    scan.plugins.sort_by(|a, b| {
        (rank(&a.format), a.name.to_lowercase(), &a.file).cmp(&(
            rank(&b.format),
            b.name.to_lowercase(),
            &b.file,
        ))
    });
    scan.plugins.dedup();
    Ok(scan)
}

fn files_of<'a>(hosted: &Rc<Formats>, format: &'a str) -> impl Iterator<Item = (&'a str, String)> {
    hosted
        .files(format)
        .into_iter()
        .map(move |file| (format, file))
}
