//! Who is answered automatically, and with what (RFC 3834).
//!
//! Pure. A loop is impossible: nothing is answered that has a null reverse-path or says that a machine
//! sent it, an answer has both, and nobody gets a second one for days (`store::owed`).

use mail_builder::MessageBuilder;
use mail_builder::headers::address::Address as HeaderAddress;
use mail_builder::headers::message_id::MessageId;
use mail_builder::headers::raw::Raw;

use crate::clock::Timestamp;
use crate::ids::Address;
use crate::mail::{Mailbox as Person, Summary};

/// Most ids in References.
const REFERENCES_MAX: usize = 20;
/// Most of the original's subject that is repeated, in characters.
const SUBJECT_CHARS_MAX: usize = 200;

/// A message that somebody may be answered for.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The reverse-path; none is the null reverse-path.
    pub reverse_path: Option<&'a str>,
    /// What its header says.
    pub summary: &'a Summary,
    /// The addresses of the mailbox, its own first.
    pub own: &'a [String],
}

/// Why nobody is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Silence {
    /// It has no reverse-path, or one that cannot be written to.
    NoSender,
    /// It is from the mailbox itself.
    Own,
    /// It is from a list or sent in bulk.
    List,
    /// A machine sent it.
    Machine,
    /// It was called spam on the way.
    Spam,
    /// It names none of the mailbox's addresses: it came by a list, a forward or Bcc.
    NotNamed,
}

/// Whom an answer goes to: the reverse-path, and nowhere else (RFC 3834 §4).
///
/// # Errors
/// Why nobody is answered.
pub fn whom(question: &Question<'_>) -> Result<Address, Silence> {
    let summary = question.summary;
    let sender = question.reverse_path.ok_or(Silence::NoSender)?;
    let sender: Address = sender.parse().map_err(|_| Silence::NoSender)?;
    let is_own = |address: &str| {
        let mut own = question.own.iter();
        own.any(|own| own.eq_ignore_ascii_case(address))
    };
    if is_own(sender.as_str()) {
        return Err(Silence::Own);
    }
    if summary.hints.list {
        return Err(Silence::List);
    }
    if summary.hints.automatic || summary.hints.quiet || is_machine(sender.local()) {
        return Err(Silence::Machine);
    }
    if summary.hints.spam {
        return Err(Silence::Spam);
    }
    match written_to(question) {
        Some(_) => Ok(sender),
        None => Err(Silence::NotNamed),
    }
}

/// Which of its addresses a mailbox was written to by, as To and Cc say. An answer comes from there: whoever knows
/// only an alias learns no other address.
pub fn written_to<'a>(question: &Question<'a>) -> Option<&'a str> {
    let named = question.summary.to.iter().chain(&question.summary.cc);
    named.into_iter().find_map(|person| {
        let mut own = question.own.iter().map(String::as_str);
        own.find(|own| own.eq_ignore_ascii_case(&person.address))
    })
}

/// Whether a local part is one of those behind which nobody reads (RFC 3834 §2, and what senders call
/// themselves today).
fn is_machine(local: &str) -> bool {
    const NAMES: &[&str] = &[
        "mailer-daemon",
        "postmaster",
        "listserv",
        "majordomo",
        "mailman",
        "bounce",
        "bounces",
        "noreply",
        "no-reply",
        "no_reply",
        "donotreply",
        "do-not-reply",
        "notification",
        "notifications",
        "root",
        "daemon",
    ];
    let local = local.to_ascii_lowercase();
    let name = local.split(['+', '=']).next().unwrap_or_default();
    NAMES.contains(&name)
        || name.starts_with("owner-")
        || name.ends_with("-owner")
        || name.ends_with("-request")
        || name.ends_with("-bounces")
        || name.ends_with("-noreply")
        || name.starts_with("bounce-")
        || name.starts_with("bounces-")
}

/// An automatic answer: header, then text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The header with its blank line, CR LF line ends.
    pub header: Vec<u8>,
    /// The text as it goes over the wire.
    pub text: Vec<u8>,
}

/// What an answer is made from.
#[derive(Clone, Copy, Debug)]
pub struct Writing<'a> {
    /// Who answers.
    pub from: &'a Person,
    /// Whom.
    pub to: &'a Address,
    /// The message that is answered.
    pub answered: &'a Summary,
    /// What is said.
    pub text: &'a str,
    /// Its Message-ID, without angle brackets.
    pub message_id: &'a str,
    /// The time now.
    pub now: Timestamp,
}

/// The answer (RFC 3834 §3.1): `Auto: ` before the subject, Auto-Submitted, and what keeps Exchange
/// from answering in turn. None if it cannot be put together.
pub fn write(writing: &Writing<'_>) -> Option<Answer> {
    let subject: String = writing
        .answered
        .subject
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(SUBJECT_CHARS_MAX)
        .collect();
    let from =
        HeaderAddress::new_address(writing.from.name.as_deref(), writing.from.address.as_str());
    let mut builder = MessageBuilder::new()
        .from(from)
        .to(writing.to.as_str())
        .date(writing.now.as_secs())
        .message_id(writing.message_id)
        .subject(format!("Auto: {subject}").trim().to_owned())
        .header("Auto-Submitted", Raw::new("auto-replied"))
        .header("X-Auto-Response-Suppress", Raw::new("All"));
    if let Some(id) = &writing.answered.message_id {
        let mut references = writing.answered.references.clone();
        references.push(id.clone());
        let surplus = references.len().saturating_sub(REFERENCES_MAX);
        references.drain(..surplus);
        builder = builder
            .header("In-Reply-To", MessageId::new(id.as_str()))
            .header("References", MessageId::new_list(references.into_iter()));
    }
    let text = writing.text.replace("\r\n", "\n").replace('\n', "\r\n");
    let message = builder.text_body(text).write_to_vec().ok()?;
    let end = memchr::memmem::find(&message, b"\r\n\r\n")? + 4;
    let (header, text) = message.split_at_checked(end)?;
    Some(Answer {
        header: header.to_vec(),
        text: text.to_vec(),
    })
}

#[cfg(test)]
mod tests;
