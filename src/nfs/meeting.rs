//! Shows this run's record to the other hosts and reads theirs, on a thread that beats.
//!
//! Each record is a file of its own that is overwritten in place: whoever opens it anew is shown what was
//! written before (close-to-open), and never a stale handle. Until somebody is found each beat also
//! creates and removes a file, so that this client asks the server anew what is in the directory.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::table::{Choice, Point, RECORD_BYTES, Record, Run, Seen, choose};

/// Between two beats.
const BEAT: Duration = Duration::from_millis(100);
/// A record that does not change for so long is that of a run that ended or hangs.
const SILENT: Duration = Duration::from_secs(5);
/// Records of others that are looked at.
const OTHERS_MAX: usize = 64;
const PREFIX: &str = "host-";

/// What was read of another run.
#[derive(Debug)]
struct Other {
    record: Record,
    changed: Instant,
    changes: u32,
}

#[derive(Debug)]
struct State {
    own: Record,
    paired: bool,
    others: BTreeMap<Run, Other>,
    /// When the volume last answered a whole beat.
    beaten: Instant,
    failed: Option<io::Error>,
    ended: bool,
}

/// The records; clones share them.
#[derive(Clone, Debug)]
pub(super) struct Meeting {
    directory: PathBuf,
    state: Arc<Mutex<State>>,
}

/// Why waiting for the other ended.
#[derive(Debug)]
pub(super) enum Stopped {
    /// Not within the time.
    Late,
    /// The other fell silent.
    Silent,
    /// This volume answers no more.
    Hangs(Duration),
    /// An operation failed.
    Failed(io::Error),
}

impl Meeting {
    /// Shows a record in `directory` and starts to beat.
    pub(super) fn start(directory: &Path, run: Run, host: &str) -> io::Result<Self> {
        let own = Record {
            run,
            host: host.to_owned(),
            beat: 0,
            partner: None,
            point: Point::Meeting,
            increments: 0,
        };
        let file = File::options()
            .write(true)
            .create_new(true)
            .open(record_path(directory, run))?;
        file.write_all_at(&own.to_bytes(), 0)?;
        file.sync_data()?;
        let meeting = Self {
            directory: directory.to_owned(),
            state: Arc::new(Mutex::new(State {
                own,
                paired: false,
                others: BTreeMap::new(),
                beaten: Instant::now(),
                failed: None,
                ended: false,
            })),
        };
        let beating = meeting.clone();
        std::thread::Builder::new()
            .name("nfs-beat".to_owned())
            .spawn(move || beating.beat_until_ended(&file))?;
        Ok(meeting)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn beat_until_ended(&self, file: &File) {
        loop {
            if let Err(error) = self.beat(file) {
                self.state().failed = Some(error);
                return;
            }
            if self.state().ended {
                return;
            }
            std::thread::sleep(BEAT);
        }
    }

    /// No lock is held while the volume is asked.
    fn beat(&self, file: &File) -> io::Result<()> {
        let (record, partner) = {
            let mut state = self.state();
            state.own.beat += 1;
            let partner = state.own.partner.filter(|_| state.paired);
            (state.own.clone(), partner)
        };
        file.write_all_at(&record.to_bytes(), 0)?;
        file.sync_data()?;
        let read = match partner {
            Some(partner) => read_record(&record_path(&self.directory, partner))?
                .into_iter()
                .collect(),
            None => self.look_round(record.run)?,
        };
        let now = Instant::now();
        let mut state = self.state();
        state.beaten = now;
        read.into_iter().for_each(|record| state.note(record, now));
        state.decide(now);
        Ok(())
    }

    fn look_round(&self, own: Run) -> io::Result<Vec<Record>> {
        let knock = self.directory.join(format!("knock-{:016x}", own.0));
        drop(File::create(&knock)?);
        std::fs::remove_file(&knock)?;
        let mut records = Vec::new();
        for entry in std::fs::read_dir(&self.directory)? {
            let name = entry?.file_name();
            let is_record = name.to_str().is_some_and(|name| name.starts_with(PREFIX));
            if is_record && records.len() < OTHERS_MAX {
                records.extend(read_record(&self.directory.join(name))?);
            }
        }
        records.retain(|record| record.run != own);
        Ok(records)
    }

    /// Says how far this run is; the next beat shows it.
    pub(super) fn advance(&self, point: Point, increments: u32) {
        let mut state = self.state();
        state.own.point = point;
        state.own.increments = increments;
    }

    /// Waits for another host: its run and name.
    pub(super) fn meet(
        &self,
        patience: Duration,
        alive: &dyn Fn(),
    ) -> Result<(Run, String), Stopped> {
        self.wait(patience, alive, |state| {
            let partner = state.own.partner.filter(|_| state.paired)?;
            let other = state.others.get(&partner)?;
            Some((partner, other.record.host.clone()))
        })
    }

    /// Waits until the other is as far as `point`: the increments that it made by then.
    pub(super) fn wait_for(
        &self,
        point: Point,
        patience: Duration,
        alive: &dyn Fn(),
    ) -> Result<u32, Stopped> {
        self.wait(patience, alive, |state| {
            let other = state.others.get(&state.own.partner?)?;
            (other.record.point >= point).then_some(other.record.increments)
        })
    }

    /// Whether the other was heard of lately.
    pub(super) fn other_is_alive(&self) -> bool {
        self.state().other_is_alive(Instant::now())
    }

    fn wait<T>(
        &self,
        patience: Duration,
        alive: &dyn Fn(),
        found: impl Fn(&State) -> Option<T>,
    ) -> Result<T, Stopped> {
        let began = Instant::now();
        loop {
            {
                let mut state = self.state();
                let now = Instant::now();
                if let Some(found) = found(&state) {
                    return Ok(found);
                }
                if let Some(error) = state.failed.take() {
                    return Err(Stopped::Failed(error));
                }
                let unanswered = now.saturating_duration_since(state.beaten);
                if unanswered > 2 * SILENT {
                    return Err(Stopped::Hangs(unanswered));
                }
                if state.paired && unanswered < SILENT && !state.other_is_alive(now) {
                    return Err(Stopped::Silent);
                }
            }
            if began.elapsed() > patience {
                return Err(Stopped::Late);
            }
            alive();
            std::thread::sleep(BEAT / 5);
        }
    }

    /// Ends the beating and takes the record away.
    pub(super) fn leave(self) -> io::Result<()> {
        let run = {
            let mut state = self.state();
            state.ended = true;
            state.own.run
        };
        std::fs::remove_file(record_path(&self.directory, run))
    }
}

impl State {
    fn note(&mut self, record: Record, now: Instant) {
        let room = self.others.len() < OTHERS_MAX;
        match self.others.get_mut(&record.run) {
            Some(other) if other.record == record => {}
            Some(other) => {
                other.changes = other.changes.saturating_add(1);
                other.changed = now;
                other.record = record;
            }
            None if room => {
                let other = Other {
                    changed: now,
                    changes: 0,
                    record,
                };
                self.others.insert(other.record.run, other);
            }
            None => {}
        }
    }

