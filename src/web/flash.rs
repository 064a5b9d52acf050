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
use crate::ids::{FolderId, QueueId, StandbyId};

const COOKIE: &str = "said";
/// Longest undo token carried, in bytes: cookies are bounded.
const UNDO_BYTES_MAX: usize = 3000;

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
        let undo = if self.undo.len() <= UNDO_BYTES_MAX {
            self.undo.as_str()
        } else {
            ""
        };
        let value = format!("{}|{}|{}|{undo}", self.key, self.count, self.folder);
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

/// How to take back a change of flags or folders, as text: `m:1.5,1.7,6.9` moves message 5 and 7 to
/// folder 1 and 9 to folder 6; `s` and `u` mark as read and unread.
pub fn undo_token(kind: char, changed: &[(StandbyId, FolderId)]) -> String {
    let items: Vec<String> = changed
        .iter()
        .map(|(id, folder)| format!("{}.{}", folder.0, id.0))
        .collect();
    if items.is_empty() {
        return String::new();
    }
    format!("{kind}:{}", items.join(","))
}

/// How to take back a message that was sent, as text.
pub fn unsend_token(entry: QueueId) -> String {
    format!("q:{entry}")
}

fn read_unsend(token: &str) -> Option<QueueId> {
    token.strip_prefix("q:")?.parse().ok()
}

/// Reads an undo token.
pub fn read_undo(token: &str) -> Option<(char, Vec<(StandbyId, FolderId)>)> {
    let (kind, items) = token.split_once(':')?;
    let mut kinds = kind.chars();
    let kind = kinds.next().filter(|_| kinds.next().is_none())?;
    let items: Option<Vec<_>> = items
        .split(',')
        .map(|item| {
            let (folder, id) = item.split_once('.')?;
            Some((id.parse().ok()?, folder.parse().ok()?))
        })
        .collect();
    Some((kind, items?))
}

#[cfg(test)]
mod tests;
