//! The VST3 factory: describes the one plugin there is, and makes instances of it.

use std::ffi::c_void;
use std::sync::{Arc, OnceLock};

use nih_plug::wrapper::vst3::vst3::Steinberg::{
    FIDString, FUnknown, IPluginFactory, IPluginFactory2, IPluginFactory2Trait, IPluginFactory3,
    IPluginFactory3Trait, IPluginFactoryTrait, PClassInfo, PClassInfo2, PClassInfoW, PFactoryInfo,
    TUID, int32, kInvalidArgument, kResultOk, tresult,
};
use nih_plug::wrapper::vst3::vst3::{Class, ComWrapper};
use nih_plug::wrapper::vst3::{PluginInfo, Wrapper};

use super::super::Matryoshka;
use super::super::apart::Spare;
use super::super::entry::{self, FromEntry};
use super::buses;

/// The factory, with what it tells of the plugin.
pub(super) struct Factory {
    plugin: PluginInfo,
}

impl Class for Factory {
    type Interfaces = (IPluginFactory, IPluginFactory2, IPluginFactory3);
}

impl Factory {
    pub(super) fn new() -> Self {
        Self {
            plugin: PluginInfo::for_plugin::<Matryoshka>(),
        }
    }

    /// Writes what is asked for, if the host names the one class and a place to write to.
    ///
    /// # Safety
    ///
    /// `place` is null or valid for writes.
    unsafe fn tell<T>(&self, index: int32, place: *mut T, what: fn(&PluginInfo) -> T) -> tresult {
        if index != 0 || place.is_null() {
            return kInvalidArgument;
        }
        // SAFETY: not null, and the caller's promise.
        unsafe { place.write(what(&self.plugin)) };
        kResultOk
    }
}

impl IPluginFactoryTrait for Factory {
    unsafe fn getFactoryInfo(&self, info: *mut PFactoryInfo) -> tresult {
        // SAFETY: the host's place to write to.
        unsafe { self.tell(0, info, PluginInfo::create_factory_info) }
    }

    unsafe fn countClasses(&self) -> int32 {
        1
    }

    unsafe fn getClassInfo(&self, index: int32, info: *mut PClassInfo) -> tresult {
        // SAFETY: the host's place to write to.
        unsafe { self.tell(index, info, PluginInfo::create_class_info) }
    }

    unsafe fn createInstance(
        &self,
        cid: FIDString,
        iid: FIDString,
        obj: *mut *mut c_void,
    ) -> tresult {
        if cid.is_null() || iid.is_null() || obj.is_null() {
            return kInvalidArgument;
        }
        // SAFETY: not null, and 16 bytes by VST3's contract.
        if unsafe { *cid.cast::<[u8; 16]>() } != *self.plugin.cid {
            return kInvalidArgument;
        }
        let table = Arc::new(OnceLock::new());
        let spare = Arc::new(Spare::default());
        let given = FromEntry {
            spare: spare.clone(),
            _kept: Some(table.clone()),
            ..FromEntry::default()
        };
        let wrapper = entry::give(given, || ComWrapper::new(Wrapper::<Matryoshka>::new()));
        // Nobody else has seen the object yet.
        buses::guard(&wrapper, &table, spare);
        let Some(unknown) = wrapper.as_com_ref::<FUnknown>() else {
            return kInvalidArgument;
        };
        let object = unknown.as_ptr();
        // SAFETY: the object is alive here; the host takes its own reference by this call.
        unsafe { ((*(*object).vtbl).queryInterface)(object, iid.cast::<TUID>(), obj) }
    }
}

impl IPluginFactory2Trait for Factory {
    unsafe fn getClassInfo2(&self, index: int32, info: *mut PClassInfo2) -> tresult {
        // SAFETY: the host's place to write to.
        unsafe { self.tell(index, info, PluginInfo::create_class_info_2) }
    }
}

impl IPluginFactory3Trait for Factory {
    unsafe fn getClassInfoUnicode(&self, index: int32, info: *mut PClassInfoW) -> tresult {
        // SAFETY: the host's place to write to.
        unsafe { self.tell(index, info, PluginInfo::create_class_info_unicode) }
    }

    unsafe fn setHostContext(&self, _context: *mut FUnknown) -> tresult {
        kResultOk
    }
}
