//! Schedules against a naive reference, and against hosts and children that misbehave.

use proptest::prelude::*;

use super::*;
use crate::audio::{DEFAULT_EVENT_CAPACITY, Event, EventKind, EventList, Transport};
use crate::child::{Failure, Layout, Processor};
use crate::rack::compile::{ChildPlan, Fit, SlotPlan, compile, fit};
use crate::rack::fakes::FakeSpec;

/// Channels of a whole signal.
type Signal = Vec<Vec<f32>>;

#[derive(Clone, Debug)]
struct Slot {
    bypass: bool,
    children: Vec<FakeSpec>,
}

fn activation(max_frames: usize) -> Activation {
    Activation {
        sample_rate: 48000.0,
        max_frames,
        offline: false,
    }
}

fn plan(slots: &[Slot], channels: usize, sidechain: usize) -> Plan {
    let slots: Vec<SlotPlan> = slots
        .iter()
        .map(|slot| SlotPlan {
            bypass: slot.bypass,
            children: (slot.children.iter())
                .map(|child| ChildPlan {
                    layout: child.layout,
                    latency_samples: child.latency as u32,
                })
                .collect(),
        })
        .collect();
    compile(&slots, channels, sidechain)
}

fn schedule(lease: &Lease, slots: &[Slot], chain: (usize, usize), max_frames: usize) -> Schedule {
    let children = (slots.iter())
        .flat_map(|slot| &slot.children)
        .map(|child| ProcessorCell::new(lease.brand(), child.processor(max_frames)))
        .collect();
    let plan = plan(slots, chain.0, chain.1);
    Schedule::new(lease.brand(), plan, children, &activation(max_frames)).unwrap()
}

/// Runs a schedule over a signal in blocks, and returns the events that came out.
fn run(
    schedule: &mut Schedule,
    lease: &mut Lease,
    main: &mut Signal,
    sidechain: &Signal,
    blocks: &[usize],
    events: &[Event],
) -> Vec<Event> {
    let mut sidechain = sidechain.clone();
    let mut events_out = Vec::new();
    let mut start = 0;
    for frames in blocks {
        let end = start + frames;
        let cut = |event: &Event| {
            let here = (start..end).contains(&(event.offset as usize));
            here.then(|| Event {
                offset: event.offset - start as u32,
                ..*event
            })
        };
        let mut list = EventList::default();
        let mut main: Vec<&mut [f32]> = main.iter_mut().map(|c| &mut c[start..end]).collect();
        let sidechain: Vec<&mut [f32]> = sidechain.iter_mut().map(|c| &mut c[start..end]).collect();
        schedule.run(
            lease,
            &mut Block {
                main: &mut main,
                sidechain: &sidechain,
                frames: *frames,
                events: &events.iter().filter_map(cut).collect::<Vec<_>>(),
                events_out: &mut list,
                transport: &Transport::default(),
            },
        );
        events_out.extend(list.as_slice().iter().map(|event| Event {
            offset: event.offset + start as u32,
            ..*event
        }));
        start = end;
    }
    events_out
}

fn delayed(channel: &[f32], samples: usize) -> Vec<f32> {
    let silence = std::iter::repeat_n(0.0, samples);
    silence
        .chain(channel.iter().copied())
        .take(channel.len())
        .collect()
}

/// What a child makes of a whole signal.
fn play(child: &FakeSpec, inputs: &[Vec<f32>], sidechain: &Signal, frames: usize) -> Signal {
    let sidechain = sidechain.first().filter(|_| child.layout.sidechain > 0);
    (0..child.layout.main_outputs)
        .map(|output| {
            let now: Vec<f32> = (0..frames)
                .map(|at| {
                    let inputs: Vec<f32> = inputs.iter().map(|channel| channel[at]).collect();
                    child.output(output, at, &inputs, sidechain.map(|channel| channel[at]))
                })
                .collect();
            delayed(&now, child.latency)
        })
        .collect()
}

