use super::*;
use crate::metrics::{
    CertificateStanding, DrillsStanding, ProbeStanding, RefusedStanding, SourceStanding,
    StoreStanding,
};

fn well(id: &str) -> MailstoreStanding {
    MailstoreStanding {
        id: id.into(),
        state: "normal".into(),
        mode: "auto".into(),
        route: "primary".into(),
        sentinel: SentinelStanding::Intact,
        stale_secs: 60,
        probes: vec![probe(ProbeResult::Up)],
        ..MailstoreStanding::default()
    }
}

fn probe(result: ProbeResult) -> ProbeStanding {
    ProbeStanding {
        probe: "imap".into(),
        vantage: "here".into(),
        result,
        text: Some("no answer within 10 s".into()),
        took_ms: 7,
        age_secs: 3,
    }
}

fn standing() -> Standing {
    Standing {
        version: "1.0".into(),
        mailstores: vec![well("a1"), well("a2")],
        store: StoreStanding {
            disk_bytes: 100 << 20,
            disk_free_bytes: 50 << 20,
            ..StoreStanding::default()
        },
        drills: Some(DrillsStanding {
            last: Some("passed".into()),
            passed_secs_ago: Some(60),
        }),
        certificates: vec![CertificateStanding {
            section: "http".into(),
            good_for_secs: Some(90 * 86_400),
            ..CertificateStanding::default()
        }],
        sources: vec![SourceStanding {
            name: "panel".into(),
            age_secs: Some(60),
            stale_secs: 7200,
            end: Some("complete".into()),
            ..SourceStanding::default()
        }],
        ..Standing::default()
    }
}

fn refused(reason: &str, lately: u64, shortage: bool) -> RefusedStanding {
    RefusedStanding {
        reason: reason.into(),
        text: String::new(),
        count: lately,
        lately,
        shortage,
    }
}

fn check(what: What, change: impl FnOnce(&mut Standing)) -> (Status, String) {
    let mut standing = standing();
    change(&mut standing);
    let answer = judge(what, &standing, None, Thresholds::default());
    (answer.status(), answer.text())
}

#[test]
fn what_is_well_is_ok() {
    for what in What::EACH.into_iter().chain([What::All]) {
        let (status, text) = check(what, |_| ());
        assert_eq!(status, Status::Ok, "{text}");
        let start = format!("LIFEBOAT {} OK - ", what.name());
        assert!(text.starts_with(&start), "{text}");
        assert!(text.contains(" | '"), "no performance data: {text}");
    }
}

#[test]
fn each_measure_of_all_has_a_name_of_its_own() {
    let (_, text) = check(What::All, |_| ());
    let (_, measures) = text.lines().next().unwrap().split_once(" | ").unwrap();
    let mut names: Vec<&str> = measures
        .split(' ')
        .map(|measure| measure.split_once('=').unwrap().0)
        .collect();
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all, "{measures}");
    assert!(names.contains(&"'disk_free'"), "{measures}");
}

