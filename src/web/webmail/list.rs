//! Pages that list messages: a folder, and what a search found.

use askama::Template;

use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;

use super::empty::{self, Empty};
use super::message::{star_label, subject_of};
use super::shell::{Count, Framed, Shell, folder_id, folder_name, frame, respond, slug};
use crate::ids::{FolderId, StandbyId};
use crate::mail::{Mailbox as Person, Role};
use crate::service::mailbox::Overview;
use crate::service::threads::{self, Line};
use crate::service::{mailbox_search, threads::ListPage as FolderPage};
use crate::store::messages::{Cursor, FolderRecord, MessageRecord, Origin, folder_of};
use crate::web::Web;
use crate::web::error::{Fault, form_encode};
use crate::web::page::Page;
use crate::web::reader::Reader;
use crate::web::session::User;
use crate::web::texts::{Texts, Value};
use crate::web::when::When;

/// Messages on a page.
const PAGE_ROWS: usize = 50;
/// Longest query, in characters.
const QUERY_CHARS_MAX: usize = 300;

/// A folder's page.
#[derive(Template)]
#[template(path = "webmail/list.html")]
pub struct ListPage {
    pub(super) p: Page,
    pub(super) shell: Shell,
    pub(super) heading: String,
    pub(super) summary: String,
    pub(super) refresh_href: String,
    pub(super) note: Option<String>,
    pub(super) back: String,
    pub(super) rows: Vec<Row>,
    pub(super) select_href: String,
    pub(super) select_text: String,
    pub(super) can_archive: bool,
    pub(super) can_delete: bool,
    pub(super) junk: Junk,
    pub(super) all: All,
    pub(super) targets: Vec<Target>,
    pub(super) pager: Pager,
    pub(super) empty: Empty,
}

/// The search page.
#[derive(Template)]
#[template(path = "webmail/search.html")]
pub struct SearchPage {
    pub(super) p: Page,
    pub(super) shell: Shell,
    pub(super) summary: String,
    pub(super) back: String,
    pub(super) rows: Vec<Row>,
    pub(super) select_href: String,
    pub(super) select_text: String,
    pub(super) can_archive: bool,
    pub(super) can_delete: bool,
    pub(super) junk: Junk,
    pub(super) all: All,
    pub(super) targets: Vec<Target>,
    pub(super) pager: Pager,
    pub(super) empty_line: Option<String>,
    pub(super) empty_text: Option<String>,
    /// Where the same search is done again, once more of the mailbox has been gone through.
    pub(super) again: Option<String>,
}

/// What can be said about junk in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Junk {
    /// That messages are junk.
    Mark,
    /// That they are not.
    Unmark,
    /// Nothing: they are one's own.
    Neither,
}

impl Junk {
    /// What can be said about messages in a folder of this role.
    pub(super) fn in_folder(role: Option<Role>) -> Self {
        match role {
            Some(Role::Junk) => Self::Unmark,
            Some(Role::Sent | Role::Drafts) => Self::Neither,
            _ => Self::Mark,
        }
    }
}

/// How everything that a list goes through is selected, and not only its page.
#[derive(Clone, Debug, Default)]
pub struct All {
    /// What the form names; empty: what is ticked.
    pub(super) scope: &'static str,
    /// The folder it is about.
    pub(super) folder: String,
    /// The search it is about.
    pub(super) q: String,
    /// Where everything is selected; none where the page shows all there is, or it is so already.
    pub(super) href: Option<String>,
    /// Whether the page's own are selected, so that it is offered.
    pub(super) offered: bool,
    /// What is offered, or what is selected.
    pub(super) text: String,
}

/// One message in a list.
#[derive(Clone, Debug)]
pub struct Row {
    pub(super) id: String,
    pub(super) href: String,
    pub(super) who: String,
    pub(super) subject: String,
    pub(super) snippet: String,
    pub(super) when: When,
    pub(super) unread: bool,
    pub(super) starred: bool,
    pub(super) answered: bool,
    pub(super) forwarded: bool,
    pub(super) attachment: bool,
    pub(super) selected: bool,
    /// How many messages its conversation has, where there is more than one.
    pub(super) count: Option<Count>,
    pub(super) select_label: String,
    pub(super) star_label: String,
}

