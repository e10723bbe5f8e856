//! What can go wrong with a child, in the musician's words.

use thiserror::Error;

/// Something a child could not do.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
pub enum ChildError {
    /// The plugin is not on this machine, or not where it was.
    #[error("{plugin} is not installed{}; its settings are kept", did_you_mean(.suggestions))]
    NotInstalled {
        /// Name and format.
        plugin: String,
        /// Names that are near.
        suggestions: Vec<String>,
    },
    /// This Matryoshka hosts no plugins of that format.
    #[error("{plugin}: {format} plugins cannot be hosted here; its settings are kept")]
    NotHosted {
        /// Name and format.
        plugin: String,
        /// The format.
        format: String,
    },
    /// The plugin is there, but would not start.
    #[error("{plugin} could not be loaded: {reason}; its settings are kept")]
    NotLoaded {
        /// Name and format.
        plugin: String,
        /// In the format's or the plugin's own words.
        reason: String,
    },
    /// The plugin failed in one of its calls.
    #[error("{plugin} failed while {doing}: {reason}")]
    Failed {
        /// Name and format.
        plugin: String,
        /// The call: "saving its settings".
        doing: &'static str,
        /// What it said.
        reason: String,
    },
    /// The plugin's window cannot be opened.
    #[error("{plugin} cannot show its window: {reason}")]
    NotShown {
        /// Name and format.
        plugin: String,
        /// Why not.
        reason: String,
    },
}

fn did_you_mean(suggestions: &[String]) -> String {
    match suggestions {
        [] => String::new(),
        names => format!(" (did you mean {}?)", names.join(" or ")),
    }
}
