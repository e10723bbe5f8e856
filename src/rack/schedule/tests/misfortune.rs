//! Children that fail, or put out what nobody may hear; parts that do not belong together.

use super::*;
use crate::child::{Failure, Processor};
use crate::rack::controls::Trouble;

fn child(inputs: usize, outputs: usize) -> FakeSpec {
    FakeSpec {
        layout: Layout {
            main_inputs: inputs,
            main_outputs: outputs,
            sidechain: 0,
        },
        latency: 0,
        gain: 0.5,
    }
}

fn slot(children: Vec<FakeSpec>) -> Item {
    Item::Slot(Slot::of(children))
}

/// A score of one slot, whose children are others than the specification says.
fn score_of(
    conductor: &Conductor,
    spec: &FakeSpec,
    count: usize,
    processor: impl Fn() -> Box<dyn Processor>,
) -> (Score, Arc<SlotControls>) {
    let shape = ChildShape {
        layout: spec.layout,
        latency_samples: spec.latency as u32,
    };
    let children = (0..count)
        .map(|_| (shape, Leased::new(conductor.brand(), processor())))
        .collect();
    let controls = Arc::new(SlotControls::default());
    let (id, meters) = (SlotId(1), Arc::default());
    let slot = ScoreSlot::new(id, SlotChannels::All, children, controls.clone(), meters);
    let items = vec![ScoreItem::Slot(slot)];
    (Score { items }, controls)
}

/// Plays ones through such a slot, and tells what was heard and what the trouble is.
fn hear_ones(
    spec: &FakeSpec,
    count: usize,
    guard_words: bool,
    processor: impl Fn() -> Box<dyn Processor>,
) -> (Signal, Option<Trouble>) {
    let (publisher, mut player) = exchange(4);
    let mut conductor = Conductor::new(publisher);
    let mut stage = stage(2, 0, 1000);
    stage.settings.runaway_limit = 63.0;
    stage.settings.guard_words = guard_words;
    let (score, controls) = score_of(&conductor, spec, count, processor);
    conductor.perform(score, &stage).unwrap();
    let mut main = vec![vec![1.0; 4000]; 2];
    run(&mut player, &mut main, &vec![], &[1000; 4], &[]);
    (main, controls.trouble())
}

/// Does something at its second block, and panics if it is called once more.
struct OnceBad {
    calls: usize,
    bad: fn(&mut Block<'_, '_>) -> Result<(), Failure>,
}

impl Processor for OnceBad {
    fn process(&mut self, block: &mut Block<'_, '_>) -> Result<(), Failure> {
        self.calls += 1;
        assert!(self.calls < 3, "a child that is muted was called again");
        block.main.iter_mut().for_each(|channel| channel.fill(9.0));
        if self.calls == 2 {
            return (self.bad)(block);
        }
        Ok(())
    }
}

#[test]
fn a_child_in_trouble_leaves_silence_for_its_block_and_the_audio_comes_back_with_a_fade() {
    type Bad = fn(&mut Block<'_, '_>) -> Result<(), Failure>;
    let bads: [(Bad, Trouble, usize); 4] = [
        (|_| Err(Failure), Trouble::Failed, 1000),
        (
            |block| {
                block.main[0][500] = f32::NAN;
                Ok(())
            },
            Trouble::NotANumber,
            1500,
        ),
        (
            |block| {
                block.main[0][500] = f32::NEG_INFINITY;
                Ok(())
            },
            Trouble::NotANumber,
            1500,
        ),
        (
            |block| {
                block.main[0][500] = -64.0;
                Ok(())
            },
            Trouble::TooLoud,
            1500,
        ),
    ];
    for (bad, trouble, from) in bads {
        for (inputs, outputs, count) in [(2, 2, 1), (1, 1, 2), (1, 1, 1), (2, 1, 1), (3, 3, 1)] {
            let spec = child(inputs, outputs);
            let (heard, told) =
                hear_ones(&spec, count, false, || Box::new(OnceBad { calls: 0, bad }));
            let case = format!("{trouble:?}: {inputs} in, {outputs} out");
            assert_eq!(told, Some(trouble), "{case}");
            for channel in &heard {
                assert!(channel.iter().all(|sample| sample.abs() <= 9.0), "{case}");
                assert!(
                    channel[..1000].iter().all(|sample| *sample == 9.0),
                    "{case}"
                );
                assert!(
                    channel[from..2000].iter().all(|sample| *sample == 0.0),
                    "{case}"
                );
                assert!(channel[2000..3000].is_sorted(), "{case}");
                assert!(
                    channel[3000..].iter().all(|sample| *sample == 1.0),
                    "{case}"
                );
            }
        }
    }
}

