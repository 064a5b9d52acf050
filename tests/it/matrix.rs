//! The merge's matrix: what is merged, by which driver, into which shape of mailstore, and what breaks
//! meanwhile. However it goes, afterwards nothing is lost, nothing is double, nothing old has changed,
//! and desktop clients download exactly what is new.
//!
//! One table. `make test` runs a sample of it that holds every fault with every driver, every content
//! and every shape at least once; `make soak` runs the whole.
//!
//! - `LIFEBOAT_MATRIX_SEED=N` draws another sample, and repeats one;
//! - `LIFEBOAT_MATRIX_CASES=N|all` draws at least so many cases;
//! - `LIFEBOAT_MATRIX_ONLY=TEXT` runs the cases of the whole table whose names contain it;
//! - `LIFEBOAT_MATRIX_MANY=N` is the size of the largest content (300);
//! - `LIFEBOAT_MATRIX_NOTES=FILE` notes each case that holds, and passes over those noted there before, so
//!   that the whole table can be run in several sittings.

mod bed;
mod content;
mod fault;
mod shape;

use std::fmt::Write as _;
use std::io::Write as _;
use std::panic::AssertUnwindSafe;
use std::sync::Mutex;
use std::time::Instant;

use bed::Bed;
use content::Content;
use fault::Fault;
use shape::Shape;

use crate::dice::{Dice, number_from_environment};
use crate::rig::sabotage::Sabotage;

/// How a message gets into the mailstore.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Driver {
    Imap,
    Maildir,
}

impl Driver {
    const ALL: [Self; 2] = [Self::Imap, Self::Maildir];

    fn name(self) -> &'static str {
        match self {
            Self::Imap => "imap",
            Self::Maildir => "maildir",
        }
    }
}

/// One row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Case {
    pub driver: Driver,
    pub content: Content,
    pub fault: Fault,
    pub shape: Shape,
}

impl Case {
    fn name(&self) -> String {
        format!(
            "{}/{}/{}/{}",
            self.driver.name(),
            self.shape.name(),
            self.content.name(),
            self.fault.name()
        )
    }
}

/// The whole table: every content under every fault in a plain mailstore, and every other shape with
/// a mixed content under every fault.
fn table() -> Vec<Case> {
    let mut cases = Vec::new();
    for driver in Driver::ALL {
        for fault in Fault::all(driver) {
            for content in Content::ALL.into_iter().filter(|c| c.takes(driver)) {
                let shape = Shape::Plain;
                cases.push(Case {
                    driver,
                    content,
                    fault,
                    shape,
                });
            }
            for shape in Shape::ALL {
                let content = Content::Folders;
                if shape != Shape::Plain && shape.takes(driver) {
                    cases.push(Case {
                        driver,
                        content,
                        fault,
                        shape,
                    });
                }
            }
        }
    }
    cases
}

/// A sample in which every fault stands with every driver, and every content and shape at least once,
/// and at least `count` cases.
fn sample(mut table: Vec<Case>, count: usize, dice: &mut Dice) -> Vec<Case> {
    for n in (1..table.len()).rev() {
        table.swap(n, dice.roll(n as u64 + 1) as usize);
    }
    let mut drawn: Vec<Case> = Vec::new();
    let mut left = Vec::new();
    for case in table {
        let pair = drawn
            .iter()
            .any(|c| (c.driver, c.fault) == (case.driver, case.fault));
        let content = drawn.iter().any(|c| c.content == case.content);
        let shape = drawn.iter().any(|c| c.shape == case.shape);
        if pair && content && shape {
            left.push(case);
        } else {
            drawn.push(case);
        }
    }
    let more = count.saturating_sub(drawn.len()).min(left.len());
    drawn.extend(left.drain(..more));
    drawn
}

fn drawn() -> (Vec<Case>, String) {
    let seed = number_from_environment("LIFEBOAT_MATRIX_SEED", 0x5EED_0003);
    let whole = table();
    if let Ok(text) = std::env::var("LIFEBOAT_MATRIX_ONLY") {
        let cases: Vec<_> = whole
            .into_iter()
            .filter(|c| c.name().contains(&text))
            .collect();
        assert!(!cases.is_empty(), "no case is called {text}");
        return (cases, format!("those called {text}"));
    }
    let all = whole.len();
    if std::env::var("LIFEBOAT_MATRIX_CASES").is_ok_and(|text| text == "all") {
        return (whole, "all".to_owned());
    }
    let count = number_from_environment("LIFEBOAT_MATRIX_CASES", 0) as usize;
    let cases = sample(whole, count, &mut Dice::new(seed));
    let said = format!("{} of {all}, LIFEBOAT_MATRIX_SEED={seed}", cases.len());
    (cases, said)
}

/// The file that notes which cases hold.
fn notes() -> Option<std::path::PathBuf> {
    std::env::var_os("LIFEBOAT_MATRIX_NOTES").map(Into::into)
}

