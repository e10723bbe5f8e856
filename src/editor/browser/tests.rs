use std::sync::Arc;

use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;

use super::Browser;
use super::scan::{failures, progress_in_words};
use super::shelf::{Filters, Shelf, Which};
use crate::catalog::{
    Catalog, Entry, Failure, FileRecord, Outcome, Plugin, Preferences, ProductKey, Progress,
};
use crate::editor::testing::{Stage, painting};
use crate::editor::{Again, CatalogView, Command, Dragged, Editor, EditorPreferences, Look, Side};
use crate::rack::{Place, PluginReference};
use crate::session::View;

fn plugin(name: &str, vendor: &str, format: &str, tags: &[&str]) -> Plugin {
    Plugin {
        entry: Entry {
            name: name.to_owned(),
            format: format.to_owned(),
            id: format!("id of {name}"),
            file: format!("/plugins/{name}.{}", format.to_lowercase()),
            vendor: vendor.to_owned(),
            version: "1.2".to_owned(),
            tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
            ..Entry::default()
        },
        product: ProductKey::of(name, vendor),
        path: format!("/plugins/{name}"),
    }
}

fn catalog() -> CatalogView {
    let mut preferences = Preferences::default();
    preferences.favourites = vec![ProductKey::of("ZamEQ2", "Damien")];
    preferences.hidden = vec![ProductKey::of("Hidden", "Nobody")];
    for (name, vendor) in [("ZamComp", "Damien"), ("Dragonfly Room", "Michael")] {
        preferences.note_use(&ProductKey::of(name, vendor));
    }
    CatalogView {
        catalog: Arc::new(Catalog {
            plugins: vec![
                plugin("ZamComp", "Damien", "LV2", &["compressor"]),
                plugin("ZamComp", "Damien", "VST3", &["compressor"]),
                plugin("ZamEQ2", "Damien", "VST3", &["eq"]),
                plugin("Dragonfly Room", "Michael", "VST3", &["reverb"]),
                plugin("Hidden", "Nobody", "VST3", &["reverb"]),
            ],
            is_whole: true,
            ..Catalog::default()
        }),
        preferences: Arc::new(preferences),
        revision: 1,
        ..CatalogView::default()
    }
}

fn stage() -> Stage {
    let mut stage = Stage::of(r#"{"chain": [{"plugin": "A"}, {"plugin": "B"}]}"#);
    stage.catalog = catalog();
    stage.shared.side = Side::Browser;
    stage
}

fn draw(stage: Stage) -> Harness<'static, Stage> {
    let mut browser = Browser::default();
    stage.draw([300.0, 500.0], move |ui, cx| {
        if cx.shared.side == Side::Browser {
            browser.show(ui, cx);
        }
    })
}

fn names(shelf: &Shelf) -> Vec<&str> {
    (0..shelf.len())
        .filter_map(|at| Some(shelf.get(at)?.name.as_str()))
        .collect()
}

#[test]
fn two_letters_and_enter_insert_the_best_behind_what_is_selected() {
    let mut stage = stage();
    let first = stage.view.rack.chain.0[0].id().expect("an id");
    stage.shared.select(first);
    // The first letter was typed over the rack.
    stage.shared.browse("z");
    let mut harness = draw(stage);
    harness.run();
    harness.event(egui::Event::Text("e".to_owned()));
    harness.key_press(Key::Enter);
    harness.run();
    let plugin = PluginReference {
        name: "ZamEQ2".to_owned(),
        format: Some("VST3".to_owned()),
        id: Some("id of ZamEQ2".to_owned()),
        file: Some("/plugins/ZamEQ2.vst3".to_owned()),
        vendor: Some("Damien".to_owned()),
        version: Some("1.2".to_owned()),
        ..PluginReference::default()
    };
    let place = Place {
        chain: crate::rack::ChainId::ROOT,
        at: 1,
    };
    assert_eq!(
        harness.state_mut().take_commands(),
        [Command::Insert {
            place,
            plugin,
            product: Some(ProductKey::of("ZamEQ2", "Damien")),
        }]
    );
    let shared = &harness.state().shared;
    assert!(shared.awaits_slot);
    assert_eq!(shared.side, Side::Nothing);
    assert_eq!(harness.ctx.memory(|memory| memory.focused()), None);
}

