//! What just happened, told on the next page: carried in a short-lived cookie, so that a reload does
//! not say it again.
//!
//! The cookie holds keys and numbers, never text that is printed as it is; it is the reader's own and
//! can be forged by the reader alone.

use axum::http::{HeaderMap, HeaderValue};

use super::Web;
use super::page::Notice;
use super::session::{cookie, set_cookie};
use super::texts::{Texts, Value};
use crate::clock::Timestamp;
use crate::ids::QueueId;
use crate::service::bulk::UndoId;

const COOKIE: &str = "said";

/// What happened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flash {
    /// Key of the sentence.
    pub key: String,
    /// Its `count`.
    pub count: u64,
    /// Slug of its `folder`.
    pub folder: String,
    /// How to take it back.
    pub undo: String,
}

impl Flash {
    /// A sentence without variables.
    pub fn new(key: &str) -> Self {
        Self {
            key: key.to_owned(),
            ..Self::default()
        }
    }

    /// The cookie that says it on the next page.
    pub fn cookie(&self, web: &Web) -> HeaderValue {
        let value = format!("{}|{}|{}|{}", self.key, self.count, self.folder, self.undo);
        set_cookie(web, COOKIE, &value, "/", Some(60))
    }

    /// What is to be said, if anything is.
    pub fn read(headers: &HeaderMap) -> Option<Self> {
        let mut parts = cookie(headers, COOKIE)?.split('|');
        let key = parts.next()?;
        let is_key = key.starts_with("done-") && key.len() < 64;
        is_key.then(|| Self {
            key: key.to_owned(),
            count: parts.next().and_then(|n| n.parse().ok()).unwrap_or(0),
            folder: parts.next().unwrap_or_default().to_owned(),
            undo: parts.next().unwrap_or_default().to_owned(),
        })
    }

    /// The cookie that makes it said once.
    pub fn forget(web: &Web) -> HeaderValue {
        set_cookie(web, COOKIE, "", "/", Some(0))
    }

    /// As the page shows it. `folder_name` names the folder of a slug.
    pub fn notice(
        &self,
        texts: &Texts,
        csrf: &str,
        time: &str,
        folder_name: impl Fn(&str) -> String,
    ) -> Option<Notice> {
        if !texts.has(&self.key) {
            return None;
        }
        let folder = folder_name(&self.folder);
        let values = [
            ("count", Value::Number(self.count)),
            ("folder", Value::Text(&folder)),
            ("time", Value::Text(time)),
        ];
        let text = texts.with(&self.key, &values);
        let is_hint = matches!(
            self.key.as_str(),
            "done-nothing-selected" | "done-no-folder"
        );
        let notice = if is_hint {
            Notice::info(text)
        } else {
            Notice::done(text)
        };
        let undo_path = match read_unsend(&self.undo) {
            Some(entry) => format!("/mail/outbox/{entry}/undo"),
            None => notice.undo_path.clone(),
        };
        Some(Notice {
            undo_path,
            undo: (!self.undo.is_empty()).then(|| self.undo.clone()),
            csrf: csrf.to_owned(),
            ..notice
        })
    }
}

/// How to take back a change of messages, as text.
pub fn undo_token(id: UndoId) -> String {
    format!("c:{}.{}", id.at.as_millis(), id.number)
}

/// Reads an undo token.
pub fn read_undo(token: &str) -> Option<UndoId> {
    let (at, number) = token.strip_prefix("c:")?.split_once('.')?;
    Some(UndoId {
        at: Timestamp::from_millis(at.parse().ok()?),
        number: number.parse().ok()?,
    })
}

/// How to take back a message that was sent, as text.
pub fn unsend_token(entry: QueueId) -> String {
    format!("q:{entry}")
}

fn read_unsend(token: &str) -> Option<QueueId> {
    token.strip_prefix("q:")?.parse().ok()
}

#[cfg(test)]
mod tests;
