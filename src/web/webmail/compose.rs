//! Writing: new messages, answers, drafts, attachments.

use askama::Template;

use axum::extract::{Multipart, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use serde::Deserialize;

use super::shell::{Shell, frame, redirect, respond};
use super::sign_in;
use super::start::{self, KeptFile, Start};
use crate::ids::{StandbyId, random_bytes};
use crate::mail::{Mailbox as Person, Role};
use crate::service::ServiceError;
use crate::service::mailbox;
use crate::service::mailbox_letter::{Field, LetterError, RECIPIENTS_MAX, as_typed};
use crate::service::mailbox_write::{
    self, Answers, Kept, LETTER_BYTES_MAX, Letter, Saved, Sent, WriteError,
};
use crate::store::messages::folder_of;
use crate::web::Web;
use crate::web::error::Fault;
use crate::web::flash::{Flash, undo_token, unsend_token};
use crate::web::form::Form;
use crate::web::page::{Choice, FormError, Notice, Page};
use crate::web::reader::Reader;
use crate::web::session::{Area, Session, User, local_path};
use crate::web::texts::{Texts, Value};

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
    pub(super) focus_to: bool,
    pub(super) limit_bytes: u64,
    pub(super) limit_text: String,
    pub(super) too_large_text: String,
    pub(super) files: Vec<Attached>,
}

/// An attachment that is kept with the draft.
#[derive(Clone, Debug)]
pub struct Attached {
    pub(super) part: String,
    pub(super) name: String,
    pub(super) size: String,
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
    letter.key = new_key();
    letter.back = came_from(&headers);
    let page = Shown {
        letter: &letter,
        own: &own,
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

/// A key for a form that is new.
fn new_key() -> String {
    random_bytes::<16>()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// A form as it is shown: for the first time, or again with what is wrong with it.
struct Shown<'a> {
    letter: &'a Letter,
    own: &'a [Person],
    refusal: Option<Refusal>,
    notice: Option<Notice>,
}

/// Why a form comes back.
struct Refusal {
    field: Option<&'static str>,
    text: String,
}

impl Shown<'_> {
    async fn respond(
        self,
        web: &Web,
        reader: &Reader,
        session: &Session,
        headers: &HeaderMap,
    ) -> Result<Response, Fault> {
        let drafts = folder_of(Role::Drafts);
        let current = self.letter.draft.map(|_| drafts);
        let framed = frame(web, reader, session, headers, current)?;
        let files = start::kept_files(web, reader, session, &self.letter.kept).await?;
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
        let page = self.page(reader, shell, files);
        let mut response = respond(web, said, &page);
        *response.status_mut() = status;
        // Back shows the form as it was left.
        let kept = HeaderValue::from_static("private, no-cache");
        response.headers_mut().insert(header::CACHE_CONTROL, kept);
        Ok(response)
    }

    fn page(self, reader: &Reader, shell: Shell, files: Vec<KeptFile>) -> ComposePage {
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
        let from_choices = self
            .own
            .iter()
            .map(|person| Choice {
                value: person.address.clone(),
                text: as_typed(std::slice::from_ref(person)),
                hint: String::new(),
                selected: person.address.eq_ignore_ascii_case(&letter.from),
            })
            .collect();
        ComposePage {
            p: Page::new(texts, &heading),
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
            to: letter.to.clone(),
            cc: letter.cc.clone(),
            bcc: letter.bcc.clone(),
            subject: letter.subject.clone(),
            body: letter.text.clone(),
            limit_bytes: LETTER_BYTES_MAX,
            limit_text: texts.with("attach-limit", &[("limit", Value::Text(&limit))]),
            too_large_text: texts.with("attach-too-large", &[("limit", Value::Text(&limit))]),
            files: files
                .into_iter()
                .map(|file| Attached {
                    part: format!("{}.{}", file.kept.message, file.kept.part),
                    name: file.name,
                    size: file.size,
                })
                .collect(),
            heading: heading.into_owned(),
            shell,
        }
    }
}

/// The limit as people say it.
fn limit_text(texts: &Texts) -> String {
    let value = (LETTER_BYTES_MAX / (1024 * 1024)).to_string();
    texts.with("size-mb", &[("value", Value::Text(&value))])
}

/// The letter in a posted form.
pub(super) fn letter_of(form: &mut Form) -> Letter {
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
        .filter_map(|part| {
            let (message, part) = part.split_once('.')?;
            Some(Kept {
                message: message.parse().ok()?,
                part: part.parse().ok()?,
            })
        })
        .collect();
    let line = |name: &str| form.get(name).trim().to_owned();
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
        text: form.get("body").replace("\r\n", "\n"),
        kept,
        files: std::mem::take(&mut form.files),
    }
}

