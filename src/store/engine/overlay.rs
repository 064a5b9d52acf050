//! A transaction's own changes, laid over what is committed.
//!
//! redb cannot roll back one closure of a group, so each closure writes here; the writer applies
//! the overlays of those that succeeded.

use std::collections::BTreeMap;
use std::ops::{Bound, ControlFlow};

use super::{Order, ReadTx, StoreError, Tx, Visit};

/// Changes over a base. `None` is a deletion.
pub struct Overlay<'a> {
    base: &'a dyn ReadTx,
    changes: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
}

impl<'a> Overlay<'a> {
    /// No changes yet over `base`.
    pub fn new(base: &'a dyn ReadTx) -> Self {
        Self {
            base,
            changes: BTreeMap::new(),
        }
    }

    /// The changes, in key order.
    pub fn into_changes(self) -> BTreeMap<Vec<u8>, Option<Vec<u8>>> {
        self.changes
    }
}

impl ReadTx for Overlay<'_> {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        match self.changes.get(key) {
            Some(change) => Ok(change.clone()),
            None => self.base.get(key),
        }
    }

    fn scan(
        &self,
        from: &[u8],
        to: &[u8],
        order: Order,
        visit: &mut dyn FnMut(&[u8], &[u8]) -> Visit,
    ) -> Result<(), StoreError> {
        if from >= to {
            return Ok(());
        }
        let range = (Bound::Included(from.to_vec()), Bound::Excluded(to.to_vec()));
        let own: Vec<_> = self.changes.range(range).collect();
        if own.is_empty() {
            return self.base.scan(from, to, order, visit);
        }
        let mut own: Box<dyn Iterator<Item = _>> = match order {
            Order::Ascending => Box::new(own.into_iter()),
            Order::Descending => Box::new(own.into_iter().rev()),
        };
        let mut next = own.next();
        let comes_first = |a: &[u8], b: &[u8]| match order {
            Order::Ascending => a < b,
            Order::Descending => a > b,
        };
        let mut stopped = false;
        self.base.scan(from, to, order, &mut |key, value| {
            while let Some((own_key, change)) = next {
                if own_key.as_slice() != key && !comes_first(own_key, key) {
                    break;
                }
                let replaces = own_key.as_slice() == key;
                if let Some(own_value) = change
                    && visit(own_key, own_value)?.is_break()
                {
                    stopped = true;
                    return Ok(ControlFlow::Break(()));
                }
                next = own.next();
                if replaces {
                    return Ok(ControlFlow::Continue(()));
                }
            }
            let flow = visit(key, value)?;
            stopped = flow.is_break();
            Ok(flow)
        })?;
        while let (false, Some((key, change))) = (stopped, next) {
            if let Some(value) = change {
                stopped = visit(key, value)?.is_break();
            }
            next = own.next();
        }
        Ok(())
    }
}

impl Tx for Overlay<'_> {
    fn put(&mut self, key: Vec<u8>, value: Vec<u8>) {
        self.changes.insert(key, Some(value));
    }

    fn delete(&mut self, key: Vec<u8>) {
        self.changes.insert(key, None);
    }
}

#[cfg(test)]
mod tests;
