//! Filling the directory from a file: mailboxes, domains, resellers, aliases, password hashes.
//!
//! Streaming: bytes come in, [`lines`] cuts them, [`ndjson`] or [`passwd_file`] reads a line as a
//! [`Row`], [`apply`] writes rows in batches. Memory does not grow with the file. A row that is wrong
//! is reported with its line and reason and stops nothing else. A file can be applied again, whole or
//! from its middle: what is as it says already is left alone.
//!
//! Never deletes a mailbox that a file does not mention, and never makes a password hash.

use std::collections::BTreeSet;

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use crate::ids::{Address, MailstoreId, ResellerId};
use crate::store::{Store, StoreError};

pub mod apply;
pub mod lines;
pub mod ndjson;
pub mod passwd_file;

use lines::{Line, Lines};

/// Rows that are written in one transaction.
const BATCH_ROWS: usize = 1000;

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// One JSON object a line.
    Ndjson,
    /// Dovecot's passwd-file.
    PasswdFile,
}

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
    #[error("the domain {domain} belongs to reseller {owner}")]
    OtherReseller {
        /// The domain.
        domain: String,
        /// Whose it is.
        owner: ResellerId,
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
}

/// What is the same for all rows of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Defaults {
    /// The mailstore of rows that name none.
    pub mailstore: Option<MailstoreId>,
    /// The reseller of rows that name none.
    pub reseller: Option<ResellerId>,
}

/// What became of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Summary {
    /// Rows read, wrong ones included.
    pub rows: u64,
    /// Mailboxes that are new.
    pub created: u64,
    /// Mailboxes that were changed.
    pub changed: u64,
    /// Mailboxes that were as the file says.
    pub unchanged: u64,
    /// Rows that were not taken.
    pub errors: u64,
    /// Rows taken whose password hash cannot be verified here: these users cannot sign in.
    pub passwords_unusable: u64,
}

/// What is reported while a file is applied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Report {
    /// A row was not taken.
    Error {
        /// Its line, from 1.
        line: u64,
        /// Why.
        reason: String,
    },
    /// A row was taken, but something about it needs attention.
    Warning {
        /// Its line, from 1.
        line: u64,
        /// What.
        reason: String,
    },
    /// All rows so far are applied.
    Progress {
        /// How many.
        rows: u64,
    },
    /// The end.
    Done {
        /// What became of the file.
        summary: Summary,
    },
    /// It could not go on. What was applied stays; the file can be applied again.
    Failed {
        /// Why.
        reason: String,
    },
}

/// Why a file could not be applied to its end.
#[derive(Debug, thiserror::Error)]
pub enum ProvisionError {
    /// The input broke off.
    #[error("the input broke off: {0}")]
    Input(String),
    /// The store's trouble.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// One file under way.
#[derive(Debug)]
pub struct Provisioning {
    store: Store,
    format: Format,
    rules: apply::Rules,
    reports: mpsc::Sender<Report>,
    batch: Vec<(u64, Row)>,
    summary: Summary,
}

impl Provisioning {
    /// Begins a file. Errors and progress go to `reports`, whose reader may be slow: then this is too.
    pub fn new(
        store: Store,
        format: Format,
        defaults: Defaults,
        mailstores: BTreeSet<MailstoreId>,
        reports: mpsc::Sender<Report>,
    ) -> Self {
        Self {
            store,
            format,
            rules: apply::Rules {
                defaults,
                mailstores,
            },
            reports,
            batch: Vec::with_capacity(BATCH_ROWS),
            summary: Summary::default(),
        }
    }

    /// Applies the whole input.
    ///
    /// # Errors
    /// When the input breaks off or the store fails; what was applied stays.
    pub async fn run<E: std::fmt::Display>(
        mut self,
        mut input: impl Stream<Item = Result<Bytes, E>> + Unpin,
    ) -> Result<Summary, ProvisionError> {
        let mut lines = Lines::default();
        while let Some(chunk) = input.next().await {
            let chunk = chunk.map_err(|error| ProvisionError::Input(error.to_string()))?;
            let mut rest: &[u8] = &chunk;
            while let Some(line) = lines.next(&mut rest) {
                self.line(line).await?;
            }
        }
        if let Some(line) = lines.last() {
            self.line(line).await?;
        }
        self.flush().await?;
        Ok(self.summary)
    }

    async fn line(&mut self, line: Line) -> Result<(), ProvisionError> {
        let row = line.text.and_then(|text| {
            let text = std::str::from_utf8(&text).map_err(|_| RowError::NotText)?;
            match self.format {
                Format::Ndjson => ndjson::parse(text),
                Format::PasswdFile => passwd_file::parse(text),
            }
        });
        match row {
            Ok(Some(row)) => {
                self.summary.rows += 1;
                self.batch.push((line.number, row));
            }
            Ok(None) => {}
            Err(error) => {
                self.summary.rows += 1;
                self.refuse(line.number, &error).await;
            }
        }
        if self.batch.len() >= BATCH_ROWS {
            self.flush().await?;
        }
        Ok(())
    }

    async fn flush(&mut self) -> Result<(), ProvisionError> {
        if self.batch.is_empty() {
            return Ok(());
        }
        let rows = std::mem::take(&mut self.batch);
        let lines: Vec<u64> = rows.iter().map(|(line, _)| *line).collect();
        let outcomes = apply::apply(&self.store, &self.rules, rows).await?;
        for (line, outcome) in lines.into_iter().zip(outcomes) {
            match outcome {
                Ok(applied) => self.count(line, &applied).await,
                Err(error) => self.refuse(line, &error).await,
            }
        }
        let rows = self.summary.rows;
        self.report(Report::Progress { rows }).await;
        Ok(())
    }

    async fn count(&mut self, line: u64, applied: &apply::Applied) {
        match applied.change {
            apply::Change::Created => self.summary.created += 1,
            apply::Change::Changed => self.summary.changed += 1,
            apply::Change::Unchanged => self.summary.unchanged += 1,
        }
        if let Some(problem) = &applied.password_problem {
            self.summary.passwords_unusable += 1;
            let reason = format!("{problem}; this user cannot sign in");
            self.report(Report::Warning { line, reason }).await;
        }
    }

    async fn refuse(&mut self, line: u64, error: &RowError) {
        self.summary.errors += 1;
        let reason = error.to_string();
        self.report(Report::Error { line, reason }).await;
    }

    /// A reader that went away does not stop the work.
    async fn report(&self, report: Report) {
        let _ = self.reports.send(report).await;
    }
}

#[cfg(test)]
mod tests;
