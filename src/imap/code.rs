//! Status answers: what the server thinks of a command, and why.

use std::borrow::Cow;
use std::num::NonZeroU32;

use imap_proto::ResponseCode;
use imap_proto::rfc4315::UidSetMember;

use crate::ids::{PrimaryUid, UidValidity};

use super::proto;

/// Most UIDs that one set in an answer may name.
const EXPANDED_MAX: usize = 100_000;

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
    /// What imap-proto read, if anything here decides on it.
    pub(super) fn known(code: ResponseCode<'_>) -> Option<Self> {
        match code {
            ResponseCode::AppendUid(validity, uids) => {
                Some(Self::AppendUid(uid_validity(validity)?, expand(&uids)?))
            }
            ResponseCode::Capabilities(list) => {
                Some(Self::Capability(proto::capability_names(&list)))
            }
            ResponseCode::CopyUid(validity, _, uids) => {
                Some(Self::CopyUid(uid_validity(validity)?, expand(&uids)?))
            }
            ResponseCode::PermanentFlags(flags) => Some(Self::PermanentFlags(
                flags.into_iter().map(Cow::into_owned).collect(),
            )),
            ResponseCode::TryCreate => Some(Self::TryCreate),
            ResponseCode::UidNext(uid) => uid.try_into().ok().map(PrimaryUid).map(Self::UidNext),
            ResponseCode::UidValidity(validity) => uid_validity(validity).map(Self::UidValidity),
            _ => None,
        }
    }

    /// What stands between the square brackets, where imap-proto knows no code: those of RFC 5530
    /// and RFC 9051 §7.1 are text to it, and so is a list of capabilities without IMAP4rev1.
    pub(super) fn named(inside: &str) -> Self {
        let (name, arguments) = inside.split_once(' ').unwrap_or((inside, ""));
        match name.to_ascii_uppercase().as_str() {
            "ALREADYEXISTS" => Self::AlreadyExists,
            "AUTHENTICATIONFAILED" => Self::AuthenticationFailed,
            "AUTHORIZATIONFAILED" => Self::AuthorizationFailed,
            "CAPABILITY" => Self::Capability(
                arguments
                    .split_ascii_whitespace()
                    .map(str::to_ascii_uppercase)
                    .collect(),
            ),
            "INUSE" => Self::InUse,
            "LIMIT" => Self::Limit,
            "NONEXISTENT" => Self::NonExistent,
            "NOPERM" => Self::NoPerm,
            "OVERQUOTA" => Self::OverQuota,
            "SERVERBUG" => Self::ServerBug,
            "UNAVAILABLE" => Self::Unavailable,
            _ => Self::Other(inside.chars().take(200).collect()),
        }
    }
}

fn uid_validity(n: u32) -> Option<UidValidity> {
    n.to_string().parse().ok()
}

/// The UIDs of a set, in the order in which it names them; `None` for UID 0 or too many of them.
fn expand(set: &[UidSetMember]) -> Option<Vec<PrimaryUid>> {
    let mut uids = Vec::new();
    for member in set {
        let range = match member {
            UidSetMember::UidRange(range) => range.clone(),
            UidSetMember::Uid(uid) => *uid..=*uid,
        };
        let (low, high) = (NonZeroU32::new(*range.start())?, *range.end());
        if uids.len() + high.saturating_sub(low.get()) as usize >= EXPANDED_MAX {
            return None;
        }
        uids.extend(range.filter_map(NonZeroU32::new).map(PrimaryUid));
    }
    Some(uids)
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
