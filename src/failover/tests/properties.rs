//! What must hold whatever happens, in whatever order.

use std::time::Duration;

use proptest::prelude::*;

use super::super::*;
use super::{Bench, validity};
use crate::clock::Timestamp;

#[derive(Clone, Debug)]
enum Happening {
    Wait(u16),
    Seen(ProbeKind, bool),
    World(u8),
    Ordered(u8),
    Others(u8),
    Raised,
    Restart,
}

fn happenings() -> impl Strategy<Value = Vec<Happening>> {
    let one = prop_oneof![
        3 => (0..2000u16).prop_map(Happening::Wait),
        3 => (1..12u16).prop_map(Happening::Wait),
        8 => (any::<bool>(), any::<bool>()).prop_map(|(imap, up)| {
            Happening::Seen(if imap { ProbeKind::Imap } else { ProbeKind::Lmtp }, up)
        }),
        1 => (0..5u8).prop_map(Happening::World),
        1 => (0..8u8).prop_map(Happening::Ordered),
        1 => Just(Happening::Raised),
        1 => (0..4u8).prop_map(Happening::Others),
        1 => Just(Happening::Restart),
    ];
    prop::collection::vec(one, 1..200)
}

fn world(n: u8) -> GuardVerdict {
    match n {
        0 => GuardVerdict::WentBack {
            known: 9,
            found: None,
        },
        1 => GuardVerdict::Changed {
            what: Difference::UidValidity {
                known: validity(1),
                found: validity(2),
            },
        },
        2 => GuardVerdict::Missing {
            what: "empty".into(),
        },
        _ => GuardVerdict::Intact,
    }
}

fn order(n: u8) -> Order {
    match n {
        0 => Order::Activate,
        1 | 2 => Order::Return {
            accept_changed: n == 2,
            restored: false,
        },
        7 => Order::Return {
            accept_changed: false,
            restored: true,
        },
        3 => Order::PinPrimary,
        4 => Order::PinStandby,
        5 => Order::Queue,
        _ => Order::Auto,
    }
}

/// Quick settings, so that random events reach every state.
fn quick() -> Settings {
    Settings {
        failures: 2,
        observations: 3,
        confirm: Duration::from_secs(5),
        active_min: Duration::from_secs(20),
        return_after: Duration::from_secs(10),
        returning: Duration::from_secs(30),
        cool_down: Duration::from_secs(60),
        observation_stale: Duration::from_secs(300),
        ..Settings::default()
    }
}

fn run(bench: &mut Bench, happening: &Happening, now: &mut Timestamp) {
    match happening {
        Happening::Wait(seconds) => {
            *now = now.after(Duration::from_secs((*seconds).into()));
            bench.event(Event::Tick, *now);
        }
        Happening::Seen(probe, true) => bench.observe(*probe, Outcome::Up, *now),
        Happening::Seen(probe, false) => {
            bench.observe(*probe, Outcome::Down("refused".into()), *now);
        }
        Happening::World(n) => bench.world = world(*n),
        Happening::Ordered(n) => bench.order(order(*n), *now),
        Happening::Others(n) => bench.others = (*n).into(),
        Happening::Raised => {
            if let Some(raising) = bench.state.raising {
                bench.event(Event::Raised(raising.epoch), *now);
            }
        }
        Happening::Restart => {
            let bytes = postcard::to_stdvec(&bench.state).unwrap();
            bench.state = postcard::from_bytes(&bytes).unwrap();
        }
    }
}

proptest! {
    #[test]
    fn the_rules_hold_over_random_events(list in happenings(), able in any::<bool>()) {
        let mut bench = Bench::new();
        bench.settings = quick();
        if able {
            bench.settings.raise = Raise::Able;
        }
        let mut now = Timestamp::from_secs(1000);
        for happening in &list {
            let before = bench.state.clone();
            let accepted = matches!(happening, Happening::Ordered(2));
            let intact = bench.world == GuardVerdict::Intact;
            let went_back = bench.world.went_back();
            run(&mut bench, happening, &mut now);
            let after = &bench.state;
            let active = matches!(after.phase, Phase::Active { .. });
            let said: Vec<Decision> = bench.decisions.drain(..).collect();

            if after.mode == Mode::PinPrimary {
                prop_assert_eq!(after.serving(), Serving::Primary);
                prop_assert!(!active, "pinned to the primary, yet active");
            }
            if after.mode == Mode::PinStandby {
                prop_assert!(active, "pinned to the standby, yet not active");
            }
            let returned = said.iter().any(|d| matches!(d.verb, Verb::Returned { .. }));
            if returned {
                let raising = able && went_back && after.raising.is_some();
                prop_assert!(intact || accepted || raising, "returned into {:?}", bench.world);
            }
            let all_in = accepted || matches!(happening, Happening::Raised);
            prop_assert!(before.raising.is_none() || after.raising.is_some() || all_in);
            prop_assert!(able || after.raising.is_none());
            if let Some(epoch) = after.may_raise(&bench.settings, now) {
                prop_assert!(after.may_merge(&bench.settings, now));
                prop_assert_eq!(after.must_be_raised(), Some(MustBeRaised::Under(epoch)));
            }
            let left_active = matches!(before.phase, Phase::Active { .. })
                && !matches!(after.phase, Phase::Active { .. });
            prop_assert!(!left_active || returned);
            prop_assert!(after.epoch >= before.epoch);
            let activated = said.iter().filter(|d| {
                matches!(d.verb, Verb::Activated { .. } | Verb::Relapsed { .. })
            }).count() as u64;
            prop_assert_eq!(after.epoch.0, before.epoch.0 + activated);
            if before.mode != Mode::Auto && !matches!(happening, Happening::Ordered(_)) {
                prop_assert_eq!(before.serving(), after.serving());
            }
            if after.may_merge(&bench.settings, now) {
                prop_assert_eq!(after.serving(), Serving::Primary);
                prop_assert_eq!(after.sentinel.clone(), Some(GuardVerdict::Intact));
            }
            for decision in &said {
                prop_assert!(decision.to_string().len() > 8);
            }
        }
    }

    #[test]
    fn a_repeated_order_changes_nothing_more(
        list in happenings(),
        // Not 2: that accepts whatever is there each time, and looks each time.
        n in prop_oneof![0..2u8, 3..7u8],
    ) {
        let mut bench = Bench::new();
        bench.settings = quick();
        let mut now = Timestamp::from_secs(1000);
        for happening in &list {
            run(&mut bench, happening, &mut now);
        }
        bench.order(order(n), now);
        let once = bench.state.clone();
        bench.order(order(n), now);
        prop_assert_eq!(once.serving(), bench.state.serving());
        prop_assert_eq!(once.epoch, bench.state.epoch);
        prop_assert_eq!(once.mode, bench.state.mode);
    }

    #[test]
    fn the_first_mailstore_is_never_blocked_by_the_blast_radius(limit in 0..3u32) {
        let mut bench = Bench::new();
        bench.settings = Settings { mailstores_at_once: limit, ..quick() };
        for at in 0..20 {
            bench.observe(ProbeKind::Imap, Outcome::Down("refused".into()), Timestamp::from_secs(at));
        }
        prop_assert_eq!(bench.state.serving(), Serving::Standby);
    }
}
