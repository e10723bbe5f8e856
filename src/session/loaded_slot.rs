//! A slot's children: loaded, fitted to the chain, activated, and let go.

use crate::catalog::{FindError, Thoroughness, resolve};
use std::cell::OnceCell;

use crate::child::{
    Changes, Child, ChildError, Description, Formats, Layout, Parameter, Placeholder, Tail, Turn,
    TurnKind,
};
use crate::rack::compile::{ChildShape, Fit, fit};
use crate::rack::controls::Trouble;
use crate::rack::mapping::ParameterName;
use crate::rack::schedule::{Brand, ProcessorCell};
use crate::rack::{PluginReference, Slot};
use crate::session::Preparation;
use crate::threads::MessageThread;

/// The children of one slot: one, or as many linked ones as the chain has channels, where the plugin
/// is mono.
pub(super) struct LoadedSlot {
    children: Vec<Box<dyn Child>>,
    cells: Vec<ProcessorCell>,
    layout: Layout,
    /// The channels that the children were fitted to: those at hand, and of the sidechain.
    wanted: Layout,
    /// What was told of already.
    told: Option<Trouble>,
    /// The parameters as they were last described; their values are of then.
    described: OnceCell<Vec<Parameter>>,
    /// For so many more looks, changes are what came of loading and getting ready.
    young: u32,
}

/// For how many looks a child may change because of what we did to it: half a second.
const YOUNG: u32 = 20;

impl LoadedSlot {
    /// Loads the slot's plugin and its state. Where that fails, a placeholder says why.
    pub(super) fn load(thread: &MessageThread, slot: &Slot, thoroughness: Thoroughness) -> Self {
        let child = create(thread, slot, thoroughness).unwrap_or_else(|error| {
            Box::new(Placeholder::new(describe(&slot.plugin), error.to_string()))
        });
        Self {
            children: vec![child],
            cells: Vec::new(),
            layout: Layout::default(),
            wanted: Layout::default(),
            told: None,
            described: OnceCell::new(),
            young: YOUNG,
        }
    }

    /// Whether the children are fitted to these channels, or to none yet.
    pub(super) fn fits(&self, wanted: Layout) -> bool {
        self.cells.is_empty() || self.wanted == wanted
    }

    /// Fits the children to the channels at hand and makes them ready, unless they are. A child that fails is
    /// replaced by a placeholder.
    pub(super) fn activate(
        &mut self,
        thread: &MessageThread,
        preparation: &Preparation,
        wanted: Layout,
        brand: Brand,
    ) {
        if !self.cells.is_empty() {
            return;
        }
        self.wanted = wanted;
        self.young = YOUNG;
        if let Err(error) = self.try_activate(thread, preparation, brand) {
            // No schedule has seen these yet.
            self.deactivate();
            self.give_up(error.to_string());
            // A placeholder has nothing that could fail.
            let _ = self.try_activate(thread, preparation, brand);
        }
    }

    fn try_activate(
        &mut self,
        thread: &MessageThread,
        preparation: &Preparation,
        brand: Brand,
    ) -> Result<(), ChildError> {
        let channels = self.wanted.main_inputs;
        self.children.truncate(1);
        let Some(first) = self.children.first_mut() else {
            return Ok(());
        };
        self.layout = first.negotiate(self.wanted);
        if fit(channels, self.layout) == Fit::PerChannel {
            self.link(thread, channels)?;
        }
        for child in &mut self.children {
            let processor = child.activate(&preparation.activation)?;
            self.cells.push(ProcessorCell::new(brand, processor));
        }
        Ok(())
    }

    /// Adds instances until there is one per channel, all with the settings of the first.
    fn link(&mut self, thread: &MessageThread, channels: usize) -> Result<(), ChildError> {
        let formats = Formats::shared(thread)?;
        let state = self.children[0].save_state()?;
        while self.children.len() < channels {
            let mut child = formats.create(thread, self.description())?;
            child.load_state(&state)?;
            if child.negotiate(self.layout) != self.layout {
                return Err(ChildError::Failed {
                    plugin: self.description().to_string(),
                    doing: "getting ready to play",
                    reason: "its instances do not agree on their channels".to_owned(),
                });
            }
            self.children.push(child);
        }
        Ok(())
    }

    /// Takes the processors back, if no schedule holds them any more. False if one does.
    pub(super) fn deactivate(&mut self) -> bool {
        while let Some(cell) = self.cells.pop() {
            match cell.into_inner() {
                Ok(processor) => {
                    if let Some(child) = self.children.get_mut(self.cells.len()) {
                        child.deactivate(processor);
                    }
                }
                Err(cell) => {
                    self.cells.push(cell);
                    return false;
                }
            }
        }
        true
    }

