use std::time::Duration;

use super::*;
use crate::metrics::{MailstoreStanding, SentinelStanding, StoreStanding};
use crate::store::alerts::Acknowledgement;

const MINUTE: Duration = Duration::from_secs(60);

fn alert(told_at: i64, acknowledged: bool) -> AlertRecord {
    AlertRecord {
        text: "full".into(),
        raised_at: Timestamp::EPOCH,
        told_at: Timestamp::from_secs(told_at),
        told: 1,
        acknowledged: acknowledged.then(|| Acknowledgement {
            by: "op".into(),
            at: Timestamp::EPOCH,
            note: "on it".into(),
        }),
    }
}

/// One look a letter: `x` critical, `.` not. What follows, a letter each: `R`aised, a`g`ain, `C`leared.
fn play(looks: &str, acknowledged: bool) -> String {
    let mut rows = Rows::default();
    let mut open = BTreeMap::new();
    let mut said = String::new();
    for (at, look) in (0..).step_by(20).zip(looks.chars()) {
        let critical = match look {
            'x' => BTreeMap::from([("disk".to_owned(), "full".to_owned())]),
            _ => BTreeMap::new(),
        };
        let changes = rows.look(&critical, &open, Timestamp::from_secs(at), MINUTE);
        said.push(match changes.as_slice() {
            [] => '-',
            [Change::Raise { .. }] => 'R',
            [Change::Repeat { .. }] => 'g',
            [Change::Clear { .. }] => 'C',
            more => panic!("{more:?}"),
        });
        for change in changes {
            match change {
                Change::Clear { name } => drop(open.remove(&name)),
                Change::Raise { name, .. } | Change::Repeat { name, .. } => {
                    open.insert(name, alert(at, acknowledged));
                }
            }
        }
    }
    said
}

#[test]
fn an_alert_is_told_again_until_somebody_has_it_and_one_look_alone_does_nothing() {
    for (looks, acknowledged, said) in [
        ("....", false, "----"),
        ("x.x.x.", false, "------"),
        ("xx......", false, "-R-C----"),
        ("xxxxxxxxx..", false, "-R--g--g--C"),
        ("xxxxxxxxx..", true, "-R--------C"),
        ("xx.x.x.xx", false, "-R---g--g"),
        ("xx..xx", false, "-R-C-R"),
    ] {
        assert_eq!(play(looks, acknowledged), said, "{looks} {acknowledged}");
    }
}

#[test]
fn what_is_critical_has_a_name_that_stays() {
    let mailstore = |id: &str, state: &str, since| MailstoreStanding {
        id: id.into(),
        state: state.into(),
        mode: "auto".into(),
        route: "standby".into(),
        since_secs: Some(since),
        sentinel: SentinelStanding::Intact,
        ..MailstoreStanding::default()
    };
    for since in [5, 500] {
        let standing = Standing {
            mailstores: vec![
                mailstore("a1", "active", since),
                mailstore("a2", "normal", 1),
            ],
            store: StoreStanding {
                disk_bytes: 100,
                disk_free_bytes: 5,
                ..StoreStanding::default()
            },
            ..Standing::default()
        };
        let names: Vec<String> = critical(&standing).into_keys().collect();
        assert_eq!(names, ["disk", "mailstores:a1"]);
    }
}
