//! Probes by LMTP.

use super::{Target, sentinel, words};
use crate::clock::Timestamp;
use crate::failover::Outcome;
use crate::ids::Address;
use crate::lmtp_client::{self, DeliverError, Message, Reply};

/// How Lifeboat names itself to a mailstore.
const CLIENT_NAME: &str = "lifeboat.invalid";

pub(super) async fn ask(target: &Target) -> Outcome {
    let Some(lmtp) = &target.lmtp else {
        return Outcome::Unknown("there is no LMTP service to ask".into());
    };
    let recipient = target.sentinel.as_ref().map(Address::as_str);
    match lmtp_client::ask(lmtp, CLIENT_NAME, recipient, target.timeout).await {
        Ok(None) => Outcome::Up,
        Ok(Some(reply)) => outcome_of(&reply),
        Err(error) => outcome_of_error(&error),
    }
}

pub(super) async fn deliver(target: &Target, number: u64, now: Timestamp) -> Outcome {
    let (Some(lmtp), Some(sentinel)) = (&target.lmtp, &target.sentinel) else {
        return Outcome::Unknown("there is no sentinel to deliver to".into());
    };
    let content = sentinel::message(sentinel, number, now);
    let message = Message {
        reverse_path: "",
        recipients: &[sentinel.as_str()],
        content: &content,
    };
    match lmtp_client::deliver(lmtp, CLIENT_NAME, &message, target.timeout).await {
        Ok(replies) => replies.first().map_or_else(
            || Outcome::Down("the server said nothing about the message".into()),
            outcome_of,
        ),
        Err(error) => outcome_of_error(&error),
    }
}

fn outcome_of(reply: &Reply) -> Outcome {
    match reply.code / 100 {
        2 => Outcome::Up,
        4 => Outcome::Down(words(reply)),
        // It works, and does not know the mailbox.
        _ => Outcome::Unknown(words(&format_args!(
            "the sentinel is refused: {reply}; check mailstore.sentinel"
        ))),
    }
}

fn outcome_of_error(error: &DeliverError) -> Outcome {
    Outcome::Down(words(error))
}
