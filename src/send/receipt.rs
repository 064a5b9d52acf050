//! The DSN that confirms a delivery to a sender who asked for it (RFC 3461 §4.1, `NOTIFY=SUCCESS`).
//!
//! Pure. The action is "delivered", not "relayed": the message is in its mailbox, where its user reads it,
//! and the merge moves it as a whole. Only trusted hosts can ask (`receive::session`), there is none to a null
//! reverse-path, none for what was filed as junk, and each has a null reverse-path itself.

use std::fmt::Write as _;

use super::answer::Answer;
use super::notice::{date_time, final_recipient, headers_of};
use crate::clock::Timestamp;
use crate::ids::Address;
use crate::mail::Summary;
use crate::store::delivery::Receipt;

/// What a confirmation is made from.
#[derive(Clone, Copy, Debug)]
pub struct Confirmation<'a> {
    /// This server's name.
    pub hostname: &'a str,
    /// The mailbox's address, whose domain it comes from.
    pub mailbox: &'a Address,
    /// Who sent the message.
    pub to: &'a Address,
    /// The message's header, as lists show it.
    pub answered: &'a Summary,
    /// The message or its beginning; its header is returned (RFC 3461 §4.3: of what was delivered, no more).
    pub original: &'a [u8],
    /// The sender's name for the envelope.
    pub envelope_id: Option<&'a str>,
    /// The recipients to confirm; not empty.
    pub receipts: &'a [Receipt],
    /// When the message was delivered.
    pub delivered_at: Timestamp,
    /// The DSN's Message-ID, without angle brackets.
    pub message_id: &'a str,
    /// The time now.
    pub now: Timestamp,
}

impl Confirmation<'_> {
    /// The DSN (RFC 3464, RFC 6522).
    pub fn write(&self) -> Answer {
        let random = self.message_id.split('@').next().unwrap_or_default();
        let boundary = format!("=_receipt-{random}");
        let id = match &self.answered.message_id {
            Some(id) => format!("In-Reply-To: <{id}>\r\nReferences: <{id}>\r\n"),
            None => String::new(),
        };
        let header = format!(
            "From: Mail delivery <postmaster@{domain}>\r\nTo: <{to}>\r\n\
             Subject: Your message was delivered\r\nDate: {now}\r\n\
             Message-ID: <{message_id}>\r\n{id}Auto-Submitted: auto-replied\r\n\
             X-Auto-Response-Suppress: All\r\nMIME-Version: 1.0\r\n\
             Content-Type: multipart/report; report-type=delivery-status;\r\n\tboundary=\"{boundary}\"\r\n\r\n",
            domain = self.mailbox.domain(),
            to = self.to,
            now = date_time(self.now),
            message_id = self.message_id,
        );
        let mut text = format!(
            "--{boundary}\r\nContent-Type: text/plain; charset=utf-8\r\n\
             Content-Transfer-Encoding: 8bit\r\n\r\n\
             Your message was delivered to the recipients below. Whether it was read, nobody can say.\r\n\r\n"
        );
        for receipt in self.receipts {
            let _ = write!(text, "    {}\r\n", receipt.given);
        }
        let _ = write!(
            text,
            "\r\n--{boundary}\r\nContent-Type: message/delivery-status\r\n\r\n{status}\
             \r\n--{boundary}\r\nContent-Type: text/rfc822-headers\r\n\
             Content-Transfer-Encoding: 8bit\r\n\r\n",
            status = self.status(),
        );
        let mut text = text.into_bytes();
        text.extend_from_slice(headers_of(self.original));
        text.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
        Answer {
            header: header.into_bytes(),
            text,
        }
    }

    /// For programs (RFC 3464 §2.2 and §2.3).
    fn status(&self) -> String {
        let mut status = String::new();
        if let Some(id) = self.envelope_id {
            let _ = write!(status, "Original-Envelope-Id: {id}\r\n");
        }
        let at = date_time(self.delivered_at);
        let _ = write!(
            status,
            "Reporting-MTA: dns; {}\r\nArrival-Date: {at}\r\n",
            self.hostname
        );
        for receipt in self.receipts {
            status.push_str("\r\n");
            if let Some(original) = &receipt.original {
                let _ = write!(status, "Original-Recipient: {}\r\n", ascii(original));
            }
            let _ = write!(
                status,
                "Final-Recipient: {}\r\nAction: delivered\r\nStatus: 2.0.0\r\nLast-Attempt-Date: {at}\r\n",
                final_recipient(&receipt.given)
            );
        }
        status
    }
}

/// What was decoded from ORCPT, with characters beyond ASCII written as RFC 6533 §3 does.
fn ascii(text: &str) -> String {
    text.chars().fold(String::new(), |mut out, c| {
        match c {
            ' '..='~' => out.push(c),
            _ => {
                let _ = write!(out, "\\x{{{:X}}}", u32::from(c));
            }
        }
        out
    })
}

#[cfg(test)]
mod tests;
