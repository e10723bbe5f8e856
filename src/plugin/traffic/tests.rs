use super::*;
use crate::audio::EventKind;
use proptest::prelude::*;

fn value(offset: u32, parameter: u16, value: f64) -> HostPoint {
    HostPoint {
        offset,
        parameter,
        kind: HostPointKind::Value(value),
    }
}

fn filled(points: &[HostPoint]) -> Cargo {
    let mut cargo = Cargo::default();
    cargo.begin(1000);
    for point in points {
        cargo.add_point(*point);
    }
    cargo.ready();
    cargo
}

#[test]
fn points_come_in_the_order_of_time_and_those_of_one_sample_as_they_came() {
    let points = [
        value(9, 1, 0.1),
        value(9, 1, 0.2),
        value(3, 2, 0.3),
        value(9, 0, 0.4),
    ];
    let [a, b, c, d] = points;
    assert_eq!(filled(&points).points(), [c, a, b, d]);
}

#[test]
fn nonsense_is_no_point_and_values_stay_within_their_range() {
    let amount = |amount| HostPoint {
        offset: 0,
        parameter: 511,
        kind: HostPointKind::Modulation(amount),
    };
    let cargo = filled(&[
        value(0, 512, 0.5),
        value(0, u16::MAX, 0.5),
        value(0, 1, f64::NAN),
        amount(f64::INFINITY),
        value(0, 2, f64::INFINITY),
        value(0, 3, -7.0),
        amount(-2.0),
    ]);
    let wanted = [value(0, 2, 1.0), value(0, 3, 0.0), amount(-2.0)];
    assert_eq!(cargo.points(), wanted);
}

#[test]
fn a_flood_of_points_keeps_the_last_one_of_every_parameter_and_of_every_modulation() {
    let mut cargo = Cargo::default();
    let capacity = cargo.points.capacity();
    cargo.begin(1000);
    for n in 0..10_000_u32 {
        cargo.add_point(value(n / 10, 7, f64::from(n) / 10_000.0));
    }
    for parameter in 0..512 {
        cargo.add_point(value(999, parameter, 0.25));
        cargo.add_point(HostPoint {
            offset: 999,
            parameter,
            kind: HostPointKind::Modulation(0.5),
        });
    }
    cargo.ready();
    assert_eq!(cargo.points.capacity(), capacity);
    assert!(cargo.merged_points() > 5000);
    assert_eq!(cargo.merged_points() + cargo.points().len(), 10_000 + 1024);
    for parameter in 0..512 {
        let mut of_it = cargo
            .points()
            .iter()
            .rev()
            .filter(|it| it.parameter == parameter);
        assert_eq!(of_it.next().map(|it| it.offset), Some(999));
        let last = cargo
            .points()
            .iter()
            .rev()
            .find(|it| it.parameter == parameter && matches!(it.kind, HostPointKind::Value(_)));
        assert_eq!(last, Some(&value(999, parameter, 0.25)));
    }
    cargo.played();
    assert!(cargo.points().is_empty());
}

#[test]
fn what_was_flushed_between_two_blocks_comes_first_in_the_next() {
    let mut cargo = Cargo::default();
    cargo.begin(1);
    cargo.add_point(value(0, 3, 0.5));
    let note = |offset| Event {
        offset,
        kind: EventKind::Midi([0x90, 60, 1]),
    };
    cargo.begin(100);
    cargo.add(note(50));
    cargo.add_point(value(70, 3, 0.6));
    cargo.ready();
    // A block that was never played.
    cargo.begin(10);
    cargo.add(note(cargo.offset(4000)));
    cargo.add_point(value(4, 3, 0.7));
    cargo.ready();
    assert_eq!(cargo.events_in.as_slice(), [note(0), note(9)]);
    let wanted = [value(0, 3, 0.5), value(0, 3, 0.6), value(4, 3, 0.7)];
    assert_eq!(cargo.points(), wanted);
}

proptest! {
    #[test]
    fn whatever_comes_the_last_value_in_time_of_each_parameter_arrives(
        points in prop::collection::vec((0_u32..64, 0_u16..600, 0.0_f64..1.0), 0..7000),
    ) {
        let mut cargo = Cargo::default();
        cargo.begin(64);
        let mut wanted = std::collections::BTreeMap::<u16, (u32, f64)>::new();
        for &(offset, parameter, to) in &points {
            cargo.add_point(value(offset, parameter, to));
            if parameter < 512 {
                let last = wanted.entry(parameter).or_insert((offset, to));
                if offset >= last.0 {
                    *last = (offset, to);
                }
            }
        }
        cargo.ready();
        prop_assert!(cargo.points().is_sorted_by_key(|point| point.offset));
        for (parameter, (_, to)) in wanted {
            let mut backwards = cargo.points().iter().rev();
            let last = backwards.find(|point| point.parameter == parameter);
            prop_assert_eq!(last.map(|point| point.kind), Some(HostPointKind::Value(to)));
        }
    }
}
