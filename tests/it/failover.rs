//! Failover on a real Dovecot and a real Postfix: what breaks is noticed, and nothing returns into
//! another mailbox than the one that failed.

mod bed;

use std::time::Duration;

use lifeboat::failover::{GuardVerdict, Order, Phase, Verb};
use lifeboat::route::Route;

use bed::{ANN, BEN, Bed};

use crate::rig::{TestMessage, wait_until};

/// How long anything may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

fn message(token: &str) -> Vec<u8> {
    TestMessage::plain("bob@elsewhere.test", ANN, token, 0).bytes
}

#[test]
fn a_killed_mailstore_is_taken_over_and_gets_its_mail_back_when_it_is_sound() {
    let mut bed = Bed::new("fo-kill");
    bed.wait("the sentinel is known", |view| view.may_merge);
    assert_eq!(bed.route(ANN), Route::Primary);
    let postfix = bed.postfix();

    bed.a1.kill();
    postfix.submit("bob@elsewhere.test", &[ANN], &message("while-down"));
    bed.wait("it is active", |view| {
        matches!(view.state.phase, Phase::Active { .. })
    });
    assert_eq!(bed.route(ANN), Route::Standby);
    assert_eq!(
        bed.route(BEN),
        Route::Primary,
        "the other mailstore is well"
    );
    postfix.submit("bob@elsewhere.test", &[ANN], &message("taken-over"));
    wait_until("both messages are in the standby", PATIENCE, || {
        bed.received(ANN) == 2
    });
    postfix.submit("bob@elsewhere.test", &[BEN], &message("for-ben"));
    wait_until("the other mailstore gets its mail", PATIENCE, || {
        bed.a2.session(BEN).fetch_all("INBOX").len() == 1
    });

    bed.a1.restart();
    bed.wait("it has returned", |view| {
        matches!(view.state.phase, Phase::Returning { .. })
    });
    assert_eq!(bed.route(ANN), Route::Primary);
    bed.wait("it may be merged into", |view| view.may_merge);
    postfix.submit("bob@elsewhere.test", &[ANN], &message("at-home"));
    wait_until("new mail goes to the mailstore", PATIENCE, || {
        bed.a1.session(ANN).fetch_all("INBOX").len() == 1
    });
    bed.wait("all is normal", |view| view.state.phase == Phase::Normal);
    assert_eq!(
        bed.timeline(),
        ["suspected", "activated", "returned", "settled"]
    );
}

#[test]
fn a_frozen_mailstore_is_taken_over_and_returns_after_it_thaws() {
    let bed = Bed::new("fo-freeze");
    bed.wait("the sentinel is known", |view| view.may_merge);
    bed.a1.freeze();
    bed.wait("it is active", |view| {
        matches!(view.state.phase, Phase::Active { .. })
    });
    bed.a1.thaw();
    bed.wait("it has returned", |view| {
        matches!(view.state.phase, Phase::Returning { .. })
    });
}

#[test]
fn nothing_returns_into_an_empty_mail_directory_without_a_persons_word() {
    let mut bed = Bed::new("fo-void");
    bed.wait("the sentinel is known", |view| view.may_merge);
    bed.a1.kill();
    bed.wait("it is active", |view| {
        matches!(view.state.phase, Phase::Active { .. })
    });
    bed.unmount();
    bed.a1.restart();
    bed.wait("the return is blocked", |view| {
        matches!(
            &view.state.phase,
            Phase::Active { blocked: Some(verdict), .. } if verdict.is_another_mailbox()
        )
    });
    let ordered = bed.order(Order::Return {
        accept_changed: false,
        restored: false,
    });
    assert!(matches!(
        ordered.last().map(|d| &d.verb),
        Some(Verb::Refused { .. })
    ));
    assert_eq!(bed.route(ANN), Route::Standby);
    assert!(!bed.view().may_merge);

    // The volume is mounted after all: what was there is there again, and it returns by itself.
    bed.a1.kill();
    bed.mount();
    bed.a1.restart();
    bed.wait("it has returned", |view| {
        matches!(view.state.phase, Phase::Returning { .. })
    });
    bed.wait("it may be merged into", |view| view.may_merge);
}

#[test]
fn a_volume_that_vanishes_under_a_running_mailstore_is_an_outage() {
    let bed = Bed::new("fo-vanish");
    bed.wait("the sentinel is known", |view| view.may_merge);
    bed.unmount();
    bed.wait("it is active", |view| {
        matches!(view.state.phase, Phase::Active { .. })
    });
    assert!(!bed.view().may_merge);
    assert_eq!(bed.route(ANN), Route::Standby);
}

#[test]
fn a_mailstore_restored_to_an_earlier_state_waits_for_a_person_and_is_learned_anew() {
    let mut bed = Bed::new("fo-snapshot");
    bed.wait("the sentinel is known", |view| view.may_merge);
    let before = bed.newest_number();
    bed.snapshot();
    wait_until("two more messages were seen", PATIENCE, || {
        bed.newest_number() >= before + 2
    });
    bed.a1.kill();
    bed.wait("it is active", |view| {
        matches!(view.state.phase, Phase::Active { .. })
    });
    bed.restore_snapshot();
    bed.a1.restart();
    bed.wait("the return is blocked", |view| {
        matches!(
            &view.state.phase,
            Phase::Active {
                blocked: Some(GuardVerdict::WentBack { .. }),
                ..
            }
        )
    });
    let ordered = bed.order(Order::Return {
        accept_changed: true,
        restored: false,
    });
    assert!(matches!(
        ordered.last().map(|d| &d.verb),
        Some(Verb::Returned { guard: None, .. })
    ));
    assert_eq!(bed.route(ANN), Route::Primary);
    bed.wait("its sentinel is known again", |view| view.may_merge);
}

#[test]
fn mail_waits_in_the_mx_while_an_operator_says_so() {
    let bed = Bed::new("fo-queue");
    let postfix = bed.postfix();
    bed.order(Order::Queue);
    assert_eq!(bed.route(ANN), Route::Queue);
    let id = postfix.submit("bob@elsewhere.test", &[ANN], &message("waiting"));
    let is_deferred = || {
        let queue = postfix.queue();
        queue
            .iter()
            .any(|m| m.queue_id == id && m.queue_name == "deferred")
    };
    wait_until("the message waits in the MX", PATIENCE, is_deferred);
    assert_eq!(bed.received(ANN), 0);
    // Flushing tries it all the same, and does not bounce it.
    postfix.flush();
    wait_until("Postfix has tried it", PATIENCE, || {
        postfix.log().matches("status=deferred").count() >= 2
    });
    wait_until("the message still waits", PATIENCE, is_deferred);
    bed.order(Order::Auto);
    wait_until("the mailstore has it", PATIENCE, || {
        bed.a1.session(ANN).fetch_all("INBOX").len() == 1
    });
}
