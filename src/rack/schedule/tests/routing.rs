//! Notes that must not hang, sidechains of silence, and plans in which who listens and who is heard would
//! meet.

use super::*;
use crate::child::{Failure, Processor};
use crate::rack::compile::{FeedSource, Step, compile};

fn child(sidechain: usize) -> FakeSpec {
    FakeSpec {
        layout: Layout {
            main_inputs: 2,
            main_outputs: 2,
            sidechain,
        },
        latency: 0,
        gain: 0.5,
    }
}

fn slot(sidechain: usize) -> Slot {
    Slot::of(vec![child(sidechain)])
}

fn release() -> Vec<EventKind> {
    let list = Events::NONE.heard_by(Listening {
        release: true,
        ..Listening::default()
    });
    list.iter().map(|event| event.kind).collect()
}

/// Runs a short block, and returns which events came out.
fn hear(player: &mut Player) -> Vec<EventKind> {
    let mut main = vec![vec![0.5; 8]; 2];
    let events = run(player, &mut main, &vec![], &[8], &[]);
    events.iter().map(|event| event.kind).collect()
}

/// The controls of the first slot.
fn controls(score: &Score) -> Arc<SlotControls> {
    match &score.items[0] {
        ScoreItem::Slot(slot) => slot.controls.clone(),
        ScoreItem::Split(_) => unreachable!("it is a slot"),
    }
}

#[test]
fn what_was_bypassed_or_listens_to_something_else_ends_its_notes_first_and_once() {
    let (publisher, mut player) = exchange(4);
    let mut conductor = Conductor::new(publisher);
    let mut stage = stage(2, 0, 8);
    stage.settings.fade_frames = 1;
    let mut playing = score(conductor.brand(), &[Item::Slot(slot(0))], 8);
    let controls = controls(&playing);
    conductor.perform(playing.clone(), &stage).unwrap();
    assert!(hear(&mut player).is_empty());

    controls.bypass.store(true, Relaxed);
    for _ in 0..3 {
        assert!(hear(&mut player).is_empty());
    }
    controls.bypass.store(false, Relaxed);
    assert_eq!(hear(&mut player), release());
    assert!(hear(&mut player).is_empty());

    for routing in [
        Routing {
            listening: Listening {
                transpose: 1,
                ..Listening::default()
            },
            ..Routing::default()
        },
        Routing {
            midi: Source::None,
            ..Routing::default()
        },
    ] {
        if let ScoreItem::Slot(slot) = &mut playing.items[0] {
            slot.routing = routing;
        }
        conductor.perform(playing.clone(), &stage).unwrap();
        assert_eq!(hear(&mut player), release(), "{routing:?}");
        assert!(hear(&mut player).is_empty());
    }
}

#[test]
fn a_panic_ends_all_notes_in_the_next_block_and_once() {
    let (publisher, mut player) = exchange(4);
    let mut conductor = Conductor::new(publisher);
    let playing = score(conductor.brand(), &[Item::Slot(slot(0))], 8);
    conductor.perform(playing, &stage(2, 0, 8)).unwrap();
    assert!(hear(&mut player).is_empty());
    conductor.end_all_notes();
    assert_eq!(hear(&mut player), release());
    assert!(hear(&mut player).is_empty());
}

/// Insists on a sidechain of exact silence, where it gets one.
struct Silent;

impl Processor for Silent {
    fn process(&mut self, block: &mut Block<'_, '_>) -> Result<(), Failure> {
        let mut sidechain = block.sidechain.iter().flat_map(|channel| channel.iter());
        assert!(sidechain.all(|sample| *sample == 0.0));
        Ok(())
    }
}

