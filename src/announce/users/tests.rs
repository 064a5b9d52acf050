use super::*;
use crate::failover::GuardCheck;
use crate::ids::{BodyId, Epoch};
use crate::store::queue::{QueueState, QueuedRecipient, RemoteReply, Tell};

const NOW: Timestamp = Timestamp::from_secs(1_795_356_000);

fn active(outage: OutageId) -> Phase {
    Phase::Active {
        epoch: Epoch(1),
        since: NOW,
        outage,
        by_hand: true,
        healthy_since: None,
        guard: GuardCheck::default(),
        blocked: None,
    }
}

#[test]
fn nobody_is_told_before_it_lasts_or_while_its_return_is_watched() {
    let outage = OutageId::from_bytes([7; 16]);
    let after = Duration::from_secs(600);
    let returning = Phase::Returning {
        epoch: Epoch(1),
        since: NOW,
        outage,
    };
    let suspected = Phase::Suspected {
        since: NOW,
        first_failed: NOW,
        asked: None,
    };
    for (phase, now, expected) in [
        (active(outage), NOW, Task::Nothing),
        (active(outage), NOW.after(after), Task::Began(outage, NOW)),
        (returning, NOW.after(after), Task::Nothing),
        (suspected, NOW.after(after), Task::Nothing),
        (Phase::Normal, NOW, Task::Ended),
    ] {
        assert_eq!(task(&phase, Some(NOW), after, now), expected, "{phase:?}");
    }
}

#[test]
fn letters_are_spread_over_the_minute() {
    for per_minute in [1, 59, 60, 61, 1200, 12_000] {
        let turns: Vec<usize> = (7..67)
            .map(|turn| letters_in_turn(per_minute, turn))
            .collect();
        let all: usize = turns.iter().sum();
        assert_eq!(all, per_minute as usize);
        let most = turns.iter().max().unwrap();
        assert_eq!(*most, (per_minute as usize).div_ceil(60));
    }
}

fn entry(state: QueueState, to: RecipientState) -> QueueEntry {
    QueueEntry {
        id: QueueId::from_bytes([1; 16]),
        mailbox: MailboxId::from_bytes([2; 16]),
        sender: "ops@example.net".parse().unwrap(),
        reverse_path: None,
        recipients: vec![QueuedRecipient {
            address: "ann@elsewhere.test".into(),
            state: to,
        }],
        copy: None,
        prefix: Vec::new(),
        body: BodyId::from_bytes([3; 16]),
        created_at: NOW,
        expires_at: NOW,
        tell: Tell::default(),
        attempts: 0,
        claim: 0,
        state,
    }
}

#[test]
fn only_who_got_the_first_letter_gets_the_second() {
    let reply = RemoteReply {
        code: Some(250),
        text: "ok".into(),
    };
    let relayed = RecipientState::Relayed {
        at: NOW,
        reply: reply.clone(),
    };
    let failed = RecipientState::Failed { at: NOW, reply };
    let waits = RecipientState::Pending { last: None };
    let done = QueueState::Done { at: NOW };
    let held = QueueState::Held {
        reason: "test".into(),
        since: NOW,
    };
    for (state, to, route, expected) in [
        (Some(done.clone()), &relayed, Route::Primary, Ending::Tell),
        (Some(done), &failed, Route::Primary, Ending::Forget),
        (None, &relayed, Route::Primary, Ending::Tell),
        (None, &relayed, Route::Standby, Ending::Wait),
        (Some(held), &waits, Route::Primary, Ending::Stop),
        (
            Some(QueueState::Queued { due: NOW }),
            &waits,
            Route::Primary,
            Ending::Stop,
        ),
        (
            Some(QueueState::Queued { due: NOW }),
            &waits,
            Route::Queue,
            Ending::Wait,
        ),
        (
            Some(QueueState::Claimed { until: NOW }),
            &waits,
            Route::Primary,
            Ending::Wait,
        ),
    ] {
        let first = state.map(|state| entry(state, to.clone()));
        assert_eq!(
            ending(first.as_ref(), route),
            expected,
            "{first:?} {route:?}"
        );
    }
}
