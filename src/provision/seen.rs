//! Which mailboxes a source has, in order, however many: sorted runs that are spilled to files without
//! a name and read back merged. Memory is bounded by one run and a buffer for each that was spilled.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};
use std::path::{Path, PathBuf};

use crate::ids::{Address, random_bytes};

/// Bytes of addresses in memory before they are spilled.
const RUN_BYTES_MAX: usize = 8 << 20;
/// Bytes of each run that are read at once.
const BUFFER_BYTES: usize = 32 << 10;

/// Addresses that were seen, in any order and any number of times.
#[derive(Debug)]
pub struct Seen {
    directory: PathBuf,
    run: Vec<Box<str>>,
    run_bytes: usize,
    run_bytes_max: usize,
    spilled: Vec<File>,
}

/// In the order of the directory's keys: by domain, then by local part. No address holds a NUL.
fn sort_key(address: &Address) -> Box<str> {
    format!("{}\0{}", address.domain(), address.local()).into()
}

fn address_of(key: &str) -> Option<Address> {
    let (domain, local) = key.split_once('\0')?;
    format!("{local}@{domain}").parse().ok()
}

impl Seen {
    /// None yet; spills into `directory`.
    pub fn new(directory: &Path) -> Self {
        Self::with_run(directory, RUN_BYTES_MAX)
    }

    fn with_run(directory: &Path, run_bytes_max: usize) -> Self {
        Self {
            directory: directory.to_owned(),
            run: Vec::new(),
            run_bytes: 0,
            run_bytes_max,
            spilled: Vec::new(),
        }
    }

    /// Notes an address.
    pub fn add(&mut self, address: &Address) {
        let key = sort_key(address);
        // With what the allocator and the pointer to it take.
        self.run_bytes += key.len() + 32;
        self.run.push(key);
    }

    /// Whether it is time to [`Self::spill`].
    pub fn is_full(&self) -> bool {
        self.run_bytes >= self.run_bytes_max
    }

    /// Writes what is in memory to a file. Blocks.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub fn spill(&mut self) -> io::Result<()> {
        let run = self.take_run();
        let name = random_bytes::<8>()
            .map(|byte| format!("{byte:02x}"))
            .concat();
        let path = self.directory.join(format!("provision-{name}.tmp"));
        let file = File::options()
            .read(true)
            .write(true)
            .create_new(true)
            .open(&path)?;
        // Without a name it is gone when nobody has it open, whatever happens.
        std::fs::remove_file(&path)?;
        let mut writer = BufWriter::with_capacity(BUFFER_BYTES, file);
        for key in &run {
            let length = u16::try_from(key.len()).map_err(io::Error::other)?;
            writer.write_all(&length.to_be_bytes())?;
            writer.write_all(key.as_bytes())?;
        }
        let mut file = writer
            .into_inner()
            .map_err(io::IntoInnerError::into_error)?;
        file.rewind()?;
        self.spilled.push(file);
        Ok(())
    }

    fn take_run(&mut self) -> Vec<Box<str>> {
        self.run_bytes = 0;
        let mut run = std::mem::take(&mut self.run);
        run.sort_unstable();
        run.dedup();
        run
    }

    /// All of them, in order, each once.
    ///
    /// # Errors
    /// When what was spilled cannot be read back.
    pub fn sorted(mut self) -> io::Result<Sorted> {
        let mut runs: Vec<Run> = vec![Run::Memory(self.take_run().into_iter())];
        for file in self.spilled {
            runs.push(Run::File(BufReader::with_capacity(BUFFER_BYTES, file)));
        }
        let mut heap = BinaryHeap::new();
        for (index, run) in runs.iter_mut().enumerate() {
            heap.extend(run.next()?.map(|key| Reverse((key, index))));
        }
        Ok(Sorted { runs, heap })
    }
}

enum Run {
    Memory(std::vec::IntoIter<Box<str>>),
    File(BufReader<File>),
}

impl Run {
    fn next(&mut self) -> io::Result<Option<Box<str>>> {
        let reader = match self {
            Self::Memory(run) => return Ok(run.next()),
            Self::File(reader) => reader,
        };
        let mut length = [0; 2];
        match reader.read_exact(&mut length) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            result => result?,
        }
        let mut key = vec![0; usize::from(u16::from_be_bytes(length))];
        reader.read_exact(&mut key)?;
        String::from_utf8(key)
            .map(|key| Some(key.into()))
            .map_err(io::Error::other)
    }
}

/// Addresses in order.
pub struct Sorted {
    runs: Vec<Run>,
    heap: BinaryHeap<Reverse<(Box<str>, usize)>>,
}

impl Sorted {
    fn next_key(&mut self) -> io::Result<Option<Box<str>>> {
        loop {
            let Some(Reverse((key, index))) = self.heap.pop() else {
                return Ok(None);
            };
            if let Some(run) = self.runs.get_mut(index) {
                let next = run.next()?;
                self.heap.extend(next.map(|key| Reverse((key, index))));
            }
            let again = self
                .heap
                .peek()
                .is_some_and(|Reverse((next, _))| *next == key);
            if !again {
                return Ok(Some(key));
            }
        }
    }

    /// The next address.
    ///
    /// # Errors
    /// When what was spilled cannot be read back.
    pub fn next_address(&mut self) -> io::Result<Option<Address>> {
        let key = self.next_key()?;
        key.map(|key| address_of(&key).ok_or_else(|| io::Error::other("not an address")))
            .transpose()
    }

    /// Goes on to `address` and says whether it is among them. Has to be asked in order.
    ///
    /// # Errors
    /// As [`Self::next_address`].
    pub fn has(&mut self, address: &Address) -> io::Result<bool> {
        let key = sort_key(address);
        while let Some(Reverse((next, _))) = self.heap.peek() {
            if *next >= key {
                return Ok(*next == key);
            }
            self.next_key()?;
        }
        Ok(false)
    }
}

#[cfg(test)]
mod tests;