/// `POST /mail/compose`: saves, sends, removes an attachment or discards. Where the session has ended
/// meanwhile, the sign-in page keeps what was written.
pub async fn post(
    State(web): State<Web>,
    reader: Reader,
    headers: HeaderMap,
    multipart: Multipart,
) -> Result<Response, Fault> {
    let session = match Session::find(&web, Area::Mail, &headers).await {
        Ok(session) => session,
        Err(ServiceError::Unauthenticated) => {
            let form = Form::read_multipart(multipart, false).await?;
            return Ok(sign_in::again(&web, &reader, &form));
        }
        Err(error) => return Err(error.into()),
    };
    let mut form = Form::read_multipart(multipart, true).await?;
    let letter = letter_of(&mut form);
    if session.check(form.get("csrf")).is_err() {
        // Most often a page from before a new sign-in: what was written is shown again, not sent.
        return again(&web, &reader, &session, &headers, letter).await;
    }
    let action = if form.get("remove").is_empty() {
        form.get("action")
    } else {
        "save"
    };
    match action {
        "send" => send(&web, &reader, &session, &headers, letter).await,
        "discard" => discard(&web, &session, letter).await,
        _ => save(&web, &reader, &session, &headers, letter).await,
    }
}

/// Shows what was written under a session that is not the present one.
pub(super) async fn again(
    web: &Web,
    reader: &Reader,
    session: &Session,
    headers: &HeaderMap,
    letter: Letter,
) -> Result<Response, Fault> {
    let own = mailbox_write::identities(&web.service, &session.actor)?;
    let text = reader.texts.get("done-signed-in-again").into_owned();
    let page = Shown {
        letter: &letter,
        own: &own,
        refusal: None,
        notice: Some(Notice::info(text)),
    };
    page.respond(web, reader, session, headers).await
}

async fn send(
    web: &Web,
    reader: &Reader,
    session: &Session,
    headers: &HeaderMap,
    letter: Letter,
) -> Result<Response, Fault> {
    let back = local_path(&letter.back).unwrap_or("/mail/inbox");
    match mailbox_write::send(&web.service, &session.actor, letter.clone()).await {
        Ok(Sent::Now { hold, .. }) if hold.is_zero() => {
            Ok(redirect(web, back, Some(&Flash::new("done-sent-now"))))
        }
        Ok(Sent::Now { entry, hold }) => {
            let flash = Flash {
                count: hold.as_secs(),
                undo: unsend_token(entry),
                ..Flash::new("done-sent")
            };
            Ok(redirect(web, back, Some(&flash)))
        }
        Ok(Sent::Before) => Ok(redirect(web, back, Some(&Flash::new("done-sent-again")))),
        Err(error) => refused(web, reader, session, headers, letter, error).await,
    }
}

async fn save(
    web: &Web,
    reader: &Reader,
    session: &Session,
    headers: &HeaderMap,
    letter: Letter,
) -> Result<Response, Fault> {
    match mailbox_write::save(&web.service, &session.actor, letter.clone()).await {
        Ok(Saved::Draft(id)) => {
            let to = format!("/mail/compose?draft={id}");
            Ok(redirect(web, &to, Some(&Flash::new("done-saved"))))
        }
        Ok(Saved::WasSent) => {
            let back = local_path(&letter.back).unwrap_or("/mail/inbox");
            Ok(redirect(web, back, Some(&Flash::new("done-sent-again"))))
        }
        Err(error) => refused(web, reader, session, headers, letter, error).await,
    }
}

