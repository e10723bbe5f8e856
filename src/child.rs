//! The contract of a child: one hosted third-party plugin, whatever its format.
//!
//! A child has two halves. The control half, [`Child`], is not `Send` and stays on the message
//! thread; the audio half, [`Processor`], is `Send` and runs wherever the rack's schedule runs.
//!
//! # Life of a child
//!
//! 1. **Created** by its kind (`child/juce.rs`; `child/placeholder.rs` where creating failed, which
//!    keeps the settings and passes audio). Nothing is prepared yet; state and parameters can be
//!    read and set.
//! 2. **Negotiated**: [`Child::negotiate`] tells it the channels the chain would like, and returns
//!    what the child settles for. The rack adapts to that, never the other way round.
//! 3. **Activated**: [`Child::activate`] prepares it for a sample rate and a largest block, and hands
//!    out the [`Processor`]. From now on the latency is true.
//! 4. **Processing**: the processor runs on the audio thread, block by block. The control half stays
//!    usable: state and parameters can be read and set meanwhile. What the child changes by itself
//!    (latency, parameters) is seen by [`Child::take_changes`].
//!    At any time from 1 on its own window may be **opened** and **closed** ([`Child::open_window`]),
//!    once or many times; what is turned there comes as [`Child::take_turn`]. The user may close it,
//!    or it may die: [`Child::window`] tells.
//! 5. **Deactivated**: [`Child::deactivate`] takes the processor back, when no schedule holds it any
//!    more. From here it can be negotiated and activated again.
//! 6. **Dropped** on the message thread; an open window goes first. A processor that is still out keeps the child's inner
//!    instance alive; whoever lets go last, it is destroyed on the message thread.
//!
//! **On failure.** A child that throws or breaks while processing returns a [`Failure`]; its slot
//! passes audio from then on, and the session puts a placeholder in its place, with the settings
//! last known. Errors of the control half name the child, what was tried and why it failed.

mod error;
pub mod gtk_window;
pub mod juce;
pub mod placeholder;
#[cfg(unix)]
mod resident;
mod window;
#[cfg(target_os = "linux")]
mod x11;

pub use error::ChildError;
#[cfg(feature = "bench")]
pub use juce::JuceChild;
pub use juce::{
    EditorLook, Formats, Found, Look, MESSAGE_LOOP, before_stop, host_version, keep_ticking, look,
    loudest,
};
pub use placeholder::Placeholder;
#[cfg(unix)]
pub(crate) use resident::Before;
pub use window::{WindowPlace, WindowWish};

use std::fmt;

use crate::audio::Block;

/// What a child is, as its own files tell.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Description {
    /// The plugin's name.
    pub name: String,
    /// The plugin's format: "VST3", "LV2", "LADSPA", "AudioUnit".
    pub format: String,
    /// Who made it.
    pub vendor: String,
    /// Its version, in its maker's words.
    pub version: String,
    /// Its category, in its maker's words.
    pub category: String,
    /// The file it was loaded from, or the URI for formats that have them (LV2).
    pub file: String,
    /// The format's own identifier of the plugin within the file, in hexadecimal.
    pub id: String,
    /// It is an instrument.
    pub is_instrument: bool,
}

impl fmt::Display for Description {
    /// Name and format, as people say it: "ZamVerb (VST3)".
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.format.is_empty() {
            return self.name.fmt(formatter);
        }
        write!(formatter, "{} ({})", self.name, self.format)
    }
}

/// How many channels a child works on. A bus that is absent or off has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Layout {
    /// Channels of the main input.
    pub main_inputs: usize,
    /// Channels of the main output.
    pub main_outputs: usize,
    /// Channels of the sidechain input.
    pub sidechain: usize,
}

impl Layout {
    /// The number of channels that a block for this child carries: inputs come in the first ones,
    /// outputs leave in the first ones.
    pub fn block_channels(&self) -> usize {
        self.main_inputs.max(self.main_outputs)
    }
}

/// One audio bus, for people to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bus {
    /// The bus's name.
    pub name: String,
    /// Whether audio goes into the child through it.
    pub is_input: bool,
    /// Channels.
    pub channels: usize,
    /// Whether it is in use.
    pub enabled: bool,
}

