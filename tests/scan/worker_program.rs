//! The worker's program: missing, broken, and no worker at all.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::desk::Desk;

#[test]
fn a_worker_that_is_missing_or_does_not_run_is_said_in_words_that_help() {
    let desk = Desk::new();
    desk.ladspa("good");
    let broken = desk.data().with_file_name("broken");
    let script = "#!/bin/sh\necho the worker has a cold >&2\nexit 3\n";
    for (content, mode, words) in [
        (None, 0, "does not run"),
        (Some("no program"), 0o755, "does not run"),
        (Some(script), 0o755, "has a cold"),
        (Some("#!/bin/sh\necho hello\n"), 0o755, "does not run"),
    ] {
        let _ = fs::remove_file(&broken);
        if let Some(content) = content {
            fs::write(&broken, content).expect("a file");
            fs::set_permissions(&broken, fs::Permissions::from_mode(mode)).expect("set");
        }
        let mut scan = desk.command(&["scan", "--path", desk.plugins().to_str().expect("UTF-8")]);
        let output = scan
            .env("MATRYOSHKA_WORKER", &broken)
            .output()
            .expect("a scan");
        let said = String::from_utf8(output.stderr).expect("UTF-8");
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(
            said.contains(words) && said.contains("Install Matryoshka again"),
            "{said}"
        );
    }
    assert!(desk.catalog().plugins.is_empty());
}
