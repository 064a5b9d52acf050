//! Whom one may be writing to: people of the newest mail, and the directory of the own domain.
//!
//! Bounded: so many of the newest messages and so many of the domain's mailboxes are looked at,
//! however many there are.

use std::collections::BTreeMap;

use super::mailbox::own;
use super::{Actor, Service, ServiceError};
use crate::ids::MailboxId;
use crate::mail::{Mailbox as Person, Role};
use crate::store::messages::{self, Cursor};
use crate::store::{ReadTx, StoreError, directory};

/// Most people that are offered.
pub const OFFERED_MAX: usize = 8;
/// Newest messages that are looked at, of the inbox and of Sent each.
const MESSAGES_MAX: usize = 150;
/// Mailboxes of the own domain that are looked at.
const DIRECTORY_MAX: usize = 3_000;
/// Longest text that is searched for, in bytes.
const QUERY_BYTES_MAX: usize = 100;

/// Up to [`OFFERED_MAX`] people whose name or address begins so, those of the newest mail first. An
/// empty text finds the people of the newest mail.
///
/// # Errors
/// When the actor has no mailbox, or the store fails.
pub fn find(service: &Service, actor: &Actor, text: &str) -> Result<Vec<Person>, ServiceError> {
    let wanted = fold(text.trim());
    if wanted.len() > QUERY_BYTES_MAX {
        return Ok(Vec::new());
    }
    let searches_directory = service.config().http.directory_search && !wanted.is_empty();
    service.store.read(|tx| {
        let mailbox = own(tx, actor)?;
        let mut found = Found::default();
        for person in of_mail(tx, mailbox.record.id)? {
            found.add(person, &wanted);
        }
        let mut after = None;
        let domain = mailbox.address.domain_name();
        let mut left = if searches_directory { DIRECTORY_MAX } else { 0 };
        while left > 0 && found.0.len() < OFFERED_MAX {
            let limit = left.min(200);
            let page = directory::mailboxes(tx, Some(&domain), after.as_ref(), limit)?;
            left = if page.len() < limit { 0 } else { left - limit };
            after = page.last().map(|last| last.address.clone());
            for known in page {
                let person = Person {
                    name: known.record.name,
                    address: known.address.to_string(),
                };
                found.add(person, &wanted);
            }
        }
        found
            .0
            .retain(|person| person.address != mailbox.address.to_string());
        found.0.truncate(OFFERED_MAX);
        Ok(found.0)
    })
}

#[derive(Default)]
struct Found(Vec<Person>);

impl Found {
    fn add(&mut self, person: Person, wanted: &str) {
        let is_known = |known: &Person| known.address.eq_ignore_ascii_case(&person.address);
        let is_new = self.0.len() <= OFFERED_MAX && !self.0.iter().any(is_known);
        if is_new && matches(&person, wanted) {
            self.0.push(person);
        }
    }
}

/// Whether a name, one of its words, or the address begins so.
fn matches(person: &Person, wanted: &str) -> bool {
    let name = fold(person.name.as_deref().unwrap_or_default());
    let words = name
        .char_indices()
        .filter(|(at, c)| {
            let before = name
                .get(..*at)
                .and_then(|before| before.chars().next_back());
            c.is_alphanumeric() && before.is_none_or(|before| !before.is_alphanumeric())
        })
        .any(|(at, _)| name.get(at..).is_some_and(|rest| rest.starts_with(wanted)));
    wanted.is_empty() || words || fold(&person.address).starts_with(wanted)
}

fn fold(text: &str) -> String {
    text.to_lowercase()
}

/// Who wrote to the mailbox, and whom it wrote to: those that came up most often first, the newest
/// among equals.
fn of_mail(tx: &dyn ReadTx, mailbox: MailboxId) -> Result<Vec<Person>, StoreError> {
    let mut people: Vec<(Person, usize)> = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    let mut note = |person: Person, weight: usize| {
        // What a machine wrote in a name has no place in a field for typing.
        let is_address = person.address.parse::<crate::ids::Address>().is_ok();
        if !is_address || person.name.as_deref().is_some_and(is_odd) {
            return;
        }
        let place = *places.entry(fold(&person.address)).or_insert(people.len());
        match people.get_mut(place) {
            Some((known, count)) => {
                *count += weight;
                // Addresses that were typed have no name; the mail from there has.
                known.name = known.name.take().or(person.name);
            }
            None => people.push((person, weight)),
        }
    };
    let newest = |role| {
        let folder = messages::folder_of(role);
        messages::list(tx, mailbox, folder, Cursor::Newest, MESSAGES_MAX)
    };
    for message in newest(Role::Sent)? {
        let summary = message.summary;
        for person in summary.to.into_iter().chain(summary.cc) {
            note(person, 3);
        }
    }
    for message in newest(Role::Inbox)? {
        let hints = message.summary.hints;
        if !(hints.list || hints.automatic || hints.spam)
            && let Some(person) = message.summary.from
        {
            note(person, 1);
        }
    }
    // Stable: the newest stay first among equals.
    people.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    Ok(people.into_iter().map(|(person, _)| person).collect())
}

fn is_odd(name: &str) -> bool {
    name.chars().any(char::is_control) || name.len() > 200
}

#[cfg(test)]
mod tests;
