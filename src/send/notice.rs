//! The DSN that tells a sender what will not arrive (RFC 3464, RFC 6522, RFC 6533).
//!
//! Pure. There is never one about a message with a null reverse-path, and ours has one itself, so
//! notices cannot answer notices (RFC 3464 §2).

use std::fmt::Write as _;

use crate::clock::Timestamp;
use crate::store::queue::{QueueEntry, QueuedRecipient, RecipientState, RemoteReply};

use super::outcome::status_of;

/// Most of the original's headers that are returned, in octets.
const RETURNED_OCTETS_MAX: usize = 32 * 1024;

/// What a DSN is made from.
#[derive(Clone, Copy, Debug)]
pub struct Notice<'a> {
    /// This server's name.
    pub hostname: &'a str,
    /// The entry that failed, in part or as a whole.
    pub entry: &'a QueueEntry,
    /// The recipients to report.
    pub failed: &'a [QueuedRecipient],
    /// The message as it was sent, or its beginning; its headers are returned.
    pub original: &'a [u8],
    /// The time now.
    pub now: Timestamp,
}

/// Whether a failure of this entry is reported at all.
pub fn is_wanted(entry: &QueueEntry) -> bool {
    entry.reverse_path.is_some()
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
             Subject: Your message could not be delivered\r\n\
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

    /// For people.
    fn text(&self) -> String {
        let mut text = String::from(
            "Your message could not be delivered to the recipients below.\r\n\
             It was not lost on the way: the copy in your Sent folder is complete.\r\n",
        );
        for recipient in self.failed {
            let Some((why, is_expired)) = reason(recipient) else {
                continue;
            };
            let _ = write!(text, "\r\n{}\r\n", recipient.address);
            if is_expired {
                let days = self.entry.expires_at.since(self.entry.created_at).as_secs() / 86_400;
                let _ = write!(
                    text,
                    "    It was tried for {days} days. The last answer was:\r\n"
                );
            }
            let _ = write!(text, "    {}\r\n", shown(why));
        }
        text
    }

    /// For programs (RFC 3464 §2.2 and §2.3).
    fn status(&self) -> String {
        let mut status = format!(
            "Reporting-MTA: dns; {}\r\nX-Queue-ID: {}\r\nArrival-Date: {}\r\n",
            self.hostname,
            self.entry.id,
            date_time(self.entry.created_at)
        );
        for recipient in self.failed {
            let Some((why, is_expired)) = reason(recipient) else {
                continue;
            };
            let code = if is_expired {
                "4.4.7".to_owned()
            } else {
                status_of(why)
            };
            let _ = write!(
                status,
                "\r\nFinal-Recipient: {}\r\nAction: failed\r\nStatus: {code}\r\n\
                 Diagnostic-Code: {}\r\nLast-Attempt-Date: {}\r\n",
                final_recipient(&recipient.address),
                diagnostic(why),
                date_time(self.now)
            );
        }
        status
    }
}

/// Why a recipient failed, and whether that was only that the time was over.
fn reason(recipient: &QueuedRecipient) -> Option<(&RemoteReply, bool)> {
    match &recipient.state {
        RecipientState::Failed { reply, .. } => {
            let is_permanent = match reply.code {
                Some(code) => code >= 500,
                None => reply.text.starts_with("5."),
            };
            Some((reply, !is_permanent))
        }
        _ => None,
    }
}

fn shown(reply: &RemoteReply) -> String {
    match reply.code {
        Some(code) => format!("{code} {}", reply.text),
        None => reply.text.clone(),
    }
}

/// `rfc822; address`, or the form that keeps characters beyond ASCII (RFC 6533 §3).
fn final_recipient(address: &str) -> String {
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
fn headers_of(message: &[u8]) -> &[u8] {
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
fn date_time(at: Timestamp) -> String {
    at.to_jiff()
        .strftime("%a, %d %b %Y %H:%M:%S +0000")
        .to_string()
}

#[cfg(test)]
mod tests;
