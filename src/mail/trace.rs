//! Trace headers: those Lifeboat adds, those others added, and the ids in them.
//!
//! What was accepted is never changed: the trace stands above it and comes off again to the byte.

use crate::clock::Timestamp;
use crate::ids::{Address, DeliveryId};

use super::fields::{Field, Fields};
use super::words;

/// What a delivery puts above the message (RFC 5321 §4.4).
#[derive(Clone, Copy, Debug)]
pub struct Trace<'a> {
    /// The reverse-path as given; empty for the null reverse-path.
    pub reverse_path: &'a str,
    /// The mailbox that the message is for.
    pub delivered_to: &'a Address,
    /// What the client called itself (LHLO or EHLO).
    pub client_name: &'a str,
    /// Where the client was: an address or `unix`.
    pub client_address: &'a str,
    /// The name of this host.
    pub host: &'a str,
    /// How it came: `LMTP`, `ESMTPS` (RFC 3848).
    pub protocol: &'a str,
    /// The delivery; a merge finds the message again by it.
    pub delivery: DeliveryId,
    /// When.
    pub at: Timestamp,
}

impl Trace<'_> {
    /// The header fields, each with its line end; what others gave is stripped of all that could
    /// end a line or a comment.
    pub fn to_bytes(&self) -> Vec<u8> {
        format!(
            "Return-Path: <{}>\r\n\
             Delivered-To: {}\r\n\
             Received: from {} ({})\r\n\
             \tby {} (Lifeboat) with {} id {}\r\n\
             \tfor <{}>;\r\n\
             \t{}\r\n",
            path_text(self.reverse_path),
            self.delivered_to,
            domain_text(self.client_name),
            domain_text(self.client_address),
            domain_text(self.host),
            domain_text(self.protocol),
            self.delivery,
            self.delivered_to,
            date_time(self.at),
        )
        .into_bytes()
    }
}

/// A time as RFC 5322 §3.3 writes it, in UTC.
pub fn date_time(at: Timestamp) -> String {
    at.to_jiff()
        .strftime("%a, %d %b %Y %H:%M:%S +0000")
        .to_string()
}

/// Longest name of a host that is written, in bytes: a domain has at most 255.
const HOST_BYTES_MAX: usize = 255;
/// Longest reverse-path that is written, in bytes (RFC 5321 §4.5.3.1.3), with room for SMTPUTF8.
const PATH_BYTES_MAX: usize = 512;

fn domain_text(text: &str) -> String {
    let kept: String = text
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '[' | ']' | '/'))
        .take(HOST_BYTES_MAX)
        .collect();
    if kept.is_empty() {
        "unknown".to_owned()
    } else {
        kept
    }
}

fn path_text(path: &str) -> String {
    path.chars()
        .filter(|c| !c.is_control() && !c.is_whitespace() && !matches!(c, '<' | '>'))
        .take(PATH_BYTES_MAX)
        .collect()
}

/// The fields that deliveries add at the top of a message.
const TRACE_FIELDS: &[&str] = &[
    "received",
    "return-path",
    "delivered-to",
    "x-original-to",
    "envelope-to",
    "delivery-date",
];

fn is_trace(field: &Field<'_>) -> bool {
    TRACE_FIELDS.iter().any(|name| field.is(name))
}

/// The message below the trace headers at its top: what two copies have in common that came by
/// different ways.
pub fn below_trace(message: &[u8]) -> &[u8] {
    let mut end = 0;
    for field in Fields::new(message) {
        // A line in between that is no field ends the trace.
        if field.start != end || !is_trace(&field) {
            break;
        }
        end = field.end;
    }
    message.get(end..).unwrap_or_default()
}

/// The queue id under which the last MX held the message: the id of the topmost Received field of
/// the message as it was handed over (before this host's own trace).
///
/// Known forms: Postfix and Sendmail (`with ESMTP id 4XYZ`), Exim (`with esmtp (Exim 4.96) id
/// 1abc-000-XY`), qmail (`(qmail 4711 invoked …)`, as `qmail-4711`).
pub fn mx_queue_id(message: &[u8]) -> Option<String> {
    Fields::find(message, "received").and_then(|field| received_id(field.value))
}

/// Whether some Received field of `message` carries exactly this id: a delivery id of ours, or a
/// queue id of an MX.
pub fn names_id(message: &[u8], id: &str) -> bool {
    Fields::new(message)
        .filter(|field| field.is("received"))
        .any(|field| received_id(field.value).is_some_and(|found| found == id))
}

/// Longest queue id that is believed, in bytes.
const QUEUE_ID_BYTES_MAX: usize = 64;

/// The id clause of a Received field (RFC 5321 §4.4).
fn received_id(value: &[u8]) -> Option<String> {
    let text = words::decode_text(value);
    let bare = without_comments(&text);
    let clauses = bare.split(';').next().unwrap_or(&bare);
    let mut tokens = clauses.split_whitespace();
    while let Some(token) = tokens.next() {
        if token.eq_ignore_ascii_case("id") {
            return tokens.next().and_then(queue_id);
        }
    }
    let qmail = text.split_once("(qmail ")?.1;
    let number = qmail.split_whitespace().next()?;
    let is_number = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    (is_number && number.len() < 20).then(|| format!("qmail-{number}"))
}

fn queue_id(token: &str) -> Option<String> {
    let token = token.trim_matches(['<', '>', ',']);
    let fits = !token.is_empty()
        && token.len() <= QUEUE_ID_BYTES_MAX
        && token.bytes().all(|b| b.is_ascii_graphic());
    fits.then(|| token.to_owned())
}

fn without_comments(text: &str) -> String {
    let mut depth = 0_usize;
    text.chars()
        .filter(|&c| match c {
            '(' => {
                depth += 1;
                false
            }
            ')' => {
                depth = depth.saturating_sub(1);
                false
            }
            _ => depth == 0,
        })
        .collect()
}

#[cfg(test)]
mod tests;
