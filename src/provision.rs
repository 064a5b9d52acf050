//! Filling the directory from files and other sources, and keeping it in step with them: mailboxes,
//! domains, resellers, aliases, password hashes, where users are reached, what their folders are called.
//!
//! Streaming: [`text`] reads bytes as [`Row`]s, [`apply`] writes rows in batches, [`place`] knows who is
//! who when an address changes. Memory does not grow with the source. A row that is wrong is reported
//! with its line and reason and stops nothing else. A source can be applied again, whole or from its
//! middle: what is as it says already is left alone.
//!
//! Never makes a password hash. A mailbox is deleted because a row says so, or because it is from a
//! source that was read to its end and no longer has it ([`sweep`]); its mail stays in either case.

use std::collections::BTreeSet;

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use crate::clock::Timestamp;
use crate::ids::{Address, MailstoreId, ResellerId, SourceName};
use crate::panics;
use crate::store::directory::sources::{Round, RoundEnd};
use crate::store::{Store, StoreError};

pub mod apply;
pub mod columns;
pub mod csv;
pub mod lines;
pub mod ndjson;
pub mod passwd_file;
pub mod place;
pub mod rounds;
mod row;
pub mod seen;
pub mod source;
pub mod sweep;
pub mod text;

pub use row::{Read, Refused, Row, RowError, Said};

use columns::Reading;
use seen::Seen;
use sweep::{Deletions, Tally};
use text::Text;

/// Rows that are written in one transaction.
const BATCH_ROWS: usize = 1000;
/// Wrong rows that are remembered with a round.
const FIRST_ERRORS: usize = 20;
/// Replacements (another id under the same address) that anybody may make without being a source that
/// is known.
const REPLACEMENTS_MIN: u64 = 1;

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// One JSON object a line.
    Ndjson,
    /// Comma-separated values; the first line names the columns.
    Csv,
    /// Dovecot's passwd-file.
    PasswdFile,
}

/// What is the same for all rows of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Defaults {
    /// The mailstore of rows that name none.
    pub mailstore: Option<MailstoreId>,
    /// The reseller of rows that name none.
    pub reseller: Option<ResellerId>,
}

/// A source that says all there is: what it no longer has is deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whole {
    /// Its name.
    pub source: SourceName,
    /// How much of it may be deleted.
    pub deletions: Deletions,
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
    /// Mailboxes that have another address.
    #[serde(default)]
    pub renamed: u64,
    /// Mailboxes that were deleted.
    #[serde(default)]
    pub deleted: u64,
    /// Mailboxes that the source no longer has and that were not deleted: too many, or not all of the
    /// source could be read.
    #[serde(default)]
    pub withheld: u64,
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

/// What happened, and how it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// The counts.
    pub summary: Summary,
    /// How a whole source's round ended.
    pub end: RoundEnd,
    /// Mailboxes that are from the source.
    pub mailboxes: u64,
    /// The first wrong rows: their lines and reasons.
    pub first_errors: Vec<(u64, String)>,
}

impl Ended {
    /// As it is kept with the source.
    pub fn round(&self, began_at: Timestamp, ended_at: Timestamp) -> Round {
        let summary = &self.summary;
        Round {
            began_at,
            ended_at,
            end: self.end.clone(),
            rows: summary.rows,
            created: summary.created,
            changed: summary.changed,
            renamed: summary.renamed,
            deleted: summary.deleted,
            errors: summary.errors,
            first_errors: self.first_errors.clone(),
        }
    }
}

/// One file or source under way.
#[derive(Debug)]
pub struct Provisioning {
    store: Store,
    rules: apply::Rules,
    whole: Option<Whole>,
    seen: Option<Seen>,
    nameless: u64,
    reports: mpsc::Sender<Report>,
    batch: Vec<(u64, Row)>,
    summary: Summary,
    first_errors: Vec<(u64, String)>,
}

impl Provisioning {
    /// Begins a file. Errors and progress go to `reports`, whose reader may be slow: then this is too.
    pub fn new(
        store: Store,
        defaults: Defaults,
        mailstores: BTreeSet<MailstoreId>,
        now: Timestamp,
        reports: mpsc::Sender<Report>,
    ) -> Self {
        Self {
            store,
            rules: apply::Rules {
                defaults,
                mailstores,
                source: None,
                replacements_left: REPLACEMENTS_MIN,
                now,
            },
            whole: None,
            seen: None,
            nameless: 0,
            reports,
            batch: Vec::with_capacity(BATCH_ROWS),
            summary: Summary::default(),
            first_errors: Vec::new(),
        }
    }

    /// The rows are all that `whole` has; `known` of its mailboxes were there before.
    #[must_use]
    pub fn of_whole(mut self, whole: Whole, known: u64) -> Self {
        let share = known.saturating_mul(whole.deletions.share_percent.into()) / 100;
        self.rules.replacements_left = share
            .max(REPLACEMENTS_MIN)
            .max(whole.deletions.confirmed.unwrap_or(0));
        self.rules.source = Some(whole.source.clone());
        self.seen = Some(Seen::new(sweep::spool_of(&self.store)));
        self.whole = Some(whole);
        self
    }

