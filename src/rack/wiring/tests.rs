use super::*;
use crate::audio::Event;

fn host(number: usize) -> HostId {
    HostId::new(number).expect("below the end")
}

fn parameter(number: usize, slot: u32, index: u32, range: Range) -> Link {
    Link {
        host: host(number),
        range,
        end: LinkEnd::Parameter {
            slot: SlotId(slot),
            index,
        },
    }
}

fn value(offset: u32, parameter: u16, value: f64) -> HostPoint {
    HostPoint {
        offset,
        parameter,
        kind: HostPointKind::Value(value),
    }
}

fn midi(offset: u32, message: [u8; 3]) -> Event {
    Event {
        offset,
        kind: EventKind::Midi(message),
    }
}

/// Slot, offset, index, value and modulation of all points that come out.
fn follow(
    wiring: &mut Wiring,
    points: &[HostPoint],
    events: &[Event],
) -> Vec<(u32, u32, u32, f32, f32)> {
    let mut out = Vec::new();
    wiring.follow(points, Events::from(events), |slot, point| {
        out.push((
            slot.0,
            point.offset,
            point.index,
            point.value,
            point.modulation,
        ));
    });
    out
}

#[test]
fn a_point_moves_all_that_is_mapped_within_its_range_and_nothing_else() {
    let values = Arc::<HostValues>::default();
    let down = Range {
        from: 1.0,
        to: 0.5,
        curve: 0.0,
    };
    let links = vec![
        parameter(7, 2, 5, down),
        parameter(3, 1, 4, Range::default()),
        parameter(7, 1, 0, Range::default()),
    ];
    let mut wiring = Wiring::new(links, Vec::new(), values.clone());
    let points = [value(9, 7, 0.25), value(10, 8, 0.5), value(11, 511, 1.0)];
    assert_eq!(
        follow(&mut wiring, &points, &[]),
        [(2, 9, 5, 0.875, 0.0), (1, 9, 0, 0.25, 0.0)]
    );
    // What is not mapped is remembered for the host.
    assert_eq!((values.value(7), values.value(511)), (0.25, 1.0));
    assert_eq!(follow(&mut wiring, &[], &[]), []);
    let strange = [value(0, 512, 1.0), value(0, u16::MAX, 1.0)];
    assert_eq!(follow(&mut wiring, &strange, &[]), []);
}

#[test]
fn modulation_is_added_and_leaves_the_value_as_it_is() {
    let values = Arc::<HostValues>::default();
    let links = vec![parameter(0, 1, 0, Range::default())];
    let mut wiring = Wiring::new(links, Vec::new(), values.clone());
    let modulation = |offset, amount| HostPoint {
        offset,
        parameter: 0,
        kind: HostPointKind::Modulation(amount),
    };
    let points = [
        value(0, 0, 0.5),
        modulation(1, 0.25),
        value(2, 0, 0.625),
        modulation(3, 9.0),
        modulation(4, 0.0),
    ];
    assert_eq!(
        follow(&mut wiring, &points, &[]),
        [
            (1, 0, 0, 0.5, 0.0),
            (1, 1, 0, 0.5, 0.25),
            (1, 2, 0, 0.625, 0.25),
            // Not beyond the end.
            (1, 3, 0, 0.625, 0.375),
            (1, 4, 0, 0.625, 0.0),
        ]
    );
    assert_eq!(values.value(0), 0.625);
}

#[test]
fn midi_moves_parameters_in_the_order_of_time_and_the_host_hears_of_it() {
    let values = Arc::<HostValues>::default();
    let source = |channel, message| MidiControl { channel, message };
    let sources = vec![
        (source(Some(1), MidiMessage::Controller(7)), host(0)),
        (source(None, MidiMessage::FineController(1)), host(1)),
        (source(None, MidiMessage::PitchBend), host(2)),
        (source(Some(0), MidiMessage::Pressure), host(3)),
        (source(None, MidiMessage::Program), host(4)),
    ];
    let links = (0..5)
        .map(|number| parameter(number, 1, number as u32, Range::default()))
        .collect();
    let mut wiring = Wiring::new(links, sources, values.clone());
    let events = [
        midi(0, [0xb0, 7, 127]), // another channel
        midi(1, [0xb1, 7, 127]),
        midi(3, [0xb5, 1, 64]),
        midi(4, [0xb5, 33, 1]),
        midi(5, [0xe0, 0, 64]),
        midi(6, [0xd0, 127, 0]),
        midi(7, [0xc3, 127, 0]),
        midi(8, [0x90, 7, 127]),
    ];
    let fine = |number: u16| (f64::from(number) / 16383.0) as f32;
    assert_eq!(
        follow(&mut wiring, &[value(2, 0, 0.5), value(9, 0, 0.25)], &events),
        [
            (1, 1, 0, 1.0, 0.0),
            (1, 2, 0, 0.5, 0.0),
            (1, 3, 1, fine(64 << 7), 0.0),
            (1, 4, 1, fine(64 << 7 | 1), 0.0),
            (1, 5, 2, fine(8192), 0.0),
            (1, 6, 3, 1.0, 0.0),
            (1, 7, 4, 1.0, 0.0),
            (1, 9, 0, 0.25, 0.0),
        ]
    );
    assert_eq!(values.take_moved(), [0, 1, 2, 3, 4]);
}

#[test]
fn what_comes_while_learning_is_noted_and_not_before_or_after() {
    let values = Arc::<HostValues>::default();
    let mut wiring = Wiring::new(Vec::new(), Vec::new(), values.clone());
    let events = [midi(0, [0xb2, 74, 1]), midi(0, [0x90, 60, 1])];
    follow(&mut wiring, &[], &events);
    assert_eq!(values.take_heard(), None);
    values.set_learning(true);
    follow(&mut wiring, &[], &events);
    let heard = MidiControl {
        channel: Some(2),
        message: MidiMessage::Controller(74),
    };
    assert_eq!(
        (values.take_heard(), values.take_heard()),
        (Some(heard), None)
    );
    values.set_learning(false);
    follow(&mut wiring, &[], &events);
    assert_eq!(values.take_heard(), None);
}

#[test]
fn controls_take_their_own_units() {
    let (slot, chain) = (
        Arc::<SlotControls>::default(),
        Arc::<ChainControls>::default(),
    );
    let whole = |number, end| Link {
        host: host(number),
        range: Range::default(),
        end,
    };
    let links = vec![
        whole(0, LinkEnd::Bypass(slot.clone())),
        whole(1, LinkEnd::Mix(slot.clone())),
        whole(2, LinkEnd::OutputGain(slot.clone())),
        whole(3, LinkEnd::Pan(chain.clone())),
        whole(4, LinkEnd::Mute(chain.clone())),
        whole(5, LinkEnd::ChainGain(chain.clone())),
    ];
    let mut wiring = Wiring::new(links, Vec::new(), Arc::default());
    let points: Vec<HostPoint> = (0..6).map(|number| value(0, number, 0.5)).collect();
    assert_eq!(follow(&mut wiring, &points, &[]), []);
    assert!(slot.bypass.load(Relaxed) && chain.muted.load(Relaxed));
    assert_eq!(
        (slot.mix.load(Relaxed), chain.pan.load(Relaxed)),
        (0.5, 0.0)
    );
    let gain = crate::rack::db_to_gain(-18.0);
    assert_eq!(slot.output_gain.load(Relaxed), gain);
    assert_eq!(chain.gain.load(Relaxed), gain);
}
