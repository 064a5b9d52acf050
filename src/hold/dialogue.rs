//! What is said to one client, line by line. Pure: bytes in, bytes out.
//!
//! Of a line it reads the tag and the command and nothing that follows: that is where passwords are. Whoever
//! asks to sign in is refused before it is asked for a password, wherever the protocol lets it be.

use crate::config::{HoldProtocol as Protocol, HoldSay as Say};

mod imap;
mod pop3;
mod sieve;
mod submission;

/// Commands that a client may send before it is told to go.
const LINES_MAX: u32 = 32;
/// Most octets of a literal that are read and dropped; a longer one ends the connection.
const LITERAL_OCTETS_MAX: u64 = 64 << 10;

/// What happens after a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// The next line is read.
    Read,
    /// So many octets are dropped, then the next line is read.
    Drop(u64),
    /// TLS begins.
    StartTls,
    /// The connection ends.
    Close,
}

/// A reply, and what happens after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// What is sent; may be empty.
    pub reply: String,
    /// What happens then.
    pub next: Next,
}

impl Turn {
    fn say(reply: impl Into<String>) -> Self {
        Self {
            reply: reply.into(),
            next: Next::Read,
        }
    }

    fn close(reply: impl Into<String>) -> Self {
        Self {
            reply: reply.into(),
            next: Next::Close,
        }
    }

    fn start_tls(reply: impl Into<String>) -> Self {
        Self {
            reply: reply.into(),
            next: Next::StartTls,
        }
    }
}

/// How TLS stands on a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Security {
    /// There is none, and none to be had.
    None,
    /// The client may ask for it.
    Offered,
    /// It is spoken.
    Spoken,
}

/// One client's connection, as far as words go.
#[derive(Clone, Debug)]
pub struct Dialogue {
    protocol: Protocol,
    say: Say,
    /// What clients are told: printable ASCII without quotes.
    text: String,
    security: Security,
    lines_left: u32,
    /// A command goes on after a literal: what follows is its rest, and is dropped.
    in_command: bool,
    /// It was refused a sign-in: what is no command now may be a late response to that.
    told: bool,
}

impl Dialogue {
    /// A client that speaks `protocol` is told `text`. `is_tls`: it came by TLS; `starttls`: it may ask
    /// for it.
    pub fn new(protocol: Protocol, say: Say, text: &str, is_tls: bool, starttls: bool) -> Self {
        let security = match (is_tls, starttls) {
            (true, _) => Security::Spoken,
            (false, true) => Security::Offered,
            (false, false) => Security::None,
        };
        Self {
            protocol,
            say,
            text: text.to_owned(),
            security,
            lines_left: LINES_MAX,
            in_command: false,
            told: false,
        }
    }

    /// What is said first.
    pub fn greeting(&self) -> Turn {
        let (farewell, greeting) = match self.protocol {
            Protocol::Imap => (imap::bye(&self.text), self.imap_greeting()),
            Protocol::Pop3 => (pop3::refusal(&self.text), pop3::greeting()),
            Protocol::Submission => (submission::refusal(&self.text), submission::greeting()),
            Protocol::Sieve => (sieve::bye(&self.text), self.sieve_capabilities()),
        };
        match self.say {
            Say::Greeting => Turn::close(farewell),
            Say::Login => Turn::say(greeting),
        }
    }

    /// What is said to a line, given without its CRLF.
    pub fn line(&mut self, line: &[u8]) -> Turn {
        let Some(left) = self.lines_left.checked_sub(1) else {
            return Turn::close("");
        };
        self.lines_left = left;
        if std::mem::take(&mut self.in_command) {
            return self.after_reply(Turn::say(""), line);
        }
        match self.protocol {
            Protocol::Imap => {
                let turn = self.imap_line(line);
                self.after_reply(turn, line)
            }
            Protocol::Pop3 => self.pop3_line(line),
            Protocol::Submission => self.submission_line(line),
            Protocol::Sieve => {
                let turn = self.sieve_line(line);
                self.after_reply(turn, line)
            }
        }
    }

    /// TLS is spoken from here on; what was said before does not count (RFC 9051 §6.2.1 and the like).
    /// What the server says first then.
    pub fn tls_began(&mut self) -> String {
        self.security = Security::Spoken;
        match self.protocol {
            Protocol::Sieve => self.sieve_capabilities(),
            Protocol::Imap | Protocol::Pop3 | Protocol::Submission => String::new(),
        }
    }

    /// A literal that the client sends without being asked ("{n+}") follows the line: it is dropped,
    /// together with the rest of the command.
    fn after_reply(&mut self, turn: Turn, line: &[u8]) -> Turn {
        let Some(octets) = unasked_literal(line) else {
            return turn;
        };
        if turn.next != Next::Read {
            return turn;
        }
        if octets > LITERAL_OCTETS_MAX {
            return Turn::close(turn.reply);
        }
        self.in_command = true;
        Turn {
            reply: turn.reply,
            next: Next::Drop(octets),
        }
    }

    fn offers_tls(&self) -> bool {
        self.security == Security::Offered
    }
}

/// The octets of a non-synchronising literal at the end of a line (RFC 7888, RFC 5804 §2.1).
fn unasked_literal(line: &[u8]) -> Option<u64> {
    let inner = line.strip_suffix(b"+}")?;
    let start = inner.iter().rposition(|&byte| byte == b'{')?;
    std::str::from_utf8(inner.get(start + 1..)?)
        .ok()?
        .parse()
        .ok()
}

/// The first word of a line, in capitals, and what follows it. A word longer than 64 octets is none.
fn word(line: &[u8]) -> (String, &[u8]) {
    let end = line
        .iter()
        .position(|&byte| byte == b' ')
        .unwrap_or(line.len());
    let (word, rest) = line.split_at(end);
    let rest = rest.strip_prefix(b" ").unwrap_or(rest);
    if word.len() > 64 || !word.iter().all(u8::is_ascii_graphic) {
        return (String::new(), rest);
    }
    (String::from_utf8_lossy(word).to_ascii_uppercase(), rest)
}

#[cfg(test)]
mod tests;
