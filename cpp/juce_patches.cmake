# What must be different in JUCE, as patches to copies of the modules that host plugins and their windows.
#
# midi: JUCE's VST3 host keeps a block's MIDI in an array that takes a lock for every event and grows
#   while audio runs (MidiEventList in juce_VST3Common.h, JUCE 8 and 9). Only the audio thread ever
#   uses it, so ours has no lock, and room for as many events as JUCE lets through (2048).
# log: its LADSPA host tells the life of each plugin on the terminal, release builds included.
# default: the LADSPA host takes the normalised value of the defaults "0", "1", "100" and "440" to be
#   0, 1, 0.5 and 0.5 whatever the range, so that -50 to 0 dB with default 0 shows as -50.
# first: to make a plugin notice the sample rate, it sets the first parameter away and back by that
#   normalised value; Hard Limiter then limits at -50 dB.
# lock: its LADSPA parameters share a mutex, which keeps nobody from anything: the plugin reads its
#   values without. The audio thread sets them, too.
# thread, ask: its VST3 parameters ask whether this is the message thread, for which JUCE 8.0 takes a
#   mutex (juce_MessageManager.cpp). Ours note down the thread on which they were made, which is it.
# hear, tell: its VST3 host makes a MidiMessage, on the heap, of each system exclusive message that goes
#   in or comes out.
# room: its LV2 host puts half an event where there is no room for a whole one, and the plugin reads on
#   behind it.
# more: that room is 8 KiB, which 341 notes fill.
# late: a window that a plugin gave another size looks at it later, though it may be gone by then.
#
# Each can go when JUCE does without.

set(MATRYOSHKA_PATCHED "${CMAKE_BINARY_DIR}/patched")

set(patch_names midi log default first lock thread ask hear tell room more)
set(patch_names_of_windows late)

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

set(patch_lock_old "const ScopedLock sl (pluginInstance.lock);")
set(patch_lock_new "")

set(patch_thread_old [[CachedParamValues cache;
    Vst::IEditController* controller = nullptr;]])
set(patch_thread_new [[CachedParamValues cache;
    const Thread::ThreadID messageThread = Thread::getCurrentThreadId();
    Vst::IEditController* controller = nullptr;]])

set(patch_ask_old [[if (MessageManager::getInstance()->isThisTheMessageThread())
            controller->setParamNormalized]])
set(patch_ask_new [[if (Thread::getCurrentThreadId() == messageThread)
            controller->setParamNormalized]])

set(patch_hear_old "const auto msg = metadata.getMessage();")
set(patch_hear_new [[
        if (midiMapping != nullptr && metadata.numBytes > 0 && metadata.data[0] == 0xf0)
        {
            Steinberg::Vst::Event sysEx{};
            sysEx.type         = Steinberg::Vst::Event::kDataEvent;
            sysEx.sampleOffset = metadata.samplePosition;
            sysEx.data.bytes   = metadata.data;
            sysEx.data.size    = (uint32) metadata.numBytes;
            sysEx.data.type    = Steinberg::Vst::DataEvent::kMidiSysEx;
            result.addEvent (sysEx);
            return;
        }

        const auto msg = metadata.getMessage();]])

set(patch_tell_old "if (const auto message = toMidiMessage (e))")
set(patch_tell_new [[
            if (e.type == Steinberg::Vst::Event::kDataEvent)
            {
                const auto isWhole = e.data.type == Steinberg::Vst::DataEvent::kMidiSysEx
                                  && e.data.size >= 2 && e.data.bytes[0] == 0xf0
                                  && e.data.bytes[e.data.size - 1] == 0xf7;
                if (isWhole)
                    result.addEvent (e.data.bytes, (int) e.data.size, e.sampleOffset);
                continue;
            }

            if (const auto message = toMidiMessage (e))]])

set(patch_room_old "lv2_atom_forge_frame_time (forge.get(), timestamp);")
set(patch_room_new [[
        // A time, an atom's header, and its body up to the next multiple of 8.
        const auto needed = 16 + (((uint64_t) size + 7) / 8) * 8;
        if (forge.get()->offset + needed > forge.get()->size)
            return;

        lv2_atom_forge_frame_time (forge.get(), timestamp);]])

set(patch_more_old "static constexpr auto sequenceSize = 8192;")
set(patch_more_new "static constexpr auto sequenceSize = 131072;")

set(patch_late_old "MessageManager::callAsync ([this] { componentMovedOrResized (owner, true, true); });")
if(JUCE_FOUND_VERSION VERSION_LESS 9)
    set(patch_late_old "MessageManager::callAsync ([this] {componentMovedOrResized (owner, true, true);});")
endif()
set(patch_late_new [[
                        MessageManager::callAsync ([safe = Component::SafePointer<XEmbedComponent> (&owner)]
                        {
                            if (safe != nullptr)
                                safe->updateEmbeddedBounds();
                        });]])

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
    if(EXISTS "${module}/format_types/juce_VST3Common.h")
        set(names ${patch_names})
    elseif(EXISTS "${module}/native/juce_XEmbedComponent_linux.cpp")
        set(names ${patch_names_of_windows})
    else()
        return()
    endif()

    # Copied anew when JUCE or a patch changes; otherwise nothing is touched, or all would be
    # compiled again.
    get_filename_component(name "${module}" NAME)
    set(copy "${MATRYOSHKA_PATCHED}/${name}")
    set(stamp "${copy}/from.txt")
    set(origin "${JUCE_FOUND_VERSION} ${module}")
    foreach(patch IN LISTS names)
        string(APPEND origin " ${patch_${patch}_new}")
    endforeach()
    set(made_from "")
    if(EXISTS "${stamp}")
        file(READ "${stamp}" made_from)
    endif()
    if(NOT made_from STREQUAL origin)
        file(REMOVE_RECURSE "${copy}")
        file(COPY "${module}" DESTINATION "${MATRYOSHKA_PATCHED}")
        foreach(patch IN LISTS names)
            matryoshka_patch("${copy}" "${patch_${patch}_old}" "${patch_${patch}_new}"
                format_types/juce_VST3Common.h
                format_types/juce_LADSPAPluginFormatHeadless.cpp
                format_types/juce_LADSPAPluginFormat.cpp
                format_types/juce_VST3PluginFormatImpl.h
                format_types/juce_VST3PluginFormat.cpp
                format_types/juce_LV2PluginFormatImpl.h
                format_types/juce_LV2PluginFormat.cpp
                native/juce_XEmbedComponent_linux.cpp)
        endforeach()
        file(WRITE "${stamp}" "${origin}")
    endif()
    set(${out} "${copy}" PARENT_SCOPE)
endfunction()
