//! Builds JUCE once into `target/juce/` and compiles the glue against it.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// The same, of the bench's peers: with the feature `bench` only.
const BENCH_BRIDGE: &str = "bench";

/// The files with a `cxx::bridge`, relative to `src/juce`, each with a C++ file of the same name.
const BRIDGES: &[&str] = &[
    "buffer",
    "description",
    "format_manager",
    "instance",
    "message_loop",
    "midi",
];

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
    println!("cargo:rerun-if-changed=cpp");
    println!("cargo:rerun-if-changed=src/juce");
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=JUCE_DIR");
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
        names.push(BENCH_BRIDGE);
    }
    let mut glue = cxx_build::bridges(names.iter().map(|name| format!("src/juce/{name}.rs")));
    glue.files(
        names
            .iter()
            .map(|name| format!("cpp/src/{name}.cpp"))
            .filter(|file| Path::new(file).exists()),
    );
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
        if let Some(framework) = library.strip_prefix("-framework ") {
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
                println!("cargo:rustc-link-lib={}", name.trim_start_matches("lib"));
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