async fn discard(web: &Web, session: &Session, letter: Letter) -> Result<Response, Fault> {
    let Some(draft) = letter.draft else {
        return Ok(redirect(web, "/mail/inbox", None));
    };
    let changed = mailbox_write::discard(&web.service, &session.actor, draft).await?;
    let flash = Flash {
        undo: undo_token('m', &changed),
        ..Flash::new("done-discarded")
    };
    Ok(redirect(web, "/mail/drafts", Some(&flash)))
}

/// Shows the form again with what is wrong. Files that were just chosen are saved with a draft, as
/// far as they fit, because a browser does not send them again by itself.
async fn refused(
    web: &Web,
    reader: &Reader,
    session: &Session,
    headers: &HeaderMap,
    mut letter: Letter,
    error: WriteError,
) -> Result<Response, Fault> {
    let refusal = refusal(reader.texts, &error)?;
    let is_kept = !matches!(error, WriteError::TooLarge);
    if is_kept && !letter.files.is_empty() {
        let saved = mailbox_write::save(&web.service, &session.actor, letter.clone()).await;
        if let Ok(Saved::Draft(id)) = saved {
            let own = mailbox_write::identities(&web.service, &session.actor)?;
            let start = Start::Draft(id);
            letter.kept = start::letter(web, reader, session, &own, start).await?.kept;
            letter.draft = Some(id);
        }
    }
    letter.files.clear();
    let own = mailbox_write::identities(&web.service, &session.actor)?;
    let page = Shown {
        letter: &letter,
        own: &own,
        refusal: Some(refusal),
        notice: None,
    };
    page.respond(web, reader, session, headers).await
}

/// What is wrong, in words. Our own troubles too: what was written must not be lost over them.
fn refusal(texts: &Texts, error: &WriteError) -> Result<Refusal, Fault> {
    let field_id = |field: Field| match field {
        Field::To => "to",
        Field::Cc => "cc",
        Field::Bcc => "bcc",
        Field::Subject => "subject",
    };
    let plain = |field, key: &str| Refusal {
        field,
        text: texts.get(key).into_owned(),
    };
    let limit = limit_text(texts);
    Ok(match error {
        WriteError::Letter(LetterError::NoRecipient) => plain(Some("to"), "error-to-empty"),
        WriteError::Letter(LetterError::NotAnAddress { field, text }) => Refusal {
            field: Some(field_id(*field)),
            text: texts.with("error-recipient", &[("text", Value::Text(text))]),
        },
        WriteError::Letter(LetterError::TooMany { count }) => Refusal {
            field: Some("to"),
            text: texts.with(
                "error-recipients-many",
                &[("max", RECIPIENTS_MAX.into()), ("count", (*count).into())],
            ),
        },
        WriteError::Letter(LetterError::NotOwn) => plain(None, "error-from"),
        WriteError::Letter(LetterError::Control { field }) => {
            plain(Some(field_id(*field)), "error-header")
        }
        WriteError::Letter(LetterError::Unbuildable) => plain(None, "error-not-sent"),
        WriteError::TooLarge => Refusal {
            field: Some("files"),
            text: texts.with("error-too-large", &[("limit", Value::Text(&limit))]),
        },
        WriteError::Daily => plain(None, "error-daily"),
        WriteError::Service(ServiceError::Unauthenticated) => {
            return Err(Fault::SignIn { next: None });
        }
        WriteError::Service(ServiceError::ReadOnly) => plain(None, "error-read-only-letter"),
        WriteError::Service(error) => {
            tracing::error!(%error, "a message could not be saved or sent");
            plain(None, "error-not-sent")
        }
    })
}
