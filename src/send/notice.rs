//! The DSN that tells a sender what will not arrive, is late, or was passed on (RFC 3464, RFC 6522,
//! RFC 6533).
//!
//! Made purely; [`file()`] puts it into the sender's mailbox. There is never one about a message with a null reverse-path, and ours has one itself, so
//! notices cannot answer notices (RFC 3464 §2).

use std::fmt::Write as _;

use crate::clock::Timestamp;
use crate::mail;
use crate::store::directory::{self, Mailbox};
use crate::store::messages::{self, NewMessage, Origin, folder_of};
use crate::store::queue::{QueueEntry, QueuedRecipient, RecipientState, Recorded, RemoteReply};
use crate::store::{NewBody, Store, StoreError, Tx};

use super::outcome::status_of;

/// Most of the original's headers that are returned, in octets.
const RETURNED_OCTETS_MAX: usize = 32 * 1024;

/// What a DSN says of a recipient (RFC 3464 §2.3.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Told {
    /// It was handed to a system that sends no reports.
    Relayed,
    /// It still waits.
    Delayed,
    /// It will not arrive.
    Failed,
}

impl Told {
    const fn action(self) -> &'static str {
        match self {
            Self::Relayed => "relayed",
            Self::Delayed => "delayed",
            Self::Failed => "failed",
        }
    }

    const fn subject(self) -> &'static str {
        match self {
            Self::Relayed => "Your message was sent on",
            Self::Delayed => "Your message is delayed",
            Self::Failed => "Your message could not be delivered",
        }
    }

    const fn intro(self) -> &'static str {
        match self {
            Self::Relayed => {
                "Your message was handed to the next mail server for the recipients below.\r\n\
                 That server sends no reports: this is the last that can be said.\r\n"
            }
            Self::Delayed => {
                "Your message has not reached the recipients below yet. It is kept and tried again;\r\n\
                 you need not do anything, and need not send it again.\r\n"
            }
            Self::Failed => {
                "Your message could not be delivered to the recipients below.\r\n\
                 It was not lost on the way: the copy in your Sent folder is complete.\r\n"
            }
        }
    }
}

/// What a DSN is made from.
#[derive(Clone, Copy, Debug)]
pub struct Notice<'a> {
    /// This server's name.
    pub hostname: &'a str,
    /// The entry it is about.
    pub entry: &'a QueueEntry,
    /// The recipients to report; not empty.
    pub told: &'a [(Told, QueuedRecipient)],
    /// The message as it was sent, or its beginning; its headers are returned.
    pub original: &'a [u8],
    /// The time now.
    pub now: Timestamp,
}

/// What its sender is to be told of a result, if anything; `passed_on` says that the smarthost took over
/// telling of success (RFC 3461 §5.2.1). There is never anything about a message with a null
/// reverse-path.
pub fn told(recorded: &Recorded, passed_on: bool) -> Vec<(Told, QueuedRecipient)> {
    if recorded.entry.reverse_path.is_none() {
        return Vec::new();
    }
    let all = |told: Told, recipients: &[QueuedRecipient]| {
        let pairs = recipients.iter().map(move |to| (told, to.clone()));
        pairs.collect::<Vec<_>>()
    };
    let mut list = all(Told::Failed, &recorded.failed);
    list.extend(all(Told::Delayed, &recorded.delayed));
    if recorded.entry.tell.success && !passed_on {
        list.extend(all(Told::Relayed, &recorded.relayed));
    }
    list
}

