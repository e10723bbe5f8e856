//! A worker as the scanner sees it: started, asked, waited for, and ended.

use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use super::ScanError;
use super::entry::{Entry, Failure};
use super::protocol::{Message, Request, VERSION};
use crate::broken_pipe::survived;
use crate::program;

/// How a worker is started.
#[derive(Clone, Debug)]
pub struct Employment {
    /// The worker's program.
    pub program: PathBuf,
    /// Where it works.
    pub folder: PathBuf,
    /// How much memory it may take, in megabytes.
    pub memory_mb: u64,
}

/// What a worker gave for a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The plugins, and what is odd about them.
    Plugins(Vec<Entry>, Vec<String>),
    /// Why there are none.
    Failed(Failure),
    /// The identifiers that were asked for.
    Files(Vec<String>),
}

/// A worker that runs. Dropped, it is ended, with all that it started.
pub struct Worker {
    child: Child,
    requests: Option<ChildStdin>,
    messages: Receiver<Message>,
    printed: Arc<Mutex<Printed>>,
    /// Closed when all that was printed has been read.
    all_printed: Receiver<()>,
    is_spent: bool,
}

/// What plugins printed since the request.
#[derive(Default)]
struct Printed {
    bytes: u64,
    last: Vec<u8>,
}

/// How much of what is printed is kept.
const KEPT_BYTES: usize = 2048;
/// Printing more than this is worth a word.
const MUCH_PRINTED_BYTES: u64 = 1_000_000;
/// How long a worker may take to start: as long as a busy machine takes to load a program.
const START: Duration = Duration::from_secs(60);
/// How long a worker that has closed its pipe may take to end.
const END: Duration = Duration::from_secs(5);
/// How long its last words may take.
const LAST_WORDS: Duration = Duration::from_millis(300);
/// The longest reason that is kept, in characters.
const LONGEST_REASON: usize = 200;

