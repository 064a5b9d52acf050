//! Where mailboxes lie as files.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use serde::Deserialize;

use crate::ids::Address;

/// The path of a mailbox's Maildir with Dovecot's variables: `%u` the address, `%n` what stands before
/// its `@`, `%d` its domain, `%%` a percent sign.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct MaildirPath {
    text: String,
    pieces: Vec<Piece>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Variable {
    User,
    Local,
    Domain,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Variable(Variable),
}

/// Why a text is no such path.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not the path of a Maildir: {why}")]
pub struct InvalidMaildirPath {
    text: String,
    why: &'static str,
}

impl MaildirPath {
    /// The Maildir of a mailbox. `None` for an address that is no name of a directory.
    pub fn of(&self, mailbox: &Address) -> Option<PathBuf> {
        let mut path = String::with_capacity(self.text.len() + 64);
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => path.push_str(text),
                Piece::Variable(variable) => {
                    let value = match variable {
                        Variable::User => mailbox.as_str(),
                        Variable::Local => mailbox.local(),
                        Variable::Domain => mailbox.domain(),
                    };
                    if value.is_empty() || value.starts_with('.') || value.contains(['/', '\0']) {
                        return None;
                    }
                    path.push_str(value);
                }
            }
        }
        Some(path.into())
    }

    /// The directory above all mailboxes: the volume or something on it.
    pub fn above_all(&self) -> PathBuf {
        let fixed = match self.pieces.first() {
            Some(Piece::Text(text)) => text.as_str(),
            _ => "/",
        };
        fixed
            .rsplit_once('/')
            .map_or("/", |(above, _)| if above.is_empty() { "/" } else { above })
            .into()
    }

    /// Whether two domains may have a mailbox of the same name without sharing files.
    pub fn tells_domains_apart(&self) -> bool {
        let apart =
            |piece: &Piece| matches!(piece, Piece::Variable(Variable::User | Variable::Domain));
        self.pieces.iter().any(apart)
    }
}

impl FromStr for MaildirPath {
    type Err = InvalidMaildirPath;

    fn from_str(text: &str) -> Result<Self, InvalidMaildirPath> {
        let fail = |why| {
            Err(InvalidMaildirPath {
                text: text.chars().take(200).collect(),
                why,
            })
        };
        if !text.starts_with('/') || text.contains('\0') {
            return fail("it starts with /");
        }
        if text.split('/').any(|part| matches!(part, "." | "..")) {
            return fail("it has no . or .. in it");
        }
        let mut pieces = Vec::new();
        let mut plain = String::new();
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            if c != '%' {
                plain.push(c);
                continue;
            }
            let variable = match chars.next() {
                Some('%') => {
                    plain.push('%');
                    continue;
                }
                Some('u') => Variable::User,
                Some('n') => Variable::Local,
                Some('d') => Variable::Domain,
                _ => return fail("of Dovecot's variables it may have %u, %n, %d and %%"),
            };
            pieces.push(Piece::Text(std::mem::take(&mut plain)));
            pieces.push(Piece::Variable(variable));
        }
        pieces.push(Piece::Text(plain));
        let names =
            |piece: &Piece| matches!(piece, Piece::Variable(Variable::User | Variable::Local));
        if !pieces.iter().any(names) {
            return fail("without %u or %n all mailboxes would be one");
        }
        Ok(Self {
            text: text.to_owned(),
            pieces,
        })
    }
}

impl TryFrom<String> for MaildirPath {
    type Error = InvalidMaildirPath;
    fn try_from(text: String) -> Result<Self, InvalidMaildirPath> {
        text.parse()
    }
}

impl fmt::Display for MaildirPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests;
