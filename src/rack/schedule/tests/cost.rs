//! What the rack as a whole is said to cost.

use super::*;

#[test]
fn the_whole_costs_no_less_than_all_slots_of_a_chain_together() {
    let child = FakeSpec {
        layout: Layout {
            main_inputs: 2,
            main_outputs: 2,
            sidechain: 0,
        },
        latency: 0,
        gain: 0.1,
    };
    let items = vec![Item::Slot(Slot::of(vec![child])); 3];
    let (publisher, mut player) = exchange(4);
    let mut conductor = Conductor::new(publisher);
    let score = score(conductor.brand(), &items, 64);
    let meters: Vec<_> = (score.items.iter())
        .filter_map(|item| match item {
            ScoreItem::Slot(slot) => Some(slot.meters.clone()),
            ScoreItem::Split(_) => None,
        })
        .collect();
    conductor.perform(score, &stage(2, 0, 64)).unwrap();
    // The first blocks find out how long a tick is.
    let whole = || f64::from(conductor.cost().smoothed());
    while whole() == 0.0 {
        let mut main = vec![vec![0.5; 64]; 2];
        run(&mut player, &mut main, &vec![], &[64], &[]);
    }
    let mut main = vec![vec![0.5; 64_000]; 2];
    run(&mut player, &mut main, &vec![], &[64; 1000], &[]);
    let slots = meters
        .iter()
        .map(|meters| f64::from(meters.cost.smoothed()));
    let slots: f64 = slots.sum();
    assert!(slots > 0.0);
    assert!(whole() >= slots * 0.999, "{} and {slots}", whole());
}
