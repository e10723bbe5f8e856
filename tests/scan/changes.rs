//! What is scanned again, and what is not.

use std::fs::{self, File};

use crate::desk::Desk;

#[test]
fn only_what_is_new_changed_or_asked_for_is_scanned_again() {
    let desk = Desk::new();
    let a = desk.ladspa("a");
    desk.ladspa("b");
    desk.ladspa("abort");
    let scanned = |options: &[&str]| desk.scan(options).end()["scanned"].clone();
    assert_eq!(scanned(&[]), 3);
    assert_eq!(scanned(&[]), 0);
    assert_eq!(scanned(&["--force"]), 3);
    desk.ladspa("c");
    assert_eq!(scanned(&[]), 1);

    // Touched, or installed anew, it is still the same.
    let bytes = fs::read(&a).expect("a plugin");
    fs::remove_file(&a).expect("gone");
    fs::write(&a, &bytes).expect("a plugin");
    assert_eq!(scanned(&[]), 0);

    // With the same size and time, and another content, it is not.
    let time = fs::metadata(&a)
        .expect("it is there")
        .modified()
        .expect("a time");
    let mut other = bytes;
    *other.last_mut().expect("not empty") ^= 1;
    fs::write(&a, &other).expect("a plugin");
    let file = File::options().write(true).open(&a).expect("a file");
    file.set_modified(time).expect("set");
    assert_eq!(scanned(&[]), 1);

    // What is in quarantine is tried again when it changes,
    let abort = desk.plugins().join("abort.so");
    let mut bytes = fs::read(&abort).expect("a plugin");
    bytes.push(0);
    fs::write(&abort, bytes).expect("a plugin");
    assert_eq!(scanned(&[]), 1);
    // or on request.
    let retried = desk.json(&["quarantine", "retry", "--json"]);
    assert_eq!(retried["quarantine"].as_array().expect("files").len(), 1);
    desk.run(&["quarantine", "clear"]);
    assert!(desk.catalog().quarantine.is_empty());
    assert_eq!(scanned(&[]), 1);

    fs::remove_file(a).expect("gone");
    assert_eq!(desk.scan(&[]).end()["gone"], 1);
    let names = desk.names();
    assert_eq!(names, ["b", "c"]);
}

#[test]
fn folders_of_the_user_s_own_are_scanned_until_they_are_removed() {
    let desk = Desk::new();
    desk.ladspa("mine");
    let folder = desk.plugins();
    let folder = folder.to_str().expect("UTF-8");
    assert!(desk.run(&["paths", "add", folder]).status.success());
    assert_eq!(desk.json(&["paths", "--json"])["own"][0], folder);
    let scan = || {
        desk.command(&["scan"])
            .env("LADSPA_PATH", "/nowhere")
            .output()
            .expect("a scan")
    };
    let names = || -> Vec<String> {
        scan();
        let plugins = desk.catalog().plugins.into_iter();
        let ladspa = plugins.filter(|plugin| plugin.entry.format == "LADSPA");
        ladspa.map(|plugin| plugin.entry.name).collect()
    };
    assert_eq!(names(), ["mine"]);
    assert!(desk.run(&["paths", "remove", folder]).status.success());
    assert!(names().is_empty());
    assert!(
        !desk
            .run(&["paths", "add", "/no/such/folder"])
            .status
            .success()
    );
}