/// The rules of `compile`, said again over whole signals, without steps, blocks or scratch.
fn reference(slots: &[Slot], mut chain: Signal, sidechain: &Signal) -> Signal {
    let channels = chain.len();
    let frames = chain[0].len();
    for slot in slots {
        let Some(child) = slot.children.first() else {
            continue;
        };
        let layout = child.layout;
        if slot.bypass {
            let latency = slot
                .children
                .iter()
                .map(|child| child.latency)
                .max()
                .unwrap();
            let latency = if layout.main_outputs == 0 { 0 } else { latency };
            chain
                .iter_mut()
                .for_each(|channel| *channel = delayed(channel, latency));
            continue;
        }
        if slot.children.len() > 1 {
            let slowest = slot
                .children
                .iter()
                .map(|child| child.latency)
                .max()
                .unwrap();
            for (channel, child) in chain.iter_mut().zip(&slot.children) {
                let played = play(child, std::slice::from_ref(channel), sidechain, frames);
                *channel = delayed(&played[0], slowest - child.latency);
            }
            continue;
        }
        let silence = vec![0.0; frames];
        let inputs: Signal = (0..layout.main_inputs)
            .map(|input| match (layout.main_inputs, channels) {
                (1, 2..) => (0..frames)
                    .map(|at| {
                        let sum = chain.iter().map(|channel| channel[at]).reduce(|a, b| a + b);
                        sum.unwrap() * (1.0 / channels as f32)
                    })
                    .collect(),
                (_, 1) => chain[0].clone(),
                _ => chain.get(input).unwrap_or(&silence).clone(),
            })
            .collect();
        let outputs = play(child, &inputs, sidechain, frames);
        for (index, channel) in chain.iter_mut().enumerate() {
            let wet = match layout.main_outputs {
                0 => {
                    continue;
                }
                1 => Some(outputs[0].clone()),
                _ if channels == 1 => {
                    let pair = outputs[0].iter().zip(&outputs[1]);
                    Some(pair.map(|(left, right)| (left + right) * 0.5).collect())
                }
                _ => outputs.get(index).cloned(),
            };
            let dry = delayed(channel, child.latency);
            *channel = match wet {
                None => dry,
                Some(wet) if layout.main_inputs > 0 => wet,
                Some(wet) => dry.iter().zip(&wet).map(|(dry, wet)| dry + wet).collect(),
            };
        }
    }
    chain
}

fn any_child() -> impl Strategy<Value = FakeSpec> {
    let layout = (0usize..4, 0usize..4, 0usize..2);
    (layout, prop_oneof![Just(0), 1usize..40], -2.0f32..2.0).prop_map(|(layout, latency, gain)| {
        FakeSpec {
            layout: Layout {
                main_inputs: layout.0,
                main_outputs: layout.1,
                sidechain: layout.2,
            },
            latency,
            gain,
        }
    })
}

fn any_slot(channels: usize) -> impl Strategy<Value = Slot> {
    let nothing = Just(Vec::new());
    let single = any_child().prop_map(|child| vec![child]);
    let linked = prop::collection::vec(any_child(), channels).prop_map(|mut children| {
        for child in &mut children {
            (child.layout.main_inputs, child.layout.main_outputs) = (1, 1);
            child.layout.sidechain = 0;
        }
        children
    });
    let fitting = any_child().prop_map(move |mut child| {
        (child.layout.main_inputs, child.layout.main_outputs) = (channels, channels);
        vec![child]
    });
    let children = prop_oneof![1 => nothing, 4 => single, 2 => linked, 2 => fitting];
    (prop::bool::weighted(0.2), children).prop_map(|(bypass, children)| Slot { bypass, children })
}

#[derive(Clone, Debug)]
struct Case {
    slots: Vec<Slot>,
    main: Signal,
    sidechain: Signal,
    blocks: Vec<usize>,
    max_frames: usize,
}