/// A folder that messages can be moved to.
#[derive(Clone, Debug)]
pub struct Target {
    pub(super) slug: String,
    pub(super) name: String,
}

/// Links to the neighbouring pages.
#[derive(Clone, Debug, Default)]
pub struct Pager {
    pub(super) shown: String,
    pub(super) newest: Option<String>,
    pub(super) newer: Option<String>,
    pub(super) older: Option<String>,
}

/// How a list is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Ask {
    q: String,
    before: Option<u64>,
    after: Option<u64>,
    select: String,
}

impl Ask {
    pub(super) fn cursor(&self) -> Cursor {
        match (self.before, self.after) {
            (Some(id), _) => Cursor::Before(StandbyId(id)),
            (None, Some(id)) => Cursor::After(StandbyId(id)),
            (None, None) => Cursor::Newest,
        }
    }

    /// Whether everything on the page is selected.
    fn selects_all(&self) -> bool {
        self.select == "all" || self.selects_more()
    }

    /// Whether everything is selected, also what is on other pages.
    fn selects_more(&self) -> bool {
        self.select == "everything"
    }

    /// The page on which everything is selected.
    fn everything_href(&self, path: &str) -> String {
        let address = self.address(path);
        let joint = if address.contains('?') { '&' } else { '?' };
        format!("{address}{joint}select=everything")
    }

    /// The page's own address, without what is selected.
    fn address(&self, path: &str) -> String {
        let mut pieces = Vec::new();
        if !self.q.is_empty() {
            pieces.push(format!("q={}", form_encode(&self.q)));
        }
        if let Some(id) = self.before {
            pieces.push(format!("before={id}"));
        } else if let Some(id) = self.after {
            pieces.push(format!("after={id}"));
        }
        with_query(path, &pieces)
    }

    fn select_href(&self, path: &str) -> String {
        let address = self.address(path);
        if self.selects_all() {
            return address;
        }
        let joint = if address.contains('?') { '&' } else { '?' };
        format!("{address}{joint}select=all")
    }
}

fn with_query(path: &str, pieces: &[String]) -> String {
    if pieces.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{}", pieces.join("&"))
    }
}

/// `GET /mail/{folder}`.
pub async fn folder(
    State(web): State<Web>,
    reader: Reader,
    User(session): User,
    Path(folder): Path<String>,
    Query(ask): Query<Ask>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let id = folder_id(&folder).ok_or(Fault::NotFound)?;
    let cursor = ask.cursor();
    let found = threads::list(&web.service, &session.actor, id, cursor, PAGE_ROWS).await?;
    let framed = frame(&web, &reader, &session, &headers, Some(id))?;
    let said = framed.shell.notice.is_some();
    let page = folder_page(&reader, framed, id, &ask, &found).ok_or(Fault::NotFound)?;
    Ok(respond(&web, said, &page))
}

fn folder_page(
    reader: &Reader,
    framed: Framed,
    id: FolderId,
    ask: &Ask,
    found: &FolderPage,
) -> Option<ListPage> {
    let texts = reader.texts;
    let folder = framed.overview.folder(id)?.clone();
    let path = format!("/mail/{}", slug(&folder));
    let heading = folder_name(texts, &folder);
    let values = [
        ("total", Value::Number(folder.total)),
        ("unread", Value::Number(folder.unread)),
    ];
    let home = framed.shell.banner.as_ref();
    let home = home.and_then(|banner| banner.home.as_ref());
    let newest = found.newer.map(|_| path.clone());
    let page_href = |cursor: Cursor| match cursor {
        Cursor::Newest => path.clone(),
        Cursor::Before(id) => format!("{path}?before={id}"),
        Cursor::After(id) => format!("{path}?after={id}"),
    };
    let is_trash = folder.role == Some(Role::Trash);
    Some(ListPage {
        p: Page::of(reader, &heading),
        summary: texts.with("list-summary", &values),
        refresh_href: path.clone(),
        note: is_trash.then(|| texts.get("note-trash").into_owned()),
        back: ask.address(&path),
        rows: rows(reader, &framed.overview, &found.lines, ask.selects_all()),
        select_href: ask.select_href(&path),
        select_text: select_text(texts, ask),
        can_archive: !matches!(folder.role, Some(Role::Archive | Role::Drafts)),
        can_delete: !is_trash,
        junk: Junk::in_folder(folder.role),
        all: all_of_folder(
            texts,
            &folder,
            ask,
            found.newer.is_some() || found.older.is_some(),
        ),
        targets: targets(texts, &framed.overview, id),
        pager: Pager {
            shown: texts.with("list-shown", &[("shown", found.lines.len().into())]),
            newest,
            newer: found.newer.map(page_href),
            older: found.older.map(page_href),
        },
        empty: empty::of_folder(reader, &framed.overview, &folder, ask, home),
        shell: framed.shell,
        heading,
    })
}

