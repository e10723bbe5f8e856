//! System packages where there is no apt: the list is printed, and the tools are looked for.

use anyhow::{Result, bail};

use super::System;
use crate::shell;

/// Fails with the list of packages if CMake, Ninja or a C++ compiler is missing. With `tell`, prints the
/// list in any case: headers and plugins are not looked for one by one.
pub fn check(system: &System, tell: bool) -> Result<()> {
    let mut missing = Vec::new();
    if !shell::succeeds("cmake", &["--version"]) {
        missing.push("cmake");
    }
    // On Windows neither is asked for: build.rs uses Visual Studio's own generator there, and its
    // compiler is found by the registry and not on the path.
    if !cfg!(windows) && !shell::succeeds("ninja", &["--version"]) {
        missing.push("ninja");
    }
    let has_compiler = ["c++", "g++", "clang++"]
        .iter()
        .any(|compiler| shell::succeeds(compiler, &["--version"]));
    if !cfg!(windows) && !has_compiler {
        missing.push("a C++17 compiler");
    }

    let list = list(system);
    if !missing.is_empty() {
        bail!(
            "Missing: {}. {list}\n\nThen run the same command again.",
            missing.join(", ")
        );
    }
    if tell {
        eprintln!("The tools to build with are here. {list}\n");
    }
    Ok(())
}

fn list(system: &System) -> String {
    if cfg!(windows) {
        return "On Windows this project needs Visual Studio's build tools (\"Desktop development \
                with C++\") and CMake, of which cmake.exe must be on the path."
            .to_owned();
    }
    if cfg!(target_os = "macos") {
        return "On macOS this project needs Xcode's command line tools (`xcode-select --install`), \
                CMake and Ninja (with Homebrew: `brew install cmake ninja`)."
            .to_owned();
    }
    let packages = if system.is_like("fedora") {
        "sudo dnf install cmake ninja-build pkgconf-pkg-config gcc-c++ freetype-devel \
         fontconfig-devel libX11-devel libXext-devel libXinerama-devel libXrandr-devel \
         libXcursor-devel libXcomposite-devel libXi-devel mesa-libGL-devel alsa-lib-devel \
         ladspa-devel libpng-devel libjpeg-turbo-devel libwebp-devel zlib-devel flac-devel curl \
         python3 python3-gobject gtk3 xorg-x11-server-Xvfb openbox xsettingsd xdotool mesa-dri-drivers binutils valgrind"
    } else if system.is_like("arch") {
        "sudo pacman -S --needed cmake ninja pkgconf gcc freetype2 fontconfig libx11 libxext \
         libxinerama libxrandr libxcursor libxcomposite libxi libglvnd alsa-lib ladspa libpng \
         libjpeg-turbo libwebp zlib flac curl python python-gobject gtk3 xorg-server-xvfb openbox xsettingsd xdotool mesa binutils valgrind"
    } else {
        "cmake, ninja, pkg-config, a C++17 compiler, curl, and the headers of freetype, \
         fontconfig, X11, Xext, Xinerama, Xrandr, Xcursor, Xcomposite, Xi, OpenGL, ALSA, LADSPA, \
         libpng, libjpeg, libwebp, zlib and FLAC; for the tests python3 with venv and PyGObject, GTK 3, Xvfb, openbox, \
         xsettingsd, xdotool, Mesa and binutils"
    };
    format!(
        "On this system the project needs (untested outside Debian):\n\n    {packages}\n\n\
         and, to have something to host, any VST3, LV2, LADSPA or CLAP plugins: zam-plugins, \
         mda.lv2 and swh-plugins are those that the tests know."
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_never_heard_of_still_gets_a_list() {
        if cfg!(target_os = "linux") {
            assert!(list(&System::default()).contains("fontconfig"));
        }
    }
}
