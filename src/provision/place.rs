//! Which mailbox a row means: the one that has its address, one that had another address or left, or a
//! new one.
//!
//! A source that gives its mailboxes ids of their own (a key of its table, an entryUUID) is believed
//! about who is who: the same id under another address is the same mailbox, and another id under the
//! same address is another mailbox. Without ids an address is a mailbox, as it is for Dovecot.

use super::apply::Rules;
use super::{Row, RowError};
use crate::ids::Address;
use crate::store::directory::details::{self, Details};
use crate::store::directory::gone::{self, GoneRecord};
use crate::store::directory::{self, MailboxRecord};
use crate::store::{ReadTx, StoreError};

/// Which mailbox a row means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// None that was ever here.
    New,
    /// The one with its address.
    Here(MailboxRecord, Details),
    /// The one that has this other address until now.
    From(Address, MailboxRecord, Details),
    /// The one that left when it had this address.
    Gone(Address, GoneRecord),
}

impl Place {
    /// What the mailbox is until now.
    pub fn record(&self) -> Option<&MailboxRecord> {
        match self {
            Self::New => None,
            Self::Here(record, _) | Self::From(_, record, _) => Some(record),
            Self::Gone(_, gone) => Some(&gone.record),
        }
    }

    /// What else is known of it.
    pub fn details(&self) -> Option<&Details> {
        match self {
            Self::New => None,
            Self::Here(_, details) | Self::From(_, _, details) => Some(details),
            Self::Gone(_, gone) => Some(&gone.details),
        }
    }

    /// The address that it has until now, if that is another than the row's.
    pub fn before(&self) -> Option<&Address> {
        match self {
            Self::From(from, ..) => Some(from),
            Self::New | Self::Here(..) | Self::Gone(..) => None,
        }
    }
}

/// Finds the mailbox, and says whether another one has its address and has to leave.
///
/// # Errors
/// When the store cannot be read; inside: why the row is not taken.
pub fn find(
    tx: &dyn ReadTx,
    rules: &Rules,
    row: &Row,
) -> Result<Result<(Place, bool), RowError>, StoreError> {
    let here = directory::mailbox(tx, &row.mailbox)?;
    if here.is_some()
        && let Err(error) = may_touch(tx, rules, &row.mailbox)?
    {
        return Ok(Err(error));
    }
    let before = match before(tx, rules, row)? {
        Ok(before) => before,
        Err(error) => return Ok(Err(error)),
    };
    let Some(record) = here else {
        let place = match before {
            Some(before) => before,
            None => returning(tx, row)?.unwrap_or(Place::New),
        };
        return Ok(Ok((place, false)));
    };
    let known = details::get(tx, &row.mailbox)?;
    let same = match (&known.source_id, &row.source_id) {
        (Some(known_id), Some(said)) => known_id == said,
        _ => true,
    };
    if same {
        return Ok(match before {
            Some(Place::From(from, ..)) => Err(RowError::Taken {
                address: row.mailbox.clone(),
                from,
            }),
            _ => Ok((Place::Here(record, known), false)),
        });
    }
    if rules.replacements_left == 0 {
        return Ok(Err(RowError::IdChanged(row.mailbox.clone())));
    }
    let place = match before {
        Some(before) => before,
        None => returning(tx, row)?.unwrap_or(Place::New),
    };
    Ok(Ok((place, true)))
}

/// Whether the rules' source may change the mailbox at `address`.
///
/// # Errors
/// When the store cannot be read; inside: that it may not.
pub fn may_touch(
    tx: &dyn ReadTx,
    rules: &Rules,
    address: &Address,
) -> Result<Result<(), RowError>, StoreError> {
    let owner = details::get(tx, address)?.source;
    Ok(match (owner, &rules.source) {
        (Some(owner), Some(source)) if owner != *source => Err(RowError::OtherSource {
            address: address.clone(),
            owner,
        }),
        _ => Ok(()),
    })
}

/// The mailbox that the row says had another address, by its id or because it says so.
fn before(
    tx: &dyn ReadTx,
    rules: &Rules,
    row: &Row,
) -> Result<Result<Option<Place>, RowError>, StoreError> {
    if let (Some(source), Some(id)) = (&rules.source, &row.source_id)
        && let Some(from) = details::address_of(tx, source, id)?
        && from != row.mailbox
    {
        let details = details::get(tx, &from)?;
        let is_it = |details: &Details| {
            details.source.as_ref() == Some(source) && details.source_id.as_ref() == Some(id)
        };
        if let Some(record) = directory::mailbox(tx, &from)?
            && is_it(&details)
        {
            return Ok(Ok(Some(Place::From(from, record, details))));
        }
        let left = gone::under(tx, &from)?;
        let left = left
            .into_iter()
            .find(|gone| !gone.forgotten && is_it(&gone.details));
        return Ok(Ok(left.map(|gone| Place::Gone(from, gone))));
    }
    let Some(from) = row.renamed_from.clone().filter(|from| *from != row.mailbox) else {
        return Ok(Ok(None));
    };
    let Some(record) = directory::mailbox(tx, &from)? else {
        return Ok(Ok(None));
    };
    if let Err(error) = may_touch(tx, rules, &from)? {
        return Ok(Err(error));
    }
    let details = details::get(tx, &from)?;
    Ok(Ok(Some(Place::From(from, record, details))))
}

/// The mailbox that left under the row's address and may be the one that is meant: the last to leave,
/// of the same reseller, and not known by another id.
fn returning(tx: &dyn ReadTx, row: &Row) -> Result<Option<Place>, StoreError> {
    let reseller = directory::domain(tx, &row.mailbox.domain_name())?
        .and_then(|domain| domain.reseller)
        .or_else(|| row.reseller.clone());
    let may_be = |gone: &GoneRecord| {
        let ids = (&gone.details.source_id, &row.source_id);
        !gone.forgotten
            && gone.reseller == reseller
            && !matches!(ids, (Some(left), Some(said)) if left != said)
    };
    let left = gone::under(tx, &row.mailbox)?.into_iter();
    let last = left.filter(may_be).max_by_key(|gone| gone.at);
    Ok(last.map(|gone| Place::Gone(row.mailbox.clone(), gone)))
}
