//! Plugins that crash, hang, lie and litter while they are scanned.

use std::fs;
use std::os::unix::fs::symlink;

use serde_json::Value;

use crate::desk::{Desk, Events};

fn kind(event: &Value) -> &str {
    event["failure"]["kind"].as_str().unwrap_or("none")
}

fn reason(event: &Value) -> &str {
    event["reason"].as_str().unwrap_or("none")
}

fn remarks(event: &Value) -> String {
    event["remarks"].to_string()
}

fn assert_found(events: &Events, name: &str) {
    let event = events.of(&format!("{name}.so"));
    assert_eq!(event["plugins"], serde_json::json!([name]), "{event}");
}

#[test]
fn whatever_plugins_do_while_scanned_each_is_named_and_the_rest_is_found() {
    let desk = Desk::new();
    let good = ["good-1", "good-2", "good-3", "good-4"];
    for name in good {
        desk.ladspa(name);
    }
    for name in ["segfault", "abort", "hang", "exit", "throw", "slow"] {
        desk.ladspa(name);
        desk.vst3(name);
    }
    for name in ["chatter", "fork", "daemon", "greedy"] {
        desk.ladspa(name);
    }
    desk.vst3("homeless");
    fs::write(
        desk.plugins().join("text.so"),
        "no library at all\n".repeat(100),
    )
    .expect("a file");
    fs::write(desk.plugins().join("empty.so"), "").expect("a file");
    fs::create_dir(desk.plugins().join("hollow.vst3")).expect("a folder");

    let events = desk.scan(&["--timeout", "4", "--memory", "1024"]);
    for name in good {
        assert_found(&events, name);
    }
    for ending in ["so", "vst3"] {
        let of = |name: &str| events.of(&format!("{name}.{ending}"));
        let crash = of("segfault");
        assert_eq!(
            (kind(crash), &crash["failure"]["signal"]),
            ("signal", &11.into()),
            "{crash}"
        );
        let abort = of("abort");
        assert_eq!(
            (kind(abort), &abort["failure"]["signal"]),
            ("signal", &6.into()),
            "{abort}"
        );
        assert!(reason(abort).contains("the fixture gives up"), "{abort}");
        let exit = of("exit");
        assert_eq!(
            (kind(exit), &exit["failure"]["code"]),
            ("exit", &0.into()),
            "{exit}"
        );
        for late in ["hang", "slow"] {
            assert_eq!(kind(of(late)), "timeout", "{}", of(late));
        }
        assert!(
            reason(of("throw")).contains("the fixture throws"),
            "{}",
            of("throw")
        );
    }
    // These are plugins all the same.
    for (name, remark) in [
        ("chatter", "printed 7 MB"),
        ("fork", "left programs running"),
        ("daemon", "left programs running"),
    ] {
        assert_found(&events, name);
        let event = events.of(&format!("{name}.so"));
        assert!(remarks(event).contains(remark), "{event}");
    }
    assert!(
        reason(events.of("greedy.so")).contains("memory"),
        "{}",
        events.of("greedy.so")
    );
    for (file, words) in [
        ("text.so", "ELF"),
        ("empty.so", "too short"),
        ("hollow.vst3", "no library"),
        ("homeless.vst3", "no VST3 plugin"),
    ] {
        assert!(
            reason(events.of(file)).contains(words),
            "{}",
            events.of(file)
        );
    }
    desk.assert_nobody_is_left();

    // The store is whole, and says the same.
    let catalog = desk.catalog();
    assert!(catalog.notes.is_empty());
    assert_eq!(catalog.plugins.len(), good.len() + 3);
    let quarantine = desk.json(&["quarantine", "list", "--json"]);
    assert_eq!(
        quarantine["quarantine"].as_array().expect("files").len(),
        17
    );
    assert!(!desk.data().join("scratch").exists());

    // What has not changed is not tried again.
    let again = desk.scan(&["--timeout", "4"]);
    assert_eq!(again.end()["scanned"], 0);
}

