//! The trace headers put above a message, and the queue id read from the one that is there.
//!
//! Pure. The body below is never changed: what is added is stored apart and shown in front of it.

use std::net::IpAddr;

use super::acceptor::{Envelope, Peer, Recipient};
use super::session::Protocol;
use crate::clock::Timestamp;
use crate::ids::DeliveryId;

/// Longest queue id believed, in octets (Postfix's long ids have about 20, Exim's 23).
const QUEUE_ID_OCTETS_MAX: usize = 64;
/// How much of a message is looked at for its topmost Received, in octets.
pub const TOP_OCTETS: usize = 4096;
/// Longest client name written into a header, in octets.
const CLIENT_NAME_OCTETS_MAX: usize = 255;

/// What the headers of one delivery are made from.
#[derive(Clone, Copy, Debug)]
pub struct Trace<'a> {
    /// This server's name.
    pub hostname: &'a str,
    /// Who handed the message over, how, and with which envelope.
    pub envelope: &'a Envelope,
    /// What was found about its authenticity: the value of Authentication-Results, where it was looked at.
    pub authenticity: Option<&'a str>,
    /// When the data ended.
    pub now: Timestamp,
}

impl Trace<'_> {
    /// Return-Path, Delivered-To, Authentication-Results and Received for one delivery (RFC 5321 §4.4,
    /// RFC 8601 §4), each with CR LF.
    pub fn headers(&self, recipient: &Recipient, delivery: DeliveryId) -> Vec<u8> {
        let results = self.authenticity.map_or(String::new(), |results| {
            format!("Authentication-Results: {results}\r\n")
        });
        let tls = match &self.envelope.tls {
            Some(tls) => format!("\r\n\t(using {tls})"),
            None => String::new(),
        };
        let date = self.now.to_jiff().strftime("%a, %d %b %Y %H:%M:%S +0000");
        format!(
            "Return-Path: {}\r\n\
             Delivered-To: {}\r\n\
             {results}Received: from {}{}{tls}\r\n\
             \tby {} (Lifeboat) with {} id {delivery}\r\n\
             \tfor <{}>; {date}\r\n",
            self.envelope.reverse_path,
            recipient.mailbox.address,
            header_atom(&self.envelope.client_name),
            peer_literal(self.envelope.client),
            self.hostname,
            with(self.envelope),
            recipient.given,
        )
        .into_bytes()
    }
}

/// What stands after `with` (RFC 3848, RFC 6531 §4.3).
fn with(envelope: &Envelope) -> String {
    let protocol = match (envelope.protocol, envelope.smtp_utf8, envelope.is_extended) {
        (Protocol::Lmtp, false, _) => "LMTP",
        (Protocol::Lmtp, true, _) => "UTF8LMTP",
        (Protocol::Smtp, true, _) => "UTF8SMTP",
        (Protocol::Smtp, false, true) => "ESMTP",
        (Protocol::Smtp, false, false) => "SMTP",
    };
    let secured = if envelope.tls.is_some() { "S" } else { "" };
    format!("{protocol}{secured}")
}

/// Most hosts that a message may have passed (RFC 5321 §6.3: at least 100).
const HOPS_MAX: usize = 100;

/// Whether a message that begins with `head` goes round in a loop: it passed too many hosts, or it was
/// delivered here to one of these mailboxes before (RFC 5321 §6.3). For the latter it bears both our
/// Received and the mailbox's Delivered-To; either alone is on mail that its reader sent on.
pub fn goes_round(head: &[u8], hostname: &str, recipients: &[Recipient]) -> bool {
    let (mut hops, mut was_here, mut was_theirs) = (0, false, false);
    let ours = format!("by {hostname} (Lifeboat) with ");
    for (name, value) in fields(head) {
        if name.eq_ignore_ascii_case(b"Received") {
            hops += 1;
            was_here |= memchr::memmem::find(value, ours.as_bytes()).is_some();
        } else if name.eq_ignore_ascii_case(b"Delivered-To") {
            was_theirs |= recipients
                .iter()
                .any(|to| value.eq_ignore_ascii_case(to.mailbox.address.as_str().as_bytes()));
        }
    }
    hops > HOPS_MAX || (was_here && was_theirs)
}

