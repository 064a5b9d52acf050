//! The embedded engine: one redb file, one table of bytes to bytes.
//!
//! The file is created under a temporary name, synced and renamed, because redb's first creation is
//! not crash-safe. `quick_repair` makes opening after a kill take milliseconds and implies two-phase
//! commit, which redb advises where content is hostile, as mail is.

use std::collections::BTreeMap;
use std::fs::File;
use std::ops::ControlFlow;
use std::path::Path;

use redb::backends::FileBackend;
use redb::{
    Database, Durability, ReadableDatabase, ReadableTable, Table, TableDefinition, TableError,
};

use super::backend::{Backend, Beside, Unsynced};
use super::overlay::Overlay;
use super::{Order, ReadTx, StoreError, Visit, writer};
use crate::store::OpenError;

const TABLE: TableDefinition<&[u8], &[u8]> = TableDefinition::new("lifeboat");

/// Rows of one commit while a copy is made.
const COPY_ROWS: usize = 20_000;

/// Bytes of redb's own page cache.
const CACHE_BYTES: usize = 256 * 1024 * 1024;

/// The database file.
#[derive(Debug)]
pub struct RedbEngine {
    database: Database,
    beside: Beside,
}

impl RedbEngine {
    /// Opens the database at `path`, creating it if there is none.
    ///
    /// # Errors
    /// [`OpenError::InUse`] if another process has it, [`OpenError::Io`] or [`OpenError::Engine`]
    /// otherwise.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        if !path.exists() {
            create(path)?;
        }
        let beside = Beside::default();
        let backend = Backend::new(open_file(path)?, beside.clone());
        let database = Database::builder()
            .set_cache_size(CACHE_BYTES)
            .create_with_backend(backend)
            .map_err(|error| match error {
                redb::DatabaseError::DatabaseAlreadyOpen => OpenError::InUse {
                    path: path.to_owned(),
                },
                other => OpenError::Engine {
                    path: path.to_owned(),
                    why: other.to_string(),
                },
            })?;
        Ok(Self { database, beside })
    }

    /// Runs `read` on a consistent view.
    ///
    /// # Errors
    /// When the engine cannot be read, or what `read` returns.
    pub fn read<T, E: From<StoreError>>(
        &self,
        read: impl FnOnce(&dyn ReadTx) -> Result<T, E>,
    ) -> Result<T, E> {
        let transaction = self.database.begin_read().map_err(engine_error)?;
        match transaction.open_table(TABLE) {
            Ok(table) => read(&View(&table)),
            Err(TableError::TableDoesNotExist(_)) => read(&Nothing),
            Err(error) => Err(engine_error(error).into()),
        }
    }

    /// Runs the steps of a group, each on an overlay of its own, applies those that succeed, and
    /// commits durably once. Returns, per step, whether it succeeded. `bodies` are synced before the
    /// commit is valid. `note` sees the keys that change, before they are durable.
    ///
    /// # Errors
    /// When nothing at all was committed.
    pub fn commit_group(
        &self,
        steps: &mut [&mut writer::Step],
        bodies: Vec<Unsynced>,
        note: &mut dyn FnMut(&[u8]),
    ) -> Result<Vec<bool>, StoreError> {
        let mut transaction = self.database.begin_write().map_err(engine_error)?;
        transaction.set_quick_repair(true);
        transaction
            .set_durability(Durability::Immediate)
            .map_err(engine_error)?;
        self.beside.add(bodies);
        let mut succeeded = Vec::with_capacity(steps.len());
        {
            let mut table = transaction.open_table(TABLE).map_err(engine_error)?;
            for step in steps {
                let changes = {
                    let view = View(&table);
                    let mut overlay = Overlay::new(&view);
                    writer::run(step, &mut overlay).then(|| overlay.into_changes())
                };
                succeeded.push(changes.is_some());
                if let Some(changes) = changes {
                    changes.keys().for_each(|key| note(key));
                    apply(&mut table, changes)?;
                }
            }
        }
        transaction.commit().map_err(engine_error)?;
        self.beside.sync_rest().map_err(engine_error)?;
        Ok(succeeded)
    }

    /// Copies one consistent view into a new database at `path`; returns the number of rows.
    ///
    /// # Errors
    /// When this one cannot be read or that one not be written.
    pub fn copy_to(&self, path: &Path) -> Result<u64, StoreError> {
        let target = Self::open(path).map_err(engine_error)?;
        let mut chunk = BTreeMap::new();
        let mut rows = 0;
        self.read(|tx| {
            tx.scan(&[], &[0xff; 64], Order::Ascending, &mut |key, value| {
                chunk.insert(key.to_vec(), Some(value.to_vec()));
                rows += 1;
                if chunk.len() >= COPY_ROWS {
                    target.load(std::mem::take(&mut chunk), Durability::None)?;
                }
                Ok(ControlFlow::Continue(()))
            })
        })?;
        target.load(chunk, Durability::Immediate)?;
        Ok(rows)
    }

    fn load(
        &self,
        rows: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
        durability: Durability,
    ) -> Result<(), StoreError> {
        let mut transaction = self.database.begin_write().map_err(engine_error)?;
        transaction.set_quick_repair(matches!(durability, Durability::Immediate));
        transaction
            .set_durability(durability)
            .map_err(engine_error)?;
        {
            let mut table = transaction.open_table(TABLE).map_err(engine_error)?;
            apply(&mut table, rows)?;
        }
        transaction.commit().map_err(engine_error)
    }

    /// Compacts the file; for quiet hours.
    ///
    /// # Errors
    /// When the engine cannot.
    pub fn compact(&mut self) -> Result<bool, StoreError> {
        self.database.compact().map_err(engine_error)
    }
}