/// Selecting all of a folder that has more than its page.
fn all_of_folder(texts: &Texts, folder: &FolderRecord, ask: &Ask, has_more: bool) -> All {
    let is_all = ask.selects_more();
    let key = if is_all {
        "all-folder-selected"
    } else {
        "select-all-folder"
    };
    let slug = slug(folder);
    All {
        scope: if is_all { "folder" } else { "" },
        q: String::new(),
        href: (has_more && !is_all).then(|| ask.everything_href(&format!("/mail/{slug}"))),
        offered: ask.selects_all(),
        text: texts.with(key, &[("count", Value::Number(folder.total))]),
        folder: slug,
    }
}

/// Selecting all that a search finds, where that is more than its page.
fn all_found(texts: &Texts, ask: &Ask, path: &str, has_more: bool) -> All {
    let is_all = ask.selects_more();
    let key = if is_all {
        "all-found-selected"
    } else {
        "select-all-found"
    };
    All {
        scope: if is_all { "found" } else { "" },
        folder: String::new(),
        q: ask.q.clone(),
        href: (has_more && !is_all).then(|| ask.everything_href(path)),
        offered: ask.selects_all(),
        text: texts.get(key).into_owned(),
    }
}

fn select_text(texts: &Texts, ask: &Ask) -> String {
    let key = if ask.selects_all() {
        "select-none"
    } else {
        "select-page"
    };
    texts.get(key).into_owned()
}

/// The folders that messages of `from` can be moved to.
pub(super) fn targets(texts: &Texts, overview: &Overview, from: FolderId) -> Vec<Target> {
    overview
        .folders
        .iter()
        .filter(|folder| folder.id != from && folder.role != Some(Role::Drafts))
        .map(|folder| Target {
            slug: slug(folder),
            name: folder_name(texts, folder),
        })
        .collect()
}

fn rows(reader: &Reader, overview: &Overview, lines: &[Line], selected: bool) -> Vec<Row> {
    lines
        .iter()
        .map(|line| row(reader, overview, line, selected))
        .collect()
}

/// How many messages a conversation has, if it is more than one.
fn count(texts: &Texts, line: &Line) -> Option<Count> {
    let more = if line.has_more { "+" } else { "" };
    (line.count > 1).then(|| Count {
        text: format!("{}{more}", line.count),
        label: texts.with("conversation-count", &[("count", line.count.into())]),
    })
}