    /// If a child failed while processing, puts a placeholder in its place and returns true.
    pub(super) fn take_trouble(&mut self, trouble: Option<Trouble>) -> bool {
        let has_failed = trouble == Some(Trouble::Failed) && self.problem().is_none();
        let complaining = self
            .children
            .iter()
            .find(|child| !child.failure().is_empty());
        let Some(child) = complaining.or(self.children.first()).filter(|_| has_failed) else {
            return false;
        };
        let error = ChildError::Failed {
            plugin: child.description().to_string(),
            doing: "playing",
            reason: child.failure(),
        };
        // The processors stay with the schedules that hold them, and go with those.
        self.cells.clear();
        self.give_up(format!("{error}; its settings are kept"));
        true
    }

    fn give_up(&mut self, problem: String) {
        let description = self.description().clone();
        self.children = vec![Box::new(Placeholder::new(description, problem))];
        self.described.take();
    }

    /// Other trouble, once.
    pub(super) fn take_news(&mut self, trouble: Option<Trouble>) -> Option<Trouble> {
        let is_new = trouble != self.told;
        self.told = trouble;
        trouble.filter(|trouble| is_new && *trouble != Trouble::Failed)
    }

    /// What the children threw in calls that have no room for an error.
    pub(super) fn take_complaint(&mut self) -> Option<ChildError> {
        (self.children.iter_mut()).find_map(|child| child.take_complaint())
    }

    /// The children for a score: what they settled for, and their audio halves.
    pub(super) fn cast(&self) -> Vec<(ChildShape, ProcessorCell)> {
        let shape = |child: &dyn Child| ChildShape {
            layout: self.layout,
            latency_samples: child.latency_samples(),
        };
        (self.children.iter().zip(&self.cells))
            .map(|(child, cell)| (shape(child.as_ref()), cell.clone()))
            .collect()
    }

    /// The first child's state, which is that of all; `None` for a placeholder.
    pub(super) fn save_state(&mut self) -> Option<Result<Vec<u8>, ChildError>> {
        let child = self.children.first_mut()?;
        child.problem().is_none().then(|| child.save_state())
    }

    pub(super) fn take_changes(&mut self) -> Changes {
        let mut all = Changes::default();
        for child in &mut self.children {
            let changes = child.take_changes();
            all.latency |= changes.latency;
            all.state |= changes.state;
            all.parameters |= changes.parameters;
            all.values |= changes.values;
        }
        if all.parameters {
            self.described.take();
        }
        self.young = self.young.saturating_sub(1);
        all
    }

    /// Whether changes are the child's own, and not what came of loading it or getting it ready.
    pub(super) fn is_settled(&self) -> bool {
        self.young == 0
    }

    /// What was turned by hand in one of the children; the linked ones follow.
    pub(super) fn take_turn(&mut self) -> Option<Turn> {
        let (turned, turn) = (self.children.iter_mut().enumerate())
            .find_map(|(number, child)| Some((number, child.take_turn()?)))?;
        if let TurnKind::Value(value) = turn.kind {
            for (number, child) in self.children.iter_mut().enumerate() {
                if number != turned {
                    child.set_parameter(turn.index, value);
                }
            }
        }
        Some(turn)
    }

    /// The parameters, whose values may be of long ago.
    pub(super) fn described(&self) -> &[Parameter] {
        self.described.get_or_init(|| self.children[0].parameters())
    }

    /// Has the parameters described as they are now.
    pub(super) fn describe_again(&mut self) {
        self.described.take();
        self.described();
    }

    /// The place of the parameter that a document names: by its identifier, else by its name.
    pub(super) fn find_parameter(&self, name: &ParameterName) -> Option<usize> {
        let find = |is_it: &dyn Fn(&Parameter) -> bool| {
            let found = self.described().iter().find(|parameter| is_it(parameter));
            found.map(|parameter| parameter.index)
        };
        let by_id = name.id.as_ref();
        by_id
            .and_then(|id| find(&|parameter| parameter.id == *id))
            .or_else(|| find(&|parameter| parameter.name == name.name))
            .or_else(|| find(&|parameter| parameter.name.eq_ignore_ascii_case(&name.name)))
            // LV2 and others have identifiers that are easier to write than names.
            .or_else(|| find(&|parameter| parameter.id == name.name))
    }

