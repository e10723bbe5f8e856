//! The packages that set-up installs, under Debian's names, each with what it is for.

use super::Need;

/// A package and the reason for it.
pub struct Package {
    /// Its name in Debian and Ubuntu.
    pub name: &'static str,
    /// What it is for.
    pub reason: &'static str,
    /// The chores that need it.
    pub need: Need,
}

const fn package(need: Need, name: &'static str, reason: &'static str) -> Package {
    Package { name, reason, need }
}

/// The packages that `need` asks for.
pub fn for_need(need: Need) -> impl Iterator<Item = &'static Package> {
    PACKAGES.iter().filter(move |package| package.need <= need)
}

/// clang-format is not in the list: with the libraries it needs it takes 165 MB. `cargo xtask test`
/// uses it where it is installed.
const PACKAGES: &[Package] = &[
    package(Need::Build, "cmake", "configures the build of JUCE"),
    package(Need::Build, "ninja-build", "runs the build of JUCE"),
    package(
        Need::Build,
        "pkg-config",
        "tells CMake where JUCE's libraries are",
    ),
    package(Need::Build, "g++", "compiles JUCE and the bridge to it"),
    package(Need::Build, "libfreetype-dev", "text in JUCE's graphics"),
    package(Need::Build, "libfontconfig1-dev", "finds fonts for JUCE"),
    package(Need::Build, "libx11-dev", "windows of hosted plugins"),
    package(Need::Build, "libxext-dev", "windows: shared-memory images"),
    package(Need::Build, "libxinerama-dev", "windows: several screens"),
    package(Need::Build, "libxrandr-dev", "windows: screen sizes"),
    package(Need::Build, "libxcursor-dev", "windows: mouse cursors"),
    package(Need::Build, "libxcomposite-dev", "windows: transparency"),
    package(Need::Build, "libxi-dev", "windows: input devices"),
    package(Need::Build, "libx11-xcb-dev", "the rack's own window"),
    package(
        Need::Build,
        "libxcb1-dev",
        "the rack's own window, likewise",
    ),
    package(Need::Build, "libxcb-icccm4-dev", "likewise"),
    package(Need::Build, "libxcb-dri2-0-dev", "likewise: OpenGL"),
    package(Need::Build, "libxkbcommon-dev", "likewise: the keyboard"),
    package(Need::Build, "libxkbcommon-x11-dev", "likewise"),
    package(
        Need::Build,
        "libgl-dev",
        "headers for OpenGL, which plugin windows draw with",
    ),
    package(
        Need::Build,
        "libasound2-dev",
        "headers for ALSA, which JUCE's MIDI code names",
    ),
    package(
        Need::Build,
        "libjack-jackd2-dev",
        "headers for JACK, with which the rack runs without a DAW",
    ),
    package(
        Need::Build,
        "ladspa-sdk",
        "the header of the LADSPA plugin format",
    ),
    package(
        Need::Build,
        "libpng-dev",
        "pictures; Debian's JUCE uses the system's library",
    ),
    package(Need::Build, "libjpeg-dev", "pictures, likewise"),
    package(Need::Build, "libwebp-dev", "pictures, likewise"),
    package(Need::Build, "zlib1g-dev", "compression, likewise"),
    package(Need::Build, "libflac-dev", "audio files, likewise"),
    package(Need::Build, "curl", "downloads JUCE's release archive"),
    package(
        Need::Build,
        "ca-certificates",
        "lets curl know whom it talks to",
    ),
    package(
        Need::Demo,
        "zam-plugins",
        "plugins to host: effects as VST3, CLAP, LV2 and LADSPA",
    ),
    package(
        Need::Demo,
        "mda-lv2",
        "plugins to host: effects and instruments as LV2",
    ),
    package(
        Need::Demo,
        "swh-plugins",
        "plugins to host: a hundred LADSPA effects",
    ),
    package(
        Need::Test,
        "x42-plugins",
        "plugins to scan: LV2, also with MIDI and control voltages (1.5 MB)",
    ),
    package(
        Need::Test,
        "lsp-plugins-lv2",
        "plugins to scan: nearly two hundred in one LV2 bundle, with sidechains (2.3 MB)",
    ),
    package(
        Need::Test,
        "calf-plugins",
        "plugins to scan and to show: LV2 effects and instruments with many ports, whose windows are GTK 2's (13 MB, and as much of libraries)",
    ),
    package(
        Need::Test,
        "zynaddsubfx-lv2",
        "an instrument to play, with presets: LV2 (5 MB)",
    ),
    package(
        Need::Test,
        "synthv1-lv2",
        "an instrument to play: LV2 (and Qt's libraries)",
    ),
    package(
        Need::Test,
        "python3",
        "runs pedalboard, a VST3 host that we did not write",
    ),
    package(
        Need::Test,
        "python3-venv",
        "keeps pedalboard out of your own Python",
    ),
    package(
        Need::Test,
        "xvfb",
        "a screen for windows where there is none",
    ),
    package(
        Need::Test,
        "openbox",
        "the window manager that child windows need on it",
    ),
    package(
        Need::Test,
        "xsettingsd",
        "settings for windows on it: JUCE asks whoever owns them",
    ),
    package(
        Need::Test,
        "xdotool",
        "pointer and keys on it, for the tests of the editor",
    ),
    package(
        Need::Test,
        "at-spi2-core",
        "the bus of screen readers, and a session bus with it",
    ),
    package(
        Need::Test,
        "gir1.2-atspi-2.0",
        "asks there what the editor shows, as a screen reader does",
    ),
    package(
        Need::Test,
        "python3-gi",
        "likewise, from Python; and drags files onto the editor, as a file manager does",
    ),
    package(
        Need::Test,
        "gir1.2-gtk-3.0",
        "GTK 3, with which that is done",
    ),
    package(
        Need::Test,
        "libgl1-mesa-dri",
        "OpenGL without a graphics card, which the editor is drawn with there",
    ),
    package(
        Need::Test,
        "binutils",
        "nm, which shows what the bundles export",
    ),
    package(
        Need::Test,
        "valgrind",
        "finds undefined behaviour and leaks in the JUCE layer",
    ),
    package(
        Need::Test,
        "jackd2",
        "a JACK server without a sound card, for the tests of `matryoshka run`",
    ),
    package(
        Need::Ardour,
        "ardour",
        "the DAW in which the VST3 is used by hand (150 MB)",
    ),
];
