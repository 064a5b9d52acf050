//! What the operator has to say to users: on every page of the webmail, for one mailstore or for all.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Actor, Service, ServiceError};
use crate::clock::Timestamp;
use crate::ids::MailstoreId;
use crate::store::access::Permission;
use crate::store::words::{self, WordsRecord};
use crate::store::{ReadTx, StoreError, audit};

/// Longest text, in characters.
pub const TEXT_CHARS_MAX: usize = 1_000;

/// The words for one mailstore, or for all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NoticeView {
    /// The mailstore; none: all.
    pub mailstore: Option<String>,
    /// The text; empty where there is none.
    pub text: String,
    /// When it was published.
    pub at: Option<String>,
}

/// What is to be said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NoticeChange {
    /// Plain text; empty takes it away.
    pub text: String,
}

/// What is said at present, to all and to the users of each mailstore.
///
/// # Errors
/// When the actor may not, or the store fails.
pub fn list(service: &Service, actor: &Actor) -> Result<Vec<NoticeView>, ServiceError> {
    actor.operator()?;
    let config = service.config();
    let mailstores = config.mailstore.iter().map(|mailstore| Some(&mailstore.id));
    service.store.read(|tx| {
        std::iter::once(None)
            .chain(mailstores)
            .map(|mailstore| {
                let words = words::get(tx, mailstore)?;
                Ok(view(mailstore, words.as_ref()))
            })
            .collect()
    })
}

fn view(mailstore: Option<&MailstoreId>, words: Option<&WordsRecord>) -> NoticeView {
    NoticeView {
        mailstore: mailstore.map(ToString::to_string),
        text: words.map_or_else(String::new, |words| words.text.clone()),
        at: words.map(|words| words.at.to_string()),
    }
}

/// Says something to the users of a mailstore or to all, or takes it back.
///
/// # Errors
/// [`ServiceError::Invalid`] for a text that is too long, [`ServiceError::NotFound`] when the actor may
/// not or there is no such mailstore; when the store fails.
pub async fn set(
    service: &Service,
    actor: &Actor,
    mailstore: Option<MailstoreId>,
    text: &str,
) -> Result<NoticeView, ServiceError> {
    actor.operator()?;
    if let Some(id) = &mailstore
        && service.config().mailstore(id).is_none()
    {
        return Err(ServiceError::NotFound("such mailstore"));
    }
    let text = clean(text)?;
    let record = (!text.is_empty()).then(|| WordsRecord {
        text,
        at: service.now(),
    });
    let subject = mailstore
        .as_ref()
        .map_or_else(|| "all".to_owned(), |id| format!("mailstore:{id}"));
    let action = match record {
        Some(_) => "notice.set",
        None => "notice.clear",
    };
    let said = record.as_ref().map_or("", |record| record.text.as_str());
    let mut event = service.event(actor, Permission::Notices, action, subject, "")?;
    event.detail = said.replace('\n', " ");
    service
        .store
        .write(move |tx| {
            words::put(tx, mailstore.as_ref(), record.as_ref())?;
            audit::append(tx, event.clone())?;
            Ok(view(mailstore.as_ref(), record.as_ref()))
        })
        .await
}

/// A text as it is kept: lines without what is no character of a text. Pure.
fn clean(text: &str) -> Result<String, ServiceError> {
    let text = text.replace("\r\n", "\n");
    let text = text.trim();
    if text.chars().count() > TEXT_CHARS_MAX {
        return Err(ServiceError::Invalid {
            field: "text",
            text: format!("at most {TEXT_CHARS_MAX} characters"),
        });
    }
    let keeps = |c: &char| !c.is_control() || *c == '\n';
    Ok(text.chars().filter(keeps).collect())
}

/// What the users of a mailstore are told: its own words, or those for all.
///
/// # Errors
/// When the store cannot be read.
pub(super) fn of_mailstore(
    tx: &dyn ReadTx,
    mailstore: &MailstoreId,
) -> Result<Option<(String, Timestamp)>, StoreError> {
    let own = words::get(tx, Some(mailstore))?;
    let said = match own {
        Some(own) => Some(own),
        None => words::get(tx, None)?,
    };
    Ok(said.map(|words| (words.text, words.at)))
}

/// What everybody is told, also who is not signed in.
///
/// # Errors
/// When the store cannot be read.
pub fn of_all(service: &Service) -> Result<Option<(String, Timestamp)>, StoreError> {
    let said = service.store.read(|tx| words::get(tx, None))?;
    Ok(said.map(|words| (words.text, words.at)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_plain_and_bounded() {
        for (text, kept) in [
            (
                " We work on it.\r\nBack at 15:00. ",
                Some("We work on it.\nBack at 15:00."),
            ),
            ("", Some("")),
            ("a\0b\u{7}c", Some("abc")),
            ("<b>x</b>", Some("<b>x</b>")),
        ] {
            assert_eq!(clean(text).ok().as_deref(), kept, "{text:?}");
        }
        assert!(clean(&"ä".repeat(TEXT_CHARS_MAX)).is_ok());
        assert!(clean(&"ä".repeat(TEXT_CHARS_MAX + 1)).is_err());
    }
}
