//! Status answers: what the server thinks of a command, and why.

use crate::ids::{PrimaryUid, UidValidity};

use super::uid;

/// What a status answer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Done.
    Ok,
    /// Refused.
    No,
    /// Not understood.
    Bad,
    /// The connection ends.
    Bye,
    /// Signed in already (greeting only).
    Preauth,
}

impl Verdict {
    pub(super) fn parse(word: &[u8]) -> Option<Self> {
        [
            (&b"OK"[..], Self::Ok),
            (b"NO", Self::No),
            (b"BAD", Self::Bad),
            (b"BYE", Self::Bye),
            (b"PREAUTH", Self::Preauth),
        ]
        .into_iter()
        .find(|(name, _)| word.trim_ascii_end().eq_ignore_ascii_case(name))
        .map(|(_, verdict)| verdict)
    }
}

/// A response code (RFC 9051 §7.1, RFC 5530), as far as anything here decides on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Code {
    /// The folder is there already.
    AlreadyExists,
    /// The UIDs of what was appended, in order (RFC 4315).
    AppendUid(UidValidity, Vec<PrimaryUid>),
    /// Wrong user name or password.
    AuthenticationFailed,
    /// The user may not act for this user.
    AuthorizationFailed,
    /// What the server can do, in upper case.
    Capability(Vec<String>),
    /// The new UIDs of what was copied or moved (RFC 4315).
    CopyUid(UidValidity, Vec<PrimaryUid>),
    /// The folder is in use.
    InUse,
    /// A limit of the server is reached.
    Limit,
    /// There is no such folder.
    NonExistent,
    /// No permission.
    NoPerm,
    /// The mailbox is full.
    OverQuota,
    /// The flags that a client may change for good; `\*` stands for new keywords.
    PermanentFlags(Vec<String>),
    /// A bug of the server, in its own words.
    ServerBug,
    /// The folder must be created first.
    TryCreate,
    /// The next UID.
    UidNext(PrimaryUid),
    /// The UIDVALIDITY.
    UidValidity(UidValidity),
    /// Not now: a part behind the server is down.
    Unavailable,
    /// Any other, with its arguments.
    Other(String),
}

impl Code {
    /// Reads what stands between the square brackets.
    pub(super) fn parse(inside: &str) -> Self {
        let (name, arguments) = inside.split_once(' ').unwrap_or((inside, ""));
        let known = match name.to_ascii_uppercase().as_str() {
            "ALREADYEXISTS" => Some(Self::AlreadyExists),
            "APPENDUID" => arguments.split_once(' ').and_then(|(validity, uids)| {
                Some(Self::AppendUid(
                    validity.parse().ok()?,
                    uid::expand(uids.trim())?,
                ))
            }),
            "AUTHENTICATIONFAILED" => Some(Self::AuthenticationFailed),
            "AUTHORIZATIONFAILED" => Some(Self::AuthorizationFailed),
            "CAPABILITY" => Some(Self::Capability(words_upper(arguments))),
            "COPYUID" => copy_uid(arguments),
            "INUSE" => Some(Self::InUse),
            "LIMIT" => Some(Self::Limit),
            "NONEXISTENT" => Some(Self::NonExistent),
            "NOPERM" => Some(Self::NoPerm),
            "OVERQUOTA" => Some(Self::OverQuota),
            "PERMANENTFLAGS" => Some(Self::PermanentFlags(
                arguments
                    .trim_matches(['(', ')'])
                    .split_ascii_whitespace()
                    .map(str::to_owned)
                    .collect(),
            )),
            "SERVERBUG" => Some(Self::ServerBug),
            "TRYCREATE" => Some(Self::TryCreate),
            "UIDNEXT" => arguments.parse().ok().map(Self::UidNext),
            "UIDVALIDITY" => arguments.parse().ok().map(Self::UidValidity),
            "UNAVAILABLE" => Some(Self::Unavailable),
            _ => None,
        };
        known.unwrap_or_else(|| Self::Other(inside.chars().take(200).collect()))
    }
}

/// UIDVALIDITY, the UIDs before, the UIDs after.
fn copy_uid(arguments: &str) -> Option<Code> {
    let mut words = arguments.split_ascii_whitespace();
    let validity = words.next()?.parse().ok()?;
    let _before = words.next()?;
    Some(Code::CopyUid(validity, uid::expand(words.next()?)?))
}

pub(super) fn words_upper(text: &str) -> Vec<String> {
    text.split_ascii_whitespace()
        .map(str::to_ascii_uppercase)
        .collect()
}

/// The server's NO or BAD to a command.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{command} refused: {text}")]
pub struct Refusal {
    /// The command.
    pub command: &'static str,
    /// Whether the server did not understand it at all.
    pub bad: bool,
    /// The reason as a code.
    pub code: Option<Code>,
    /// The reason in words.
    pub text: String,
}