#[test]
fn a_slow_plugin_is_found_when_it_is_given_the_time_and_a_greedy_one_when_it_is_given_the_memory() {
    let desk = Desk::new();
    desk.ladspa("slow");
    desk.ladspa("greedy");
    let events = desk.scan(&["--timeout", "1", "--memory", "1024"]);
    assert_eq!(events.end()["failed"], 2);
    // The default limits allow for both.
    let retried = desk.json(&["quarantine", "retry", "--json"]);
    assert_eq!(retried["quarantine"], serde_json::json!([]));
    let names = desk.names();
    assert_eq!(names, ["greedy", "slow"]);
    let files = desk.store().load().expect("a store").files;
    let remarks: Vec<String> = files.into_values().flat_map(|file| file.remarks).collect();
    assert!(
        remarks
            .iter()
            .any(|remark| remark.contains("2.2 GB of memory")),
        "{remarks:?}"
    );
    assert!(
        remarks.iter().any(|remark| remark.starts_with("it took 5")),
        "{remarks:?}"
    );
}

#[test]
fn a_plugin_that_deletes_the_folder_it_is_in_is_gone_and_nothing_else_is() {
    let desk = Desk::new();
    // LADSPA plugins are opened in their own folder.
    let own = desk.plugins().join("own");
    fs::create_dir(&own).expect("a folder");
    fs::rename(desk.ladspa("homeless"), own.join("homeless.so")).expect("moved");
    desk.ladspa("good");
    let events = desk.scan(&["--jobs", "1"]);
    assert_found(&events, "good");
    assert!(!own.exists());
    assert_eq!(
        desk.catalog().plugins.len() + desk.catalog().quarantine.len(),
        1
    );
}

#[test]
fn links_in_circles_and_into_nothing_keep_no_plugin_from_being_found() {
    let desk = Desk::new();
    desk.ladspa("good");
    let deep = desk.plugins().join("deep");
    fs::create_dir(&deep).expect("a folder");
    symlink(desk.plugins(), deep.join("circle")).expect("a link");
    symlink("nowhere.so", desk.plugins().join("nothing.so")).expect("a link");
    symlink("self.so", desk.plugins().join("self.so")).expect("a link");
    symlink(desk.plugins().join("good.so"), deep.join("good.so")).expect("a link");
    let events = desk.scan(&[]);
    assert_eq!(events.end()["scanned"], 1, "{:?}", events.all());
}

#[test]
fn ctrl_c_keeps_what_is_done_and_ends_all_processes() {
    use std::io::{BufRead, BufReader};
    use std::process::Stdio;

    let desk = Desk::new();
    for number in 0..20 {
        desk.ladspa(&format!("good-{number}"));
    }
    desk.ladspa("hang");
    let folder = desk.plugins();
    let folder = folder.to_str().expect("UTF-8");
    let mut scan = desk
        .command(&["scan", "--json", "--jobs", "2", "--path", folder])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a scan");
    let mut done = 0;
    let mut end = Value::Null;
    for line in BufReader::new(scan.stdout.take().expect("a pipe")).lines() {
        let event: Value = serde_json::from_str(&line.expect("a line")).expect("JSON");
        if event["event"] == "finished" {
            done += 1;
            // Everything but what hangs is done: only Ctrl-C ends the scan now.
            if done == 20 {
                let pid = rustix::process::Pid::from_child(&scan);
                rustix::process::kill_process(pid, rustix::process::Signal::INT).expect("sent");
            }
        }
        end = event;
    }
    let code = scan.wait().expect("an end").code();
    assert_eq!(
        (code, &end["interrupted"]),
        (Some(130), &true.into()),
        "{end}"
    );
    desk.assert_nobody_is_left();
    let catalog = desk.catalog();
    assert_eq!((catalog.plugins.len(), catalog.quarantine.len()), (20, 0));
    // The next scan goes on from there.
    let events = desk.scan(&["--timeout", "0.5"]);
    assert_eq!(
        (&events.end()["scanned"], &events.end()["unchanged"]),
        (&1.into(), &20.into())
    );
}
