//! Rows as JSON objects, one a line.
//!
//! `mailbox` alone is required. A field that is absent leaves what is there, `null` removes it.

use serde::{Deserialize, Deserializer};

use super::{Row, RowError, Said};
use crate::ids::{Address, MailstoreId, ResellerId};

/// Most aliases of one mailbox.
pub const ALIASES_MAX: usize = 1000;
/// Longest display name, in characters.
pub const NAME_CHARS_MAX: usize = 200;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Object {
    mailbox: Address,
    #[serde(default)]
    mailstore: Option<MailstoreId>,
    #[serde(default)]
    reseller: Option<ResellerId>,
    #[serde(default, deserialize_with = "said")]
    password_hash: Said<String>,
    #[serde(default, deserialize_with = "said")]
    name: Said<String>,
    #[serde(default, deserialize_with = "said")]
    aliases: Said<Vec<Address>>,
}

/// A field that is there: `null` or a value.
fn said<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Said<T>, D::Error> {
    Ok(match Option::deserialize(from)? {
        None => Said::None,
        Some(value) => Said::Some(value),
    })
}

/// Reads a line; `None` if it is blank.
///
/// # Errors
/// When it is not such an object.
pub fn parse(line: &str) -> Result<Option<Row>, RowError> {
    if line.trim().is_empty() {
        return Ok(None);
    }
    let object: Object = serde_json::from_str(line)
        .map_err(|error| RowError::Malformed(format!("not a valid row: {error}")))?;
    let row = Row {
        mailbox: object.mailbox,
        mailstore: object.mailstore,
        reseller: object.reseller,
        password_hash: object.password_hash,
        name: object.name,
        aliases: object.aliases,
    };
    check(row).map(Some)
}

/// Bounds that hold for rows of every format.
pub(super) fn check(mut row: Row) -> Result<Row, RowError> {
    let malformed = |text: String| Err(RowError::Malformed(text));
    if let Said::Some(name) = &row.name {
        if name.chars().count() > NAME_CHARS_MAX {
            return malformed(format!(
                "the name is longer than {NAME_CHARS_MAX} characters"
            ));
        }
        if name.chars().any(char::is_control) {
            return malformed("the name has a control character".into());
        }
    }
    if let Said::Some(hash) = &row.password_hash
        && (hash.len() > crate::auth::password::HASH_BYTES_MAX
            || hash.chars().any(char::is_control))
    {
        return malformed("the password hash is too long or has a control character".into());
    }
    if let Said::Some(aliases) = &mut row.aliases {
        aliases.sort();
        aliases.dedup();
        aliases.retain(|alias| *alias != row.mailbox);
        if aliases.len() > ALIASES_MAX {
            return malformed(format!("more than {ALIASES_MAX} aliases"));
        }
    }
    Ok(row)
}