#[test]
fn letters_that_are_typed_in_the_frame_that_the_browser_opens_in_are_not_lost() {
    let mut stage = stage();
    stage.shared.browse("d");
    let mut harness = draw(stage);
    harness.event(egui::Event::Text("ra".to_owned()));
    harness.run();
    let field = harness.get_by_label("Search plugins");
    assert_eq!(field.value().as_deref(), Some("dra"));
    assert!(field.is_focused());
    assert!(harness.query_by_label("ZamEQ2").is_none());
    harness.get_by_label("Dragonfly Room");
}

#[test]
fn arrows_choose_and_enter_with_control_stays() {
    let mut stage = stage();
    stage.shared.browse("");
    let mut harness = draw(stage);
    harness.run();
    // Favourites come first, then what was used of late: ZamEQ2, then Dragonfly.
    harness.key_press(Key::ArrowDown);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    harness.run();
    let commands = harness.state_mut().take_commands();
    let [Command::Insert { plugin, .. }] = commands.as_slice() else {
        panic!("{commands:?}");
    };
    assert_eq!(plugin.name, "Dragonfly Room");
    assert_eq!(harness.state().shared.side, Side::Browser);
    harness.key_press(Key::Escape);
    harness.run();
    assert_eq!(harness.state().shared.side, Side::Nothing);
}

#[test]
fn what_is_chosen_for_a_slot_takes_its_place() {
    let mut stage = stage();
    let slot = stage.view.rack.slots().next().expect("a slot").id;
    stage.shared.replaces = Some(slot);
    stage.shared.browse("room");
    let mut harness = draw(stage);
    harness.run();
    harness.key_press(Key::Enter);
    harness.run();
    let commands = harness.state_mut().take_commands();
    let [
        Command::Replace {
            slot: replaced,
            plugin,
            ..
        },
    ] = commands.as_slice()
    else {
        panic!("{commands:?}");
    };
    assert_eq!((*replaced, plugin.name.as_str()), (slot, "Dragonfly Room"));
    assert_eq!(harness.state().shared.replaces, None);
}

#[test]
fn a_star_makes_a_favourite_and_takes_it_back() {
    let mut harness = draw(stage());
    harness.get_by_label("Favourite ZamComp").click();
    harness.run();
    harness.get_by_label("Favourite ZamEQ2").click();
    harness.run();
    assert_eq!(
        harness.state_mut().take_commands(),
        [
            Command::SetFavourite(ProductKey::of("ZamComp", "Damien"), true),
            Command::SetFavourite(ProductKey::of("ZamEQ2", "Damien"), false),
        ]
    );
}

#[test]
fn another_format_is_inserted_from_the_menu() {
    let mut harness = draw(stage());
    harness.get_by_label("ZamComp").click_secondary();
    harness.run();
    harness.get_by_label("Insert as LV2").click();
    harness.run();
    let commands = harness.state_mut().take_commands();
    let [Command::Insert { plugin, .. }] = commands.as_slice() else {
        panic!("{commands:?}");
    };
    assert_eq!(plugin.file.as_deref(), Some("/plugins/ZamComp.lv2"));
    assert_eq!(harness.state().shared.side, Side::Browser);
}

#[test]
fn a_plugin_that_is_dragged_is_a_plugin_for_whoever_it_is_dropped_on() {
    let mut harness = draw(stage());
    let from = harness.get_by_label("Dragonfly Room").rect().left_center() + egui::vec2(20.0, 0.0);
    harness.drag_at(from);
    harness.step();
    harness.hover_at(from + egui::vec2(40.0, 30.0));
    harness.step();
    let dragged = egui::DragAndDrop::payload::<Dragged>(&harness.ctx).expect("something dragged");
    let Dragged::Plugin(plugin, _) = &*dragged else {
        panic!("{dragged:?}");
    };
    assert_eq!(plugin.name, "Dragonfly Room");
}

