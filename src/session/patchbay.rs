//! What is mapped to what, as the session knows it: the mappings of the model, resolved to the children
//! that are loaded.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::gestures::Gestures;
use super::learning::Learning;
use super::loaded_slot::LoadedSlot;
use super::words::{control_name, default_of_control};
use super::{HostParameter, HostParameters};
use crate::rack::desk::Desk;
use crate::rack::host_values::HostValues;
use crate::rack::mapping::{Control, Mapping, Range, Target};
use crate::rack::wiring::{Link, LinkEnd, Wiring};
use crate::rack::{Bearer, ChainId, HostId, Rack, SlotId};

/// What a host parameter moves.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum End {
    /// A parameter of a child that is there.
    Parameter(SlotId, usize),
    /// A control.
    Control(Bearer, Control),
    /// A parameter of a child that is not there, or that the child does not have.
    Missing(SlotId),
}

/// A mapping of the model.
#[derive(Clone, Debug)]
pub(super) struct Mapped {
    pub host: HostId,
    pub range: Range,
    pub end: End,
    /// What the model says, to tell whether it is the same as before.
    key: (Bearer, Target),
}

/// The mappings, with what goes on around them.
#[derive(Default)]
pub(super) struct Patchbay {
    mapped: Vec<Mapped>,
    by_parameter: HashMap<(SlotId, usize), Vec<usize>>,
    by_host: BTreeMap<HostId, Vec<usize>>,
    /// Host parameters whose value is known: by the document, the host, or from what they move.
    pub settled: BTreeSet<HostId>,
    /// Host parameters whose value is to be set on what they move, once that is there.
    pub to_apply: BTreeSet<HostId>,
    /// Host parameters that were set while nothing played, and how many blocks had been played by then.
    pub unheard: BTreeMap<HostId, u64>,
    /// What waits for room on its way to the audio thread.
    pub waiting: Option<Box<Wiring>>,
    pub gestures: Gestures,
    pub learning: Learning,
}

impl Patchbay {
    /// Resolves the mappings anew. Host parameters that move something else than before are no longer
    /// settled.
    pub fn resolve(&mut self, rack: &Rack, slots: &BTreeMap<SlotId, LoadedSlot>) {
        let before: HashMap<HostId, (Bearer, Target)> = (self.by_host.iter())
            .filter_map(|(host, places)| Some((*host, self.mapped[*places.first()?].key.clone())))
            .collect();
        self.mapped.clear();
        for slot in rack.slots() {
            for mapping in &slot.mappings.list {
                self.add(mapping, Bearer::Slot(slot.id), slots.get(&slot.id));
            }
        }
        for chain in rack.splits().flat_map(|split| &split.chains) {
            for mapping in &chain.mappings.list {
                self.add(mapping, Bearer::Chain(chain.id), None);
            }
        }
        self.by_parameter.clear();
        self.by_host.clear();
        for (place, mapped) in self.mapped.iter().enumerate() {
            self.by_host.entry(mapped.host).or_default().push(place);
            if let End::Parameter(slot, index) = mapped.end {
                let places = self.by_parameter.entry((slot, index));
                places.or_default().push(place);
            }
        }
        let by_host = &self.by_host;
        let is_same = |host: &HostId| {
            let places = by_host.get(host).and_then(|places| places.first());
            let now = places.map(|place| &self.mapped[*place].key);
            match before.get(host) {
                Some(before) => Some(before) == now,
                // What the document said counts when it is first resolved.
                None => true,
            }
        };
        self.settled.retain(is_same);
    }

    fn add(&mut self, mapping: &Mapping, bearer: Bearer, loaded: Option<&LoadedSlot>) {
        let end = match (&mapping.target, bearer) {
            (Target::Control(control), _) => End::Control(bearer, *control),
            (Target::Parameter(name), Bearer::Slot(slot)) => loaded
                .and_then(|loaded| loaded.find_parameter(name))
                .map_or(End::Missing(slot), |index| End::Parameter(slot, index)),
            // The model has none.
            (Target::Parameter(_), Bearer::Chain(_)) => return,
        };
        self.mapped.push(Mapped {
            host: mapping.host,
            range: mapping.range,
            end,
            key: (bearer, mapping.target.clone()),
        });
    }

    /// Forgets all, for another rack.
    pub fn clear(&mut self) {
        self.mapped.clear();
        self.by_parameter.clear();
        self.by_host.clear();
        self.settled.clear();
        self.to_apply.clear();
        self.unheard.clear();
    }

    /// What a host parameter moves; the first tells its name.
    pub fn of_host(&self, host: HostId) -> impl Iterator<Item = &Mapped> {
        let places = self.by_host.get(&host).map_or(&[][..], Vec::as_slice);
        places.iter().filter_map(|place| self.mapped.get(*place))
    }

    /// What moves a child's parameter.
    pub fn of_parameter(&self, slot: SlotId, index: usize) -> impl Iterator<Item = &Mapped> {
        let places = self.by_parameter.get(&(slot, index));
        let places = places.map_or(&[][..], Vec::as_slice);
        places.iter().filter_map(|place| self.mapped.get(*place))
    }

    /// All host parameters that move anything.
    pub fn hosts(&self) -> impl Iterator<Item = HostId> {
        self.by_host.keys().copied()
    }

    /// All mappings.
    pub fn all(&self) -> &[Mapped] {
        &self.mapped
    }

