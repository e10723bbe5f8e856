//! How a session makes the pictures that editors look at, and what only editors ask of it.

use std::sync::Arc;

use super::loaded_slot::LoadedSlot;
use super::view::{Board, Notice, ParameterView, SlotView, View};
use super::{Session, SlotReport};
use crate::child::{Description, Parameter, Turn, TurnKind};
use crate::rack::edit::{Edit, EditError};
use crate::rack::mapping::{Range, Target};
use crate::rack::{Item, ItemId, Place, Slot, SlotId};
use crate::threads::MessageThread;

/// How many ticks pass between two looks at what changes by itself.
const PATIENCE_TICKS: u32 = 4;
/// How many ticks pass at least between two questions for what a child takes its time to tell: about a second.
const DETAIL_TICKS: u32 = 20;
/// How many values a parameter may have for all of them to be told.
const CHOICES: std::ops::RangeInclusive<u32> = 2..=32;

/// What a session keeps for its pictures.
#[derive(Default)]
pub(super) struct Viewing {
    board: Arc<Board>,
    ticks: u32,
    is_stale: bool,
    /// Programs and texts may be others.
    wants_details: bool,
    /// How many ticks ago they were asked for.
    details_age: u32,
    loads: u64,
    notice: Option<Notice>,
}

impl Viewing {
    fn looks_closely(&self) -> bool {
        self.is_stale || (self.wants_details && self.details_age >= DETAIL_TICKS)
    }
}

impl Session {
    /// Where the latest picture of this session hangs.
    pub fn board(&self) -> Arc<Board> {
        self.viewing.board.clone()
    }

    /// The next tick makes a new picture.
    pub(super) fn note_change(&mut self) {
        self.viewing.is_stale = true;
    }

    /// The next tick looks whether a new picture would be another one; and before long, one looks at what a child
    /// takes its time to tell, too.
    pub(super) fn glance(&mut self) {
        self.viewing.ticks = PATIENCE_TICKS;
        self.viewing.wants_details = true;
    }

    /// The next tick makes a picture of another rack.
    pub(super) fn note_load(&mut self) {
        self.viewing.loads += 1;
        self.note_change();
    }

    /// Tells whoever looks what could not be done.
    pub fn notify(&mut self, words: impl Into<String>) {
        let words = words.into();
        tracing::warn!("{words}");
        let number = (self.viewing.notice.as_ref()).map_or(1, |notice| notice.number + 1);
        self.viewing.notice = Some(Notice { number, words });
        self.note_change();
    }

    /// Makes a new picture, where somebody looks and something has changed.
    pub(super) fn tick_view(&mut self) {
        let viewing = &mut self.viewing;
        if !viewing.board.is_watched() {
            viewing.is_stale = true;
            return;
        }
        viewing.ticks += 1;
        viewing.details_age += 1;
        if viewing.is_stale || viewing.ticks >= PATIENCE_TICKS {
            self.publish_view();
        }
    }

    fn publish_view(&mut self) {
        self.viewing.ticks = 0;
        let is_close = self.viewing.looks_closely();
        let before = self.viewing.board.latest();
        let view = self.picture(&before);
        let is_new = std::mem::take(&mut self.viewing.is_stale) || differs(&before, &view);
        if is_new {
            self.viewing.board.publish(view);
        }
        if is_close {
            self.viewing.wants_details = false;
            self.viewing.details_age = 0;
        }
    }

    fn picture(&self, before: &View) -> View {
        let rack = match *before.rack == self.rack {
            true => before.rack.clone(),
            false => Arc::new(self.rack.clone()),
        };
        let slots = (self.report().into_iter().zip(self.rack.slots()))
            .map(|(report, slot)| {
                let before = before.slots.get(&slot.id);
                (slot.id, self.slot_view(slot, report, before))
            })
            .collect();
        let chains = (self.rack.splits())
            .flat_map(|split| &split.chains)
            .filter_map(|chain| Some((chain.id, self.desk.find_chain(chain.id)?.clone())))
            .collect();
        let parameters = (self.viewing.board.watched_parameters().into_iter())
            .map(|slot| {
                (
                    slot,
                    self.parameter_views(slot, before.parameters.get(&slot)),
                )
            })
            .collect();
        let activation = self.preparation.map(|preparation| preparation.activation);
        View {
            revision: before.revision,
            rack,
            loads: self.viewing.loads,
            slots,
            chains,
            cost: self.conductor.cost().clone(),
            // To be worked out by a plan of its own; what changes it makes the picture stale.
            latencies: match self.viewing.is_stale {
                true => self.latencies(),
                false => before.latencies.clone(),
            },
            sample_rate: activation.map(|activation| activation.sample_rate),
            max_frames: activation.map(|activation| activation.max_frames),
            learning: self.learning(),
            warnings: self.warnings.clone(),
            notice: self.viewing.notice.clone(),
            host: self.host.clone(),
            free_host_parameter: self.free_host_parameter(),
            parameters,
        }
    }

    fn slot_view(&self, slot: &Slot, report: SlotReport, before: Option<&SlotView>) -> SlotView {
        let loaded = self.slots.get(&slot.id);
        // There may be thousands of them.
        let known = before.filter(|_| !self.viewing.looks_closely());
        let (programs, program, ranges) = match known {
            Some(before) => (
                before.programs.clone(),
                before.program,
                before.ranges.clone(),
            ),
            None => {
                let (programs, program) = self.programs(slot.id);
                (programs.into(), program, ranges_in_words(slot, loaded))
            }
        };
        SlotView {
            path: report.path,
            description: (loaded.map(|loaded| loaded.description().clone()))
                .filter(|description| !description.name.is_empty())
                .unwrap_or_else(|| described_by(slot)),
            instances: report.instances,
            latency_samples: report.latency_samples,
            problem: report.problem,
            vain_sources: report.vain_sources,
            desk: self.slot_desk(slot.id),
            programs,
            program,
            window: self.window(slot.id),
            ranges,
        }
    }

