//! All that is mapped in a rack, by host parameter.

use std::collections::BTreeMap;

use crate::rack::edit::Edit;
use crate::rack::mapping::{Mapping, Range, Target};
use crate::rack::{Bearer, HostId, Rack, path_in_numbers};
use crate::session::{View, control_name, control_text};

/// One thing that a host parameter moves.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Moved {
    /// With what it stands.
    pub bearer: Bearer,
    /// Its place among the mappings there.
    pub at: usize,
    /// What it moves, in words: "2 ZamComp: Threshold".
    pub what: String,
    /// How far.
    pub range: Range,
    /// The two ends of that in the words of what is moved, where they are known.
    pub ends: Option<[String; 2]>,
}

/// A host parameter, and all that it moves.
pub(super) type Groups = BTreeMap<HostId, Vec<Moved>>;

/// Everything that is mapped, and what has a name or MIDI of its own though it moves nothing.
pub(super) fn groups(view: &View) -> Groups {
    let rack = &view.rack;
    let mut groups = Groups::new();
    for (host, settings) in rack.host_parameters.iter() {
        if settings.name.is_some() || settings.midi.is_some() {
            groups.entry(host).or_default();
        }
    }
    for slot in rack.slots() {
        let known = view.slots.get(&slot.id);
        let name = known.map_or(&slot.plugin.name, |known| &known.description.name);
        let place = rack.place(slot.id).map(|place| rack.path(place));
        let place = place.unwrap_or_default();
        let bearer = Bearer::Slot(slot.id);
        let holder = format!("{} {name}", path_in_numbers(&place));
        let ranges = known.map_or(&[][..], |known| &known.ranges);
        gather(&mut groups, bearer, &holder, &slot.mappings.list, ranges);
    }
    for split in rack.splits() {
        let place = rack.place(split.id).map(|place| rack.path(place));
        let place = place.unwrap_or_default();
        for (at, chain) in split.chains.iter().enumerate() {
            let mut place = place.clone();
            place.push(at);
            let own = chain.name.clone().or_else(|| split.part_in_words(at));
            let name = own.unwrap_or_else(|| "chain".to_owned());
            let bearer = Bearer::Chain(chain.id);
            let holder = format!("{} {name}", path_in_numbers(&place));
            gather(&mut groups, bearer, &holder, &chain.mappings.list, &[]);
        }
    }
    groups
}

fn gather(
    groups: &mut Groups,
    bearer: Bearer,
    holder: &str,
    mappings: &[Mapping],
    ranges: &[Option<[String; 2]>],
) {
    for (at, mapping) in mappings.iter().enumerate() {
        let Range { from, to, .. } = mapping.range;
        let (what, ends) = match &mapping.target {
            Target::Parameter(parameter) => {
                let ends = ranges.get(at).cloned().flatten();
                (parameter.name.as_str(), ends)
            }
            Target::Control(control) => {
                let ends = [from, to].map(|value| control_text(*control, value));
                (control_name(*control), Some(ends))
            }
        };
        groups.entry(mapping.host).or_default().push(Moved {
            bearer,
            at,
            what: format!("{holder}: {what}"),
            range: mapping.range,
            ends,
        });
    }
}

/// What moves something else, or nothing any more; all other mappings stay as they are.
pub(super) fn changed(
    rack: &Rack,
    moved: &Moved,
    change: impl FnOnce(Mapping) -> Option<Mapping>,
) -> Option<Edit> {
    let mut mappings = match moved.bearer {
        Bearer::Slot(slot) => rack.slot(slot)?.mappings.list.clone(),
        Bearer::Chain(chain) => rack.split_chain(chain)?.mappings.list.clone(),
    };
    if moved.at >= mappings.len() {
        return None;
    }
    let before = mappings.remove(moved.at);
    if let Some(after) = change(before) {
        mappings.insert(moved.at, after);
    }
    Some(match moved.bearer {
        Bearer::Slot(slot) => Edit::MapSlot { slot, mappings },
        Bearer::Chain(chain) => Edit::MapChain { chain, mappings },
    })
}

/// A range with another number in it.
pub(super) fn with_range(
    rack: &Rack,
    moved: &Moved,
    change: impl FnOnce(&mut Range),
) -> Option<Edit> {
    changed(rack, moved, |mut mapping| {
        change(&mut mapping.range);
        Some(mapping)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::editor::testing::picture;

    const RACK: &str = r#"{
        "host_parameters": {"p005": {"name": "Spare"}},
        "chain": [
            {"plugin": "A", "mappings": [
                {"host": "p001", "parameter": "Gain", "from": 0.2, "mine": 1},
                {"host": "p000", "control": "mix"}]},
            {"split": "mid_side", "chains": [
                {"chain": []},
                {"mappings": [{"host": "p001", "control": "pan"}], "chain": []}]}]}"#;

    #[test]
    fn what_is_mapped_is_found_in_slots_and_chains_by_host_parameter() {
        let view = picture(RACK);
        let groups = groups(&view);
        let told: Vec<(String, Vec<&str>)> = (groups.iter())
            .map(|(host, moved)| {
                let words = moved.iter().map(|moved| moved.what.as_str());
                (host.to_string(), words.collect())
            })
            .collect();
        assert_eq!(
            told,
            [
                ("p000".to_owned(), vec!["1 A: Mix"]),
                ("p001".to_owned(), vec!["1 A: Gain", "2.2 side: Pan"]),
                ("p005".to_owned(), vec![]),
            ]
        );
    }

    #[test]
    fn a_change_leaves_all_other_mappings_and_what_is_not_understood() {
        let view = picture(RACK);
        let host = HostId::new(1).expect("a host parameter");
        let moved = groups(&view)[&host][0].clone();
        let edit = with_range(&view.rack, &moved, |range| range.to = 0.5);
        let Some(Edit::MapSlot { mappings, .. }) = edit else {
            panic!("{edit:?}");
        };
        let mut expected = view
            .rack
            .slots()
            .next()
            .expect("a slot")
            .mappings
            .list
            .clone();
        expected[0].range.to = 0.5;
        assert_eq!(mappings, expected);
        assert_eq!(mappings[0].unknown["mine"], 1);
        let edit = changed(&view.rack, &moved, |_| None);
        let Some(Edit::MapSlot { mappings, .. }) = edit else {
            panic!("{edit:?}");
        };
        assert_eq!(mappings, expected[1..]);
    }
}
