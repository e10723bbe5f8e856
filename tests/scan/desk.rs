//! A catalog of its own, a folder of plugins that misbehave, and the command to scan them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use matryoshka::catalog::{Catalog, Store};
use serde_json::Value;
use tempfile::TempDir;

pub struct Desk(TempDir);

/// What a scan printed with `--json`.
pub struct Events(Vec<Value>);

impl Desk {
    pub fn new() -> Self {
        let desk = Self(tempfile::tempdir().expect("a scratch folder"));
        fs::create_dir(desk.plugins()).expect("a folder");
        desk
    }

    /// Where the catalog is.
    pub fn data(&self) -> PathBuf {
        self.0.path().join("data")
    }

    /// Where the plugins are.
    pub fn plugins(&self) -> PathBuf {
        self.0.path().join("plugins")
    }

    pub fn store(&self) -> Store {
        Store::in_folder(self.data())
    }

    pub fn catalog(&self) -> Catalog {
        Catalog::load(&self.store()).expect("a catalog")
    }

    /// The names of all plugins in the catalog.
    pub fn names(&self) -> Vec<String> {
        let plugins = self.catalog().plugins.into_iter();
        plugins.map(|plugin| plugin.entry.name).collect()
    }

    /// A LADSPA plugin that behaves as its name says.
    pub fn ladspa(&self, name: &str) -> PathBuf {
        let path = self.plugins().join(format!("{name}.so"));
        fs::copy(compiled(), &path).expect("a plugin");
        path
    }

    /// The same as VST3, which holds no plugin where it does not misbehave.
    pub fn vst3(&self, name: &str) -> PathBuf {
        let bundle = self.plugins().join(format!("{name}.vst3"));
        let machine = format!("{}-linux", std::env::consts::ARCH);
        let folder = bundle.join("Contents").join(machine);
        fs::create_dir_all(&folder).expect("a bundle");
        fs::copy(compiled(), folder.join(format!("{name}.so"))).expect("a plugin");
        bundle
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_matryoshka"));
        command
            .args(arguments)
            .stdin(Stdio::null())
            .env("MATRYOSHKA_DATA", self.data())
            .env_remove("MATRYOSHKA_WORKER")
            .env_remove("DISPLAY");
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("a run")
    }

    pub fn json(&self, arguments: &[&str]) -> Value {
        let output = self.run(arguments);
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        serde_json::from_slice(&output.stdout).unwrap_or_else(|it| panic!("{it}: {error}"))
    }

    /// Scans the folder of plugins.
    pub fn scan(&self, options: &[&str]) -> Events {
        let folder = self.plugins();
        let mut arguments = vec!["scan", "--json", "--path", folder.to_str().expect("UTF-8")];
        arguments.extend(options);
        let output = self.run(&arguments);
        let text = String::from_utf8(output.stdout).expect("UTF-8");
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{error}");
        let events = text
            .lines()
            .map(|line| serde_json::from_str(line).expect("JSON"));
        Events(events.collect())
    }

    /// The processes that the scans of this desk started, known by their environment.
    pub fn processes(&self) -> Vec<String> {
        let mark = self.data();
        let mark = mark.to_str().expect("UTF-8").as_bytes();
        let folders = fs::read_dir("/proc").expect("/proc").flatten();
        folders
            .filter(|folder| {
                let environment = fs::read(folder.path().join("environ")).unwrap_or_default();
                environment.windows(mark.len()).any(|part| part == mark)
            })
            .map(|folder| {
                let command = fs::read_to_string(folder.path().join("cmdline"));
                format!("{:?}: {command:?}", folder.file_name())
            })
            .collect()
    }

    /// Checks that no process is left. The system needs a moment to end those that it is told to.
    pub fn assert_nobody_is_left(&self) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while !self.processes().is_empty() {
            assert!(
                Instant::now() < deadline,
                "left behind: {:?}",
                self.processes()
            );
            std::thread::yield_now();
        }
    }
}

impl Events {
    pub fn all(&self) -> &[Value] {
        &self.0
    }

    pub fn named(&self, name: &str) -> Vec<&Value> {
        self.0
            .iter()
            .filter(|event| event["event"] == name)
            .collect()
    }

    /// What became of the file of that name.
    pub fn of(&self, file: &str) -> &Value {
        let finished = self.named("finished");
        let found = finished.into_iter().find(|event| {
            let path = event["file"].as_str().expect("a path");
            Path::new(path).file_name().is_some_and(|name| name == file)
        });
        found.unwrap_or_else(|| panic!("{file} is not in {:?}", self.0))
    }

    pub fn end(&self) -> &Value {
        self.0.last().expect("an end")
    }
}

/// The misbehaving plugin, compiled once by the system's `c++`, which JUCE needs anyway.
fn compiled() -> &'static Path {
    static COMPILED: OnceLock<PathBuf> = OnceLock::new();
    COMPILED.get_or_init(|| {
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/scan/misbehaving.cpp");
        let library = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("misbehaving.so");
        // Written aside and moved: another test process may be using the old one.
        let fresh = library.with_extension(format!("{}.so", std::process::id()));
        let status = Command::new("c++")
            .args([
                "-std=c++17",
                "-Wall",
                "-Wextra",
                "-Werror",
                "-O1",
                "-fPIC",
                "-shared",
            ])
            .args(["-fvisibility=hidden", source, "-o"])
            .arg(&fresh)
            .arg("-ldl")
            .status()
            .expect("c++, the C++ compiler, is needed for this test");
        assert!(status.success(), "{source} does not compile");
        fs::rename(&fresh, &library).expect("moved");
        library
    })
}
