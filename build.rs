//! Builds JUCE once into `target/juce/` and compiles the glue against it.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

/// The files with a `cxx::bridge`, relative to `src/juce`, each with a C++ file of the same name
/// where it has glue.
const BRIDGES: &[&str] = &[
    "buffer",
    "description",
    "editor_presence",
    "editor_window",
    "format_manager",
    "instance",
    "levels",
    "listener",
    "memory_block",
    "message_loop",
    "midi",
    "parameter",
    "play_head",
    "preset",
    "program",
    "string",
    "system_stats",
    "testing",
    "x_errors",
];

/// The same, of the benches' peers: with the feature `bench` only.
const BENCH_BRIDGES: &[&str] = &["bench", "bench_interop", "bench_scan"];

/// C++ without a bridge: what examples/c_ffi.rs binds by hand.
const C_FFI: &str = "cpp/c_ffi/format_manager.cpp";

/// The compiler's sanitizers to build the glue with ("address,undefined"), for tests. JUCE itself is
/// built without: its memory is watched where it is allocated and where the glue uses it.
const SANITIZE: &str = "MATRYOSHKA_SANITIZE";

fn main() {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let juce = build_juce(&root);
    build_glue(&juce);
    link(&juce);

    if env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "linux") {
        // The plugin's library shows its entry points only: without this, what cxx and zstd bring
        // along would be visible to every other plugin in the host.
        println!("cargo:rustc-cdylib-link-arg=-Wl,--exclude-libs,ALL");
        // Rust's standard library leaves a destructor with each thread that it ran on; a host that
        // unloads us and then ends such a thread would jump into nothing (src/child/resident.rs).
        println!("cargo:rustc-cdylib-link-arg=-Wl,-z,nodelete");
    }
    rerun_when(&juce);
}

/// Says when cargo must run this again: our C++, a bridge, this file or `JUCE_DIR` changed, or JUCE's
/// library was deleted. (cc adds `CXX`, `CXXFLAGS` and their like; cargo itself the features.) What
/// changes in JUCE's own files is not looked for: they are a release.
fn rerun_when(juce: &Juce) {
    println!("cargo:rerun-if-changed=cpp");
    for bridge in BRIDGES.iter().chain(BENCH_BRIDGES) {
        println!("cargo:rerun-if-changed=src/juce/{bridge}.rs");
    }
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=JUCE_DIR");
    println!("cargo:rerun-if-env-changed={SANITIZE}");

    // Cargo runs a build script again when a file that it watches is missing, or is newer than the
    // script's last start. The library is newer when it was just built, so a stamp stands for it,
    // which is as old as can be and vanishes with the folder.
    let stamp = juce.build.join("built.stamp");
    let stamped = fs::File::create(&stamp)
        .and_then(|file| file.set_modified(UNIX_EPOCH + Duration::from_secs(86_400)));
    if stamped.is_ok() {
        println!("cargo:rerun-if-changed={}", stamp.display());
    }
}

/// What CMake wrote down about how JUCE was built (cpp/CMakeLists.txt).
struct Juce {
    build: PathBuf,
    defines: Vec<String>,
    includes: Vec<String>,
    libraries: Vec<String>,
}

/// Configures and builds JUCE in a folder outside cargo's profiles, so that it is built once. When it
/// is up to date this takes a fraction of a second.
fn build_juce(root: &Path) -> Juce {
    let store = root.join("target/juce");
    let name = env::var("JUCE_DIR").map_or_else(
        |_| "build".to_owned(),
        |dir| {
            format!(
                "build-{}",
                dir.replace(|c: char| !c.is_ascii_alphanumeric(), "_")
            )
        },
    );
    let mut config = cmake::Config::new(root.join("cpp"));
    config
        .profile("Release")
        .define("MATRYOSHKA_JUCE_STORE", &store)
        .out_dir(store.join(name))
        .build_target("matryoshka_juce");
    if env::var_os("CARGO_CFG_TARGET_ENV").is_none_or(|target_env| target_env != "msvc") {
        config.generator("Ninja");
    }
    let build = config.build().join("build");

    let lines = |file: &str| -> Vec<String> {
        let path = build.join("flags").join(file);
        let text =
            fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.retain(|line| !line.is_empty());
        lines.sort();
        lines.dedup();
        lines
    };
    Juce {
        defines: lines("defines.txt"),
        includes: lines("includes.txt"),
        libraries: lines("libraries.txt"),
        build,
    }
}

