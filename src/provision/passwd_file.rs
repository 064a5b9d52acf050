//! Rows as in Dovecot's passwd-file: `user:password:uid:gid:gecos:home:shell:extra`.
//!
//! Only user, password and gecos (as the display name) are read; fields that are empty or absent
//! leave what is there. A password without `{SCHEME}` is crypt(3)'s, as Dovecot reads it. The file
//! knows no mailstore, reseller or aliases.

use super::columns::Reading;
use super::{Refused, Row, RowError, Said, ndjson};

/// Reads a line; `None` if it is blank or a comment.
///
/// # Errors
/// When the user is not a full address, or a field breaks the bounds.
pub fn parse(line: &str, reading: &Reading) -> Result<Option<Row>, Refused> {
    let line = line.trim();
    if line.is_empty() || line.starts_with('#') {
        return Ok(None);
    }
    let mut fields = line.split(':');
    let user = fields.next().unwrap_or_default();
    let password = fields.next().unwrap_or_default();
    let gecos = fields.nth(2).unwrap_or_default();
    let mailbox: crate::ids::Address = user.parse().map_err(|error| Refused {
        error: RowError::Malformed(format!("the user is not a full address: {error}")),
        mailbox: None,
    })?;
    let row = Row {
        password_hash: match password {
            "" => Said::Nothing,
            hash => Said::Some(reading.hash(hash)),
        },
        name: match gecos.split(',').next().unwrap_or_default().trim() {
            "" => Said::Nothing,
            name => Said::Some(name.to_owned()),
        },
        ..Row::new(mailbox.clone())
    };
    ndjson::check(row).map(Some).map_err(|error| Refused {
        error,
        mailbox: Some(mailbox),
    })
}