fn any_case() -> impl Strategy<Value = Case> {
    let blocks = prop::collection::vec(0usize..40, 1..8);
    (1usize..5, 0usize..3, blocks, 1usize..24).prop_flat_map(
        |(channels, sidechain, blocks, max_frames)| {
            let frames = blocks.iter().sum::<usize>();
            let signal = |channels| {
                prop::collection::vec(prop::collection::vec(-1.0f32..1.0, frames), channels)
            };
            let slots = prop::collection::vec(any_slot(channels), 0..6);
            (slots, signal(channels), signal(sidechain)).prop_map(
                move |(slots, main, sidechain)| Case {
                    slots,
                    main,
                    sidechain,
                    blocks: blocks.clone(),
                    max_frames,
                },
            )
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn whatever_the_rack_and_the_blocks_each_sample_is_as_the_rules_say(case in any_case()) {
        let mut lease = Lease::new();
        let chain = (case.main.len(), case.sidechain.len());
        let mut schedule = schedule(&lease, &case.slots, chain, case.max_frames);
        let expected = reference(&case.slots, case.main.clone(), &case.sidechain);
        let mut heard = case.main.clone();
        run(&mut schedule, &mut lease, &mut heard, &case.sidechain, &case.blocks, &[]);
        prop_assert_eq!(heard, expected);
    }

    #[test]
    fn a_host_that_keeps_no_promise_makes_nothing_panic(
        case in any_case(),
        lengths in prop::collection::vec(0usize..50, 0..8),
        frames in 0usize..60,
        offsets in prop::collection::vec(any::<u32>(), 0..8),
    ) {
        let mut lease = Lease::new();
        let chain = (case.main.len(), case.sidechain.len());
        let mut schedule = schedule(&lease, &case.slots, chain, case.max_frames);
        let mut memory: Signal = lengths.iter().map(|length| vec![0.5; *length]).collect();
        let mut other = memory.clone();
        let mut main: Vec<&mut [f32]> = memory.iter_mut().map(|c| &mut c[..]).collect();
        let sidechain: Vec<&mut [f32]> = other.iter_mut().map(|c| &mut c[..]).collect();
        let event = |offset: &u32| Event { offset: *offset, kind: EventKind::Midi([0x90, 1, 1]) };
        schedule.run(&mut lease, &mut Block {
            main: &mut main,
            sidechain: &sidechain,
            frames,
            events: &offsets.iter().map(event).collect::<Vec<_>>(),
            events_out: &mut EventList::with_capacity(2),
            transport: &Transport::default(),
        });
    }
}

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

fn slot(children: Vec<FakeSpec>) -> Slot {
    Slot {
        bypass: false,
        children,
    }
}

#[test]
fn events_keep_their_sample_when_the_block_is_cut_and_linked_children_speak_once() {
    let slots = [
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
        let mut lease = Lease::new();
        let mut schedule = schedule(&lease, &slots, (2, 0), 8);
        let frames = blocks.iter().sum::<usize>();
        let mut main = vec![vec![1.0; frames]; 2];
        let heard = run(
            &mut schedule,
            &mut lease,
            &mut main,
            &vec![],
            &blocks,
            &events,
        );
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
        let mut lease = Lease::new();
        let mut schedule = schedule(&lease, &[slot(vec![child(2, 2)])], (2, 0), 8);
        let mut main: Signal = given.iter().map(|sample| vec![*sample; 8]).collect();
        run(&mut schedule, &mut lease, &mut main, &vec![], &[8], &[]);
        let heard: Vec<f32> = main.iter().map(|channel| channel[7]).collect();
        assert_eq!(heard, expected);
    }
}

/// Fails at its second block, and panics if it is called once more.
struct Failing {
    calls: usize,
}

impl Processor for Failing {
    fn process(&mut self, block: &mut Block<'_, '_>) -> Result<(), Failure> {
        self.calls += 1;
        assert!(self.calls < 3, "a child that failed was called again");
        block
            .main
            .iter_mut()
            .for_each(|channel| channel.fill(f32::NAN));
        if self.calls == 2 {
            return Err(Failure);
        }
        block.main.iter_mut().for_each(|channel| channel.fill(9.0));
        Ok(())
    }
}

#[test]
fn a_child_that_fails_leaves_silence_once_and_passes_audio_ever_after() {
    for (inputs, outputs, count) in [(2, 2, 1), (1, 1, 2), (1, 1, 1), (2, 1, 1), (3, 3, 1)] {
        let mut lease = Lease::new();
        let spec = child(inputs, outputs);
        let cells: Vec<ProcessorCell> = (0..count)
            .map(|_| ProcessorCell::new(lease.brand(), Box::new(Failing { calls: 0 })))
            .collect();
        let plan = plan(&[slot(vec![spec; count])], 2, 0);
        let mut schedule =
            Schedule::new(lease.brand(), plan, cells.clone(), &activation(4)).unwrap();
        let mut main = vec![vec![1.0; 16]; 2];
        run(&mut schedule, &mut lease, &mut main, &vec![], &[4; 4], &[]);
        let expected = [[9.0; 4], [0.0; 4], [1.0; 4], [1.0; 4]].concat();
        assert_eq!(
            main,
            [expected.clone(), expected],
            "{inputs} in, {outputs} out"
        );
        assert!(cells.iter().all(ProcessorCell::failed));
    }
}

#[test]
fn an_instrument_that_fails_does_not_silence_what_stands_before_it() {
    let mut lease = Lease::new();
    let cell = ProcessorCell::new(lease.brand(), Box::new(Failing { calls: 1 }));
    let plan = plan(&[slot(vec![child(0, 2)])], 2, 0);
    let mut schedule = Schedule::new(lease.brand(), plan, vec![cell], &activation(4)).unwrap();
    let mut main = vec![vec![1.0; 8]; 2];
    run(&mut schedule, &mut lease, &mut main, &vec![], &[4, 4], &[]);
    assert_eq!(main, vec![vec![1.0; 8]; 2]);
}

#[test]
fn a_schedule_never_runs_with_a_lease_of_another_exchange() {
    let (owner, mut stranger) = (Lease::new(), Lease::new());
    let mut schedule = schedule(&owner, &[slot(vec![child(2, 2)])], (2, 0), 8);
    let mut main = vec![vec![1.0; 8]; 2];
    run(&mut schedule, &mut stranger, &mut main, &vec![], &[8], &[]);
    assert_eq!(main, vec![vec![1.0; 8]; 2]);
}

#[test]
fn what_does_not_belong_together_is_refused_and_the_children_come_back() {
    let (lease, stranger) = (Lease::new(), Lease::new());
    let spec = child(2, 2);
    let cell = |lease: &Lease| ProcessorCell::new(lease.brand(), spec.processor(8));
    let two = [slot(vec![spec.clone()]), slot(vec![spec.clone()])];
    let mut broken = plan(&two, 2, 0);
    broken.steps[1] = Step::Delay {
        line: 0,
        first_channel: 0,
    };
    let twin = cell(&lease);
    for (plan, children, problem) in [
        (
            plan(&two, 2, 0),
            vec![cell(&lease)],
            ScheduleProblem::ChildCount {
                planned: 2,
                given: 1,
            },
        ),
        (
            plan(&two, 2, 0),
            vec![cell(&lease), cell(&stranger)],
            ScheduleProblem::ForeignChild(1),
        ),
        (
            plan(&two, 2, 0),
            vec![twin.clone(), twin],
            ScheduleProblem::ChildTwice,
        ),
        (
            broken,
            vec![cell(&lease), cell(&lease)],
            ScheduleProblem::BrokenStep(1),
        ),
    ] {
        let count = children.len();
        let error = Schedule::new(lease.brand(), plan, children, &activation(8)).unwrap_err();
        assert_eq!(error.problem, problem);
        assert_eq!(error.children.len(), count);
    }
}

#[test]
fn a_child_comes_back_once_no_schedule_holds_it() {
    let lease = Lease::new();
    let cell = ProcessorCell::new(lease.brand(), child(2, 2).processor(8));
    let plan = plan(&[slot(vec![child(2, 2)])], 2, 0);
    let schedule = Schedule::new(lease.brand(), plan, vec![cell.clone()], &activation(8)).unwrap();
    let cell = cell.into_inner().err().unwrap();
    drop(schedule);
    assert!(cell.into_inner().is_ok());
}

#[test]
fn more_events_than_there_is_room_for_are_dropped_and_the_audio_goes_on() {
    let mut lease = Lease::new();
    let mut schedule = schedule(&lease, &[slot(vec![child(2, 2)])], (2, 0), 4);
    let event = Event {
        offset: 0,
        kind: EventKind::Midi([0x90, 60, 100]),
    };
    let mut main = vec![vec![1.0; 8]; 2];
    let events = vec![event; DEFAULT_EVENT_CAPACITY * 2];
    let heard = run(&mut schedule, &mut lease, &mut main, &vec![], &[8], &events);
    assert_eq!(heard.len(), DEFAULT_EVENT_CAPACITY);
    assert_eq!(main, [vec![1.5; 8], vec![3.0; 8]]);
}

#[test]
fn a_mono_child_in_a_wider_chain_is_meant_to_be_linked() {
    assert_eq!(fit(6, child(1, 1).layout), Fit::PerChannel);
}