/// Compiles cpp/src and what cxx generates, optimised as JUCE is, whatever the cargo profile.
fn build_glue(juce: &Juce) {
    let mut names = BRIDGES.to_vec();
    if env::var_os("CARGO_FEATURE_BENCH").is_some() {
        names.extend_from_slice(BENCH_BRIDGES);
    }
    let mut glue = cxx_build::bridges(names.iter().map(|name| format!("src/juce/{name}.rs")));
    glue.files(
        names
            .iter()
            .map(|name| format!("cpp/src/{name}.cpp"))
            .filter(|file| Path::new(file).exists()),
    );
    glue.file(C_FFI);
    for define in &juce.defines {
        match define.split_once('=') {
            Some((name, value)) => glue.define(name, value),
            None => glue.define(define, None),
        };
    }
    for include in &juce.includes {
        // As system headers: their warnings are not ours.
        if glue.get_compiler().is_like_msvc() {
            glue.include(include);
        } else {
            glue.flag(format!("-isystem{include}"));
        }
    }
    if env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "macos") {
        glue.flag("-xobjective-c++");
    }
    if let Ok(sanitizers) = env::var(SANITIZE) {
        let flag = format!("-fsanitize={sanitizers}");
        glue.flag(&flag)
            .flag("-fno-sanitize-recover=all")
            .flag("-fno-omit-frame-pointer")
            .flag("-g");
        // rustc has the compiler link no libraries of its own accord, so these are named. (GCC's names.)
        for (sanitizer, library) in [("address", "asan"), ("undefined", "ubsan")] {
            if sanitizers.contains(sanitizer) {
                println!("cargo:rustc-link-lib=dylib={library}");
            }
        }
    }
    glue.std("c++17")
        .opt_level(2)
        .flag_if_supported("-fvisibility=hidden")
        .flag_if_supported("-fvisibility-inlines-hidden")
        .flag_if_supported("-Wno-multichar")
        .compile("matryoshka_glue");
}

/// Tells rustc what JUCE needs from the system.
fn link(juce: &Juce) {
    println!("cargo:rustc-link-search=native={}", juce.build.display());
    println!("cargo:rustc-link-lib=static=matryoshka_juce");

    for library in &juce.libraries {
        let framework = library
            .strip_prefix("-framework ")
            .or_else(|| library.strip_prefix("-weak_framework "));
        if let Some(framework) = framework {
            println!("cargo:rustc-link-lib=framework={framework}");
        } else if let Some(path) = Path::new(library)
            .file_stem()
            .filter(|_| library.contains('/'))
        {
            // An absolute path that CMake found: /usr/lib/.../libfreetype.so, or a framework.
            let name = path.to_string_lossy();
            if library.ends_with(".framework") {
                println!("cargo:rustc-link-lib=framework={name}");
            } else {
                println!(
                    "cargo:rustc-link-lib={}",
                    name.strip_prefix("lib").unwrap_or(&name)
                );
            }
        } else if !library.starts_with("juce") && !library.starts_with('-') {
            println!("cargo:rustc-link-lib={library}");
        }
    }

    // Debian's JUCE uses the system's copies of what upstream brings along.
    if juce
        .includes
        .iter()
        .any(|include| include.contains("libpng"))
    {
        for library in ["png16", "jpeg", "webp", "z", "FLAC"] {
            println!("cargo:rustc-link-lib={library}");
        }
    }
}
