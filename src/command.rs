//! The command line: what can be asked for, and how the answer leaves.
//!
//! Answers go to stdout, everything else to stderr. Exit codes: 0 for a good end, 1 for a failure,
//! 2 for a command line that is none, 130 when interrupted.
//!
//! On Linux the message thread is one of the library's own, and this thread asks it. On macOS and
//! Windows it is this very thread, whose loop nobody runs yet: what is asked is done at once, but
//! plugins that wait for messages while they are used would wait in vain. (Untested.)

mod formats;
mod list;
mod paths;
mod quarantine;
mod rack;
mod render;
mod run;
mod scan;
mod search;
mod show;
mod show_ui;
mod table;
mod terminal;
mod wav;
mod worker;

use std::error::Error;
use std::process::ExitCode;
use std::sync::LazyLock;

use clap::{Parser, Subcommand};

use terminal::Terminal;

/// Whatever went wrong, in the words that the user reads.
type Trouble = Box<dyn Error + Send + Sync>;

/// The exit code of a command that did what was asked, or why it could not.
type Outcome = Result<ExitCode, Trouble>;

/// The exit code of a command that was interrupted, as shells have it.
const INTERRUPTED: u8 = 130;

/// The user had enough.
#[derive(Debug, thiserror::Error)]
#[error("interrupted; nothing was written")]
struct Interrupted;

/// Hosts audio plugins (VST3, LV2, LADSPA; AudioUnit on macOS) without a DAW.
#[derive(Debug, Parser)]
#[command(
    name = "matryoshka",
    version,
    long_version = LONG_VERSION.as_str(),
    max_term_width = 100,
    after_help = AFTER_HELP
)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,

    /// Print one JSON document instead of text
    #[arg(long, global = true)]
    json: bool,

    /// Say more, and let the plugins say what they print (-vv, -vvv for still more)
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    verbose: u8,
}

/// For bug reports: which JUCE was built in matters as much as which Matryoshka it is.
static LONG_VERSION: LazyLock<String> = LazyLock::new(|| {
    let own = env!("CARGO_PKG_VERSION");
    let host = matryoshka::child::host_version();
    format!("{own}\nhosting plugins with {host}")
});

const AFTER_HELP: &str = "\
Examples:
  matryoshka scan                            look at what is new, safely
  matryoshka search comp                     plugins, by a few letters
  matryoshka list --format LV2               every LV2 plugin of this machine
  matryoshka show VST3:ZamCompX2             its buses, latency and parameters
  matryoshka render --plugin ZamCompX2 --plugin LV2:ZamTube dry.wav wet.wav
  matryoshka render --rack vocals.rack --tail 3 dry.wav wet.wav
  matryoshka run vocals.rack                 the rack in a window, with JACK or ALSA
  matryoshka rack check vocals.rack          is everything there that it needs?

A plugin is called by its name, as `list` prints it (\"ZamCompX2\"), with its format before it
where several have it (\"VST3:ZamCompX2\"); LV2 plugins also by their URI.

A rack file is JSON, and can be as short as {\"chain\": [{\"plugin\": \"ZamCompX2\"}]}.

Answers are printed to stdout, all else to stderr. Exit codes: 0 it went well, 1 it did not,
2 the command line was not understood, 130 interrupted.";

#[derive(Debug, Subcommand)]
enum Command {
    Scan(scan::Scan),
    List(list::List),
    Search(search::Search),
    Show(show::Show),
    /// Look after plugins that crashed, hung or could not be read when they were scanned
    #[command(subcommand)]
    Quarantine(quarantine::Quarantine),
    Paths(paths::Paths),
    Mark(search::Mark),
    Prefer(search::Prefer),
    Render(render::Render),
    Run(run::Run),
    /// Look after rack files
    #[command(subcommand)]
    Rack(rack::RackCommand),
    #[command(hide = true)]
    Worker(worker::Worker),
    #[command(hide = true)]
    ShowUi(show_ui::ShowUi),
}

/// Runs the command that this process was called with.
pub fn run() -> ExitCode {
    let line = CommandLine::parse();
    // Its streams are not for people.
    let command = match line.command {
        Command::Worker(worker) => return worker.run(),
        Command::ShowUi(show_ui) => return show_ui.run(),
        command => command,
    };
    let terminal = match Terminal::open(line.json, line.verbose) {
        Ok(terminal) => terminal,
        Err(error) => {
            eprintln!("error: the terminal cannot be used: {error}");
            return ExitCode::FAILURE;
        }
    };
    let outcome = match command {
        Command::Scan(scan) => scan.run(&terminal),
        Command::List(list) => list.run(&terminal),
        Command::Search(search) => search.run(&terminal),
        Command::Show(show) => show.run(&terminal),
        Command::Quarantine(quarantine) => quarantine.run(&terminal),
        Command::Paths(paths) => paths.run(&terminal),
        Command::Mark(mark) => mark.run(&terminal),
        Command::Prefer(prefer) => prefer.run(&terminal),
        Command::Worker(_) | Command::ShowUi(_) => unreachable!("returned above"),
        Command::Render(render) => render.run(&terminal),
        Command::Run(run) => run.run(&terminal),
        Command::Rack(rack) => rack.run(&terminal),
    };
    outcome.unwrap_or_else(|trouble| {
        // Whoever reads our output may stop when they have seen enough: `matryoshka list | head`.
        if terminal::is_broken_pipe(&trouble) {
            return ExitCode::SUCCESS;
        }
        terminal.error(&trouble);
        if trouble.is::<Interrupted>() {
            return ExitCode::from(INTERRUPTED);
        }
        ExitCode::FAILURE
    })
}
