//! What somebody may do: permissions, and the roles that are made of them. People and tokens are given
//! the same; whoever is signed in may look at what is theirs, the rest takes a permission.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One kind of change, or of reading that not everybody may.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    ToSchema,
    clap::ValueEnum,
)]
#[serde(rename_all = "kebab-case")]
pub enum Permission {
    /// To switch mailstores, domains and mailboxes, and to hold drills.
    Failover,
    /// To order merges.
    Merge,
    /// To hold, release, retry and drop what waits in the queue.
    Queue,
    /// To fill and change the directory.
    Provision,
    /// To say what users and senders are told, and when.
    Notices,
    /// To change name, hosts and texts of the pages.
    Brand,
    /// To change webhooks and contacts, and to take on alerts.
    Announce,
    /// To make a link by which a user signs in without a password.
    SignInLinks,
    /// To read the audit log.
    Audit,
    /// To make, list and revoke tokens.
    Tokens,
    /// To say who else may sign in to the console, and as what.
    People,
    /// To back the store up and to export mail.
    Store,
}

impl Permission {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::Failover,
        Self::Merge,
        Self::Queue,
        Self::Provision,
        Self::Notices,
        Self::Brand,
        Self::Announce,
        Self::SignInLinks,
        Self::Audit,
        Self::Tokens,
        Self::People,
        Self::Store,
    ];

    /// As the API writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Failover => "failover",
            Self::Merge => "merge",
            Self::Queue => "queue",
            Self::Provision => "provision",
            Self::Notices => "notices",
            Self::Brand => "brand",
            Self::Announce => "announce",
            Self::SignInLinks => "sign-in-links",
            Self::Audit => "audit",
            Self::Tokens => "tokens",
            Self::People => "people",
            Self::Store => "store",
        }
    }
}

/// What somebody is within an operator or a reseller.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema, clap::ValueEnum,
)]
#[serde(rename_all = "kebab-case")]
pub enum Access {
    /// Everything, people too.
    #[default]
    Owner,
    /// Everything but people and the store itself.
    Admin,
    /// To look, at the audit log too.
    ReadOnly,
    /// To look, and to help users sign in.
    HelpDesk,
}

impl Access {
    /// All of them, the mightiest first.
    pub const ALL: [Self; 4] = [Self::Owner, Self::Admin, Self::ReadOnly, Self::HelpDesk];

    /// As the API writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::ReadOnly => "read-only",
            Self::HelpDesk => "help-desk",
        }
    }

    /// The one of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == name)
    }

    /// What it may.
    pub fn grants(self) -> Grants {
        let may = |permission: &Permission| match self {
            Self::Owner => true,
            Self::Admin => !matches!(permission, Permission::People | Permission::Store),
            Self::ReadOnly => matches!(permission, Permission::Audit),
            Self::HelpDesk => matches!(permission, Permission::SignInLinks),
        };
        Permission::ALL.into_iter().filter(may).collect()
    }
}

/// A set of permissions.
#[derive(Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grants(u32);

impl Grants {
    /// Whether a permission is among them.
    pub const fn has(self, permission: Permission) -> bool {
        self.0 & (1 << permission as u32) != 0
    }

    /// Those that are in both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Whether all of them are in `other`.
    pub const fn are_within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    /// Each of them.
    pub fn each(self) -> impl Iterator<Item = Permission> {
        Permission::ALL
            .into_iter()
            .filter(move |one| self.has(*one))
    }
}

impl FromIterator<Permission> for Grants {
    fn from_iter<I: IntoIterator<Item = Permission>>(all: I) -> Self {
        Self(all.into_iter().fold(0, |set, one| set | 1 << one as u32))
    }
}

impl std::fmt::Debug for Grants {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set()
            .entries(self.each().map(Permission::as_str))
            .finish()
    }
}

#[cfg(test)]
mod tests;
