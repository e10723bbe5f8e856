//! What the host asks of its parameters, and what it sets while nothing plays.

use std::sync::Arc;

use super::patchbay::{End, Mapped};
use super::words::{control_text, control_value, percent, value_of_percent};
use super::{HostParameters, Session};
use crate::rack::limits::{control_to_db, control_to_pan, db_to_control, pan_to_control};
use crate::rack::mapping::Control;
use crate::rack::{Bearer, HostId, db_to_gain};

impl Session {
    /// The parameters as the host sees them.
    pub fn host_parameters(&self) -> Arc<HostParameters> {
        self.host.clone()
    }

    /// A value of a host parameter, from 0 to 1, in words, with its unit: as the child has it that it is
    /// mapped to.
    pub fn host_text(&self, parameter: usize, value: f64) -> String {
        let host = HostId::new(parameter);
        let text = host
            .and_then(|host| self.patchbay.of_host(host).next())
            .and_then(|mapped| {
                let value = mapped.range.map(value) as f32;
                match &mapped.end {
                    End::Parameter(slot, index) => {
                        Some(self.slots.get(slot)?.parameter_text(*index, value))
                    }
                    End::Control(_, control) => Some(control_text(*control, value)),
                    End::Missing(_) => None,
                }
            });
        text.unwrap_or_else(|| percent(value))
    }

    /// The value, from 0 to 1, that words mean.
    pub fn host_value(&self, parameter: usize, text: &str) -> Option<f64> {
        let host = HostId::new(parameter)?;
        let Some(mapped) = self.patchbay.of_host(host).next() else {
            return value_of_percent(text);
        };
        let value = match &mapped.end {
            End::Parameter(slot, index) => self.slots.get(slot)?.parameter_value(*index, text)?,
            End::Control(_, control) => control_value(*control, text)?,
            End::Missing(_) => return value_of_percent(text),
        };
        Some(mapped.range.unmap(f64::from(value)))
    }

    /// The host sets a parameter while nothing plays: what is mapped to it follows. What is not there yet
    /// follows when it comes.
    pub fn set_host_parameter(&mut self, parameter: usize, value: f64) {
        self.host.set_value(parameter, value);
        if let Some(host) = HostId::new(parameter) {
            self.patchbay.settled.insert(host);
            self.patchbay.to_apply.insert(host);
            let blocks = self.host.values().blocks();
            self.patchbay.unheard.insert(host, blocks);
            self.apply_host_values();
        }
    }

    /// Sets what was to be set of host parameters on what they move, as far as that is there.
    pub(super) fn apply_host_values(&mut self) {
        let to_apply = std::mem::take(&mut self.patchbay.to_apply);
        for host in to_apply {
            let mapped: Vec<Mapped> = self.patchbay.of_host(host).cloned().collect();
            let mut is_done = true;
            for mapped in mapped {
                let value = mapped.range.map(self.host.value(host.number())) as f32;
                is_done &= self.set_end(&mapped.end, value);
            }
            if !is_done {
                self.patchbay.to_apply.insert(host);
            }
        }
    }

    /// Sets what a host parameter moves; false where that is not there yet.
    pub(super) fn set_end(&mut self, end: &End, value: f32) -> bool {
        match end {
            End::Parameter(slot, index) => {
                let loaded = self.slots.get_mut(slot);
                loaded.is_some_and(|loaded| {
                    loaded.set_parameter(*index, value);
                    true
                })
            }
            End::Control(bearer, control) => {
                self.set_control(*bearer, *control, value);
                self.desk.follow(&self.rack);
                true
            }
            // Whether the child is missing, or its parameter, is known once it is loaded.
            End::Missing(slot) => self.slots.contains_key(slot),
        }
    }