/// The header's fields: name and value, not unfolded, up to the first line that is none.
pub(super) fn fields(message: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut rest = message;
    std::iter::from_fn(move || {
        let (field, after) = split_field(rest)?;
        rest = after;
        let (name, value) = field.split_at(memchr::memchr(b':', field)?);
        Some((name.trim_ascii_end(), value.get(1..)?.trim_ascii()))
    })
}

/// The client's address as Received shows it after the client's name.
fn peer_literal(peer: Peer) -> String {
    match peer {
        Peer::Unix => String::new(),
        Peer::Tcp(address) => match address.ip().to_canonical() {
            IpAddr::V4(ip) => format!(" ([{ip}])"),
            IpAddr::V6(ip) => format!(" ([IPv6:{ip}])"),
        },
    }
}

/// The client's name without what could end a comment, a line or the field.
fn header_atom(name: &str) -> String {
    let atom: String = name
        .chars()
        .filter(|c| c.is_alphanumeric() || "-._:[]".contains(*c))
        .take(CLIENT_NAME_OCTETS_MAX)
        .collect();
    if atom.is_empty() {
        "unknown".to_owned()
    } else {
        atom
    }
}

/// The queue id of the MX that handed the message over: the `id` clause of the topmost Received
/// header (RFC 5321 §4.4), if that is where the message begins.
///
/// A merge asks the mailstore for it when a delivery is in doubt: the same queue id with the same
/// recipient is the same hand-over. What is in the header is the MX's word, or a stranger's if the
/// MX adds none; it is a hint, compared together with the content.
pub fn mx_queue_id(message: &[u8]) -> Option<String> {
    let top = message.get(..TOP_OCTETS).unwrap_or(message);
    let received = first_field(top, b"Received")?;
    let received = without_comments(&received);
    let (clauses, _date) = received.split_once(';')?;
    let mut words = clauses
        .split_ascii_whitespace()
        .skip_while(|word| !word.eq_ignore_ascii_case("by"));
    words.find(|word| word.eq_ignore_ascii_case("id"))?;
    let id = words.next()?.trim_matches(['<', '>']);
    let fits = !id.is_empty()
        && id.len() <= QUEUE_ID_OCTETS_MAX
        && id
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_.@".contains(&b));
    fits.then(|| id.to_owned())
}

/// The unfolded value of the topmost header field if its name is `name`. Trace fields that a relay
/// puts above its Received (Return-Path, Delivered-To, X-Original-To) are passed over.
fn first_field(top: &[u8], name: &[u8]) -> Option<String> {
    let mut rest = top;
    loop {
        let (field, after) = split_field(rest)?;
        let colon = memchr::memchr(b':', field)?;
        let (this, value) = field.split_at(colon);
        if this.eq_ignore_ascii_case(name) {
            return Some(String::from_utf8_lossy(value.get(1..)?).into_owned());
        }
        let passed_over: [&[u8]; 3] = [b"Return-Path", b"Delivered-To", b"X-Original-To"];
        if !passed_over
            .iter()
            .any(|name| this.eq_ignore_ascii_case(name))
        {
            return None;
        }
        rest = after;
    }
}

/// Splits off the first header field with its continuation lines.
fn split_field(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = memchr::memchr_iter(b'\n', bytes)
        .find(|&lf| !matches!(bytes.get(lf + 1), Some(b' ' | b'\t')))?;
    let (field, rest) = bytes.split_at(end + 1);
    (!field.trim_ascii().is_empty()).then_some((field, rest))
}

/// The text without its comments (RFC 5322 §3.2.2); depth is a count, so any nesting is bounded.
fn without_comments(text: &str) -> String {
    let mut depth = 0_usize;
    let mut escaped = false;
    text.chars()
        .filter(|&c| {
            if std::mem::take(&mut escaped) {
                return depth == 0;
            }
            match c {
                '\\' => escaped = true,
                '(' => depth = depth.saturating_add(1),
                ')' if depth > 0 => {
                    depth -= 1;
                    return false;
                }
                _ => {}
            }
            depth == 0
        })
        .collect()
}

#[cfg(test)]
mod tests;
