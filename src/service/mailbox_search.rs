//! Search in the actor's own mailbox.

use super::mailbox::own;
use super::{Actor, Service, ServiceError, search_index};
use crate::ids::StandbyId;
use crate::mail::Role;
use crate::store::messages::{self, MessageRecord};
use crate::store::search::{self, Places, Query};

/// What a search found.
#[derive(Clone, Debug)]
pub struct Found {
    /// The messages, newest first.
    pub messages: Vec<MessageRecord>,
    /// Whether there are older ones.
    pub has_older: bool,
    /// Whether older mail is still being gone through, so that there may be more.
    pub is_partial: bool,
}

/// Searches for `text`: words, and `from:`, `to:`, `subject:`, `has:attachment`, `in:folder`.
///
/// # Errors
/// When the actor has no mailbox, or the store fails.
pub async fn search(
    service: &Service,
    actor: &Actor,
    text: &str,
    before: Option<StandbyId>,
    limit: usize,
) -> Result<Found, ServiceError> {
    let mailbox = service.store.read(|tx| own(tx, actor))?.record.id;
    search_index::catch_up(service, mailbox).await?;
    service.store.read(|tx| {
        let mailbox = own(tx, actor)?;
        let state = messages::state_or_new(tx, &mailbox, service.now())?;
        let query = parse(text, |name| {
            let role = Role::from_slug(&name.to_lowercase());
            let by_name = || {
                state
                    .folders
                    .iter()
                    .find(|f| f.name.eq_ignore_ascii_case(name))
            };
            role.map(messages::folder_of)
                .or_else(|| by_name().map(|folder| folder.id))
        });
        let Some(query) = query.filter(|query| !query.is_empty()) else {
            return Ok(Found {
                messages: Vec::new(),
                has_older: false,
                is_partial: false,
            });
        };
        let mut messages = search::find(tx, mailbox.record.id, &query, before, limit + 1)?;
        let has_older = messages.len() > limit;
        messages.truncate(limit);
        let is_partial = !search::pending(tx, mailbox.record.id, 1)?.is_empty();
        Ok(Found {
            messages,
            has_older,
            is_partial,
        })
    })
}

/// Reads a query; `None` where it can find nothing: an unknown folder.
fn parse(text: &str, folder: impl Fn(&str) -> Option<crate::ids::FolderId>) -> Option<Query> {
    let mut query = Query::default();
    for item in text.split_whitespace() {
        let (operator, value) = item.split_once(':').unwrap_or(("", item));
        let places = match operator.to_ascii_lowercase().as_str() {
            "from" => Places::FROM,
            "to" | "cc" => Places::TO,
            "subject" => Places::SUBJECT,
            "has" if value.to_ascii_lowercase().starts_with("attach") => {
                query.has_attachment = true;
                continue;
            }
            "in" => {
                query.folder = Some(folder(value)?);
                continue;
            }
            _ => {
                query
                    .words
                    .extend(search::words(item).map(|word| (word, Places::ANY)));
                continue;
            }
        };
        query
            .words
            .extend(search::words(value).map(|word| (word, places)));
    }
    query.words.truncate(search::QUERY_WORDS_MAX);
    Some(query)
}

#[cfg(test)]
mod tests;
