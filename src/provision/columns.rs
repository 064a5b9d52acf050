//! Rows as columns with names: what CSV files, SQL queries and LDAP entries have in common.

use std::collections::BTreeMap;

use super::{Refused, Row, RowError, Said, ndjson};
use crate::ids::{Address, MailstoreId};
use crate::mail::Role;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Mailbox,
    Mailstore,
    Reseller,
    PasswordHash,
    Name,
    Aliases,
    Id,
    Recovery,
    RenamedFrom,
    Deleted,
    Folder(Role),
}

/// The columns by name.
const NAMES: [(&str, Column); 15] = [
    ("mailbox", Column::Mailbox),
    ("mailstore", Column::Mailstore),
    ("reseller", Column::Reseller),
    ("password_hash", Column::PasswordHash),
    ("name", Column::Name),
    ("aliases", Column::Aliases),
    ("id", Column::Id),
    ("recovery", Column::Recovery),
    ("renamed_from", Column::RenamedFrom),
    ("deleted", Column::Deleted),
    ("folder_drafts", Column::Folder(Role::Drafts)),
    ("folder_sent", Column::Folder(Role::Sent)),
    ("folder_archive", Column::Folder(Role::Archive)),
    ("folder_junk", Column::Folder(Role::Junk)),
    ("folder_trash", Column::Folder(Role::Trash)),
];

/// How values are read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// The scheme of password hashes that name none; without one, crypt(3)'s.
    pub password_scheme: Option<String>,
    /// What a source calls the mailstores, where it does not use their names.
    pub mailstores: BTreeMap<String, MailstoreId>,
}

impl Reading {
    /// A hash with its scheme.
    pub fn hash(&self, text: &str) -> String {
        if text.starts_with('{') {
            return text.to_owned();
        }
        let scheme = self.password_scheme.as_deref().unwrap_or("CRYPT");
        format!("{{{scheme}}}{text}")
    }

    fn mailstore(&self, text: &str) -> Result<MailstoreId, RowError> {
        match self.mailstores.get(text) {
            Some(known) => Ok(known.clone()),
            None => text.parse().map_err(malformed),
        }
    }
}

fn malformed(error: impl std::fmt::Display) -> RowError {
    RowError::Malformed(error.to_string())
}

/// What the columns of a source are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns {
    columns: Vec<Column>,
    reading: Reading,
}

impl Columns {
    /// From their names.
    ///
    /// # Errors
    /// When one is not known or there twice, or `mailbox` is missing; the text says which there are.
    pub fn new<'a>(
        names: impl IntoIterator<Item = &'a str>,
        reading: Reading,
    ) -> Result<Self, String> {
        let mut columns = Vec::new();
        for name in names {
            let name = name.trim().to_ascii_lowercase();
            let known = NAMES.iter().find(|(known, _)| *known == name);
            let (_, column) = known.ok_or_else(|| {
                let shown: String = name.chars().take(40).collect();
                let all: Vec<&str> = NAMES.iter().map(|(name, _)| *name).collect();
                format!("there is no column {shown:?}; there are {}", all.join(", "))
            })?;
            if columns.contains(column) {
                return Err(format!("the column {name} is there twice"));
            }
            columns.push(*column);
        }
        match columns.contains(&Column::Mailbox) {
            true => Ok(Self { columns, reading }),
            false => Err("there is no column mailbox: the mailbox's address".to_owned()),
        }
    }

    /// A row of values in the order of the columns. An empty value, or none, says that there is none;
    /// of mailstore, reseller, id and renamed_from, that it says nothing.
    ///
    /// # Errors
    /// When a value is not what its column holds, or there are more or fewer than columns.
    pub fn row<'a>(
        &self,
        values: impl IntoIterator<Item = Option<&'a str>>,
    ) -> Result<Row, Refused> {
        let values: Vec<Option<&str>> = values
            .into_iter()
            .map(|value| value.map(str::trim).filter(|value| !value.is_empty()))
            .collect();
        let at = self.columns.iter().position(|c| *c == Column::Mailbox);
        let mailbox = at.and_then(|at| values.get(at).copied().flatten());
        let mailbox: Address = mailbox
            .unwrap_or_default()
            .parse()
            .map_err(|error| Refused {
                error: malformed(error),
                mailbox: None,
            })?;
        let refused = |error| Refused {
            error,
            mailbox: Some(mailbox.clone()),
        };
        if values.len() != self.columns.len() {
            return Err(refused(RowError::Malformed(format!(
                "{} values for {} columns",
                values.len(),
                self.columns.len()
            ))));
        }
        let mut row = Row::new(mailbox.clone());
        for (column, value) in self.columns.iter().zip(values) {
            self.set(&mut row, *column, value).map_err(refused)?;
        }
        ndjson::check(row).map_err(refused)
    }

    fn set(&self, row: &mut Row, column: Column, value: Option<&str>) -> Result<(), RowError> {
        match (column, value) {
            (Column::Mailbox, _) => {}
            (Column::Mailstore, Some(text)) => row.mailstore = Some(self.reading.mailstore(text)?),
            (Column::Reseller, Some(text)) => row.reseller = Some(text.parse().map_err(malformed)?),
            (Column::Id, Some(text)) => row.source_id = Some(text.to_owned()),
            (Column::RenamedFrom, Some(text)) => {
                row.renamed_from = Some(text.parse().map_err(malformed)?);
            }
            (Column::Mailstore | Column::Reseller | Column::Id | Column::RenamedFrom, None) => {}
            (Column::PasswordHash, Some(text)) => {
                row.password_hash = Said::Some(self.reading.hash(text));
            }
            (Column::PasswordHash, None) => row.password_hash = Said::None,
            (Column::Name, Some(text)) => row.name = Said::Some(text.to_owned()),
            (Column::Name, None) => row.name = Said::None,
            (Column::Aliases, value) => {
                let separators = |c: char| c.is_whitespace() || matches!(c, ',' | ';');
                let parts = value.unwrap_or_default().split(separators);
                let aliases = parts.filter(|part| !part.is_empty()).map(str::parse);
                row.aliases = Said::Some(aliases.collect::<Result<_, _>>().map_err(malformed)?);
            }
            (Column::Recovery, Some(text)) => {
                row.recovery = Said::Some(text.parse().map_err(malformed)?);
            }
            (Column::Recovery, None) => row.recovery = Said::None,
            (Column::Deleted, value) => row.deleted = is_true(value)?,
            (Column::Folder(role), value) => {
                if !matches!(row.folders, Said::Some(_)) {
                    row.folders = Said::Some(Vec::new());
                }
                if let (Said::Some(folders), Some(name)) = (&mut row.folders, value) {
                    folders.push((role, name.to_owned()));
                }
            }
        }
        Ok(())
    }
}

fn is_true(value: Option<&str>) -> Result<bool, RowError> {
    match value.map(str::to_ascii_lowercase).as_deref() {
        None | Some("0" | "f" | "false" | "n" | "no") => Ok(false),
        Some("1" | "t" | "true" | "y" | "yes") => Ok(true),
        Some(_) => Err(RowError::Malformed("deleted is true or false".to_owned())),
    }
}