#[test]
fn an_instrument_in_trouble_does_not_silence_what_stands_before_it() {
    let bad = |block: &mut Block<'_, '_>| {
        block.main[0].fill(f32::NAN);
        Err(Failure)
    };
    let spec = child(0, 2);
    let (heard, _) = hear_ones(&spec, 1, false, || Box::new(OnceBad { calls: 1, bad }));
    assert_eq!(heard, vec![vec![1.0; 4000]; 2]);
}

/// Writes one sample behind its first channel.
struct Outside;

impl Processor for Outside {
    #[allow(unsafe_code)]
    fn process(&mut self, block: &mut Block<'_, '_>) -> Result<(), Failure> {
        let channel = &mut block.main[0];
        // SAFETY: there is none to speak of: it is what broken plugins do. Here the memory behind
        // the channel is the guard's, which watches it.
        unsafe {
            let end = channel.as_mut_ptr().add(channel.len());
            end.write_volatile(0.25);
        }
        Ok(())
    }
}

#[test]
fn a_child_that_writes_outside_its_buffers_is_caught_by_guard_words() {
    let (heard, trouble) = hear_ones(&child(2, 2), 1, true, || Box::new(Outside));
    assert_eq!(trouble, Some(Trouble::WroteOutside));
    assert!(heard[0][..1000].iter().all(|sample| *sample == 0.0));
}

#[test]
fn a_slot_that_may_try_again_is_heard_again() {
    let bad = |block: &mut Block<'_, '_>| {
        block.main[0][0] = 1e11;
        Ok(())
    };
    struct Bad(fn(&mut Block<'_, '_>) -> Result<(), Failure>, usize);
    impl Processor for Bad {
        fn process(&mut self, block: &mut Block<'_, '_>) -> Result<(), Failure> {
            self.1 += 1;
            block.main.iter_mut().for_each(|channel| channel.fill(0.5));
            if self.1 == 1 { (self.0)(block) } else { Ok(()) }
        }
    }
    let (publisher, mut player) = exchange(4);
    let mut conductor = Conductor::new(publisher);
    let (score, controls) = score_of(&conductor, &child(2, 2), 1, || Box::new(Bad(bad, 0)));
    conductor.perform(score, &stage(2, 0, 1000)).unwrap();
    let mut main = vec![vec![1.0; 1000]; 2];
    run(&mut player, &mut main, &vec![], &[1000], &[]);
    assert_eq!(controls.trouble(), Some(Trouble::TooLoud));
    controls.clear_trouble();
    let mut main = vec![vec![1.0; 4000]; 2];
    run(&mut player, &mut main, &vec![], &[1000; 4], &[]);
    assert_eq!(main[0][3999], 0.5);
    assert_eq!(controls.trouble(), None);
}

#[test]
fn events_keep_their_sample_when_the_block_is_cut_and_linked_children_speak_once() {
    let items = [
        slot(vec![child(1, 1), child(1, 1)]),
        slot(vec![child(2, 2)]),
    ];
    let event = |offset| Event {
        offset,
        kind: EventKind::Midi([0x90, 60, 100]),
    };
    let events = [0, 7, 8, 15, 16, 99].map(event);
    let twice: Vec<Event> = events.iter().flat_map(|event| [*event, *event]).collect();
    for blocks in [vec![100], vec![50, 50], vec![8; 12]] {
        let (_conductor, mut player) = player(&items, &stage(2, 0, 8));
        let frames = blocks.iter().sum::<usize>();
        let mut main = vec![vec![1.0; frames]; 2];
        let heard = run(&mut player, &mut main, &vec![], &blocks, &events);
        let expected: Vec<Event> = (twice.iter().copied())
            .filter(|event| (event.offset as usize) < frames)
            .collect();
        assert_eq!(heard, expected);
    }
}

