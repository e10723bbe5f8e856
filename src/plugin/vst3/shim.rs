//! The object's tables as the host has them: nice-plug's, with single functions replaced.
//!
//! A COM object holds a pointer to a table of functions for each interface. Those of a new object, which
//! nobody else has seen yet, are exchanged for tables of the object's own: a copy with some functions
//! replaced, and behind it what these need.

use std::ptr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use atomic_float::AtomicF64;
use nih_plug::wrapper::vst3::Wrapper;
use nih_plug::wrapper::vst3::vst3::Steinberg::Vst::{
    IAudioProcessor, IAudioProcessorVtbl, IComponent, IComponentVtbl, IEditController,
    IEditControllerVtbl, IMidiMapping, IMidiMappingVtbl, IProcessContextRequirements, IUnitInfo,
    IUnitInfoVtbl,
};
use nih_plug::wrapper::vst3::vst3::{Class, ComWrapper, Interface};

use super::super::apart::Spare;
use super::super::door::Door;
use super::super::entry::{self, FromEntry};
use super::super::lend::Lendable;
use super::super::traffic::Traffic;
use super::super::{Kind, Matryoshka};
use super::buses::Arrangements;
use super::events::Notes;
use super::midi;
use super::news::Herald;
use super::units::KnownUnits;
use super::{base, controller, processor, units};

/// What the functions of an object's tables share.
pub(super) struct Shim {
    pub(super) door: Arc<Door>,
    pub(super) traffic: Arc<Traffic>,
    pub(super) spare: Arc<Spare>,
    pub(super) herald: Arc<Herald>,
    pub(super) arrangements: Arrangements,
    /// No audio goes in.
    pub(super) is_instrument: bool,
    /// The host plays: what it sets, it also sends with the blocks.
    is_playing: AtomicBool,
    pub(super) notes: Lendable<Notes>,
    /// What the host last said of each MIDI controller.
    pub(super) midi: Box<[AtomicF64]>,
    pub(super) units: KnownUnits,
}

impl Shim {
    pub(super) fn is_playing(&self) -> bool {
        self.is_playing.load(Ordering::Acquire)
    }

    pub(super) fn set_playing(&self, is_playing: bool) {
        self.is_playing.store(is_playing, Ordering::Release);
    }
}

/// A table of an object's own. The changed one comes first, so that the object's pointer to it is a pointer
/// to this.
#[repr(C)]
pub(super) struct Table<V> {
    outer: V,
    pub(super) inner: V,
    pub(super) shim: Arc<Shim>,
}

/// All tables of an object that differ from nice-plug's.
#[derive(Default)]
struct Tables {
    component: OnceLock<Table<IComponentVtbl>>,
    controller: OnceLock<Table<IEditControllerVtbl>>,
    processor: OnceLock<Table<IAudioProcessorVtbl>>,
    midi: OnceLock<Table<IMidiMappingVtbl>>,
    units: OnceLock<Table<IUnitInfoVtbl>>,
    requirements: OnceLock<Table<<IProcessContextRequirements as Interface>::Vtbl>>,
}

/// A new object for the host.
pub(super) fn make<K: Kind>() -> ComWrapper<Wrapper<Matryoshka<K>>> {
    let tables = Arc::new(Tables::default());
    let given = FromEntry {
        _kept: Some(tables.clone()),
        ..FromEntry::default()
    };
    let shim = Arc::new(Shim {
        door: given.door.clone(),
        traffic: given.traffic.clone(),
        spare: given.spare.clone(),
        herald: Herald::new(given.door.parameters()),
        arrangements: Arrangements::default(),
        is_instrument: (K::LAYOUTS.first())
            .is_some_and(|layout| layout.main_input_channels.is_none()),
        is_playing: AtomicBool::new(false),
        notes: Lendable::default(),
        midi: (0..midi::COUNT)
            .map(|index| AtomicF64::new(midi::default(index)))
            .collect(),
        units: KnownUnits::default(),
    });
    let object = entry::give(given, || ComWrapper::new(Wrapper::<Matryoshka<K>>::new()));
    replace::<IComponent, _>(&object, &tables.component, &shim, base::replace_component);
    replace::<IEditController, _>(&object, &tables.controller, &shim, controller::replace);
    replace::<IAudioProcessor, _>(&object, &tables.processor, &shim, processor::replace);
    replace::<IMidiMapping, _>(&object, &tables.midi, &shim, controller::replace_midi);
    replace::<IUnitInfo, _>(&object, &tables.units, &shim, units::replace);
    replace::<IProcessContextRequirements, _>(
        &object,
        &tables.requirements,
        &shim,
        processor::replace_requirements,
    );
    object
}

/// Exchanges one table of a new object, which nobody else has seen yet. The plugin in the object keeps
/// `place`.
fn replace<I: Interface, C: Class>(
    object: &ComWrapper<C>,
    place: &OnceLock<Table<I::Vtbl>>,
    shim: &Arc<Shim>,
    change: impl FnOnce(&mut I::Vtbl),
) {
    let Some(interface) = object.as_com_ref::<I>() else {
        return;
    };
    let word = interface.as_ptr().cast::<*const I::Vtbl>();
    // SAFETY: the object is alive, and its first word points to its table by COM's contract.
    let theirs = unsafe { *word };
    let table = place.get_or_init(|| {
        // SAFETY: the table lives as long as the library. It is plain function pointers, without a
        // destructor, so two bitwise copies of it do no harm.
        let (inner, mut outer) = unsafe { (ptr::read(theirs), ptr::read(theirs)) };
        change(&mut outer);
        Table {
            outer,
            inner,
            shim: shim.clone(),
        }
    });
    // SAFETY: the word is in the object's header on the heap, which Rust code only reads through raw
    // pointers; no other thread knows the object yet. The table lives as long as the plugin in the
    // object, which goes when the object does.
    unsafe { word.write(ptr::from_ref(table).cast()) };
}

/// The table behind an interface's pointer.
///
/// # Safety
///
/// `this` came from [`make`] by one of the interfaces whose tables are exchanged, and is alive: all that
/// the host may pass to the functions in them.
pub(super) unsafe fn table<'a, I: Interface>(this: *mut I) -> &'a Table<I::Vtbl> {
    // SAFETY: the object's table is the first member of a `Table` (repr(C)), which lives as long.
    unsafe { &**this.cast::<*const Table<I::Vtbl>>() }
}

/// What its functions share; see [`table`].
///
/// # Safety
///
/// As for [`table`].
pub(super) unsafe fn shim<'a, I: Interface>(this: *mut I) -> &'a Shim
where
    I::Vtbl: 'a,
{
    // SAFETY: the caller's promise.
    unsafe { &table(this).shim }
}