impl Notice<'_> {
    /// The trace headers of its delivery into the sender's mailbox.
    pub fn prefix(&self) -> Vec<u8> {
        format!("Return-Path: <>\r\nDelivered-To: {}\r\n", self.entry.sender).into_bytes()
    }

    /// The message, with CR LF line ends.
    pub fn message(&self) -> Vec<u8> {
        let boundary = format!("=_report-{}", self.entry.id);
        let returned = headers_of(self.original);
        let mut message = format!(
            "From: Mail delivery <MAILER-DAEMON@{host}>\r\n\
             To: <{sender}>\r\n\
             Subject: {subject}\r\n\
             Date: {date}\r\n\
             Message-ID: <{id}.{attempt}.report@{host}>\r\n\
             Auto-Submitted: auto-replied\r\n\
             MIME-Version: 1.0\r\n\
             Content-Type: multipart/report; report-type=delivery-status;\r\n\
             \tboundary=\"{boundary}\"\r\n\
             \r\n\
             --{boundary}\r\n\
             Content-Type: text/plain; charset=utf-8\r\n\
             Content-Transfer-Encoding: 8bit\r\n\
             \r\n\
             {text}\
             \r\n--{boundary}\r\n\
             Content-Type: message/delivery-status\r\n\
             \r\n\
             {status}\
             \r\n--{boundary}\r\n\
             Content-Type: text/rfc822-headers\r\n\
             Content-Transfer-Encoding: 8bit\r\n\
             \r\n",
            host = self.hostname,
            sender = self.entry.sender,
            subject = self.worst().subject(),
            date = date_time(self.now),
            id = self.entry.id,
            attempt = self.entry.attempts,
            text = self.text(),
            status = self.status(),
        )
        .into_bytes();
        message.extend_from_slice(returned);
        message.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
        message
    }

    /// What it is about first of all.
    fn worst(&self) -> Told {
        let told = self.told.iter().map(|(told, _)| *told);
        told.max().unwrap_or(Told::Failed)
    }

    /// For people.
    fn text(&self) -> String {
        let mut text = String::new();
        for about in [Told::Failed, Told::Delayed, Told::Relayed] {
            let mut recipients = self
                .told
                .iter()
                .filter(|(told, _)| *told == about)
                .peekable();
            if recipients.peek().is_none() {
                continue;
            }
            if !text.is_empty() {
                text.push_str("\r\n\r\n");
            }
            text.push_str(about.intro());
            for (_, recipient) in recipients {
                let _ = write!(text, "\r\n{}\r\n", recipient.address);
                self.say(&mut text, recipient);
            }
        }
        text
    }

    fn say(&self, text: &mut String, recipient: &QueuedRecipient) {
        let said = said_of(recipient);
        if is_expired(recipient) {
            let days = self.entry.expires_at.since(self.entry.created_at).as_secs() / 86_400;
            let _ = write!(
                text,
                "    It was tried for {days} days. The last answer was:\r\n"
            );
        }
        // What is our own trouble while it waits names our own servers, and helps nobody.
        if let Some(reply) = said.filter(|said| !recipient.is_pending() || said.code.is_some()) {
            let _ = write!(text, "    {}\r\n", shown(reply));
        }
    }

    /// For programs (RFC 3464 §2.2 and §2.3).
    fn status(&self) -> String {
        let mut status = format!(
            "Reporting-MTA: dns; {}\r\nX-Queue-ID: {}\r\nArrival-Date: {}\r\n",
            self.hostname,
            self.entry.id,
            date_time(self.entry.created_at)
        );
        for (told, recipient) in self.told {
            let said = said_of(recipient);
            let code = match (told, said) {
                (Told::Relayed, _) => "2.0.0".to_owned(),
                (Told::Failed, _) if is_expired(recipient) => "4.4.7".to_owned(),
                (_, Some(said)) => status_of(said),
                (_, None) => "4.0.0".to_owned(),
            };
            let _ = write!(
                status,
                "\r\nFinal-Recipient: {}\r\nAction: {}\r\nStatus: {code}\r\n",
                final_recipient(&recipient.address),
                told.action()
            );
            let outside = said.filter(|said| *told != Told::Delayed || said.code.is_some());
            if let Some(said) = outside {
                let _ = write!(status, "Diagnostic-Code: {}\r\n", diagnostic(said));
            }
            let _ = write!(status, "Last-Attempt-Date: {}\r\n", date_time(self.now));
            if *told == Told::Delayed {
                let until = date_time(self.entry.expires_at);
                let _ = write!(status, "Will-Retry-Until: {until}\r\n");
            }
        }
        status
    }
}

/// A DSN that is ready to be filed.
#[derive(Debug)]
pub struct Filed {
    /// Its bytes.
    pub body: NewBody,
    /// Its row.
    pub new: NewMessage,
}