/// The cases that are not yet noted as holding.
fn not_noted(mut cases: Vec<Case>) -> Vec<Case> {
    let noted = notes().and_then(|path| std::fs::read_to_string(path).ok());
    if let Some(noted) = noted {
        cases.retain(|case| !noted.lines().any(|line| line == case.name()));
    }
    cases
}

/// Notes that a case holds.
fn note(case: Case) {
    let Some(path) = notes() else { return };
    let mut file = std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(&path)
        .expect("open LIFEBOAT_MATRIX_NOTES");
    writeln!(file, "{}", case.name()).expect("note a case");
}

/// What became of a case: how long it took and whether its fault struck, or what does not hold.
type Outcome = Result<bool, Vec<String>>;

/// Nothing is wrong, and the fault struck if there was anything to strike at.
fn holds(case: Case, outcome: &Outcome) -> bool {
    match outcome {
        Ok(struck) => *struck || case.content.may_not_be_struck(),
        Err(_) => false,
    }
}

fn run(case: Case, number: usize, sabotage: Option<Sabotage>) -> Outcome {
    let mut bed = Bed::new(case, number);
    bed.fill();
    let struck = fault::strike(&mut bed);
    bed.finish();
    if let Some(sabotage) = sabotage {
        sabotage.apply(&mut bed.a1, bed::ANN);
    }
    let wrong = bed.wrong();
    if wrong.is_empty() {
        return Ok(struck);
    }
    if sabotage.is_none() {
        bed.keep();
    }
    Err(wrong)
}

/// As [`run`]; a panic is one more thing that does not hold.
fn run_caught(case: Case, number: usize) -> Outcome {
    std::panic::catch_unwind(AssertUnwindSafe(|| run(case, number, None))).unwrap_or_else(|panic| {
        let said = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied());
        Err(vec![said.unwrap_or("it panicked").to_owned()])
    })
}

#[test]
fn nothing_is_lost_double_or_changed_whatever_breaks() {
    let (cases, said) = drawn();
    let count = cases.len();
    let cases = not_noted(cases);
    println!("matrix: {said}; {} held before", count - cases.len());
    let next = Mutex::new(cases.iter().copied().enumerate());
    let outcomes = Mutex::new(Vec::new());
    let workers = std::thread::available_parallelism().map_or(2, |n| n.get().clamp(2, 4));
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let Some((number, case)) = next.lock().unwrap().next() else {
                        return;
                    };
                    let begun = Instant::now();
                    let outcome = run_caught(case, number);
                    let seconds = begun.elapsed().as_secs_f64();
                    let failed = if outcome.is_err() { "  FAILED" } else { "" };
                    println!("matrix: {seconds:6.1} s  {}{failed}", case.name());
                    if holds(case, &outcome) {
                        note(case);
                    }
                    outcomes.lock().unwrap().push((case, seconds, outcome));
                }
            });
        }
    });
    let outcomes = outcomes.into_inner().unwrap();
    let mut text = format!("merge matrix: {said}\n");
    let mut wrong = Vec::new();
    for (case, seconds, outcome) in &outcomes {
        let result = match outcome {
            Ok(true) => "holds",
            Ok(false) => "holds (nothing to strike at)",
            Err(_) => "FAILED",
        };
        let _ = writeln!(text, "  {seconds:6.1} s  {:<44} {result}", case.name());
        if let Err(what) = outcome {
            wrong.push(format!("{}:\n  {}", case.name(), what.join("\n  ")));
        }
    }
    let target = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("target/matrix.txt");
    std::fs::write(target, &text).expect("write target/matrix.txt");
    println!("{text}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for (case, _, outcome) in &outcomes {
        assert!(
            holds(*case, outcome),
            "{}: the fault never struck",
            case.name()
        );
    }
}

#[test]
fn a_message_that_is_double_or_lost_is_seen_by_the_matrix() {
    let case = Case {
        driver: Driver::Imap,
        content: Content::Folders,
        fault: Fault::Nothing,
        shape: Shape::Plain,
    };
    for (sabotage, client) in [
        (Sabotage::Double, "mbsync:"),
        (Sabotage::Drop, "mbsync:"),
        (Sabotage::UidValidity, "uid_client:"),
    ] {
        let wrong = run(case, 900, Some(sabotage)).expect_err("damage that nobody saw");
        for finder in ["proof:", client] {
            let found = wrong.iter().any(|what| what.starts_with(finder));
            assert!(found, "{finder} missed {sabotage:?}: {wrong:?}");
        }
    }
}

#[test]
fn the_sample_holds_every_fault_with_every_driver() {
    for seed in 1..50 {
        let cases = sample(table(), 0, &mut Dice::new(seed));
        for driver in Driver::ALL {
            for fault in Fault::all(driver) {
                assert!(cases.iter().any(|c| c.driver == driver && c.fault == fault));
            }
        }
        assert!(
            Content::ALL
                .iter()
                .all(|content| cases.iter().any(|c| c.content == *content))
        );
        assert!(
            Shape::ALL
                .iter()
                .all(|shape| cases.iter().any(|c| c.shape == *shape))
        );
    }
}
