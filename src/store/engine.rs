//! What the data model asks of an engine: ordered keys, transactions that can be run again, bodies
//! that are durable before what names them.
//!
//! The data model above knows only [`ReadTx`] and [`Tx`]. A closure that writes does no I/O but the
//! transaction, holds no clock and no randomness of its own, and may be run more than once.

use std::ops::ControlFlow;

use super::StoreError;

mod backend;
pub mod overlay;
pub mod redb;
pub mod segments;
mod writer;

pub use writer::{Step, WriteJob, Writer, WriterStats};

/// Direction of a scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Smallest key first.
    Ascending,
    /// Largest key first.
    Descending,
}

/// What a visitor of a scan returns: go on, or stop.
pub type Visit = Result<ControlFlow<()>, StoreError>;

/// A consistent view of the store.
pub trait ReadTx {
    /// The value of `key`.
    ///
    /// # Errors
    /// When the engine cannot be read.
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;

    /// Visits the keys from `from` (included) to `to` (not included) until the visitor stops.
    ///
    /// # Errors
    /// When the engine cannot be read, or what the visitor returns.
    fn scan(
        &self,
        from: &[u8],
        to: &[u8],
        order: Order,
        visit: &mut dyn FnMut(&[u8], &[u8]) -> Visit,
    ) -> Result<(), StoreError>;
}

/// A transaction that writes: all of it or nothing.
pub trait Tx: ReadTx {
    /// Sets `key` to `value`.
    fn put(&mut self, key: Vec<u8>, value: Vec<u8>);
    /// Removes `key`, if it is there.
    fn delete(&mut self, key: Vec<u8>);
}
