//! The worker: all that touches the volume, in a process that may hang and be abandoned.
//!
//! It says on its standard output, a line of JSON each, what it is at, and at the end what it found.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, FileExt};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use rustix::fs::{FlockOperation, NFS_SUPER_MAGIC, fcntl_lock, statfs};

use super::meeting::{Meeting, Stopped, is_stale};
use super::report::{Finding, Latency, Locks, Operation, Report};
use super::table::{Point, Run};
use super::{Line, Plan, Step};
use crate::ids::random_bytes;

/// The directory below the one that is named: nothing else is touched.
const OWN: &str = "lifeboat-canary";
/// What runs leave behind that were cut off is removed when it is older than this.
const LEFT_BEHIND: Duration = Duration::from_secs(24 * 60 * 60);
/// Most entries looked at for that.
const LEFT_BEHIND_MAX: usize = 10_000;
/// How long the other may take for a step.
const PATIENCE: Duration = Duration::from_secs(120);
/// How long it may take to see the sum.
const PARTING: Duration = Duration::from_secs(5);
/// Between two tries for a lock.
const TRY_AGAIN: Duration = Duration::from_millis(2);
/// A sign of life is given no more often than this.
const ALIVE: Duration = Duration::from_millis(500);

/// Does what `plan` (JSON) says and tells it on standard output. Meant to be a process of its own.
///
/// # Errors
/// When the plan is not one, or nobody listens any more.
pub fn work(plan: &str) -> io::Result<()> {
    let plan: Plan = serde_json::from_str(plan).map_err(io::Error::other)?;
    // A working directory on the volume would hang whoever looks at this process.
    std::env::set_current_dir("/")?;
    let began = Instant::now();
    let mut worker = Worker::new(plan);
    let ended = worker.work();
    if let Err(finding) = ended {
        worker.report.findings.insert(0, finding);
    }
    let mut report = worker.report;
    report.took_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    say(&Line::Done(Box::new(report)))
}

