//! The rack view, drawn without a window.

use egui::{Event, Key, Modifiers, PointerButton, Pos2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};

use super::RackView;
use crate::editor::shared::{Dragged, Side};
use crate::editor::testing::Stage;
use crate::editor::{Command, Look};
use crate::rack::edit::Edit;
use crate::rack::{ChainId, Item, ItemId, Place, Rack, SlotId, Split};

mod dragging;
mod keyboard;
mod pictures;
mod pointing;

const SIZE: [f32; 2] = [1000.0, 900.0];

/// Alpha; a split with Bravo in its first chain, nothing in its second; Charlie; something else.
const RACK: &str = r#"{"chain": [
    {"plugin": "Alpha", "mix_percent": 50},
    {"split": "parallel", "chains": [
        {"name": "Dry", "chain": [{"plugin": "Bravo"}]},
        {"chain": []}]},
    {"plugin": "Charlie", "bypass": true},
    {"nothing": "known"}]}"#;

type Drawn = Harness<'static, Stage>;

fn drawn(text: &str) -> Drawn {
    drawn_on(Stage::of(text), SIZE)
}

fn drawn_on(stage: Stage, size: [f32; 2]) -> Drawn {
    let mut rack = RackView::default();
    stage.draw(size, move |ui, cx| rack.show(ui, cx))
}

fn rack(drawn: &Drawn) -> &Rack {
    &drawn.state().view.rack
}

/// The slot of a plugin.
fn slot(drawn: &Drawn, name: &str) -> SlotId {
    let mut slots = rack(drawn).slots();
    slots.find(|slot| slot.plugin.name == name).expect(name).id
}

fn split(drawn: &Drawn) -> &Split {
    rack(drawn).splits().next().expect("a split")
}

fn select(drawn: &mut Drawn, name: &str) {
    let slot = slot(drawn, name);
    drawn.state_mut().shared.select(slot);
    drawn.run();
}

fn names(rack: &Rack, chain: ChainId) -> Vec<String> {
    let name = |item: &Item| match item {
        Item::Slot(slot) => slot.plugin.name.clone(),
        Item::Split(_) => "split".to_owned(),
        _ => "?".to_owned(),
    };
    let chain = rack.chain(chain).expect("a chain");
    chain.0.iter().map(name).collect()
}

fn edits(drawn: &mut Drawn) -> Vec<Edit> {
    let commands = drawn.state_mut().take_commands().into_iter();
    let edits = commands.flat_map(|command| match command {
        Command::Edit(edits) => edits,
        other => panic!("{other:?}"),
    });
    edits.collect()
}

/// Does what was asked for, and draws what comes of it.
fn follow(drawn: &mut Drawn) {
    drawn.state_mut().make_edits();
    drawn.run();
}