#[test]
fn files_that_cannot_be_used_are_told_with_the_reason() {
    let mut stage = stage();
    let mut catalog = Catalog::clone(&stage.catalog.catalog);
    catalog.quarantine = vec![FileRecord {
        format: "VST3".to_owned(),
        path: "/plugins/Bad.vst3".to_owned(),
        fingerprint: crate::catalog::fingerprint::Fingerprint::default(),
        scanned_at: 0,
        millis: 0,
        outcome: Outcome::Failed(Failure::Timeout { millis: 30_000 }),
        remarks: Vec::new(),
    }];
    stage.catalog.catalog = Arc::new(catalog);
    let crashed = ("/plugins/Worse.vst3".to_owned(), "it crashed".to_owned());
    stage.catalog.progress.failures = vec![crashed];
    assert_eq!(failures(&stage.catalog).len(), 2);
    let mut harness = draw(stage);
    harness.get_by_label("2 files cannot be used").click();
    harness.run();
    harness.get_by_label("Bad.vst3");
    harness.get_by_label("it did not answer within 30 s");
    harness.get_by_label("Worse.vst3");
    for (words, again) in [
        ("Try these again", Again::Failures),
        ("Scan everything again", Again::Everything),
    ] {
        harness.get_by_label(words).click();
        harness.run();
        let commands = harness.state_mut().take_commands();
        assert_eq!(commands, [Command::Scan(again)]);
    }
}

#[test]
fn who_has_no_catalog_yet_is_offered_one_and_a_scan_says_how_far_it_is() {
    let mut stage = stage();
    stage.catalog = CatalogView::default();
    let mut harness = draw(stage);
    harness.get_by_label("Look for plugins").click();
    harness.run();
    let commands = harness.state_mut().take_commands();
    assert_eq!(commands, [Command::Scan(Again::Nothing)]);
    harness.state_mut().catalog.progress = Progress {
        is_running: true,
        done: 12,
        total: 340,
        current: vec![String::new(), "/plugins/foo.vst3".to_owned()],
        ..Progress::default()
    };
    harness.run();
    harness.get_by_label("12 of 340: foo.vst3");
    harness.get_by_label("Stop").click();
    harness.run();
    let commands = harness.state_mut().take_commands();
    assert_eq!(commands, [Command::StopScan]);
    assert_eq!(
        progress_in_words(&Progress::default()),
        "Looking through the folders"
    );
}

#[test]
fn filters_leave_what_they_say_and_count_what_is_not_hidden() {
    let catalog = catalog();
    let mut shelf = Shelf::default();
    let mut filters = Filters::default();
    shelf.find(&catalog, "", &filters);
    assert_eq!(names(&shelf), ["ZamEQ2", "Dragonfly Room", "ZamComp"]);
    assert_eq!((shelf.total(), shelf.hidden, shelf.favourites), (3, 1, 1));
    let tags: Vec<_> = (shelf.tags.iter())
        .map(|tag| (tag.name.as_str(), tag.count))
        .collect();
    assert_eq!(tags, [("compressor", 1), ("eq", 1), ("reverb", 1)]);
    filters.which = Which::Recent;
    shelf.find(&catalog, "", &filters);
    assert_eq!(names(&shelf), ["Dragonfly Room", "ZamComp"]);
    filters = Filters {
        format: Some("LV2".to_owned()),
        ..Filters::default()
    };
    shelf.find(&catalog, "", &filters);
    assert_eq!(names(&shelf), ["ZamComp"]);
    let card = shelf.get(0).expect("a card");
    let plugin = card.plugin(&catalog, Some("LV2")).expect("a plugin");
    assert_eq!(plugin.entry.format, "LV2");
    filters = Filters {
        tag: Some("reverb".to_owned()),
        hidden: true,
        ..Filters::default()
    };
    shelf.find(&catalog, "", &filters);
    assert_eq!(names(&shelf), ["Dragonfly Room", "Hidden"]);
    filters.vendor = Some("Nobody".to_owned());
    shelf.find(&catalog, "", &filters);
    assert_eq!(names(&shelf), ["Hidden"]);
}

#[test]
fn five_thousand_plugins_are_found_among_and_drawn_a_screenful_at_a_time() {
    let plugins = (0..5000)
        .map(|at| plugin(&format!("Plugin {at:04}"), "Somebody", "VST3", &["eq"]))
        .collect();
    let mut stage = stage();
    stage.catalog.catalog = Arc::new(Catalog {
        plugins,
        is_whole: true,
        ..Catalog::default()
    });
    stage.shared.browse("");
    let mut harness = draw(stage);
    harness.run();
    assert!(harness.query_by_label("Plugin 0000").is_some());
    assert!(harness.query_by_label("Plugin 0100").is_none());
    for _ in 0..13 {
        harness.key_press(Key::PageDown);
    }
    harness.run();
    assert!(harness.query_by_label("Plugin 0104").is_some());
    harness.event(egui::Event::Text("4711".to_owned()));
    harness.key_press(Key::Enter);
    harness.run();
    let commands = harness.state_mut().take_commands();
    let [Command::Insert { plugin, .. }] = commands.as_slice() else {
        panic!("{commands:?}");
    };
    assert_eq!(plugin.name, "Plugin 4711");
}

