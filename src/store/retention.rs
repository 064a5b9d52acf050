//! Goes through a table in steps and removes what is of no use any more.

use std::ops::ControlFlow;

use super::keys::{Key, Table};
use super::{Order, StoreError, Tx};

/// Removes those of up to `limit` rows from `after` on whose value `is_over`; returns where to go on, `None`
/// at the end.
///
/// # Errors
/// When the store cannot be read.
pub fn step(
    tx: &mut dyn Tx,
    table: Table,
    after: Option<Vec<u8>>,
    limit: usize,
    is_over: &dyn Fn(&[u8]) -> bool,
) -> Result<Option<Vec<u8>>, StoreError> {
    let table = Key::new(table);
    let from = after.unwrap_or_else(|| table.clone().into_vec());
    let mut looked_at = 0;
    let mut next = None;
    let mut over = Vec::new();
    tx.scan(&from, &table.end(), Order::Ascending, &mut |key, value| {
        if looked_at == limit {
            next = Some(key.to_vec());
            return Ok(ControlFlow::Break(()));
        }
        looked_at += 1;
        if is_over(value) {
            over.push(key.to_vec());
        }
        Ok(ControlFlow::Continue(()))
    })?;
    for key in over {
        tx.delete(key);
    }
    Ok(next)
}
