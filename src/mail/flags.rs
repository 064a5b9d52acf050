//! What a user has done with a message, and what a folder is for.

use serde::{Deserialize, Serialize};

/// The flags of a message that a merge carries to the mailstore.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Flags {
    /// Read (`\Seen`).
    pub seen: bool,
    /// Replied to (`\Answered`).
    pub answered: bool,
    /// Starred (`\Flagged`).
    pub flagged: bool,
    /// Not finished (`\Draft`).
    pub draft: bool,
    /// Forwarded (the keyword `$Forwarded`, RFC 5788).
    pub forwarded: bool,
}

impl Flags {
    /// The system flags that are set, as IMAP writes them (RFC 9051 §2.3.2). `forwarded` is a
    /// keyword: see [`Flags::KEYWORD_FORWARDED`].
    pub fn imap_names(self) -> impl Iterator<Item = &'static str> {
        [
            (self.seen, "\\Seen"),
            (self.answered, "\\Answered"),
            (self.flagged, "\\Flagged"),
            (self.draft, "\\Draft"),
        ]
        .into_iter()
        .filter_map(|(set, name)| set.then_some(name))
    }

    /// The keyword of a forwarded message (RFC 5788).
    pub const KEYWORD_FORWARDED: &'static str = "$Forwarded";
}

/// What a folder is for; a folder of the user's own has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Where mail arrives (INBOX).
    Inbox,
    /// Unfinished messages.
    Drafts,
    /// Copies of what was sent.
    Sent,
    /// Kept, out of the way.
    Archive,
    /// Spam.
    Junk,
    /// Deleted, not yet gone.
    Trash,
}

impl Role {
    /// Every role, in the order in which folders are shown.
    pub const ALL: [Self; 6] = [
        Self::Inbox,
        Self::Drafts,
        Self::Sent,
        Self::Archive,
        Self::Junk,
        Self::Trash,
    ];

    /// The special-use attribute (RFC 6154 §2); INBOX has none, its name says it.
    pub const fn special_use(self) -> Option<&'static str> {
        match self {
            Self::Inbox => None,
            Self::Drafts => Some("\\Drafts"),
            Self::Sent => Some("\\Sent"),
            Self::Archive => Some("\\Archive"),
            Self::Junk => Some("\\Junk"),
            Self::Trash => Some("\\Trash"),
        }
    }

    /// The name the folder gets where the mailstore names none.
    pub const fn default_name(self) -> &'static str {
        match self {
            Self::Inbox => "INBOX",
            Self::Drafts => "Drafts",
            Self::Sent => "Sent",
            Self::Archive => "Archive",
            Self::Junk => "Junk",
            Self::Trash => "Trash",
        }
    }

    /// The name in URLs (`/mail/inbox`).
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Inbox => "inbox",
            Self::Drafts => "drafts",
            Self::Sent => "sent",
            Self::Archive => "archive",
            Self::Junk => "junk",
            Self::Trash => "trash",
        }
    }

    /// The role with this [`Role::slug`].
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.slug() == slug)
    }
}
