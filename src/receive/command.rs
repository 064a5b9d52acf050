//! The grammar of command lines (RFC 5321 §4.1, RFC 2033, RFC 1870, RFC 6152, RFC 6531, RFC 3030,
//! RFC 3461, RFC 3207, Postfix's XCLIENT_README).
//!
//! A small parser of our own: what a reverse-path or recipient says must be kept octet for octet
//! (it goes into Return-Path and Received), which the library parser does not do for quoted local
//! parts and `<postmaster>`. It is lenient with addresses, whose owner is a stranger, and strict
//! with the frame around them, which comes from the client.
//!
//! Pure. Its input has passed the gate: no CR, LF or NUL. Which commands and parameters are on offer
//! is the session's knowledge, not the grammar's.

use std::fmt;

use super::dsn::{EnvelopeId, Notify, OriginalRecipient, Return};
use super::xclient::{self, Xclient};

/// Longest path accepted, in octets without its brackets. RFC 5321 §4.5.3.1.3 says 256; longer
/// ones are seen in the reverse-paths of list managers.
pub const PATH_OCTETS_MAX: usize = 1000;

/// A command of the session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command<'a> {
    /// LHLO, EHLO or HELO with the client's name.
    Hello(Hello, &'a str),
    /// MAIL.
    Mail(MailCommand),
    /// RCPT.
    Rcpt(RcptCommand),
    /// DATA.
    Data,
    /// BDAT (RFC 3030 §2).
    Bdat {
        /// The octets of the chunk, which follow the command.
        octets: u64,
        /// Whether the message ends with it.
        last: bool,
    },
    /// STARTTLS (RFC 3207).
    StartTls,
    /// XCLIENT: the client that a proxy speaks for.
    Xclient(Xclient),
    /// RSET.
    Rset,
    /// NOOP.
    Noop,
    /// VRFY.
    Vrfy,
    /// HELP.
    Help,
    /// QUIT.
    Quit,
}

/// How a client greets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hello {
    /// LMTP (RFC 2033 §4.1).
    Lhlo,
    /// SMTP with extensions.
    Ehlo,
    /// SMTP without.
    Helo,
}

/// The parts of a MAIL command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MailCommand {
    /// Who gets notices about the message.
    pub reverse_path: ReversePath,
    /// What the client says the message has in octets (RFC 1870); 0 if it says nothing.
    pub size: u64,
    /// SMTPUTF8 was given (RFC 6531): addresses and headers may be UTF-8.
    pub smtp_utf8: bool,
    /// How much of the message a notice returns (RFC 3461 §4.3).
    pub ret: Option<Return>,
    /// The sender's name for the envelope (RFC 3461 §4.4), where it is one: an MX that passes on what a
    /// stranger wrote would have to bounce the message for it.
    pub envelope_id: Option<EnvelopeId>,
    /// A parameter of DSN was given.
    pub has_dsn: bool,
}

/// The parts of a RCPT command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RcptCommand {
    /// The forward-path as written.
    pub given: String,
    /// Which notices are asked for (RFC 3461 §4.1).
    pub notify: Option<Notify>,
    /// Whom the sender wrote to (RFC 3461 §4.2), where it is an address; as for [`MailCommand::envelope_id`].
    pub original: Option<OriginalRecipient>,
    /// A parameter of DSN was given.
    pub has_dsn: bool,
}

/// A reverse-path without its brackets; empty is the null reverse-path of notices, `<>`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ReversePath(Box<str>);

impl ReversePath {
    /// The address; `None` if no notice must ever be sent about this message.
    pub fn address(&self) -> Option<&str> {
        (!self.0.is_empty()).then_some(&*self.0)
    }

    /// The address, or nothing for the null reverse-path: what stands between the brackets.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ReversePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}>", self.0)
    }
}

/// Why a line is not a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommandError {
    /// The verb is not one of ours.
    Unknown,
    /// The frame of the command is wrong; the text says what is expected.
    Syntax(&'static str),
    /// A parameter of MAIL or RCPT that was not offered (RFC 5321 §4.1.1.11).
    Parameter,
    /// The reverse-path is not an address.
    ReversePath,
    /// The forward-path is not an address.
    ForwardPath,
}

