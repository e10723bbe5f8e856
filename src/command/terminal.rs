//! Where the command's words go: answers to stdout, everything else to stderr, and the plugins' own
//! words nowhere.
//!
//! Plugins print as they like to stdout and stderr while they are looked at. So the command keeps
//! copies of both for itself, and what plugins find in their place leads nowhere, or, with `-v`, to
//! stderr. (Unix; elsewhere they share ours.)

use std::fs::File;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use super::Trouble;

/// How often a progress bar is drawn.
const REDRAWS_PER_SECOND: u8 = 15;

/// The command's own ways to the user.
pub struct Terminal {
    json: bool,
    stdout: Own,
    stderr: Own,
    bars: MultiProgress,
}

/// A stream that only the command writes to.
#[derive(Clone)]
struct Own(Arc<File>);

impl Terminal {
    /// Takes stdout and stderr for the command, and sends what the library logs there.
    pub fn open(json: bool, verbosity: u8) -> io::Result<Self> {
        let (stdout, stderr, term) = streams::take(verbosity > 0)?;
        let draw_target = ProgressDrawTarget::term(term, REDRAWS_PER_SECOND);
        let terminal = Self {
            json,
            stdout: Own(Arc::new(stdout)),
            stderr: Own(Arc::new(stderr)),
            bars: MultiProgress::with_draw_target(draw_target),
        };
        terminal.log(match verbosity {
            0 => Level::WARN,
            1 => Level::INFO,
            2 => Level::DEBUG,
            _ => Level::TRACE,
        });
        Ok(terminal)
    }

    fn log(&self, level: Level) {
        let (bars, stderr) = (self.bars.clone(), self.stderr.clone());
        tracing_subscriber::fmt()
            .with_max_level(level)
            .with_ansi(false)
            .event_format(Plain)
            .with_writer(move || BetweenBars {
                bars: bars.clone(),
                stderr: stderr.clone(),
            })
            .init();
        let stderr = self.stderr.clone();
        std::panic::set_hook(Box::new(move |panic| {
            // There is nowhere left to complain to.
            let _ = writeln!(
                &*stderr.0,
                "error: an internal error of Matryoshka: {panic}"
            );
        }));
    }

    /// Whether a script reads the answer.
    pub fn json(&self) -> bool {
        self.json
    }

    /// Prints an answer for people.
    pub fn say(&self, text: &str) -> io::Result<()> {
        (&*self.stdout.0).write_all(text.as_bytes())
    }

    /// Prints an answer for scripts.
    pub fn document(&self, document: &impl Serialize) -> Result<(), Trouble> {
        let text = serde_json::to_string_pretty(document)?;
        Ok(self.say(&(text + "\n"))?)
    }

    /// Prints one event of many for scripts, as one line.
    pub fn line(&self, event: &impl Serialize) -> Result<(), Trouble> {
        let text = serde_json::to_string(event)?;
        Ok(self.say(&(text + "\n"))?)
    }

    /// Says that the command failed.
    pub fn error(&self, text: &impl std::fmt::Display) {
        // There is nowhere left to complain to.
        let _ = writeln!(&*self.stderr.0, "error: {text}");
    }

    /// Says something that is good to know.
    pub fn note(&self, text: &impl std::fmt::Display) {
        // There is nowhere left to complain to.
        let _ = writeln!(&*self.stderr.0, "note: {text}");
    }

    /// A bar up to `length`. Nobody sees it where stderr is not a terminal.
    pub fn bar(&self, length: u64) -> ProgressBar {
        let bar = self.bars.add(ProgressBar::new(length));
        bar.set_style(style("{bar:30} {percent:>3} %  {wide_msg}"));
        bar
    }

    /// A bar that counts up to `length`, and tells how long is left.
    pub fn counting_bar(&self, length: u64) -> ProgressBar {
        let bar = self.bars.add(ProgressBar::new(length));
        bar.set_style(style("{bar:30} {pos}/{len}, {eta} left  {msg}"));
        bar
    }

    /// A line that tells what a worker does, and for how long already.
    pub fn line_of_worker(&self, number: usize) -> ProgressBar {
        let line = self.bars.add(ProgressBar::new_spinner());
        line.set_style(style("  {prefix} {spinner} {wide_msg}"));
        line.set_prefix(number.to_string());
        line.enable_steady_tick(Duration::from_millis(100));
        line
    }

    /// Shows that something takes its time.
    pub fn spinner(&self, what: &'static str) -> ProgressBar {
        let spinner = self.bars.add(ProgressBar::new_spinner());
        spinner.set_style(style("{spinner} {wide_msg}"));
        spinner.set_message(what);
        spinner.enable_steady_tick(Duration::from_millis(100));
        spinner
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

/// Whether the trouble is that nobody reads our output any more.
pub fn is_broken_pipe(trouble: &Trouble) -> bool {
    trouble
        .downcast_ref::<io::Error>()
        .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

/// Writes a log line to stderr without tearing a progress bar.
struct BetweenBars {
    bars: MultiProgress,
    stderr: Own,
}

impl Write for BetweenBars {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bars.suspend(|| (&*self.stderr.0).write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The library's log as people read it: "warning: ZamVerb (VST3) is not installed".
struct Plain;

impl<S, N> FormatEvent<S, N> for Plain
where
    S: Subscriber + for<'span> LookupSpan<'span>,
    N: for<'writer> FormatFields<'writer> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> std::fmt::Result {
        // What the library calls an error is one for a slot or a plugin; the command goes on.
        let kind = match *event.metadata().level() {
            Level::ERROR | Level::WARN => "warning",
            Level::INFO => "info",
            Level::DEBUG => "debug",
            Level::TRACE => "trace",
        };
        write!(writer, "{kind}: ")?;
        context.format_fields(writer.by_ref(), event)?;
        writeln!(writer)
    }
}

#[cfg(unix)]
mod streams {
    use std::fs::File;
    use std::io;
    use std::os::fd::AsFd;

    use console::Term;
    use rustix::stdio::{dup2_stderr, dup2_stdout};

    /// Copies of stdout and stderr, the latter also as a terminal to draw on; and what others print
    /// goes to stderr, or nowhere.
    pub fn take(others_are_heard: bool) -> io::Result<(File, File, Term)> {
        let stdout = File::from(io::stdout().as_fd().try_clone_to_owned()?);
        let stderr = File::from(io::stderr().as_fd().try_clone_to_owned()?);
        if others_are_heard {
            dup2_stdout(&stderr)?;
        } else {
            let nowhere = File::options().write(true).open("/dev/null")?;
            dup2_stdout(&nowhere)?;
            dup2_stderr(&nowhere)?;
        }
        let term = Term::read_write_pair(stderr.try_clone()?, stderr.try_clone()?);
        Ok((stdout, stderr, term))
    }
}

#[cfg(not(unix))]
mod streams {
    use std::fs::File;
    use std::io;
    use std::os::windows::io::AsHandle;

    use console::Term;

    /// Stdout and stderr, the latter also as a terminal to draw on.
    pub fn take(_others_are_heard: bool) -> io::Result<(File, File, Term)> {
        let stdout = File::from(io::stdout().as_handle().try_clone_to_owned()?);
        let stderr = File::from(io::stderr().as_handle().try_clone_to_owned()?);
        Ok((stdout, stderr, Term::stderr()))
    }
}
