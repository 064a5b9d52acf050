//! What is done with messages from lists and from their own page, and taken back.

use axum::extract::State;
use axum::response::Response;

use super::shell::{folder_id, redirect};
use crate::ids::{FolderId, StandbyId};
use crate::mail::Role;
use crate::service::ServiceError;
use crate::service::bulk::{self, Outcome, Scope};
use crate::service::mailbox::{self, CHANGED_MAX, Change};
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
    let asked = match asked(&form) {
        Ok(asked) => asked,
        Err(flash) => return Ok(redirect(&web, back, flash.as_ref())),
    };
    let Some(scope) = scope(&form) else {
        let flash = Flash::new("done-nothing-selected");
        return Ok(redirect(&web, back, Some(&flash)));
    };
    let outcome = bulk::change(&web.service, &session.actor, scope, asked.change).await?;
    let flash = asked.flash(&outcome);
    Ok(redirect(&web, back, Some(&flash)))
}

/// Which messages a form is about: all of a folder or of a search, or those that were ticked.
fn scope(form: &Form) -> Option<Scope> {
    match form.get("all") {
        "folder" => folder_id(form.get("folder")).map(Scope::Folder),
        "found" => Some(Scope::Found(form.get("q").to_owned())),
        _ => {
            let ids: Vec<StandbyId> = form
                .all("id")
                .take(CHANGED_MAX)
                .filter_map(|id| id.parse().ok())
                .collect();
            (!ids.is_empty()).then_some(Scope::These(ids))
        }
    }
}

/// What a form asks for.
struct Asked {
    change: Change,
    key: &'static str,
    folder: String,
}

impl Asked {
    fn flash(&self, outcome: &Outcome) -> Flash {
        Flash {
            key: if outcome.has_more {
                "done-more".to_owned()
            } else {
                self.key.to_owned()
            },
            count: u64::try_from(outcome.changed.len()).unwrap_or(0),
            folder: self.folder.clone(),
            undo: outcome.undo.map_or_else(String::new, undo_token),
        }
    }
}

/// Reads the button that was pressed; otherwise what to say instead.
fn asked(form: &Form) -> Result<Asked, Option<Flash>> {
    let moved = |role: Role| Asked {
        change: Change::Move(folder_of(role)),
        key: "done-moved",
        folder: role.slug().to_owned(),
    };
    let seen = |seen, key| Asked {
        change: Change::Seen(seen),
        key,
        folder: String::new(),
    };
    match form.get("action") {
        "read" => Ok(seen(true, "done-read")),
        "unread" => Ok(seen(false, "done-unread")),
        "archive" => Ok(moved(Role::Archive)),
        "delete" => Ok(moved(Role::Trash)),
        "junk" => Ok(moved(Role::Junk)),
        "not-junk" => Ok(moved(Role::Inbox)),
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
    let id = read_undo(form.get("token")).ok_or(Fault::Bad)?;
    let folder = match bulk::take_back(&web.service, &session.actor, id).await {
        Ok(folder) => folder,
        Err(ServiceError::NotFound(_)) => {
            let flash = Flash::new("done-undo-gone");
            return Ok(redirect(&web, "/mail/inbox", Some(&flash)));
        }
        Err(error) => return Err(error.into()),
    };
    let to = folder.map_or_else(|| "/mail/inbox".to_owned(), path_of);
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
