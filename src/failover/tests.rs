//! Timelines from `tests/data/failover`, and properties over random events.
//!
//! A timeline is a text. `set KEY VALUE` changes a setting. `T WHAT` or `A..B/STEP WHAT` happens at
//! T seconds: `imap up`, `lmtp down REASON`, `imap unknown REASON`, `world VERDICT` (what a look at
//! the sentinel shows from then on), `order NAME`, `others N`, `share OWN ELSEWHERE ALL` (mailboxes),
//! `traffic DEFERRED DELIVERED LOGINS`, `raised` (the UIDs of all mailboxes), `restart`. A probe can be
//! any, and `imap@mx1` is one that is made at the vantage point mx1. `= T SENTENCE` is a decision that must follow, `= end PHASE SERVING` how it must end, with
//! the epoch under which mailboxes must be raised. Every second ticks.

mod properties;
mod timelines;
mod traces;

use std::time::Duration;

use super::*;
use crate::clock::Timestamp;
use crate::ids::{OutageId, PrimaryUid, UidValidity};

pub(super) fn uid(n: u32) -> PrimaryUid {
    PrimaryUid(n.try_into().unwrap())
}

pub(super) fn validity(n: u32) -> UidValidity {
    UidValidity(n.try_into().unwrap())
}

pub(super) fn outage(n: u8) -> OutageId {
    OutageId::from_bytes([n; 16])
}

/// The vantage point that also looks at the sentinel.
pub(super) const HERE: &str = "here";

/// A mailstore under test with its surroundings.
pub(super) struct Bench {
    pub settings: Settings,
    pub state: State,
    pub world: GuardVerdict,
    pub others: u32,
    pub share: Share,
    pub outages: u8,
    pub decisions: Vec<Decision>,
}

impl Bench {
    pub(super) fn new() -> Self {
        Self {
            settings: Settings::default(),
            state: State::default(),
            world: GuardVerdict::Intact,
            others: 0,
            share: Share::default(),
            outages: 1,
            decisions: Vec::new(),
        }
    }

    /// One step; the guard is answered at once from the world.
    pub(super) fn event(&mut self, event: Event, now: Timestamp) -> Vec<Action> {
        let around = Surroundings {
            settings: &self.settings,
            automatic_elsewhere: self.others,
            share: self.share,
            new_outage: outage(self.outages),
        };
        let (state, mut actions) = step(self.state.clone(), event, &around, now);
        self.state = state;
        for action in actions.clone() {
            match action {
                Action::Record(decision) => self.decisions.push(decision),
                Action::OpenOutage { .. } => self.outages = self.outages.saturating_add(1),
                Action::CheckGuard => {
                    let world = self.world.clone();
                    actions.extend(self.event(Event::Guard(world), now));
                }
                Action::RelearnSentinel => self.world = GuardVerdict::Intact,
                Action::RelearnNewest if self.world.went_back() => {
                    self.world = GuardVerdict::Intact;
                }
                Action::RelearnNewest => {}
                Action::MarkReturned { .. }
                | Action::PublishRoute
                | Action::FlushMx
                | Action::WakeMerge => {}
            }
        }
        actions
    }

    pub(super) fn observe(&mut self, probe: ProbeKind, outcome: Outcome, now: Timestamp) {
        self.observe_from(HERE, probe, outcome, now);
    }

    pub(super) fn observe_from(
        &mut self,
        vantage: &str,
        probe: ProbeKind,
        outcome: Outcome,
        now: Timestamp,
    ) {
        let sentinel = match (vantage == HERE && probe == ProbeKind::Imap, &outcome) {
            (true, Outcome::Up) if self.settings.has_sentinel => {
                SentinelLook::Seen(self.world.clone())
            }
            (true, _) => SentinelLook::Unseen,
            (false, _) => SentinelLook::Elsewhere,
        };
        let outcome = match sentinel.verdict() {
            Some(verdict) if verdict.is_another_mailbox() => Outcome::Down(verdict.to_string()),
            _ => outcome,
        };
        let seen = Observation {
            vantage: vantage.into(),
            probe,
            outcome,
            took: Duration::from_millis(3),
            age: Duration::ZERO,
            sentinel,
        };
        self.event(Event::Observed(seen), now);
    }

