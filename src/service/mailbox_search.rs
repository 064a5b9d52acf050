//! Search in the actor's own mailbox. The index is brought up to date here, in bounded steps.

use super::mailbox::{own, raw};
use super::{Actor, Service, ServiceError};
use crate::ids::StandbyId;
use crate::mail::view::View;
use crate::mail::{Mailbox as Person, Role, Summary};
use crate::store::messages::{self, MessageRecord};
use crate::store::search::{self, Places, Query, Words};

/// Messages indexed in one transaction.
const BATCH: usize = 50;
/// Transactions that one search may wait for; the next search goes on.
const BATCHES_MAX: usize = 40;
/// Messages over this size are found by their headers only, in bytes.
const BODY_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// How much text of a message is indexed, in bytes.
const TEXT_BYTES_MAX: usize = 256 * 1024;

/// What a search found.
#[derive(Clone, Debug)]
pub struct Found {
    /// The messages, newest first.
    pub messages: Vec<MessageRecord>,
    /// Whether there are older ones.
    pub has_older: bool,
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
    bring_up_to_date(service, actor).await?;
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
            });
        };
        let mut messages = search::find(tx, mailbox.record.id, &query, before, limit + 1)?;
        let has_older = messages.len() > limit;
        messages.truncate(limit);
        Ok(Found {
            messages,
            has_older,
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

async fn bring_up_to_date(service: &Service, actor: &Actor) -> Result<(), ServiceError> {
    for _ in 0..BATCHES_MAX {
        let (mailbox, pending) = service.store.read(|tx| {
            let mailbox = own(tx, actor)?.record.id;
            let mut pending = Vec::new();
            for id in search::pending(tx, mailbox, BATCH)? {
                pending.extend(messages::get(tx, mailbox, id)?);
            }
            Ok::<_, ServiceError>((mailbox, pending))
        })?;
        let Some(last) = pending.last().map(|message| message.id) else {
            return Ok(());
        };
        let mut found = Vec::with_capacity(pending.len());
        for message in &pending {
            found.push((message.id, words_of(service, message).await?));
        }
        service
            .store
            .write(move |tx| search::add(tx, mailbox, &found, last))
            .await?;
    }
    Ok(())
}

/// The words of a message. A body that cannot be read is passed over: its headers are found still.
async fn words_of(service: &Service, message: &MessageRecord) -> Result<Words, ServiceError> {
    let mut words = words_of_summary(&message.summary);
    if message.size_bytes > BODY_BYTES_MAX {
        return Ok(words);
    }
    let whole = match raw(service, message).await {
        Ok(whole) => whole,
        Err(error) => {
            tracing::warn!(id = %message.id, %error, "a message cannot be read for the index");
            return Ok(words);
        }
    };
    let parsed = tokio::task::spawn_blocking(move || {
        let view = View::parse(&whole);
        let mut words = Words::default();
        let text = view.plain_text();
        let end = (0..=TEXT_BYTES_MAX.min(text.len()))
            .rev()
            .find(|&at| text.is_char_boundary(at));
        words.add(
            text.get(..end.unwrap_or(0)).unwrap_or_default(),
            Places::TEXT,
        );
        for file in &view.attachments {
            words.add(&file.file_name, Places::TEXT);
        }
        words
    })
    .await;
    if let Ok(parsed) = parsed {
        words.merge(parsed);
    }
    Ok(words)
}

/// The words of what lists show.
pub(super) fn words_of_summary(summary: &Summary) -> Words {
    let mut words = Words::default();
    words.add(&summary.subject, Places::SUBJECT);
    if let Some(from) = &summary.from {
        add_person(&mut words, from, Places::FROM);
    }
    for person in summary.to.iter().chain(&summary.cc) {
        add_person(&mut words, person, Places::TO);
    }
    if summary.has_attachment {
        words.add_attachments();
    }
    words
}

fn add_person(words: &mut Words, person: &Person, places: Places) {
    words.add(person.name.as_deref().unwrap_or_default(), places);
    words.add(&person.address, places);
}

#[cfg(test)]
mod tests;
