#include "matryoshka/cpp/include/editor_window.h"

#include "matryoshka/src/juce/editor_window.rs.h"

namespace matryoshka {

EditorWindow::EditorWindow(std::unique_ptr<juce::AudioProcessorEditor> editor,
                           const juce::String& title)
    : DocumentWindow(title, juce::Colours::black, closeButton, false)
{
    const auto resizable = editor->isResizable();
    setUsingNativeTitleBar(true);
    setContentOwned(editor.release(), true);
    setResizable(resizable, false);
    if (resizable)
        setConstrainer(&limits);
    addToDesktop();
}

EditorWindow::~EditorWindow()
{
    setConstrainer(nullptr);
    editor().processor.editorBeingDeleted(&editor());
    clearContentComponent();
}

std::uint64_t EditorWindow::handle() const
{
    auto* peer = getPeer();
    if (peer == nullptr)
        return 0;

    // Asks the X server, which has then heard of all that was said before.
    juce::ignoreUnused(peer->isMinimised());
    return reinterpret_cast<std::uintptr_t>(peer->getNativeHandle());
}

Rect EditorWindow::place() const
{
    return { getX() - frame().getLeft(), getY() - frame().getTop(), editor().getWidth(),
             editor().getHeight() };
}

void EditorWindow::rename(rust::Str title)
{
    setName(to_juce(title));
}

void EditorWindow::move(std::int32_t x, std::int32_t y)
{
    setTopLeftPosition(x, y);
}

void EditorWindow::show_soon(std::int32_t width, std::int32_t height)
{
    juce::MessageManager::callAsync([self = SafePointer<EditorWindow>(this), width, height] {
        if (self == nullptr)
            return;

        const auto restore = [&] {
            if (width > 0 && height > 0)
                self->setContentComponentSize(width, height);
        };
        restore();
        self->setVisible(true);
        // Some take their first size back when they are seen.
        restore();
        self->toFront(true);
    });
}

void EditorWindow::bring_to_front()
{
    toFront(true);
}

juce::AudioProcessorEditor& EditorWindow::editor() const
{
    return *static_cast<juce::AudioProcessorEditor*>(getContentComponent());
}

juce::BorderSize<int> EditorWindow::frame() const
{
    if (auto* peer = getPeer())
        if (const auto known = peer->getFrameSizeIfPresent())
            return *known;

    return {};
}

juce::ComponentBoundsConstrainer* EditorWindow::Limits::getWrappedConstrainer() const
{
    return window.getContentComponent() != nullptr ? window.editor().getConstrainer() : nullptr;
}

juce::BorderSize<int> EditorWindow::Limits::getAdditionalBorder() const
{
    return window.frame();
}

std::unique_ptr<EditorWindow> instance_open_editor(const Instance& instance, rust::Str title,
                                                   float scale)
{
    // The new name for it (JUCE 9) is not in JUCE 8.
    JUCE_BEGIN_IGNORE_WARNINGS_GCC_LIKE("-Wdeprecated-declarations")
    std::unique_ptr<juce::AudioProcessorEditor> editor(instance.get().createEditorIfNeeded());
    JUCE_END_IGNORE_WARNINGS_GCC_LIKE
    if (editor == nullptr)
        return {};

    editor->setScaleFactor(scale);
    return std::make_unique<EditorWindow>(std::move(editor), to_juce(title));
}

rust::Vec<Rect> screens()
{
    rust::Vec<Rect> areas;

    for (const auto& area : juce::Desktop::getInstance().getDisplays().getRectangleList(true))
        areas.push_back({ area.getX(), area.getY(), area.getWidth(), area.getHeight() });

    return areas;
}

double system_scale()
{
    const auto* chief = juce::Desktop::getInstance().getDisplays().getPrimaryDisplay();
    return chief != nullptr ? chief->scale : 1.0;
}

} // namespace matryoshka