    pub(super) fn order(&mut self, order: Order, now: Timestamp) {
        let command = Command {
            order,
            by: "root".into(),
            reason: "as told".into(),
        };
        self.event(Event::Command(command), now);
    }
}

fn seen() -> SentinelSeen {
    SentinelSeen {
        uid_validity: validity(7),
        messages: 20,
        canary_sha256: Some([1; 32]),
        number_at_newest: Some(40),
        newest: Some(Numbered {
            number: 40,
            uid: uid(140),
        }),
    }
}

#[test]
fn judges_what_is_seen_in_the_sentinel() {
    let known = SentinelKnown {
        uid_validity: validity(7),
        canary: Canary {
            uid: uid(1),
            sha256: [1; 32],
        },
        newest: Some(Numbered {
            number: 40,
            uid: uid(140),
        }),
    };
    let numbered = |number, at| {
        Some(Numbered {
            number,
            uid: uid(at),
        })
    };
    let cases: [(&str, SentinelSeen, &str); 8] = [
        ("same", seen(), "intact"),
        (
            "newer messages came in",
            SentinelSeen {
                newest: numbered(44, 144),
                ..seen()
            },
            "intact",
        ),
        (
            "restored from a snapshot",
            SentinelSeen {
                number_at_newest: None,
                newest: numbered(30, 130),
                ..seen()
            },
            "back",
        ),
        (
            "restored, and the UID was given out again",
            SentinelSeen {
                number_at_newest: Some(51),
                newest: numbered(51, 140),
                ..seen()
            },
            "back",
        ),
        (
            "not mounted",
            SentinelSeen {
                uid_validity: validity(9),
                messages: 0,
                canary_sha256: None,
                number_at_newest: None,
                newest: None,
            },
            "missing",
        ),
        (
            "not mounted, with a message delivered since",
            SentinelSeen {
                uid_validity: validity(9),
                messages: 1,
                canary_sha256: None,
                number_at_newest: None,
                newest: numbered(41, 1),
            },
            "changed",
        ),
        (
            "renumbered with the same UIDVALIDITY",
            SentinelSeen {
                canary_sha256: Some([2; 32]),
                ..seen()
            },
            "changed",
        ),
        (
            "renumbered above the canary",
            SentinelSeen {
                number_at_newest: Some(38),
                ..seen()
            },
            "changed",
        ),
    ];
    for (name, seen, expected) in cases {
        let verdict = judge(&known, &seen);
        let got = match verdict {
            GuardVerdict::Intact => "intact",
            GuardVerdict::WentBack { .. } => "back",
            GuardVerdict::Changed { .. } => "changed",
            GuardVerdict::Missing { .. } => "missing",
            GuardVerdict::Unknown { .. }
            | GuardVerdict::NotConfigured
            | GuardVerdict::NeverLearned => "other",
        };
        assert_eq!(got, expected, "{name}: {verdict}");
        assert_eq!(verdict.blocks_return(), expected != "intact", "{name}");
    }
}

#[test]
fn a_state_survives_persistence() {
    let mut bench = Bench::new();
    bench.order(Order::Activate, Timestamp::from_secs(5));
    let bytes = postcard::to_stdvec(&bench.state).unwrap();
    let back: State = postcard::from_bytes(&bytes).unwrap();
    assert!(!back.differs_durably(&bench.state));
    assert_eq!(back.serving(), Serving::Standby);
}

#[test]
fn how_long_mail_waits_in_the_mx_is_counted_from_the_first_order() {
    let mut bench = Bench::new();
    let at = Timestamp::from_secs;
    for (order, now, since) in [
        (Order::PinPrimary, 1, None),
        (Order::Queue, 10, Some(10)),
        (Order::Queue, 20, Some(10)),
        (Order::Auto, 30, None),
        (Order::Queue, 40, Some(40)),
    ] {
        bench.order(order, at(now));
        assert_eq!(bench.state.queued_since, since.map(at), "at {now}");
    }
}
