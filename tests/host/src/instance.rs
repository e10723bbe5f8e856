//! The main-thread half of a plugin: ports, latency, state, activation.

use std::ffi::CStr;
#[cfg(unix)]
use std::rc::Rc;
use std::sync::Arc;
use std::thread::ThreadId;

use anyhow::{Context, Result, ensure};
use clack_extensions::audio_ports::{AudioPortFlags, AudioPortInfoBuffer, PluginAudioPorts};
use clack_extensions::audio_ports_config::{AudioPortsConfigBuffer, PluginAudioPortsConfig};
use clack_extensions::latency::PluginLatency;
use clack_extensions::note_ports::{
    NoteDialect, NoteDialects, NotePortInfoBuffer, PluginNotePorts,
};
use clack_extensions::render::{PluginRender, RenderMode};
use clack_extensions::state::PluginState;
use clack_host::prelude::*;

use crate::callbacks::{Handlers, Main, Shared};
#[cfg(unix)]
use crate::gui::Editor;
use crate::pieces::{Sink, Source};
#[cfg(unix)]
use crate::run_loop::RunLoop;
use crate::thread_pool::{Audio, HostThreads};
use crate::{Callbacks, Executed, Processor, Setup, ThreadPool};

/// A live plugin, on its main thread: the thread that made it, and it cannot leave it.
///
/// 1. [`Library::create`](crate::Library::create)
/// 2. ask for ports and parameters, load a state
/// 3. [`activate`](Self::activate), which gives the [`Processor`]
/// 4. process, with [`tick`](Self::tick) now and then
/// 5. [`deactivate`](Self::deactivate) with the processor; from here to 2, or drop
///
/// The editor can be [opened](Self::open_editor) and closed at any time between.
pub struct Instance {
    pub(crate) plugin: PluginInstance<Handlers>,
    callbacks: Arc<Callbacks>,
    threads: Arc<HostThreads>,
    #[cfg(unix)]
    pub(crate) run_loop: Rc<RunLoop>,
    #[cfg(unix)]
    pub(crate) editor: Option<Editor>,
}

/// An audio port as the plugin declares it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Port {
    /// The name shown to the musician.
    pub name: String,
    /// How many channels.
    pub channels: usize,
    /// The main port; sidechains are not.
    pub is_main: bool,
}

/// A plugin's audio ports, each direction in the plugin's order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ports {
    /// What it listens to: the main input first, then its sidechains.
    pub inputs: Vec<Port>,
    /// What it plays.
    pub outputs: Vec<Port>,
}

impl Instance {
    pub(crate) fn new(entry: &PluginEntry, id: &CStr, threads: ThreadPool) -> Result<Self> {
        let host = HostInfo::new("Matryoshka test host", "Matryoshka", "", "0.1.0")?;
        let callbacks = Arc::new(Callbacks::default());
        let threads = Arc::new(HostThreads::new(threads));
        #[cfg(unix)]
        let run_loop = Rc::new(RunLoop::default());
        let mut plugin = PluginInstance::new(
            |_| Shared::new(callbacks.clone(), threads.clone()),
            |shared: &Shared| Main {
                callbacks: shared.callbacks.clone(),
                #[cfg(unix)]
                run_loop: run_loop.clone(),
            },
            entry,
            id,
            &host,
        )?;
        threads.set_plugin(plugin.plugin_handle().as_raw_ptr());
        Ok(Self {
            plugin,
            callbacks,
            threads,
            #[cfg(unix)]
            run_loop,
            #[cfg(unix)]
            editor: None,
        })
    }

    /// The threads of the host's pool.
    pub fn threads(&self) -> Vec<ThreadId> {
        self.threads.ids()
    }

    /// How often the plugin has asked for the host's threads.
    pub fn thread_pool_requests(&self) -> usize {
        self.threads.requests()
    }

    /// What the plugin was asked to do for its requests.
    pub fn executed(&self) -> Vec<Executed> {
        self.threads.executed()
    }

    /// Asks the plugin for a task that it has not requested.
    pub fn exec_out_of_turn(&self, task: u32) {
        self.threads.exec_out_of_turn(task);
    }

    /// The calls the plugin has made to the host so far.
    pub fn callbacks(&self) -> &Callbacks {
        &self.callbacks
    }

    /// One turn of the host's main loop: runs `on_main_thread` if the plugin asked for it. Returns
    /// whether it had.
    pub fn tick(&mut self) -> bool {
        let wanted = self.callbacks.take_callback();
        if wanted {
            self.plugin.call_on_main_thread_callback();
        }
        wanted
    }

    /// The audio ports the plugin declares now.
    pub fn ports(&mut self) -> Ports {
        Ports {
            inputs: self.ports_of(true),
            outputs: self.ports_of(false),
        }
    }

    fn ports_of(&mut self, is_input: bool) -> Vec<Port> {
        let handle = self.plugin.plugin_handle();
        let Some(ports) = handle.shared().get_extension::<PluginAudioPorts>() else {
            return Vec::new();
        };
        let mut buffer = AudioPortInfoBuffer::new();
        (0..ports.count(&handle, is_input))
            .filter_map(|index| {
                let info = ports.get(&handle, index, is_input, &mut buffer)?;
                Some(Port {
                    name: String::from_utf8_lossy(info.name).into_owned(),
                    channels: info.channel_count as usize,
                    is_main: info.flags.contains(AudioPortFlags::IS_MAIN),
                })
            })
            .collect()
    }

