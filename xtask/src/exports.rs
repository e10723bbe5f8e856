//! Hides what a bundle's library shows beyond the formats' entry points.
//!
//! rustc exports every symbol with a fixed name from a `cdylib`, those that cxx makes for each bridge
//! included, and stable Rust has no switch for it; a version script of our own is not combined with
//! rustc's. (What comes from other crates is hidden by the linker, see build.rs.) Two plugins in one
//! host that are both made with cxx would find each other's. So those symbols are made local in the
//! library's dynamic symbol table, where the loader then passes over them. Linux only.

use anyhow::{Context, Result};
use goblin::elf::Elf;
use goblin::elf::sym::{STB_LOCAL, st_type};
use std::fs;
use std::path::Path;

/// What CLAP and VST3 hosts look for.
const ENTRY_POINTS: [&str; 4] = [
    "clap_entry",
    "GetPluginFactory",
    "ModuleEntry",
    "ModuleExit",
];

/// Where `st_info` stands in a symbol of a 64-bit ELF file, after the name (4 bytes).
const ST_INFO: usize = 4;
const SYMBOL_SIZE: usize = 24;

/// Leaves only the entry points of a library visible.
pub fn hide_all_but_entry_points(library: &Path) -> Result<()> {
    let mut bytes = fs::read(library).with_context(|| library.display().to_string())?;
    let places = to_hide(&bytes).with_context(|| library.display().to_string())?;
    for (place, info) in places {
        bytes[place] = info;
    }
    // Written beside and renamed: a host may have the old one loaded.
    let beside = library.with_extension("partial");
    fs::write(&beside, bytes)?;
    fs::set_permissions(&beside, fs::metadata(library)?.permissions())?;
    fs::rename(&beside, library)?;
    Ok(())
}

/// The places of the `st_info` bytes to change, and what to write there.
fn to_hide(bytes: &[u8]) -> Result<Vec<(usize, u8)>> {
    let elf = Elf::parse(bytes)?;
    anyhow::ensure!(elf.is_64, "not a 64-bit library");
    let table = elf
        .section_headers
        .iter()
        .find(|section| section.sh_type == goblin::elf::section_header::SHT_DYNSYM)
        .context("no dynamic symbols")?;
    let start = usize::try_from(table.sh_offset)?;
    Ok(elf
        .dynsyms
        .iter()
        .enumerate()
        .filter(|(_, symbol)| !symbol.is_import() && symbol.st_value != 0)
        .filter(|(_, symbol)| {
            let name = elf.dynstrtab.get_at(symbol.st_name).unwrap_or_default();
            !ENTRY_POINTS.contains(&name)
        })
        .map(|(index, symbol)| {
            let place = start + index * SYMBOL_SIZE + ST_INFO;
            (place, (STB_LOCAL << 4) | st_type(symbol.st_info))
        })
        .collect())
}
