//! Runs the timelines.

use std::path::Path;
use std::time::Duration;

use super::super::*;
use super::{Bench, HERE, validity};
use crate::clock::Timestamp;
use crate::ids::Epoch;

fn set(settings: &mut Settings, key: &str, value: &str) {
    let number = |text: &str| -> u64 { text.parse().expect("a number") };
    let small = || u32::try_from(number(value)).unwrap();
    let secs = || Duration::from_secs(number(value));
    match key {
        "policy" => {
            settings.policy = match value.split_once(' ') {
                None if value == "manual" => Policy::Manual,
                None if value == "automatic" => Policy::Automatic,
                Some(("assisted", after)) => Policy::Assisted {
                    after: Duration::from_secs(number(after)),
                },
                _ => panic!("policy {value}"),
            }
        }
        "failures" => settings.failures = small(),
        "observations" => settings.observations = small(),
        "confirm" => settings.confirm = secs(),
        "active-min" => settings.active_min = secs(),
        "return-after" => settings.return_after = secs(),
        "returning" => settings.returning = secs(),
        "cool-down" => settings.cool_down = secs(),
        "quorum" => settings.quorum = small(),
        "deferrals" => settings.deferrals = small(),
        "dry-run" => settings.dry_run = value == "yes",
        "at-once" => settings.mailstores_at_once = small(),
        "sentinel" => settings.has_sentinel = value == "yes",
        "raise" => {
            settings.raise = match value {
                "unable" => Raise::Unable,
                "able" => Raise::Able,
                "skip" => Raise::Skip,
                _ => panic!("raise {value}"),
            }
        }
        _ => panic!("unknown setting {key}"),
    }
}

fn verdict(text: &str) -> GuardVerdict {
    match text {
        "intact" => GuardVerdict::Intact,
        "back" => GuardVerdict::WentBack {
            known: 40,
            found: Some(30),
        },
        "changed" => GuardVerdict::Changed {
            what: Difference::UidValidity {
                known: validity(7),
                found: validity(9),
            },
        },
        "missing" => GuardVerdict::Missing {
            what: "the sentinel mailbox is empty".into(),
        },
        "never-learned" => GuardVerdict::NeverLearned,
        "unreachable" => GuardVerdict::Unknown {
            why: "connection refused".into(),
        },
        _ => panic!("unknown verdict {text}"),
    }
}

fn returning(accept_changed: bool, restored: bool) -> Order {
    Order::Return {
        accept_changed,
        restored,
    }
}

fn order(text: &str) -> Order {
    match text {
        "activate" => Order::Activate,
        "return" => returning(false, false),
        "return --accept-changed-mailstore" => returning(true, false),
        "return --restored" => returning(false, true),
        "return --restored --accept-changed-mailstore" => returning(true, true),
        "pin-primary" => Order::PinPrimary,
        "pin-standby" => Order::PinStandby,
        "queue" => Order::Queue,
        "auto" => Order::Auto,
        _ => panic!("unknown order {text}"),
    }
}

fn numbers<const N: usize>(text: &str) -> [u64; N] {
    let all: Vec<u64> = text.split(' ').map(|n| n.parse().unwrap()).collect();
    all.try_into()
        .unwrap_or_else(|_| panic!("{N} numbers, not {text}"))
}

fn happen(bench: &mut Bench, what: &str, now: Timestamp) {
    let (word, rest) = what.split_once(' ').unwrap_or((what, ""));
    let (name, vantage) = word.split_once('@').unwrap_or((word, HERE));
    if let Ok(probe) = name.parse::<ProbeKind>() {
        let outcome = match rest.split_once(' ') {
            None if rest == "up" => Outcome::Up,
            Some(("down", why)) => Outcome::Down(why.into()),
            Some(("unknown", why)) => Outcome::Unknown(why.into()),
            _ => panic!("unknown outcome {rest}"),
        };
        return bench.observe_from(vantage, probe, outcome, now);
    }
    match word {
        "world" => bench.world = verdict(rest),
        "raised" => {
            let epoch = bench
                .state
                .raising
                .map_or(Epoch(0), |raising| raising.epoch);
            bench.event(Event::Raised(epoch), now);
        }
        "share" => {
            let [own, switched_elsewhere, all] = numbers(rest);
            bench.share = Share {
                own,
                switched_elsewhere,
                all,
            };
        }
        "traffic" => {
            let [deferred, delivered, logins_failed] = numbers(rest);
            let traffic = Traffic {
                deferred: u32::try_from(deferred).unwrap(),
                delivered: u32::try_from(delivered).unwrap(),
                logins_failed: u32::try_from(logins_failed).unwrap(),
            };
            bench.event(Event::Counted(traffic), now);
        }
        "others" => bench.others = rest.parse().unwrap(),
        "order" => bench.order(order(rest), now),
        "restart" => {
            let bytes = postcard::to_stdvec(&bench.state).unwrap();
            bench.state = postcard::from_bytes(&bytes).unwrap();
        }
        _ => panic!("unknown line {what}"),
    }
}

/// Plays a timeline and returns what was decided, a line each.
fn play(text: &str) -> Vec<String> {
    let mut bench = Bench::new();
    let mut script: Vec<(i64, String)> = Vec::new();
    let mut end = 0;
    for line in text.lines().map(str::trim) {
        if line.is_empty() || line.starts_with(['#', '=']) {
            continue;
        }
        let (when, what) = line.split_once(' ').expect("two words");
        if when == "set" {
            let (key, value) = what.split_once(' ').expect("key and value");
            set(&mut bench.settings, key, value);
            continue;
        }
        let (range, every) = when.split_once('/').unwrap_or((when, "1"));
        let (from, to) = range.split_once("..").unwrap_or((range, range));
        let (from, to): (i64, i64) = (from.parse().unwrap(), to.parse().unwrap());
        for at in (from..=to).step_by(every.parse().unwrap()) {
            script.push((at, what.to_owned()));
        }
        end = end.max(to);
    }
    let mut said = Vec::new();
    for at in 0..=end {
        let now = Timestamp::from_secs(at);
        for (_, what) in script.iter().filter(|(when, _)| *when == at) {
            happen(&mut bench, what, now);
        }
        bench.event(Event::Tick, now);
        said.extend(bench.decisions.drain(..).map(|d| format!("{at} {d}")));
    }
    let raising = match bench.state.must_be_raised() {
        None => String::new(),
        Some(MustBeRaised::Everybody) => ", nobody raised".to_owned(),
        Some(MustBeRaised::Under(epoch)) => format!(", raising (epoch {epoch})"),
    };
    said.push(format!(
        "end {} {:?}{raising}",
        bench.state.phase.name(),
        bench.state.serving()
    ));
    said
}

/// What it said instead, if that is not what the file expects.
fn check(path: &Path) -> Option<String> {
    let text = std::fs::read_to_string(path).unwrap();
    let expected: Vec<&str> = text
        .lines()
        .filter_map(|line| line.trim().strip_prefix("= "))
        .collect();
    let said = play(&text);
    (said != expected).then(|| format!("{}:\n= {}\n", path.display(), said.join("\n= ")))
}

#[test]
fn timelines_decide_as_written() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/failover");
    let mut paths: Vec<_> = std::fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "txt"))
        .collect();
    paths.sort();
    assert!(paths.len() >= 10, "the timelines are missing");
    let wrong: Vec<String> = paths.iter().filter_map(|path| check(path)).collect();
    assert!(wrong.is_empty(), "decided otherwise\n{}", wrong.join("\n"));
}
