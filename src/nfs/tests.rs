use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

use super::table::{Choice, Point, Record, Run, Seen, choose};
use super::*;
use crate::failover::Outcome;

fn record(run: u64, partner: Option<u64>, point: Point) -> Record {
    Record {
        run: Run(run),
        host: format!("h{run}"),
        beat: 1,
        partner: partner.map(Run),
        point,
        increments: 0,
    }
}

#[test]
fn a_record_is_read_as_it_was_written_and_a_torn_one_is_not() {
    let record = Record {
        host: "x".repeat(1000),
        ..record(7, Some(9), Point::Ready)
    };
    let bytes = record.to_bytes();
    assert_eq!(bytes.len(), super::table::RECORD_BYTES);
    let read = Record::parse(&bytes).expect("a record");
    assert_eq!((read.run, read.partner), (Run(7), Some(Run(9))));
    assert_eq!(read.host.len(), 64);
    for at in 0..bytes.len() - 1 {
        let mut torn = bytes.clone();
        torn[at] = b'#';
        assert!(Record::parse(&torn).is_none(), "octet {at}");
    }
    assert!(Record::parse(b"").is_none());
}

/// Of the others: number, whom they name, how far they are, whether they live.
type Others<'a> = &'a [(u64, Option<u64>, Point, bool)];

#[test]
fn whoever_names_each_other_is_a_pair() {
    use Point::{Meeting, Written};
    let check = |proposal: Option<u64>, others: Others<'_>, expected: Choice| {
        let seen: BTreeMap<Run, Seen> = others
            .iter()
            .map(|&(run, partner, point, is_alive)| {
                let record = record(run, partner, point);
                (Run(run), Seen { record, is_alive })
            })
            .collect();
        assert_eq!(
            choose(Run(5), proposal.map(Run), &seen),
            expected,
            "{proposal:?} {others:?}"
        );
    };
    let propose = |run| Choice::Propose(Run(run));
    check(None, &[], Choice::Nobody);
    check(None, &[(7, None, Meeting, false)], Choice::Nobody);
    check(None, &[(7, None, Meeting, true)], propose(7));
    check(
        None,
        &[(7, None, Meeting, true), (3, None, Meeting, true)],
        propose(3),
    );
    // Somebody names us: that one first.
    check(
        None,
        &[(7, Some(5), Meeting, true), (3, None, Meeting, true)],
        propose(7),
    );
    check(Some(7), &[(7, None, Meeting, true)], propose(7));
    check(
        Some(7),
        &[(7, Some(5), Meeting, true)],
        Choice::Paired(Run(7)),
    );
    // It began at once.
    check(
        Some(7),
        &[(7, Some(5), Written, true)],
        Choice::Paired(Run(7)),
    );
    // A proposal stands although somebody else would do.
    check(
        Some(7),
        &[(7, None, Meeting, true), (3, Some(5), Meeting, true)],
        propose(7),
    );
    // Gone, or with another: somebody else.
    check(
        Some(7),
        &[(7, Some(5), Meeting, false), (8, None, Meeting, true)],
        propose(8),
    );
    check(
        Some(7),
        &[
            (7, Some(9), Meeting, true),
            (9, Some(7), Meeting, true),
            (8, None, Meeting, true),
        ],
        propose(8),
    );
    check(Some(7), &[(7, Some(9), Written, true)], Choice::Nobody);
    // It names another that does not name it back: it may yet come to us.
    check(
        Some(7),
        &[(7, Some(9), Meeting, true), (9, None, Meeting, true)],
        propose(7),
    );
}

#[test]
fn one_fault_is_enough_and_doubt_is_not_soundness() {
    let alone = Finding::Alone { waited_secs: 20 };
    let lost = Finding::LostUpdates { lost: 3, of: 200 };
    let cases: &[(&[&Finding], Verdict)] = &[
        (&[], Verdict::Sound),
        (&[&alone], Verdict::Unknown),
        (&[&lost], Verdict::Faulty),
        (&[&alone, &lost], Verdict::Faulty),
    ];
    for (findings, verdict) in cases {
        let findings = findings.iter().map(|&finding| finding.clone()).collect();
        let report = Report {
            findings,
            ..Report::default()
        };
        assert_eq!(report.verdict(), *verdict, "{report:?}");
    }
    let report = Report {
        findings: vec![alone, lost],
        ..Report::default()
    };
    let Outcome::Down(why) = report.outcome() else {
        panic!("{report:?}");
    };
    assert!(
        why.starts_with("locks are granted twice: 3 of 200"),
        "{why}"
    );
}

#[test]
fn latencies_are_those_of_the_sorted_times() {
    let times = (1..=200).rev().map(Duration::from_millis).collect();
    let latency = Latency::of(times);
    assert_eq!(
        (
            latency.count,
            latency.p50_us,
            latency.p99_us,
            latency.max_us
        ),
        (200, 100_000, 198_000, 200_000)
    );
    assert_eq!(Latency::of(Vec::new()), Latency::default());
}

/// A worker that is a shell script.
fn settings(script: &str) -> (tempfile::TempDir, Settings) {
    let dir = tempfile::tempdir().expect("a directory");
    let program = dir.path().join("worker");
    std::fs::write(&program, format!("#!/bin/sh\n{script}\n")).expect("write a script");
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).expect("chmod");
    let mut settings = Settings::new("/nowhere".to_owned(), "c1".to_owned(), program);
    settings.hang = Duration::from_millis(500);
    settings.lock_hang = Duration::from_millis(900);
    (dir, settings)
}

#[tokio::test]
async fn a_worker_that_falls_silent_is_abandoned() {
    let cases = [
        (
            "exec sleep 60",
            "the volume hangs: nothing heard for 0 s while opening the directory",
        ),
        (
            "echo '{\"at\":\"writing\"}'; exec sleep 60",
            "the volume hangs: nothing heard for 0 s while writing files",
        ),
        (
            "echo '\"lock\"'; exec sleep 60",
            "a lock is not granted for 0 s",
        ),
        ("exit 1", "the worker ended too early"),
        (
            "echo nonsense; exec sleep 60",
            "the worker is not understood",
        ),
    ];
    for (script, expected) in cases {
        let (_dir, settings) = settings(script);
        let began = Instant::now();
        let report = run(&settings).await;
        assert!(
            report.sentence().starts_with(expected),
            "{}",
            report.sentence()
        );
        assert!(began.elapsed() < Duration::from_secs(10));
    }
}

#[tokio::test]
async fn workers_that_do_not_die_are_not_made_more() {
    // A process that cannot be killed cannot be had here; one that lives on is the same to the list.
    let (_dir, settings) = settings("exit 0");
    for _ in 0..3 {
        let sleeper = tokio::process::Command::new("/bin/sleep")
            .arg("60")
            .kill_on_drop(true)
            .spawn();
        settings.abandoned.take_in(sleeper.expect("start sleep"));
    }
    let report = run(&settings).await;
    assert_eq!(report.findings, [Finding::StillHangs { workers: 3 }]);
    assert_eq!(report.verdict(), Verdict::Faulty);
}
