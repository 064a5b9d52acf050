//! The rows beside the directory's: who lives on which mailstore, and which domain is whose.

use super::super::directory::{self, DomainRecord, placed};
use super::super::{ReadTx, StoreError, codec};
use super::CheckReport;
use crate::ids::DomainName;

/// A mailbox that is listed with a mailstore lies there.
pub(super) fn mailbox(
    tx: &dyn ReadTx,
    key: &[u8],
    report: &mut CheckReport,
) -> Result<(), StoreError> {
    let (mailstore, address) = placed::placed_in(key)?;
    let record = directory::mailbox(tx, &address)?;
    if record.is_none_or(|record| record.mailstore != mailstore) {
        report.problem(format!(
            "mailstore {mailstore}: it lists a mailbox that is not there"
        ));
    }
    Ok(())
}

/// A domain is listed with its reseller.
pub(super) fn listed(
    tx: &dyn ReadTx,
    key: &[u8],
    value: &[u8],
    report: &mut CheckReport,
) -> Result<(), StoreError> {
    let record: DomainRecord = codec::decode(value)?;
    let name = key.get(1..key.len().saturating_sub(1)).unwrap_or_default();
    let name = std::str::from_utf8(name).ok();
    let Some(name) = name.and_then(|name| name.parse::<DomainName>().ok()) else {
        report.problem("a domain has a broken key".into());
        return Ok(());
    };
    if let Some(reseller) = record.reseller
        && !placed::is_of(tx, &reseller, &name)?
    {
        report.problem(format!("domain {name}: its reseller does not list it"));
    }
    Ok(())
}

/// A domain that is listed with a reseller is that one's.
pub(super) fn domain(
    tx: &dyn ReadTx,
    key: &[u8],
    report: &mut CheckReport,
) -> Result<(), StoreError> {
    let (reseller, name) = placed::domain_in(key)?;
    let record = directory::domain(tx, &name)?;
    if record.is_none_or(|record| record.reseller.as_ref() != Some(&reseller)) {
        report.problem(format!(
            "reseller {reseller}: it lists {name}, which is not its own"
        ));
    }
    Ok(())
}