/// Reads a command line without its line end.
pub fn parse(line: &[u8]) -> Result<Command<'_>, CommandError> {
    let end = line.iter().position(|&b| b == b' ').unwrap_or(line.len());
    let (verb, rest) = line.split_at(end);
    let mut upper = [0; 8];
    let Some(upper) = upper.get_mut(..verb.len()) else {
        return Err(CommandError::Unknown);
    };
    upper.copy_from_slice(verb);
    upper.make_ascii_uppercase();
    let argument = rest.trim_ascii();
    let alone = |command, text| {
        if argument.is_empty() {
            Ok(command)
        } else {
            Err(CommandError::Syntax(text))
        }
    };
    match &*upper {
        b"LHLO" => hello(Hello::Lhlo, argument),
        b"EHLO" => hello(Hello::Ehlo, argument),
        b"HELO" => hello(Hello::Helo, argument),
        b"MAIL" => mail(argument).map(Command::Mail),
        b"RCPT" => rcpt(argument).map(Command::Rcpt),
        b"DATA" => alone(Command::Data, "DATA takes no argument"),
        b"BDAT" => bdat(argument),
        b"STARTTLS" => alone(Command::StartTls, "STARTTLS takes no argument"),
        b"XCLIENT" => xclient::parse(argument)
            .map(Command::Xclient)
            .ok_or(CommandError::Syntax("expected XCLIENT NAME=value ...")),
        b"RSET" => alone(Command::Rset, "RSET takes no argument"),
        b"NOOP" => Ok(Command::Noop),
        b"VRFY" => Ok(Command::Vrfy),
        b"HELP" => Ok(Command::Help),
        b"QUIT" => alone(Command::Quit, "QUIT takes no argument"),
        _ => Err(CommandError::Unknown),
    }
}

fn hello(hello: Hello, argument: &[u8]) -> Result<Command<'_>, CommandError> {
    str::from_utf8(argument)
        .ok()
        .filter(|name| !name.is_empty() && name.len() <= 255 && !name.contains(char::is_whitespace))
        .map(|name| Command::Hello(hello, name))
        .ok_or(CommandError::Syntax(match hello {
            Hello::Lhlo => "LHLO needs the name of the client",
            Hello::Ehlo => "EHLO needs the name of the client",
            Hello::Helo => "HELO needs the name of the client",
        }))
}

fn mail(argument: &[u8]) -> Result<MailCommand, CommandError> {
    let (path, parameters) = path_and_parameters(argument, b"FROM:")
        .ok_or(CommandError::Syntax("expected MAIL FROM:<address>"))?;
    let mut mail = MailCommand {
        reverse_path: ReversePath(clean_path(path).ok_or(CommandError::ReversePath)?.into()),
        ..MailCommand::default()
    };
    for parameter in parameters {
        match split_parameter(parameter).ok_or(CommandError::Parameter)? {
            (name, Some(value)) if name.eq_ignore_ascii_case("SIZE") => {
                mail.size = number(value)?;
            }
            (name, Some(value))
                if name.eq_ignore_ascii_case("BODY")
                    && (value.eq_ignore_ascii_case("7BIT")
                        || value.eq_ignore_ascii_case("8BITMIME")) => {}
            (name, None) if name.eq_ignore_ascii_case("SMTPUTF8") => mail.smtp_utf8 = true,
            (name, Some(value)) if name.eq_ignore_ascii_case("RET") && mail.ret.is_none() => {
                mail.ret = Some(value.parse().map_err(|()| CommandError::Parameter)?);
                mail.has_dsn = true;
            }
            (name, Some(value))
                if name.eq_ignore_ascii_case("ENVID") && mail.envelope_id.is_none() =>
            {
                mail.envelope_id = value.parse().ok();
                mail.has_dsn = true;
            }
            _ => return Err(CommandError::Parameter),
        }
    }
    Ok(mail)
}