fn row(reader: &Reader, overview: &Overview, line: &Line, selected: bool) -> Row {
    let texts = reader.texts;
    let message: &MessageRecord = &line.message;
    let summary = &message.summary;
    let subject = subject_of(texts, summary);
    let who = match message.origin {
        Origin::Sent | Origin::Draft => recipients(texts, &summary.to, &summary.cc),
        Origin::Received { .. } | Origin::Notice => summary
            .from
            .as_ref()
            .map(Person::label)
            .filter(|label| !label.is_empty())
            .map_or_else(|| texts.get("unknown-sender").into_owned(), str::to_owned),
    };
    let is_draft = message.origin == Origin::Draft && message.folder == folder_of(Role::Drafts);
    let href = if is_draft {
        format!("/mail/compose?draft={}", message.id)
    } else {
        let folder = overview.folder(message.folder);
        let slug = folder.map_or_else(|| "inbox".to_owned(), slug);
        let id = message.id;
        // A long conversation is opened where it was left off.
        let place = (line.count > 3).then(|| format!("#m{id}"));
        format!("/mail/{slug}/{id}{}", place.unwrap_or_default())
    };
    let flags = message.flags;
    let values = [
        ("subject", Value::Text(&subject)),
        ("who", Value::Text(&who)),
    ];
    Row {
        id: message.id.to_string(),
        href,
        select_label: texts.with("select-message", &values),
        star_label: star_label(texts, flags.flagged, &subject),
        snippet: summary.preview.clone(),
        when: reader.times.short(message.received_at),
        unread: line.is_unread,
        starred: flags.flagged,
        answered: flags.answered,
        forwarded: flags.forwarded,
        attachment: line.has_attachment,
        count: count(texts, line),
        selected,
        who,
        subject,
    }
}

fn recipients(texts: &Texts, to: &[Person], cc: &[Person]) -> String {
    let labels: Vec<&str> = to.iter().chain(cc).take(3).map(Person::label).collect();
    if labels.is_empty() {
        return texts.get("no-recipient").into_owned();
    }
    texts.with("to-people", &[("people", Value::Text(&labels.join(", ")))])
}

/// `GET /mail/search`.
pub async fn search(
    State(web): State<Web>,
    reader: Reader,
    User(session): User,
    Query(mut ask): Query<Ask>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    const PATH: &str = "/mail/search";
    ask.q = ask.q.trim().chars().take(QUERY_CHARS_MAX).collect();
    let before = ask.before.map(StandbyId);
    let found =
        mailbox_search::search(&web.service, &session.actor, &ask.q, before, PAGE_ROWS).await?;
    let mut framed = frame(&web, &reader, &session, &headers, None)?;
    let said = framed.shell.notice.is_some();
    framed.shell.query.clone_from(&ask.q);
    let texts = reader.texts;
    let count = [("count", Value::from(found.messages.len()))];
    let first_page = ask.before.is_none();
    let (empty_line, empty_text) = match (found.messages.is_empty(), ask.q.is_empty()) {
        (false, _) => (None, None),
        (true, false) if found.is_partial => (Some("search-none-yet"), None),
        (true, true) => (Some("search-start"), Some("search-start-text")),
        (true, false) => (Some("search-none"), Some("search-none-text")),
    };
    let text = |key: Option<&str>| key.map(|key| texts.get(key).into_owned());
    let older = found
        .messages
        .last()
        .filter(|_| found.has_older)
        .map(|last| {
            let pieces = [
                format!("q={}", form_encode(&ask.q)),
                format!("before={}", last.id),
            ];
            with_query(PATH, &pieces)
        });
    let newest = Ask {
        q: ask.q.clone(),
        ..Ask::default()
    };
    let shown = found.messages.len();
    let lines: Vec<Line> = found.messages.into_iter().map(Line::alone).collect();
    let page = SearchPage {
        p: Page::of(&reader, &texts.get("search-title")),
        summary: if found.has_older || found.is_partial || !first_page {
            texts.with("search-summary-more", &count)
        } else {
            texts.with("search-summary", &count)
        },
        back: ask.address(PATH),
        rows: rows(&reader, &framed.overview, &lines, ask.selects_all()),
        select_href: ask.select_href(PATH),
        select_text: select_text(texts, &ask),
        can_archive: true,
        can_delete: true,
        junk: Junk::Mark,
        all: all_found(
            texts,
            &ask,
            PATH,
            found.has_older || found.is_partial || !first_page,
        ),
        targets: targets(texts, &framed.overview, FolderId(0)),
        pager: Pager {
            shown: texts.with("list-shown", &[("shown", shown.into())]),
            newest: (!first_page).then(|| newest.address(PATH)),
            newer: None,
            older,
        },
        empty_line: text(empty_line),
        empty_text: text(empty_text),
        again: found.is_partial.then(|| ask.address(PATH)),
        shell: framed.shell,
    };
    Ok(respond(&web, said, &page))
}