fn say(line: &Line) -> io::Result<()> {
    let mut text = serde_json::to_string(line).map_err(io::Error::other)?;
    text.push('\n');
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

struct Worker {
    plan: Plan,
    report: Report,
    step: Step,
    times: BTreeMap<Operation, Vec<Duration>>,
    said: Mutex<Instant>,
    run: Run,
    directory: PathBuf,
}

impl Worker {
    fn new(plan: Plan) -> Self {
        let directory = Path::new(&plan.directory).join(OWN);
        let report = Report {
            directory: plan.directory.clone(),
            host: plan.host.clone(),
            ..Report::default()
        };
        Self {
            plan,
            report,
            step: Step::Opening,
            times: BTreeMap::new(),
            said: Mutex::new(Instant::now()),
            run: Run(u64::from_be_bytes(random_bytes())),
            directory,
        }
    }

    fn work(&mut self) -> Result<(), Finding> {
        self.at(Step::Opening);
        self.open()?;
        let meeting = Meeting::start(&self.directory, self.run, &self.plan.host)
            .map_err(|error| self.unusable(&error))?;
        self.sweep();
        let ended = self.with_others(&meeting);
        self.sum_up();
        if matches!(ended, Err(Finding::Hangs { .. })) {
            return ended;
        }
        self.at(Step::Leaving);
        self.clear();
        let left = meeting.leave().map_err(|error| self.failed(&error));
        ended.and(left)
    }

    /// Tells what is done, and that this worker lives.
    fn at(&mut self, step: Step) {
        self.step = step;
        self.tell(&Line::At(step));
    }

    fn tell(&self, line: &Line) {
        if say(line).is_err() {
            // Nobody listens: whoever started this has given up.
            std::process::exit(3);
        }
    }

    fn alive(&self) {
        let Ok(mut said) = self.said.lock() else {
            return;
        };
        if said.elapsed() > ALIVE {
            *said = Instant::now();
            self.tell(&Line::At(self.step));
        }
    }

    fn failed(&self, error: &io::Error) -> Finding {
        match is_stale(error) {
            true => Finding::Stale { step: self.step },
            false => Finding::Failed {
                step: self.step,
                error: error.to_string(),
            },
        }
    }

    /// The same where a wrong path or missing permission is more likely.
    fn unusable(&self, error: &io::Error) -> Finding {
        let advice = match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {
                "name a directory on the volume that exists"
            }
            io::ErrorKind::PermissionDenied => "let this user write there",
            _ => return self.failed(error),
        };
        Finding::Unusable {
            why: format!("{}: {error}; {advice}", self.plan.directory),
        }
    }

    fn stopped(&self, stopped: Stopped) -> Finding {
        match stopped {
            Stopped::Late | Stopped::Silent => Finding::OtherSilent { step: self.step },
            Stopped::Hangs(silent) => Finding::Hangs {
                step: self.step,
                silent_secs: silent.as_secs(),
            },
            Stopped::Failed(error) => self.failed(&error),
        }
    }

    fn open(&self) -> Result<(), Finding> {
        let kind = statfs(&self.plan.directory)
            .map_err(|error| self.unusable(&error.into()))?
            .f_type;
        if kind != NFS_SUPER_MAGIC && !self.plan.any_file_system {
            return Err(Finding::Unusable {
                why: format!(
                    "{} is not on NFS: is the volume mounted?",
                    self.plan.directory
                ),
            });
        }
        let made = std::fs::DirBuilder::new()
            .mode(0o770)
            .create(&self.directory);
        match made {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                Err(self.unusable(&error))
            }
            _ => Ok(()),
        }
    }

    /// Removes what was left behind long ago, by the server's own clock.
    fn sweep(&self) {
        let modified = |path: &Path| path.metadata().and_then(|data| data.modified()).ok();
        let own = self.directory.join(format!("host-{:016x}", self.run.0));
        let Some(now) = modified(&own) else { return };
        let entries = std::fs::read_dir(&self.directory).into_iter().flatten();
        for entry in entries.flatten().take(LEFT_BEHIND_MAX) {
            let path = entry.path();
            let age = modified(&path).and_then(|then| now.duration_since(then).ok());
            if age.is_some_and(|age| age > LEFT_BEHIND) {
                // It may be gone already, by another host's hand.
                let _ = std::fs::remove_file(path);
            }
        }
    }

    fn with_others(&mut self, meeting: &Meeting) -> Result<(), Finding> {
        self.at(Step::Meeting);
        let met = meeting.meet(self.plan.meet, &|| self.alive());
        let (other, host) = match met {
            Ok(met) => met,
            Err(Stopped::Late) => return self.alone(),
            Err(stopped) => return Err(self.stopped(stopped)),
        };
        self.report.other = Some(host);
        self.at(Step::Writing);
        self.write_files()?;
        meeting.advance(Point::Written, 0);
        // Whoever has the smaller number makes the counter, before the other can look for it.
        let (first, last) = (self.run.min(other), self.run.max(other));
        let counter = self
            .directory
            .join(format!("count-{:016x}-{:016x}", first.0, last.0));
        if self.run == first {
            self.make_counter(&counter)
                .map_err(|error| self.failed(&error))?;
        }
        self.wait(meeting, Point::Written)?;
        self.at(Step::Reading);
        self.read_files(other);
        // The first has the counter made when it says that it is ready.
        if self.run == first {
            meeting.advance(Point::Ready, 0);
        }
        self.wait_if(self.run != first, meeting, Point::Ready)?;
        self.at(Step::Counting);
        let file = File::options()
            .read(true)
            .write(true)
            .open(&counter)
            .map_err(|error| self.failed(&error))?;
        meeting.advance(Point::Ready, 0);
        self.wait(meeting, Point::Ready)?;
        let own = self.count(meeting, &file)?;
        meeting.advance(Point::Counted, own);
        let others = self.wait(meeting, Point::Counted)?;
        self.tell(&Line::Lock);
        let sum = self.sum(&counter).map_err(|error| self.failed(&error))?;
        self.at(Step::Counting);
        self.judge_sum(own + others, sum);
        meeting.advance(Point::Done, own);
        // It must not miss the counter; but it may have left already.
        let _ = meeting.wait_for(Point::Done, PARTING, &|| self.alive());
        if self.run == first {
            let _ = std::fs::remove_file(&counter);
        }
        Ok(())
    }

    fn wait(&self, meeting: &Meeting, point: Point) -> Result<u32, Finding> {
        meeting
            .wait_for(point, PATIENCE, &|| self.alive())
            .map_err(|stopped| self.stopped(stopped))
    }

    fn wait_if(&self, wanted: bool, meeting: &Meeting, point: Point) -> Result<(), Finding> {
        match wanted {
            true => self.wait(meeting, point).map(drop),
            false => Ok(()),
        }
    }

    /// Nobody came: what one host can tell is told.
    fn alone(&mut self) -> Result<(), Finding> {
        self.at(Step::Writing);
        self.write_files()?;
        self.at(Step::Reading);
        self.read_files(self.run);
        Err(Finding::Alone {
            waited_secs: self.plan.meet.as_secs(),
        })
    }

    fn timed<T>(
        &mut self,
        operation: Operation,
        what: impl FnOnce() -> io::Result<T>,
    ) -> io::Result<T> {
        let began = Instant::now();
        let result = what()?;
        self.times
            .entry(operation)
            .or_default()
            .push(began.elapsed());
        Ok(result)
    }

    fn file(&self, run: Run, number: u32) -> PathBuf {
        self.directory.join(format!("file-{:016x}-{number}", run.0))
    }

    /// As a delivery does it: written under another name, synced, renamed.
    fn write_files(&mut self) -> Result<(), Finding> {
        for number in 0..self.plan.files {
            self.write_file(number)
                .map_err(|error| self.failed(&error))?;
            self.report.files.written += 1;
            self.alive();
        }
        Ok(())
    }

    fn write_file(&mut self, number: u32) -> io::Result<()> {
        let path = self.file(self.run, number);
        let new = path.with_extension("new");
        let content = content(self.run, number, self.plan.file_bytes);
        let file = self.timed(Operation::Write, || {
            let file = File::options().write(true).create_new(true).open(&new)?;
            file.write_all_at(&content, 0)?;
            Ok(file)
        })?;
        self.timed(Operation::Sync, || file.sync_all())?;
        drop(file);
        self.timed(Operation::Rename, || std::fs::rename(&new, &path))
    }

    fn read_files(&mut self, of: Run) {
        for number in 0..self.plan.files {
            let path = self.file(of, number);
            let read = self.timed(Operation::Read, || std::fs::read(&path));
            self.alive();
            match read {
                Ok(bytes) if bytes == content(of, number, self.plan.file_bytes) => {
                    self.report.files.read += 1;
                    continue;
                }
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    let finding = self.failed(&error);
                    if !self.report.findings.contains(&finding) {
                        self.report.findings.push(finding);
                    }
                }
                _ => {}
            }
            self.report.files.wrong += 1;
        }
        let wrong = self.report.files.wrong;
        if wrong > 0 {
            self.report.findings.push(Finding::WrongFiles {
                wrong,
                of: self.plan.files,
            });
        }
    }

    fn make_counter(&self, path: &Path) -> io::Result<()> {
        let file = File::options().write(true).create_new(true).open(path)?;
        file.write_all_at(&number(0), 0)?;
        file.sync_all()
    }

    /// This host's increments: how many it made.
    fn count(&mut self, meeting: &Meeting, file: &File) -> Result<u32, Finding> {
        let tried = std::iter::repeat_n(Operation::LockTried, self.plan.rounds_tried as usize);
        let waited = std::iter::repeat_n(Operation::LockWaited, self.plan.rounds_waited as usize);
        let mut made = 0;
        for how in tried.chain(waited) {
            self.lock(meeting, file, how)?;
            let began = Instant::now();
            self.increment(file).map_err(|error| self.failed(&error))?;
            let took = began.elapsed().saturating_sub(self.plan.pause);
            self.times
                .entry(Operation::Increment)
                .or_default()
                .push(took);
            made += 1;
            self.alive();
            std::thread::sleep(self.plan.pause);
        }
        Ok(made)
    }

    fn increment(&self, file: &File) -> io::Result<()> {
        let before = read_number(file)?;
        std::thread::sleep(self.plan.pause);
        file.write_all_at(&number(before + 1), 0)?;
        fcntl_lock(file, FlockOperation::Unlock)?;
        Ok(())
    }

    fn lock(&mut self, meeting: &Meeting, file: &File, how: Operation) -> Result<(), Finding> {
        let began = Instant::now();
        if how == Operation::LockWaited {
            self.tell(&Line::Lock);
            fcntl_lock(file, FlockOperation::LockExclusive)
                .map_err(|error| self.failed(&error.into()))?;
        } else {
            self.try_lock(meeting, file)?;
        }
        self.times.entry(how).or_default().push(began.elapsed());
        Ok(())
    }

    fn try_lock(&self, meeting: &Meeting, file: &File) -> Result<(), Finding> {
        let began = Instant::now();
        loop {
            match fcntl_lock(file, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) => return Ok(()),
                Err(rustix::io::Errno::AGAIN | rustix::io::Errno::ACCESS) => {}
                Err(error) => return Err(self.failed(&error.into())),
            }
            if !meeting.other_is_alive() {
                return Err(Finding::OtherSilent { step: self.step });
            }
            if began.elapsed() > self.plan.slow {
                return Err(Finding::LockHangs {
                    silent_secs: began.elapsed().as_secs(),
                });
            }
            self.alive();
            std::thread::sleep(TRY_AGAIN);
        }
    }

    /// The sum, as a fresh look at the server shows it.
    fn sum(&self, path: &Path) -> io::Result<u64> {
        let file = File::options().read(true).write(true).open(path)?;
        fcntl_lock(&file, FlockOperation::LockExclusive)?;
        read_number(&file)
    }

    fn judge_sum(&mut self, increments: u32, sum: u64) {
        let lost = u64::from(increments).saturating_sub(sum);
        let lost = u32::try_from(lost).unwrap_or(u32::MAX);
        self.report.locks = Some(Locks { increments, lost });
        if lost > 0 {
            self.report.findings.push(Finding::LostUpdates {
                lost,
                of: increments,
            });
        }
    }

    /// Removes this run's files. What cannot be removed is swept by a later run.
    fn clear(&self) {
        for number in 0..self.report.files.written {
            let _ = std::fs::remove_file(self.file(self.run, number));
        }
    }

    fn sum_up(&mut self) {
        for (operation, times) in std::mem::take(&mut self.times) {
            let latency = Latency::of(times);
            let slow = u64::try_from(self.plan.slow.as_micros()).unwrap_or(u64::MAX);
            if latency.max_us > slow {
                self.report.findings.push(Finding::Slow {
                    operation,
                    took_ms: latency.max_us / 1000,
                });
            }
            self.report.latency.insert(operation, latency);
        }
    }
}

/// What a file holds: told apart by run and number.
fn content(run: Run, number: u32, bytes: u32) -> Vec<u8> {
    let line = format!("{:016x} {number}\n", run.0);
    line.bytes().cycle().take(bytes as usize).collect()
}

/// Digits of the counter.
const DIGITS: usize = 20;

fn number(value: u64) -> Vec<u8> {
    format!("{value:0DIGITS$}").into_bytes()
}

fn read_number(file: &File) -> io::Result<u64> {
    let mut digits = [0; DIGITS];
    file.read_exact_at(&mut digits, 0)?;
    std::str::from_utf8(&digits)
        .ok()
        .and_then(|digits| digits.parse().ok())
        .ok_or_else(|| io::Error::other("the counter is not a number any more"))
}
