//! `matryoshka worker`: the hidden role that scanners start. Not for people.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use matryoshka::catalog::worker::{Terms, run};

/// Look at plugins for a scan (started by Matryoshka itself)
#[derive(Debug, Args)]
pub struct Worker {
    /// Where to work
    #[arg(long)]
    folder: Option<PathBuf>,
    /// The most memory to take, in megabytes
    #[arg(long)]
    memory: Option<u64>,
}

impl Worker {
    pub fn run(self) -> ExitCode {
        run(&Terms {
            folder: self.folder,
            memory_mb: self.memory,
        })
    }
}