/// What goes wrong, and what is said about it.
type Case = (What, fn(&mut Standing), Status, &'static str);

#[test]
fn everything_that_can_go_wrong_is_told() {
    let cases: &[Case] = &[
        (
            What::Server,
            |s| s.store.failed = true,
            Status::Critical,
            "start the server again",
        ),
        (
            What::Mailstores,
            |s| s.mailstores[0].state = "active".into(),
            Status::Critical,
            "a1: active",
        ),
        (
            What::Mailstores,
            |s| s.mailstores[1].state = "suspected".into(),
            Status::Warning,
            "a2: suspected",
        ),
        (
            What::Mailstores,
            |s| s.mailstores[1].needs = Some("returns only by an order".into()),
            Status::Critical,
            "a2: returns only",
        ),
        (
            What::Mailstores,
            |s| s.mailstores[0].mode = "queue".into(),
            Status::Warning,
            "a1: queue",
        ),
        (
            What::Mailstores,
            |s| {
                s.mailstores[0].mode = "queue".into();
                s.mailstores[0].queued_secs = Some(216_000);
                s.mailstores[0].queue_lifetime_secs = 432_000;
            },
            Status::Critical,
            "a1: mail waits in the MX for 60 h and is returned to its senders after 120 h",
        ),
        (
            What::Certificates,
            |s| s.certificates[0].good_for_secs = Some(13 * 86_400),
            Status::Warning,
            "http: 13 days left",
        ),
        (
            What::Certificates,
            |s| s.certificates[0].to_be_reloaded = true,
            Status::Warning,
            "http: the file holds another certificate than is shown",
        ),
        (
            What::Certificates,
            |s| s.certificates[0].good_for_secs = Some(-1),
            Status::Critical,
            "http: it has ended",
        ),
        (
            What::Certificates,
            |s| {
                s.certificates[0].good_for_secs = None;
                s.certificates[0].error = Some("/x.pem: no such file".into());
            },
            Status::Critical,
            "http: /x.pem: no such file",
        ),
        (
            What::Certificates,
            |s| s.uncovered_hosts = (0..7).map(|n| format!("mail{n}.acme.example")).collect(),
            Status::Warning,
            "WARNING: mail4.acme.example: no certificate is for this host name: add a [[certificate]]\nWARNING: and 2 host names more",
        ),
        (
            What::Mailstores,
            |s| s.mailstores[0].raising = true,
            Status::Warning,
            "raised",
        ),
        (
            What::Probes,
            |s| s.mailstores[0].probes[0].result = ProbeResult::Down,
            Status::Warning,
            "a1 imap from here: no answer",
        ),
        (
            What::Probes,
            |s| {
                for mailstore in &mut s.mailstores {
                    mailstore.probes[0].result = ProbeResult::Down;
                }
            },
            Status::Critical,
            "a2 imap",
        ),
        (
            What::Probes,
            |s| s.mailstores[0].probes[0].age_secs = 61,
            Status::Unknown,
            "61 s ago",
        ),
        (
            What::Probes,
            |s| s.mailstores[0].probes[0].result = ProbeResult::Unknown,
            Status::Unknown,
            "a1 imap",
        ),
        (
            What::Probes,
            |s| s.mailstores[0].probes.clear(),
            Status::Unknown,
            "a1: no probe",
        ),
        (
            What::Sentinels,
            |s| s.mailstores[0].sentinel = SentinelStanding::Changed,
            Status::Critical,
            "a1: ",
        ),
        (
            What::Sentinels,
            |s| s.mailstores[0].sentinel = SentinelStanding::Unseen,
            Status::Unknown,
            "a1: ",
        ),
        (
            What::Sentinels,
            |s| s.mailstores[0].sentinel = SentinelStanding::NotConfigured,
            Status::Warning,
            "set sentinel",
        ),
        (
            What::Merge,
            |s| s.merge.blocked_mailboxes = 1,
            Status::Warning,
            "1 mailboxes are stuck",
        ),
        (
            What::Merge,
            |s| s.merge.blocked_mailboxes = 101,
            Status::Critical,
            "101 mailboxes",
        ),
        (
            What::Queue,
            |s| s.queue.oldest_secs = 901,
            Status::Warning,
            "901 s",
        ),
        (
            What::Queue,
            |s| s.queue.oldest_secs = 3601,
            Status::Critical,
            "3601 s",
        ),
        (
            What::Disk,
            |s| s.store.disk_free_bytes = 15 << 20,
            Status::Warning,
            "15 % free",
        ),
        (
            What::Disk,
            |s| s.store.disk_free_bytes = 9 << 20,
            Status::Critical,
            "9 % free",
        ),
        (
            What::Disk,
            |s| s.store.disk_bytes = 0,
            Status::Unknown,
            "cannot be read",
        ),
        (
            What::Drill,
            |s| s.drills = Some(DrillsStanding::default()),
            Status::Warning,
            "no drill was held",
        ),
        (
            What::Drill,
            |s| s.drills.as_mut().unwrap().last = Some("failed".into()),
            Status::Warning,
            "failed: lifeboat drill show",
        ),
        (
            What::Drill,
            |s| s.drills.as_mut().unwrap().passed_secs_ago = Some(200 * 86_400),
            Status::Critical,
            "200 days ago",
        ),
        (
            What::Intake,
            |s| s.intake.refused = vec![refused("disk-full", 3, true), refused("relay", 9, false)],
            Status::Warning,
            "3 refused in ten minutes for want of something here (3 disk-full)",
        ),
        (
            What::Intake,
            |s| s.intake.refused = vec![refused("trouble", 101, true)],
            Status::Critical,
            "101 trouble",
        ),
        (
            What::Mailstores,
            |s| s.mailstores.clear(),
            Status::Unknown,
            "nothing to check",
        ),
    ];
    for (what, change, status, words) in cases {
        let (found, text) = check(*what, change);
        assert_eq!(found, *status, "{text}");
        assert!(text.contains(words), "{words:?} is not in {text}");
        if *words != "nothing to check" {
            let (all, text) = check(What::All, change);
            assert_eq!(all, *status, "{text}");
        }
    }
}

/// What others do wrong is no fault here.
#[test]
fn what_is_refused_for_what_it_is_is_no_fault() {
    let (status, text) = check(What::Intake, |standing| {
        standing.intake.refused = vec![
            refused("relay", 5_000, false),
            refused("disk-full", 0, true),
        ];
    });
    assert_eq!(status, Status::Ok, "{text}");
    assert!(
        text.contains("5000 refused in ten minutes for what they were (5000 relay)"),
        "{text}"
    );
}

#[test]
fn thresholds_decide_and_are_shown() {
    let of = |warning: &str, critical: &str| Thresholds {
        warning: warning.parse().ok(),
        critical: critical.parse().ok(),
    };
    for (thresholds, status, shown) in [
        (of("60:", "30:"), Status::Warning, "'free'=50%;60:;30:;0;"),
        (of("90:", "60:"), Status::Critical, "'free'=50%;90:;60:;0;"),
        (of("10:", "5:"), Status::Ok, "'free'=50%;10:;5:;0;"),
        (of("", "60:"), Status::Critical, "'free'=50%;20:;60:;0;"),
    ] {
        let answer = judge(What::Disk, &standing(), None, thresholds);
        assert_eq!(answer.status(), status, "{}", answer.text());
        assert!(answer.text().contains(shown), "{}", answer.text());
    }
}

#[test]
fn one_mailstore_alone_can_be_checked() {
    let mut standing = standing();
    standing.mailstores[0].state = "active".into();
    for (id, status) in [
        ("a1", Status::Critical),
        ("a2", Status::Ok),
        ("a3", Status::Unknown),
    ] {
        let answer = judge(What::Mailstores, &standing, Some(id), Thresholds::default());
        assert_eq!(answer.status(), status, "{}", answer.text());
    }
}

#[test]
fn what_a_mailstore_says_cannot_break_the_answer() {
    let (_, text) = check(What::Probes, |standing| {
        let probe = &mut standing.mailstores[0].probes[0];
        probe.result = ProbeResult::Down;
        probe.text = Some(format!("a | 'b'=1\nOK {}", "x".repeat(10_000)));
    });
    let first = text.lines().next().unwrap();
    assert_eq!(first.matches('|').count(), 1, "{first}");
    assert!(text.len() < 8_000, "{}", text.len());
}

#[test]
fn an_answer_stays_small_with_many_mailstores() {
    let (status, text) = check(What::Mailstores, |standing| {
        standing.mailstores = (0..1000)
            .map(|number| MailstoreStanding {
                state: "active".into(),
                ..well(&format!("a{number}"))
            })
            .collect();
    });
    assert_eq!(status, Status::Critical);
    assert!(text.ends_with("and 979 more"), "{text}");
}

#[test]
fn a_source_that_is_stale_broken_or_short_is_told() {
    let told = |change: fn(&mut SourceStanding)| {
        check(What::Directory, |standing| change(&mut standing.sources[0])).0
    };
    assert_eq!(
        told(|source| source.age_secs = Some(7201)),
        Status::Critical
    );
    assert_eq!(
        told(|source| source.end = Some("empty".into())),
        Status::Warning
    );
    assert_eq!(told(|source| source.errors = 1), Status::Warning);
    assert_eq!(told(|source| source.withheld = 1), Status::Warning);
    assert_eq!(
        told(|source| (source.age_secs, source.end) = (None, None)),
        Status::Warning
    );
    let (status, text) = check(What::Directory, |standing| standing.sources.clear());
    assert_eq!(status, Status::Ok, "{text}");
}
