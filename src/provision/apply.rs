//! Writes rows into the directory, a batch in one transaction.
//!
//! A row is checked in full before anything of it is written: a row that is refused leaves no trace.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::place::{self, Place};
use super::{Defaults, Row, RowError, Said};
use crate::auth::password::{HashError, PasswordHash};
use crate::clock::Timestamp;
use crate::ids::{Address, MailboxId, MailstoreId, ResellerId, SourceName};
use crate::store::directory::details::{self, Details};
use crate::store::directory::{self, DomainRecord, MailboxRecord, gone};
use crate::store::events::{self, MailboxStep};
use crate::store::{ReadTx, Store, StoreError, Tx};

/// What rows are checked against.
#[derive(Clone, Debug)]
pub struct Rules {
    /// What holds for rows that do not say.
    pub defaults: Defaults,
    /// The mailstores that are configured.
    pub mailstores: BTreeSet<MailstoreId>,
    /// The source that the rows are from.
    pub source: Option<SourceName>,
    /// How many mailboxes may still be replaced by others of the same address.
    pub replacements_left: u64,
    /// The time now.
    pub now: Timestamp,
}

/// What a row did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The mailbox is new, or back.
    Created,
    /// The mailbox is new, and another that had its address left.
    Replaced,
    /// It has another address now.
    Renamed,
    /// Something about it changed.
    Changed,
    /// It left.
    Deleted,
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

/// What became of a row.
pub type Outcome = Result<Applied, RowError>;

