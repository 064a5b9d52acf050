//! A row, and why one is not taken.

use super::lines;
use crate::ids::{Address, MailstoreId, ResellerId, SourceName};
use crate::mail::Role;

/// What a row says of a field that need not be there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Said<T> {
    /// Nothing: leave what is there.
    #[default]
    Nothing,
    /// That there is none.
    None,
    /// That it is this.
    Some(T),
}

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its address.
    pub mailbox: Address,
    /// The mailstore it lives on.
    pub mailstore: Option<MailstoreId>,
    /// Whose the domain is.
    pub reseller: Option<ResellerId>,
    /// The password's hash with its scheme.
    pub password_hash: Said<String>,
    /// The display name.
    pub name: Said<String>,
    /// Other addresses.
    pub aliases: Said<Vec<Address>>,
    /// What the source calls it, whatever its address becomes.
    pub source_id: Option<String>,
    /// Where its user is reached when the platform is down.
    pub recovery: Said<Address>,
    /// What its special folders are called.
    pub folders: Said<Vec<(Role, String)>>,
    /// The address it had before, if it was given another.
    pub renamed_from: Option<Address>,
    /// That it is no more.
    pub deleted: bool,
}

impl Row {
    /// A row that says nothing but whose it is.
    pub const fn new(mailbox: Address) -> Self {
        Self {
            mailbox,
            mailstore: None,
            reseller: None,
            password_hash: Said::Nothing,
            name: Said::Nothing,
            aliases: Said::Nothing,
            source_id: None,
            recovery: Said::Nothing,
            folders: Said::Nothing,
            renamed_from: None,
            deleted: false,
        }
    }
}

/// A row as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    /// Its line, or its number, from 1.
    pub line: u64,
    /// The row, or why it is none.
    pub row: Result<Row, Refused>,
}

/// A row that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Why.
    pub error: RowError,
    /// Whose it is, where that much could be read.
    pub mailbox: Option<Address>,
}

/// The new owner, as the command wants it.
fn to_words(to: Option<&ResellerId>) -> String {
    to.map_or_else(|| "--to-operator".to_owned(), |to| format!("--to {to}"))
}

/// Why a row is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RowError {
    /// The line is longer than [`lines::LINE_BYTES_MAX`].
    #[error("the line is longer than {} KB", lines::LINE_BYTES_MAX / 1024)]
    TooLong,
    /// The line is not UTF-8.
    #[error("the line is not UTF-8")]
    NotText,
    /// The line cannot be read.
    #[error("{0}")]
    Malformed(String),
    /// The row names no mailstore and none is given for the file.
    #[error("no mailstore: name it in the row, or for all rows with --mailstore")]
    NoMailstore,
    /// The mailstore is not configured.
    #[error("mailstore {0} is not configured: add a [[mailstore]] section or mend the row")]
    UnknownMailstore(MailstoreId),
    /// The domain belongs to somebody else.
    #[error(
        "the domain {domain} belongs to reseller {owner}; if it moved: lifeboat provision move-domain \
         {domain} --from {owner} {} --reason …", to_words(.to.as_ref())
    )]
    OtherReseller {
        /// The domain.
        domain: String,
        /// Whose it is.
        owner: ResellerId,
        /// Whose the row would make it; none: nobody's.
        to: Option<ResellerId>,
    },
    /// The address is an alias of another mailbox.
    #[error("{address} is an alias of {owner}")]
    IsAlias {
        /// The address.
        address: Address,
        /// Whose alias it is.
        owner: Address,
    },
    /// The alias is a mailbox itself.
    #[error("the alias {0} is a mailbox itself")]
    AliasIsMailbox(Address),
    /// The mailbox is another source's.
    #[error("{address} is from the source {owner}")]
    OtherSource {
        /// The mailbox.
        address: Address,
        /// Whose it is.
        owner: SourceName,
    },
    /// The mailbox should get an address that another one has.
    #[error("{from} cannot become {address}: there is another mailbox with that address")]
    Taken {
        /// The address.
        address: Address,
        /// The one it has.
        from: Address,
    },
    /// There is another id under this address, and under too many others.
    #[error(
        "{0} has another id than before, as have too many: were all ids made anew? If not, confirm \
         with --delete-max"
    )]
    IdChanged(Address),
}
