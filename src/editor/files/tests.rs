use std::path::Path;
use std::sync::Arc;

use egui::Key;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;

use super::FilesPanel;
use crate::editor::listing::Listing;
use crate::editor::testing::Stage;
use crate::editor::{Command, Side};

fn draw(folder: &Path, side: Side) -> Harness<'static, Stage> {
    let mut stage = Stage::of(r#"{"name": "Vocals", "chain": [{"plugin": "A"}]}"#);
    stage.shared.side = side;
    // The rack comes from there, so that is where it begins.
    stage.shared.file = Some(folder.join("Old.rack"));
    let mut files = FilesPanel::default();
    let mut harness = stage.draw([300.0, 400.0], move |ui, cx| match cx.shared.side {
        Side::Open | Side::Save => files.show(ui, cx),
        _ => {}
    });
    harness.run();
    answer(&mut harness);
    harness
}

/// Does what the link does.
fn answer(harness: &mut Harness<'static, Stage>) {
    let commands = harness.state_mut().take_commands();
    let [Command::ListFolder(folder)] = commands.as_slice() else {
        panic!("{commands:?}");
    };
    harness.state_mut().shared.listing = Some(Arc::new(Listing::of(folder)));
    harness.run();
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["Drums.rack", "Vocals.rack"] {
        std::fs::write(folder.path().join(name), "{}").expect("a file");
    }
    std::fs::create_dir(folder.path().join("More")).expect("a folder");
    folder
}

#[test]
fn a_file_that_is_there_is_replaced_only_when_that_is_said_twice() {
    let folder = folder();
    let mut harness = draw(folder.path(), Side::Save);
    harness.get_by_label("Drums.rack").click();
    harness.run();
    harness.get_by_label("Save here").click();
    harness.run();
    assert_eq!(harness.state_mut().take_commands(), []);
    harness.get_by_label("Drums.rack is there already.");
    harness.get_by_label("Replace").click();
    harness.run();
    let path = folder.path().join("Drums.rack");
    assert_eq!(
        harness.state_mut().take_commands(),
        [Command::SaveRack(path.clone())]
    );
    assert_eq!(harness.state().shared.file, Some(path));
    assert_eq!(harness.state().shared.side, Side::Nothing);
}

#[test]
fn a_new_name_and_enter_save() {
    let folder = folder();
    let mut harness = draw(folder.path(), Side::Save);
    // The field has the keyboard, with the rack's file suggested.
    harness.event(egui::Event::Text(" mix".to_owned()));
    harness.key_press(Key::Enter);
    harness.run();
    let commands = harness.state_mut().take_commands();
    let [Command::SaveRack(path)] = commands.as_slice() else {
        panic!("{commands:?}");
    };
    let name = path.file_name().expect("a name").to_string_lossy();
    assert!(name.ends_with(".rack") && name.contains(" mix"), "{name}");
}

#[test]
fn a_rack_is_opened_or_inserted() {
    let folder = folder();
    for (button, is_open) in [("Open rack", true), ("Insert into the rack", false)] {
        let mut harness = draw(folder.path(), Side::Open);
        harness.get_by_label("Drums.rack").click();
        harness.run();
        harness.get_by_label(button).click();
        harness.run();
        let path = folder.path().join("Drums.rack");
        let commands = harness.state_mut().take_commands();
        match commands.as_slice() {
            [Command::OpenRack(opened)] => assert!(is_open && *opened == path),
            [
                Command::InsertRack {
                    path: inserted,
                    place,
                },
            ] => {
                assert!(!is_open && *inserted == path && place.at == 1);
            }
            _ => panic!("{commands:?}"),
        }
        assert_eq!(harness.state().shared.side, Side::Nothing);
    }
}

#[test]
fn folders_are_looked_into_and_left_again() {
    let folder = folder();
    let mut harness = draw(folder.path(), Side::Open);
    harness.get_by_label("More/").click();
    harness.run();
    answer(&mut harness);
    harness.get_by_label("No racks are here yet.");
    harness.get_by_label("Up").click();
    harness.run();
    answer(&mut harness);
    harness.get_by_label("Drums.rack");
}
