//! What becomes of commands on the message thread.

use super::command::Command;
use crate::child::TurnKind;
use crate::rack::edit::Edit;
use crate::rack::mapping::Target;
use crate::rack::{HostId, Slot, SlotId};
use crate::session::Session;
use crate::threads::MessageThread;

/// Does what was asked for, as far as it is the session's to do. What cannot be done is told by a notice.
pub(super) fn perform(thread: &MessageThread, session: &mut Session, command: Command) {
    match command {
        Command::Edit(edits) => {
            for edit in edits {
                if !make(thread, session, edit) {
                    return;
                }
            }
        }
        Command::Insert { place, plugin, .. } => {
            let item = Slot::new(plugin).into();
            make(thread, session, Edit::Insert { place, item });
        }
        Command::Replace { slot, plugin, .. } => {
            let edit = Edit::Replace {
                slot,
                plugin,
                state: None,
            };
            make(thread, session, edit);
        }
        Command::Duplicate(items) => {
            if let Err(error) = session.duplicate(thread, &items) {
                session.notify(error.problem.to_string());
            }
        }
        Command::OpenWindow(slot) => {
            if let Err(error) = session.open_window(slot) {
                session.notify(error.to_string());
            }
        }
        Command::CloseWindow(slot) => session.close_window(slot),
        Command::Turn { slot, index, kind } => session.turn_parameter(thread, slot, index, kind),
        Command::Enter { slot, index, text } => enter(thread, session, slot, index, &text),
        Command::SetProgram { slot, index } => session.set_program(slot, index),
        Command::LoadPreset { .. } => {}
        Command::Learn(learning) => session.learn(learning),
        Command::Map { slot, index, host } => map(thread, session, slot, index, host),
        Command::Unmap { slot, index } => unmap(thread, session, slot, index),
        Command::Panic => session.end_all_notes(),
        Command::NewRack => {
            session.replace_rack(thread, crate::rack::Rack::new());
            session.note_edited();
        }
        // These are for files, the catalog or the board: see `link`.
        Command::OpenRack(_)
        | Command::InsertRack { .. }
        | Command::SaveRack(_)
        | Command::ListFolder(_)
        | Command::WatchParameters(_)
        | Command::Scan(_)
        | Command::StopScan
        | Command::SetFavourite(..)
        | Command::SetHidden(..)
        | Command::SetFolders(_)
        | Command::SetFormatOrder(_)
        | Command::SetPreferences(_)
        | Command::KeepSize(_) => {}
    }
}

fn make(thread: &MessageThread, session: &mut Session, edit: Edit) -> bool {
    let made = session.edit(thread, edit);
    if let Err(error) = &made {
        session.notify(error.problem.to_string());
    }
    made.is_ok()
}

fn enter(thread: &MessageThread, session: &mut Session, slot: SlotId, index: usize, text: &str) {
    let Some(value) = session.parameter_value(slot, index, text) else {
        session.notify(format!("\"{text}\" is no value of this parameter"));
        return;
    };
    for kind in [TurnKind::Begin, TurnKind::Value(value), TurnKind::End] {
        session.turn_parameter(thread, slot, index, kind);
    }
}

fn map(
    thread: &MessageThread,
    session: &mut Session,
    slot: SlotId,
    index: usize,
    host: Option<HostId>,
) {
    let Some(host) = host.or_else(|| session.free_host_parameter()) else {
        session.notify("All 512 host parameters move something already");
        return;
    };
    let Some(mapping) = session.mapping_to(host, slot, index) else {
        session.notify("The plugin has no such parameter any more");
        return;
    };
    let known = session.rack().slot(slot);
    let mut mappings = known
        .map(|slot| slot.mappings.list.clone())
        .unwrap_or_default();
    let is_there = mappings
        .iter()
        .any(|known| (known.host, &known.target) == (mapping.host, &mapping.target));
    if !is_there {
        mappings.push(mapping);
        make(thread, session, Edit::MapSlot { slot, mappings });
    }
}

fn unmap(thread: &MessageThread, session: &mut Session, slot: SlotId, index: usize) {
    let hosts = session.mapped_to(slot, index);
    let Some(of_index) = hosts
        .first()
        .and_then(|host| session.mapping_to(*host, slot, index))
    else {
        return;
    };
    let is_meant = |target: &Target| match (target, &of_index.target) {
        (Target::Parameter(known), Target::Parameter(meant)) => match &known.id {
            Some(id) => Some(id) == meant.id.as_ref(),
            None => known.name == meant.name,
        },
        _ => false,
    };
    let known = session.rack().slot(slot);
    let mut mappings = known
        .map(|slot| slot.mappings.list.clone())
        .unwrap_or_default();
    mappings.retain(|mapping| !is_meant(&mapping.target));
    make(thread, session, Edit::MapSlot { slot, mappings });
}
