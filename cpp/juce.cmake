# Where JUCE comes from: the first of the places below that holds a release we know to be good.
# Sets JUCE_MODULES (the folder of juce_core and its sisters), JUCE_CMAKE (the folder of
# JUCEModuleSupport.cmake) and JUCE_FOUND_VERSION. Downloading is `cargo xtask setup`'s work
# (xtask/src/setup/juce.rs, to be kept in agreement), which leaves what it fetched in
# MATRYOSHKA_JUCE_STORE.

set(JUCE_KNOWN_GOOD 9.0.4 8.0.12 8.0.6)

# Sets OUT_modules, OUT_cmake and OUT_version if ROOT holds a checkout of JUCE, or a tree in which
# it is installed (upstream's layout or Debian's).
function(matryoshka_probe_juce root out)
    file(GLOB cmake_files
        "${root}/extras/Build/CMake/JUCEModuleSupport.cmake"
        "${root}/lib/cmake/JUCE-*/JUCEModuleSupport.cmake"
        "${root}/lib/*/cmake/JUCE-*/JUCEModuleSupport.cmake"
        "${root}/usr/lib/*/cmake/JUCE-*/JUCEModuleSupport.cmake")
    file(GLOB headers
        "${root}/modules/juce_core/system/juce_StandardHeader.h"
        "${root}/share/juce/modules/juce_core/system/juce_StandardHeader.h"
        "${root}/usr/share/juce/modules/juce_core/system/juce_StandardHeader.h"
        "${root}/include/JUCE-*/modules/juce_core/system/juce_StandardHeader.h")
    if(NOT cmake_files OR NOT headers)
        return()
    endif()
    list(GET cmake_files 0 cmake_file)
    list(GET headers 0 header)
    file(STRINGS "${header}" lines REGEX "^#define JUCE_(MAJOR_VERSION|MINOR_VERSION|BUILDNUMBER)")
    string(REGEX MATCHALL "[0-9]+" numbers "${lines}")
    list(JOIN numbers "." version)
    get_filename_component(cmake_dir "${cmake_file}" DIRECTORY)
    get_filename_component(modules "${header}/../../.." ABSOLUTE)
    set(${out}_modules "${modules}" PARENT_SCOPE)
    set(${out}_cmake "${cmake_dir}" PARENT_SCOPE)
    set(${out}_version "${version}" PARENT_SCOPE)
endfunction()

set(candidates)
if(NOT "$ENV{JUCE_DIR}" STREQUAL "")
    list(APPEND candidates "$ENV{JUCE_DIR}")
endif()
list(APPEND candidates /usr)
foreach(version IN LISTS JUCE_KNOWN_GOOD)
    list(APPEND candidates "${MATRYOSHKA_JUCE_STORE}/source-${version}")
endforeach()

foreach(candidate IN LISTS candidates)
    unset(found_version)
    matryoshka_probe_juce("${candidate}" found)
    set(asked_for FALSE)
    if(candidate STREQUAL "$ENV{JUCE_DIR}")
        set(asked_for TRUE)
    endif()
    if(asked_for AND NOT found_version)
        message(FATAL_ERROR
            "JUCE_DIR is set to ${candidate}, but no JUCE is there (neither a checkout nor an installed tree).")
    elseif(found_version IN_LIST JUCE_KNOWN_GOOD)
        break()
    elseif(asked_for AND found_version VERSION_GREATER 9.0.4 AND found_version VERSION_LESS 10)
        message(WARNING "JUCE ${found_version} has not been tried with Matryoshka; going on with it.")
        break()
    elseif(asked_for)
        message(FATAL_ERROR
            "JUCE_DIR holds JUCE ${found_version}; Matryoshka is known to build with ${JUCE_KNOWN_GOOD}.")
    endif()
    unset(found_version)
endforeach()

if(NOT found_version)
    message(FATAL_ERROR
        "JUCE was not found. Run `cargo xtask setup`, or provide one of ${JUCE_KNOWN_GOOD} yourself: "
        "(1) JUCE_DIR pointing at a checkout or an installed tree, (2) the system package "
        "juce-modules-source, (3) the upstream release archive, or (4) Debian's package, unpacked "
        "under target/juce (the last two are what set-up does).")
endif()

set(JUCE_MODULES "${found_modules}")
set(JUCE_CMAKE "${found_cmake}")
set(JUCE_FOUND_VERSION "${found_version}")
message(STATUS "JUCE ${JUCE_FOUND_VERSION} from ${JUCE_MODULES}")
