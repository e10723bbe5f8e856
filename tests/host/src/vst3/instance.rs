//! A plugin: parameters, state, activation.

use std::ffi::c_void;
use std::sync::Mutex;

use anyhow::{Context as _, Result, ensure};
use vst3::Steinberg::Vst::{
    IAudioProcessor, IAudioProcessorTrait, IComponent, IComponentHandler, IComponentTrait,
    IEditController, IEditControllerTrait, IMidiMapping, IMidiMappingTrait,
    INoteExpressionController, INoteExpressionControllerTrait, IProcessContextRequirements,
    IProcessContextRequirementsTrait, IUnitInfo, IUnitInfoTrait, ParameterInfo, ProcessSetup,
    UnitInfo,
};
use vst3::Steinberg::{
    FUnknown, IBStream, IBStreamTrait, IPluginBaseTrait, int32, int64, kResultFalse, kResultOk,
    tresult,
};
use vst3::{Class, ComPtr, ComWrapper};

use super::{Handler, Vst3Block, text};

/// A live plugin whose component is its controller, as Matryoshka's is.
pub struct Vst3Instance {
    component: ComPtr<IComponent>,
    pub(super) controller: ComPtr<IEditController>,
    processor: ComPtr<IAudioProcessor>,
    is_initialized: bool,
}

/// A parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Vst3Param {
    /// Names it in changes.
    pub id: u32,
    /// The name shown to the musician.
    pub title: String,
    /// The unit of its values.
    pub units: String,
    /// Steps between the first and the last value; 0 where it is continuous.
    pub step_count: i32,
    /// The value of a new instance, from 0 to 1.
    pub default: f64,
    /// The group it belongs to.
    pub unit: i32,
    /// VST3's flags.
    pub flags: i32,
}

impl Vst3Instance {
    /// A host for an object that somebody has made.
    pub fn of(object: ComPtr<FUnknown>) -> Result<Self> {
        Ok(Self {
            component: object.cast().context("no component")?,
            controller: object.cast().context("no controller")?,
            processor: object.cast().context("no processor")?,
            is_initialized: false,
        })
    }

    /// The first call, with the host's context.
    pub fn initialize<C: Class>(&mut self, context: &ComWrapper<C>) {
        let context = context.to_com_ptr::<FUnknown>().expect("a context");
        // SAFETY: the context is alive; the plugin takes its own references.
        let answer = unsafe { self.component.initialize(context.as_ptr()) };
        assert_eq!(answer, kResultOk);
        self.is_initialized = true;
    }

    /// The last call.
    pub fn terminate(&mut self) {
        if std::mem::take(&mut self.is_initialized) {
            // SAFETY: initialized, and inactive.
            unsafe { self.component.terminate() };
        }
    }

    /// Tells the plugin whom to tell; `None` for nobody any more.
    pub fn set_handler(&self, handler: Option<&ComWrapper<Handler>>) {
        let handler = handler.and_then(|it| it.to_com_ptr::<IComponentHandler>());
        let pointer = handler
            .as_ref()
            .map_or(std::ptr::null_mut(), ComPtr::as_ptr);
        // SAFETY: null or alive; the plugin takes its own reference.
        unsafe { self.controller.setComponentHandler(pointer) };
    }

    /// All parameters.
    pub fn params(&self) -> Vec<Vst3Param> {
        // SAFETY: the plugin is alive; the place is ours, and of plain numbers.
        unsafe {
            (0..self.controller.getParameterCount())
                .map(|index| {
                    let mut info: ParameterInfo = std::mem::zeroed();
                    let answer = self.controller.getParameterInfo(index, &raw mut info);
                    assert_eq!(answer, kResultOk, "{index}");
                    Vst3Param {
                        id: info.id,
                        title: text(&info.title),
                        units: text(&info.units),
                        step_count: info.stepCount,
                        default: info.defaultNormalizedValue,
                        unit: info.unitId,
                        flags: info.flags,
                    }
                })
                .collect()
        }
    }

