//! What the host sees of the rack's parameters: 512 of them, with fixed numbers, of which some are mapped.
//!
//! Shared between the session, which knows what is mapped, and the door, which answers the host. Values are
//! read and written by any thread, the audio thread included; descriptions change when mappings do, and
//! are taken as a whole. What the host has to be told waits here until the door, on whichever thread
//! the format wants, takes it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use crossbeam_queue::ArrayQueue;
use parking_lot::Mutex;

use crate::rack::HOST_PARAMETERS;
use crate::rack::host_values::HostValues;

/// How many changes may wait for the host.
const NEWS: usize = 4096;

/// A host parameter as the host sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct HostParameter {
    /// Its name: the child's for what is mapped, or the user's own; "Slot 1".. where nothing is.
    pub name: String,
    /// Where what is mapped stands, for hosts that group parameters: "2 ZamCompX2"; empty for none.
    pub group: String,
    /// The unit: "dB"; empty where there is none.
    pub unit: String,
    /// The number of steps, where it is not continuous.
    pub steps: Option<u32>,
    /// The default value, from 0 to 1.
    pub default: f64,
    /// Something is mapped to it.
    pub mapped: bool,
}

impl HostParameter {
    /// One that moves nothing.
    pub(super) fn unmapped(number: usize) -> Self {
        Self {
            name: format!("Slot {}", number + 1),
            group: String::new(),
            unit: String::new(),
            steps: None,
            default: 0.0,
            mapped: false,
        }
    }
}

/// Something that the host is to be told of one parameter, in this order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum HostNews {
    /// Somebody takes hold of it.
    Begin(u16),
    /// It has this value now, from 0 to 1.
    Value(u16, f64),
    /// Somebody lets go of it.
    End(u16),
}

/// What the host is to ask about anew.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HostRefresh {
    /// Names, groups, units, steps, defaults.
    pub descriptions: bool,
    /// Texts of values.
    pub texts: bool,
    /// Values.
    pub values: bool,
    /// The state is another than the one that the host has saved.
    pub dirty: bool,
}

impl HostRefresh {
    /// All that another rack changes. It is what the host has saved.
    pub(super) const AFTER_LOADING: Self = Self {
        descriptions: true,
        texts: true,
        values: true,
        dirty: false,
    };
}

/// The host's parameters, shared between the session and the door.
pub struct HostParameters {
    values: Arc<HostValues>,
    descriptions: Mutex<Arc<[HostParameter]>>,
    news: ArrayQueue<HostNews>,
    refresh: AtomicU8,
    wake: Mutex<Option<Arc<dyn Fn() + Send + Sync>>>,
}

impl Default for HostParameters {
    fn default() -> Self {
        Self {
            values: Arc::default(),
            descriptions: Mutex::new(Self::unmapped().into()),
            news: ArrayQueue::new(NEWS),
            refresh: AtomicU8::new(0),
            wake: Mutex::new(None),
        }
    }
}

impl HostParameters {
    /// The values, which the audio thread reads and writes too.
    pub fn values(&self) -> &Arc<HostValues> {
        &self.values
    }

    /// The value, without modulation; zero for a number that is none. Any thread.
    pub fn value(&self, parameter: usize) -> f64 {
        self.values.value(parameter)
    }

    /// Notes a value that the host or the rack has set. What is no number is ignored, what lies
    /// outside of 0 to 1 is taken for the nearest within. Any thread.
    pub fn set_value(&self, parameter: usize, value: f64) {
        self.values.set_value(parameter, value);
    }

    /// What is added to the value for now. Any thread.
    pub fn modulation(&self, parameter: usize) -> f64 {
        self.values.modulation(parameter)
    }

    /// Notes a modulation. Any thread.
    pub fn set_modulation(&self, parameter: usize, amount: f64) {
        self.values.set_modulation(parameter, amount);
    }

    /// All descriptions, in the order of the numbers. Not for the audio thread.
    pub fn descriptions(&self) -> Arc<[HostParameter]> {
        self.descriptions.lock().clone()
    }

    /// Has `wake` called whenever there is something to tell. It is called on any thread but the audio
    /// thread, and may not wait. Not for the audio thread.
    pub fn on_news(&self, wake: Option<Arc<dyn Fn() + Send + Sync>>) {
        *self.wake.lock() = wake;
    }

    /// The next that the host is to be told; `None` where there is no more. Any thread, one at a time.
    pub fn take_news(&self) -> Option<HostNews> {
        self.news.pop()
    }

    /// Whether there is anything to tell of parameters. Any thread.
    #[inline]
    pub fn has_news(&self) -> bool {
        !self.news.is_empty()
    }

    /// What the host is to ask about anew, since the last call. Any thread, one at a time.
    pub fn take_refresh(&self) -> HostRefresh {
        let bits = self.refresh.swap(0, Ordering::AcqRel);
        HostRefresh {
            descriptions: bits & 1 != 0,
            texts: bits & 2 != 0,
            values: bits & 4 != 0,
            dirty: bits & 8 != 0,
        }
    }

    /// All of them, while nothing is mapped.
    pub(super) fn unmapped() -> Vec<HostParameter> {
        (0..HOST_PARAMETERS).map(HostParameter::unmapped).collect()
    }

    /// Puts descriptions in place of those that are there. Not for the audio thread.
    pub(crate) fn describe(&self, descriptions: Arc<[HostParameter]>) {
        *self.descriptions.lock() = descriptions;
    }

    /// Has the host told, of parameters one after the other, and of the rest at once. Not for the audio
    /// thread: it wakes the door.
    pub(crate) fn tell(&self, news: impl IntoIterator<Item = HostNews>, refresh: HostRefresh) {
        let mut has_any = refresh != HostRefresh::default();
        let bits = u8::from(refresh.descriptions)
            | u8::from(refresh.texts) << 1
            | u8::from(refresh.values) << 2
            | u8::from(refresh.dirty) << 3;
        self.refresh.fetch_or(bits, Ordering::AcqRel);
        for news in news {
            has_any = true;
            // What is left is for beginnings and ends: no gesture may stay open.
            let is_value = matches!(news, HostNews::Value(..));
            let crowded = is_value && self.news.len() >= NEWS / 4 * 3;
            if crowded || self.news.push(news).is_err() {
                // The host asks for all values instead.
                self.refresh.fetch_or(4, Ordering::AcqRel);
            }
        }
        if has_any {
            let wake = self.wake.lock().clone();
            if let Some(wake) = wake {
                wake();
            }
        }
    }
}
