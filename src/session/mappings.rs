//! Mappings at work: resolved when the rack or a child changes, told to the host, and handed to the audio
//! thread.

use super::patchbay::{End, Mapped};
use super::{HostNews, HostRefresh, Session};
use crate::rack::mapping::{Mapping, ParameterName, Target};
use crate::rack::{HOST_PARAMETERS, HostId, HostSettings, SlotId};

impl Session {
    /// Takes over what a new rack says of the host's parameters, in place of all that was mapped before.
    pub(super) fn begin_mappings(&mut self) {
        let mut news = Vec::new();
        let values = self.host.values().clone();
        self.patchbay.gestures.end_all(&values, &mut news);
        self.patchbay.clear();
        for host in HostId::all() {
            let kept = self.rack.host_parameters.get(host);
            let value = kept.and_then(|settings| settings.value);
            values.set_value(host.number(), value.unwrap_or(0.0));
            values.set_modulation(host.number(), 0.0);
            if value.is_some() {
                self.patchbay.settled.insert(host);
            }
        }
        // What a child has saved counts, but for modulation that was saved with it.
        let mut to_apply = Vec::new();
        let mut add = |host: HostId, has_state: bool| {
            let kept = self.rack.host_parameters.get(host);
            if kept.is_some_and(|kept| kept.value.is_some() && (!has_state || kept.ahead)) {
                to_apply.push(host);
            }
        };
        for slot in self.rack.slots() {
            for mapping in &slot.mappings.list {
                add(mapping.host, slot.state.is_some());
            }
        }
        self.patchbay.to_apply.extend(to_apply);
        self.tell(news);
    }

    /// Brings all that depends on mappings in line with the rack and its children. To be called whenever
    /// one of them has changed.
    pub(super) fn rewire(&mut self) {
        self.patchbay.resolve(&self.rack, &self.slots);
        self.settle_values();
        self.apply_host_values();
        let descriptions = self.patchbay.describe(&self.rack, &self.slots);
        let known = self.host.descriptions();
        if known[..] != descriptions[..] {
            self.host.describe(descriptions.into());
            let refresh = HostRefresh {
                descriptions: true,
                texts: true,
                ..HostRefresh::default()
            };
            self.host.tell([], refresh);
        }
        let values = self.host.values().clone();
        let wiring = self.patchbay.wiring(&self.rack, &self.desk, values);
        self.patchbay.waiting = Some(Box::new(wiring));
        self.send_wiring();
    }

    /// Sends what waits, if there is room.
    pub(super) fn send_wiring(&mut self) {
        if let Some(wiring) = self.patchbay.waiting.take() {
            self.patchbay.waiting = self.conductor.rewire(wiring).err();
        }
    }

    /// Host parameters that are newly mapped begin where the first thing is that they move.
    fn settle_values(&mut self) {
        let mut values = false;
        let hosts: Vec<HostId> = self.patchbay.hosts().collect();
        for host in hosts {
            if self.patchbay.settled.contains(&host) {
                continue;
            }
            let first: Option<Mapped> = self.patchbay.of_host(host).next().cloned();
            let value = first.and_then(|mapped| {
                let value = match mapped.end {
                    End::Parameter(slot, index) => self.slots.get(&slot)?.current_value(index)?,
                    End::Control(bearer, control) => self.control(bearer, control)?,
                    End::Missing(_) => return None,
                };
                Some(mapped.range.unmap(f64::from(value)))
            });
            if let Some(value) = value {
                self.host.set_value(host.number(), value);
                self.patchbay.settled.insert(host);
                values = true;
            }
        }
        if values {
            let refresh = HostRefresh {
                values: true,
                ..HostRefresh::default()
            };
            self.host.tell([], refresh);
        }
    }

    /// A child has chosen other values for its parameters by itself: what is mapped to them follows.
    pub(super) fn follow_child(&mut self, slot: SlotId) {
        let mut changed = false;
        let mapped: Vec<Mapped> = (self.patchbay.all().iter())
            .filter(|mapped| matches!(mapped.end, End::Parameter(of, _) if of == slot))
            .cloned()
            .collect();
        for mapped in mapped {
            let End::Parameter(_, index) = mapped.end else {
                continue;
            };
            let now = (self.slots.get(&slot)).and_then(|slot| slot.current_value(index));
            let host = mapped.host.number();
            let was = mapped.range.map(self.host.value(host)) as f32;
            if let Some(now) = now.filter(|now| (now - was).abs() > 1e-5) {
                self.host
                    .set_value(host, mapped.range.unmap(f64::from(now)));
                changed = true;
            }
        }
        let refresh = HostRefresh {
            values: changed,
            texts: changed,
            ..HostRefresh::default()
        };
        self.host.tell([], refresh);
    }

