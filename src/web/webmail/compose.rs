//! Writing: new messages, answers, drafts, attachments.

use askama::Template;

use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use serde::Deserialize;

use super::shell::{Shell, frame, respond};
use super::start::{self, Start};
use crate::ids::{StandbyId, random_bytes};
use crate::mail::sanitize::Formatted;
use crate::mail::{Mailbox as Person, Role};
use crate::service::attach::{ShownFile, files_of};
use crate::service::mailbox;
use crate::service::mailbox_letter::as_typed;
use crate::service::mailbox_write::{self, Answers, LETTER_BYTES_MAX, Letter};
use crate::service::people;
use crate::service::profile::{self, Profile};
use crate::store::messages::folder_of;
use crate::web::Web;
use crate::web::error::Fault;
use crate::web::form::Form;
use crate::web::page::{Choice, FormError, Notice, Page};
use crate::web::reader::Reader;
use crate::web::session::{Session, User, local_path};
use crate::web::texts::{Texts, Value};
use crate::web::when::size;

/// The form for writing a message.
#[derive(Template)]
#[template(path = "webmail/compose.html")]
pub struct ComposePage {
    pub(super) p: Page,
    pub(super) shell: Shell,
    pub(super) heading: String,
    pub(super) errors: Vec<FormError>,
    pub(super) to_error: Option<String>,
    pub(super) cc_error: Option<String>,
    pub(super) bcc_error: Option<String>,
    pub(super) key: String,
    pub(super) draft: String,
    pub(super) reply: String,
    pub(super) forward: String,
    pub(super) back: String,
    pub(super) from_choices: Vec<Choice>,
    pub(super) to: String,
    pub(super) cc: String,
    pub(super) bcc: String,
    pub(super) copies_open: bool,
    pub(super) subject: String,
    pub(super) body: String,
    /// The text with its formatting; empty where it has none.
    pub(super) html: String,
    pub(super) focus_to: bool,
    pub(super) tell_success: bool,
    pub(super) limit_bytes: u64,
    pub(super) limit_text: String,
    pub(super) too_large_text: String,
    pub(super) files: Vec<Attached>,
    pub(super) signatures: Vec<Signature>,
    pub(super) recent: Vec<String>,
}

/// The signature for an own address, for when the address is changed.
#[derive(Clone, Debug)]
pub struct Signature {
    pub(super) address: String,
    pub(super) text: String,
}

/// An attachment that is kept with the draft.
#[derive(Clone, Debug)]
pub struct Attached {
    pub(super) part: String,
    pub(super) name: String,
    pub(super) size: String,
    pub(super) bytes: u64,
}

/// How a form is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Ask {
    reply: String,
    reply_all: String,
    forward: String,
    draft: String,
    again: String,
    to: String,
    back: String,
}

impl Ask {
    fn start(&self) -> Start {
        let id = |text: &str| text.parse().ok();
        None.or_else(|| id(&self.draft).map(Start::Draft))
            .or_else(|| id(&self.reply).map(Start::Reply))
            .or_else(|| id(&self.reply_all).map(Start::ReplyAll))
            .or_else(|| id(&self.forward).map(Start::Forward))
            .or_else(|| id(&self.again).map(Start::Again))
            .unwrap_or(Start::Empty)
    }
}

/// `GET /mail/compose`.
pub async fn show(
    State(web): State<Web>,
    reader: Reader,
    User(session): User,
    Query(ask): Query<Ask>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    if mailbox::overview(&web.service, &session.actor)?.read_only {
        return Err(Fault::ReadOnly);
    }
    let own = mailbox_write::identities(&web.service, &session.actor)?;
    let mut letter = start::letter(&web, &reader, &session, &own, ask.start()).await?;
    if letter.to.is_empty() && ask.start() == Start::Empty {
        letter.to = ask
            .to
            .chars()
            .filter(|c| !c.is_control())
            .take(500)
            .collect();
    }
    if !matches!(ask.start(), Start::Draft(_) | Start::Again(_)) {
        let profile = profile::get(&web.service, &session.actor)?;
        let from = match own.first() {
            Some(first) if letter.from.is_empty() => first.address.as_str(),
            _ => letter.from.as_str(),
        };
        letter.text = with_signature(&signature(&profile, from), &letter.text);
    }
    letter.key = new_key();
    letter.back = match local_path(&ask.back) {
        Some(back) => back.to_owned(),
        None => came_from(&headers),
    };
    let page = Shown {
        letter: &letter,
        refusal: None,
        notice: None,
    };
    page.respond(&web, &reader, &session, &headers).await
}

