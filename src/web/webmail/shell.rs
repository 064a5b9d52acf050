//! What surrounds every page of a signed-in user: account, search, folders, banner, notice.

use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};
use sha2::{Digest, Sha256};

use crate::clock::Timestamp;
use crate::ids::FolderId;
use crate::mail::Role;
use crate::service::mailbox::{self, Overview};
use crate::service::mailbox_phase::Phase;
use crate::service::profile::Density;
use crate::service::words;
use crate::store::messages::{FolderRecord, folder_of};
use crate::web::Web;
use crate::web::error::Fault;
use crate::web::flash::Flash;
use crate::web::page::{Banner, BannerPart, Notice, OperatorText, ok};
use crate::web::reader::Reader;
use crate::web::session::Session;
use crate::web::texts::{Texts, Value};
use crate::web::when::When;

/// The frame of a webmail page.
#[derive(Clone, Debug)]
pub struct Shell {
    /// The address that is signed in.
    pub account: String,
    /// Token of the session, for every form.
    pub csrf: String,
    /// What stands in the search field.
    pub query: String,
    /// Name of the place the page shows, for the folder menu of narrow screens.
    pub here: String,
    /// All folders.
    pub folders: Vec<FolderLink>,
    /// State of the service.
    pub banner: Option<Banner>,
    /// What just happened.
    pub notice: Option<Notice>,
    /// Whether the mailbox was merged and can only be read.
    pub read_only: bool,
    /// Unread messages in the inbox.
    pub unread: u64,
    /// The id that the mailbox's next message gets.
    pub next: u64,
    /// Whether lists are compact.
    pub compact: bool,
    /// Whether single keys do things.
    pub keys: bool,
}

/// A folder in the navigation.
#[derive(Clone, Debug)]
pub struct FolderLink {
    /// Its address.
    pub href: String,
    /// Its name in the reader's language.
    pub name: String,
    /// Name of the icon.
    pub icon: &'static str,
    /// Whether the page shows it.
    pub current: bool,
    /// What there is to see: unread mail, or drafts.
    pub count: Option<Count>,
}

/// A number with what it counts.
#[derive(Clone, Debug)]
pub struct Count {
    /// The number.
    pub text: String,
    /// What it counts, for those who do not see where it stands.
    pub label: String,
}

/// Name of a folder in URLs.
pub fn slug(folder: &FolderRecord) -> String {
    match folder.role {
        Some(role) => role.slug().to_owned(),
        None => format!("f{}", folder.id),
    }
}

/// The folder that a URL names.
pub fn folder_id(slug: &str) -> Option<FolderId> {
    if let Some(role) = Role::from_slug(slug) {
        return Some(folder_of(role));
    }
    slug.strip_prefix('f')?.parse().ok()
}

/// Name of a folder in the reader's language; own folders have the name the user gave.
pub fn folder_name(texts: &Texts, folder: &FolderRecord) -> String {
    match folder.role {
        Some(role) => texts.get(&format!("folder-{}", role.slug())).into_owned(),
        None => folder.name.clone(),
    }
}

fn icon(folder: &FolderRecord) -> &'static str {
    folder.role.map_or("folder", Role::slug)
}

fn count(texts: &Texts, folder: &FolderRecord) -> Option<Count> {
    let (number, key) = match folder.role {
        Some(Role::Drafts) => (folder.total, "count-drafts"),
        Some(Role::Sent | Role::Trash) => (0, "count-unread"),
        _ => (folder.unread, "count-unread"),
    };
    (number > 0).then(|| Count {
        text: number.to_string(),
        label: texts.get(key).into_owned(),
    })
}

/// The banner of a mailbox.
pub fn banner(web: &Web, reader: &Reader, overview: &Overview) -> Banner {
    let texts = reader.texts;
    let (phase, read_only) = (overview.phase, overview.read_only);
    let (kind, key, icon) = match phase {
        Phase::Returning if read_only => ("merged", "late", "info"),
        Phase::Merged if read_only => ("merged", "closed", "check"),
        Phase::StandingBy => ("standby", "standby", "check"),
        Phase::Suspected => ("outage", "suspected", "info"),
        Phase::Outage => ("outage", "outage", "safe"),
        Phase::Held => ("outage", "queue", "safe"),
        Phase::Returning => ("returning", "returning", "info"),
        Phase::Merged => ("merged", "merged", "check"),
    };
    let parts =
        [("what", false), ("safe", true), ("next", false)].map(|(part, strong)| BannerPart {
            text: texts.get(&format!("banner-{key}-{part}")).into_owned(),
            strong,
        });
    let own = overview.brand_text.in_language(texts.lang);
    let part = own.map(|text| BannerPart {
        text: text.to_owned(),
        strong: false,
    });
    let parts: Vec<BannerPart> = parts.into_iter().chain(part).collect();
    let now = reader.times.now();
    let http = &web.service.config.get().http;
    let is_home = matches!(phase, Phase::StandingBy | Phase::Returning | Phase::Merged);
    let said = operator_text(web, reader, overview.words.as_ref());
    let said_text = said.as_ref().map_or("", |said| said.text.as_str());
    let said_at = overview.words.as_ref().map(|(_, at)| at.to_string());
    let own = own.unwrap_or_default();
    let said_at = said_at.unwrap_or_default();
    let mark = mark(&[texts.lang, key, said_text, &said_at, own]);
    Banner {
        kind,
        icon,
        mark,
        parts,
        updated: Some(When {
            machine: now.to_string(),
            text: reader.times.clock(now),
        }),
        operator_text: said,
        home: http.usual_webmail_url.clone().filter(|_| is_home),
        receipt: read_only.then_some("/mail/receipt"),
    }
}

