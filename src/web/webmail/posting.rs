//! What is done with a posted letter: saved, sent, thrown away; and what the browser is told.
//!
//! A script asks for JSON and stays on the page; a form gets a page. Both get the same words.

use axum::Json;
use axum::extract::{Multipart, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::compose::{Refusal, Shown, limit_text};
use super::posted::{self, Posted};
use super::shell::redirect;
use super::sign_in;
use crate::ids::StandbyId;
use crate::service::attach::{FILES_MAX, files_of};
use crate::service::bulk;
use crate::service::mailbox::Change;
use crate::service::mailbox_letter::{Field, LetterError, RECIPIENTS_MAX};
use crate::service::mailbox_write::{self, Letter, Saved, Sent, WriteError};
use crate::service::{Actor, ServiceError};
use crate::web::Web;
use crate::web::error::{Fault, form_encode};
use crate::web::flash::{Flash, undo_token, unsend_token};
use crate::web::page::Notice;
use crate::web::reader::Reader;
use crate::web::session::{Area, Session, local_path};
use crate::web::texts::{Texts, Value};
use crate::web::when::size;

/// What a script is told. Fields that do not apply are left out.
#[derive(Debug, Default, Serialize)]
#[serde(default)]
struct Told {
    /// The draft that it is now.
    #[serde(skip_serializing_if = "Option::is_none")]
    draft: Option<String>,
    /// That it was saved, and when.
    #[serde(skip_serializing_if = "Option::is_none")]
    saved: Option<String>,
    /// The files that it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    files: Option<Vec<ToldFile>>,
    /// Where to go on.
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<String>,
    /// What is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    /// In which field.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'static str>,
    /// The present session's token and mailbox, where the form had another's.
    #[serde(skip_serializing_if = "Option::is_none")]
    csrf: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<String>,
}

#[derive(Debug, Serialize)]
struct ToldFile {
    keep: String,
    name: String,
    size: String,
    bytes: u64,
}

impl Told {
    fn error(text: String) -> Self {
        Self {
            error: Some(text),
            ..Self::default()
        }
    }

    fn with(self, status: StatusCode) -> Response {
        (status, [(header::CACHE_CONTROL, "no-store")], Json(self)).into_response()
    }
}

/// Whether a script asks, which stays on its page.
fn wants_json(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.starts_with("application/json"))
}

/// `POST /mail/compose`: saves, sends, removes an attachment or discards. Where the session has ended
/// meanwhile, the sign-in page keeps what was written.
pub async fn post(
    State(web): State<Web>,
    reader: Reader,
    headers: HeaderMap,
    multipart: Multipart,
) -> Result<Response, Fault> {
    let is_json = wants_json(&headers);
    let session = match Session::find(&web, Area::Mail, &headers).await {
        Ok(session) => session,
        Err(ServiceError::Unauthenticated) if is_json => {
            let text = reader.texts.get("compose-signed-out").into_owned();
            return Ok(Told::error(text).with(StatusCode::UNAUTHORIZED));
        }
        Err(ServiceError::Unauthenticated) => {
            let posted = posted::read(&web, None, multipart).await?;
            return sign_in::again(&web, &reader, &posted.form);
        }
        Err(error) => return Err(error.into()),
    };
    let posted = posted::read(&web, Some(&session), multipart).await?;
    let posting = Posting {
        web: &web,
        reader: &reader,
        session: &session,
        headers: &headers,
        is_json,
    };
    if session.check(posted.form.get("csrf")).is_err() {
        // Most often a page from before a new sign-in: what was written is shown again, not sent.
        return posting.of_another_session(posted.letter).await;
    }
    posting.act(posted).await
}

/// Shows what was written under a session that is not the present one.
pub(super) async fn again(
    web: &Web,
    reader: &Reader,
    session: &Session,
    headers: &HeaderMap,
    letter: Letter,
) -> Result<Response, Fault> {
    let text = reader.texts.get("done-signed-in-again").into_owned();
    let page = Shown {
        letter: &letter,
        refusal: None,
        notice: Some(Notice::info(text)),
    };
    page.respond(web, reader, session, headers).await
}

/// A letter that was posted, and who asks.
struct Posting<'a> {
    web: &'a Web,
    reader: &'a Reader,
    session: &'a Session,
    headers: &'a HeaderMap,
    is_json: bool,
}

