//! Mailboxes by their addresses, whatever their mailstores: the lists of all mailstores, laid together.

use super::cursor::Place;
use super::walk::Walk;
use super::{Budget, COUNTED_MAX, LOOKED_AT_MAX, MAILSTORES_MAX};
use crate::ids::{Address, MailstoreId};
use crate::service::ServiceError;
use crate::service::mailboxes::MailboxView;
use crate::store::directory::placed;
use crate::store::{Order, ReadTx};

/// Mailboxes that one mailstore gives to a page at least, if it has them.
const SHARE_MIN: usize = 10;

/// The mailstores that have a mailbox, or the one that is asked for.
fn mailstores(
    tx: &dyn ReadTx,
    named: Option<&MailstoreId>,
) -> Result<Vec<MailstoreId>, ServiceError> {
    if let Some(named) = named {
        return Ok(vec![named.clone()]);
    }
    let mut all = Vec::new();
    while let Some(next) = placed::mailstore_after(tx, Order::Ascending, all.last())? {
        if all.len() == MAILSTORES_MAX {
            return Err(ServiceError::Invalid {
                field: "sort",
                text: format!("mailboxes are on more than {MAILSTORES_MAX} mailstores: name one"),
            });
        }
        all.push(next);
    }
    Ok(all)
}

/// A page behind `after`, and where the next begins.
///
/// Each mailstore is looked at as far as its share of the page goes. What lies before the place where the first of
/// them stopped is whole.
pub(super) fn page(
    mut walk: Walk<'_>,
    after: Option<&Place>,
    limit: usize,
) -> Result<(Vec<MailboxView>, Option<Place>), ServiceError> {
    let order = walk.order();
    let mailstores = mailstores(walk.tx(), walk.filter().mailstore.as_ref())?;
    let parts = mailstores.len().max(1);
    let share = Budget {
        left: LOOKED_AT_MAX / parts,
        counted: COUNTED_MAX / parts as u64,
        limit: (2 * limit / parts).max(SHARE_MIN).min(limit),
    };
    let (mut found, mut stopped): (Vec<(Address, MailboxView)>, Vec<Place>) = Default::default();
    for mailstore in &mailstores {
        walk.begin(share);
        stopped.extend(walk.on(mailstore, after)?);
        for view in walk.take_found() {
            let address = view.address.parse();
            let address = address.map_err(|_| ServiceError::Unavailable("an address".into()))?;
            found.push((address, view));
        }
    }
    // Whatever one of them has not looked at yet may come before what another found.
    found.retain(|(address, _)| stopped.iter().all(|end| end.is_behind(address, order)));
    found.sort_by(|(a, _), (b, _)| {
        let ascending = (a.domain(), a.local()).cmp(&(b.domain(), b.local()));
        match order {
            Order::Ascending => ascending,
            Order::Descending => ascending.reverse(),
        }
    });
    if found.len() > limit {
        found.truncate(limit);
        let last = found.last().map(|(address, _)| address.clone());
        return Ok((views(found), last.map(Place::behind)));
    }
    let nearest = stopped
        .into_iter()
        .reduce(|a, b| match a.is_before(&b, order) {
            true => a,
            false => b,
        });
    Ok((views(found), nearest))
}

fn views(found: Vec<(Address, MailboxView)>) -> Vec<MailboxView> {
    found.into_iter().map(|(_, view)| view).collect()
}
