//! The page of a conversation: its messages, oldest first, those that were read folded.
//!
//! A page reads a bounded number of bodies. What does not fit is a link to a page of its own, so that a
//! conversation of any size opens as quickly as a short one.

use askama::Template;

use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;

use super::images;
use super::invitation::card;
use super::list::{Junk, Target, targets};
use super::message::{star_label, subject_of};
use super::piece::{self, Manner, Piece, address_of};
use super::reading::whole;
use super::shell::{Framed, Shell, folder_id, folder_name, frame, respond, slug};
use crate::ids::StandbyId;
use crate::mail::Role;
use crate::mail::view::View;
use crate::service::ServiceError;
use crate::service::mailbox::{self, Change, Overview};
use crate::service::threads::{self, Conversation};
use crate::store::messages::{MessageRecord, Origin, folder_of};
use crate::web::Web;
use crate::web::error::Fault;
use crate::web::page::Page;
use crate::web::reader::Reader;
use crate::web::session::{Purpose, Session, User};
use crate::web::texts::{Texts, Value};

/// Most messages that are opened because they were not read.
const UNREAD_OPENED_MAX: usize = 10;
/// Largest message that is opened although another one was asked for, in bytes.
const OPENED_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// Largest message whose content is on the page although it is folded, in bytes.
const FOLDED_BYTES_MAX: u64 = 64 * 1024;
/// Most that is read for folded messages, in bytes.
const FOLDED_BYTES_TOTAL_MAX: u64 = 512 * 1024;
/// Most text of folded messages on the page, in bytes.
const FOLDED_TEXT_BYTES_MAX: usize = 48 * 1024;

/// A conversation, or one message.
#[derive(Template)]
#[template(path = "webmail/message.html")]
pub struct MessagePage {
    pub(super) p: Page,
    pub(super) shell: Shell,
    /// The newest message of the conversation in this folder: what the buttons act on.
    pub(super) id: String,
    pub(super) here: String,
    pub(super) back: String,
    pub(super) back_name: String,
    pub(super) subject: String,
    /// How many messages, where there is more than one.
    pub(super) count: Option<String>,
    pub(super) earlier: Option<Further>,
    pub(super) later: Option<Further>,
    pub(super) pieces: Vec<Piece>,
    pub(super) starred: bool,
    pub(super) star_label: String,
    pub(super) can_archive: bool,
    pub(super) can_delete: bool,
    pub(super) junk: Junk,
    pub(super) targets: Vec<Target>,
    pub(super) print_href: String,
    pub(super) newer_href: Option<String>,
    pub(super) older_href: Option<String>,
}

/// A link to messages of the conversation that are not on the page.
#[derive(Clone, Debug)]
pub struct Further {
    pub(super) href: String,
    pub(super) text: String,
}

/// How a message is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Show {
    view: String,
    /// Allows the pictures of this message, if it is of this session.
    images: String,
}

/// `GET /mail/{folder}/{id}`.
pub async fn show(
    State(web): State<Web>,
    reader: Reader,
    User(session): User,
    Path((folder, id)): Path<(String, String)>,
    Query(query): Query<Show>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let folder = folder_id(&folder).ok_or(Fault::NotFound)?;
    let id: StandbyId = id.parse().map_err(|_| Fault::NotFound)?;
    let conversation = threads::open(&web.service, &session.actor, folder, id).await?;
    let overview = mailbox::overview(&web.service, &session.actor)?;
    let fates = fates(&conversation.messages, id);
    let mut pieces = Vec::with_capacity(fates.len());
    let mut text_left = FOLDED_TEXT_BYTES_MAX;
    for (message, fate) in conversation.messages.iter().zip(&fates) {
        let mut piece = piece::piece(&reader, &overview, message, folder);
        piece.is_open = *fate == Fate::Open;
        if *fate != Fate::Elsewhere {
            let is_asked = message.id == id;
            let token = if is_asked { query.images.as_str() } else { "" };
            let manner = Manner {
                here: piece.here.clone(),
                as_plain: is_asked && query.view == "text",
                pictures: images::pictures(&web, &session, message, token)?,
                images_token: session.sign(Purpose::Pictures, &message.id.to_string()),
                sender: sender_of(message),
            };
            let body = body_of(&web, &reader, &session, message, manner).await?;
            let text: usize = body.texts.iter().map(String::len).sum();
            if piece.is_open || text <= text_left {
                text_left = text_left.saturating_sub(if piece.is_open { 0 } else { text });
                piece.body = Some(body);
            }
        }
        pieces.push(piece);
    }
    let shown = conversation.messages.iter().zip(&fates);
    let read: Vec<StandbyId> = shown
        .filter(|(message, fate)| **fate == Fate::Open && !message.flags.seen)
        .map(|(message, _)| message.id)
        .collect();
    mark_read(&web, &session, read).await?;
    let framed = frame(&web, &reader, &session, &headers, Some(folder))?;
    let said = framed.shell.notice.is_some();
    let page = page(&reader, framed, &conversation, pieces, id);
    Ok(respond(&web, said, &page))
}

/// What becomes of a message on the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// It is open.
    Open,
    /// It is folded, with its content.
    Folded,
    /// Its content is on a page of its own.
    Elsewhere,
}

