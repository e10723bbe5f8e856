//! The VST3 factory: describes the plugins there are, and makes instances of them.

use std::ffi::c_void;

use nih_plug::wrapper::vst3::PluginInfo;
use nih_plug::wrapper::vst3::vst3::Steinberg::{
    FIDString, FUnknown, IPluginFactory, IPluginFactory2, IPluginFactory2Trait, IPluginFactory3,
    IPluginFactory3Trait, IPluginFactoryTrait, PClassInfo, PClassInfo2, PClassInfoW, PFactoryInfo,
    TUID, int32, kInvalidArgument, kResultOk, tresult,
};
use nih_plug::wrapper::vst3::vst3::{Class, ComPtr};

use super::super::{Effect, Instrument, Kind, Matryoshka};
use super::shim;

/// The factory, with what it tells of the plugins.
pub(super) struct Factory {
    plugins: [Listed; 2],
}

/// One of the bundle's plugins.
struct Listed {
    info: PluginInfo,
    make: fn() -> Option<ComPtr<FUnknown>>,
}

impl Listed {
    fn new<K: Kind>() -> Self {
        Self {
            info: PluginInfo::for_plugin::<Matryoshka<K>>(),
            make: || shim::make::<K>().to_com_ptr::<FUnknown>(),
        }
    }
}

impl Class for Factory {
    type Interfaces = (IPluginFactory, IPluginFactory2, IPluginFactory3);
}

impl Factory {
    pub(super) fn new() -> Self {
        Self {
            plugins: [Listed::new::<Effect>(), Listed::new::<Instrument>()],
        }
    }

    /// Writes what is asked for, if the host names a class and a place to write to.
    ///
    /// # Safety
    ///
    /// `place` is null or valid for writes.
    unsafe fn tell<T>(&self, index: int32, place: *mut T, what: fn(&PluginInfo) -> T) -> tresult {
        let listed = usize::try_from(index)
            .ok()
            .and_then(|it| self.plugins.get(it));
        let Some(listed) = listed.filter(|_| !place.is_null()) else {
            return kInvalidArgument;
        };
        // SAFETY: not null, and the caller's promise.
        unsafe { place.write(what(&listed.info)) };
        kResultOk
    }
}

impl IPluginFactoryTrait for Factory {
    unsafe fn getFactoryInfo(&self, info: *mut PFactoryInfo) -> tresult {
        // SAFETY: the host's place to write to.
        unsafe { self.tell(0, info, PluginInfo::create_factory_info) }
    }

    unsafe fn countClasses(&self) -> int32 {
        self.plugins.len() as int32
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
        let class = unsafe { *cid.cast::<[u8; 16]>() };
        let listed = self.plugins.iter().find(|listed| class == *listed.info.cid);
        let Some(object) = listed.and_then(|listed| (listed.make)()) else {
            return kInvalidArgument;
        };
        let object = object.as_ptr();
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
