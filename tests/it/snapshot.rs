//! A mailstore that comes back as it was an hour ago, with clients that have seen what is gone, and with
//! ordinary mail that arrives the moment its route returns. And one that comes back without its volume.

mod stage;

use std::time::Duration;

use stage::{ANN, BEN, Stage};

use crate::rig::wait_until;

/// How long anything may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

#[test]
fn every_message_reaches_every_client_after_a_restore_and_kills_on_the_way() {
    let mut stage = Stage::new("snapshot-guard", true);
    stage.let_clients_see_what_will_be_lost();
    let before = stage.uids(ANN, "INBOX");
    let work = stage.uids(ANN, "Work");
    stage.fail_and_restore();
    // Another mailbox is not restored, but made anew: its clients would throw their copies away.
    stage.lose_mailbox(BEN);
    stage.lifeboat.kill();
    for point in ["raise::intended", "raise::asked", "raise::verified"] {
        stage.start_lifeboat(Some(point));
        if point == "raise::intended" {
            stage.a1.restart();
            stage.begin_ordinary_mail();
        }
        wait_until(point, PATIENCE, || !stage.lifeboat.is_running());
        stage.lifeboat.kill();
    }
    stage.start_lifeboat(None);
    stage.wait_for_return();
    stage.end_ordinary_mail();
    wait_until("everything of ann's is merged", PATIENCE, || {
        stage.unmerged() == stage.sent_to(BEN)
    });

    let raising = stage.failover()["raising"].clone();
    let blocked = raising["blocked"][0].clone();
    assert_eq!(blocked["mailbox"], BEN, "{raising}");
    let why = blocked["why"].as_str().unwrap_or_default();
    assert!(why.contains("UIDVALIDITY"), "{why}");
    assert_eq!(stage.route(BEN), "standby");
    assert_eq!(stage.route(ANN), "primary");
    assert_eq!(stage.messages_at_home(BEN), 0, "nothing is merged there");

    let after = stage.uids(ANN, "INBOX");
    assert_eq!(after.uid_validity, before.uid_validity);
    assert!(after.uid_next > before.uid_next + 100_000);
    let twice = before.uid_next + 200_000;
    assert!(after.uid_next < twice, "it was raised once: {after:?}");
    let work_after = stage.uids(ANN, "Work");
    assert_eq!(work_after.uid_validity, work.uid_validity);
    assert!(work_after.uid_next >= work.uid_next + 100_000);

    stage.fetch_all();
    for (client, missing) in stage.missing() {
        assert!(missing.is_empty(), "{client} misses {missing:?}");
    }

    // A person lets the blocked mailbox in.
    let scope = format!("mailbox:{BEN}");
    stage.lifeboat.cli(&[
        "failover",
        "return",
        &scope,
        "--accept-changed-mailstore",
        "--reason",
        "its owner knows",
    ]);
    wait_until("ben's mail is merged", PATIENCE, || stage.unmerged() == 0);
    wait_until("the raising is over", PATIENCE, || {
        stage.failover()["raising"].is_null()
    });
    assert_eq!(stage.route(BEN), "primary");
}

#[test]
fn without_raising_clients_miss_messages_after_a_restore() {
    let mut stage = Stage::new("snapshot-damage", false);
    stage.let_clients_see_what_will_be_lost();
    stage.fail_and_restore();
    stage.begin_ordinary_mail();
    stage.a1.restart();
    stage.wait_for_return();
    stage.end_ordinary_mail();
    wait_until("everything is merged", PATIENCE, || stage.unmerged() == 0);
    stage.fetch_all();
    for (client, missing) in stage.missing() {
        assert!(
            missing.len() >= 5,
            "{client} misses only {missing:?}: what does the guard protect from?"
        );
    }
}

/// What an earlier outage brought home lies above the snapshot's UIDNEXT, or its UID belongs to mail that
/// came before anyone noticed. Either way it was acknowledged, and it is still on the standby.
#[test]
fn what_was_merged_and_lost_by_a_restore_is_merged_again_and_once() {
    let mut stage = Stage::new("snapshot-lost", true);
    stage.take_snapshot();
    stage.fail();
    stage.a1.restart();
    stage.wait_for_return();
    wait_until("everything is merged", PATIENCE, || stage.unmerged() == 0);
    let merged = stage.uids(ANN, "INBOX");
    wait_until("the outage is over", PATIENCE, || {
        stage.failover()["state"] == "normal"
    });

    assert!(stage.lifeboat.stop(), "it stops");
    stage.a1.kill();
    stage.restore();
    stage.a1.restart();
    stage.take_uids_again();
    let again = stage.uids(ANN, "INBOX");
    assert!(again.uid_next < merged.uid_next, "{again:?} {merged:?}");
    stage.start_lifeboat(None);
    wait_until("what is lost is merged again", PATIENCE, || {
        stage.route(ANN) == "primary" && stage.unmerged() == 0 && stage.is_whole(ANN)
    });
    stage.fetch_all();
    for (client, missing) in stage.missing() {
        assert!(missing.is_empty(), "{client} misses {missing:?}");
    }
    assert_eq!(stage.twice(ANN), Vec::<String>::new());
    assert!(stage.uids(ANN, "INBOX").uid_next > merged.uid_next + 100_000);
}

#[test]
fn nothing_is_routed_or_merged_into_a_mailstore_without_its_volume() {
    let mut stage = Stage::new("snapshot-void", true);
    stage.fail();
    stage.unmount();
    stage.a1.restart();
    wait_until("the return is blocked", PATIENCE, || {
        !stage.failover()["finding"].is_null()
    });
    let finding = stage.failover()["finding"].clone();
    let verdict = finding["verdict"].as_str().unwrap_or_default().to_owned();
    assert!(
        ["missing", "changed"].contains(&verdict.as_str()),
        "{finding}"
    );
    assert_eq!(finding["choices"][1]["name"], "return-accept", "{finding}");
    for flag in [None, Some("--restored")] {
        let mut order = vec!["failover", "return", "mailstore:a1", "--reason", "a test"];
        order.extend(flag);
        let refused = stage.lifeboat.cli_output(&order);
        assert!(!refused.status.success(), "{flag:?}");
    }
    let waiting = stage.unmerged();
    assert!(waiting > 0);
    std::thread::sleep(Duration::from_secs(4));
    assert_eq!(stage.unmerged(), waiting);
    assert_eq!(stage.route(ANN), "standby");
    assert_eq!(stage.messages_at_home(ANN), 0);

    stage.a1.kill();
    stage.mount();
    stage.a1.restart();
    stage.wait_for_return();
    wait_until("everything is merged", PATIENCE, || stage.unmerged() == 0);
}
