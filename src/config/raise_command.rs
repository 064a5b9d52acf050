//! A command of the operator's that raises one folder's UIDNEXT: words with places for user, folder
//! and UID.

use serde::{Deserialize, Serialize};

/// A program and its arguments with places in them: `%u` for the user, `%f` for the folder, `%n` for
/// the UID, `%%` for `%`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
pub struct RaiseCommand {
    words: Vec<String>,
    arguments: Vec<Vec<Piece>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    User,
    Folder,
    Uid,
}

/// Why words are no such command.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRaiseCommand {
    /// There is no program.
    #[error("write the program and its arguments, each as a text of its own")]
    Empty,
    /// A place is missing.
    #[error("%u (the user), %f (the folder) and %n (the UID) must each occur in an argument")]
    Incomplete,
    /// Something else stands behind a `%`.
    #[error("{0:?}: after % comes u, f, n or %")]
    Unknown(String),
    /// A shell would read what users wrote.
    #[error(
        "{0} hands its arguments to a shell, and folder names are chosen by users: use doveadm's HTTP API, or a program that takes them as they are"
    )]
    Shell(String),
}

/// Programs that read their arguments as commands.
const SHELLS: [&str; 8] = ["sh", "bash", "dash", "zsh", "ksh", "ssh", "su", "env"];

impl RaiseCommand {
    /// The program.
    pub fn program(&self) -> &str {
        self.words.first().map_or("", String::as_str)
    }

    /// Its arguments for one folder.
    pub fn arguments(&self, user: &str, folder: &str, uid: &str) -> Vec<String> {
        let fill = |piece: &Piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::User => user.to_owned(),
            Piece::Folder => folder.to_owned(),
            Piece::Uid => uid.to_owned(),
        };
        let arguments = self.arguments.iter();
        arguments
            .map(|pieces| pieces.iter().map(fill).collect())
            .collect()
    }
}

impl TryFrom<Vec<String>> for RaiseCommand {
    type Error = InvalidRaiseCommand;

    fn try_from(words: Vec<String>) -> Result<Self, InvalidRaiseCommand> {
        let (program, arguments) = words.split_first().ok_or(InvalidRaiseCommand::Empty)?;
        if program.is_empty() {
            return Err(InvalidRaiseCommand::Empty);
        }
        let name = program.rsplit('/').next().unwrap_or(program);
        if SHELLS.contains(&name) {
            return Err(InvalidRaiseCommand::Shell(program.clone()));
        }
        let arguments: Vec<_> = arguments
            .iter()
            .map(|argument| pieces(argument))
            .collect::<Result<_, _>>()?;
        let has = |piece| arguments.iter().any(|a: &Vec<Piece>| a.contains(&piece));
        if !(has(Piece::User) && has(Piece::Folder) && has(Piece::Uid)) {
            return Err(InvalidRaiseCommand::Incomplete);
        }
        Ok(Self { words, arguments })
    }
}

impl From<RaiseCommand> for Vec<String> {
    fn from(command: RaiseCommand) -> Self {
        command.words
    }
}

fn pieces(argument: &str) -> Result<Vec<Piece>, InvalidRaiseCommand> {
    let mut pieces = Vec::new();
    let mut text = String::new();
    let mut chars = argument.chars();
    while let Some(c) = chars.next() {
        if c != '%' {
            text.push(c);
            continue;
        }
        let piece = match chars.next() {
            Some('%') => {
                text.push('%');
                continue;
            }
            Some('u') => Piece::User,
            Some('f') => Piece::Folder,
            Some('n') => Piece::Uid,
            _ => return Err(InvalidRaiseCommand::Unknown(argument.to_owned())),
        };
        if !text.is_empty() {
            pieces.push(Piece::Text(std::mem::take(&mut text)));
        }
        pieces.push(piece);
    }
    if !text.is_empty() || pieces.is_empty() {
        pieces.push(Piece::Text(text));
    }
    Ok(pieces)
}

#[cfg(test)]
mod tests;