fn rcpt(argument: &[u8]) -> Result<RcptCommand, CommandError> {
    let (path, parameters) = path_and_parameters(argument, b"TO:")
        .ok_or(CommandError::Syntax("expected RCPT TO:<address>"))?;
    let given = clean_path(path)
        .filter(|path| !path.is_empty())
        .ok_or(CommandError::ForwardPath);
    let mut rcpt = RcptCommand::default();
    for parameter in parameters {
        match split_parameter(parameter).ok_or(CommandError::Parameter)? {
            (name, Some(value)) if name.eq_ignore_ascii_case("NOTIFY") && rcpt.notify.is_none() => {
                rcpt.notify = Some(value.parse().map_err(|()| CommandError::Parameter)?);
                rcpt.has_dsn = true;
            }
            (name, Some(value))
                if name.eq_ignore_ascii_case("ORCPT") && rcpt.original.is_none() =>
            {
                rcpt.original = value.parse().ok();
                rcpt.has_dsn = true;
            }
            _ => return Err(CommandError::Parameter),
        }
    }
    rcpt.given = given?.to_owned();
    Ok(rcpt)
}

/// `BDAT octets [LAST]` (RFC 3030 §2).
fn bdat(argument: &[u8]) -> Result<Command<'_>, CommandError> {
    const EXPECTED: CommandError = CommandError::Syntax("expected BDAT octets [LAST]");
    let argument = str::from_utf8(argument).map_err(|_| EXPECTED)?;
    let mut words = argument.split(' ').filter(|word| !word.is_empty());
    let octets = number(words.next().unwrap_or_default()).map_err(|_| EXPECTED)?;
    let last = match words.next() {
        None => false,
        Some(word) if word.eq_ignore_ascii_case("LAST") => true,
        Some(_) => return Err(EXPECTED),
    };
    match words.next() {
        None => Ok(Command::Bdat { octets, last }),
        Some(_) => Err(EXPECTED),
    }
}

/// A number of octets: digits only, at most 20 of them (RFC 1870 §3); `parse` alone would let a `+` pass.
fn number(text: &str) -> Result<u64, CommandError> {
    let digits = text.len() <= 20 && text.bytes().all(|b| b.is_ascii_digit());
    digits
        .then(|| text.parse().ok())
        .flatten()
        .ok_or(CommandError::Parameter)
}

/// Splits `FROM:<path> A B=c` into the path without its brackets and its parameters.
///
/// One or more spaces after the colon are let pass, as every server does.
fn path_and_parameters<'a>(
    argument: &'a [u8],
    keyword: &[u8],
) -> Option<(&'a [u8], impl Iterator<Item = &'a [u8]>)> {
    let (word, rest) = argument.split_at_checked(keyword.len())?;
    if !word.eq_ignore_ascii_case(keyword) {
        return None;
    }
    let inside = rest.trim_ascii_start().strip_prefix(b"<")?;
    let close = closing_bracket(inside)?;
    let (path, after) = inside.split_at(close);
    let after = after.strip_prefix(b">")?;
    if !after.is_empty() && !after.starts_with(b" ") {
        return None;
    }
    let parameters = after.split(|&b| b == b' ').filter(|word| !word.is_empty());
    Some((path, parameters))
}

/// Where the `>` is that is not inside a quoted string (RFC 5321 §4.1.2).
fn closing_bracket(path: &[u8]) -> Option<usize> {
    let mut quoted = false;
    let mut escaped = false;
    path.iter().position(|&octet| {
        let closes = octet == b'>' && !quoted;
        match octet {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ => {}
        }
        closes
    })
}

/// The path as text without a source route (RFC 5321 §4.1.1.3: ignored), if it is one that can
/// stand in a header: UTF-8, of bounded length, no control character, and spaces and brackets only
/// inside quotes.
fn clean_path(path: &[u8]) -> Option<&str> {
    let path = str::from_utf8(path).ok()?;
    let path = match path.strip_prefix('@').and_then(|_| path.split_once(':')) {
        Some((_, mailbox)) => mailbox,
        None => path,
    };
    let mut quoted = false;
    let mut escaped = false;
    let fits = path.chars().all(|c| {
        let allowed = !c.is_control() && (quoted || !matches!(c, ' ' | '<' | '>'));
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ => {}
        }
        allowed
    });
    (fits && !quoted && path.len() <= PATH_OCTETS_MAX).then_some(path)
}

fn split_parameter(word: &[u8]) -> Option<(&str, Option<&str>)> {
    let word = str::from_utf8(word).ok()?;
    Some(match word.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (word, None),
    })
}

#[cfg(test)]
mod tests;