    /// Applies the whole of a file's bytes.
    ///
    /// # Errors
    /// When the input breaks off, its columns are not known, or the store fails; what was applied stays.
    pub async fn run_text<E: std::fmt::Display>(
        self,
        format: Format,
        reading: Reading,
        input: impl Stream<Item = Result<Bytes, E>> + Unpin,
    ) -> Result<Ended, ProvisionError> {
        let text = Text::new(format, reading);
        let reads = futures_util::stream::unfold(Some((text, input)), |state| async move {
            let (mut text, mut input) = state?;
            let rows = match input.next().await {
                Some(Err(error)) => return Some((Err(error.to_string()), None)),
                Some(Ok(chunk)) => text.feed(&chunk),
                None => {
                    let rows = text.end();
                    let hopeless = text.hopeless().map(ToOwned::to_owned);
                    return Some((hopeless.map_or(Ok(rows), Err), None));
                }
            };
            match text.hopeless().map(ToOwned::to_owned) {
                Some(why) => Some((Err(why), None)),
                None => Some((Ok(rows), Some((text, input)))),
            }
        });
        self.run(Box::pin(reads)).await
    }

    /// Applies all rows.
    ///
    /// # Errors
    /// When the input breaks off or the store fails; what was applied stays.
    pub async fn run<E: std::fmt::Display>(
        mut self,
        mut input: impl Stream<Item = Result<Vec<Read>, E>> + Unpin,
    ) -> Result<Ended, ProvisionError> {
        while let Some(reads) = input.next().await {
            match reads {
                Ok(reads) => {
                    for read in reads {
                        self.take(read).await?;
                    }
                }
                Err(error) => {
                    self.flush().await?;
                    return Err(ProvisionError::Input(error.to_string()));
                }
            }
        }
        self.flush().await?;
        let (end, mailboxes) = self.sweep().await?;
        Ok(Ended {
            summary: self.summary,
            end,
            mailboxes,
            first_errors: self.first_errors,
        })
    }

    async fn take(&mut self, read: Read) -> Result<(), ProvisionError> {
        self.summary.rows += 1;
        let line = read.line;
        match read.row {
            // A whole source that says "deleted" no longer has the mailbox: how many may leave at once is asked
            // at its end, as for those that it does not name.
            Ok(row) if row.deleted && self.whole.is_some() => {}
            Ok(row) => {
                self.note(&row.mailbox).await?;
                self.batch.push((line, row));
            }
            Err(refused) => {
                match &refused.mailbox {
                    Some(mailbox) => self.note(mailbox).await?,
                    None => self.nameless += 1,
                }
                self.refuse(line, &refused.error).await;
            }
        }
        if self.batch.len() >= BATCH_ROWS {
            self.flush().await?;
        }
        Ok(())
    }

    /// Remembers that the source has a mailbox.
    async fn note(&mut self, mailbox: &Address) -> Result<(), ProvisionError> {
        let Some(seen) = &mut self.seen else {
            return Ok(());
        };
        seen.add(mailbox);
        if !seen.is_full() {
            return Ok(());
        }
        let Some(mut full) = self.seen.take() else {
            return Ok(());
        };
        let spilled = tokio::task::spawn_blocking(move || full.spill().map(|()| full)).await;
        let spilled =
            spilled.unwrap_or_else(|error| Err(std::io::Error::other(panics::how(&error))));
        self.seen = Some(spilled.map_err(|error| StoreError::from_io("reading a source", error))?);
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

    /// Deletes what the source no longer has, as far as it may.
    async fn sweep(&mut self) -> Result<(RoundEnd, u64), ProvisionError> {
        let (Some(whole), Some(seen)) = (self.whole.clone(), self.seen.take()) else {
            return Ok((RoundEnd::Complete, 0));
        };
        let (store, source) = (self.store.clone(), whole.source.clone());
        let found = tokio::task::spawn_blocking(move || sweep::find(&store, &source, seen)).await;
        let mut missing =
            found.map_err(|error| StoreError::Failed(panics::how(&error).into()))??;
        let tally = Tally {
            rows: self.summary.rows,
            nameless: self.nameless,
            known: missing.known,
            missing: missing.count,
        };
        let end = sweep::decide(tally, whole.deletions);
        if end != RoundEnd::Complete {
            self.summary.withheld = missing.count;
            return Ok((end, missing.known));
        }
        let (source, which) = (&whole.source, &mut missing.which);
        let left = sweep::delete(&self.store, source, which, self.rules.now).await?;
        self.summary.deleted += left;
        Ok((end, missing.known.saturating_sub(left)))
    }

    async fn count(&mut self, line: u64, applied: &apply::Applied) {
        match applied.change {
            apply::Change::Created => self.summary.created += 1,
            apply::Change::Replaced => {
                self.rules.replacements_left = self.rules.replacements_left.saturating_sub(1);
                self.summary.created += 1;
                self.summary.deleted += 1;
            }
            apply::Change::Renamed => self.summary.renamed += 1,
            apply::Change::Changed => self.summary.changed += 1,
            apply::Change::Deleted => self.summary.deleted += 1,
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
        if self.first_errors.len() < FIRST_ERRORS {
            self.first_errors.push((line, reason.clone()));
        }
        self.report(Report::Error { line, reason }).await;
    }

    /// A reader that went away does not stop the work.
    async fn report(&self, report: Report) {
        let _ = self.reports.send(report).await;
    }
}

#[cfg(test)]
mod tests;