impl Worker {
    /// Starts a worker and waits until it runs. It ends when the calling thread does.
    ///
    /// # Errors
    ///
    /// [`ScanError::WorkerNotStarted`], with the reason.
    pub fn start(employment: &Employment) -> Result<Self, ScanError> {
        let failed = |reason: String| ScanError::WorkerNotStarted {
            program: employment.program.clone(),
            reason,
        };
        let mut command = Command::new(&employment.program);
        command
            .arg("worker")
            .arg("--folder")
            .arg(&employment.folder)
            .args(["--memory", &employment.memory_mb.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        // What the DAW is told by Ctrl-C is not for it, and what it starts can be ended with it.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command.spawn().map_err(|error| failed(error.to_string()))?;
        let printed = Arc::<Mutex<Printed>>::default();
        let (open, all_printed) = channel();
        if let Some(stderr) = child.stderr.take() {
            let printed = printed.clone();
            thread::spawn(move || {
                let _open = open;
                listen(stderr, &printed);
            });
        }
        let (sender, messages) = channel();
        if let Some(stdout) = child.stdout.take() {
            thread::spawn(move || {
                for line in BufReader::new(stdout).lines() {
                    let message = line.ok().and_then(|line| serde_json::from_str(&line).ok());
                    // Whoever writes what is no message is no worker of ours any more.
                    let Some(message) = message else { return };
                    if sender.send(message).is_err() {
                        return;
                    }
                }
            });
        }
        let mut worker = Self {
            requests: child.stdin.take(),
            child,
            messages,
            printed,
            all_printed,
            is_spent: false,
        };
        match worker.messages.recv_timeout(START) {
            Ok(Message::Ready { version: VERSION }) => Ok(worker),
            Ok(_) => Err(failed("it is of another version".to_owned())),
            Err(RecvTimeoutError::Timeout) => Err(failed("it did not start".to_owned())),
            Err(RecvTimeoutError::Disconnected) => {
                let end = worker
                    .end()
                    .map_or_else(String::new, |status| status.to_string());
                let said = worker.last_words();
                Err(failed(if said.is_empty() { end } else { said }))
            }
        }
    }

    /// The process's id, by which it can be ended from another thread.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whether it must not be asked again.
    pub fn is_spent(&self) -> bool {
        self.is_spent
    }

    /// Has the worker look at a file, for so long.
    pub fn ask(&mut self, request: &Request, timeout: Duration) -> Answer {
        *self.printed.lock() = Printed::default();
        let begun = Instant::now();
        if self.send(request).is_err() {
            return self.bury(None);
        }
        let mut found: Option<(Vec<Entry>, Vec<String>)> = None;
        loop {
            let left = timeout.saturating_sub(begun.elapsed());
            match self.messages.recv_timeout(left) {
                Ok(Message::Found { plugins, remarks }) => found = Some((plugins, remarks)),
                Ok(Message::Done { editors, remarks }) => {
                    let (mut plugins, mut all) = found.unwrap_or_default();
                    for (plugin, has_editor) in plugins.iter_mut().zip(editors) {
                        plugin.has_editor = Some(has_editor);
                    }
                    all.extend(remarks);
                    let printed = self.printed.lock().bytes;
                    if printed > MUCH_PRINTED_BYTES {
                        all.push(format!("it printed {} MB", printed / 1_000_000));
                    }
                    // One that took much memory may keep it.
                    self.is_spent = all.iter().any(|remark| remark.contains("of memory"));
                    return Answer::Plugins(plugins, all);
                }
                Ok(Message::Files { files }) => return Answer::Files(files),
                Ok(Message::Failed { reason }) => {
                    return Answer::Failed(Failure::Message {
                        message: shortened(&reason),
                    });
                }
                Ok(Message::Ready { .. }) => {}
                Err(RecvTimeoutError::Disconnected) => return self.bury(found),
                Err(RecvTimeoutError::Timeout) => {
                    self.is_spent = true;
                    self.kill();
                    let millis = u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX);
                    return half_answer(found, Failure::Timeout { millis });
                }
            }
        }
    }

    fn send(&mut self, request: &Request) -> io::Result<()> {
        match &mut self.requests {
            Some(requests) => survived(|| program::say(requests, request)),
            None => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    /// The worker died: why, and what it had found by then.
    fn bury(&mut self, found: Option<(Vec<Entry>, Vec<String>)>) -> Answer {
        self.is_spent = true;
        let status = self.end();
        let message = self.last_words();
        let failure = match status {
            Some(status) => match signal(status) {
                Some(signal) => Failure::Signal { signal, message },
                None => Failure::Exit {
                    code: status.code().unwrap_or(-1),
                    message,
                },
            },
            None => Failure::Message {
                message: "it closed the scan's pipe".to_owned(),
            },
        };
        half_answer(found, failure)
    }

    /// Waits for a process that has closed its pipe, and ends it if it does not end by itself (`None`).
    fn end(&mut self) -> Option<ExitStatus> {
        let begun = Instant::now();
        let mut pause = Duration::from_micros(100);
        while begun.elapsed() < END {
            match self.child.try_wait() {
                Ok(Some(status)) => {
                    self.kill();
                    return Some(status);
                }
                Ok(None) => thread::sleep(pause),
                Err(_) => break,
            }
            pause = (pause * 2).min(Duration::from_millis(20));
        }
        self.kill();
        None
    }

    /// Ends the process and what is left of those that it started.
    fn kill(&mut self) {
        self.requests = None;
        end_by_id(self.child.id());
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// The last line that a worker printed, which has ended.
    fn last_words(&self) -> String {
        // A program that it left may keep the pipe open, and is not waited for.
        let _ = self.all_printed.recv_timeout(LAST_WORDS);
        let printed = self.printed.lock();
        let text = String::from_utf8_lossy(&printed.last);
        let line = text.lines().rfind(|line| !line.trim().is_empty());
        shortened(line.unwrap_or_default())
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Ends a worker that another thread waits for, with the processes of its group. On other systems than
/// Unix, its own thread ends it when the time for the file is over.
pub fn end_by_id(id: u32) {
    #[cfg(unix)]
    if let Some(pid) = i32::try_from(id)
        .ok()
        .and_then(rustix::process::Pid::from_raw)
    {
        // The group may be gone.
        let _ = rustix::process::kill_process_group(pid, rustix::process::Signal::KILL);
    }
    #[cfg(not(unix))]
    let _ = id;
}

/// What is known of a file whose worker died when all but the editor was known, or before.
fn half_answer(found: Option<(Vec<Entry>, Vec<String>)>, failure: Failure) -> Answer {
    match found {
        Some((plugins, mut remarks)) => {
            remarks.push(format!("asked for its window, {failure}"));
            Answer::Plugins(plugins, remarks)
        }
        None => Answer::Failed(failure),
    }
}

/// Reads what plugins print, so that they never wait for it to be read.
fn listen(mut stream: impl Read, printed: &Mutex<Printed>) {
    let mut piece = [0; 8192];
    while let Ok(length) = stream.read(&mut piece) {
        if length == 0 {
            return;
        }
        let mut printed = printed.lock();
        printed.bytes += length as u64;
        printed.last.extend_from_slice(&piece[..length]);
        let surplus = printed.last.len().saturating_sub(KEPT_BYTES);
        printed.last.drain(..surplus);
    }
}

/// One line of a sensible length.
fn shortened(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= LONGEST_REASON {
        return line;
    }
    let kept: String = line.chars().take(LONGEST_REASON).collect();
    format!("{kept}…")
}

#[cfg(unix)]
fn signal(status: ExitStatus) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&status)
}

/// Windows has exit codes for what would be signals: an access violation is 0xC0000005.
#[cfg(not(unix))]
fn signal(status: ExitStatus) -> Option<i32> {
    match status.code().map(i32::cast_unsigned) {
        Some(0xC000_0005) => Some(11),
        Some(0xC000_001D) => Some(4),
        _ => None,
    }
}

/// A folder for a worker to work in, empty.
pub fn work_folder(within: &Path, number: usize) -> PathBuf {
    let folder = within.join(format!("worker-{number}"));
    // What cannot be removed or made does no harm: the worker says so if it cannot work there.
    let _ = std::fs::remove_dir_all(&folder);
    let _ = std::fs::create_dir_all(&folder);
    folder
}