    /// Sets a control in the model.
    pub(super) fn set_control(&mut self, bearer: Bearer, control: Control, value: f32) {
        match bearer {
            Bearer::Slot(id) => {
                let Some(slot) = self.rack.slot_mut(id) else {
                    return;
                };
                match control {
                    Control::Bypass => slot.bypass = value >= 0.5,
                    Control::Mix => slot.mix_percent = value * 100.0,
                    Control::InputGain => slot.input_gain_db = control_to_db(value),
                    Control::OutputGain => slot.output_gain_db = control_to_db(value),
                    Control::ChainGain | Control::Pan | Control::Mute => {}
                }
            }
            Bearer::Chain(id) => {
                let Some(chain) = self.rack.split_chain_mut(id) else {
                    return;
                };
                match control {
                    Control::ChainGain => chain.gain_db = control_to_db(value),
                    Control::Pan => chain.pan = control_to_pan(value),
                    Control::Mute => chain.mute = value >= 0.5,
                    _ => {}
                }
            }
        }
    }

    /// What a control of the model is, from 0 to 1.
    pub(super) fn control(&self, bearer: Bearer, control: Control) -> Option<f32> {
        let flag = |flag: bool| if flag { 1.0 } else { 0.0 };
        Some(match bearer {
            Bearer::Slot(id) => {
                let slot = self.rack.slot(id)?;
                match control {
                    Control::Bypass => flag(slot.bypass),
                    Control::Mix => slot.mix_percent / 100.0,
                    Control::InputGain => db_to_control(slot.input_gain_db),
                    Control::OutputGain => db_to_control(slot.output_gain_db),
                    _ => return None,
                }
            }
            Bearer::Chain(id) => {
                let chain = self.rack.split_chain(id)?;
                match control {
                    Control::ChainGain => db_to_control(chain.gain_db),
                    Control::Pan => pan_to_control(chain.pan),
                    Control::Mute => flag(chain.mute),
                    _ => return None,
                }
            }
        })
    }

    /// Brings the model in line with controls that the audio thread has moved for the host.
    pub(super) fn take_over_controls(&mut self) {
        let controls: Vec<(Bearer, Control)> = (self.patchbay.all().iter())
            .filter_map(|mapped| match mapped.end {
                End::Control(bearer, control) => Some((bearer, control)),
                End::Parameter(..) | End::Missing(_) => None,
            })
            .collect();
        for (bearer, control) in controls {
            if let Some(moved) = self.moved_control(bearer, control) {
                self.set_control(bearer, control, moved);
            }
        }
    }

    /// What a control is on the audio thread, where the model has it otherwise.
    fn moved_control(&self, bearer: Bearer, control: Control) -> Option<f32> {
        use std::sync::atomic::Ordering::Relaxed;
        let gain = |there: f32, db: f32| {
            let moved = there != db_to_gain(db);
            moved.then(|| db_to_control(20.0 * there.max(1e-30).log10()))
        };
        match bearer {
            Bearer::Slot(id) => {
                let (slot, (desk, _)) = (self.rack.slot(id)?, self.desk.find_slot(id)?);
                match control {
                    Control::Bypass => {
                        let there = desk.bypass.load(Relaxed);
                        (there != slot.bypass).then_some(f32::from(u8::from(there)))
                    }
                    Control::Mix => {
                        let there = desk.mix.load(Relaxed);
                        (there != slot.mix_percent / 100.0).then_some(there)
                    }
                    Control::InputGain => gain(desk.input_gain.load(Relaxed), slot.input_gain_db),
                    Control::OutputGain => {
                        gain(desk.output_gain.load(Relaxed), slot.output_gain_db)
                    }
                    _ => None,
                }
            }
            Bearer::Chain(id) => {
                let (chain, (desk, _)) = (self.rack.split_chain(id)?, self.desk.find_chain(id)?);
                match control {
                    Control::ChainGain => gain(desk.gain.load(Relaxed), chain.gain_db),
                    Control::Pan => {
                        let there = desk.pan.load(Relaxed);
                        (there != chain.pan).then_some(pan_to_control(there))
                    }
                    Control::Mute => {
                        let there = desk.muted.load(Relaxed);
                        (there != chain.mute).then_some(f32::from(u8::from(there)))
                    }
                    _ => None,
                }
            }
        }
    }
}