    /// The names of the layouts that the plugin offers for its ports, in its order.
    pub fn layouts(&mut self) -> Vec<String> {
        let handle = self.plugin.plugin_handle();
        let Some(layouts) = handle.shared().get_extension::<PluginAudioPortsConfig>() else {
            return Vec::new();
        };
        let mut buffer = AudioPortsConfigBuffer::new();
        (0..layouts.count(&handle))
            .filter_map(|index| {
                let layout = layouts.get(&handle, index, &mut buffer)?;
                Some(String::from_utf8_lossy(layout.name).into_owned())
            })
            .collect()
    }

    /// Selects one of the layouts by its number. For an inactive plugin.
    pub fn select_layout(&mut self, index: u32) -> Result<()> {
        let handle = self.plugin.plugin_handle();
        let layouts: PluginAudioPortsConfig =
            (handle.shared().get_extension()).context("the plugin has one layout for its ports")?;
        let mut buffer = AudioPortsConfigBuffer::new();
        let layout = (layouts.get(&handle, index, &mut buffer))
            .with_context(|| format!("there is no layout {index}"))?;
        let id = layout.id;
        layouts.select(&handle, id)?;
        Ok(())
    }

    /// The dialects that the note ports speak: the port's direction, what it understands, what it prefers.
    pub fn note_dialects(&mut self) -> Vec<(bool, NoteDialects, Option<NoteDialect>)> {
        let handle = self.plugin.plugin_handle();
        let Some(ports) = handle.shared().get_extension::<PluginNotePorts>() else {
            return Vec::new();
        };
        let mut buffer = NotePortInfoBuffer::new();
        let mut dialects = Vec::new();
        for is_input in [true, false] {
            for index in 0..ports.count(&handle, is_input) {
                if let Some(info) = ports.get(&handle, index, is_input, &mut buffer) {
                    dialects.push((is_input, info.supported_dialects, info.preferred_dialect));
                }
            }
        }
        dialects
    }

    /// Tells the plugin whether it is played in real time.
    pub fn set_render_mode(&mut self, mode: RenderMode) -> Result<()> {
        let handle = self.plugin.plugin_handle();
        let render: PluginRender = (handle.shared().get_extension()).context("no render mode")?;
        render.set(&handle, mode)?;
        Ok(())
    }

    /// The latency in samples, as the plugin answers now (0 where it has no latency extension).
    pub fn latency(&mut self) -> u32 {
        let handle = self.plugin.plugin_handle();
        match handle.shared().get_extension::<PluginLatency>() {
            Some(latency) => latency.get(&handle),
            None => 0,
        }
    }

    /// The plugin's state.
    pub fn save_state(&mut self) -> Result<Vec<u8>> {
        self.save_state_in_pieces(usize::MAX)
    }

    /// The plugin's state, taken from it at most `piece` bytes a write.
    pub fn save_state_in_pieces(&mut self, piece: usize) -> Result<Vec<u8>> {
        let handle = self.plugin.plugin_handle();
        let state: PluginState = handle
            .shared()
            .get_extension()
            .context("the plugin saves no state")?;
        let bytes = Vec::new();
        let mut sink = Sink { bytes, piece };
        state.save(&handle, &mut sink)?;
        Ok(sink.bytes)
    }

    /// Gives the plugin a state. An error is the plugin's refusal.
    pub fn load_state(&mut self, bytes: &[u8]) -> Result<()> {
        self.load_state_in_pieces(bytes, usize::MAX)
    }

    /// Gives the plugin a state, at most `piece` bytes a read. An error is the plugin's refusal.
    pub fn load_state_in_pieces(&mut self, bytes: &[u8], piece: usize) -> Result<()> {
        let handle = self.plugin.plugin_handle();
        let state: PluginState = handle
            .shared()
            .get_extension()
            .context("the plugin loads no state")?;
        state.load(&handle, &mut Source { bytes, piece })?;
        Ok(())
    }

    /// Makes the plugin ready to process, and starts processing.
    pub fn activate(&mut self, setup: Setup) -> Result<Processor> {
        let ports = self.ports();
        let configuration = PluginAudioConfiguration {
            sample_rate: setup.sample_rate,
            min_frames_count: setup.min_frames,
            max_frames_count: setup.max_frames,
        };
        let stopped = self
            .plugin
            .activate(|shared, _| Audio::new(&shared.threads), configuration)
            .with_context(|| format!("activating with {setup:?}"))?;
        Processor::start(stopped, setup, &ports)
    }

    /// Stops processing and deactivates.
    pub fn deactivate(&mut self, processor: Processor) {
        self.plugin.deactivate(processor.stop());
    }

    /// Does what the plugin has asked for, as a DAW's main loop would before it goes on: runs its
    /// main-thread callbacks and, where it asked for a restart, deactivates and activates it.
    ///
    /// By CLAP's rule a latency changes only so: the active plugin requests a restart, and reports
    /// the new latency when it is activated again. Fails if it does not come to rest.
    pub fn settle(&mut self, mut processor: Processor) -> Result<Processor> {
        const PATIENCE: usize = 16;
        for _ in 0..PATIENCE {
            let ticked = self.tick();
            let restart = self.callbacks.take_restart();
            if restart {
                let setup = processor.setup();
                self.deactivate(processor);
                processor = self.activate(setup)?;
            }
            if !ticked && !restart {
                return Ok(processor);
            }
        }
        ensure!(false, "the plugin asks for ever more callbacks or restarts");
        Ok(processor)
    }
}
