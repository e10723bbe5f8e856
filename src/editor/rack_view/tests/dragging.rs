//! What is dragged and dropped.

use super::*;

fn grab(drawn: &mut Drawn, from: Pos2) {
    drawn.hover_at(from);
    drawn.drag_at(from);
    drawn.run_steps(1);
    drawn.hover_at(from + egui::vec2(12.0, 12.0));
    drawn.run_steps(1);
}

fn drop(drawn: &mut Drawn, to: Pos2) {
    drawn.hover_at(to);
    drawn.run_steps(1);
    drawn.drop_at(to);
    drawn.run_steps(1);
}

fn drag(drawn: &mut Drawn, from: &str, to: Pos2) {
    let from = drawn.get_by_label(from).rect().center();
    grab(drawn, from);
    drop(drawn, to);
    drawn.run();
}

fn rect(drawn: &Drawn, name: &str) -> egui::Rect {
    drawn.get_by_label(name).rect()
}

#[test]
fn a_slot_that_is_dropped_below_another_is_moved_there() {
    let mut drawn = drawn(RACK);
    let below = rect(&drawn, "Slot 3 Charlie").left_bottom() + egui::vec2(60.0, 34.0);
    drag(&mut drawn, "Slot 1 Alpha", below);
    let item = slot(&drawn, "Alpha").into();
    let to = Place {
        chain: ChainId::ROOT,
        at: 2,
    };
    assert_eq!(edits(&mut drawn), [Edit::Move { item, to }]);
}

#[test]
fn a_slot_is_dragged_into_an_empty_chain_of_a_split() {
    let mut drawn = drawn(RACK);
    let to = rect(&drawn, "Empty: chain 2").center();
    drag(&mut drawn, "Slot 1 Alpha", to);
    follow(&mut drawn);
    let chain = split(&drawn).chains[1].id;
    assert_eq!(names(rack(&drawn), chain), ["Alpha"]);
}

#[test]
fn several_that_are_selected_go_together_and_in_their_order() {
    let mut drawn = drawn(RACK);
    select(&mut drawn, "Charlie");
    let alpha = slot(&drawn, "Alpha").into();
    drawn.state_mut().shared.selected.insert(alpha);
    drawn.run();
    let to = rect(&drawn, "Slot 2.1.1 Bravo").left_bottom() + egui::vec2(40.0, 40.0);
    drag(&mut drawn, "Slot 1 Alpha", to);
    follow(&mut drawn);
    let chain = split(&drawn).chains[0].id;
    assert_eq!(names(rack(&drawn), chain), ["Bravo", "Alpha", "Charlie"]);
    assert_eq!(names(rack(&drawn), ChainId::ROOT), ["split", "?"]);
}

#[test]
fn a_split_is_never_dropped_into_itself() {
    let mut drawn = drawn(RACK);
    let to = rect(&drawn, "Empty: chain 2").center();
    drag(&mut drawn, "Split 2 Parallel", to);
    assert!(drawn.state().commands.is_empty());
}

#[test]
fn what_is_dropped_where_it_was_stays_without_an_edit() {
    let mut drawn = drawn(RACK);
    let to = rect(&drawn, "Slot 1 Alpha").center() + egui::vec2(30.0, 20.0);
    drag(&mut drawn, "Slot 1 Alpha", to);
    assert!(drawn.state().commands.is_empty());
}

#[test]
fn a_plugin_of_the_browser_is_inserted_where_it_is_dropped_and_selected_then() {
    let mut drawn = drawn(RACK);
    let plugin = crate::rack::PluginReference::from("Delta");
    let product = crate::catalog::ProductKey::of("Delta", "Somebody");
    let to = rect(&drawn, "Slot 1 Alpha").left_top() - egui::vec2(0.0, 4.0);
    let dragged = Dragged::Plugin(plugin.clone(), product.clone());
    drawn.drag_at(to);
    drawn.run_steps(1);
    egui::DragAndDrop::set_payload(&drawn.ctx, dragged);
    drop(&mut drawn, to);
    let place = Place {
        chain: ChainId::ROOT,
        at: 0,
    };
    let product = Some(product);
    let expected = Command::Insert {
        place,
        plugin,
        product,
    };
    assert_eq!(drawn.state_mut().take_commands(), [expected]);
    assert!(drawn.state().shared.awaits_slot);
}

#[derive(Debug)]
struct File(std::path::PathBuf);

impl egui::DroppedFile for File {
    fn path(&self) -> &std::path::Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        Err("not read".to_owned())
    }
}

#[test]
fn a_rack_file_is_inserted_where_it_is_dropped_and_another_file_is_refused_in_words() {
    let mut drawn = drawn(RACK);
    drawn.hover_at(rect(&drawn, "Empty: chain 2").center());
    drawn.run();
    for name in ["/racks/drums.rack", "/songs/song.wav"] {
        let file = std::sync::Arc::new(File(name.into()));
        drawn.input_mut().dropped_files.push(file);
    }
    drawn.step();
    let chain = split(&drawn).chains[1].id;
    let place = Place { chain, at: 0 };
    let path = "/racks/drums.rack".into();
    let commands = drawn.state_mut().take_commands();
    assert_eq!(commands, [Command::InsertRack { place, path }]);
    let trouble = drawn.state().shared.trouble.clone().unwrap_or_default();
    assert!(trouble.contains("song.wav"), "{trouble}");
}