    /// The names of the units, by their ids.
    pub fn units(&self) -> Vec<(i32, String)> {
        let units: ComPtr<IUnitInfo> = self.controller.cast().expect("units");
        // SAFETY: as above.
        unsafe {
            (0..units.getUnitCount())
                .map(|index| {
                    let mut info: UnitInfo = std::mem::zeroed();
                    assert_eq!(
                        units.getUnitInfo(index, &raw mut info),
                        kResultOk,
                        "{index}"
                    );
                    (info.id, text(&info.name))
                })
                .collect()
        }
    }

    /// A parameter's value.
    pub fn value(&self, id: u32) -> f64 {
        // SAFETY: the plugin is alive.
        unsafe { self.controller.getParamNormalized(id) }
    }

    /// Sets a parameter as the host's own knobs do.
    pub fn set_value(&self, id: u32, value: f64) -> tresult {
        // SAFETY: as above.
        unsafe { self.controller.setParamNormalized(id, value) }
    }

    /// The text for a value.
    pub fn param_text(&self, id: u32, value: f64) -> Option<String> {
        let mut place = [0; 128];
        // SAFETY: as above; the place is ours.
        let answer = unsafe {
            self.controller
                .getParamStringByValue(id, value, &raw mut place)
        };
        (answer == kResultOk).then(|| text(&place))
    }

    /// The value that a text means.
    pub fn param_value(&self, id: u32, text: &str) -> Option<f64> {
        let mut units: Vec<u16> = text.encode_utf16().chain([0]).collect();
        let mut value = f64::NAN;
        // SAFETY: as above; the text has an end.
        let answer = unsafe {
            let text = units.as_mut_ptr();
            self.controller
                .getParamValueByString(id, text, &raw mut value)
        };
        (answer == kResultOk).then_some(value)
    }

    /// The parameter that stands for a MIDI controller.
    pub fn midi_assignment(&self, channel: i16, controller: i16) -> Option<u32> {
        let mapping: ComPtr<IMidiMapping> = self.controller.cast()?;
        let mut id = 0;
        // SAFETY: as above.
        let answer =
            unsafe { mapping.getMidiControllerAssignment(0, channel, controller, &raw mut id) };
        (answer == kResultOk).then_some(id)
    }

    /// The numbers of the note expressions that the plugin announces.
    pub fn note_expressions(&self) -> Vec<u32> {
        let Some(known) = self.controller.cast::<INoteExpressionController>() else {
            return Vec::new();
        };
        // SAFETY: as above.
        unsafe {
            (0..known.getNoteExpressionCount(0, 0))
                .map(|index| {
                    let mut info = std::mem::zeroed();
                    let answer = known.getNoteExpressionInfo(0, 0, index, &raw mut info);
                    assert_eq!(answer, kResultOk, "{index}");
                    info.typeId
                })
                .collect()
        }
    }

    /// What the plugin wants to know of the song: VST3's flags.
    pub fn context_requirements(&self) -> u32 {
        let asked = self.component.cast::<IProcessContextRequirements>();
        // SAFETY: as above.
        asked.map_or(0, |it| unsafe { it.getProcessContextRequirements() })
    }

    /// The plugin's state.
    pub fn save(&self) -> Result<Vec<u8>> {
        let stream = ComWrapper::new(Stream::default());
        let pointer = stream.to_com_ptr::<IBStream>().context("a stream")?;
        // SAFETY: the stream is alive.
        let answer = unsafe { self.component.getState(pointer.as_ptr()) };
        ensure!(answer == kResultOk, "the plugin does not save");
        let bytes = stream.0.lock().unwrap().bytes.clone();
        Ok(bytes)
    }

