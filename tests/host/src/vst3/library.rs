//! A loaded bundle and what is in it.

use std::ffi::c_void;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use vst3::Steinberg::{
    FUnknown, IPluginFactory, IPluginFactory2, IPluginFactory2Trait, IPluginFactoryTrait,
    PClassInfo2, kResultOk,
};
use vst3::{ComPtr, Interface};

use super::Vst3Instance;

/// A loaded VST3 bundle. It is never unloaded, as no plugin's library is in Matryoshka.
pub struct Vst3Library {
    factory: ComPtr<IPluginFactory>,
}

/// A plugin in a bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vst3Class {
    /// Its name.
    pub name: String,
    /// What hosts sort by, with bars between: "Fx|Tools".
    pub subcategories: String,
    /// Its id.
    pub id: [u8; 16],
}

impl Vst3Library {
    /// Loads a `.vst3` bundle of this machine's (Linux), and enters it.
    pub fn load(bundle: impl AsRef<Path>) -> Result<Self> {
        let bundle = bundle.as_ref();
        let name = bundle.file_stem().context("a name")?.to_string_lossy();
        let machine = format!("{}-linux", std::env::consts::ARCH);
        let file = bundle.join(format!("Contents/{machine}/{name}.so"));
        // SAFETY: the test names the file. A broken plugin can do anything, in this host as in any other.
        let factory = unsafe {
            let library = libloading::Library::new(&file)
                .with_context(|| format!("loading {}", file.display()))?;
            let library: &'static _ = Box::leak(Box::new(library));
            let enter: libloading::Symbol<unsafe extern "C" fn(*mut c_void) -> bool> =
                library.get(b"ModuleEntry\0")?;
            if !enter(std::ptr::null_mut()) {
                bail!("{} does not want to", file.display());
            }
            let get: libloading::Symbol<unsafe extern "system" fn() -> *mut IPluginFactory> =
                library.get(b"GetPluginFactory\0")?;
            ComPtr::from_raw(get()).context("a factory")?
        };
        Ok(Self { factory })
    }

    /// The plugins in the bundle, in its order.
    pub fn classes(&self) -> Result<Vec<Vst3Class>> {
        let factory: ComPtr<IPluginFactory2> = self.factory.cast().context("a newer factory")?;
        // SAFETY: the factory is alive, and the places are ours.
        let count = unsafe { factory.countClasses() };
        (0..count)
            .map(|index| {
                // SAFETY: as above; plain characters and numbers.
                let (answer, info) = unsafe {
                    let mut info: PClassInfo2 = std::mem::zeroed();
                    (factory.getClassInfo2(index, &raw mut info), info)
                };
                if answer != kResultOk {
                    bail!("class {index} is not described");
                }
                let text = |chars: &[std::ffi::c_char]| -> String {
                    let chars = chars.iter().take_while(|it| **it != 0);
                    chars.map(|it| char::from(*it as u8)).collect()
                };
                Ok(Vst3Class {
                    name: text(&info.name),
                    subcategories: text(&info.subCategories),
                    id: info.cid.map(|byte| byte as u8),
                })
            })
            .collect()
    }

    /// Makes an instance of the plugin of that name. Not initialized yet.
    pub fn create(&self, name: &str) -> Result<Vst3Instance> {
        let classes = self.classes()?;
        let class = classes.iter().find(|class| class.name == name);
        let class = class.with_context(|| format!("no plugin is called \"{name}\""))?;
        let mut object = std::ptr::null_mut();
        // SAFETY: both ids are 16 bytes; the place is ours.
        let object = unsafe {
            let id = class.id.as_ptr().cast();
            let interface = FUnknown::IID.as_ptr().cast();
            self.factory.createInstance(id, interface, &raw mut object);
            ComPtr::from_raw(object.cast::<FUnknown>()).context("an instance")?
        };
        Vst3Instance::of(object)
    }
}