/// The page of the mailbox that led here, to go back to when the message is sent. Not a form, which
/// would open again.
fn came_from(headers: &HeaderMap) -> String {
    let referrer = headers.get(header::REFERER).and_then(|r| r.to_str().ok());
    let path = referrer
        .and_then(|referrer| referrer.find("/mail/").and_then(|at| referrer.get(at..)))
        .and_then(local_path)
        .filter(|path| !path.starts_with("/mail/compose"));
    path.unwrap_or("/mail/inbox").to_owned()
}

/// The signature for messages from `address`, as it stands in a message (RFC 3676 §4.3); empty where
/// there is none.
fn signature(profile: &Profile, address: &str) -> String {
    match profile.signature_for(address).replace('\r', "").trim_end() {
        "" => String::new(),
        text => format!("-- \n{text}"),
    }
}

/// A text that begins with room to write, then the signature, then what is quoted.
fn with_signature(signature: &str, text: &str) -> String {
    match signature {
        "" => text.to_owned(),
        signature => format!("\n\n{signature}{text}"),
    }
}

/// A key for a form that is new.
fn new_key() -> String {
    random_bytes::<16>()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// A form as it is shown: for the first time, or again with what is wrong with it.
pub(super) struct Shown<'a> {
    pub(super) letter: &'a Letter,
    pub(super) refusal: Option<Refusal>,
    pub(super) notice: Option<Notice>,
}

/// Why a form comes back.
pub(super) struct Refusal {
    pub(super) field: Option<&'static str>,
    pub(super) text: String,
}