    /// Gives the plugin a state.
    pub fn load(&self, bytes: &[u8]) -> Result<()> {
        let stream = ComWrapper::new(Stream(Mutex::new(Tape {
            bytes: bytes.to_vec(),
            place: 0,
        })));
        let pointer = stream.to_com_ptr::<IBStream>().context("a stream")?;
        // SAFETY: as above.
        let answer = unsafe { self.component.setState(pointer.as_ptr()) };
        ensure!(answer == kResultOk, "the plugin refuses the state");
        Ok(())
    }

    /// Makes it ready, and starts processing. `mode` is VST3's: 0 for realtime, 2 for offline.
    pub fn activate(&self, sample_rate: f64, max_frames: i32, mode: i32) {
        let mut setup = ProcessSetup {
            processMode: mode,
            symbolicSampleSize: 0,
            maxSamplesPerBlock: max_frames,
            sampleRate: sample_rate,
        };
        // SAFETY: in VST3's order.
        unsafe {
            let answer = self.processor.setupProcessing(&raw mut setup);
            assert_eq!(answer, kResultOk);
            assert_eq!(self.component.setActive(1), kResultOk);
            assert_eq!(self.processor.setProcessing(1), kResultOk);
        }
    }

    /// Stops processing.
    pub fn deactivate(&self) {
        // SAFETY: in VST3's order.
        unsafe {
            self.processor.setProcessing(0);
            self.component.setActive(0);
        }
    }

    /// Plays a block of so many frames; none for a flush.
    pub fn process(&self, block: &mut Vst3Block, frames: usize) {
        let answer = block.run(frames, |data| {
            // SAFETY: a block as VST3 wants it.
            unsafe { self.processor.process(data) }
        });
        assert_eq!(answer, kResultOk);
    }
}

impl Drop for Vst3Instance {
    fn drop(&mut self) {
        self.terminate();
    }
}

#[derive(Default)]
struct Stream(Mutex<Tape>);

#[derive(Default)]
struct Tape {
    bytes: Vec<u8>,
    place: usize,
}

impl Class for Stream {
    type Interfaces = (IBStream,);
}

impl IBStreamTrait for Stream {
    unsafe fn read(&self, buffer: *mut c_void, count: int32, done: *mut int32) -> tresult {
        let mut tape = self.0.lock().unwrap();
        let rest = &tape.bytes[tape.place.min(tape.bytes.len())..];
        let count = rest.len().min(usize::try_from(count).unwrap_or(0));
        // SAFETY: the plugin's place, with so much room.
        unsafe {
            buffer.cast::<u8>().copy_from(rest.as_ptr(), count);
            if !done.is_null() {
                done.write(count as int32);
            }
        }
        tape.place += count;
        kResultOk
    }

    unsafe fn write(&self, buffer: *mut c_void, count: int32, done: *mut int32) -> tresult {
        let count = usize::try_from(count).unwrap_or(0);
        // SAFETY: the plugin's bytes.
        unsafe {
            let bytes = std::slice::from_raw_parts(buffer.cast::<u8>(), count);
            self.0.lock().unwrap().bytes.extend_from_slice(bytes);
            if !done.is_null() {
                done.write(count as int32);
            }
        }
        kResultOk
    }

    unsafe fn seek(&self, place: int64, mode: int32, result: *mut int64) -> tresult {
        let mut tape = self.0.lock().unwrap();
        let from = match mode {
            0 => 0,
            1 => tape.place as int64,
            2 => tape.bytes.len() as int64,
            _ => return kResultFalse,
        };
        let Ok(place) = usize::try_from(from + place) else {
            return kResultFalse;
        };
        tape.place = place;
        if !result.is_null() {
            // SAFETY: the plugin's place to write to.
            unsafe { result.write(place as int64) };
        }
        kResultOk
    }

    unsafe fn tell(&self, place: *mut int64) -> tresult {
        // SAFETY: the plugin's place to write to.
        unsafe { place.write(self.0.lock().unwrap().place as int64) };
        kResultOk
    }
}
