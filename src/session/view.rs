//! What an editor sees of a session: a picture of it that does not change, renewed when the session does.
//!
//! The message thread makes the picture, and only while somebody watches; any thread takes the latest one
//! without waiting. What moves all the time (controls, meters, host parameters) is shared instead, as
//! atomics: see [`SlotView::desk`] and [`View::host`].

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use parking_lot::Mutex;

use super::{HostParameters, Latencies, Learning, SlotWindow};
use crate::child::{Description, Parameter};
use crate::rack::desk::{ChainDesk, SlotDesk};
use crate::rack::meters::CostMeter;
use crate::rack::{ChainId, HostId, Rack, SlotId};

/// A session as it was at one of its ticks.
#[derive(Clone, Default)]
pub struct View {
    /// Counts pictures: each has a larger one.
    pub revision: u64,
    /// The model. What is mapped to the host may have moved on since: see the desks.
    pub rack: Arc<Rack>,
    /// Counts how often another rack was put in place of the whole one, by the host or an editor.
    pub loads: u64,
    /// The slots, those in splits too.
    pub slots: BTreeMap<SlotId, SlotView>,
    /// What can be turned on the chains of splits, and what is measured.
    pub chains: BTreeMap<ChainId, ChainDesk>,
    /// What the rack as a whole costs; live.
    pub cost: Arc<CostMeter>,
    /// How late everything is; nothing before the rack is prepared.
    pub latencies: Option<Latencies>,
    /// What the host told: samples per second.
    pub sample_rate: Option<f64>,
    /// What the host told: the longest block, in samples.
    pub max_frames: Option<usize>,
    /// What is waited for, to be mapped.
    pub learning: Learning,
    /// What was found amiss when the rack was loaded.
    pub warnings: Vec<String>,
    /// The last thing that was asked for and could not be done.
    pub notice: Option<Notice>,
    /// The host's parameters: their values, names and units.
    pub host: Arc<HostParameters>,
    /// The first host parameter that moves nothing.
    pub free_host_parameter: Option<HostId>,
    /// The parameters of the slots whose parameters are [watched](Board::watch_parameters).
    pub parameters: BTreeMap<SlotId, Arc<[ParameterView]>>,
}

/// A parameter of a child, and what moves it.
#[derive(Clone, Debug, PartialEq)]
pub struct ParameterView {
    /// As the child has it.
    pub parameter: Parameter,
    /// The host parameters that move it.
    pub mapped: Vec<HostId>,
    /// All of its values in the child's words, where there are only a few; empty for the others.
    pub choices: Arc<[String]>,
}

/// A slot as it was.
#[derive(Clone, Default)]
pub struct SlotView {
    /// Where it is: see [`Rack::path`].
    pub path: Vec<usize>,
    /// What the plugin's own files say; what the document says where it is not there.
    pub description: Description,
    /// How many linked instances run; more than one for mono plugins in a wider chain.
    pub instances: usize,
    /// The child's latency.
    pub latency_samples: u32,
    /// Why the plugin does not play.
    pub problem: Option<String>,
    /// What it listens to in vain, a sentence each.
    pub vain_sources: Vec<String>,
    /// What can be turned, and what is measured; live.
    pub desk: Option<SlotDesk>,
    /// The child's programs.
    pub programs: Arc<[String]>,
    /// The one that was chosen last.
    pub program: Option<usize>,
    /// The child's own window.
    pub window: SlotWindow,
    /// For each of the slot's mappings in turn: the two ends of its range, where the host's parameter is 0 and where
    /// it is 1, in the child's own words. Nothing for a control of the slot itself, and where the child is missing.
    pub ranges: Arc<[Option<[String; 2]>]>,
}

/// Something that could not be done, for the musician.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Counts notices: each has a larger one.
    pub number: u64,
    /// What, and why.
    pub words: String,
}

/// Where the latest picture hangs.
#[derive(Default)]
pub struct Board {
    latest: Mutex<Arc<View>>,
    revision: AtomicU64,
    watchers: AtomicUsize,
    watched: Mutex<BTreeSet<SlotId>>,
}

impl Board {
    /// The latest picture. Waits for nobody. Any thread but the audio thread.
    pub fn latest(&self) -> Arc<View> {
        self.latest.lock().clone()
    }

    /// The latest picture's number. Any thread.
    pub fn revision(&self) -> u64 {
        self.revision.load(Ordering::Acquire)
    }

    /// Has pictures made, for as long as what is returned is kept.
    pub fn watch(self: &Arc<Self>) -> Watching {
        self.watchers.fetch_add(1, Ordering::AcqRel);
        Watching(self.clone())
    }

    /// Whether anybody looks.
    pub fn is_watched(&self) -> bool {
        self.watchers.load(Ordering::Acquire) > 0
    }

    /// Says whose parameters are to be in the pictures from now on.
    pub fn watch_parameters(&self, slots: impl IntoIterator<Item = SlotId>) {
        *self.watched.lock() = slots.into_iter().collect();
    }

    pub(super) fn watched_parameters(&self) -> Vec<SlotId> {
        self.watched.lock().iter().copied().collect()
    }

    /// Hangs a new picture up.
    pub(super) fn publish(&self, mut view: View) {
        let mut latest = self.latest.lock();
        view.revision = latest.revision + 1;
        let revision = view.revision;
        let before = std::mem::replace(&mut *latest, Arc::new(view));
        drop(latest);
        self.revision.store(revision, Ordering::Release);
        drop(before);
    }
}

/// Somebody looks at a [`Board`], until this is dropped.
pub struct Watching(Arc<Board>);

impl Watching {
    /// The board.
    pub fn board(&self) -> &Board {
        &self.0
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        if self.0.watchers.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.0.watch_parameters([]);
        }
    }
}
