//! What is done with messages from lists and from their own page, and taken back.

use axum::extract::State;
use axum::response::Response;

use super::shell::{folder_id, redirect};
use crate::ids::{FolderId, StandbyId};
use crate::mail::Role;
use crate::service::mailbox::{self, CHANGED_MAX, Change, Changed};
use crate::service::threads;
use crate::store::messages::folder_of;
use crate::web::Web;
use crate::web::error::Fault;
use crate::web::flash::{Flash, read_undo, undo_token};
use crate::web::form::Form;
use crate::web::session::{User, local_path};

/// `POST /mail/actions`.
pub async fn act(
    State(web): State<Web>,
    User(session): User,
    form: Form,
) -> Result<Response, Fault> {
    session.check(form.get("csrf"))?;
    let back = local_path(form.get("back")).unwrap_or("/mail/inbox");
    if let Ok(id) = form.get("star").parse() {
        let here = local_path(form.get("here")).unwrap_or(back);
        let flash = star(&web, &session.actor, id).await?;
        return Ok(redirect(&web, here, Some(&flash)));
    }
    let ids: Vec<StandbyId> = form
        .all("id")
        .take(CHANGED_MAX)
        .filter_map(|id| id.parse().ok())
        .collect();
    let asked = match asked(&form) {
        Ok(asked) => asked,
        Err(flash) => return Ok(redirect(&web, back, flash.as_ref())),
    };
    if ids.is_empty() {
        let flash = Flash::new("done-nothing-selected");
        return Ok(redirect(&web, back, Some(&flash)));
    }
    let mut changed = Changed::new();
    // A line of a list stands for its conversation.
    let ids = threads::with_conversations(&web.service, &session.actor, &ids)?;
    for some in ids.chunks(CHANGED_MAX) {
        let wanted = some.to_vec();
        changed.extend(mailbox::change(&web.service, &session.actor, wanted, asked.change).await?);
    }
    let flash = asked.flash(&changed);
    Ok(redirect(&web, back, Some(&flash)))
}

/// What a form asks for.
struct Asked {
    change: Change,
    key: &'static str,
    folder: String,
    undo: char,
}

impl Asked {
    fn flash(&self, changed: &Changed) -> Flash {
        Flash {
            key: self.key.to_owned(),
            count: u64::try_from(changed.len()).unwrap_or(0),
            folder: self.folder.clone(),
            undo: undo_token(self.undo, changed),
        }
    }
}

/// Reads the button that was pressed; otherwise what to say instead.
fn asked(form: &Form) -> Result<Asked, Option<Flash>> {
    let moved = |role: Role| Asked {
        change: Change::Move(folder_of(role)),
        key: "done-moved",
        folder: role.slug().to_owned(),
        undo: 'm',
    };
    let seen = |seen, key, undo| Asked {
        change: Change::Seen(seen),
        key,
        folder: String::new(),
        undo,
    };
    match form.get("action") {
        "read" => Ok(seen(true, "done-read", 'u')),
        "unread" => Ok(seen(false, "done-unread", 's')),
        "archive" => Ok(moved(Role::Archive)),
        "delete" => Ok(moved(Role::Trash)),
        "junk" => Ok(moved(Role::Junk)),
        "move" => {
            let slug = form.get("to");
            let id = folder_id(slug).filter(|id| *id != folder_of(Role::Drafts));
            let Some(id) = id else {
                return Err(Some(Flash::new("done-no-folder")));
            };
            Ok(Asked {
                change: Change::Move(id),
                key: "done-moved",
                folder: slug.to_owned(),
                undo: 'm',
            })
        }
        _ => Err(None),
    }
}

async fn star(web: &Web, actor: &crate::service::Actor, id: StandbyId) -> Result<Flash, Fault> {
    let starred = !mailbox::open(&web.service, actor, id)?
        .message
        .flags
        .flagged;
    let change = Change::Starred(starred);
    mailbox::change(&web.service, actor, vec![id], change).await?;
    Ok(Flash::new(if starred {
        "done-starred"
    } else {
        "done-unstarred"
    }))
}

/// `POST /mail/undo`.
pub async fn undo(
    State(web): State<Web>,
    User(session): User,
    form: Form,
) -> Result<Response, Fault> {
    session.check(form.get("csrf"))?;
    let (kind, items) = read_undo(form.get("token")).ok_or(Fault::Bad)?;
    let back_to = items.first().map(|(_, folder)| *folder);
    let wanted = items
        .into_iter()
        .map(|(id, folder)| {
            let change = match kind {
                'm' => Change::Move(folder),
                's' => Change::Seen(true),
                _ => Change::Seen(false),
            };
            (id, change)
        })
        .collect();
    mailbox::change_each(&web.service, &session.actor, wanted).await?;
    let to = back_to.map_or_else(|| "/mail/inbox".to_owned(), path_of);
    Ok(redirect(&web, &to, Some(&Flash::new("done-undone"))))
}

fn path_of(folder: FolderId) -> String {
    let role = Role::ALL
        .into_iter()
        .find(|role| folder_of(*role) == folder);
    match role {
        Some(role) => format!("/mail/{}", role.slug()),
        None => format!("/mail/f{folder}"),
    }
}
