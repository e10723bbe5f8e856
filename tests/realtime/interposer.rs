//! The Rust side of `interpose.c`: compiles it, starts processes under it, and asks it.

use std::ffi::{CStr, c_void};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::os::fd::AsRawFd;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use anyhow::{Result, ensure};

/// What is counted, in the order of `enum kind` in `interpose.c`.
pub const KINDS: [&str; 7] = [
    "allocation",
    "free",
    "lock",
    "try-lock",
    "unlock",
    "wait or wake",
    "system call",
];

/// The compiled interposer, for `LD_PRELOAD`. Compiled once per process, by the system's `cc`, which
/// JUCE needs anyway.
pub fn compiled() -> PathBuf {
    static COMPILED: OnceLock<PathBuf> = OnceLock::new();
    let compile = || {
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/realtime/interpose.c");
        let library = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("libinterpose.so");
        // Written aside and moved: another test process may be using the old one.
        let fresh = library.with_extension(format!("{}.so", std::process::id()));
        let status = Command::new("cc")
            .args(["-std=gnu11", "-Wall", "-Wextra", "-Werror", "-O1", "-g"])
            .args([
                "-fPIC",
                "-shared",
                "-fno-omit-frame-pointer",
                "-ftls-model=initial-exec",
            ])
            .args([source, "-o"])
            .arg(&fresh)
            .arg("-ldl")
            .status()
            .expect("cc, the C compiler, is needed for this test");
        assert!(status.success(), "{source} does not compile");
        std::fs::rename(&fresh, &library).unwrap();
        library
    };
    COMPILED.get_or_init(compile).clone()
}

/// The interposer in this process.
#[derive(Clone, Copy)]
pub struct Interposer {
    begin: extern "C" fn(),
    end: extern "C" fn(),
    violations: extern "C" fn(i32) -> libc::c_ulong,
    sees_all_system_calls: extern "C" fn() -> i32,
    report: extern "C" fn(i32),
    forget: extern "C" fn(),
}

impl Interposer {
    /// Finds it. Fails in a process that was not started under it.
    pub fn find() -> Result<Self> {
        macro_rules! function {
            ($name:literal, $type:ty) => {
                // SAFETY: Each name and its type are those at the end of `interpose.c`.
                unsafe { std::mem::transmute::<*mut c_void, $type>(address($name)?) }
            };
        }
        Ok(Self {
            begin: function!(c"matryoshka_audio_begin", extern "C" fn()),
            end: function!(c"matryoshka_audio_end", extern "C" fn()),
            violations: function!(
                c"matryoshka_audio_violations",
                extern "C" fn(i32) -> libc::c_ulong
            ),
            sees_all_system_calls: function!(
                c"matryoshka_audio_sees_all_system_calls",
                extern "C" fn() -> i32
            ),
            report: function!(c"matryoshka_audio_report", extern "C" fn(i32)),
            forget: function!(c"matryoshka_audio_forget", extern "C" fn()),
        })
    }

    /// Runs `call` as the audio thread: whatever it must not do is counted.
    pub fn watch<T>(self, call: impl FnOnce() -> T) -> T {
        (self.begin)();
        let result = call();
        (self.end)();
        result
    }

    /// The counts so far, in the order of [`KINDS`].
    pub fn counts(self) -> [u64; KINDS.len()] {
        std::array::from_fn(|kind| (self.violations)(kind as i32))
    }

    /// Forgets what was counted.
    pub fn forget(self) {
        (self.forget)();
    }

    /// Whether system calls are seen however they are made; else only through libc's functions.
    pub fn sees_all_system_calls(self) -> bool {
        (self.sees_all_system_calls)() != 0
    }

    /// Fails, naming what was done and where, unless nothing was counted.
    pub fn check(self, what: &str) -> Result<()> {
        let counts = self.counts();
        if counts.iter().any(|count| *count > 0) {
            let found: Vec<String> = KINDS
                .iter()
                .zip(counts)
                .filter(|(_, count)| *count > 0)
                .map(|(kind, count)| format!("{kind}: {count}"))
                .collect();
            let stacks = self.stacks()?;
            ensure!(
                false,
                "{what}, on the audio thread: {}\n{stacks}",
                found.join(", ")
            );
        }
        Ok(())
    }

    /// The first call stacks, with source lines where `addr2line` (binutils) finds them.
    fn stacks(self) -> Result<String> {
        let mut file: File = tempfile::tempfile()?;
        (self.report)(file.as_raw_fd());
        file.seek(SeekFrom::Start(0))?;
        let mut raw = String::new();
        file.read_to_string(&mut raw)?;

        let mut text = String::new();
        let mut in_host = false;
        for line in raw.lines() {
            match line
                .strip_prefix('\t')
                .and_then(|frame| frame.split_once('\t'))
            {
                None => {
                    text += &format!("\n  {line}\n");
                    in_host = false;
                }
                // Neither the interposer's own frames nor the host's, and what called it, tell more.
                Some((file, _)) if in_host || file.ends_with("libinterpose.so") => {}
                Some((file, offset)) => {
                    let frame = source_lines(file, offset);
                    in_host = frame.contains("matryoshka_test_host::");
                    text += &frame;
                }
            }
        }
        Ok(text)
    }
}

fn address(name: &CStr) -> Result<*mut c_void> {
    // SAFETY: dlsym only reads the name.
    let found = unsafe { libc::dlsym(libc::RTLD_DEFAULT, name.as_ptr()) };
    ensure!(
        !found.is_null(),
        "{name:?} is missing: not started under the interposer"
    );
    Ok(found)
}

/// One frame: function and line, with those inlined into it, or file and offset where nothing more is
/// known.
fn source_lines(file: &str, offset: &str) -> String {
    let resolved = || -> Result<String> {
        let output = Command::new("addr2line")
            .args(["--functions", "--demangle", "--inlines", "--pretty-print"])
            .args(["--exe", file, offset])
            .env_remove("LD_PRELOAD")
            .output()?;
        let text = String::from_utf8(output.stdout)?;
        ensure!(!text.is_empty() && !text.starts_with("??"), "unknown");
        Ok(text)
    };
    let name = file.rsplit('/').next().unwrap_or(file);
    match resolved() {
        Ok(lines) => lines
            .lines()
            .map(|line| format!("    {name}: {}\n", line.trim()))
            .collect(),
        Err(_) => format!("    {name} +{offset}\n"),
    }
}