impl Shown<'_> {
    pub(super) async fn respond(
        self,
        web: &Web,
        reader: &Reader,
        session: &Session,
        headers: &HeaderMap,
    ) -> Result<Response, Fault> {
        let drafts = folder_of(Role::Drafts);
        let current = self.letter.draft.map(|_| drafts);
        let framed = frame(web, reader, session, headers, current)?;
        let own = mailbox_write::identities(&web.service, &session.actor)?;
        let profile = profile::get(&web.service, &session.actor)?;
        let signatures = own
            .iter()
            .map(|person| Signature {
                address: person.address.clone(),
                text: signature(&profile, &person.address),
            })
            .collect();
        let recent = people::find(&web.service, &session.actor, "")?;
        let files = files_of(&web.service, &session.actor, &self.letter.kept).await?;
        let mut shell = framed.shell;
        if self.notice.is_some() {
            shell.notice = self.notice.clone();
        }
        let said = shell.notice.is_some();
        let status = if self.refusal.is_some() {
            StatusCode::UNPROCESSABLE_ENTITY
        } else {
            StatusCode::OK
        };
        let page = ComposePage {
            signatures,
            recent: recent
                .iter()
                .map(|person| as_typed(std::slice::from_ref(person)))
                .collect(),
            ..self.page(reader, shell, &own, files)
        };
        let mut response = respond(web, said, &page);
        *response.status_mut() = status;
        // Back shows the form as it was left.
        let kept = HeaderValue::from_static("private, no-cache");
        response.headers_mut().insert(header::CACHE_CONTROL, kept);
        Ok(response)
    }

    fn page(
        self,
        reader: &Reader,
        shell: Shell,
        own: &[Person],
        files: Vec<ShownFile>,
    ) -> ComposePage {
        let texts = reader.texts;
        let letter = self.letter;
        let heading = texts.get(match (letter.draft, letter.answer) {
            (Some(_), _) => "compose-draft",
            (None, Some(Answers::Reply(_))) => "compose-reply",
            (None, Some(Answers::Forward(_))) => "compose-forward",
            (None, None) => "compose-title",
        });
        let limit = limit_text(texts);
        let of_field = |field: &str| {
            let refusal = self.refusal.as_ref()?;
            (refusal.field == Some(field)).then(|| refusal.text.clone())
        };
        let id = |id: Option<StandbyId>| id.map_or_else(String::new, |id| id.to_string());
        let (reply, forward) = match letter.answer {
            Some(Answers::Reply(message)) => (Some(message), None),
            Some(Answers::Forward(message)) => (None, Some(message)),
            None => (None, None),
        };
        let from_choices = own
            .iter()
            .map(|person| Choice {
                value: person.address.clone(),
                text: as_typed(std::slice::from_ref(person)),
                hint: String::new(),
                selected: person.address.eq_ignore_ascii_case(&letter.from),
            })
            .collect();
        ComposePage {
            p: Page::of(reader, &heading),
            to_error: of_field("to"),
            cc_error: of_field("cc"),
            bcc_error: of_field("bcc"),
            errors: self
                .refusal
                .iter()
                .map(|refusal| FormError {
                    field: refusal.field,
                    text: refusal.text.clone(),
                })
                .collect(),
            key: letter.key.clone(),
            draft: id(letter.draft),
            reply: id(reply),
            forward: id(forward),
            back: letter.back.clone(),
            from_choices,
            copies_open: !letter.cc.is_empty() || !letter.bcc.is_empty(),
            focus_to: letter.to.is_empty(),
            tell_success: letter.tell_success,
            to: letter.to.clone(),
            cc: letter.cc.clone(),
            bcc: letter.bcc.clone(),
            subject: letter.subject.clone(),
            body: letter.text.clone(),
            html: letter
                .formatted
                .as_ref()
                .map_or_else(String::new, |formatted| formatted.as_html().to_owned()),
            limit_bytes: LETTER_BYTES_MAX,
            limit_text: texts.with("attach-limit", &[("limit", Value::Text(&limit))]),
            too_large_text: texts.with("attach-too-large", &[("limit", Value::Text(&limit))]),
            files: files
                .into_iter()
                .map(|file| Attached {
                    part: file.kept.to_string(),
                    name: file.name,
                    size: size(texts, file.size_bytes),
                    bytes: file.size_bytes,
                })
                .collect(),
            signatures: Vec::new(),
            recent: Vec::new(),
            heading: heading.into_owned(),
            shell,
        }
    }
}

/// The limit as people say it.
pub(super) fn limit_text(texts: &Texts) -> String {
    let value = (LETTER_BYTES_MAX / (1024 * 1024)).to_string();
    texts.with("size-mb", &[("value", Value::Text(&value))])
}

/// The letter in a posted form.
pub(super) fn letter_of(form: &Form) -> Letter {
    let id = |name: &str| form.get(name).parse::<StandbyId>().ok();
    let key: String = form
        .get("key")
        .chars()
        .filter(char::is_ascii_hexdigit)
        .take(64)
        .collect();
    let removed = form.get("remove").to_owned();
    let kept = form
        .all("keep")
        .filter(|part| *part != removed)
        .filter_map(|part| part.parse().ok())
        .collect();
    let line = |name: &str| form.get(name).trim().to_owned();
    let (text, formatted) = words_of(form);
    Letter {
        key: if key.len() < 16 { new_key() } else { key },
        draft: id("draft"),
        answer: id("reply")
            .map(Answers::Reply)
            .or_else(|| id("forward").map(Answers::Forward)),
        from: line("from"),
        to: line("to"),
        cc: line("cc"),
        bcc: line("bcc"),
        back: line("back"),
        subject: line("subject"),
        text,
        formatted,
        kept,
        tell_success: !form.get("tell").is_empty(),
    }
}

/// The text in a posted form, and its formatting. Where the page could show it as plain text only, it is
/// kept as long as that is unchanged.
fn words_of(form: &Form) -> (String, Option<Formatted>) {
    let text = form.get("body").replace("\r\n", "\n");
    let posted = || Formatted::clean(form.get("html"));
    let formatted = match form.get("format") {
        "formatted" => posted(),
        "kept" => posted().filter(|formatted| formatted.text().trim() == text.trim()),
        _ => None,
    };
    match formatted {
        Some(formatted) => (formatted.text(), Some(formatted)),
        None => (text, None),
    }
}
