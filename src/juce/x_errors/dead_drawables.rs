//! Windows that die while Mesa draws in them without a graphics card.
//!
//! Mesa then asks Xlib how large the window is, before each picture, and does not look whether there was
//! an answer (`swrastGetDrawableInfo` in `src/glx/drisw_glx.c`; seen in 22.3). Where the window is gone,
//! or the connection, it takes what lies on the stack for a size, and draws a picture of that size into
//! memory of another. The heap is found corrupted some time later. It is so in any host.
//!
//! A window may be destroyed by others at any time, so that no look beforehand helps. Here Mesa's
//! library is handed another `XGetGeometry`, which answers with one pixel where there is no answer. That
//! is a word in the library's table of functions, as the dynamic linker fills it in. It can go when no
//! Mesa in use needs it; drivers of graphics cards do not ask in this way.

use std::ffi::{CStr, c_char, c_int, c_ulong, c_void};
use std::sync::atomic::{AtomicBool, AtomicPtr, Ordering};

use super::xlib::{Display, GetGeometry, Xlib};

/// Mesa's part that speaks GLX, as all that loads it names it.
const LIBRARY: &CStr = c"libGLX_mesa.so.0";

const FUNCTION: &CStr = c"XGetGeometry";

static IS_DONE: AtomicBool = AtomicBool::new(false);

pub(super) fn outlive() {
    if IS_DONE.load(Ordering::Acquire) {
        return;
    }
    let Some(xlib) = Xlib::get() else { return };
    // What was changed must stay: Mesa comes and goes with the plugins that draw with it.
    let flags = libc::RTLD_LAZY | libc::RTLD_NOLOAD | libc::RTLD_NODELETE;
    // SAFETY: nothing is loaded.
    let library = unsafe { libc::dlopen(LIBRARY.as_ptr(), flags) };
    if library.is_null() || IS_DONE.swap(true, Ordering::AcqRel) {
        return;
    }
    REAL.store(xlib.get_geometry as *mut c_void, Ordering::Release);
    let replaced = elf::replace(
        LIBRARY,
        FUNCTION,
        get_geometry as GetGeometry as *mut c_void,
    );
    tracing::debug!("{replaced} places of {LIBRARY:?} call our {FUNCTION:?}");
}

/// Xlib's own.
static REAL: AtomicPtr<c_void> = AtomicPtr::new(std::ptr::null_mut());

/// `XGetGeometry`, with an answer in any case.
#[allow(clippy::too_many_arguments)] // as `X11/Xlib.h` has it
unsafe extern "C" fn get_geometry(
    display: *mut Display,
    drawable: c_ulong,
    root: *mut c_ulong,
    x: *mut c_int,
    y: *mut c_int,
    width: *mut u32,
    height: *mut u32,
    border: *mut u32,
    depth: *mut u32,
) -> c_int {
    // SAFETY: stored before anybody could call this.
    let real: GetGeometry = unsafe { std::mem::transmute(REAL.load(Ordering::Acquire)) };
    // SAFETY: the caller's own arguments. All places can be written to, as Xlib would.
    unsafe {
        let status = real(display, drawable, root, x, y, width, height, border, depth);
        if status == 0 {
            (*x, *y) = (0, 0);
            (*width, *height) = (1, 1);
        }
        status
    }
}

/// Tables of loaded libraries.
#[cfg(target_pointer_width = "64")]
mod elf {
    use super::{AtomicPtr, CStr, Ordering, c_char, c_int, c_void};

    const DT_PLTRELSZ: u64 = 2;
    const DT_STRTAB: u64 = 5;
    const DT_SYMTAB: u64 = 6;
    const DT_RELA: u64 = 7;
    const DT_RELASZ: u64 = 8;
    const DT_JMPREL: u64 = 23;

    /// `Elf64_Dyn` of `elf.h`.
    #[repr(C)]
    struct Entry {
        tag: u64,
        value: u64,
    }

    /// `Elf64_Rela` of `elf.h`.
    #[repr(C)]
    struct Place {
        offset: u64,
        info: u64,
        _addend: i64,
    }

