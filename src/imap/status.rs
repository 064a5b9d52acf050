//! How folders stand, all at once (LIST-STATUS, RFC 5819), without opening them.

use crate::ids::{PrimaryUid, UidValidity};

use super::ImapError;
use super::client::Client;
use super::command::Command;
use super::folder::{FolderName, ListedFolder};
use super::value::Value;
use super::wire::Data;

/// What STATUS says of a folder. Its UIDNEXT may come from a stale cache: a lower bound, no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FolderStatus {
    /// Which.
    pub name: FolderName,
    /// Its UIDVALIDITY.
    pub uid_validity: UidValidity,
    /// At most its UIDNEXT.
    pub uid_next: PrimaryUid,
}

impl FolderStatus {
    /// Reads the values of an untagged STATUS.
    pub(super) fn parse(values: &[Value]) -> Option<Self> {
        let [name, list, ..] = values else {
            return None;
        };
        let name = std::str::from_utf8(name.as_bytes()?).ok()?;
        let value = |item: &str| {
            let (pairs, _) = list.as_list()?.as_chunks::<2>();
            let found = pairs.iter().find(|[key, _]| {
                key.as_atom()
                    .is_some_and(|key| key.eq_ignore_ascii_case(item))
            });
            found.and_then(|[_, value]| value.as_number())
        };
        Some(Self {
            name: FolderName::from_wire(name),
            uid_validity: UidValidity(value("UIDVALIDITY")?),
            uid_next: PrimaryUid(value("UIDNEXT")?),
        })
    }
}

impl Client {
    /// All folders, and how they stand as far as the server tells; without the extension it tells
    /// nothing.
    ///
    /// # Errors
    /// Of the connection, or when the server refuses.
    pub async fn list_status(
        &mut self,
    ) -> Result<(Vec<ListedFolder>, Vec<FolderStatus>), ImapError> {
        if !self.has_capability("LIST-STATUS").await?
            || !self.has_capability("LIST-EXTENDED").await?
        {
            return Ok((self.list().await?, Vec::new()));
        }
        let (mut folders, mut standing) = (Vec::new(), Vec::new());
        let command = Command::new("LIST").string("").string("*");
        let command = command.words("RETURN (STATUS (UIDVALIDITY UIDNEXT))");
        self.run(command, &mut |data| {
            match data {
                Data::List(folder) => folders.push(folder),
                Data::FolderStatus(status) => standing.push(status),
                _ => {}
            }
            Ok(())
        })
        .await?;
        Ok((folders, standing))
    }
}
