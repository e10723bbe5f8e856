//! `cargo xtask sanitize`: the JUCE layer's tests, watched for undefined behaviour.
//!
//! First with the C++ glue under the compiler's address and undefined behaviour sanitizers
//! (`MATRYOSHKA_SANITIZE`, which build.rs reads), in a folder of its own, as everything is built anew.
//! Then as it ships, under valgrind, which sees into JUCE and Rust, too; that half needs no build of its
//! own, and `cargo xtask test` has it as well.

use anyhow::{Result, bail};

use crate::workspace::Workspace;
use crate::{bundle, shell};

/// The tests of `src/juce`. Not `juce_leaks`, which counts by glibc's own allocator.
const TESTS: [&str; 4] = ["--test", "juce", "--test", "juce_layer_values"];

const VALGRIND: &str = "valgrind --quiet --fair-sched=yes --error-exitcode=9 --leak-check=full \
     --show-leak-kinds=definite --errors-for-leak-kinds=definite --num-callers=30";

/// The chore itself.
pub fn run(workspace: &Workspace) -> Result<()> {
    if !cfg!(target_os = "linux") {
        bail!("the sanitizers are set up for GCC on Linux only");
    }
    shell::run_showing_stdout(
        "address and undefined behaviour sanitizers in the C++ glue",
        bundle::cargo("test")
            .arg("--target-dir")
            .arg(workspace.root.join("target/sanitize"))
            .args(TESTS)
            .env("MATRYOSHKA_SANITIZE", "address,undefined")
            // What JUCE and the system's libraries keep until the process ends is no leak of ours;
            // valgrind and tests/juce_leaks.rs look for those.
            // The sanitizer's library is before libc, which matters, but not the very first.
            .env("ASAN_OPTIONS", "detect_leaks=0:verify_asan_link_order=0")
            .env("UBSAN_OPTIONS", "print_stacktrace=1"),
    )?;
    valgrind()
}

/// The same tests under valgrind, one at a time, as it runs one thread at a time.
pub fn valgrind() -> Result<()> {
    let mut test = bundle::cargo("test");
    test.args(TESTS).args(["--", "--test-threads=1"]);
    // Its two threads spin for each other, which takes minutes where one runs at a time.
    test.args(["--skip", "a_child_that_must_rest"]);
    // Cargo's name for "run test programs by this", for each kind of machine that valgrind is packaged
    // for.
    for machine in ["X86_64", "AARCH64"] {
        test.env(
            format!("CARGO_TARGET_{machine}_UNKNOWN_LINUX_GNU_RUNNER"),
            VALGRIND,
        );
    }
    shell::run_showing_stdout("valgrind on what ships", &mut test)
}
