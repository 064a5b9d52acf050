//! The grammar of command lines (RFC 5321 §4.1, RFC 2033, RFC 1870, RFC 6152, RFC 6531).
//!
//! A small parser of our own: what a reverse-path or recipient says must be kept octet for octet
//! (it goes into Return-Path and Received), which the library parser does not do for quoted local
//! parts and `<postmaster>`. It is lenient with addresses, whose owner is a stranger, and strict
//! with the frame around them, which comes from the client.
//!
//! Pure. Its input has passed the gate: no CR, LF or NUL.

use std::fmt;

/// Longest path accepted, in octets without its brackets. RFC 5321 §4.5.3.1.3 says 256; longer
/// ones are seen in the reverse-paths of list managers.
pub const PATH_OCTETS_MAX: usize = 1000;

/// A command of the session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command<'a> {
    /// LHLO with the client's name.
    Lhlo(&'a str),
    /// HELO or EHLO, which an LMTP server must refuse (RFC 2033 §4.1).
    HeloOrEhlo,
    /// MAIL.
    Mail(MailCommand),
    /// RCPT with its forward-path as written.
    Rcpt(String),
    /// DATA.
    Data,
    /// RSET.
    Rset,
    /// NOOP.
    Noop,
    /// VRFY.
    Vrfy,
    /// QUIT.
    Quit,
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
        b"LHLO" => client_name(argument).map(Command::Lhlo),
        b"HELO" | b"EHLO" => Ok(Command::HeloOrEhlo),
        b"MAIL" => mail(argument).map(Command::Mail),
        b"RCPT" => rcpt(argument).map(Command::Rcpt),
        b"DATA" => alone(Command::Data, "DATA takes no argument"),
        b"RSET" => alone(Command::Rset, "RSET takes no argument"),
        b"NOOP" => Ok(Command::Noop),
        b"VRFY" => Ok(Command::Vrfy),
        b"QUIT" => alone(Command::Quit, "QUIT takes no argument"),
        _ => Err(CommandError::Unknown),
    }
}

fn client_name(argument: &[u8]) -> Result<&str, CommandError> {
    str::from_utf8(argument)
        .ok()
        .filter(|name| !name.is_empty() && name.len() <= 255 && !name.contains(char::is_whitespace))
        .ok_or(CommandError::Syntax("LHLO needs the name of the client"))
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
                mail.size = value.parse().map_err(|_| CommandError::Parameter)?;
            }
            (name, Some(value))
                if name.eq_ignore_ascii_case("BODY")
                    && (value.eq_ignore_ascii_case("7BIT")
                        || value.eq_ignore_ascii_case("8BITMIME")) => {}
            (name, None) if name.eq_ignore_ascii_case("SMTPUTF8") => mail.smtp_utf8 = true,
            _ => return Err(CommandError::Parameter),
        }
    }
    Ok(mail)
}

fn rcpt(argument: &[u8]) -> Result<String, CommandError> {
    let (path, mut parameters) = path_and_parameters(argument, b"TO:")
        .ok_or(CommandError::Syntax("expected RCPT TO:<address>"))?;
    if parameters.next().is_some() {
        return Err(CommandError::Parameter);
    }
    clean_path(path)
        .filter(|path| !path.is_empty())
        .map(str::to_owned)
        .ok_or(CommandError::ForwardPath)
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
