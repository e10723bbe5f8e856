//! The store among several writers, and when it is damaged or of another time.

use std::fs;

use matryoshka::catalog::{FileRecord, Outcome};

use crate::desk::Desk;

#[test]
fn a_damaged_or_newer_catalog_is_set_aside_and_said() {
    for (text, kind) in [
        ("{\"version\":1,\"files\":[{\"for", "damaged"),
        ("{\"version\":99,\"plugins\":{}}", "newer"),
        ("\0\0\0\0", "damaged"),
    ] {
        let desk = Desk::new();
        desk.ladspa("good");
        fs::create_dir_all(desk.data()).expect("a folder");
        fs::write(desk.data().join("catalog.json"), text).expect("a file");
        let output = desk.run(&["scan", "--path", desk.plugins().to_str().expect("UTF-8")]);
        let said = String::from_utf8(output.stderr).expect("UTF-8");
        assert!(
            said.contains(kind) && said.contains("it is kept as"),
            "{said}"
        );
        let aside = desk.data().join(format!("catalog.{kind}-1.json"));
        assert_eq!(fs::read_to_string(aside).expect("set aside"), text);
        assert_eq!(desk.catalog().plugins.len(), 1);
    }
}

#[test]
fn a_torn_line_of_the_journal_costs_that_line_only() {
    let desk = Desk::new();
    desk.ladspa("a");
    desk.ladspa("b");
    desk.scan(&[]);
    let journal = desk.data().join("catalog.journal");
    fs::write(&journal, "{\"scanned\":{\"format\":\"LADS").expect("a file");
    let files = desk.store().load().expect("a store").files;
    let record: FileRecord = files.into_values().next().expect("a record");
    desk.store().add(&record).expect("added");
    let contents = desk.store().load().expect("a store");
    assert_eq!(contents.files.len(), 2);
    let text = fs::read_to_string(journal).expect("a journal");
    assert_eq!(text.lines().count(), 2, "{text}");
}

#[test]
fn many_writers_at_once_lose_nothing_of_each_other() {
    const WRITERS: usize = 8;
    const RECORDS: usize = 50;
    let desk = Desk::new();
    desk.ladspa("a");
    desk.scan(&[]);
    let files = desk.store().load().expect("a store").files;
    let record = files.into_values().next().expect("a record");
    let (desk, record) = (&desk, &record);
    std::thread::scope(|scope| {
        for writer in 0..WRITERS {
            scope.spawn(move || {
                for number in 0..RECORDS {
                    let own = FileRecord {
                        path: format!("/{writer}/{number}"),
                        outcome: Outcome::Plugins(Vec::new()),
                        ..record.clone()
                    };
                    desk.store().add(&own).expect("added");
                    if number % 10 == 0 {
                        desk.store().fold().expect("put together");
                    }
                }
            });
        }
    });
    let contents = desk.store().load().expect("a store");
    assert_eq!(contents.files.len(), WRITERS * RECORDS + 1);
}

#[test]
fn a_second_scan_at_the_same_time_is_told_so() {
    let desk = Desk::new();
    desk.ladspa("good");
    let _other = desk
        .store()
        .scan_alone()
        .expect("a lock")
        .expect("nobody else");
    let output = desk.run(&["scan"]);
    let said = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(output.status.code(), Some(1));
    assert!(said.contains("another scan is under way"), "{said}");
}