    fn parameter_views(
        &self,
        slot: SlotId,
        before: Option<&Arc<[ParameterView]>>,
    ) -> Arc<[ParameterView]> {
        (self.parameters(slot).into_iter())
            .map(|parameter| ParameterView {
                mapped: self.mapped_to(slot, parameter.index),
                choices: self.choices(slot, &parameter, before),
                parameter,
            })
            .collect()
    }

    /// The words for all values of a parameter that has only a few, asked for once.
    fn choices(
        &self,
        slot: SlotId,
        parameter: &Parameter,
        before: Option<&Arc<[ParameterView]>>,
    ) -> Arc<[String]> {
        let Some(steps) = parameter.steps.filter(|steps| CHOICES.contains(steps)) else {
            return Arc::default();
        };
        let same = |known: &&ParameterView| {
            let ParameterView {
                parameter: known, ..
            } = known;
            known.id == parameter.id
                && known.name == parameter.name
                && known.steps == parameter.steps
                && known.min_text == parameter.min_text
                && known.max_text == parameter.max_text
        };
        let known = before.and_then(|before| before.get(parameter.index));
        if let Some(known) = known.filter(same) {
            return known.choices.clone();
        }
        let Some(loaded) = self.slots.get(&slot) else {
            return Arc::default();
        };
        let highest = (steps - 1) as f32;
        (0..steps)
            .map(|step| loaded.parameter_text(parameter.index, step as f32 / highest))
            .collect()
    }

    /// Puts a copy of each item behind it, with the settings that its children have now.
    ///
    /// # Errors
    ///
    /// The first copy that does not fit into the rack; those before it are there.
    pub fn duplicate(&mut self, thread: &MessageThread, items: &[ItemId]) -> Result<(), EditError> {
        self.keep_states();
        self.save_ahead();
        let copies: Vec<(ItemId, Item)> = (items.iter())
            .filter_map(|item| Some((*item, self.rack.item(*item)?.clone())))
            .collect();
        self.forget_saved_ahead();
        for (item, mut copy) in copies {
            let Some(place) = self.rack.place(item) else {
                continue;
            };
            copy.forget_ids();
            let place = Place {
                at: place.at + 1,
                ..place
            };
            self.edit(thread, Edit::Insert { place, item: copy })?;
        }
        Ok(())
    }

    /// The value, from 0 to 1, that a child reads from a text.
    pub fn parameter_value(&self, slot: SlotId, index: usize, text: &str) -> Option<f32> {
        self.slots.get(&slot)?.parameter_value(index, text)
    }

    /// Has all notes end in the next block, and what waits in delay lines forgotten.
    pub fn end_all_notes(&self) {
        self.conductor.end_all_notes();
    }

    /// What was done last is something to save, though it came as a rack of its own: an editor asked for it, and not
    /// the host.
    pub fn note_edited(&self) {
        self.mark_dirty();
    }

    /// Somebody turns a child's parameter in an editor of ours: it is set, and told to the host and learned as
    /// if it had been turned in the child's own window.
    pub fn turn_parameter(
        &mut self,
        thread: &MessageThread,
        slot: SlotId,
        index: usize,
        kind: TurnKind,
    ) {
        if let TurnKind::Value(value) = kind {
            self.set_parameter(slot, index, value);
        }
        self.take_own_turn(thread, slot, Turn { index, kind });
        self.note_change();
    }
}

/// See [`SlotView::ranges`].
fn ranges_in_words(slot: &Slot, loaded: Option<&LoadedSlot>) -> Arc<[Option<[String; 2]>]> {
    (slot.mappings.list.iter())
        .map(|mapping| {
            let loaded = loaded.filter(|loaded| loaded.problem().is_none())?;
            let Target::Parameter(name) = &mapping.target else {
                return None;
            };
            let index = loaded.find_parameter(name)?;
            let Range { from, to, .. } = mapping.range;
            Some([from, to].map(|value| loaded.parameter_text(index, value)))
        })
        .collect()
}

/// What the document says of a slot's plugin.
fn described_by(slot: &Slot) -> Description {
    let reference = &slot.plugin;
    Description {
        name: reference.name.clone(),
        format: reference.format.clone().unwrap_or_default(),
        vendor: reference.vendor.clone().unwrap_or_default(),
        ..Description::default()
    }
}

/// Whether something has changed by itself.
fn differs(before: &View, now: &View) -> bool {
    let same_slot = |(before, now): (&SlotView, &SlotView)| {
        before.path == now.path
            && before.description == now.description
            && before.instances == now.instances
            && before.latency_samples == now.latency_samples
            && before.problem == now.problem
            && before.vain_sources == now.vain_sources
            && before.program == now.program
            && before.programs == now.programs
            && before.window == now.window
            && before.desk.is_some() == now.desk.is_some()
            && before.ranges == now.ranges
    };
    !Arc::ptr_eq(&before.rack, &now.rack)
        || !before.slots.keys().eq(now.slots.keys())
        || !before.slots.values().zip(now.slots.values()).all(same_slot)
        || before.latencies != now.latencies
        || before.sample_rate != now.sample_rate
        || before.max_frames != now.max_frames
        || before.learning != now.learning
        || before.warnings != now.warnings
        || before.notice != now.notice
        || before.parameters != now.parameters
}
