//! What keeps the rack, its children and the audio thread in line: after an edit, and at each tick.

use super::loaded_slot::LoadedSlot;
use super::scoring::Scoring;
use super::{Session, trouble};
use crate::child::Changes;
use crate::rack::Labels;
use crate::rack::conductor::Stage;
use crate::rack::schedule::Settings;
use crate::threads::MessageThread;

impl Session {
    /// Looks after what happened by itself: schedules that came back, children that changed their
    /// latency, failed, or put out what nobody may hear. To be called now and then.
    pub fn tick(&mut self, thread: &MessageThread) {
        self.tend_windows();
        self.collect();
        self.send_wiring();
        let mut changes = Vec::new();
        let mut changed = self.is_behind && self.conductor.is_ready();
        for (id, slot) in &mut self.slots {
            let desk = self.desk.find_slot(*id);
            let trouble = desk.and_then(|(controls, _)| controls.trouble());
            if slot.take_trouble(trouble) {
                changed = true;
                tracing::error!("{}", slot.problem().unwrap_or_default());
            } else if let Some(trouble) = slot.take_news(trouble) {
                tracing::error!("{}", trouble::tell(slot, trouble, &self.rack));
            }
            let of_slot = slot.take_changes();
            changed |= of_slot.latency;
            if of_slot != Changes::default() {
                changes.push((*id, of_slot));
            }
            while let Some(complaint) = slot.take_complaint() {
                tracing::warn!("{complaint}");
            }
        }
        let parameters = changes.iter().any(|(_, changes)| changes.parameters);
        if changed && self.preparation.is_some() {
            self.refresh(thread);
        } else if parameters {
            self.rewire();
        }
        for (slot, changes) in changes {
            self.note_changes(slot, changes);
        }
        self.take_turns(thread);
        if self.rack.all_cores && self.preparation.is_some() {
            // The host may have said no in the meantime.
            self.cores.enter();
        }
        self.tick_view();
    }

    pub(super) fn collect(&mut self) {
        self.conductor.collect();
        self.leaving.retain_mut(|slot| !slot.deactivate());
    }

    /// Brings children and score in line with the model, and has the score performed. While the audio
    /// thread is not through with the change before, the performance waits for the next
    /// [`tick`](Self::tick): then all changes that came meanwhile are heard at once. The children are
    /// there already, also where the host plays nothing.
    pub(super) fn refresh(&mut self, thread: &MessageThread) {
        let Some(preparation) = self.preparation else {
            return;
        };
        self.take_over_controls();
        self.desk.follow(&self.rack);
        self.conductor
            .set_min_split_frames(self.rack.min_split_frames);
        if self.rack.all_cores {
            self.cores.enter();
        }
        let mut scoring = Scoring {
            thread,
            preparation: &preparation,
            brand: self.conductor.brand(),
            thoroughness: self.thoroughness,
            slots: &mut self.slots,
            leaving: &mut self.leaving,
            desk: &mut self.desk,
            labels: Labels::of(&self.rack),
        };
        let score = scoring.score(&mut self.rack);
        self.apply_ahead();
        self.note_change();
        self.tail.set(self.slots.values().map(LoadedSlot::tail));
        self.rewire();
        self.is_behind = !self.conductor.is_ready();
        if self.is_behind {
            return;
        }
        let mut settings = Settings::new(&preparation.activation, self.rack.runaway_limit_dbfs);
        settings.guard_words |= self.watches_memory;
        let stage = Stage {
            channels: preparation.channels,
            sidechain_channels: preparation.sidechain,
            aux_buses: preparation.aux_buses,
            all_cores: self.rack.all_cores,
            settings,
        };
        match self.conductor.perform(score, &stage) {
            Ok(performance) => self.performance = performance,
            Err(error) => tracing::error!("The rack could not be made ready: {error}"),
        }
    }
}