#[test]
fn a_host_with_more_channels_keeps_its_others_and_one_with_fewer_still_hears() {
    for (given, expected) in [
        (vec![1.0], vec![0.5]),
        (vec![1.0, 1.0, 1.0], vec![1.5, 3.0, 1.0]),
    ] {
        let (_conductor, mut player) = player(&[slot(vec![child(2, 2)])], &stage(2, 0, 8));
        let mut main: Signal = given.iter().map(|sample| vec![*sample; 8]).collect();
        run(&mut player, &mut main, &vec![], &[8], &[]);
        let heard: Vec<f32> = main.iter().map(|channel| channel[7]).collect();
        assert_eq!(heard, expected);
    }
}

#[test]
fn a_child_that_stands_at_two_places_is_refused() {
    let (publisher, _player) = exchange(4);
    let mut conductor = Conductor::new(publisher);
    let (score, _) = score_of(&conductor, &child(2, 2), 1, || child(2, 2).processor(8));
    let ScoreItem::Slot(first) = &score.items[0] else {
        unreachable!("it is a slot");
    };
    let mut second = first.clone();
    second.id = SlotId(2);
    let items = vec![score.items[0].clone(), ScoreItem::Slot(second)];
    let refused = conductor.perform(Score { items }, &stage(2, 0, 8));
    assert_eq!(refused, Err(ScheduleProblem::PartTwice));
}

#[test]
fn a_child_of_another_exchange_is_refused() {
    let (publisher, _player) = exchange(4);
    let (other, _) = exchange(4);
    let mut conductor = Conductor::new(publisher);
    let (score, _) = score_of(&Conductor::new(other), &child(2, 2), 1, || {
        child(2, 2).processor(8)
    });
    let refused = conductor.perform(score, &stage(2, 0, 8));
    assert_eq!(refused, Err(ScheduleProblem::ForeignPart));
}

#[test]
fn a_plan_whose_chains_share_a_scratch_channel_is_refused() {
    let chain = |children| Chain {
        items: vec![slot(children)],
        gain: 1.0,
        pan: 0.0,
        heard: true,
    };
    let items = [Item::Split(
        SplitKind::Parallel,
        vec![chain(vec![child(2, 2)]), chain(vec![child(2, 2)])],
    )];
    let brand = Lease::new().brand();
    let score = score(brand, &items, 8);
    let plan = crate::rack::compile::compile(&score.shape(2, 0, 0, true));
    let mut broken = plan.clone();
    let slots: Vec<usize> = (0..plan.steps.len())
        .filter(|step| matches!(plan.steps[*step], Step::Slot(_)))
        .collect();
    let Step::Slot(first) = plan.steps[slots[0]].clone() else {
        unreachable!("it is a slot");
    };
    if let Step::Slot(second) = &mut broken.steps[slots[1]] {
        second.scratch = first.scratch;
    }
    let parts = || {
        let settings = stage(2, 0, 8).settings;
        let strip = || Strip::new(Arc::default(), Arc::default(), 2, 0, &[0], &settings);
        let fader = || Fader::new(Arc::default(), Arc::default(), 2, 0, &settings);
        let processor = || child(2, 2).processor(8) as Box<dyn Processor>;
        Parts {
            children: (0..2).map(|_| Leased::new(brand, processor())).collect(),
            strips: (0..2).map(|_| Leased::new(brand, strip())).collect(),
            splits: vec![Leased::new(
                brand,
                SplitState::new(&SplitKind::Parallel, 2, 0, &settings),
            )],
            faders: (0..2).map(|_| Leased::new(brand, fader())).collect(),
        }
    };
    assert_eq!(check::check(brand, &plan, &parts()), Ok(()));
    let problem = ScheduleProblem::BrokenStep(slots[1]);
    assert_eq!(check::check(brand, &broken, &parts()), Err(problem));
}
