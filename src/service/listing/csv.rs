//! Mailboxes as CSV (RFC 4180), for spreadsheets.

use std::collections::VecDeque;

use futures_util::Stream;
use futures_util::stream;

use super::{Filter, Sort, Start, list};
use crate::service::mailboxes::{MailboxView, PAGE_MAX};
use crate::service::{Actor, Service, ServiceError};

/// What a file of it is, for HTTP.
pub const HEADERS: [(&str, &str); 2] = [
    ("content-type", "text/csv; charset=utf-8; header=present"),
    (
        "content-disposition",
        "attachment; filename=\"mailboxes.csv\"",
    ),
];

/// The first line.
const HEADER: &str = "address,mailstore,reseller,route,level,since,by,until,unmerged,used\r\n";

struct Reading {
    service: Service,
    actor: Actor,
    filter: Filter,
    sort: Sort,
    ready: VecDeque<String>,
    /// Where the next page begins; none: there is none.
    next: Option<Start>,
}

/// All mailboxes that a filter takes, as lines, read page by page as they are taken away.
///
/// # Errors
/// [`ServiceError::Limited`] while too many are read; as [`list`], for the first page; a later one that cannot be read ends the stream with an error.
pub fn lines(
    service: Service,
    actor: Actor,
    filter: Filter,
    sort: Sort,
) -> Result<impl Stream<Item = Result<String, ServiceError>> + Send + use<>, ServiceError> {
    let place = service.changes.walks().take(&actor)?;
    let mut reading = Reading {
        service,
        actor,
        filter,
        ready: VecDeque::from([HEADER.to_owned()]),
        next: Some(Start::read(sort, "")?),
        sort,
    };
    reading.page()?;
    drop(place);
    Ok(stream::try_unfold(reading, |mut reading| async move {
        while reading.ready.is_empty() && reading.next.is_some() {
            // Others want to be served meanwhile, and while this one is taken away.
            let place = reading.service.changes.walks().wait(&reading.actor).await?;
            let page = tokio::task::spawn_blocking(move || {
                let _place = place;
                let read = reading.page();
                (reading, read)
            });
            let (back, read) = page
                .await
                .map_err(|_| ServiceError::Unavailable("reading broke off".to_owned()))?;
            reading = back;
            read?;
        }
        Ok(reading.ready.pop_front().map(|text| (text, reading)))
    }))
}

impl Reading {
    /// Reads a page; its lines come in one piece.
    fn page(&mut self) -> Result<(), ServiceError> {
        let Some(start) = self.next.take() else {
            return Ok(());
        };
        let page = list(&self.service, &self.actor, &self.filter, &start, PAGE_MAX)?;
        let text: String = page.mailboxes.iter().map(line).collect();
        if !text.is_empty() {
            self.ready.push_back(text);
        }
        let next = page.next.map(|next| Start::read(self.sort, &next));
        self.next = next.transpose()?;
        Ok(())
    }
}

/// A mailbox's line.
fn line(mailbox: &MailboxView) -> String {
    let said = |text: &Option<String>| text.clone().unwrap_or_default();
    let fields = [
        mailbox.address.clone(),
        mailbox.mailstore.clone(),
        said(&mailbox.reseller),
        mailbox.route.clone(),
        mailbox.level.clone(),
        said(&mailbox.since),
        said(&mailbox.by),
        said(&mailbox.until),
        mailbox.unmerged.to_string(),
        mailbox.used.to_string(),
    ];
    let fields: Vec<String> = fields.iter().map(|field| quoted(field)).collect();
    format!("{}\r\n", fields.join(","))
}

/// A field that holds what it says and is no formula: a spreadsheet takes what begins with one of these
/// characters for one, and what begins with an apostrophe for text.
pub fn quoted(field: &str) -> String {
    let guard = match field.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        true => "'",
        false => "",
    };
    match field.contains(['"', ',', '\r', '\n']) || !guard.is_empty() {
        true => format!("\"{guard}{}\"", field.replace('"', "\"\"")),
        false => field.to_owned(),
    }
}

#[cfg(test)]
mod tests;
