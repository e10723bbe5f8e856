//! What a plugin tells the host, and on which thread.

use std::sync::{Condvar, Mutex};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

use vst3::Class;
use vst3::Steinberg::Vst::{
    IComponentHandler, IComponentHandler2, IComponentHandler2Trait, IComponentHandlerTrait,
    ParamID, ParamValue,
};
use vst3::Steinberg::{FIDString, TBool, int32, kResultOk, tresult};

/// One call of the plugin's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Told {
    /// Somebody takes hold of a parameter.
    Begin(u32),
    /// A parameter has a value.
    Perform(u32, f64),
    /// Somebody lets go of it.
    End(u32),
    /// What is to be asked about anew: VST3's flags.
    Restart(i32),
    /// The state is another than the saved one.
    Dirty,
}

/// The host's component handler.
#[derive(Default)]
pub struct Handler {
    told: Mutex<Vec<(Told, ThreadId)>>,
    changed: Condvar,
}

impl Handler {
    /// All calls so far.
    pub fn told(&self) -> Vec<Told> {
        self.told
            .lock()
            .unwrap()
            .iter()
            .map(|(told, _)| *told)
            .collect()
    }

    /// The threads of the calls.
    pub fn threads(&self) -> Vec<ThreadId> {
        self.told
            .lock()
            .unwrap()
            .iter()
            .map(|(_, thread)| *thread)
            .collect()
    }

    /// Waits until so many calls have come, but not for ever.
    pub fn wait_for(&self, count: usize) -> Vec<Told> {
        let deadline = Instant::now() + Duration::from_secs(20);
        let mut told = self.told.lock().unwrap();
        while told.len() < count {
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "only {told:?} was told");
            told = self.changed.wait_timeout(told, left).unwrap().0;
        }
        drop(told);
        self.told()
    }

    fn note(&self, told: Told) -> tresult {
        self.told
            .lock()
            .unwrap()
            .push((told, thread::current().id()));
        self.changed.notify_all();
        kResultOk
    }
}

impl Class for Handler {
    type Interfaces = (IComponentHandler, IComponentHandler2);
}

impl IComponentHandlerTrait for Handler {
    unsafe fn beginEdit(&self, id: ParamID) -> tresult {
        self.note(Told::Begin(id))
    }

    unsafe fn performEdit(&self, id: ParamID, value: ParamValue) -> tresult {
        self.note(Told::Perform(id, value))
    }

    unsafe fn endEdit(&self, id: ParamID) -> tresult {
        self.note(Told::End(id))
    }

    unsafe fn restartComponent(&self, flags: int32) -> tresult {
        self.note(Told::Restart(flags))
    }
}

impl IComponentHandler2Trait for Handler {
    unsafe fn setDirty(&self, _state: TBool) -> tresult {
        self.note(Told::Dirty)
    }

    unsafe fn requestOpenEditor(&self, _name: FIDString) -> tresult {
        kResultOk
    }

    unsafe fn startGroupEdit(&self) -> tresult {
        kResultOk
    }

    unsafe fn finishGroupEdit(&self) -> tresult {
        kResultOk
    }
}
