//! What a smarthost's reply means for a recipient.
//!
//! Pure. 4yz is "not now", 5yz is "never", with exceptions on the side of waiting: whatever says
//! that we are not set up right (sign-in, encryption, relaying, too many recipients at once) is mended by an
//! operator, and no user's message is given up for it.

use crate::store::queue::{Outcome, REPLY_BYTES_MAX, RemoteReply};

/// The command a reply was given to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// MAIL.
    Mail,
    /// RCPT.
    Rcpt,
    /// DATA.
    Data,
    /// The message.
    Body,
}

/// What a refusal means.
pub fn refused(step: Step, code: u16, text: &str) -> Outcome {
    let reply = said(code, text);
    if is_final(step, code, text) {
        Outcome::Failed(reply)
    } else {
        Outcome::Deferred(reply)
    }
}

fn is_final(step: Step, code: u16, text: &str) -> bool {
    let is_about_the_message = match (step, code) {
        // RFC 4954 §6, RFC 3207 §4: sign in, or encrypt, first.
        (_, 530 | 534 | 535 | 538) => false,
        // RFC 5321 §4.5.3.1.10: once the code for too many recipients.
        (Step::Rcpt, 552) => !has_status(text, "5.5.3"),
        (Step::Mail | Step::Rcpt, _) if is_about_us(step, code, text) => false,
        // RFC 5321 §4.2.4: the conversation got out of step.
        (_, 500..=503) => has_enhanced_status(text) && !has_status(text, "5.5."),
        _ => true,
    };
    code >= 500 && is_about_the_message
}

/// Whether a smarthost says that it takes no mail for others from this server. There is no code for that alone
/// (RFC 3463 §3.8: X.7.1 is any refusal by policy), only the words of the programs: Postfix's "Relay access denied"
/// and "Client host rejected", Exim's "relay not permitted", Sendmail's "Relaying denied", Exchange's "Unable to
/// relay", qmail's "rcpthosts".
pub fn is_about_us(step: Step, code: u16, text: &str) -> bool {
    const WORDS: [&str; 7] = [
        "relay access denied",
        "relay not permitted",
        "relaying denied",
        "relaying not allowed",
        "unable to relay",
        "client host rejected",
        "allowed rcpthosts",
    ];
    let text = text.to_ascii_lowercase();
    matches!(step, Step::Mail | Step::Rcpt)
        && code >= 500
        && WORDS.iter().any(|words| text.contains(words))
}

fn has_enhanced_status(text: &str) -> bool {
    text.starts_with("5.")
}

fn has_status(text: &str, status: &str) -> bool {
    text.starts_with(status)
}

/// What the smarthost said, bounded.
pub fn said(code: u16, text: &str) -> RemoteReply {
    RemoteReply {
        code: Some(code),
        text: bounded(text),
    }
}

/// What we say ourselves, bounded.
pub fn ours(text: &str) -> RemoteReply {
    RemoteReply {
        code: None,
        text: bounded(text),
    }
}

/// One line without control characters, of bounded length: it goes into logs, pages and DSNs.
fn bounded(text: &str) -> String {
    let mut line: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    line = line.trim().to_owned();
    while line.len() > REPLY_BYTES_MAX {
        line.pop();
    }
    line
}

/// The enhanced status code (RFC 3463) of a reply, made up from its code where it has none.
pub fn status_of(reply: &RemoteReply) -> String {
    let class = match reply.code {
        Some(code) if code / 100 == 5 => '5',
        _ => '4',
    };
    let word = reply.text.split_whitespace().next().unwrap_or_default();
    let mut parts = word.split('.');
    let mut number = |digits_max: usize| {
        parts.next().filter(|part| {
            (1..=digits_max).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit())
        })
    };
    let (given_class, subject, detail) = (number(1), number(3), number(3));
    let is_whole = subject.is_some() && detail.is_some() && parts.next().is_none();
    match given_class {
        Some("4" | "5") if is_whole => word.to_owned(),
        _ => format!("{class}.0.0"),
    }
}

#[cfg(test)]
mod tests;