fn apply(
    table: &mut Table<'_, &'static [u8], &'static [u8]>,
    changes: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
) -> Result<(), StoreError> {
    for (key, change) in changes {
        match change {
            Some(value) => table
                .insert(key.as_slice(), value.as_slice())
                .map_err(engine_error)?,
            None => table.remove(key.as_slice()).map_err(engine_error)?,
        };
    }
    Ok(())
}

/// The file of an existing database; an empty one is refused, for redb would make it a new database.
fn open_file(path: &Path) -> Result<FileBackend, OpenError> {
    let io = |error| OpenError::Io {
        path: path.to_owned(),
        error,
    };
    let engine = |why| OpenError::Engine {
        path: path.to_owned(),
        why,
    };
    let file = File::options()
        .read(true)
        .write(true)
        .open(path)
        .map_err(io)?;
    if file.metadata().map_err(io)?.len() == 0 {
        return Err(engine(
            "the file is empty; restore it from a snapshot".to_owned(),
        ));
    }
    FileBackend::new(file).map_err(|error| engine(error.to_string()))
}

fn create(path: &Path) -> Result<(), OpenError> {
    let io = |error| OpenError::Io {
        path: path.to_owned(),
        error,
    };
    let temporary = path.with_extension("creating");
    match std::fs::remove_file(&temporary) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(io(error)),
        _ => {}
    }
    let database = Database::builder()
        .create(&temporary)
        .map_err(|error| OpenError::Engine {
            path: temporary.clone(),
            why: error.to_string(),
        })?;
    drop(database);
    File::open(&temporary)
        .and_then(|file| file.sync_all())
        .map_err(io)?;
    std::fs::rename(&temporary, path).map_err(io)?;
    let parent = path.parent().unwrap_or(Path::new("."));
    File::open(parent)
        .and_then(|directory| directory.sync_all())
        .map_err(io)
}

fn engine_error(error: impl std::fmt::Display) -> StoreError {
    StoreError::Engine(error.to_string())
}

/// A table that can be read, of a read or a write transaction.
struct View<'a, T>(&'a T);

impl<T: ReadableTable<&'static [u8], &'static [u8]>> ReadTx for View<'_, T> {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let value = self.0.get(key).map_err(engine_error)?;
        Ok(value.map(|guard| guard.value().to_vec()))
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
        let mut range = self.0.range(from..to).map_err(engine_error)?;
        loop {
            let next = match order {
                Order::Ascending => range.next(),
                Order::Descending => range.next_back(),
            };
            let Some(entry) = next else { return Ok(()) };
            let (key, value) = entry.map_err(engine_error)?;
            if visit(key.value(), value.value())? == ControlFlow::Break(()) {
                return Ok(());
            }
        }
    }
}

/// A store in which nothing was written yet.
struct Nothing;

impl ReadTx for Nothing {
    fn get(&self, _: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(None)
    }

    fn scan(
        &self,
        _: &[u8],
        _: &[u8],
        _: Order,
        _: &mut dyn FnMut(&[u8], &[u8]) -> Visit,
    ) -> Result<(), StoreError> {
        Ok(())
    }
}
