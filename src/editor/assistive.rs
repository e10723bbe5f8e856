//! The editor for screen readers and other assistive technology: egui's tree of roles and names, handed to AT-SPI,
//! as Linux has it.
//!
//! AccessKit's adapter talks to AT-SPI's bus on a thread of its own, one for the process. Unless somebody listens
//! there, it asks for nothing, and no tree is made.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use accesskit_unix::Adapter;
use egui::accesskit::{
    ActionHandler, ActionRequest, ActivationHandler, DeactivationHandler, TreeUpdate,
};
use egui::{Context, Event, FullOutput, RawInput};
use parking_lot::Mutex;

use super::Redraw;

/// What the window is called there.
const NAME: &str = "Matryoshka";

/// Hands the tree on, and what is asked of it back; a plugin of egui's. Dropping it takes the window from the bus.
pub struct Assistive {
    asked: Arc<Asked>,
    adapter: Adapter,
    has_focus: bool,
}

/// What the bus's thread has asked for and the window's has not done yet.
struct Asked {
    for_tree: AtomicBool,
    actions: Mutex<Vec<ActionRequest>>,
    redraw: Redraw,
}

/// The bus's thread's side. It holds nothing of egui's, which holds the adapter.
struct Asking(Arc<Asked>);

impl ActivationHandler for Asking {
    fn request_initial_tree(&mut self) -> Option<TreeUpdate> {
        self.0.for_tree.store(true, Relaxed);
        (self.0.redraw)();
        // The next frame brings it.
        None
    }
}

impl ActionHandler for Asking {
    fn do_action(&mut self, request: ActionRequest) {
        self.0.actions.lock().push(request);
        (self.0.redraw)();
    }
}

impl DeactivationHandler for Asking {
    fn deactivate_accessibility(&mut self) {
        // The tree is made on; a later listener is told at once.
    }
}

impl Assistive {
    /// One for a window. `redraw` has that window drawn again.
    pub fn new(redraw: Redraw) -> Self {
        let asked = Arc::new(Asked {
            for_tree: AtomicBool::new(false),
            actions: Mutex::default(),
            redraw,
        });
        let asking = || Asking(asked.clone());
        let adapter = Adapter::new(asking(), asking(), asking());
        Self {
            asked,
            adapter,
            has_focus: false,
        }
    }
}

impl egui::Plugin for Assistive {
    fn debug_name(&self) -> &'static str {
        "assistive"
    }

    fn input_hook(&mut self, ctx: &Context, input: &mut RawInput) {
        if self.asked.for_tree.swap(false, Relaxed) {
            ctx.enable_accesskit();
        }
        let actions = std::mem::take(&mut *self.asked.actions.lock());
        let events = actions.into_iter().map(Event::AccessKitActionRequest);
        input.events.extend(events);
        if std::mem::replace(&mut self.has_focus, input.focused) != input.focused {
            self.adapter.update_window_focus_state(input.focused);
        }
    }

    fn output_hook(&mut self, _ctx: &Context, output: &mut FullOutput) {
        let Some(update) = &output.platform_output.accesskit_update else {
            return;
        };
        self.adapter.update_if_active(|| named(update.clone()));
    }
}

/// The tree with a name for the window itself: egui gives it none.
fn named(mut update: TreeUpdate) -> TreeUpdate {
    let root = update.tree.as_ref().map(|tree| tree.root);
    for (id, node) in &mut update.nodes {
        if Some(*id) == root && node.label().is_none() {
            node.set_label(NAME);
        }
    }
    update
}
