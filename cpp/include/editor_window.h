// A plugin's editor in a window of its own. See src/juce/editor_window.rs.
#pragma once

#include "matryoshka/cpp/include/instance.h"

namespace matryoshka {

struct Rect;

// Owns the editor, and goes before the plugin does. Message thread.
class EditorWindow final : public juce::DocumentWindow {
public:
    EditorWindow(std::unique_ptr<juce::AudioProcessorEditor> editor, const juce::String& title);
    ~EditorWindow() override;

    // The window system's own name for it. Has the window system know it by now.
    std::uint64_t handle() const;
    // Top left with the frame, and the size of what is in it.
    Rect place() const;
    bool is_resizable() const { return isResizable(); }
    // Whether somebody has pressed the button that closes it.
    bool is_done() const noexcept { return done; }

    void rename(rust::Str title);
    void move(std::int32_t x, std::int32_t y);
    // When JUCE has done what it put off: it tells the editor of the screen's scale only then, and
    // some know but the one that they come up with. With a size of zero the editor keeps its own.
    void show_soon(std::int32_t width, std::int32_t height);
    void bring_to_front();

private:
    // What the editor says of its size, with the frame around it.
    class Limits final : public juce::BorderedComponentBoundsConstrainer {
    public:
        explicit Limits(const EditorWindow& limited) : window(limited) {}

    private:
        juce::ComponentBoundsConstrainer* getWrappedConstrainer() const override;
        juce::BorderSize<int> getAdditionalBorder() const override;

        const EditorWindow& window;
    };

    void closeButtonPressed() override { done = true; }
    float getDesktopScaleFactor() const override { return 1.0f; }
    juce::AudioProcessorEditor& editor() const;
    juce::BorderSize<int> frame() const;

    Limits limits { *this };
    bool done = false;
};

// Null where the plugin has no editor. The scale is in units of what the system says.
std::unique_ptr<EditorWindow> instance_open_editor(const Instance& instance, rust::Str title,
                                                   float scale);

// The screens' usable parts; none where there is no display.
rust::Vec<Rect> screens();
// Pixels to a unit of length on the chief screen, as the system says.
double system_scale();

} // namespace matryoshka
