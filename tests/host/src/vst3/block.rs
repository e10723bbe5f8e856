//! A block: channels, events, parameter changes, the song.

use std::sync::Mutex;

use vst3::Steinberg::Vst::{
    AudioBusBuffers, AudioBusBuffers__type0, DataEvent, Event, Event__type0, IEventList,
    IEventListTrait, IParamValueQueue, IParamValueQueueTrait, IParameterChanges,
    IParameterChangesTrait, NoteOffEvent, NoteOnEvent, ParamID, ParamValue, ProcessContext,
    ProcessData,
};
use vst3::Steinberg::{int32, kInvalidArgument, kResultOk, tresult};
use vst3::{Class, ComWrapper};

/// What goes into a block, and what came out of it.
#[derive(Default)]
pub struct Vst3Block {
    /// The input buses' channels.
    pub inputs: Vec<Vec<Vec<f32>>>,
    /// The output buses' channels. They hold NaN where the plugin writes nothing.
    pub outputs: Vec<Vec<Vec<f32>>>,
    /// What happens, in any order.
    pub events: Vec<Event>,
    /// Points of parameters: offset and value.
    pub changes: Vec<(ParamID, Vec<(i32, f64)>)>,
    /// Where in the song it is.
    pub song: Option<ProcessContext>,
    /// What the plugin has put out.
    pub events_out: Vec<Event>,
    /// The bytes of the data events among them, in their order.
    pub data_out: Vec<Vec<u8>>,
}

impl Vst3Block {
    /// A block with so many frames on each of the buses, whose channels are given.
    pub fn new(inputs: &[usize], outputs: &[usize], frames: usize) -> Self {
        let buses = |buses: &[usize], value: f32| {
            let buses = buses.iter();
            buses
                .map(|channels| vec![vec![value; frames]; *channels])
                .collect()
        };
        Self {
            inputs: buses(inputs, 0.0),
            outputs: buses(outputs, f32::NAN),
            ..Self::default()
        }
    }

    /// Has the plugin play it. `frames` is zero for a flush.
    pub(super) fn run(
        &mut self,
        frames: usize,
        play: impl FnOnce(&mut ProcessData) -> tresult,
    ) -> tresult {
        let mut pointers: [Vec<Vec<*mut f32>>; 2] =
            [&mut self.inputs, &mut self.outputs].map(|buses| {
                let buses = buses.iter_mut();
                buses
                    .map(|bus| bus.iter_mut().map(|it| it.as_mut_ptr()).collect())
                    .collect()
            });
        let [mut inputs, mut outputs] = pointers.each_mut().map(|buses| -> Vec<AudioBusBuffers> {
            let buses = buses.iter_mut();
            buses
                .map(|bus| AudioBusBuffers {
                    numChannels: bus.len() as int32,
                    silenceFlags: 0,
                    __field0: AudioBusBuffers__type0 {
                        channelBuffers32: bus.as_mut_ptr(),
                    },
                })
                .collect()
        });
        let events = ComWrapper::new(List(Mutex::new(std::mem::take(&mut self.events))));
        let events_out = ComWrapper::new(List::default());
        let queues = self
            .changes
            .iter()
            .cloned()
            .map(|(id, points)| ComWrapper::new(Queue { id, points }));
        let changes = ComWrapper::new(Changes(queues.collect()));
        let mut data = ProcessData {
            processMode: 0,
            symbolicSampleSize: 0,
            numSamples: frames as int32,
            numInputs: inputs.len() as int32,
            numOutputs: outputs.len() as int32,
            inputs: inputs.as_mut_ptr(),
            outputs: outputs.as_mut_ptr(),
            inputParameterChanges: changes.as_com_ref::<IParameterChanges>().unwrap().as_ptr(),
            outputParameterChanges: std::ptr::null_mut(),
            inputEvents: events.as_com_ref::<IEventList>().unwrap().as_ptr(),
            outputEvents: events_out.as_com_ref::<IEventList>().unwrap().as_ptr(),
            processContext: self.song.as_mut().map_or(std::ptr::null_mut(), |song| song),
        };
        let answer = play(&mut data);
        self.events_out = std::mem::take(&mut *events_out.0.lock().unwrap());
        self.data_out.clear();
        for event in self.events_out.iter().filter(|event| event.r#type == 2) {
            // SAFETY: of that type, and its bytes live until the next block.
            unsafe {
                let data = event.__field0.data;
                let bytes = std::slice::from_raw_parts(data.bytes, data.size as usize);
                self.data_out.push(bytes.to_vec());
            }
        }
        answer
    }
}

