//! Rows as JSON objects, one a line.
//!
//! `mailbox` alone is required. A field that is absent leaves what is there, `null` removes it.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};

use super::columns::Reading;
use super::{Refused, Row, RowError, Said};
use crate::ids::{Address, MailstoreId, ResellerId};
use crate::mail::Role;
use crate::store::directory::details::SOURCE_ID_BYTES_MAX;

/// Most aliases of one mailbox.
pub const ALIASES_MAX: usize = 1000;
/// Longest display name, in characters.
pub const NAME_CHARS_MAX: usize = 200;
/// Longest name of a folder, in bytes.
const FOLDER_BYTES_MAX: usize = 200;

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
    #[serde(default)]
    id: Option<String>,
    #[serde(default, deserialize_with = "said")]
    recovery: Said<Address>,
    #[serde(default, deserialize_with = "said")]
    folders: Said<BTreeMap<String, String>>,
    #[serde(default)]
    renamed_from: Option<Address>,
    #[serde(default)]
    deleted: bool,
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
pub fn parse(line: &str, reading: &Reading) -> Result<Option<Row>, Refused> {
    if line.trim().is_empty() {
        return Ok(None);
    }
    let refused = |error| Refused {
        error,
        mailbox: mailbox_in(line),
    };
    let object: Object = serde_json::from_str(line)
        .map_err(|error| refused(RowError::Malformed(format!("not a valid row: {error}"))))?;
    row(object, reading).map(Some).map_err(refused)
}

fn row(object: Object, reading: &Reading) -> Result<Row, RowError> {
    let folders = match object.folders {
        Said::Nothing => Said::Nothing,
        Said::None => Said::None,
        Said::Some(folders) => Said::Some(
            folders
                .into_iter()
                .map(|(role, name)| Ok((special(&role)?, name)))
                .collect::<Result<_, RowError>>()?,
        ),
    };
    check(Row {
        mailstore: object.mailstore,
        reseller: object.reseller,
        password_hash: match object.password_hash {
            Said::Some(hash) if reading.password_scheme.is_some() => {
                Said::Some(reading.hash(&hash))
            }
            said => said,
        },
        name: object.name,
        aliases: object.aliases,
        source_id: object.id,
        recovery: object.recovery,
        folders,
        renamed_from: object.renamed_from,
        deleted: object.deleted,
        ..Row::new(object.mailbox)
    })
}

fn special(name: &str) -> Result<Role, RowError> {
    Role::from_slug(name)
        .filter(|role| role.special_use().is_some())
        .ok_or_else(|| {
            let text = "folders has the keys drafts, sent, archive, junk, trash";
            RowError::Malformed(text.to_owned())
        })
}

/// Whose row it is, where that much can be read of it.
fn mailbox_in(line: &str) -> Option<Address> {
    let value: serde_json::Value = serde_json::from_str(line).ok()?;
    value.get("mailbox")?.as_str()?.parse().ok()
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
    if let Some(id) = &row.source_id
        && (id.is_empty() || id.len() > SOURCE_ID_BYTES_MAX || id.chars().any(char::is_control))
    {
        return malformed(format!(
            "the id has 1 to {SOURCE_ID_BYTES_MAX} bytes and no control character"
        ));
    }
    if let Said::Some(folders) = &mut row.folders {
        folders.sort();
        let sound = |name: &str| {
            !name.is_empty()
                && name.len() <= FOLDER_BYTES_MAX
                && !name.chars().any(char::is_control)
                && !name.eq_ignore_ascii_case("INBOX")
        };
        if folders.iter().any(|(_, name)| !sound(name)) {
            return malformed(format!(
                "a special folder's name has 1 to {FOLDER_BYTES_MAX} bytes, no control character, \
                 and is not INBOX"
            ));
        }
    }
    Ok(row)
}
