//! Copies of the store: `store backup` while it runs, `store restore` before it starts.
//!
//! A backup is a directory of the same shape as a store, with a manifest written last: without one it
//! is not a backup. The index is copied from one consistent view, the bodies after it; a body that
//! the view names is in its segment already, and segments only grow. A restored store begins a new
//! generation.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::sync::PoisonError;

use serde::{Deserialize, Serialize};

use super::engine::segments::segment_of;
use super::{OpenError, Store, StoreError, StoreOptions, meta};
use crate::clock::Timestamp;

const MANIFEST: &str = "manifest.json";

/// What a backup says about itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// When the copy began, in milliseconds since 1970.
    pub made_at: Timestamp,
    /// Rows of the index.
    pub rows: u64,
    /// Segment files.
    pub segments: u64,
    /// Bytes in them.
    pub segment_bytes: u64,
}

/// Why a backup or a restore did not work; what was there before is untouched.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The target must not exist or be empty.
    #[error("{0} is not empty; name a new directory")]
    NotEmpty(String),
    /// The source has no manifest.
    #[error("{0} holds no finished backup: there is no {MANIFEST} in it")]
    NoBackup(String),
    /// The disk says no.
    #[error("{path}: {error}")]
    Io {
        /// Where.
        path: String,
        /// What it said.
        error: io::Error,
    },
    /// The store says no.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The copy cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
}

fn at(path: &Path) -> impl Fn(io::Error) -> BackupError + '_ {
    move |error| BackupError::Io {
        path: path.display().to_string(),
        error,
    }
}

/// Copies the running store into `target`, a new directory. Blocks; `progress` is told the bytes copied.
///
/// # Errors
/// [`BackupError`]; what was copied until then has no manifest.
pub fn backup(
    store: &Store,
    target: &Path,
    now: Timestamp,
    mut progress: impl FnMut(u64),
) -> Result<Manifest, BackupError> {
    prepare(target)?;
    let held = store.inner.segments_held.lock();
    let _held = held.unwrap_or_else(PoisonError::into_inner);
    let rows = store.inner.engine.copy_to(&target.join("index.redb"))?;
    let (segments, segment_bytes) =
        copy_bodies(&store.inner.bodies, &target.join("bodies"), &mut progress)?;
    let manifest = Manifest {
        made_at: now,
        rows,
        segments,
        segment_bytes,
    };
    write_manifest(target, &manifest)?;
    Ok(manifest)
}

/// Makes a store at `target` from the backup in `source`, with a new generation.
///
/// # Errors
/// [`BackupError::NotEmpty`] if there is a store already: move it away first, nothing overwrites mail.
pub fn restore(
    source: &Path,
    target: &Path,
    now: Timestamp,
    mut progress: impl FnMut(u64),
) -> Result<Manifest, BackupError> {
    let manifest = read_manifest(source)?;
    prepare(target)?;
    copy_bodies(
        &source.join("bodies"),
        &target.join("bodies"),
        &mut progress,
    )?;
    // The index comes last: without it there is no store.
    let (from, temporary) = (source.join("index.redb"), target.join("index.restoring"));
    copy_synced(&from, &temporary)?;
    fs::rename(&temporary, target.join("index.redb")).map_err(at(target))?;
    sync_directory(target)?;
    let store = Store::open(target, &StoreOptions { now })?;
    store.write_on_start(move |tx| meta::begin_generation(tx, now))?;
    Ok(manifest)
}

fn prepare(target: &Path) -> Result<(), BackupError> {
    fs::create_dir_all(target).map_err(at(target))?;
    let mut entries = fs::read_dir(target).map_err(at(target))?;
    match entries.next() {
        Some(_) => Err(BackupError::NotEmpty(target.display().to_string())),
        None => Ok(()),
    }
}

fn copy_bodies(
    from: &Path,
    to: &Path,
    progress: &mut impl FnMut(u64),
) -> Result<(u64, u64), BackupError> {
    fs::create_dir_all(to).map_err(at(to))?;
    let (mut files, mut bytes) = (0, 0);
    for entry in fs::read_dir(from).map_err(at(from))? {
        let path = entry.map_err(at(from))?.path();
        let (Some(_), Some(name)) = (segment_of(&path), path.file_name()) else {
            continue;
        };
        bytes += copy_synced(&path, &to.join(name))?;
        files += 1;
        progress(bytes);
    }
    sync_directory(to)?;
    Ok((files, bytes))
}

fn copy_synced(from: &Path, to: &Path) -> Result<u64, BackupError> {
    let bytes = fs::copy(from, to).map_err(at(from))?;
    File::open(to)
        .and_then(|file| file.sync_all())
        .map_err(at(to))?;
    Ok(bytes)
}

fn sync_directory(path: &Path) -> Result<(), BackupError> {
    File::open(path)
        .and_then(|directory| directory.sync_all())
        .map_err(at(path))
}

fn write_manifest(target: &Path, manifest: &Manifest) -> Result<(), BackupError> {
    let path = target.join(MANIFEST);
    let text =
        serde_json::to_vec_pretty(manifest).map_err(|error| at(&path)(io::Error::other(error)))?;
    fs::write(&path, text).map_err(at(&path))?;
    File::open(&path)
        .and_then(|file| file.sync_all())
        .map_err(at(&path))?;
    sync_directory(target)
}

fn read_manifest(source: &Path) -> Result<Manifest, BackupError> {
    let path = source.join(MANIFEST);
    let text = match fs::read(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(BackupError::NoBackup(source.display().to_string()));
        }
        Err(error) => return Err(at(&path)(error)),
    };
    serde_json::from_slice(&text).map_err(|error| at(&path)(io::Error::other(error)))
}

#[cfg(test)]
mod tests;