/// The whole editor, with what it asked for.
struct Whole {
    editor: Editor,
    view: Arc<View>,
    catalog: CatalogView,
    commands: Vec<Command>,
}

fn whole(stage: Stage) -> Harness<'static, Whole> {
    let Stage {
        view,
        catalog,
        textures,
        ..
    } = stage;
    let whole = Whole {
        editor: Editor::new(EditorPreferences::default()),
        view: Arc::new(view),
        catalog,
        commands: Vec::new(),
    };
    let harness = Harness::builder()
        .with_size([1000.0, 640.0])
        .with_max_steps(16)
        .renderer(textures);
    harness.build_ui_state(
        |ui, whole: &mut Whole| {
            let commands = whole.editor.show(ui, &whole.view, &whole.catalog);
            whole.commands.extend(commands);
        },
        whole,
    )
}

#[test]
fn what_is_typed_over_the_rack_goes_to_the_browser_and_the_rack_hears_no_more_of_it() {
    let mut harness = whole(stage());
    harness.run();
    harness.event(egui::Event::Text("z".to_owned()));
    harness.event(egui::Event::Text("e".to_owned()));
    harness.key_press(Key::Enter);
    harness.run();
    let commands = std::mem::take(&mut harness.state_mut().commands);
    let [Command::Insert { plugin, place, .. }] = commands.as_slice() else {
        panic!("{commands:?}");
    };
    assert_eq!((plugin.name.as_str(), place.at), ("ZamEQ2", 2));
    assert!(harness.query_by_label("Search plugins").is_none());
    // The rack has the keyboard again.
    harness.event(egui::Event::Text("d".to_owned()));
    harness.run();
    let field = harness.get_by_label("Search plugins");
    assert_eq!(field.value().as_deref(), Some("d"));
}

#[test]
fn the_key_that_ends_a_name_is_not_for_the_rack() {
    let mut harness = whole(stage());
    harness.run();
    harness.get_by_label("Rack name").focus();
    harness.run();
    harness.event(egui::Event::Text("Vocals".to_owned()));
    harness.key_press(Key::Enter);
    harness.run();
    let commands = std::mem::take(&mut harness.state_mut().commands);
    let name = Some("Vocals".to_owned());
    let edit = crate::rack::edit::Edit::SetName(name);
    assert_eq!(commands, [Command::Edit(vec![edit])]);
    assert!(harness.query_by_label("Search plugins").is_none());
}

#[test]
fn it_can_be_painted_in_both_looks_and_at_every_scale() {
    for (look, scale, name) in [
        (Look::Dark, 1.0, "browser-dark"),
        (Look::Light, 1.0, "browser-light"),
        (Look::Light, 3.0, "browser-light-3"),
    ] {
        let mut stage = stage();
        stage.preferences.look = look;
        stage.catalog.progress = Progress {
            is_running: true,
            done: 12,
            total: 340,
            current: vec!["/plugins/foo.vst3".to_owned()],
            failures: vec![("/plugins/Bad.vst3".to_owned(), "it crashed".to_owned())],
            ..Progress::default()
        };
        stage.shared.browse("a");
        let textures = stage.textures.clone();
        let mut drawn = draw(stage);
        drawn.set_pixels_per_point(scale);
        drawn.run();
        painting::save(&drawn, &textures, name);
    }
}

#[test]
fn the_whole_editor_can_be_painted_with_every_panel() {
    for (side, name) in [
        (Side::Browser, "whole-browser"),
        (Side::Mapping, "whole-mapping"),
        (Side::Settings, "whole-settings"),
        (Side::Save, "whole-save"),
    ] {
        let mut stage = stage();
        stage.view.warnings = vec!["The chain has a mistake".to_owned()];
        let slot = stage.view.rack.slots().next().expect("a slot").id;
        let textures = stage.textures.clone();
        let mut drawn = whole(stage);
        let shared = drawn.state_mut().editor.shared();
        shared.side = side;
        shared.parameters_of = Some(slot);
        drawn.run();
        painting::save(&drawn, &textures, name);
    }
}
