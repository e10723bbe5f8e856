//! The rack view, drawn without a window.

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;

use super::RackView;
use crate::editor::Command;
use crate::editor::testing::Stage;
use crate::rack::edit::Edit;

const SIZE: [f32; 2] = [1000.0, 640.0];

const RACK: &str = r#"{"chain": [
    {"plugin": "Alpha", "mix_percent": 50},
    {"split": "parallel", "chains": [
        {"name": "Dry", "chain": [{"plugin": "Bravo"}]},
        {"chain": []}]},
    {"plugin": "Charlie", "bypass": true},
    {"nothing": "known"}]}"#;

fn drawn(text: &str) -> Harness<'static, Stage> {
    let mut rack = RackView::default();
    Stage::of(text).draw(SIZE, move |ui, cx| rack.show(ui, cx))
}

#[test]
fn a_click_on_bypass_asks_for_it() {
    let mut harness = drawn(RACK);
    harness.get_by_label("Bypass Alpha").click();
    harness.run();
    let slot = harness.state().view.rack.slots().next().expect("a slot").id;
    let bypass = true;
    assert_eq!(
        harness.state_mut().take_commands(),
        [Command::Edit(vec![Edit::SetBypass { slot, bypass }])]
    );
}