#[test]
fn a_sidechain_from_a_silent_or_muted_source_or_from_none_is_exactly_silent() {
    let chain = Chain {
        items: vec![Item::Slot(slot(0))],
        gain: 0.7,
        pan: 0.2,
        heard: false,
    };
    let from = |sidechain| Slot {
        sidechain,
        ..slot(1)
    };
    // The sources are the chain, the slot in it, and the listeners themselves.
    for (source, input) in [
        (Pick::None, 0.5),
        (Pick::Any(0), 0.5),
        (Pick::Any(2), 0.5),
        (Pick::Any(1), 0.0),
    ] {
        let items = [
            Item::Split(SplitKind::Parallel, vec![chain.clone()]),
            Item::Slot(from(source)),
        ];
        let (publisher, mut player) = exchange(4);
        let mut conductor = Conductor::new(publisher);
        let mut score = score(conductor.brand(), &items, 100);
        if let Some(ScoreItem::Slot(slot)) = score.items.last_mut() {
            slot.children[0].1 = Leased::new(conductor.brand(), Box::new(Silent));
        }
        conductor.perform(score, &stage(2, 0, 100)).unwrap();
        let mut main = vec![vec![input; 400]; 2];
        run(&mut player, &mut main, &vec![], &[100; 4], &[]);
    }
}

#[test]
fn a_plan_in_which_a_chain_would_read_what_another_one_writes_at_the_same_time_is_refused() {
    let chain = |slot| Chain {
        items: vec![Item::Slot(slot)],
        gain: 1.0,
        pan: 0.0,
        heard: true,
    };
    let brand = Lease::new().brand();
    let plan_of = |sidechain| {
        let listener = Slot {
            sidechain,
            ..slot(1)
        };
        let chains = vec![chain(slot(0)), chain(listener)];
        let items = [Item::Split(SplitKind::Parallel, chains)];
        compile(&score(brand, &items, 8).shape(2, 0, 0, true))
    };
    // The second chain listens to the first one, which is source 0.
    let plan = plan_of(Pick::Any(0));
    let settings = stage(2, 0, 8).settings;
    let parts = || {
        let strip = || Strip::new(Arc::default(), Arc::default(), 2, 0, &[0], &settings);
        let fader = || Fader::new(Arc::default(), Arc::default(), 2, 0, &settings);
        let split = SplitState::new(&SplitKind::Parallel, 2, 0, &settings);
        let processor = || child(1).processor(8) as Box<dyn Processor>;
        Parts {
            children: (0..2).map(|_| Leased::new(brand, processor())).collect(),
            strips: (0..2).map(|_| Leased::new(brand, strip())).collect(),
            splits: vec![Leased::new(brand, split)],
            faders: (0..2).map(|_| Leased::new(brand, fader())).collect(),
        }
    };
    assert_eq!(check::check(brand, &plan, &parts()), Ok(()));
    // Two that run at the same time, of which one is then made to listen to what is in the other.
    let mut forked = plan_of(Pick::None);
    assert_eq!(check::check(brand, &forked, &parts()), Ok(()));
    forked.kept = plan.kept.clone();
    if let Step::Slot(step) = &mut forked.steps[1] {
        step.keeps = Some(0);
    }
    assert_eq!(check::check(brand, &forked, &parts()), Ok(()));
    if let Step::Slot(step) = &mut forked.steps[2]
        && let Some(feed) = &mut step.feed
    {
        feed.source = FeedSource::Kept(0);
    }
    let problem = check::check(brand, &forked, &parts());
    assert_eq!(problem, Err(ScheduleProblem::BrokenStep(2)));
    let refused = |change: &dyn Fn(&mut Plan)| {
        let mut broken = plan.clone();
        change(&mut broken);
        assert!(
            check::check(brand, &broken, &parts()).is_err(),
            "{broken:?}"
        );
    };
    let split = |plan: &mut Plan, forks, one_by_one| {
        if let Step::Split(step) = &mut plan.steps[0] {
            (step.forks, step.one_by_one) = (forks, one_by_one);
        }
    };
    refused(&|plan| split(plan, true, true));
    refused(&|plan| split(plan, true, false));
    refused(&|plan| split(plan, false, false));
    // Nobody keeps what is listened to; two keep it; it is somewhere else.
    refused(&|plan| plan.chains[0].keeps = None);
    refused(&|plan| plan.chains[1].keeps = plan.chains[0].keeps);
    refused(&|plan| plan.kept[0].lane = 1);
    refused(&|plan| plan.kept[0].channels = 1);
    refused(&|plan| {
        if let Step::Slot(step) = &mut plan.steps[2]
            && let Some(feed) = &mut step.feed
        {
            feed.source = FeedSource::Kept(7);
        }
    });
    refused(&|plan| {
        if let Step::Slot(step) = &mut plan.steps[1] {
            step.send = Some(0);
        }
    });
}