/// Applies rows and says what became of each, in their order.
///
/// # Errors
/// The store's trouble; then nothing of the batch was written.
pub async fn apply(
    store: &Store,
    rules: &Rules,
    rows: Vec<(u64, Row)>,
) -> Result<Vec<Outcome>, StoreError> {
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
            let mut rules = rules.clone();
            let mut outcomes = HashMap::with_capacity(order.len());
            // Once more for an address that another row of the batch gives up.
            let mut again = order.clone();
            for _ in 0..2 {
                for index in std::mem::take(&mut again) {
                    let Some((_, row)) = rows.get(index) else {
                        continue;
                    };
                    let outcome = apply_row(tx, &rules, row)?;
                    if matches!(&outcome, Ok(applied) if applied.change == Change::Replaced) {
                        rules.replacements_left = rules.replacements_left.saturating_sub(1);
                    }
                    let is_taken = |error: &RowError| {
                        matches!(
                            error,
                            RowError::IsAlias { .. } | RowError::AliasIsMailbox(_)
                        )
                    };
                    if outcome.as_ref().is_err_and(is_taken) {
                        again.push(index);
                    }
                    outcomes.insert(index, outcome);
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

/// Applies one row.
///
/// # Errors
/// The store's trouble.
pub fn apply_row(tx: &mut dyn Tx, rules: &Rules, row: &Row) -> Result<Outcome, StoreError> {
    if row.deleted {
        return delete(tx, rules, row);
    }
    let (place, replaces) = match place::find(tx, rules, row)? {
        Ok(found) => found,
        Err(error) => return Ok(Err(error)),
    };
    let mailstore = match pick_mailstore(rules, row, place.record()) {
        Ok(mailstore) => mailstore,
        Err(error) => return Ok(Err(error)),
    };
    let reseller = row.reseller.as_ref().or(rules.defaults.reseller.as_ref());
    if let Err(error) = check_owners(tx, row, reseller, place.before())? {
        return Ok(Err(error));
    }
    if replaces {
        gone::leave(tx, &row.mailbox, rules.now)?;
        events::append_of_mailbox(tx, rules.now, &row.mailbox, MailboxStep::Deleted)?;
    }
    let (mut record, details) = become_of(rules, row, &place, mailstore);
    if let (Place::Gone(..), Said::Nothing) = (&place, &row.aliases) {
        record.aliases = still_free(tx, row, reseller, record.aliases)?;
    }
    let domains_changed = put_domains(tx, row, reseller)?;
    let change = match &place {
        Place::New | Place::Gone(..) if replaces => Change::Replaced,
        Place::New | Place::Gone(..) => Change::Created,
        Place::From(..) => Change::Renamed,
        Place::Here(old, known) if *old != record || *known != details || domains_changed => {
            Change::Changed
        }
        Place::Here(..) => Change::Unchanged,
    };
    if change != Change::Unchanged {
        write(tx, row, &place, &record, &details)?;
        tell(tx, rules, row, &place, &record)?;
    }
    let password_problem = match &row.password_hash {
        Said::Some(hash) => PasswordHash::parse(hash).err(),
        _ => None,
    };
    Ok(Ok(Applied {
        change,
        password_problem,
    }))
}

/// What the mailbox becomes.
fn become_of(
    rules: &Rules,
    row: &Row,
    place: &Place,
    mailstore: MailstoreId,
) -> (MailboxRecord, Details) {
    let old = place.record().cloned().unwrap_or_else(|| MailboxRecord {
        id: MailboxId::generate(),
        mailstore: mailstore.clone(),
        password_hash: None,
        name: None,
        aliases: Vec::new(),
    });
    let known = place.details().cloned().unwrap_or_default();
    let mut aliases = settle(&row.aliases, Some(old.aliases)).unwrap_or_default();
    aliases.retain(|alias| *alias != row.mailbox);
    let record = MailboxRecord {
        id: old.id,
        mailstore,
        password_hash: settle(&row.password_hash, old.password_hash),
        name: settle(&row.name, old.name),
        aliases,
    };
    let details = Details {
        source: rules.source.clone().or(known.source),
        source_id: row.source_id.clone().or(known.source_id),
        recovery: settle(&row.recovery, known.recovery),
        folders: settle(&row.folders, Some(known.folders)).unwrap_or_default(),
    };
    (record, details)
}

fn write(
    tx: &mut dyn Tx,
    row: &Row,
    place: &Place,
    record: &MailboxRecord,
    details: &Details,
) -> Result<(), StoreError> {
    match place {
        Place::New | Place::Here(..) => directory::put_mailbox(tx, &row.mailbox, record)?,
        Place::From(from, ..) => gone::rename(tx, from, &row.mailbox, record)?,
        Place::Gone(left, gone) => gone::come_back(tx, gone, left, &row.mailbox, record)?,
    }
    match place {
        Place::Here(_, known) if known == details => Ok(()),
        _ => details::put(tx, &row.mailbox, details),
    }
}

/// Tells whoever follows the mailbox where it is to be found now.
fn tell(
    tx: &mut dyn Tx,
    rules: &Rules,
    row: &Row,
    place: &Place,
    record: &MailboxRecord,
) -> Result<(), StoreError> {
    if let Place::From(from, ..) = place {
        let from = from.clone();
        let step = MailboxStep::Renamed { from };
        events::append_of_mailbox(tx, rules.now, &row.mailbox, step)?;
    }
    let before = place.record().map(|before| &before.mailstore);
    if let Some(from) = before.filter(|before| **before != record.mailstore) {
        let step = MailboxStep::Moved {
            from: from.clone(),
            to: record.mailstore.clone(),
        };
        events::append_of_mailbox(tx, rules.now, &row.mailbox, step)?;
    }
    Ok(())
}

fn delete(tx: &mut dyn Tx, rules: &Rules, row: &Row) -> Result<Outcome, StoreError> {
    if directory::mailbox(tx, &row.mailbox)?.is_some()
        && let Err(error) = place::may_touch(tx, rules, &row.mailbox)?
    {
        return Ok(Err(error));
    }
    let left = gone::leave(tx, &row.mailbox, rules.now)?;
    if left.is_some() {
        events::append_of_mailbox(tx, rules.now, &row.mailbox, MailboxStep::Deleted)?;
    }
    Ok(Ok(Applied {
        change: match left {
            Some(_) => Change::Deleted,
            None => Change::Unchanged,
        },
        password_problem: None,
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

/// Whether the row's addresses are its own to have. `before` is the address that its mailbox has until
/// now, if that is another.
fn check_owners(
    tx: &dyn ReadTx,
    row: &Row,
    reseller: Option<&ResellerId>,
    before: Option<&Address>,
) -> Result<Result<(), RowError>, StoreError> {
    let own_address = |address: &Address| *address == row.mailbox || before == Some(address);
    if let Some(owner) = directory::alias_owner(tx, &row.mailbox)?
        && !own_address(&owner)
    {
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
    for address in std::iter::once(&row.mailbox)
        .chain(before)
        .chain(aliases(row))
    {
        if let Some(owner) = owner_of(tx, address)?
            && own.as_ref() != Some(&owner)
        {
            return Ok(Err(RowError::OtherReseller {
                domain: address.domain().to_owned(),
                owner,
                to: own.clone(),
            }));
        }
    }
    for alias in aliases(row) {
        if !own_address(alias) && directory::mailbox(tx, alias)?.is_some() {
            return Ok(Err(RowError::AliasIsMailbox(alias.clone())));
        }
        if let Some(owner) = directory::alias_owner(tx, alias)?
            && !own_address(&owner)
        {
            return Ok(Err(RowError::IsAlias {
                address: alias.clone(),
                owner,
            }));
        }
    }
    Ok(Ok(()))
}

/// Those aliases of a mailbox that comes back which nobody has taken since.
fn still_free(
    tx: &dyn ReadTx,
    row: &Row,
    reseller: Option<&ResellerId>,
    aliases: Vec<Address>,
) -> Result<Vec<Address>, StoreError> {
    let mut free = Vec::with_capacity(aliases.len());
    for alias in aliases {
        let asked = Row {
            aliases: Said::Some(vec![alias.clone()]),
            ..row.clone()
        };
        if check_owners(tx, &asked, reseller, None)?.is_ok() {
            free.push(alias);
        }
    }
    Ok(free)
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
