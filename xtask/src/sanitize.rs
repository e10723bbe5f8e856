//! `cargo xtask sanitize`: the JUCE layer's tests, watched for undefined behaviour.
//!
//! First with the C++ glue under the compiler's address and undefined behaviour sanitizers
//! (`MATRYOSHKA_SANITIZE`, which build.rs reads), in a folder of its own, as everything is built anew.
//! Then as it ships, under valgrind, which sees into JUCE and Rust, too.

use anyhow::Result;

use crate::shell;
use crate::workspace::Workspace;

/// The tests of `src/juce`. Not `juce_leaks`, which counts by glibc's own allocator.
const TESTS: [&str; 4] = ["--test", "juce", "--test", "juce_layer_values"];

const VALGRIND: &str = "valgrind --quiet --error-exitcode=9 --leak-check=full \
     --show-leak-kinds=definite --errors-for-leak-kinds=definite --num-callers=30";

pub fn run(workspace: &Workspace) -> Result<()> {
    shell::run_showing_stdout(
        "address and undefined behaviour sanitizers in the C++ glue",
        shell::cargo()
            .args(["test", "--release", "--target-dir"])
            .arg(workspace.root.join("target/sanitize"))
            .args(TESTS)
            .env("MATRYOSHKA_SANITIZE", "address,undefined")
            // What JUCE and the system's libraries keep until the process ends is no leak of ours;
            // valgrind and tests/juce_leaks.rs look for those.
            // The sanitizer's library is before libc, which matters, but not the very first.
            .env("ASAN_OPTIONS", "detect_leaks=0:verify_asan_link_order=0")
            .env("UBSAN_OPTIONS", "print_stacktrace=1"),
    )?;
    shell::run_showing_stdout(
        "valgrind on what ships",
        shell::cargo()
            .args(["test", "--release"])
            .args(TESTS)
            .args(["--", "--test-threads=1"])
            .env("CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUNNER", VALGRIND),
    )
}