fn event(offset: i32, kind: u16, what: Event__type0) -> Event {
    Event {
        busIndex: 0,
        sampleOffset: offset,
        ppqPosition: 0.0,
        flags: 0,
        r#type: kind,
        __field0: what,
    }
}

/// A key goes down.
pub fn note_on(offset: i32, id: i32, channel: i16, pitch: i16, velocity: f32) -> Event {
    let note = NoteOnEvent {
        channel,
        pitch,
        tuning: 0.0,
        velocity,
        length: 0,
        noteId: id,
    };
    event(offset, 0, Event__type0 { noteOn: note })
}

/// A key goes up.
pub fn note_off(offset: i32, id: i32, channel: i16, pitch: i16) -> Event {
    let note = NoteOffEvent {
        channel,
        pitch,
        velocity: 0.0,
        noteId: id,
        tuning: 0.0,
    };
    event(offset, 1, Event__type0 { noteOff: note })
}

/// A system exclusive message, which has to outlive the block.
pub fn data_event(offset: i32, bytes: &'static [u8]) -> Event {
    let data = DataEvent {
        size: bytes.len() as u32,
        r#type: 0,
        bytes: bytes.as_ptr(),
    };
    event(offset, 2, Event__type0 { data })
}

#[derive(Default)]
struct List(Mutex<Vec<Event>>);

impl Class for List {
    type Interfaces = (IEventList,);
}

impl IEventListTrait for List {
    unsafe fn getEventCount(&self) -> int32 {
        self.0.lock().unwrap().len() as int32
    }

    unsafe fn getEvent(&self, index: int32, event: *mut Event) -> tresult {
        let Some(known) = self.0.lock().unwrap().get(index as usize).copied() else {
            return kInvalidArgument;
        };
        // SAFETY: the plugin's place to write to.
        unsafe { event.write(known) };
        kResultOk
    }

    unsafe fn addEvent(&self, event: *mut Event) -> tresult {
        // SAFETY: the plugin's event.
        self.0.lock().unwrap().push(unsafe { *event });
        kResultOk
    }
}

struct Queue {
    id: ParamID,
    points: Vec<(i32, f64)>,
}

impl Class for Queue {
    type Interfaces = (IParamValueQueue,);
}

impl IParamValueQueueTrait for Queue {
    unsafe fn getParameterId(&self) -> ParamID {
        self.id
    }

    unsafe fn getPointCount(&self) -> int32 {
        self.points.len() as int32
    }

    unsafe fn getPoint(&self, index: int32, offset: *mut int32, value: *mut ParamValue) -> tresult {
        let Some((at, known)) = self.points.get(index as usize) else {
            return kInvalidArgument;
        };
        // SAFETY: the plugin's places to write to.
        unsafe {
            offset.write(*at);
            value.write(*known);
        }
        kResultOk
    }

    unsafe fn addPoint(&self, _offset: int32, _value: ParamValue, _index: *mut int32) -> tresult {
        kInvalidArgument
    }
}

struct Changes(Vec<ComWrapper<Queue>>);

impl Class for Changes {
    type Interfaces = (IParameterChanges,);
}

impl IParameterChangesTrait for Changes {
    unsafe fn getParameterCount(&self) -> int32 {
        self.0.len() as int32
    }

    unsafe fn getParameterData(&self, index: int32) -> *mut IParamValueQueue {
        let queue = self.0.get(index as usize);
        let queue = queue.and_then(|queue| queue.as_com_ref::<IParamValueQueue>());
        queue.map_or(std::ptr::null_mut(), |queue| queue.as_ptr())
    }

    unsafe fn addParameterData(
        &self,
        _id: *const ParamID,
        _index: *mut int32,
    ) -> *mut IParamValueQueue {
        std::ptr::null_mut()
    }
}
