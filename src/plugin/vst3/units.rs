//! Groups of parameters as VST3 has them (`IUnitInfo`): a unit for each group of what is mapped, below the
//! root.

use std::sync::Arc;

use nih_plug::wrapper::vst3::vst3::Steinberg::Vst::{
    IUnitInfo, IUnitInfoVtbl, UnitID, UnitInfo, kNoParentUnitId, kNoProgramListId, kRootUnitId,
};
use nih_plug::wrapper::vst3::vst3::Steinberg::{int32, kInvalidArgument, kResultOk, tresult};
use parking_lot::Mutex;

use super::shim::shim;
use super::text;
use crate::session::HostParameter;

pub(super) fn replace(table: &mut IUnitInfoVtbl) {
    table.getUnitCount = count;
    table.getUnitInfo = info;
}

/// The units of the descriptions that were last asked about.
#[derive(Default)]
pub(super) struct KnownUnits(Mutex<Option<Known>>);

/// Descriptions and their units.
type Known = (Arc<[HostParameter]>, Arc<Units>);

/// See the [module](self).
#[derive(Debug, Default, PartialEq)]
struct Units {
    /// The names of the groups; their units' ids count from 1.
    groups: Vec<String>,
    /// Each parameter's unit.
    units: Vec<UnitID>,
}

impl KnownUnits {
    /// The unit of a parameter.
    pub(super) fn of(&self, descriptions: &Arc<[HostParameter]>, parameter: usize) -> UnitID {
        let units = self.all(descriptions);
        units.units.get(parameter).copied().unwrap_or(kRootUnitId)
    }

    fn all(&self, descriptions: &Arc<[HostParameter]>) -> Arc<Units> {
        let mut known = self.0.lock();
        match &*known {
            Some((of, units)) if Arc::ptr_eq(of, descriptions) => units.clone(),
            _ => {
                let units = Arc::new(Units::new(descriptions));
                *known = Some((descriptions.clone(), units.clone()));
                units
            }
        }
    }
}

impl Units {
    fn new(descriptions: &[HostParameter]) -> Self {
        let mut units = Self::default();
        for parameter in descriptions {
            let group =
                Some(&parameter.group).filter(|group| !group.is_empty() && parameter.mapped);
            let unit = group.map(|group| {
                let known = units.groups.iter().position(|it| it == group);
                known.unwrap_or_else(|| {
                    units.groups.push(group.clone());
                    units.groups.len() - 1
                })
            });
            let id = unit.map_or(kRootUnitId, |unit| unit as UnitID + 1);
            units.units.push(id);
        }
        units
    }
}

unsafe extern "system" fn count(this: *mut IUnitInfo) -> int32 {
    // SAFETY: the host's pointer.
    let shim = unsafe { shim(this) };
    let units = shim.units.all(&shim.door.parameters().descriptions());
    units.groups.len() as int32 + 1
}

unsafe extern "system" fn info(
    this: *mut IUnitInfo,
    index: int32,
    place: *mut UnitInfo,
) -> tresult {
    // SAFETY: the host's pointer.
    let shim = unsafe { shim(this) };
    let units = shim.units.all(&shim.door.parameters().descriptions());
    let Some(index) = usize::try_from(index).ok().filter(|_| !place.is_null()) else {
        return kInvalidArgument;
    };
    let (parent, name) = match index.checked_sub(1) {
        None => (kNoParentUnitId, "Root"),
        Some(group) => match units.groups.get(group) {
            Some(name) => (kRootUnitId, name.as_str()),
            None => return kInvalidArgument,
        },
    };
    let mut unit = UnitInfo {
        id: index as UnitID,
        parentUnitId: parent,
        name: [0; _],
        programListId: kNoProgramListId,
    };
    text::write(&mut unit.name, name);
    // SAFETY: not null, and the host's place to write to.
    unsafe { place.write(unit) };
    kResultOk
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameter(group: &str, mapped: bool) -> HostParameter {
        HostParameter {
            name: String::new(),
            group: group.into(),
            unit: String::new(),
            steps: None,
            default: 0.0,
            mapped,
        }
    }

    #[test]
    fn each_group_of_what_is_mapped_is_a_unit_and_the_rest_is_at_the_root() {
        let units = Units::new(&[
            parameter("1 Comp", true),
            parameter("2 Verb", true),
            parameter("1 Comp", true),
            parameter("", true),
            parameter("3 Gone", false),
        ]);
        assert_eq!(units.groups, ["1 Comp", "2 Verb"]);
        assert_eq!(units.units, [1, 2, 1, 0, 0]);
    }

    #[test]
    fn new_descriptions_have_new_units() {
        let known = KnownUnits::default();
        let none: Arc<[HostParameter]> = Arc::new([parameter("", false)]);
        let some: Arc<[HostParameter]> = Arc::new([parameter("1 Comp", true)]);
        assert_eq!((known.of(&none, 0), known.of(&some, 0)), (0, 1));
        assert_eq!((known.of(&none, 0), known.of(&some, 7)), (0, 0));
    }
}
