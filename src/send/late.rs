//! What tells a sender that a message is safe and not read yet. Pure.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::answer::Answer;
use super::notice::{date_time, final_recipient};
use crate::clock::Timestamp;
use crate::ids::Address;
use crate::mail::Summary;
use crate::mail::fields::Fields;
use crate::mail::wording::{fill, split};
use crate::store::delay_words::{Words, usual};
use crate::store::policies::Language;

/// Octets of text in one encoded word (RFC 2047 §2: 75 with all that is around them).
const WORD_OCTETS_MAX: usize = 42;
/// Octets in a line of base64 (RFC 2045 §6.8).
const BASE64_LINE: usize = 76;

/// What a notice of delay is made from.
#[derive(Clone, Copy, Debug)]
pub struct Late<'a> {
    /// This server's name.
    pub hostname: &'a str,
    /// Whose message is not read yet.
    pub recipient: &'a Address,
    /// Who sent it.
    pub to: &'a Address,
    /// What its header was found to say.
    pub answered: &'a Summary,
    /// Its beginning, as its sender wrote it.
    pub original: &'a [u8],
    /// When it was received.
    pub received_at: Timestamp,
    /// In which words it is told.
    pub words: &'a Words,
    /// The notice's Message-ID, without angle brackets.
    pub message_id: &'a str,
    /// The time now.
    pub now: Timestamp,
}

/// The languages that the sender of a message reads: those it asks answers in, or else the one it is written in
/// (RFC 3282).
pub fn languages(original: &[u8]) -> Vec<Language> {
    let named = |name| {
        let field = Fields::find(original, name)?;
        let found = Language::preferred(&String::from_utf8_lossy(field.value));
        Some(found).filter(|found| !found.is_empty())
    };
    named("accept-language")
        .or_else(|| named("content-language"))
        .unwrap_or_default()
}

/// Tells a sender that a message is safe and not read yet: a DSN with the action "delayed" (RFC 3464
/// §2.3.3), since it is not in the mailbox where it is going.
pub fn late(late: &Late<'_>) -> Answer {
    let boundary = format!(
        "=_late-{}",
        late.message_id.split('@').next().unwrap_or_default()
    );
    let id = match &late.answered.message_id {
        Some(id) => format!("In-Reply-To: <{id}>\r\nReferences: <{id}>\r\n"),
        None => String::new(),
    };
    let (recipient, received) = (late.recipient, date_time(late.received_at));
    let address = recipient.to_string();
    let values = [("address", address.as_str()), ("time", received.as_str())];
    let (language, own) = late.words.choose(&languages(late.original));
    let said = fill(own, &values).or_else(|_| fill(usual(language), &values));
    let said = split(&said.unwrap_or_default());
    let header = format!(
        "From: Mail delivery <postmaster@{domain}>\r\nTo: <{to}>\r\n\
         Subject: {subject}\r\nDate: {now}\r\n\
         Message-ID: <{message_id}>\r\n{id}Auto-Submitted: auto-replied\r\n\
         X-Auto-Response-Suppress: All\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status;\r\n\tboundary=\"{boundary}\"\r\n\r\n",
        domain = recipient.domain(),
        to = late.to,
        subject = unstructured(&said.subject),
        now = date_time(late.now),
        message_id = late.message_id,
    );
    let (encoding, words) = encoded(&said.text);
    let text = format!(
        "--{boundary}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Language: {language}\r\n\
         Content-Transfer-Encoding: {encoding}\r\n\r\n{words}\
         \r\n--{boundary}\r\nContent-Type: message/delivery-status\r\n\r\n\
         Reporting-MTA: dns; {host}\r\nArrival-Date: {received}\r\n\r\n\
         Final-Recipient: {final_recipient}\r\nAction: delayed\r\nStatus: 4.3.0\r\n\
         \r\n--{boundary}--\r\n",
        language = language.as_str(),
        host = late.hostname,
        final_recipient = final_recipient(recipient.as_str()),
    );
    Answer {
        header: header.into_bytes(),
        text: text.into_bytes(),
    }
}

/// A line of text as a field's value, on lines of their own where it must be encoded (RFC 2047).
fn unstructured(text: &str) -> String {
    if text.bytes().all(|octet| matches!(octet, b' '..=b'~')) && !text.contains("=?") {
        return text.to_owned();
    }
    let mut words = vec![String::new()];
    for c in text.chars() {
        match words.last_mut() {
            Some(word) if word.len() + c.len_utf8() <= WORD_OCTETS_MAX => word.push(c),
            _ => words.push(c.to_string()),
        }
    }
    let words = words
        .iter()
        .map(|word| format!("=?utf-8?B?{}?=", STANDARD.encode(word)));
    words.collect::<Vec<_>>().join("\r\n ")
}

/// A text as it goes over any wire, and how it is encoded. ASCII in lines that everybody takes stays as it is.
fn encoded(text: &str) -> (&'static str, String) {
    let text = text.replace("\r\n", "\n").replace('\n', "\r\n");
    if text.is_ascii() && text.lines().all(|line| line.len() < 900) {
        return ("7bit", text);
    }
    let base64 = STANDARD.encode(text);
    let mut lines = String::with_capacity(base64.len() + base64.len() / 30);
    let mut rest = base64.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(BASE64_LINE));
        rest = after;
        // Writing to a String cannot fail.
        let _ = write!(lines, "{line}\r\n");
    }
    ("base64", lines)
}

#[cfg(test)]
mod tests;
