# What must be different in JUCE, as patches to a copy of the module that hosts plugins.
#
# midi: JUCE's VST3 host keeps a block's MIDI in an array that takes a lock for every event and grows
#   while audio runs (MidiEventList in juce_VST3Common.h, JUCE 8 and 9). Only the audio thread ever
#   uses it, so ours has no lock, and room for as many events as JUCE lets through (2048).
# log: its LADSPA host tells the life of each plugin on the terminal, release builds included.
# default: the LADSPA host takes the normalised value of the defaults "0", "1", "100" and "440" to be
#   0, 1, 0.5 and 0.5 whatever the range, so that -50 to 0 dB with default 0 shows as -50.
# first: to make a plugin notice the sample rate, it sets the first parameter away and back by that
#   normalised value; Hard Limiter then limits at -50 dB.
#
# Each can go when JUCE does without.

set(MATRYOSHKA_PATCHED "${CMAKE_BINARY_DIR}/patched")

set(patch_names midi log default first)

set(patch_midi_old "Array<Steinberg::Vst::Event, CriticalSection> events;")
set(patch_midi_new "struct Events : Array<Steinberg::Vst::Event> { Events() { ensureStorageAllocated (2048); } }; Events events;")

set(patch_log_old "#define JUCE_LADSPA_LOGGING 1")
set(patch_log_new "#define JUCE_LADSPA_LOGGING 0")

set(patch_default_old "defaultValue = paramValue.unscaled;")
set(patch_default_new [[
            if (auto* descriptor = pluginInstance.plugin)
            {
                // The normalised value that scales to the default, by halving the range.
                auto low = 0.0f, high = 1.0f;
                for (int i = 0; i < 24; ++i)
                {
                    const auto middle = (low + high) / 2.0f;
                    const auto isBelow = getNewParamScaled (descriptor->PortRangeHints[paramID], middle) < paramValue.scaled;
                    (isBelow ? low : high) = middle;
                }
                paramValue.unscaled = low == 0.0f ? 0.0f : high;
            }
            defaultValue = paramValue.unscaled;]])

set(patch_first_old "firstParam->setValue (old);")
set(patch_first_new [[
                // The scaled value may be one that no normalised value scales to.
                const auto kept = static_cast<LADSPAParameter*> (firstParam)->defaultValue;
                if (approximatelyEqual (kept, old))
                    static_cast<LADSPAParameter*> (firstParam)->reset();
                else
                    firstParam->setValue (old);]])

# Replaces OLD by NEW in the first of the files that is there. Semicolons must not part the text, so
# everything is quoted.
function(matryoshka_patch folder old new)
    foreach(file IN LISTS ARGN)
        if(NOT EXISTS "${folder}/${file}")
            continue()
        endif()
        file(READ "${folder}/${file}" text)
        string(FIND "${text}" "${old}" place)
        if(NOT place EQUAL -1)
            string(REPLACE "${old}" "${new}" text "${text}")
            file(WRITE "${folder}/${file}" "${text}")
            return()
        endif()
    endforeach()
    if(JUCE_FOUND_VERSION IN_LIST JUCE_KNOWN_GOOD)
        message(FATAL_ERROR "JUCE ${JUCE_FOUND_VERSION} is not as we know it: \"${old}\" is not in ${ARGN}.")
    endif()
    message(WARNING "JUCE ${JUCE_FOUND_VERSION} is not patched: \"${old}\" is not in ${ARGN}. Is it still needed?")
endfunction()

# Sets OUT to the folder to take a module from: its own, or that of the patched copy.
function(matryoshka_patched_module module out)
    set(${out} "${module}" PARENT_SCOPE)
    if(NOT EXISTS "${module}/format_types/juce_VST3Common.h")
        return()
    endif()

    # Copied anew when JUCE or a patch changes; otherwise nothing is touched, or all would be
    # compiled again.
    get_filename_component(name "${module}" NAME)
    set(copy "${MATRYOSHKA_PATCHED}/${name}")
    set(stamp "${copy}/from.txt")
    set(origin "${JUCE_FOUND_VERSION} ${module}")
    foreach(patch IN LISTS patch_names)
        string(APPEND origin " ${patch_${patch}_new}")
    endforeach()
    set(made_from "")
    if(EXISTS "${stamp}")
        file(READ "${stamp}" made_from)
    endif()
    if(NOT made_from STREQUAL origin)
        file(REMOVE_RECURSE "${copy}")
        file(COPY "${module}" DESTINATION "${MATRYOSHKA_PATCHED}")
        foreach(patch IN LISTS patch_names)
            matryoshka_patch("${copy}" "${patch_${patch}_old}" "${patch_${patch}_new}"
                format_types/juce_VST3Common.h
                format_types/juce_LADSPAPluginFormatHeadless.cpp
                format_types/juce_LADSPAPluginFormat.cpp)
        endforeach()
        file(WRITE "${stamp}" "${origin}")
    endif()
    set(${out} "${copy}" PARENT_SCOPE)
endfunction()
