//! What a list says that has nothing in it: since when nothing came, or where the mail is instead.

use super::list::Ask;
use crate::mail::Role;
use crate::service::mailbox::Overview;
use crate::service::mailbox_phase::Phase;
use crate::store::messages::{Cursor, FolderRecord};
use crate::web::reader::Reader;
use crate::web::texts::Value;

/// In place of the rows of a list.
#[derive(Clone, Debug, Default)]
pub struct Empty {
    /// Name of the icon.
    pub(super) icon: &'static str,
    pub(super) line: String,
    pub(super) text: Option<String>,
    /// Where the reader's mail is, if it is not here and that can be said.
    pub(super) home: Option<String>,
}

/// What an empty folder says. `home` is the address of the usual webmail, where it can be used.
pub(super) fn of_folder(
    reader: &Reader,
    overview: &Overview,
    folder: &FolderRecord,
    ask: &Ask,
    home: Option<&String>,
) -> Empty {
    let texts = reader.texts;
    let icon = folder.role.map_or("folder", Role::slug);
    if ask.cursor() != Cursor::Newest {
        return Empty {
            icon,
            line: texts.get("empty-page").into_owned(),
            ..Empty::default()
        };
    }
    let key = key_of(folder.role, overview.phase);
    let line = match overview.since {
        Some(since) if key == "empty-inbox" => {
            let time = reader.times.since(since);
            texts.with(key, &[("time", Value::Text(&time))])
        }
        _ if key == "empty-inbox" => texts.get("empty-folder").into_owned(),
        _ => texts.get(key).into_owned(),
    };
    let is_elsewhere = key == "empty-inbox-standby";
    Empty {
        icon: if is_elsewhere { "check" } else { icon },
        line,
        text: Some(texts.get(&format!("{key}-text")).into_owned()),
        home: home.filter(|_| is_elsewhere).cloned(),
    }
}

/// Names what is said; with `-text` after it, what is said below. An inbox whose mail goes elsewhere does
/// not say that no mail came.
fn key_of(role: Option<Role>, phase: Phase) -> &'static str {
    match (role, phase) {
        (Some(Role::Inbox), Phase::StandingBy) => "empty-inbox-standby",
        (Some(Role::Inbox), Phase::Held) => "empty-inbox-held",
        (Some(Role::Inbox), _) => "empty-inbox",
        (Some(Role::Drafts), _) => "empty-drafts",
        (Some(Role::Sent), _) => "empty-sent",
        (Some(Role::Archive), _) => "empty-archive",
        (Some(Role::Junk), _) => "empty-junk",
        (Some(Role::Trash), _) => "empty-trash",
        (None, _) => "empty-folder",
    }
}
