//! What stands in a slot whose plugin is not there or failed: it keeps the settings and passes audio.

use super::{
    Activation, Bus, Changes, Child, ChildError, Description, Failure, Layout, Parameter,
    Processor, Tail,
};
use crate::audio::Block;

/// A child that is none: audio passes, the state that was loaded is the state that is saved.
pub struct Placeholder {
    description: Description,
    problem: String,
    state: Vec<u8>,
    layout: Layout,
}

impl Placeholder {
    /// Stands in for the plugin so described, for the reason given.
    pub fn new(description: Description, problem: String) -> Self {
        Self {
            description,
            problem,
            state: Vec::new(),
            layout: Layout::default(),
        }
    }
}

impl Child for Placeholder {
    fn description(&self) -> &Description {
        &self.description
    }

    fn buses(&self) -> Vec<Bus> {
        Vec::new()
    }

    fn negotiate(&mut self, wanted: Layout) -> Layout {
        self.layout = Layout {
            sidechain: 0,
            ..wanted
        };
        self.layout
    }

    fn activate(&mut self, _activation: &Activation) -> Result<Box<dyn Processor>, ChildError> {
        Ok(Box::new(PassThrough))
    }

    fn deactivate(&mut self, _processor: Box<dyn Processor>) {}

    fn reset(&mut self) {}

    fn save_state(&mut self) -> Result<Vec<u8>, ChildError> {
        Ok(self.state.clone())
    }

    fn load_state(&mut self, state: &[u8]) -> Result<(), ChildError> {
        state.clone_into(&mut self.state);
        Ok(())
    }

    fn latency_samples(&self) -> u32 {
        0
    }

    fn tail(&self) -> Tail {
        Tail::Seconds(0.0)
    }

    fn parameters(&self) -> Vec<Parameter> {
        Vec::new()
    }

    fn set_parameter(&mut self, _index: usize, _value: f32) {}

    fn take_changes(&mut self) -> Changes {
        Changes::default()
    }

    fn failure(&self) -> String {
        self.problem.clone()
    }

    fn problem(&self) -> Option<&str> {
        Some(&self.problem)
    }
}

struct PassThrough;

impl Processor for PassThrough {
    fn process(&mut self, _block: &mut Block<'_, '_>) -> Result<(), Failure> {
        Ok(())
    }
}
