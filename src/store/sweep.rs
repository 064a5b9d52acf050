//! Gives room back: segments in which no body is named any more are removed.
//!
//! A segment goes only when it is old, is not the one that is being written, and nothing in the index
//! names a body in it. Nothing else removes body bytes; a backup that runs meanwhile puts it off.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime};

use super::bodies::{BodyLocation, BodyRecord};
use super::codec;
use super::engine::segments::{SegmentId, segment_of, segment_path};
use super::keys::{Key, Table};
use super::{Order, Store, StoreError};

/// A segment that was written to within this time is left alone.
const AGE_MIN: Duration = Duration::from_secs(3600);
/// Rows looked at in one read.
const STEP_ROWS: usize = 20_000;

/// What a sweep removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Files.
    pub segments: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// Removes segments without live bodies that were last written before `now` less an hour. Blocks.
///
/// # Errors
/// When the index or the directory cannot be read, or a file not be removed.
pub fn sweep(store: &Store, now: SystemTime) -> Result<Swept, StoreError> {
    // A backup copies the segments after the index that names bodies in them.
    let Ok(_still) = store.inner.segments_held.try_lock() else {
        return Ok(Swept::default());
    };
    // Listed first: what is adopted later is not looked at.
    let mut candidates = old_segments(store, now)?;
    if candidates.is_empty() {
        return Ok(Swept::default());
    }
    for live in live_segments(store)? {
        candidates.remove(&live);
    }
    let mut swept = Swept::default();
    for segment in candidates {
        let path = segment_path(&store.inner.bodies, segment);
        let size = std::fs::metadata(&path).map_or(0, |metadata| metadata.len());
        std::fs::remove_file(&path)
            .map_err(|error| StoreError::from_io("removing a segment", error))?;
        swept.segments += 1;
        swept.bytes += size;
    }
    Ok(swept)
}

/// Segments that nobody writes to any more: not the newest, and old.
fn old_segments(store: &Store, now: SystemTime) -> Result<BTreeSet<SegmentId>, StoreError> {
    let io = |error| StoreError::from_io("reading the segments", error);
    let mut found = BTreeSet::new();
    let mut newest = None;
    for entry in std::fs::read_dir(&store.inner.bodies).map_err(io)? {
        let path = entry.map_err(io)?.path();
        let Some(segment) = segment_of(&path) else {
            continue;
        };
        newest = newest.max(Some(segment));
        let written = std::fs::metadata(&path)
            .and_then(|m| m.modified())
            .map_err(io)?;
        let age = now.duration_since(written).unwrap_or_default();
        if age >= AGE_MIN {
            found.insert(segment);
        }
    }
    if let Some(newest) = newest {
        found.remove(&newest);
    }
    found.remove(&SegmentId(store.inner.appending.load(Ordering::SeqCst)));
    Ok(found)
}

fn live_segments(store: &Store) -> Result<BTreeSet<SegmentId>, StoreError> {
    let range = Key::new(Table::Body);
    let end = range.end();
    let mut from = range.into_vec();
    let mut live = BTreeSet::new();
    loop {
        let mut rows = 0;
        let mut last = Vec::new();
        store.read(|tx| -> Result<(), StoreError> {
            tx.scan(&from, &end, Order::Ascending, &mut |key, value| {
                let record: BodyRecord = codec::decode(value)?;
                if let BodyLocation::Segment(place) = record.location {
                    live.insert(place.segment);
                }
                rows += 1;
                last = key.to_vec();
                Ok(if rows < STEP_ROWS {
                    ControlFlow::Continue(())
                } else {
                    ControlFlow::Break(())
                })
            })
        })?;
        if rows < STEP_ROWS {
            return Ok(live);
        }
        last.push(0);
        from = last;
    }
}

#[cfg(test)]
mod tests;