    /// The value of a parameter as it stands.
    pub(super) fn current_value(&self, index: usize) -> Option<f32> {
        self.children[0].current_value(index)
    }

    /// A value of a parameter in words, with its unit.
    pub(super) fn parameter_text(&self, index: usize, value: f32) -> String {
        let text = self.children[0].parameter_text(index, value);
        let unit = self
            .described()
            .get(index)
            .map_or("", |parameter| &parameter.unit);
        if unit.is_empty() || text.trim_end().ends_with(unit) {
            return text;
        }
        format!("{text} {unit}")
    }

    /// The value of a parameter that words mean, with its unit or without.
    pub(super) fn parameter_value(&self, index: usize, text: &str) -> Option<f32> {
        let unit = self
            .described()
            .get(index)
            .map_or("", |parameter| &parameter.unit);
        let bare = text.trim();
        let bare = bare.strip_suffix(unit).unwrap_or(bare).trim_end();
        self.children[0].parameter_value(index, bare)
    }

    /// The child, where it has programs and presets.
    pub(super) fn first(&self) -> &dyn Child {
        self.children[0].as_ref()
    }

    /// The child whose window stands for all of them: the linked ones follow its turns.
    pub(super) fn first_mut(&mut self) -> &mut dyn Child {
        self.children[0].as_mut()
    }

    /// Does the same with all linked children. The first error counts; those before it keep what was done.
    pub(super) fn each(
        &mut self,
        mut act: impl FnMut(&mut dyn Child) -> Result<(), ChildError>,
    ) -> Result<(), ChildError> {
        (self.children.iter_mut()).try_for_each(|child| act(child.as_mut()))
    }

    /// Gives the linked children the settings of the first, after it has chosen others by itself.
    pub(super) fn align(&mut self) -> Result<(), ChildError> {
        let Some((first, others)) = self.children.split_first_mut() else {
            return Ok(());
        };
        if others.is_empty() {
            return Ok(());
        }
        // Meters differ as they please.
        let settings: Vec<usize> = (first.parameters().iter())
            .filter(|parameter| parameter.automatable)
            .map(|parameter| parameter.index)
            .collect();
        let differs = |other: &dyn Child| {
            let value = |child: &dyn Child, index| child.current_value(index).unwrap_or_default();
            (settings.iter())
                .any(|&index| (value(first.as_ref(), index) - value(other, index)).abs() > 1e-4)
        };
        // What is the same stays as it is: a child may tell the same of what was given to it.
        if !others.iter().any(|child| differs(child.as_ref())) {
            return Ok(());
        }
        let state = first.save_state()?;
        (others.iter_mut()).try_for_each(|child| child.load_state(&state))
    }

    pub(super) fn set_parameter(&mut self, index: usize, value: f32) {
        for child in &mut self.children {
            child.set_parameter(index, value);
        }
    }

    pub(super) fn parameters(&self) -> Vec<Parameter> {
        self.children[0].parameters()
    }

    pub(super) fn description(&self) -> &Description {
        self.children[0].description()
    }

    pub(super) fn name(&self) -> String {
        self.description().to_string()
    }

    pub(super) fn instances(&self) -> usize {
        self.children.len()
    }

    pub(super) fn latency_samples(&self) -> u32 {
        let latencies = self.children.iter().map(|child| child.latency_samples());
        latencies.max().unwrap_or(0)
    }

    pub(super) fn tail(&self) -> Tail {
        self.children[0].tail()
    }

    pub(super) fn problem(&self) -> Option<String> {
        self.children[0].problem().map(str::to_owned)
    }
}

/// Loads the plugin with the slot's settings. If it will not take them, it is not used: saving it
/// would lose them.
fn create(
    thread: &MessageThread,
    slot: &Slot,
    thoroughness: Thoroughness,
) -> Result<Box<dyn Child>, ChildError> {
    let description = resolve(thread, &slot.plugin, thoroughness).map_err(|error| match error {
        FindError::NotInstalled {
            wanted,
            suggestions,
        } => ChildError::NotInstalled {
            plugin: wanted,
            suggestions,
        },
        FindError::Child(error) => error,
    })?;
    let mut child = Formats::shared(thread)?.create(thread, &description)?;
    if let Some(state) = slot.state.as_ref().and_then(|state| state.bytes()) {
        child.load_state(state)?;
    }
    Ok(child)
}

/// What a rack says of a plugin that is not there.
fn describe(reference: &PluginReference) -> Description {
    Description {
        name: reference.name.clone(),
        format: reference.format.clone().unwrap_or_default(),
        ..Description::default()
    }
}