    /// What is looked for.
    struct Search<'a> {
        library: &'a CStr,
        function: &'a CStr,
        new: *mut c_void,
        replaced: usize,
    }

    /// Has a loaded library call `new` where it calls `function`. Tells how many places were changed.
    pub(super) fn replace(library: &CStr, function: &CStr, new: *mut c_void) -> usize {
        let mut search = Search {
            library,
            function,
            new,
            replaced: 0,
        };
        // SAFETY: `visit` takes what is handed to it here, during the call.
        unsafe { libc::dl_iterate_phdr(Some(visit), (&raw mut search).cast()) };
        search.replaced
    }

    /// Called for each library, while none can be unloaded.
    unsafe extern "C" fn visit(
        info: *mut libc::dl_phdr_info,
        _size: libc::size_t,
        search: *mut c_void,
    ) -> c_int {
        // SAFETY: the dynamic linker's own description of a library, and what `replace` handed over.
        unsafe {
            let (info, search) = (&*info, &mut *search.cast::<Search>());
            let name = CStr::from_ptr(info.dlpi_name).to_bytes();
            let is_it = name.ends_with(search.library.to_bytes());
            if is_it {
                search.replace_in(info);
            }
            c_int::from(is_it)
        }
    }

    impl Search<'_> {
        /// # Safety
        ///
        /// The library is loaded as it is described.
        unsafe fn replace_in(&mut self, info: &libc::dl_phdr_info) {
            let base = info.dlpi_addr;
            // SAFETY: as many as the description says.
            let headers =
                unsafe { std::slice::from_raw_parts(info.dlpi_phdr, info.dlpi_phnum.into()) };
            let find = |kind| headers.iter().find(|header| header.p_type == kind);
            let Some(dynamic) = find(libc::PT_DYNAMIC) else {
                return;
            };
            let read_only = find(libc::PT_GNU_RELRO).map(|header| {
                let start = base + header.p_vaddr;
                start..start + header.p_memsz
            });
            // The linker has made addresses of offsets, where it may write.
            let address = |value: u64| if value < base { base + value } else { value };
            let (mut names, mut symbols) = (0, 0);
            let mut tables = [(0, 0); 2];
            let mut entry = (base + dynamic.p_vaddr) as *const Entry;
            // SAFETY: the list ends with a zero.
            unsafe {
                while (*entry).tag != 0 {
                    let value = (*entry).value;
                    match (*entry).tag {
                        DT_STRTAB => names = address(value),
                        DT_SYMTAB => symbols = address(value),
                        DT_JMPREL => tables[0].0 = address(value),
                        DT_PLTRELSZ => tables[0].1 = value as usize,
                        DT_RELA => tables[1].0 = address(value),
                        DT_RELASZ => tables[1].1 = value as usize,
                        _ => {}
                    }
                    entry = entry.add(1);
                }
            }
            if names == 0 || symbols == 0 {
                return;
            }
            for (start, bytes) in tables.into_iter().filter(|table| table.0 != 0) {
                let count = bytes / size_of::<Place>();
                // SAFETY: the table is as long as the library says.
                let table = unsafe { std::slice::from_raw_parts(start as *const Place, count) };
                for place in table {
                    let symbol = (place.info >> 32) as usize;
                    // SAFETY: the linker has read the same.
                    let name = unsafe {
                        let symbol = &*(symbols as *const libc::Elf64_Sym).add(symbol);
                        CStr::from_ptr((names + u64::from(symbol.st_name)) as *const c_char)
                    };
                    if name == self.function {
                        let at = base + place.offset;
                        let is_read_only =
                            read_only.as_ref().is_some_and(|range| range.contains(&at));
                        // SAFETY: a word with the function's address, which the linker wrote.
                        unsafe { self.write(at as *mut *mut c_void, is_read_only) };
                    }
                }
            }
        }

        /// # Safety
        ///
        /// There is the address of the function, or what finds it.
        unsafe fn write(&mut self, place: *mut *mut c_void, is_read_only: bool) {
            // SAFETY: only tells a number.
            let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) } as usize;
            let start = place.map_addr(|address| address & !(page - 1)).cast();
            // SAFETY: the page is the library's. A word of its size is written at once, whoever reads it.
            unsafe {
                let open = libc::PROT_READ | libc::PROT_WRITE;
                if is_read_only && libc::mprotect(start, page, open) != 0 {
                    return;
                }
                AtomicPtr::from_ptr(place).store(self.new, Ordering::Release);
                if is_read_only {
                    libc::mprotect(start, page, libc::PROT_READ);
                }
            }
            self.replaced += 1;
        }
    }
}

/// Of other systems' tables nothing is known.
#[cfg(not(target_pointer_width = "64"))]
mod elf {
    use super::{CStr, c_void};

    pub(super) fn replace(_library: &CStr, _function: &CStr, _new: *mut c_void) -> usize {
        0
    }
}
