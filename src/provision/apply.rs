//! Writes rows into the directory, a batch in one transaction.
//!
//! A row is checked in full before anything of it is written: a row that is refused leaves no trace.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::{Defaults, Row, RowError, Said};
use crate::auth::password::{HashError, PasswordHash};
use crate::ids::{Address, MailboxId, MailstoreId, ResellerId};
use crate::store::directory::{self, DomainRecord, MailboxRecord};
use crate::store::{ReadTx, Store, StoreError, Tx};

/// What rows are checked against.
#[derive(Clone, Debug)]
pub struct Rules {
    /// What holds for rows that do not say.
    pub defaults: Defaults,
    /// The mailstores that are configured.
    pub mailstores: BTreeSet<MailstoreId>,
}

/// What a row did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The mailbox is new.
    Created,
    /// Something about it changed.
    Changed,
    /// It was as the row says.
    Unchanged,
}

/// A row that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// What it did.
    pub change: Change,
    /// Why its password hash is of no use here.
    pub password_problem: Option<HashError>,
}

/// Applies rows and says what became of each, in their order.
///
/// # Errors
/// The store's trouble; then nothing of the batch was written.
pub async fn apply(
    store: &Store,
    rules: &Rules,
    rows: Vec<(u64, Row)>,
) -> Result<Vec<Result<Applied, RowError>>, StoreError> {
    // The engine is fastest when keys come in order; rows for one mailbox keep theirs.
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_by_key(|&index| {
        rows.get(index)
            .map(|(line, row)| (row.mailbox.domain(), row.mailbox.local(), *line))
    });
    let count = rows.len();
    let shared = Arc::new((rules.clone(), rows, order));
    let outcomes = store
        .write(move |tx| {
            let (rules, rows, order) = &*shared;
            let mut outcomes = HashMap::with_capacity(order.len());
            for &index in order {
                if let Some((_, row)) = rows.get(index) {
                    outcomes.insert(index, apply_row(tx, rules, row)?);
                }
            }
            Ok::<_, StoreError>(outcomes)
        })
        .await?;
    Ok(in_order(outcomes, count))
}

fn in_order<T>(mut outcomes: HashMap<usize, T>, count: usize) -> Vec<T> {
    (0..count)
        .filter_map(|index| outcomes.remove(&index))
        .collect()
}

fn apply_row(
    tx: &mut dyn Tx,
    rules: &Rules,
    row: &Row,
) -> Result<Result<Applied, RowError>, StoreError> {
    let old = directory::mailbox(tx, &row.mailbox)?;
    let mailstore = match pick_mailstore(rules, row, old.as_ref()) {
        Ok(mailstore) => mailstore,
        Err(error) => return Ok(Err(error)),
    };
    let reseller = row.reseller.as_ref().or(rules.defaults.reseller.as_ref());
    if let Err(error) = check_owners(tx, row, reseller)? {
        return Ok(Err(error));
    }
    let (id, kept_hash, kept_name, kept_aliases) = match &old {
        Some(old) => (
            old.id,
            old.password_hash.clone(),
            old.name.clone(),
            old.aliases.clone(),
        ),
        None => (MailboxId::generate(), None, None, Vec::new()),
    };
    let record = MailboxRecord {
        id,
        mailstore,
        password_hash: settle(&row.password_hash, kept_hash),
        name: settle(&row.name, kept_name),
        aliases: settle(&row.aliases, Some(kept_aliases)).unwrap_or_default(),
    };
    let domains_changed = put_domains(tx, row, reseller)?;
    let change = match old {
        None => Change::Created,
        Some(old) if old != record || domains_changed => Change::Changed,
        Some(_) => Change::Unchanged,
    };
    let password_problem = match &row.password_hash {
        Said::Some(hash) => PasswordHash::parse(hash).err(),
        _ => None,
    };
    if change != Change::Unchanged {
        directory::put_mailbox(tx, &row.mailbox, &record)?;
    }
    Ok(Ok(Applied {
        change,
        password_problem,
    }))
}

/// What a field becomes.
fn settle<T: Clone>(said: &Said<T>, kept: Option<T>) -> Option<T> {
    match said {
        Said::Nothing => kept,
        Said::None => None,
        Said::Some(value) => Some(value.clone()),
    }
}

/// The mailstore the row means: its own, the file's, or the one the mailbox has.
fn pick_mailstore(
    rules: &Rules,
    row: &Row,
    old: Option<&MailboxRecord>,
) -> Result<MailstoreId, RowError> {
    let said = row.mailstore.as_ref().or(rules.defaults.mailstore.as_ref());
    match (said, old) {
        (Some(said), _) if rules.mailstores.contains(said) => Ok(said.clone()),
        (Some(said), _) => Err(RowError::UnknownMailstore(said.clone())),
        (None, Some(old)) => Ok(old.mailstore.clone()),
        (None, None) => Err(RowError::NoMailstore),
    }
}

/// Whether the row's addresses are its own to have.
fn check_owners(
    tx: &dyn ReadTx,
    row: &Row,
    reseller: Option<&ResellerId>,
) -> Result<Result<(), RowError>, StoreError> {
    if let Some(owner) = directory::alias_owner(tx, &row.mailbox)? {
        return Ok(Err(RowError::IsAlias {
            address: row.mailbox.clone(),
            owner,
        }));
    }
    // Without a reseller of its own, the row is the business of whoever has its domain.
    let own = match reseller {
        Some(reseller) => Some(reseller.clone()),
        None => owner_of(tx, &row.mailbox)?,
    };
    for address in std::iter::once(&row.mailbox).chain(aliases(row)) {
        if let Some(owner) = owner_of(tx, address)?
            && own.as_ref() != Some(&owner)
        {
            return Ok(Err(RowError::OtherReseller {
                domain: address.domain().to_owned(),
                owner,
            }));
        }
    }
    for alias in aliases(row) {
        if directory::mailbox(tx, alias)?.is_some() {
            return Ok(Err(RowError::AliasIsMailbox(alias.clone())));
        }
        if let Some(owner) = directory::alias_owner(tx, alias)?
            && owner != row.mailbox
        {
            return Ok(Err(RowError::IsAlias {
                address: alias.clone(),
                owner,
            }));
        }
    }
    Ok(Ok(()))
}

fn aliases(row: &Row) -> impl Iterator<Item = &Address> {
    match &row.aliases {
        Said::Some(aliases) => aliases.as_slice(),
        _ => &[],
    }
    .iter()
}

fn owner_of(tx: &dyn ReadTx, address: &Address) -> Result<Option<ResellerId>, StoreError> {
    Ok(directory::domain(tx, &address.domain_name())?.and_then(|record| record.reseller))
}

/// Makes the row's domains known; whether that changed anything about the mailbox's own.
fn put_domains(
    tx: &mut dyn Tx,
    row: &Row,
    reseller: Option<&ResellerId>,
) -> Result<bool, StoreError> {
    let mut own_changed = false;
    for address in std::iter::once(&row.mailbox).chain(aliases(row)) {
        let name = address.domain_name();
        let old = directory::domain(tx, &name)?;
        let owner = reseller
            .cloned()
            .or_else(|| old.as_ref().and_then(|old| old.reseller.clone()));
        if old.as_ref().is_none_or(|old| old.reseller != owner) {
            directory::put_domain(tx, &name, &DomainRecord { reseller: owner })?;
            own_changed |= address == &row.mailbox;
        }
    }
    Ok(own_changed)
}