/// One parameter of a child, as it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// The place in the child's list; valid until the child changes its list.
    pub index: usize,
    /// The format's own identifier.
    pub id: String,
    /// The child's name for it.
    pub name: String,
    /// The unit: "dB", "Hz"; empty where there is none.
    pub unit: String,
    /// The value, from 0 to 1.
    pub value: f32,
    /// The default value, from 0 to 1.
    pub default: f32,
    /// The number of steps, where the parameter is not continuous.
    pub steps: Option<u32>,
    /// Whether the host may automate it.
    pub automatable: bool,
    /// The current value in the child's own words.
    pub text: String,
    /// The lowest value in the child's own words.
    pub min_text: String,
    /// The highest value in the child's own words.
    pub max_text: String,
    /// The default value in the child's own words.
    pub default_text: String,
}

/// What a child needs to know before it processes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Activation {
    /// Samples per second.
    pub sample_rate: f64,
    /// The longest block that will come, in samples.
    pub max_frames: usize,
    /// The host renders offline, and may take longer than real time.
    pub offline: bool,
}

/// How long a child sounds on after its input fell silent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Tail {
    /// For this many seconds; zero where there is none.
    Seconds(f64),
    /// For ever, as far as it says.
    Infinite,
}

/// Which ways MIDI goes through a child.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Midi {
    /// It listens to MIDI.
    pub takes: bool,
    /// It puts MIDI out.
    pub makes: bool,
}

/// What a child changed by itself since it was last asked. Values of parameters come as
/// [`Turn`]s.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Its latency.
    pub latency: bool,
    /// Anything that its saved state holds.
    pub state: bool,
    /// Names, units, ranges or texts of parameters, or which there are.
    pub parameters: bool,
    /// Values of any parameters, in ways that did not come as turns: another program was chosen, or there
    /// were too many turns to keep.
    pub values: bool,
}

/// Somebody turns one of a child's parameters in the child's own window, or the child does so by itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Turn {
    /// The parameter's place in the child's list.
    pub index: usize,
    /// What happens to it.
    pub kind: TurnKind,
}

/// What a [`Turn`] does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum TurnKind {
    /// Somebody takes hold of it.
    Begin,
    /// It has this value now, from 0 to 1. May come without a beginning and an end.
    Value(f32),
    /// Somebody lets go of it.
    End,
}

/// The control half of a child. See the [module](self) for its life. Message thread only.
pub trait Child {
    /// What it is.
    fn description(&self) -> &Description;

    /// Its buses as they stand.
    fn buses(&self) -> Vec<Bus>;

    /// Asks for a layout and returns the nearest one that the child agrees to. Only while not
    /// active.
    fn negotiate(&mut self, wanted: Layout) -> Layout;

    /// Prepares for processing and hands out the audio half. Only while not active.
    fn activate(&mut self, activation: &Activation) -> Result<Box<dyn Processor>, ChildError>;

    /// Takes the audio half back and lets go of what processing needed.
    fn deactivate(&mut self, processor: Box<dyn Processor>);

    /// Silences tails and forgets what was heard, keeping all settings. Only while no block is being
    /// processed.
    fn reset(&mut self);

    /// Everything it wants to have saved, as bytes that only it understands.
    fn save_state(&mut self) -> Result<Vec<u8>, ChildError>;

    /// Brings back what [`save_state`](Self::save_state) gave.
    fn load_state(&mut self, state: &[u8]) -> Result<(), ChildError>;

    /// By how many samples its output lags behind its input.
    fn latency_samples(&self) -> u32;

    /// How long it sounds on.
    fn tail(&self) -> Tail;

    /// Whether it takes and makes MIDI.
    fn midi(&self) -> Midi {
        Midi::default()
    }

    /// Its parameters, as they stand.
    fn parameters(&self) -> Vec<Parameter>;

    /// Sets a parameter, from 0 to 1. An index out of range is ignored.
    fn set_parameter(&mut self, index: usize, value: f32);

    /// What changed since the last call.
    fn take_changes(&mut self) -> Changes;