impl Posting<'_> {
    fn actor(&self) -> &Actor {
        &self.session.actor
    }

    async fn of_another_session(&self, letter: Letter) -> Result<Response, Fault> {
        if !self.is_json {
            return again(self.web, self.reader, self.session, self.headers, letter).await;
        }
        let account = match self.actor() {
            Actor::User(_, address) => Some(address.to_string()),
            _ => None,
        };
        let told = Told {
            csrf: Some(self.session.csrf.clone()),
            account,
            ..Told::error(self.reader.texts.get("compose-signed-out").into_owned())
        };
        Ok(told.with(StatusCode::FORBIDDEN))
    }

    async fn act(&self, posted: Posted) -> Result<Response, Fault> {
        let Posted {
            form,
            mut letter,
            files,
            problem,
        } = posted;
        let action = if form.get("remove").is_empty() {
            form.get("action")
        } else {
            "save"
        };
        if action == "discard" {
            return self.discard(letter).await;
        }
        let has_files = files.is_some();
        if has_files {
            let saved = mailbox_write::save(&self.web.service, self.actor(), &letter, files).await;
            match saved {
                Ok(Saved::Draft(draft)) => self.goes_on(&mut letter, draft)?,
                Ok(Saved::WasSent) => return Ok(self.was_sent(&letter)),
                Err(error) => return self.refused(letter, error).await,
            }
        }
        if let Some(problem) = problem {
            return self.refused(letter, problem).await;
        }
        match action {
            "send" => self.send(letter).await,
            _ if has_files => self.saved(letter).await,
            _ => self.save(letter).await,
        }
    }

    /// From here on the letter is this draft, with its files.
    fn goes_on(&self, letter: &mut Letter, draft: StandbyId) -> Result<(), Fault> {
        letter.draft = Some(draft);
        letter.kept = mailbox_write::files_of_draft(&self.web.service, self.actor(), draft)?;
        Ok(())
    }

    fn to(&self, path: &str, flash: &Flash) -> Response {
        let response = redirect(self.web, path, Some(flash));
        if !self.is_json {
            return response;
        }
        let told = Told {
            location: Some(path.to_owned()),
            ..Told::default()
        };
        let mut answer = told.with(StatusCode::OK);
        for cookie in response.headers().get_all(header::SET_COOKIE) {
            answer
                .headers_mut()
                .append(header::SET_COOKIE, cookie.clone());
        }
        answer
    }

    fn was_sent(&self, letter: &Letter) -> Response {
        let back = local_path(&letter.back).unwrap_or("/mail/inbox");
        self.to(back, &Flash::new("done-sent-again"))
    }

    async fn send(&self, letter: Letter) -> Result<Response, Fault> {
        let back = local_path(&letter.back).unwrap_or("/mail/inbox");
        match mailbox_write::send(&self.web.service, self.actor(), &letter).await {
            Ok(Sent::Now { hold, .. }) if hold.is_zero() => {
                Ok(self.to(back, &Flash::new("done-sent-now")))
            }
            Ok(Sent::Now { entry, hold }) => {
                let flash = Flash {
                    count: hold.as_secs(),
                    undo: unsend_token(entry),
                    ..Flash::new("done-sent")
                };
                Ok(self.to(back, &flash))
            }
            Ok(Sent::Before) => Ok(self.was_sent(&letter)),
            Err(error) => self.refused(letter, error).await,
        }
    }

    async fn save(&self, mut letter: Letter) -> Result<Response, Fault> {
        match mailbox_write::save(&self.web.service, self.actor(), &letter, None).await {
            Ok(Saved::Draft(draft)) => {
                self.goes_on(&mut letter, draft)?;
                self.saved(letter).await
            }
            Ok(Saved::WasSent) => Ok(self.was_sent(&letter)),
            Err(error) => self.refused(letter, error).await,
        }
    }

    async fn saved(&self, letter: Letter) -> Result<Response, Fault> {
        let draft = letter.draft.map(|id| id.to_string()).unwrap_or_default();
        if !self.is_json {
            let back = form_encode(&letter.back);
            let to = format!("/mail/compose?draft={draft}&back={back}");
            return Ok(self.to(&to, &Flash::new("done-saved")));
        }
        let time = self.reader.times.clock(self.reader.times.now());
        let values = [("time", Value::Text(&time))];
        let told = Told {
            draft: Some(draft),
            saved: Some(self.reader.texts.with("done-saved", &values)),
            files: Some(self.told_files(&letter).await?),
            ..Told::default()
        };
        Ok(told.with(StatusCode::OK))
    }

    async fn told_files(&self, letter: &Letter) -> Result<Vec<ToldFile>, Fault> {
        let files = files_of(&self.web.service, self.actor(), &letter.kept).await?;
        let told = files.into_iter().map(|file| ToldFile {
            keep: file.kept.to_string(),
            name: file.name,
            size: size(self.reader.texts, file.size_bytes),
            bytes: file.size_bytes,
        });
        Ok(told.collect())
    }

    async fn discard(&self, letter: Letter) -> Result<Response, Fault> {
        let service = &self.web.service;
        let draft = match letter.draft {
            Some(draft) => Some(draft),
            None => mailbox_write::draft_of_form(service, self.actor(), &letter.key)?,
        };
        let Some(draft) = draft else {
            return Ok(redirect(self.web, "/mail/inbox", None));
        };
        let changed = mailbox_write::discard(service, self.actor(), draft).await?;
        let undo = bulk::remember(
            &self.web.service,
            &self.session.actor,
            Change::DELETE,
            &changed,
        )
        .await?;
        let flash = Flash {
            undo: undo.map_or_else(String::new, undo_token),
            ..Flash::new("done-discarded")
        };
        Ok(self.to("/mail/drafts", &flash))
    }

    /// Shows the form again with what is wrong; files that arrived are in its draft.
    async fn refused(&self, letter: Letter, error: WriteError) -> Result<Response, Fault> {
        let refusal = refusal(self.reader.texts, &error)?;
        if self.is_json {
            let files = self.told_files(&letter).await.ok();
            let told = Told {
                field: refusal.field,
                draft: letter.draft.map(|id| id.to_string()),
                files,
                ..Told::error(refusal.text)
            };
            return Ok(told.with(StatusCode::UNPROCESSABLE_ENTITY));
        }
        let page = Shown {
            letter: &letter,
            refusal: Some(refusal),
            notice: None,
        };
        page.respond(self.web, self.reader, self.session, self.headers)
            .await
    }
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
        WriteError::TooManyFiles => Refusal {
            field: Some("files"),
            text: texts.with("error-files-many", &[("max", FILES_MAX.into())]),
        },
        WriteError::FileGone => plain(Some("files"), "error-file-gone"),
        WriteError::Daily(_) => plain(None, "error-daily"),
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
