//! Beginning and end of an object's life (`IPluginBase`), which two of its interfaces have.

use nih_plug::wrapper::vst3::vst3::Interface;
use nih_plug::wrapper::vst3::vst3::Steinberg::Vst::{
    IComponent, IComponentVtbl, IEditController, IEditControllerVtbl,
};
use nih_plug::wrapper::vst3::vst3::Steinberg::{
    FUnknown, IPluginBase, IPluginBaseVtbl, TBool, tresult,
};

use super::shim::table;

pub(super) fn replace_component(table: &mut IComponentVtbl) {
    replace::<IComponent>(&mut table.base);
    table.setActive = set_active;
}

/// Replaces the base of a table of `I`.
pub(super) fn replace<I: Interface>(base: &mut IPluginBaseVtbl)
where
    I::Vtbl: Based,
{
    base.initialize = initialize::<I>;
    base.terminate = terminate::<I>;
}

/// A table that begins with that of `IPluginBase`.
pub(super) trait Based: 'static {
    fn base(&self) -> &IPluginBaseVtbl;
}

impl Based for IComponentVtbl {
    fn base(&self) -> &IPluginBaseVtbl {
        &self.base
    }
}

impl Based for IEditControllerVtbl {
    fn base(&self) -> &IPluginBaseVtbl {
        &self.base
    }
}

unsafe extern "system" fn initialize<I: Interface>(
    this: *mut IPluginBase,
    context: *mut FUnknown,
) -> tresult
where
    I::Vtbl: Based,
{
    // SAFETY: the host's pointer, of an interface whose table is an `I`'s.
    let table = unsafe { table(this.cast::<I>()) };
    // SAFETY: null or the host's context; this is its main thread.
    unsafe { table.shim.herald.meet(context) };
    // SAFETY: nice-plug's own function.
    unsafe { (table.inner.base().initialize)(this, context) }
}

unsafe extern "system" fn terminate<I: Interface>(this: *mut IPluginBase) -> tresult
where
    I::Vtbl: Based,
{
    // SAFETY: as above.
    let table = unsafe { table(this.cast::<I>()) };
    table.shim.herald.leave();
    // SAFETY: nice-plug's own function.
    unsafe { (table.inner.base().terminate)(this) }
}

unsafe extern "system" fn set_active(this: *mut IComponent, state: TBool) -> tresult {
    // SAFETY: the host's pointer.
    let table = unsafe { table(this) };
    if state == 0 {
        table.shim.set_playing(false);
    }
    // SAFETY: nice-plug's own function.
    unsafe { (table.inner.setActive)(this, state) }
}

// Both tables are replaced, so that whichever way the host goes, we hear of it.
const _: fn(&mut IPluginBaseVtbl) = replace::<IEditController>;
