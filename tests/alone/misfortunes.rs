//! What cannot be opened is told in words and by the exit code, and no window comes.

use std::fs;
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// Runs it where there is no screen, and gives back the exit code and what it said.
fn run(folder: &TempDir, arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_matryoshka"))
        .arg("run")
        .args(arguments)
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .env("XDG_CONFIG_HOME", folder.path())
        .env_remove("MATRYOSHKA_RACK")
        .env_remove("DISPLAY")
        .output()
        .expect("the program");
    let said = String::from_utf8(output.stderr).expect("UTF-8");
    (output.status.code(), said)
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

#[test]
fn a_rack_file_that_is_missing_or_none_is_named() {
    let folder = folder();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("a file");
    write("broken.rack", "{\"chain\": [");
    write("other.rack", "{\"chain\": 12}");
    for name in ["missing.rack", "broken.rack", "other.rack"] {
        let (code, said) = run(&folder, &[name, "--backend", "dummy"]);
        assert_eq!(code, Some(1), "{name}: {said}");
        assert!(said.starts_with("error: "), "{said}");
        assert!(said.contains(name), "{said}");
    }
}

#[test]
fn where_there_is_no_screen_that_is_said_and_nothing_waits_for_one() {
    let folder = folder();
    fs::write(folder.path().join("empty.rack"), "{\"chain\": []}").expect("a file");
    let (code, said) = run(&folder, &["empty.rack", "--backend", "dummy"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(
        said.contains("no screen") && said.contains("DISPLAY"),
        "{said}"
    );
}

#[test]
fn a_sound_system_that_there_is_none_of_is_a_mistake_in_the_command_line() {
    let (code, said) = run(&folder(), &["--backend", "telepathy"]);
    assert_eq!(code, Some(2), "{said}");
    assert!(
        said.contains("telepathy") && said.contains("jack"),
        "{said}"
    );
}
