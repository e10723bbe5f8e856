//! `matryoshka show-ui`: the hidden role in which children's GTK windows are shown. Not for people.

use std::process::ExitCode;

use clap::Args;

/// Show a plugin's window for a rack (started by Matryoshka itself)
#[derive(Debug, Args)]
pub struct ShowUi {}

impl ShowUi {
    #[cfg(target_os = "linux")]
    pub fn run(self) -> ExitCode {
        matryoshka::child::gtk_window::run()
    }

    /// Windows of GTK are shown on Linux only.
    #[cfg(not(target_os = "linux"))]
    pub fn run(self) -> ExitCode {
        ExitCode::FAILURE
    }
}