/// What the operator says: the words of the moment, or else those of the configuration.
fn operator_text(
    web: &Web,
    reader: &Reader,
    words: Option<&(String, Timestamp)>,
) -> Option<OperatorText> {
    let said = words.map(|(text, at)| {
        let time = reader.times.since(*at);
        let intro = reader
            .texts
            .with("banner-words", &[("time", Value::Text(&time))]);
        OperatorText {
            intro: Some(intro),
            text: text.clone(),
        }
    });
    said.or_else(|| {
        let text = web.service.config.get().http.notice.clone()?;
        Some(OperatorText { intro: None, text })
    })
}

/// The banner before somebody signs in: what the operator tells everybody, if anything.
pub(super) fn door_banner(web: &Web, reader: &Reader) -> Result<Option<Banner>, Fault> {
    let words = words::of_all(&web.service)?;
    let said = operator_text(web, reader, words.as_ref());
    Ok(said.map(|said| Banner {
        kind: "standby",
        icon: "info",
        mark: String::new(),
        parts: Vec::new(),
        updated: None,
        operator_text: Some(said),
        home: None,
        receipt: None,
    }))
}

/// Tells apart what is made of different pieces.
fn mark(pieces: &[&str]) -> String {
    let mut digest = Sha256::new();
    for piece in pieces {
        digest.update(piece.as_bytes());
        digest.update([0]);
    }
    let digest = digest.finalize();
    digest.iter().take(6).map(|b| format!("{b:02x}")).collect()
}

/// A page's frame and what it was made from.
pub struct Framed {
    /// The frame.
    pub shell: Shell,
    /// The mailbox.
    pub overview: Overview,
}

/// Makes the frame of a page that shows `current`.
///
/// # Errors
/// When the mailbox is gone or the store fails.
pub fn frame(
    web: &Web,
    reader: &Reader,
    session: &Session,
    headers: &HeaderMap,
    current: Option<FolderId>,
) -> Result<Framed, Fault> {
    let overview = mailbox::overview(&web.service, &session.actor)?;
    let texts = reader.texts;
    let folders = folder_links(texts, &overview, current);
    let here = current.and_then(|id| overview.folder(id)).map_or_else(
        || texts.get("folders").into_owned(),
        |f| folder_name(texts, f),
    );
    let name_of_slug = |slug: &str| {
        folder_id(slug)
            .and_then(|id| overview.folder(id))
            .map_or_else(String::new, |folder| folder_name(texts, folder))
    };
    let time = reader.times.clock(reader.times.now());
    let notice = Flash::read(headers)
        .and_then(|said| said.notice(texts, &session.csrf, &time, name_of_slug));
    Ok(Framed {
        shell: Shell {
            account: overview.address.to_string(),
            csrf: session.csrf.clone(),
            query: String::new(),
            here,
            folders,
            banner: Some(banner(web, reader, &overview)),
            notice,
            read_only: overview.read_only,
            unread: unread(&overview),
            next: overview.next.0,
            compact: overview.profile.density == Density::Compact,
            keys: overview.profile.keys,
        },
        overview,
    })
}

/// Unread messages in the inbox.
pub(super) fn unread(overview: &Overview) -> u64 {
    let inbox = overview.folder(folder_of(Role::Inbox));
    inbox.map_or(0, |folder| folder.unread)
}

/// All folders, with what there is to see in them.
pub(super) fn folder_links(
    texts: &Texts,
    overview: &Overview,
    current: Option<FolderId>,
) -> Vec<FolderLink> {
    let folders = overview
        .folders
        .iter()
        .map(|folder| FolderLink {
            href: format!("/mail/{}", slug(folder)),
            name: folder_name(texts, folder),
            icon: icon(folder),
            current: Some(folder.id) == current,
            count: count(texts, folder),
        })
        .collect();
    with_outbox(texts, folders, overview.outbox)
}

/// The folders, and the outbox after Sent while there is something in it.
fn with_outbox(texts: &Texts, mut folders: Vec<FolderLink>, count: usize) -> Vec<FolderLink> {
    if count > 0 {
        let sent = folders.iter().position(|link| link.href == "/mail/sent");
        let outbox = FolderLink {
            href: "/mail/outbox".to_owned(),
            name: texts.get("outbox").into_owned(),
            icon: Role::Sent.slug(),
            current: false,
            count: Some(Count {
                text: count.to_string(),
                label: texts.get("count-outbox").into_owned(),
            }),
        };
        folders.insert(sent.map_or(folders.len(), |at| at + 1), outbox);
    }
    folders
}

/// A page as a response; what was said on it is not said again.
pub fn respond(web: &Web, shell_notice: bool, template: &impl askama::Template) -> Response {
    let mut response = ok(template);
    if shell_notice {
        let cookie = Flash::forget(web);
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// To another page, on which `flash` is said.
pub fn redirect(web: &Web, to: &str, flash: Option<&Flash>) -> Response {
    let mut response = Redirect::to(to).into_response();
    if let Some(flash) = flash {
        let cookie = flash.cookie(web);
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}