impl Filed {
    /// Makes a DSN ready.
    ///
    /// # Errors
    /// When the store cannot take its body.
    pub fn new(store: &Store, notice: &Notice<'_>) -> Result<Self, StoreError> {
        let message = notice.message();
        let body = store.new_body(notice.now, &message)?;
        let new = NewMessage {
            folder: folder_of(mail::Role::Inbox),
            flags: mail::Flags::default(),
            received_at: notice.now,
            prefix: notice.prefix(),
            body: body.id(),
            body_bytes: body.size_bytes(),
            origin: Origin::Notice,
            summary: mail::summarize(&message),
        };
        Ok(Self { body, new })
    }
}

/// Files a DSN in the mailbox of the entry's sender, if there still is one.
///
/// # Errors
/// When the store cannot be read.
pub fn file(tx: &mut dyn Tx, entry: &QueueEntry, new: &NewMessage) -> Result<(), StoreError> {
    // A mailbox that was never used is known by its address only.
    let by_address = || -> Result<Option<Mailbox>, StoreError> {
        let address = entry.sender.clone();
        let record = directory::mailbox(tx, &address)?;
        let own = record.filter(|record| record.id == entry.mailbox);
        Ok(own.map(|record| Mailbox { address, record }))
    };
    let mailbox = match directory::by_id(tx, entry.mailbox)? {
        Some(mailbox) => Some(mailbox),
        None => by_address()?,
    };
    match mailbox {
        Some(mailbox) => {
            messages::insert(tx, &mailbox, new.clone())?;
        }
        None => {
            tracing::warn!(queue_id = %entry.id, "the sender of an undelivered message has no mailbox any more");
        }
    }
    Ok(())
}

/// What was said about a recipient last.
fn said_of(recipient: &QueuedRecipient) -> Option<&RemoteReply> {
    match &recipient.state {
        RecipientState::Failed { reply, .. } | RecipientState::Relayed { reply, .. } => Some(reply),
        RecipientState::Pending { last } => last.as_ref(),
    }
}

/// Whether a recipient failed only because the time was over.
fn is_expired(recipient: &QueuedRecipient) -> bool {
    match &recipient.state {
        RecipientState::Failed { reply, .. } => match reply.code {
            Some(code) => code < 500,
            None => !reply.text.starts_with("5."),
        },
        _ => false,
    }
}

fn shown(reply: &RemoteReply) -> String {
    match reply.code {
        Some(code) => format!("{code} {}", reply.text),
        None => reply.text.clone(),
    }
}

/// `rfc822; address`, or the form that keeps characters beyond ASCII (RFC 6533 §3).
pub(super) fn final_recipient(address: &str) -> String {
    if address.is_ascii() {
        return format!("rfc822; {address}");
    }
    let mut text = String::from("utf-8; ");
    for c in address.chars() {
        if c.is_ascii() {
            text.push(c);
        } else {
            let _ = write!(text, "\\x{{{:X}}}", u32::from(c));
        }
    }
    text
}

/// The smarthost's words, or ours where it said none (RFC 3464 §2.3.6).
fn diagnostic(reply: &RemoteReply) -> String {
    let kind = if reply.code.is_some() {
        "smtp"
    } else {
        "x-lifeboat"
    };
    let text: String = shown(reply)
        .chars()
        .map(|c| {
            if c.is_ascii() && !c.is_control() {
                c
            } else {
                '?'
            }
        })
        .collect();
    format!("{kind}; {text}")
}

/// The header of a message up to its empty line, cut at a line end if it is long.
pub(super) fn headers_of(message: &[u8]) -> &[u8] {
    let end = memchr::memmem::find(message, b"\r\n\r\n").map_or(message.len(), |at| at + 2);
    let header = message.get(..end).unwrap_or_default();
    match header.get(..RETURNED_OCTETS_MAX) {
        None => header,
        Some(start) => {
            let whole = memchr::memrchr(b'\n', start).map_or(0, |at| at + 1);
            start.get(..whole).unwrap_or_default()
        }
    }
}

/// RFC 5322 §3.3, in UTC.
pub fn date_time(at: Timestamp) -> String {
    at.to_jiff()
        .strftime("%a, %d %b %Y %H:%M:%S +0000")
        .to_string()
}

#[cfg(test)]
mod tests;