    fn decide(&mut self, now: Instant) {
        if self.paired {
            return;
        }
        // A record that a run left behind never changes.
        self.others
            .retain(|_, other| now.saturating_duration_since(other.changed) < 2 * SILENT);
        let seen = |other: &Other| Seen {
            record: other.record.clone(),
            is_alive: other.changes > 0 && now.saturating_duration_since(other.changed) < SILENT,
        };
        let others = self.others.iter().map(|(run, o)| (*run, seen(o))).collect();
        match choose(self.own.run, self.own.partner, &others) {
            Choice::Nobody => self.own.partner = None,
            Choice::Propose(run) => self.own.partner = Some(run),
            Choice::Paired(run) => {
                self.own.partner = Some(run);
                self.paired = true;
            }
        }
    }

    fn other_is_alive(&self, now: Instant) -> bool {
        let other = self.own.partner.and_then(|run| self.others.get(&run));
        other.is_some_and(|other| {
            // Whoever is done leaves, and beats no more.
            other.record.point == Point::Done
                || now.saturating_duration_since(other.changed) < 2 * SILENT
        })
    }
}

fn record_path(directory: &Path, run: Run) -> PathBuf {
    directory.join(format!("{PREFIX}{:016x}", run.0))
}

/// What another run shows; nothing if it just left, or is just writing.
fn read_record(path: &Path) -> io::Result<Option<Record>> {
    let mut bytes = Vec::with_capacity(RECORD_BYTES);
    let read =
        File::open(path).and_then(|file| file.take(RECORD_BYTES as u64).read_to_end(&mut bytes));
    match read {
        Ok(_) => Ok(Record::parse(&bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound || is_stale(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether the file behind a handle is gone.
pub(super) fn is_stale(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::StaleNetworkFileHandle
}