    /// The rack's own controls were moved by an edit: the host hears of those that are mapped.
    pub(super) fn follow_controls(&mut self) {
        let mut news = Vec::new();
        let values = self.host.values().clone();
        let mapped: Vec<Mapped> = self.patchbay.all().to_vec();
        for mapped in mapped {
            let End::Control(bearer, control) = mapped.end else {
                continue;
            };
            let was = mapped.range.map(values.value(mapped.host.number())) as f32;
            let now = self.control(bearer, control);
            if let Some(now) = now.filter(|now| (now - was).abs() > 1e-4) {
                let value = mapped.range.unmap(f64::from(now));
                let gestures = &mut self.patchbay.gestures;
                gestures.value(mapped.host, value, None, &values, &mut news);
            }
        }
        self.host.tell(news, HostRefresh::default());
    }

    /// Tells the host that it has something to save.
    pub(super) fn mark_dirty(&self) {
        let refresh = HostRefresh {
            dirty: true,
            ..HostRefresh::default()
        };
        self.host.tell([], refresh);
    }

    /// Writes what the host has set, and what children say of their parameters, into the model, for saving.
    pub(super) fn save_mappings(&mut self) {
        for number in 0..HOST_PARAMETERS {
            let Some(host) = HostId::new(number) else {
                continue;
            };
            let value = self.host.value(number);
            let is_mapped = self.patchbay.is_mapped(host);
            let is_known = match is_mapped {
                true => self.patchbay.settled.contains(&host),
                false => value != 0.0,
            };
            let unheard = (self.patchbay.unheard.get(&host))
                .is_some_and(|since| self.host.values().may_be_unheard(*since));
            let modulated = self.host.modulation(number) != 0.0;
            let ahead = is_mapped && (modulated || unheard);
            let kept = self.rack.host_parameters.get(host);
            let blank = HostSettings::default();
            let kept = kept.unwrap_or(&blank);
            let value = is_known.then_some(value);
            if (kept.value, kept.ahead) != (value, ahead) {
                self.rack.host_parameters.change(host, |settings| {
                    settings.value = value;
                    settings.ahead = ahead;
                });
            }
        }
        for slot in self.rack.slots_mut() {
            let Some(loaded) = self.slots.get(&slot.id) else {
                continue;
            };
            for mapping in &mut slot.mappings.list {
                if let Target::Parameter(name) = &mut mapping.target
                    && let Some(index) = loaded.find_parameter(name)
                    && let Some(known) = loaded.described().get(index)
                {
                    *name = full_name(&known.name, &known.id, &known.unit);
                }
            }
        }
        // Names that are completed are the same names.
        let settled = self.patchbay.settled.clone();
        self.patchbay.resolve(&self.rack, &self.slots);
        self.patchbay.settled = settled;
    }

    /// A mapping of a host parameter to a child's parameter; `None` if there is no such parameter.
    pub fn mapping_to(&self, host: HostId, slot: SlotId, index: usize) -> Option<Mapping> {
        let known = self.slots.get(&slot)?.described().get(index)?;
        let name = full_name(&known.name, &known.id, &known.unit);
        Some(Mapping::new(host, Target::Parameter(name)))
    }

    /// The host parameters that move a child's parameter.
    pub fn mapped_to(&self, slot: SlotId, index: usize) -> Vec<HostId> {
        let mapped = self.patchbay.of_parameter(slot, index);
        mapped.map(|mapped| mapped.host).collect()
    }

    /// The first host parameter that moves nothing.
    pub fn free_host_parameter(&self) -> Option<HostId> {
        self.patchbay.first_free()
    }

    /// What of the host's parameters is to be told, in their order.
    pub(super) fn tell(&self, news: Vec<HostNews>) {
        if !news.is_empty() {
            self.host.tell(news, HostRefresh::default());
        }
    }
}

fn full_name(name: &str, id: &str, unit: &str) -> ParameterName {
    let known = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    ParameterName {
        name: name.to_owned(),
        id: known(id),
        unit: known(unit),
    }
}