    /// Whether a host parameter moves anything.
    pub fn is_mapped(&self, host: HostId) -> bool {
        self.by_host.contains_key(&host)
    }

    /// The first host parameter that moves nothing.
    pub fn first_free(&self) -> Option<HostId> {
        HostId::all().find(|host| !self.is_mapped(*host))
    }

    /// The mappings for the audio thread.
    pub fn wiring(&self, rack: &Rack, desk: &Desk, values: Arc<HostValues>) -> Wiring {
        let links = (self.mapped.iter()).filter_map(|mapped| {
            Some(Link {
                host: mapped.host,
                range: mapped.range,
                end: link_end(&mapped.end, desk)?,
            })
        });
        let midi = (rack.host_parameters.iter())
            .filter_map(|(host, settings)| Some((settings.midi?, host)));
        Wiring::new(links.collect(), midi.collect(), values)
    }

    /// The host parameters as the host sees them.
    pub fn describe(
        &self,
        rack: &Rack,
        slots: &BTreeMap<SlotId, LoadedSlot>,
    ) -> Vec<HostParameter> {
        let mut descriptions = HostParameters::unmapped();
        for host in self.hosts() {
            let Some(mapped) = self.of_host(host).next() else {
                continue;
            };
            let mut description = describe(mapped, rack, slots);
            let own = rack.host_parameters.get(host);
            if let Some(name) = own.and_then(|settings| settings.name.clone()) {
                description.name = name;
            }
            if let Some(place) = descriptions.get_mut(host.number()) {
                *place = description;
            }
        }
        descriptions
    }
}

fn link_end(end: &End, desk: &Desk) -> Option<LinkEnd> {
    let slot = |id: &SlotId| Some(desk.find_slot(*id)?.0.clone());
    let chain = |id: &ChainId| Some(desk.find_chain(*id)?.0.clone());
    Some(match end {
        End::Parameter(slot, index) => LinkEnd::Parameter {
            slot: *slot,
            index: u32::try_from(*index).ok()?,
        },
        End::Control(Bearer::Slot(id), control) => match control {
            Control::Bypass => LinkEnd::Bypass(slot(id)?),
            Control::Mix => LinkEnd::Mix(slot(id)?),
            Control::InputGain => LinkEnd::InputGain(slot(id)?),
            Control::OutputGain => LinkEnd::OutputGain(slot(id)?),
            Control::ChainGain | Control::Pan | Control::Mute => return None,
        },
        End::Control(Bearer::Chain(id), control) => match control {
            Control::ChainGain => LinkEnd::ChainGain(chain(id)?),
            Control::Pan => LinkEnd::Pan(chain(id)?),
            Control::Mute => LinkEnd::Mute(chain(id)?),
            Control::Bypass | Control::Mix | Control::InputGain | Control::OutputGain => {
                return None;
            }
        },
        End::Missing(_) => return None,
    })
}

fn describe(mapped: &Mapped, rack: &Rack, slots: &BTreeMap<SlotId, LoadedSlot>) -> HostParameter {
    let group = group(mapped.key.0, rack, slots);
    match (&mapped.end, &mapped.key.1) {
        (End::Control(_, control), _) => HostParameter {
            name: control_name(*control).to_owned(),
            group,
            unit: String::new(),
            steps: matches!(control, Control::Bypass | Control::Mute).then_some(2),
            default: mapped.range.unmap(default_of_control(*control)),
            mapped: true,
        },
        (End::Parameter(slot, index), _)
            if let Some(known) =
                (slots.get(slot)).and_then(|slot| slot.described().get(*index)) =>
        {
            HostParameter {
                name: known.name.clone(),
                group,
                unit: known.unit.clone(),
                steps: known.steps.filter(|_| mapped.range.is_whole()),
                default: mapped.range.unmap(f64::from(known.default)),
                mapped: true,
            }
        }
        (_, Target::Parameter(name)) => HostParameter {
            name: name.name.clone(),
            group,
            unit: name.unit.clone().unwrap_or_default(),
            steps: None,
            default: 0.0,
            mapped: true,
        },
        (_, Target::Control(_)) => HostParameter {
            mapped: true,
            ..HostParameter::unmapped(mapped.host.number())
        },
    }
}

/// Where something stands, and what it is: "2 ZamCompX2", "1.2.1 Dry".
fn group(bearer: Bearer, rack: &Rack, slots: &BTreeMap<SlotId, LoadedSlot>) -> String {
    let numbers = |path: Vec<usize>| {
        let path: Vec<String> = path.iter().map(|at| (at + 1).to_string()).collect();
        path.join(".")
    };
    match bearer {
        Bearer::Slot(id) => {
            let path = rack.place(id).map(|place| numbers(rack.path(place)));
            let loaded = slots.get(&id).map(|slot| slot.description().name.clone());
            let name = loaded.or_else(|| Some(rack.slot(id)?.plugin.name.clone()));
            format!("{} {}", path.unwrap_or_default(), name.unwrap_or_default())
        }
        Bearer::Chain(id) => {
            let Some(split) = rack.split_of(id) else {
                return String::new();
            };
            let path = rack.place(split.id).map(|place| rack.path(place));
            let number = split.chains.iter().position(|chain| chain.id == id);
            let path = path.unwrap_or_default().into_iter().chain(number).collect();
            let name = rack.split_chain(id).and_then(|chain| chain.name.clone());
            format!(
                "{} {}",
                numbers(path),
                name.unwrap_or_else(|| "Chain".to_owned())
            )
        }
    }
}
