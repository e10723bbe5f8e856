//! The project's chores, one file each: `cargo xtask setup`, `bundle`, `install`, `demo`, `test`,
//! `ardour`, `sanitize` and `bench`.
//!
//! Each of them sees to set-up first, so that a fresh clone needs no other step. Everything said
//! here goes to stderr; stdout belongs to the programs that are run (`bench --json` relies on it).

mod ardour;
mod bench;
mod bundle;
mod demo;
mod exports;
mod files;
mod freshness;
mod install;
mod sanitize;
mod setup;
mod shell;
mod test;
mod workspace;

use anyhow::Result;
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

use setup::{Need, Setup};
use workspace::Workspace;

/// Matryoshka's chores.
///
/// New here? `cargo xtask demo` builds everything and plays music through a rack of real plugins;
/// `cargo xtask install` puts Matryoshka where your DAW finds it; `cargo xtask test` proves that
/// your changes are sound. Each sees to set-up by itself.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", max_term_width = 100)]
struct Cli {
    #[command(flatten)]
    trust: Trust,
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Args)]
struct Trust {
    /// Install no system packages: trust that compilers, libraries and plugins are there.
    #[arg(long, global = true)]
    no_packages: bool,
}

#[derive(Subcommand)]
enum Chore {
    /// Find what is missing to build, demo and test, and provide it.
    ///
    /// On Debian and Ubuntu, missing packages are installed with apt-get (as root, or with sudo
    /// where that asks for nothing); on other systems the list is printed. JUCE is taken from
    /// JUCE_DIR, the system, upstream's release archive or Debian's package, whichever comes first.
    Setup {
        /// Fetch this version of JUCE (9.0.4, 8.0.12 or 8.0.6), whatever is there already. To
        /// build with it, set JUCE_DIR to the folder this prints.
        #[arg(long, value_name = "VERSION")]
        juce_version: Option<String>,
        /// Where fetched versions of JUCE are kept, instead of target/juce.
        #[arg(long, value_name = "FOLDER", hide = true)]
        juce_store: Option<PathBuf>,
    },
    /// Build Matryoshka, optimised, into target/bundled: a CLAP, a VST3 and the command.
    Bundle {
        /// Also bundle the fixture, the plugin that the tests host.
        #[arg(long)]
        fixture: bool,
    },
    /// Bundle, then copy the plugins into your own plugin folders.
    ///
    /// Running DAWs keep the version they have loaded until they are restarted.
    Install,
    /// Bundle, then play a musical signal through a rack of real plugins and draw the result.
    ///
    /// The rack runs in the bundled CLAP, loaded by a small host. The outcome is in target/demo:
    /// dry.wav, wet.wav and a picture.
    #[command(trailing_var_arg = true)]
    Demo {
        /// A WAV file to play instead, and whatever else the demo takes.
        #[arg(allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Check formatting and lints, bundle, and run every test: what CI runs.
    ///
    /// With arguments, only bundles and runs `cargo test` with them, for quick turns while working:
    /// `cargo xtask test --test clap_host`, `cargo xtask test latency`.
    #[command(trailing_var_arg = true)]
    Test {
        /// Passed on to `cargo test`; what follows `--` goes to the test programs.
        #[arg(allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Use the VST3 in Ardour, as a musician does, and see that its session keeps what was done (Linux).
    ///
    /// On Debian and Ubuntu this installs Ardour, which takes 150 MB, and so is no part of `test`. There is
    /// nothing to click: Ardour runs on a screen of its own that nobody sees, and without a sound card.
    #[command(trailing_var_arg = true)]
    Ardour {
        /// For the test program, as after `--` of `cargo test`.
        #[arg(allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Run the tests of the JUCE layer under sanitizers and under valgrind (Linux).
    Sanitize,
    /// Measure, against a peer, every figure that this project states.
    Bench {
        /// One group of measurements; all of them when left out.
        group: Option<String>,
        /// Print one JSON object a line: group, row, unit, ours, peer, peer_name, ratio.
        #[arg(long)]
        json: bool,
    },
}

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> Result<()> {
    let workspace = Workspace::find()?;
    let setup = Setup {
        workspace: &workspace,
        no_packages: cli.trust.no_packages,
    };

    match cli.chore {
        Chore::Setup {
            juce_version: Some(version),
            juce_store,
        } => setup.fetch_juce(&version, juce_store.as_deref()),
        Chore::Setup { juce_store, .. } => setup.everything(juce_store.as_deref()),
        Chore::Bundle { fixture } => {
            setup.provide(Need::Build)?;
            bundle::run(&workspace, fixture)
        }
        Chore::Install => {
            setup.provide(Need::Build)?;
            install::run(&workspace)
        }
        Chore::Demo { args } => {
            setup.provide(Need::Demo)?;
            demo::run(&workspace, &args)
        }
        Chore::Test { args } => {
            setup.provide(Need::Test)?;
            test::run(&workspace, &args)
        }
        Chore::Ardour { args } => {
            setup.provide(Need::Ardour)?;
            ardour::run(&workspace, &args)
        }
        Chore::Sanitize => {
            setup.provide(Need::Test)?;
            sanitize::run(&workspace)
        }
        Chore::Bench { group, json } => {
            setup.provide(Need::Build)?;
            bench::run(&workspace, group.as_deref(), json)
        }
    }
}