    /// What was turned since the last call, the oldest first; `None` where there is no more. What was set
    /// by [`set_parameter`](Self::set_parameter), or by points of a block, does not come back.
    fn take_turn(&mut self) -> Option<Turn> {
        None
    }

    /// The value of a parameter as it stands, from 0 to 1; `None` where there is no such parameter.
    fn current_value(&self, index: usize) -> Option<f32> {
        let parameters = self.parameters();
        parameters.get(index).map(|parameter| parameter.value)
    }

    /// A value of a parameter in the child's own words, without its unit; empty where there is no such
    /// parameter.
    fn parameter_text(&self, index: usize, value: f32) -> String {
        let _ = (index, value);
        String::new()
    }

    /// The value, from 0 to 1, that the child reads from a text.
    fn parameter_value(&self, index: usize, text: &str) -> Option<f32> {
        let _ = (index, text);
        None
    }

    /// The names of its programs (factory presets); none where it has none, or one that says nothing.
    fn programs(&self) -> Vec<String> {
        Vec::new()
    }

    /// The program that was chosen last, where it has any.
    fn program(&self) -> Option<usize> {
        None
    }

    /// Chooses a program. An index out of range is ignored.
    fn set_program(&mut self, index: usize) {
        let _ = index;
    }

    /// Takes the settings of a preset file of its format, such as `.vstpreset`.
    ///
    /// # Errors
    ///
    /// If the file is not of its format, or not for this plugin; nothing has changed then.
    fn load_preset(&mut self, file: &[u8]) -> Result<(), ChildError> {
        let _ = file;
        Err(ChildError::Failed {
            plugin: self.description().to_string(),
            doing: "loading a preset file",
            reason: "plugins of its format have none that could be loaded".to_owned(),
        })
    }

    /// Whether it has a window of its own, as far as can be told without opening it: to ask some plugins
    /// is to crash them.
    fn has_window(&self) -> bool {
        false
    }

    /// Opens its own window. One that is open already comes to the front.
    ///
    /// # Errors
    ///
    /// [`ChildError::NotShown`], with the reason: it has none, or there is no display.
    fn open_window(&mut self, wish: &WindowWish) -> Result<(), ChildError> {
        let _ = wish;
        Err(ChildError::NotShown {
            plugin: self.description().to_string(),
            reason: "it has none".to_owned(),
        })
    }

    /// Has its open window follow the wish in its title and in what it stays above.
    fn dress_window(&mut self, wish: &WindowWish) {
        let _ = wish;
    }

    /// Closes its window, if it is open.
    fn close_window(&mut self) {}

    /// Looks after its open window: to be called at each tick. What was turned in it comes as
    /// [`take_turn`](Self::take_turn).
    fn tend_window(&mut self) {}

    /// Where its window is; `None` while none is open, also where the user has closed it, or it has
    /// died. What is left of it then goes with [`close_window`](Self::close_window).
    fn window(&self) -> Option<WindowPlace> {
        None
    }

    /// What it threw since the last call in a call that has no room for an error, and was then taken
    /// for a plain answer: no latency, no tail, no parameters.
    fn take_complaint(&mut self) -> Option<ChildError> {
        None
    }

    /// What it said when its processor returned a [`Failure`].
    fn failure(&self) -> String;

    /// Why this is not the plugin that was asked for: the reason, where it is a placeholder.
    fn problem(&self) -> Option<&str> {
        None
    }
}

/// The audio half of a child. See the [module](self) for its life.
pub trait Processor: Send {
    /// Processes one block in place: the first `main_inputs` channels of `block.main` hold the
    /// input, and on return the first `main_outputs` hold the output. `block.main` has
    /// [`Layout::block_channels`] channels. Audio thread: must not allocate, lock, call the system
    /// or panic.
    ///
    /// # Errors
    ///
    /// A child that failed. What its channels then hold is undefined; it is not called again.
    fn process(&mut self, block: &mut Block<'_, '_>) -> Result<(), Failure>;
}

/// A child failed while processing. The reason waits in the control half, since words would need
/// memory here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failure;