/// Which messages of a conversation are open: the one that was asked for, the newest, and those that were
/// not read.
fn fates(messages: &[MessageRecord], asked: StandbyId) -> Vec<Fate> {
    let newest = messages.last().map(|message| message.id);
    let (mut unread, mut folded_bytes) = (0, 0_u64);
    let mut fates: Vec<Fate> = messages
        .iter()
        .rev()
        .map(|message| {
            let fits = message.size_bytes <= OPENED_BYTES_MAX;
            let is_unread = !message.flags.seen && fits && unread < UNREAD_OPENED_MAX;
            if message.id == asked || Some(message.id) == newest && fits || is_unread {
                unread += usize::from(!message.flags.seen);
                return Fate::Open;
            }
            let total = folded_bytes.saturating_add(message.size_bytes);
            let is_small =
                message.size_bytes <= FOLDED_BYTES_MAX && total <= FOLDED_BYTES_TOTAL_MAX;
            // What is not read stays so until it is opened.
            if is_small && message.flags.seen {
                folded_bytes = total;
                Fate::Folded
            } else {
                Fate::Elsewhere
            }
        })
        .collect();
    fates.reverse();
    fates
}

/// What is in a message, read and taken apart on a thread of its own.
async fn body_of(
    web: &Web,
    reader: &Reader,
    session: &Session,
    message: &MessageRecord,
    manner: Manner,
) -> Result<piece::Body, Fault> {
    let (texts, here) = (reader.texts, manner.here.clone());
    let reading = whole(web, message).await?.with(move |bytes| {
        let view = View::parse(bytes);
        let body = piece::body(texts, &view, &manner);
        (body, view.invitation(bytes))
    });
    let (mut body, invitation) = reading.await?;
    if let Some(invitation) = invitation {
        body.invitation = Some(card(web, reader, session, &invitation, &here)?);
    }
    Ok(body)
}

fn sender_of(message: &MessageRecord) -> String {
    let from = message.summary.from.clone();
    from.unwrap_or_default().address
}

async fn mark_read(web: &Web, session: &Session, ids: Vec<StandbyId>) -> Result<(), Fault> {
    if ids.is_empty() {
        return Ok(());
    }
    match mailbox::change(&web.service, &session.actor, ids, Change::Seen(true)).await {
        Ok(_) | Err(ServiceError::ReadOnly) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn page(
    reader: &Reader,
    framed: Framed,
    conversation: &Conversation,
    pieces: Vec<Piece>,
    asked: StandbyId,
) -> MessagePage {
    let texts = reader.texts;
    let overview = &framed.overview;
    let all = &conversation.messages;
    let about = all.iter().find(|message| message.id == asked);
    let about = about.or(all.last()).cloned();
    let folder_id = about
        .as_ref()
        .map_or(folder_of(Role::Inbox), |message| message.folder);
    let folder = overview.folder(folder_id);
    let back = folder.map_or_else(
        || "/mail/inbox".to_owned(),
        |f| format!("/mail/{}", slug(f)),
    );
    // The conversation is called as its first message is.
    let first = all.first();
    let subject = first.map_or_else(String::new, |m| subject_of(texts, &m.summary));
    let newest = all.iter().find(|m| m.id == conversation.newest_here);
    let starred = newest.or(about.as_ref()).is_some_and(|m| m.flags.flagged);
    let is_draft = about.as_ref().is_some_and(|message| {
        message.origin == Origin::Draft && message.folder == folder_of(Role::Drafts)
    });
    let beside = |id: Option<StandbyId>| id.map(|id| format!("{back}/{id}"));
    let count = [("count", Value::from(conversation.total))];
    MessagePage {
        p: Page::of(reader, &subject),
        id: conversation.newest_here.to_string(),
        here: format!("{back}/{asked}"),
        print_href: format!("{back}/{asked}/print"),
        back_name: folder.map_or_else(String::new, |f| folder_name(texts, f)),
        count: (conversation.total > 1).then(|| texts.with("conversation-count", &count)),
        earlier: further(
            texts,
            overview,
            "conversation-earlier",
            conversation.earlier.as_ref(),
        ),
        later: further(
            texts,
            overview,
            "conversation-later",
            conversation.later.as_ref(),
        ),
        pieces,
        starred,
        star_label: star_label(texts, starred, &subject),
        can_archive: folder_id != folder_of(Role::Archive) && !is_draft,
        can_delete: folder_id != folder_of(Role::Trash),
        junk: Junk::in_folder(folder.and_then(|folder| folder.role)),
        targets: targets(texts, overview, folder_id),
        newer_href: beside(conversation.newer),
        older_href: beside(conversation.older),
        shell: framed.shell,
        subject,
        back,
    }
}

fn further(
    texts: &Texts,
    overview: &Overview,
    key: &str,
    rest: Option<&(usize, MessageRecord)>,
) -> Option<Further> {
    let (count, message) = rest?;
    let address = address_of(overview, message);
    Some(Further {
        href: format!("{address}#m{}", message.id),
        text: texts.with(key, &[("count", (*count).into())]),
    })
}

#[cfg(test)]
mod tests;
