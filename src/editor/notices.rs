//! What could not be done, and what was found amiss: a strip under the header, each line of which can be put
//! away. Never a dialog: a DAW goes on behind this window.

use egui::{Label, RichText, ScrollArea, Ui};

use super::shared::{Context, Shared};
use crate::session::View;

/// See the [module](self).
#[derive(Debug, Default)]
pub struct Notices {
    /// What was told of the rack when it was put away.
    seen_warnings: Vec<String>,
}

/// Something to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Told {
    /// What could not be done, besides what the session tells.
    Trouble(String),
    /// What the session could not do.
    Notice(u64, String),
    /// What was found amiss when the rack was loaded.
    Warning(String),
}

impl Told {
    fn words(&self) -> &str {
        let (Self::Trouble(words) | Self::Notice(_, words) | Self::Warning(words)) = self;
        words
    }
}

impl Notices {
    /// Whether there is anything to draw.
    pub fn any(&self, view: &View, shared: &Shared) -> bool {
        !self.told(view, shared).is_empty()
    }

    fn told(&self, view: &View, shared: &Shared) -> Vec<Told> {
        let trouble = shared.trouble.iter().cloned().map(Told::Trouble);
        let notice = view.notice.iter();
        let notice = notice
            .filter(|notice| notice.number > shared.notice_seen)
            .map(|notice| Told::Notice(notice.number, notice.words.clone()));
        let warnings = view.warnings.iter();
        let warnings = warnings
            .filter(|words| !self.seen_warnings.contains(words))
            .cloned()
            .map(Told::Warning);
        trouble.chain(notice).chain(warnings).collect()
    }

    /// Draws it, and takes in what is done to it.
    pub fn show(&mut self, ui: &mut Ui, cx: &mut Context<'_>) {
        self.seen_warnings
            .retain(|words| cx.view.warnings.contains(words));
        let told = self.told(cx.view, cx.shared);
        let mut away = Vec::new();
        ScrollArea::vertical()
            .max_height(84.0)
            .id_salt("notices")
            .show(ui, |ui| {
                for (at, told) in told.iter().enumerate() {
                    ui.push_id(at, |ui| {
                        if show_one(ui, cx, told) {
                            away.push(told.clone());
                        }
                    });
                }
            });
        if told.len() > 2 {
            let all = ui
                .button("Dismiss all")
                .on_hover_text("Put all of these lines away");
            if all.clicked() {
                away = told;
            }
        }
        for told in away {
            match told {
                Told::Trouble(_) => cx.shared.trouble = None,
                Told::Notice(number, _) => cx.shared.notice_seen = number,
                Told::Warning(words) => self.seen_warnings.push(words),
            }
        }
    }
}

fn show_one(ui: &mut Ui, cx: &Context<'_>, told: &Told) -> bool {
    let words = told.words();
    ui.horizontal(|ui| {
        let dismiss = ui
            .small_button("Dismiss")
            .accessible_name(format!("Dismiss: {words}"))
            .on_hover_text("Put this line away");
        ui.add(Label::new(RichText::new(words).color(cx.theme.warning)).wrap());
        dismiss.clicked()
    })
    .inner
}

#[cfg(test)]
mod tests {
    use egui_kittest::kittest::Queryable;

    use super::*;
    use crate::editor::testing::Stage;
    use crate::session::Notice;

    #[test]
    fn what_was_put_away_stays_away_until_there_is_something_new() {
        let mut stage = Stage::of(r#"{"chain": []}"#);
        stage.view.notice = Some(Notice {
            number: 1,
            words: "No.".to_owned(),
        });
        stage.view.warnings = vec!["The chain has a mistake".to_owned()];
        stage.shared.trouble = Some("The disk is full".to_owned());
        let mut notices = Notices::default();
        let mut harness = stage.draw([640.0, 120.0], move |ui, cx| notices.show(ui, cx));
        for words in ["No.", "The chain has a mistake", "The disk is full"] {
            harness.get_by_label(words);
            harness.get_by_label(&format!("Dismiss: {words}")).click();
            harness.run();
            assert!(harness.query_by_label(words).is_none(), "{words}");
        }
        harness.state_mut().view.notice = Some(Notice {
            number: 2,
            words: "No, again.".to_owned(),
        });
        harness.run();
        harness.get_by_label("No, again.");
    }
}
